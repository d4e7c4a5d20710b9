"""Formats of words in time, and of documents, that are not read: each is refused by its name."""

from __future__ import annotations

import re

from ...engine.errors import LyricsFormatError

# What a file begins with, what it is, and what to do.
_FILES: tuple[tuple[bytes, str, str], ...] = (
    (b"krc1", "an encrypted KRC of KuGou", "save the lyrics as LRC, or decrypt them first"),
    (b"%PDF-", "a PDF", "copy its text into a .txt file"),
    (b"{\\rtf", "a rich text document (RTF)", "save it as plain text"),
    (
        b"PK\x03\x04",
        "an archive or a word processor's document",
        "take the lyrics file out, or save it as plain text",
    ),
    (b"\xd0\xcf\x11\xe0", "an old word processor's document", "save it as plain text"),
    (b"\x1f\x8b", "a compressed archive", "take the lyrics file out of it"),
    (b"MThd", "a MIDI karaoke song", "save its lyrics as LRC with a karaoke editor"),
    (
        b"\x00\x00\x01\xba",
        "a VobSub subtitle, which is pictures",
        "convert it to SRT with a program that reads them",
    ),
)
_TEXTS: tuple[tuple[re.Pattern[str], str, str], ...] = tuple(
    (re.compile(sign, re.IGNORECASE), name, remedy)
    for sign, name, remedy in (
        (r"\s*<SAMI\b", "a SAMI subtitle (.smi)", "convert it to SRT"),
        (
            r"\s*(?:<\?xml[^>]{0,200}>\s*)?<(?:timedtext|transcript)\b",
            "YouTube's own XML",
            "download it as VTT or SRT",
        ),
        (
            r"\s*(?:<!--[^>]{0,2000}>\s*)?(?:<!doctype\s+html|<html\b)",
            "a web page",
            "copy the lyrics into a .txt file",
        ),
        (r'\s*File type = "ooTextFile', "a TextGrid of Praat", "save its words as labels or SRT"),
        (r"\s*Scenarist_SCC", "an SCC caption file", "convert it to SRT or TTML"),
        (
            r"\s*(?:<\?xml[^>]{0,200}>\s*)?<(?:USFSubtitles|score-partwise|ksc)\b",
            "an XML that is no TTML",
            "convert it to SRT",
        ),
    )
)


def refuse_file(data: bytes) -> None:
    """Raises LyricsFormatError for bytes of a format that is not read, by its name."""
    _say(next(((name, remedy) for sign, name, remedy in _FILES if data.startswith(sign)), None))


def refuse(text: str) -> None:
    """As `refuse_file`, of a text."""
    _say(next(((name, remedy) for sign, name, remedy in _TEXTS if sign.match(text)), None))


def _say(found: tuple[str, str] | None) -> None:
    if found:
        raise LyricsFormatError(f"The file is {found[0]}, which is not read here: {found[1]}.")
