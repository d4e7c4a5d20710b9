"""What a lip-sync engine is asked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from ..engine.errors import InputError
from ..engine.faces.choose import parse_one, parse_person
from ..engine.faces.track import DEFAULT_MAX_FACES

if TYPE_CHECKING:
    from ..align.words import WordTimings
    from ..engine.faces.detector import Variant
    from ..engine.faces.track import FaceTrack
    from ..engine.media.sound import Sound
    from ..engine.media.source import Source
    from ..engine.media.spans import Spans
    from ..engine.media.timeline import FillRule, LengthRule

SilenceRule = Literal["rest", "close", "source"]
ContentKind = Literal["auto", "speech", "song"]


def check_picture(source: Source, name: str, takes_footage: bool) -> None:
    """Before networks are read. Raises InputError for footage, which an engine of that name that animates a
    picture takes only if asked."""
    if not (source.still or takes_footage):
        raise InputError(
            f"{name} animates one picture: give it an image, not a video. To animate the video's first "
            "frame, switch use_first_frame on (--use-first-frame)."
        )


@dataclass(frozen=True)
class Voice:
    """What one person says.

    person: as `parse_one` has it, whose InputError is raised here; a rule such as `left` means the one
    who is there on the whole. sound: what moves the mouth; None for the request's soundtrack. words, lyrics:
    what is said, if known. silence: what the mouth does in pauses; None for what the request has. turns:
    seconds of the sound that are this person's; None for all.
    """

    person: str
    sound: Sound | None = None
    words: WordTimings | None = None
    lyrics: str = ""
    silence: SilenceRule | None = None
    turns: Spans | None = None

    def __post_init__(self) -> None:
        parse_one(self.person)


@dataclass(frozen=True)
class LipSyncRequest:
    """One job.

    source: the footage or still. soundtrack: what is heard. driving: what moves the mouth (a vocal stem), if
    not the soundtrack. words, lyrics: what is said, if known. person: as `parse_person` has it, whose
    InputError is raised here. silence: what the mouth does in pauses: back to `rest` (the source's own rest
    shape), `close`, or the `source` frame passed through. sync_offset: seconds by which the mouth moves later
    than it is heard. score: whether the run report tells how well the mouth follows the voice. location:
    whether the result says where the source was recorded, as it does when and with what. detector, max_faces:
    as in `track_faces`, where there is no track. voices: who says what, where several do; `driving`, `words`
    and `lyrics` are then theirs, and `person` says nothing. Raises InputError for both. turns: as a Voice's.
    """

    source: Source
    soundtrack: Sound
    driving: Sound | None = None
    words: WordTimings | None = None
    lyrics: str = ""
    track: FaceTrack | None = None
    length: LengthRule = "audio"
    fill: FillRule = "pingpong"
    person: str = "largest"
    silence: SilenceRule = "rest"
    content: ContentKind = "auto"
    sync_offset: float = 0.0
    score: bool = True
    location: bool = False
    detector: Variant = "auto"
    max_faces: int = DEFAULT_MAX_FACES
    voices: tuple[Voice, ...] = ()
    turns: Spans | None = None

    def __post_init__(self) -> None:
        parse_person(self.person)
        if self.voices and (self.driving is not None or self.words is not None or self.lyrics.strip()):
            raise InputError(
                "Voices bring their own sound and words: give either them, or driving audio, words and "
                "lyrics, not both."
            )

    @property
    def voice(self) -> Sound:
        return self.driving or self.soundtrack

    def parts(self) -> tuple[LipSyncRequest, ...]:
        """A request for each of the voices; without voices itself."""
        return tuple(map(self._of, self.voices)) or (self,)

    def _of(self, voice: Voice) -> LipSyncRequest:
        return replace(
            self,
            driving=voice.sound,
            words=voice.words,
            lyrics=voice.lyrics,
            person=voice.person,
            silence=voice.silence or self.silence,
            voices=(),
            turns=voice.turns,
        )


def seconds_of(request: LipSyncRequest) -> Fraction:
    """Length of the result where one picture speaks. A picture has no length of its own; footage, of which
    one frame is shown, has the sound's unless the user asks for its own."""
    sound = request.soundtrack.duration
    if request.source.still or request.length == "audio":
        return sound
    return request.source.duration if request.length == "video" else min(sound, request.source.duration)


def check_people(name: str, task: str, person: str, several: bool) -> None:
    """Raises InputError where more than one is to speak, and the engine of this name and task can't.
    several: whether there are voices."""
    if task != "dub" and (several or parse_person(person).rule == "speaking"):
        raise InputError(
            f"{name} lets one person speak: choose that one, without voices, or an engine that repaints "
            "mouths in footage."
        )
