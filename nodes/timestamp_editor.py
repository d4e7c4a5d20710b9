"""Stage: words in time, corrected by hand. The page's editor is `web/src/editor`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import folder_paths
from comfy_api.latest import io, ui

from ..engine.partial import write_whole
from ..engine.unwritable import unwritable
from .inputs import to_sound
from .requirements import engine_imports
from .types import WordTimingsIO

if TYPE_CHECKING:
    from ..align.words import WordTimings
    from ..engine.media.sound import Sound

SUBFOLDER = "lipsync_editor"


class LipSyncTimestampEditor(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="LipSyncTimestampEditor",
            display_name="Timestamp Editor (LipSync)",
            category="lipsync/align",
            description=(
                "Opens words in time over the waveform, to move, split, join, write and tap them in by hand. "
                "Without edits they pass as they come in."
            ),
            search_aliases=["waveform", "edit timestamps", "karaoke", "tap to sync", "word timings"],
            is_output_node=True,
            inputs=[
                io.Audio.Input("audio", tooltip="What is heard and drawn: the voice, or the whole song."),
                WordTimingsIO.Input("words", tooltip="The words in time that are to be edited."),
                io.String.Input(
                    "edits",
                    default="",
                    optional=True,
                    socketless=True,
                    tooltip="Written by the editor: what was changed, saved with the workflow.",
                ),
            ],
            outputs=[
                WordTimingsIO.Output(display_name="words", tooltip="The words with the edits."),
                io.String.Output(
                    display_name="report",
                    tooltip="How many edits were applied, and which no longer fit, because the words or the "
                    "audio have changed.",
                ),
            ],
        )

    @classmethod
    def execute(cls, audio: Mapping[str, Any] | None, words: WordTimings, edits: str = "") -> io.NodeOutput:
        with engine_imports():
            from ..align.edits import apply_edits, parse_edits
        saved = parse_edits(edits)
        sound = to_sound(audio)
        applied = apply_edits(words, saved, float(sound.duration))
        report = applied.report()
        shown = {"editor": [_files(sound, words)], "text": [report], "refused": [len(applied.refused)]}
        return io.NodeOutput(applied.timings, report, ui=shown)


def _files(sound: Sound, words: WordTimings) -> dict[str, Any]:
    """What the page's editor fetches, in ComfyUI's temp folder; named by content, so written once.

    "audio": FLAC. "peaks": the levels' int8 pairs one after the other. "words": JSON, the listing of
    align.listing with "duration": milliseconds, and "levels": [[columns per second, columns], …].
    """
    from ..align.listing import listing_of
    from ..engine.media.listen import SUFFIX, sound_key, write_flac
    from ..engine.media.peaks import peaks

    folder = Path(folder_paths.get_temp_directory(), SUBFOLDER)
    key = sound_key(sound)
    audio, columns, outline = (folder / f"{key}{suffix}" for suffix in (SUFFIX, ".peaks", ".levels.json"))
    # The last that is written tells that all are there.
    if not (audio.is_file() and columns.is_file() and outline.is_file()):
        write_flac(sound, audio)
        levels = peaks(sound)
        _write(columns, b"".join(level.columns.tobytes() for level in levels))
        _write(outline, json.dumps([[level.rate, len(level.columns)] for level in levels]).encode())
    text = {
        "duration": int(sound.duration * 1000),
        **listing_of(words),
        "levels": json.loads(outline.read_bytes()),
    }
    content = json.dumps(text, ensure_ascii=False).encode()
    listed = folder / f"{key}-{hashlib.sha256(content).hexdigest()[:16]}.json"
    _write(listed, content)
    return {
        name: ui.SavedResult(path.name, SUBFOLDER, io.FolderType.temp)
        for name, path in (("audio", audio), ("peaks", columns), ("words", listed))
    }


def _write(path: Path, content: bytes) -> None:
    try:
        write_whole(path, content)
    except OSError as error:
        raise unwritable(path, error) from error
