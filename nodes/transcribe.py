"""Stage: what is said, and when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from comfy_api.latest import io

from ..align.names import AUTO, CONTENTS, ENGINES, LANGUAGES, MODELS
from .inputs import to_sound
from .notices import notices
from .requirements import engine_imports
from .types import WordTimingsIO

if TYPE_CHECKING:
    from ..align.words import WordTimings


class LipSyncTranscribe(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="LipSyncTranscribe",
            display_name="Transcribe (LipSync)",
            category="lipsync/align",
            description=(
                "Writes down what is said or sung, with the time of every word, by Whisper in 100 languages. "
                "It takes a Whisper model, which it fetches where you allow it."
            ),
            search_aliases=["whisper", "speech to text", "subtitles", "word timestamps", "stt", "asr"],
            inputs=[
                io.Audio.Input(
                    "audio", tooltip="A voice or a song, of any length. Of a song the vocal stem is best."
                ),
                io.Combo.Input(
                    "engine",
                    options=[AUTO, *ENGINES],
                    default=AUTO,
                    tooltip=(
                        "auto takes whisper-timestamped, faster-whisper or whisper, the pack's own, "
                        "whichever is installed and has the model. pocketsphinx needs no model, but mishears "
                        "every other word of English."
                    ),
                ),
                io.Combo.Input(
                    "model",
                    options=list(MODELS),
                    default="base",
                    tooltip=(
                        "Whisper's size: the larger, the better and slower. Those with .en know English "
                        "only. For songs take small or more."
                    ),
                ),
                io.Combo.Input(
                    "language",
                    options=[AUTO, *LANGUAGES],
                    default=AUTO,
                    tooltip="What is spoken; auto finds out.",
                ),
                io.Combo.Input(
                    "content",
                    options=list(CONTENTS),
                    default=AUTO,
                    tooltip=(
                        "Of speech the parts without a voice are skipped, so that nothing is invented "
                        "there. Of a song only silence is, because voice detectors miss singing. auto "
                        "decides by the sound."
                    ),
                ),
                io.Boolean.Input(
                    "download_missing",
                    default=False,
                    tooltip=(
                        "Fetch the model from Hugging Face where it is missing: 76 MB (tiny) to 6.2 GB "
                        "(large-v1 and v2 for whisper-timestamped). Nothing is fetched otherwise."
                    ),
                ),
                io.String.Input(
                    "model_path",
                    default="",
                    optional=True,
                    advanced=True,
                    tooltip=(
                        "A Whisper model of your own instead: a .pt file, a Hugging Face folder, or a folder "
                        "of CTranslate2. Relative paths lie in models/whisper."
                    ),
                ),
            ],
            outputs=[
                WordTimingsIO.Output(display_name="words"),
                io.String.Output(display_name="text", tooltip="The text in lines."),
                io.String.Output(
                    display_name="report",
                    tooltip="Which engine and language, and each word's start, end and confidence.",
                ),
            ],
        )

    @classmethod
    def execute(
        cls,
        audio: Mapping[str, Any] | None,
        engine: str,
        model: str,
        language: str,
        content: Any,
        download_missing: bool,
        model_path: str = "",
    ) -> io.NodeOutput:
        with engine_imports():
            from ..align.transcribe.registry import choose
            from ..engine.host.comfy import ComfyHost
        sound = to_sound(audio)
        host = ComfyHost()
        choice = choose(engine, model, host, path=model_path, fetch=download_missing)
        timings = choice.transcribe(sound, language=language, content=content, host=host)
        text = "\n".join(line.text for line in timings.lines)
        return io.NodeOutput(timings, text, _report(timings, choice.notes), ui=notices(choice.notes))


def _report(timings: WordTimings, notes: Sequence[str]) -> str:
    words = timings.words()
    head = f"{timings.engine}, {timings.language or 'no language'}: {len(words)} words"
    listing = [f"{w.start:8.2f} {w.end:8.2f}  {w.confidence:.2f}  {w.text}" for w in words]
    return "\n".join([*notes, head, *listing])
