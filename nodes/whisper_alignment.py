"""Stage: words in time, from and to the packs that pass on `whisper_alignment`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from comfy_api.latest import io

from .requirements import engine_imports
from .types import WhisperAlignmentIO, WordTimingsIO

if TYPE_CHECKING:
    from ..align.words import WordTimings


class LipSyncFromWhisperAlignment(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="LipSyncFromWhisperAlignment",
            display_name="From Whisper Alignment (LipSync)",
            category="lipsync/align",
            description="Takes the words that ComfyUI-Whisper has heard.",
            search_aliases=["whisper", "apply whisper", "convert"],
            inputs=[
                WhisperAlignmentIO.Input(
                    "words_alignment",
                    tooltip="Words in time. Segments alone will do, but their words' times are then guessed.",
                ),
                WhisperAlignmentIO.Input(
                    "segments_alignment",
                    optional=True,
                    tooltip="The lines of the words. Without it, lines break at pauses and sentences.",
                ),
                io.String.Input(
                    "language",
                    default="",
                    optional=True,
                    advanced=True,
                    placeholder="en",
                    tooltip="Of the words: a code or a name, such as en or German; kept with them.",
                ),
            ],
            outputs=[
                WordTimingsIO.Output(display_name="words"),
                io.String.Output(display_name="lyrics", tooltip="The plain text."),
            ],
        )

    @classmethod
    def execute(
        cls, words_alignment: Any, segments_alignment: Any = None, language: str = ""
    ) -> io.NodeOutput:
        with engine_imports():
            from ..align.whisper_alignment import from_whisper_alignment
        timings = from_whisper_alignment(words_alignment, segments_alignment, language.strip())
        return io.NodeOutput(timings, "\n".join(line.text for line in timings.lines))


class LipSyncToWhisperAlignment(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="LipSyncToWhisperAlignment",
            display_name="To Whisper Alignment (LipSync)",
            category="lipsync/align",
            description="Hands words in time to the subtitle nodes of ComfyUI-Whisper.",
            search_aliases=["whisper", "add subtitles", "save srt", "convert"],
            inputs=[WordTimingsIO.Input("words", tooltip="When each word is sung.")],
            outputs=[
                io.String.Output(display_name="text", tooltip="The plain text."),
                WhisperAlignmentIO.Output(
                    display_name="segments_alignment", tooltip="A segment for each line."
                ),
                WhisperAlignmentIO.Output(display_name="words_alignment"),
            ],
        )

    @classmethod
    def execute(cls, words: WordTimings) -> io.NodeOutput:
        with engine_imports():
            from ..align.whisper_alignment import to_whisper_alignment
        segments, found = to_whisper_alignment(words)
        return io.NodeOutput("\n".join(line.text for line in words.lines), segments, found)
