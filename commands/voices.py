"""`--voice PERSON FILE [FILE]`: who says what, where several people do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

from ..align.formats.noted import read_voice
from ..engine.errors import InputError
from ..engine.faces.choose import meet, parse_one
from .parser import UsageError

if TYPE_CHECKING:
    from ..backends.render_spec import VoiceSpec

_NAME = "--voice"


@dataclass(frozen=True)
class GivenVoice:
    """As it was typed. sound, words: files, or where a job may read them, URLs; "" for none. singer: of the
    words, "" for all."""

    person: str
    sound: str
    words: str
    singer: str


def given_voices(flags: Sequence[Sequence[str]]) -> list[GivenVoice]:
    """Raises UsageError for what can't be meant."""
    voices = [_given(*each) for each in flags]
    for one, other in combinations(voices, 2):
        if meet(parse_one(one.person), parse_one(other.person)):
            raise UsageError(
                f"argument {_NAME}: {one.person} and {other.person} are the same mouth: give each voice its "
                "own person"
            )
    return voices


def check_alone(voices: Sequence[GivenVoice], given: Mapping[str, object]) -> None:
    """given: what voices bring themselves, by the flag's name. Raises UsageError where it is there beside
    them."""
    for flag, value in given.items():
        if voices and value:
            raise UsageError(f"argument {flag}: not allowed with argument {_NAME}, whose files say that")


def voice_files(voices: Sequence[GivenVoice]) -> Mapping[str, Path | None]:
    """What is read for them, by names for messages."""
    files: dict[str, Path | None] = {}
    for number, voice in enumerate(voices, 1):
        which = _NAME if len(voices) == 1 else f"{_NAME} number {number}"
        files |= {which: _path(voice.sound), f"{which}, its words": _path(voice.words)}
    return files


def voice_specs(voices: Sequence[GivenVoice], notes: list[str]) -> tuple[VoiceSpec, ...]:
    """notes: gets what of words can't be read. Raises TextError."""
    from ..backends.render_spec import VoiceSpec

    specs = []
    for voice in voices:
        words = None
        if voice.words:
            words = read_voice(Path(voice.words), voice.singer, notes, voice.words)
        specs.append(VoiceSpec(voice.person, _path(voice.sound), words))
    return tuple(specs)


def _given(person: str, *files: str) -> GivenVoice:
    try:
        parse_one(person)
    except InputError as error:
        raise UsageError(f"argument {_NAME}: {error}") from error
    sound, words, singer = "", "", ""
    for file in files:
        name, hash_, named = file.rpartition("#")
        if hash_ and _is_timed(name) and not Path(file).exists():
            file, singer = name, named.strip()
        if _is_timed(file) and not words:
            words = file
        elif not _is_timed(file) and not sound:
            sound = file
        else:
            raise UsageError(f"argument {_NAME}: {person} takes one sound and one file of words at most")
    if not sound and not words:
        raise UsageError(f"argument {_NAME}: say what {person} says: a sound, words in time, or both")
    return GivenVoice(person, sound, words, singer)


def _path(file: str) -> Path | None:
    return Path(file) if file else None


def _is_timed(file: str) -> bool:
    from ..align.formats import SUFFIXES

    return Path(file).suffix.lower() in SUFFIXES
