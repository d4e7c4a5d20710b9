"""Lyrics as cues of a subtitle track."""

from __future__ import annotations

from fractions import Fraction

from fontTools.unicodedata import script

from ..align.words import WordTimings
from ..engine.media.tracks import Subtitle
from .cues import HOLD, sung_lines
from .fonts import guessed

# ISO 639-2, as MP4 has it, of the languages that lyrics are aligned in; others stay without a name.
_CODES = {
    "ar": "ara", "cs": "ces", "da": "dan", "de": "deu", "el": "ell", "en": "eng", "es": "spa", "fi": "fin",
    "fr": "fra", "he": "heb", "hi": "hin", "hu": "hun", "id": "ind", "it": "ita", "ja": "jpn", "ko": "kor",
    "nl": "nld", "no": "nor", "pl": "pol", "pt": "por", "ro": "ron", "ru": "rus", "sv": "swe", "th": "tha",
    "tr": "tur", "uk": "ukr", "vi": "vie", "zh": "zho",
}  # fmt: skip

# Of engines that know one language and don't state it; of scripts that one language alone is written in.
_OF_ENGINE = {"pocketsphinx": "en"}
_OF_SCRIPT = {"Hebr": "he", "Thai": "th", "Grek": "el"}


def subtitles(words: WordTimings, duration: Fraction) -> list[Subtitle]:
    """A cue for each line, on as long as it is sung and a moment longer. Lines that are sung at once share
    the cues of that time, because players show one cue at a time."""
    lines = sung_lines(words.lines)
    spans: list[tuple[Fraction, Fraction, str]] = []
    for number, line in enumerate(lines):
        following = lines[number + 1].start if number + 1 < len(lines) else duration
        end = min(max(line.end, min(line.end + HOLD, following)), duration)
        if end > line.start:
            spans.append((line.start, end, line.text))
    edges = sorted({edge for start, end, _ in spans for edge in (start, end)})
    cues: list[Subtitle] = []
    for start, end in zip(edges, edges[1:], strict=False):
        text = "\n".join(text for begin, until, text in spans if begin <= start and end <= until)
        if text and cues and cues[-1].text == text and cues[-1].end == start:
            cues[-1] = Subtitle(cues[-1].start, end, text)
        elif text:
            cues.append(Subtitle(start, end, text))
    return cues


def language_code(language: str) -> str:
    """ISO 639-2 of a BCP 47 tag, "" for one that has none here."""
    return _CODES.get(language[:2].lower() if language[2:3] in ("", "-", "_") else "", "")


def track_language(words: WordTimings) -> str:
    """ISO 639-2 of the lyrics: as stated, else as the engine or the letters tell; "" where nothing does."""
    if words.language:
        return language_code(words.language)
    texts = [line.text for line in words.lines]
    scripts = {script(letter) for text in texts for letter in set(text)}
    found = guessed(texts) or next((_OF_SCRIPT[name] for name in sorted(scripts) if name in _OF_SCRIPT), "")
    engine = words.engine.split(",")[0].split(" ")[0]
    return language_code(found or _OF_ENGINE.get(engine, ""))
