"""Stage: words in time, from files and to files."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import folder_paths
from comfy_api.latest import io
from comfy_execution.graph_utils import ExecutionBlocker

from ..align.formats import FORMATS, SUFFIXES, WRITTEN
from ..engine.errors import TextError
from .output_files import output_file
from .requirements import engine_imports
from .types import WordTimingsIO

if TYPE_CHECKING:
    from ..align.words import WordTimings

NO_FILE = "none"
AUTO = "auto"
_ENCODINGS = [
    "utf-8", "utf-16", "cp1252", "cp1250", "cp1251", "koi8-r", "cp1253", "cp1254", "cp1255", "cp1256",
    "gb18030", "big5", "cp932", "euc-jp", "cp949",
]  # fmt: skip


class LipSyncLoadLyrics(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="LipSyncLoadLyrics",
            display_name="Load Lyrics (LipSync)",
            category="lipsync/align",
            description=(
                "Reads lyrics and subtitles: LRC, Enhanced LRC, SubRip, WebVTT, ASS, TTML, SBV, MicroDVD, "
                "QRC, YRC, KRC, UltraStar, labels of Audacity, JSON of Whisper programs, plain text. From "
                "the input folder, or typed."
            ),
            search_aliases=["lrc", "srt", "vtt", "ass", "ttml", "subtitles", "karaoke", "import lyrics"],
            inputs=[
                io.Combo.Input(
                    "file",
                    options=[NO_FILE, *_input_files()],
                    default=NO_FILE,
                    tooltip="A file of ComfyUI's input folder. With none, the text below is read.",
                ),
                io.String.Input(
                    "text",
                    multiline=True,
                    default="",
                    optional=True,
                    placeholder="Lyrics or subtitles, in any of the formats",
                    tooltip="Used when no file is chosen. May hold plain lyrics or a whole subtitle file.",
                ),
                io.Combo.Input(
                    "format",
                    options=[AUTO, *FORMATS],
                    default=AUTO,
                    optional=True,
                    advanced=True,
                    tooltip="How to read it. With auto, what it holds decides, then the file's suffix.",
                ),
                io.Combo.Input(
                    "encoding",
                    options=[AUTO, *_ENCODINGS],
                    default=AUTO,
                    optional=True,
                    advanced=True,
                    tooltip="Of the file's letters. Choose one when they come out wrong.",
                ),
                io.Combo.Input(
                    "lrc_offset",
                    options=["earlier", "later"],
                    default="earlier",
                    optional=True,
                    advanced=True,
                    tooltip="What a positive [offset:] in LRC does to the lyrics. Players disagree.",
                ),
            ],
            outputs=[
                WordTimingsIO.Output(
                    display_name="words", tooltip="The words in time. Untimed lyrics have none: align them."
                ),
                io.String.Output(display_name="lyrics", tooltip="The plain text, for Align Lyrics."),
                io.String.Output(
                    display_name="report", tooltip="Format, tags, and what could not be read, by line."
                ),
            ],
        )

    @classmethod
    def validate_inputs(cls, file: str | None) -> bool | str:
        """Files may come in after the page has listed them. None: what is wired shows in the run."""
        if file not in (None, NO_FILE) and not folder_paths.exists_annotated_filepath(file):
            return f"The lyrics file {file!r} is not in ComfyUI's input folder: choose or upload another one."
        return True

    @classmethod
    def fingerprint_inputs(cls, file: str | None, **others: Any) -> float:
        """Another one once the file changes, which of a wired name nobody knows."""
        if file is None:
            return math.nan
        return 0.0 if file == NO_FILE else Path(folder_paths.get_annotated_filepath(file)).stat().st_mtime

    @classmethod
    def execute(
        cls, file: str, text: str = "", format: str = AUTO, encoding: str = AUTO, lrc_offset: str = "earlier"
    ) -> io.NodeOutput:
        with engine_imports():
            from ..align.formats import parse, read_lyrics
            from ..align.formats.report import report
        options: Any = {
            "format": None if format == AUTO else format,
            "encoding": "" if encoding == AUTO else encoding,
            "offset_sign": lrc_offset,
        }
        if file != NO_FILE:
            path = Path(folder_paths.get_annotated_filepath(file))
            name, lyrics = path.name, read_lyrics(path, **options)
        elif text.strip():
            name, lyrics = "The text", parse(text, **options)
        else:
            raise TextError("There are no lyrics: choose a file, or type or paste the text.")
        words: Any = lyrics.timings
        if lyrics.precision == "none":
            words = ExecutionBlocker(
                f"{name} has no times: connect `lyrics` to Align Lyrics instead of `words`."
            )
        return io.NodeOutput(words, lyrics.text, report(lyrics, name))


def _input_files() -> list[str]:
    folder = Path(folder_paths.get_input_directory())
    if not folder.is_dir():
        return []
    return sorted(
        path.name for path in folder.iterdir() if path.suffix.lower() in SUFFIXES and path.is_file()
    )


class LipSyncSaveLyrics(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="LipSyncSaveLyrics",
            display_name="Save Lyrics (LipSync)",
            category="lipsync/align",
            description=(
                "Writes words in time to a lyrics or subtitle file in ComfyUI's output folder, and shows it."
            ),
            search_aliases=["lrc", "srt", "vtt", "ass", "ttml", "subtitles", "karaoke", "export lyrics"],
            is_output_node=True,
            inputs=[
                WordTimingsIO.Input("words", tooltip="When each word is sung."),
                io.String.Input(
                    "filename_prefix",
                    default="lyrics/ComfyUI",
                    tooltip="Begins the file's name, in the output folder. May hold %date:yyyy-MM-dd%.",
                ),
                io.Combo.Input(
                    "format",
                    options=list(WRITTEN),
                    default="lrc",
                    tooltip=(
                        "lrc: a time for each line. elrc: for each word. srt: subtitles. vtt, ass: subtitles "
                        "with karaoke. json: all there is. txt: the text alone. ttml: lyrics of Apple Music, "
                        "with karaoke and singers."
                    ),
                ),
                io.Boolean.Input(
                    "karaoke",
                    default=True,
                    optional=True,
                    tooltip="Time each word in vtt, ass and ttml, so that players colour it as it is sung.",
                ),
                io.Int.Input(
                    "digits",
                    default=2,
                    min=2,
                    max=3,
                    optional=True,
                    advanced=True,
                    tooltip="Decimals of the seconds in lrc and elrc. Some players know 2 only.",
                ),
                io.String.Input(
                    "title",
                    default="",
                    optional=True,
                    advanced=True,
                    tooltip="Of the song, written into the file where the format has a place for it.",
                ),
                io.String.Input(
                    "artist",
                    default="",
                    optional=True,
                    advanced=True,
                    tooltip="Of the song, written into lrc, elrc and json.",
                ),
            ],
            outputs=[
                io.String.Output(display_name="text", tooltip="What the file holds."),
                io.String.Output(display_name="path", tooltip="Where the file is."),
            ],
        )

    @classmethod
    def execute(
        cls,
        words: WordTimings,
        filename_prefix: str,
        format: str,
        karaoke: bool = True,
        digits: int = 2,
        title: str = "",
        artist: str = "",
    ) -> io.NodeOutput:
        with engine_imports():
            from ..align.formats import WriteOptions, write
        tags = {name: value for name, value in (("title", title), ("artist", artist)) if value.strip()}
        options = WriteOptions(digits=digits, karaoke=karaoke, tags=tags)
        path, saved = output_file(filename_prefix, FORMATS[format].suffixes[0])
        text = write(words, path, format, options)
        return io.NodeOutput(text, str(path), ui={"text": [text], "files": [saved]})
