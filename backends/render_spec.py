"""A render as a value: for scripts, other processes, and machines that see the same files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..engine.faces.choose import parse_one, parse_person
from ..engine.faces.track import DEFAULT_MAX_FACES
from ..engine.media.conditions import SourceChoices
from ..engine.media.sound import Sound
from ..engine.media.video import VideoSource
from .registry import backends
from .request import ContentKind, LipSyncRequest, SilenceRule, Voice, check_people, check_picture

if TYPE_CHECKING:
    from ..align.words import WordTimings
    from ..engine.faces.detector import Variant
    from ..engine.host.protocol import Host
    from ..engine.media.timeline import FillRule, LengthRule
    from .protocol import LipSyncBackend


@dataclass(frozen=True)
class VoiceSpec:
    """What one of several people says, by the names of files; fields as in `Voice`."""

    person: str
    sound: Path | None = None
    words: WordTimings | None = None
    lyrics: str = ""
    silence: SilenceRule | None = None

    def __post_init__(self) -> None:
        """Raises InputError for a `person` that says nobody."""
        parse_one(self.person)

    def voice(self, host: Host) -> Voice:
        """With its file opened. Raises AudioError for one that can't be used."""
        sound = None if self.sound is None else Sound.load(self.sound, host=host)
        return Voice(self.person, sound, self.words, self.lyrics, self.silence)


@dataclass(frozen=True)
class RenderSpec:
    """What to render, by the names of files; small, and can be pickled.

    source: video or picture. soundtrack, driving: files with sound; audio_track: of a soundtrack with
    several, from 1. choices: how the source's pictures are treated. backend: an engine's name. settings: of
    its spec; None for its defaults. The others are as in LipSyncRequest. Faces are found by whoever renders
    it.
    """

    source: Path
    soundtrack: Path
    backend: str = "viseme"
    settings: Any = None
    audio_track: int | None = None
    driving: Path | None = None
    words: WordTimings | None = None
    lyrics: str = ""
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
    choices: SourceChoices = SourceChoices()
    voices: tuple[VoiceSpec, ...] = ()

    def __post_init__(self) -> None:
        """Raises InputError for a `person` that says nobody."""
        parse_person(self.person)

    def request(self, host: Host) -> LipSyncRequest:
        """With its files opened. Raises VideoError or AudioError for one that can't be used, InputError for
        footage where the engine animates a picture."""
        source, spec = VideoSource(self.source, choices=self.choices, host=host), backends()[self.backend]
        if spec.task == "portrait":
            check_picture(source, spec.title, getattr(self._settings, "use_first_frame", True))
        return LipSyncRequest(
            source=source,
            soundtrack=Sound.load(self.soundtrack, self.audio_track, host),
            driving=None if self.driving is None else Sound.load(self.driving, host=host),
            words=self.words,
            lyrics=self.lyrics,
            length=self.length,
            fill=self.fill,
            person=self.person,
            silence=self.silence,
            content=self.content,
            sync_offset=self.sync_offset,
            score=self.score,
            location=self.location,
            detector=self.detector,
            max_faces=self.max_faces,
            voices=tuple(each.voice(host) for each in self.voices),
        )

    def check_ready(self, host: Host) -> None:
        """Before a file is opened. Raises InputError where the engine can't let several people speak,
        MissingFilesError for weights that are not installed, ConsentError for a licence that is not agreed
        to."""
        engine = backends()[self.backend]
        check_people(engine.title, engine.task, self.person, bool(self.voices))
        engine.ready(self._settings, host)

    def make_backend(self, host: Host) -> LipSyncBackend:
        """Raises MissingFilesError for weights that are not installed."""
        return backends()[self.backend].make(self._settings, host)

    @property
    def _settings(self) -> Any:
        return backends()[self.backend].settings() if self.settings is None else self.settings
