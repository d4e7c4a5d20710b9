"""What users choose among: aligners, recognisers, models and languages. Imports nothing of ours."""

from __future__ import annotations

from typing import Literal, get_args

Content = Literal["auto", "speech", "song"]
CONTENTS: tuple[Content, ...] = get_args(Content)
"""What a sound holds, or that it decides by itself."""

Aligner = Literal[
    "auto", "pocketsphinx", "ctc", "whisper", "recognised words", "by syllables", "stable-ts", "whisperx",
    "qwen3-forcedaligner",
]  # fmt: skip
ALIGNERS: tuple[Aligner, ...] = get_args(Aligner)
"""Of known lyrics."""

TIMESTAMPED, FASTER, SPHINX, WHISPER = "whisper-timestamped", "faster-whisper", "pocketsphinx", "whisper"
ENGINES = (TIMESTAMPED, FASTER, SPHINX, WHISPER)
"""Recognisers of unknown words; "whisper" is the pack's own."""
AUTO = "auto"

MODELS = (
    "tiny", "tiny.en", "base", "base.en", "small", "small.en", "medium", "medium.en", "large-v1", "large-v2",
    "large-v3", "large-v3-turbo",
)  # fmt: skip
"""Whisper's sizes; those with ".en" know English only."""

LANGUAGES = (
    "af", "am", "ar", "as", "az", "ba", "be", "bg", "bn", "bo", "br", "bs", "ca", "cs", "cy", "da",
    "de", "el", "en", "es", "et", "eu", "fa", "fi", "fo", "fr", "gl", "gu", "ha", "haw", "he", "hi",
    "hr", "ht", "hu", "hy", "id", "is", "it", "ja", "jw", "ka", "kk", "km", "kn", "ko", "la", "lb",
    "ln", "lo", "lt", "lv", "mg", "mi", "mk", "ml", "mn", "mr", "ms", "mt", "my", "ne", "nl", "nn",
    "no", "oc", "pa", "pl", "ps", "pt", "ro", "ru", "sa", "sd", "si", "sk", "sl", "sn", "so", "sq",
    "sr", "su", "sv", "sw", "ta", "te", "tg", "th", "tk", "tl", "tr", "tt", "uk", "ur", "uz", "vi",
    "yi", "yo", "yue", "zh",
)  # fmt: skip
"""Whisper's codes: ISO 639-1, with "haw" and "yue" of 639-3 and "jw" for Javanese."""

UNSPACED = frozenset({"zh", "ja", "th", "lo", "my", "yue"})
"""Languages whose words Whisper's engines part where no space is written."""
