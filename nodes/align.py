"""Stage: words in time."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from comfy_api.latest import io

from ..align.names import ALIGNERS, AUTO, CONTENTS, MODELS
from ..engine.host.comfy import ComfyHost
from .inputs import to_sound
from .notices import notices
from .requirements import engine_imports
from .types import WordTimingsIO

_LARGEST = "largest installed"
# As the combo was first shipped, without the two older large ones.
_WHISPERS = [name for name in MODELS if name not in ("large-v1", "large-v2")]


class LipSyncAlignLyrics(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="LipSyncAlignLyrics",
            display_name="Align Lyrics (LipSync)",
            category="lipsync/align",
            description=(
                "Finds when each word of a known text is said or sung: speech in many languages offline and "
                "without downloads, songs with a Whisper model."
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
                io.Audio.Input(
                    "vocals",
                    optional=True,
                    tooltip="The voice alone, where the audio is a song with music: this is listened to.",
                ),
                io.Combo.Input(
                    "engine",
                    options=list(ALIGNERS),
                    default=AUTO,
                    optional=True,
                    advanced=True,
                    tooltip=(
                        "auto: the first that can be trusted with this text; the report says which. "
                        "pocketsphinx: speech in many languages, no download; whisper: most languages, "
                        "songs; ctc: English, 378 MB, and seven others, 1.3 GB each. stable-ts, whisperx and "
                        "qwen3-forcedaligner are installed by you."
                    ),
                ),
                io.Combo.Input(
                    "content",
                    options=list(CONTENTS),
                    default=AUTO,
                    optional=True,
                    advanced=True,
                    tooltip="song: other aligners are tried first, and no pause is taken for silence.",
                ),
                io.String.Input(
                    "language",
                    default="",
                    optional=True,
                    advanced=True,
                    placeholder="detected automatically",
                    tooltip=(
                        "Of the text: a code or a name, such as de, pt-BR or German. Left empty, it is found "
                        "in the text."
                    ),
                ),
                io.Combo.Input(
                    "whisper_model",
                    options=[_LARGEST, *_WHISPERS],
                    default=_LARGEST,
                    optional=True,
                    advanced=True,
                    tooltip="Which Whisper model listens where one is needed.",
                ),
                io.String.Input(
                    "whisper_path",
                    default="",
                    optional=True,
                    advanced=True,
                    placeholder="file or folder",
                    tooltip="Your own Whisper model: a .pt file, or a folder of Hugging Face or CTranslate2.",
                ),
                io.Boolean.Input(
                    "download_missing",
                    default=False,
                    optional=True,
                    advanced=True,
                    tooltip=(
                        "Fetch the model an engine lacks: 378 MB or 1.3 GB for ctc, 156 MB to 3.1 GB for "
                        "Whisper."
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
    def execute(
        cls,
        audio: Mapping[str, Any] | None,
        lyrics: str,
        vocals: Mapping[str, Any] | None = None,
        engine: str = AUTO,
        content: str = AUTO,
        language: str = "",
        whisper_model: str = _LARGEST,
        whisper_path: str = "",
        download_missing: bool = False,
    ) -> io.NodeOutput:
        with engine_imports():
            from ..align.chain import AlignOptions, align
        options = AlignOptions(
            engine,  # type: ignore[arg-type]
            language.strip(),
            content,  # type: ignore[arg-type]
            Path(whisper_path.strip()).expanduser() if whisper_path.strip() else None,
            "" if whisper_model == _LARGEST else whisper_model,
            download_missing,
        )
        stem = None if vocals is None else to_sound(vocals)
        found = align(to_sound(audio), lyrics, ComfyHost(), options, stem=stem)
        return io.NodeOutput(found.timings, found.report(), ui=notices(found.notes()))
