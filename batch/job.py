"""One of many clips to make: addresses of files and options, small enough to be sent anywhere."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..align.formats.noted import read_plain, read_voice, read_words
from ..backends.render_spec import RenderSpec, VoiceSpec
from ..overlay.style import LyricStyle
from .lyric_video import LyricVideoSpec

if TYPE_CHECKING:
    from ..align.chain import AlignOptions
    from ..align.words import WordTimings

# The file that an address stands for, on this machine.
Local = Callable[[str], Path]


@dataclass(frozen=True)
class VoiceFiles:
    """What one of several people says. sound, words: addresses. singer: of the words, "" for all."""

    person: str
    sound: str = ""
    words: str = ""
    singer: str = ""


@dataclass(frozen=True)
class Overlay:
    """The lyrics of a lyric video: how they look, and how words are found where there are none in time."""

    style: LyricStyle
    align: AlignOptions | None = None


@dataclass(frozen=True)
class Job:
    """A render, or with `overlay` a lyric video.

    out: of the video, in the batch's folder. source, audio, vocals, words, lyrics: addresses, each the path
    of a file or an URL; "" for none; font: that of the overlay, where it is a file and no name. style: the
    file that the overlay's was read from, if any. render: all else, with what the files hold left out. place:
    where it is written down, for messages, such as "jobs.csv, line 3"; "" where its files say so.
    """

    out: str
    source: str
    audio: str
    render: RenderSpec
    vocals: str = ""
    words: str = ""
    lyrics: str = ""
    voices: tuple[VoiceFiles, ...] = ()
    overlay: Overlay | None = None
    font: str = ""
    style: str = ""
    crf: int = 18
    place: str = field(default="", compare=False)

    def files(self) -> Iterator[tuple[str, str]]:
        """What each is for, and its address."""
        for use in ("source", "audio", "vocals", "words", "lyrics", "font"):
            if address := getattr(self, use):
                yield use, address
        for number, voice in enumerate(self.voices, 1):
            if voice.sound:
                yield f"voice {number}", voice.sound
            if voice.words:
                yield f"words of voice {number}", voice.words

    def faulty(self, text: str) -> str:
        """What is wrong with the job, with where it is written down, and which of its files is meant."""
        use = next((f"{use}: " for use, address in self.files() if text.startswith(address)), "")
        return (
            f"{self.place}, {use}{text}" if self.place and use else f"{self.place}: {text}".removeprefix(": ")
        )

    def options(self) -> str:
        """All but the files' contents, as JSON that is the same wherever the files lie."""
        render = dataclasses.asdict(self.render)
        for name in ("source", "soundtrack", "driving", "words", "lyrics", "voices"):
            del render[name]
        overlay = self.overlay
        if overlay and self.font:
            overlay = replace(overlay, style=replace(overlay.style, font=""))
        kept: dict[str, Any] = {
            "crf": self.crf,
            "overlay": overlay and dataclasses.asdict(overlay),
            "voices": [[each.person, each.singer] for each in self.voices],
        }
        return json.dumps({**kept, **render}, sort_keys=True, default=str)

    def spec(self, local: Local, fonts: Sequence[Path], notes: list[str]) -> RenderSpec | LyricVideoSpec:
        """What is to be made on this machine. fonts: where an overlay's are looked for. notes: gets what in
        words and lyrics can't be read. Raises TextError."""
        lyrics = read_plain(local(self.lyrics), notes) if self.lyrics else ""
        render = replace(
            self.render,
            source=local(self.source),
            soundtrack=local(self.audio),
            driving=local(self.vocals) if self.vocals else None,
            words=read_words(local(self.words), notes) if self.words else None,
            lyrics=lyrics,
            voices=tuple(_voice(each, local, notes) for each in self.voices),
        )
        if self.overlay is None:
            return render
        style = self.overlay.style
        if self.font:
            style = replace(style, font=str(local(self.font)))
        return LyricVideoSpec(render, style, self.overlay.align, fonts)


def _voice(voice: VoiceFiles, local: Local, notes: list[str]) -> VoiceSpec:
    words: WordTimings | None = None
    if voice.words:
        path = local(voice.words)
        words = read_voice(path, voice.singer, notes, path.name)
    return VoiceSpec(voice.person, local(voice.sound) if voice.sound else None, words)
