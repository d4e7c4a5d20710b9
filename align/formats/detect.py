"""Which format a text is in, by what it holds."""

from __future__ import annotations

import re

from .clock import TIMING

_SIGNS = (
    ("vtt", re.compile(r"\s*WEBVTT(\s|$)")),
    ("json", re.compile(r'\s*(\{\s*"|\[\s*\{)')),
    (
        "ass",
        re.compile(r"^[ \t]*\[(Script Info|Events)\]|^Dialogue:[^,\n]*,[ \t]*[0-9]{1,6}:[0-9]", re.M | re.I),
    ),
    ("srt", re.compile("^" + TIMING.pattern, re.M)),
    ("lrc", re.compile(r"^[ \t]*\[[0-9]{1,6}:[0-9]{1,2}(?:[.:,][0-9]{1,6}){0,2}\]", re.M)),
)
# A signature begins the file; the others may come after a preface.
_FIRST = ("vtt", "json")


def detect(text: str) -> str:
    """ "vtt", "json", "ass", "srt", "lrc" (also enhanced), or "txt" when nothing else."""
    for name, sign in _SIGNS:
        if sign.match(text) if name in _FIRST else sign.search(text):
            return name
    return "txt"
