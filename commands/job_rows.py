"""Jobs as people write them down: JSON Lines, CSV, or a folder whose files belong together by name."""

from __future__ import annotations

import argparse
import csv
import io
import json
import os
import shlex
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, NoReturn

from ..align.formats import SUFFIXES
from ..backends.registry import backends
from ..batch.store import is_url
from ..engine.errors import InputError, LipSyncError, TextError
from ..overlay.presets import style_of
from . import flags
from .align import add_align_flags, align_options
from .backend_flags import chosen_settings
from .outputs import check_video_name
from .parser import Parser, UsageError
from .render import add_render_flags, chosen_render
from .styles import add_style_flags, chosen_style, style_file
from .voices import GivenVoice, given_voices

if TYPE_CHECKING:
    from ..batch.job import Job

STDIN = "-"
LYRIC_VIDEO = "lyric-video"
# Of the whole batch.
_NO_FIELDS = {"report", "overwrite", "quiet", "help"}
# Fields that make a job a lyric video.
_SHOWN = {"style", "font"}
_YES, _NO = {"true", "yes", "on", "1"}, {"false", "no", "off", "0"}
_VIDEOS = {".mp4", ".mov", ".mkv", ".webm", ".avi", ".m4v", ".jpg", ".jpeg", ".png", ".webp"}
_SOUNDS = {".wav", ".mp3", ".flac", ".m4a", ".ogg", ".opus", ".aac"}
_VOCALS = ".vocals"
# How the folder of a clip's parts ends.
_PARTS = ".parts"
_SEPARATED = {"vocals", "driving"}
# Fields that name a file or an URL.
_FILES = {"source", "audio", "vocals", "driving", "words", "lyrics", "text", "out", "font", "style"}

Row = Mapping[str, Any]


class _RowParser(Parser):
    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Without a page of help where nothing is given."""
        return argparse.ArgumentParser.parse_known_args(self, args, namespace)

    def error(self, message: str) -> NoReturn:
        raise UsageError(message)


class JobReader:
    """base: where paths begin that are relative. defaults: fields of each job that doesn't have them."""

    def __init__(self, base: Path, defaults: Row) -> None:
        self._base, self._defaults = base, {_name(name): value for name, value in defaults.items()}
        self._parsers = {"render": _parser(False), LYRIC_VIDEO: _parser(True)}
        self._styles: dict[tuple[str, str | None], Any] = {}

    def job(self, row: Row) -> Job:
        """Raises UsageError for fields that there aren't, or values that can't be meant, and what is raised
        for a style's file."""
        from ..batch.job import Job, Overlay

        fields = {**self._defaults, **_flat(row)}
        fields = {name: value for name, value in fields.items() if value is not None and value != ""}
        command = str(fields.pop("command", LYRIC_VIDEO if _SHOWN & fields.keys() else "render"))
        if command not in self._parsers:
            raise UsageError(f"command {command} is none of render and {LYRIC_VIDEO}")
        if "source" in fields and "out" not in fields:
            fields["out"] = f"{_stem(str(fields['source']))}.mp4"
        parser = self._parsers[command]
        options = parser.parse_args(list(_words(parser, fields)))
        if backends()[options.backend].remote:
            raise UsageError(f"{options.backend} is paid by the clip: order them by `render`, one by one")
        overlay = Overlay(self._style(options), align_options(options)) if command == LYRIC_VIDEO else None
        font = os.path.expanduser(overlay.style.font) if overlay else ""
        return Job(
            out=_checked_out(options.out),
            source=self._address(options.source),
            audio=self._address(options.audio),
            vocals=self._address(options.vocals),
            words=self._address(options.words),
            lyrics=self._address(options.lyrics),
            voices=tuple(self._voice(each) for each in given_voices(options.voices)),
            overlay=overlay,
            style=os.path.abspath(options.style) if overlay and style_file(options) else "",
            font=os.path.abspath(font) if font and os.path.isfile(font) else "",
            crf=options.crf,
            render=chosen_render(options, chosen_settings(options)),
        )

    def _style(self, options: argparse.Namespace) -> Any:
        if options.style.lower().endswith(".json"):
            options.style = str(self._base / options.style)
            if not options.font:
                with suppress(TextError):  # said where the style is taken
                    options.font = style_of(options.style).font
        if options.font and (self._base / local_path(options.font)).is_file():
            options.font = self._address(options.font)
        key = options.style, options.font
        if key not in self._styles:
            self._styles[key] = chosen_style(options)
        return self._styles[key]

    def _voice(self, voice: GivenVoice) -> Any:
        from ..batch.job import VoiceFiles

        return VoiceFiles(voice.person, self._address(voice.sound), self._address(voice.words), voice.singer)

    def _address(self, text: str | None) -> str:
        text = local_path(text or "")
        return text if not text or is_url(text) else os.path.abspath(self._base / text)


def local_path(text: str) -> str:
    """Of file:// the path; anything else as it is."""
    return text.removeprefix("file://")


def read_jobs(where: str, text: str | None, defaults: Row, notes: list[str]) -> list[Job]:
    """All jobs of a file, a folder, or of a text from standard input. notes: gets what of a folder is left
    out. Raises UsageError with the line for a row that can't be meant, and InputError for what can't be read
    or has no jobs."""
    rows: Iterable[tuple[str, Row]]
    listed = text is None and Path(where).is_dir()
    if text is not None:
        base, name = Path.cwd(), "standard input"
        rows = _rows(text, name, text.lstrip()[:1] != "{")
    elif listed:
        path = base = Path(where)
        name = where
        rows = ((f"{where}, {row['source']}", row) for row in paired(path, notes))
    else:
        path = Path(where)
        base, name = path.parent, path.name
        try:
            rows = _rows(path.read_text(encoding="utf-8-sig"), name, path.suffix.lower() == ".csv")
        except FileNotFoundError as error:
            raise InputError(f"{where} doesn't exist: choose another file or folder of jobs.") from error
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(f"{where} can't be read ({error}): choose another file of jobs.") from error
    reader, jobs, outs = JobReader(base, defaults), [], dict[str, str]()
    for place, row in rows:
        try:
            job = reader.job(row)
        except (LipSyncError, ValueError, TypeError) as error:
            raise UsageError(f"{place}: {str(error).rstrip('.')}.") from error
        if job.out in outs:
            raise UsageError(f"{place}: {job.out} is what {outs[job.out]} makes, too: choose another out.")
        outs[job.out] = place
        # A folder's jobs are called as their files.
        jobs.append(replace(job, place="" if listed else place))
    for out, place in outs.items():
        for folder in PurePosixPath(out).parents:
            if folder.name.endswith(_PARTS) and (other := outs.get(str(folder).removesuffix(_PARTS))):
                raise UsageError(f"{place}: {out} lies where parts of what {other} makes do: choose another.")
    if not jobs:
        raise InputError(f"There are no jobs in {name}: see docs/batch.md for how they are written down.")
    return jobs


def paired(folder: Path, notes: list[str]) -> Iterator[dict[str, str]]:
    """A job for each clip or picture of a folder with a sound of the same name: NAME.mp4 and NAME.wav, and
    NAME.vocals.wav, NAME.txt (lyrics) and NAME.lrc (words), if they are there. What a batch made of another
    NAME is none. Raises InputError for two of the same use."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    names = sorted(folder.iterdir())
    sources = Counter(path.stem for path in names if _use(path)[0] == "source")
    for path in names:
        use, stem = _use(path)
        if use == "source" and sources[stem] > 1 and _is_result(path):
            continue
        if use and path.is_file() and not path.name.startswith("."):
            if use in found[stem]:
                raise InputError(
                    f"{found[stem][use]} and {path.name} are for the same: keep one in {folder}."
                )
            found[stem][use] = path.name
    for files in found.values():
        if {"source", "audio"} <= files.keys():
            yield files
        else:
            missing = "sound" if "source" in files else "clip"
            notes.append(f"{next(iter(files.values()))} was left out: there is no {missing} of that name.")


def _is_result(path: Path) -> bool:
    """Whether a batch's manifest lies beside it."""
    from ..batch.manifest import ENDING, Manifest
    from ..batch.store import FolderStore

    return Manifest.read(FolderStore(path.parent).text(path.name + ENDING)) is not None


def _use(path: Path) -> tuple[str, str]:
    """What a file is for, "" for nothing, and the name it goes by."""
    suffix, stem = path.suffix.lower(), path.stem
    if suffix in _SOUNDS and stem.lower().endswith(_VOCALS):
        return "vocals", stem[: -len(_VOCALS)]
    if suffix in _VIDEOS:
        return "source", stem
    if suffix in _SOUNDS:
        return "audio", stem
    if suffix == ".txt":
        return "lyrics", stem
    return ("words", stem) if suffix in SUFFIXES else ("", stem)


def _rows(text: str, name: str, is_csv: bool) -> Iterator[tuple[str, Row]]:
    if is_csv:
        reader = csv.DictReader(io.StringIO(text, newline=""), skipinitialspace=True)
        try:
            for row in reader:
                if None in row:
                    raise UsageError(f"{name}, line {reader.line_num}: there are more cells than columns.")
                if any(cell and cell.strip() for cell in row.values()):
                    yield f"{name}, line {reader.line_num}", row
        except csv.Error as error:
            raise UsageError(f"{name}, line {reader.line_num + 1}: it is not CSV ({error}).") from error
        return
    # Other ends of lines may stand in a JSON text.
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise UsageError(f"{name}, line {number}: it is not JSON ({error}).") from error
        if not isinstance(row, dict):
            raise UsageError(f"{name}, line {number}: it is no JSON object.")
        yield f"{name}, line {number}", row


def _parser(lyric_video: bool) -> _RowParser:
    parser = _RowParser(add_help=False)
    add_render_flags(parser)
    if lyric_video:
        add_style_flags(parser)
        add_align_flags(parser)
    for action in parser._actions:
        if action.type is Path:
            # An URL's slashes are not a path's.
            action.type = str
    return parser


def _flat(row: Row) -> dict[str, Any]:
    """With the fields of `settings` beside the others."""
    fields: dict[str, Any] = {}
    for name, value in row.items():
        nested = value if isinstance(value, dict) and _name(name) == "settings" else {name: value}
        fields |= {_name(each): item for each, item in nested.items()}
    return fields


def _words(parser: argparse.ArgumentParser, fields: Row) -> Iterator[str]:
    """The fields as flags."""
    known = parser._option_string_actions
    for name, value in fields.items():
        flag = f"--{name}"
        if flag not in known or name in _NO_FIELDS:
            raise UsageError(f"there is no field {name}: fields are called as the options of {LYRIC_VIDEO}")
        if name == "voice":
            yield from _voices(value)
        elif known[flag].nargs == 0:
            yield from _switch(flag, value, known)
        elif isinstance(value, (list, dict)) or (name in _FILES and not isinstance(value, str)):
            raise UsageError(f"{name} is {json.dumps(value, default=str)}, and not one text")
        elif name in _SEPARATED and value == str(flags.SEPARATE):
            raise UsageError(f"{name} names no file: give one that holds the voice alone")
        else:
            _check_characters(name, value)
            yield f"{flag}={value}"


def _switch(flag: str, value: Any, known: Mapping[str, Any]) -> Iterator[str]:
    text = str(value).lower()
    if text not in _YES | _NO:
        raise UsageError(f"{flag[2:]} is {value}, and not true or false")
    off = f"--no-{flag[2:]}"
    if text in _YES:
        yield flag
    elif off in known:
        yield off


def _voices(value: Any) -> Iterator[str]:
    """A list of lists, or `PERSON FILE; PERSON FILE`."""
    voices = [_split(each) for each in value.split(";")] if isinstance(value, str) else value
    if not isinstance(voices, list) or not all(_is_texts(each) for each in voices):
        raise UsageError(f"voice is {json.dumps(value, default=str)}, and no list of lists of texts")
    for voice in voices:
        for text in voice:
            _check_characters("voice", text)
        yield from ("--voice", *voice)


def _split(text: str) -> list[str]:
    """At spaces that are not in quotes; backslashes are Windows'."""
    lexer = shlex.shlex(text, posix=True, punctuation_chars=False)
    lexer.whitespace_split, lexer.escape, lexer.commenters = True, "", ""
    try:
        return list(lexer)
    except ValueError as error:
        raise UsageError(f"voice is {text.strip()}, where a quote doesn't end") from error


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(each, str) for each in value)


def _check_characters(name: str, value: Any) -> None:
    """Raises UsageError for what no name of a file can have."""
    try:
        fits = b"\0" not in os.fsencode(str(value))
    except UnicodeEncodeError:
        fits = False
    if not fits:
        raise UsageError(f"{name} holds a character that no text can: {ascii(value)}")


def _stem(address: str) -> str:
    """The name of a file without its ending; of an URL, of its path."""
    path = address.partition("?")[0].partition("#")[0] if is_url(address) else address
    return PurePosixPath(path).stem


def _name(name: str) -> str:
    return str(name).strip().lower().replace("_", "-")


def _checked_out(name: str) -> str:
    path = Path(name)
    check_video_name("out", path)
    if path.is_absolute() or ".." in path.parts:
        raise UsageError(f"out is {path}, and not a name in the batch's own folder")
    return path.as_posix()
