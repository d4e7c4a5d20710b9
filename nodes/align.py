"""Stage: words in time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from comfy_api.latest import io

from .inputs import to_sound
from .requirements import engine_imports
from .types import WordTimingsIO


class LipSyncAlignLyrics(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="LipSyncAlignLyrics",
            display_name="Align Lyrics (LipSync)",
            category="lipsync/align",
            description=(
                "Finds when each word of a known text is said or sung. English, offline "
                "(PocketSphinx); where that "
                "fails the words are spread over the voiced parts."
            ),
            search_aliases=["forced alignment", "word timestamps", "karaoke", "subtitles"],
            inputs=[
                io.Audio.Input(
                    "audio", tooltip="The voice. Of a song with music, the vocal stem works far better."
                ),
                io.String.Input(
                    "lyrics",
                    multiline=True,
                    default="",
                    placeholder="One line of text per line of lyrics",
                    tooltip=(
                        "The text, in the order it is sung. Section headers such as [Chorus] are ignored."
                    ),
                ),
            ],
            outputs=[
                WordTimingsIO.Output(display_name="words"),
                io.String.Output(
                    display_name="report", tooltip="Which engine timed the words, and each word's time."
                ),
            ],
        )

    @classmethod
    def execute(cls, audio: Mapping[str, Any] | None, lyrics: str) -> io.NodeOutput:
        with engine_imports():
            from ..align.place import align_lyrics
            from ..backends.crop.silence import speech_spans
        samples = to_sound(audio).mono(16000)
        timings = align_lyrics(samples, lyrics, speech_spans(samples, "auto", stem=False))
        listing = [f"{w.start:8.2f} {w.end:8.2f}  {w.confidence:.2f}  {w.text}" for w in timings.words()]
        return io.NodeOutput(timings, "\n".join([timings.engine, *listing]))
