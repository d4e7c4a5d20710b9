"""What a lip-sync engine is asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ..engine.faces.choose import parse_person
from ..engine.faces.track import DEFAULT_MAX_FACES

if TYPE_CHECKING:
    from ..align.words import WordTimings
    from ..engine.faces.detector import Variant
    from ..engine.faces.track import FaceTrack
    from ..engine.media.sound import Sound
    from ..engine.media.source import Source
    from ..engine.media.timeline import FillRule, LengthRule

SilenceRule = Literal["rest", "close", "source"]
ContentKind = Literal["auto", "speech", "song"]


@dataclass(frozen=True)
class LipSyncRequest:
    """One job.

    source: the footage or still. soundtrack: what is heard. driving: what moves the mouth (a vocal stem), if
    not the soundtrack. words, lyrics: what is said, if known. person: as `parse_person` has it, whose
    InputError is raised here. silence: what the mouth does in pauses: back to `rest` (the source's own rest
    shape), `close`, or the `source` frame passed through. sync_offset: seconds by which the mouth moves later
    than it is heard. score: whether the run report tells how well the mouth follows the voice. location:
    whether the result says where the source was recorded, as it does when and with what. detector, max_faces:
    as in `track_faces`, where there is no track.
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

    def __post_init__(self) -> None:
        parse_person(self.person)

    @property
    def voice(self) -> Sound:
        return self.driving or self.soundtrack
