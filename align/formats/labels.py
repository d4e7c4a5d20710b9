"""Audacity's labels (.txt): "start<Tab>end<Tab>label", seconds; rows with a backslash hold frequencies."""

from __future__ import annotations

import re
from dataclasses import replace

from ..lines import break_lines
from ..script import needs_space
from ..words import Word, WordTimings
from .cues import placed_between
from .document import Lyrics, Problems, TimedText, lyrics_of, numbered_rows
from .pieces import SPREAD_CONFIDENCE

_SECONDS = r"-?([0-9]{1,9}(?:[.,][0-9]{1,12})?)"
ROW = re.compile(rf"^\ufeff?{_SECONDS}\t{_SECONDS}\t", re.MULTILINE)
_ROW = re.compile(rf"\s*\ufeff?{_SECONDS}\t{_SECONDS}\t(.*)")


def read(text: str) -> Lyrics:
    """Labels of a word each are set in lines, others are lines. One of a moment lasts until the next."""
    problems = Problems()
    labels: list[TimedText] = []
    for number, row in numbered_rows(text):
        if match := _ROW.fullmatch(row):
            start, end = (float(match[n].replace(",", ".")) for n in (1, 2))
            labels.append(TimedText(start, max(start, end), " ".join(match[3].split())))
        elif (parts := row.split("\t", 2))[2:] and not row.startswith("\\"):
            problems.add(
                number, f"{row.strip()[:40]!r} has no such times; it is placed between its neighbours."
            )
            labels.append(TimedText(0.0, 0.0, " ".join(parts[2].split()), guessed=True))
        elif row.strip() and not row.startswith("\\"):
            problems.add(number, f"{row.strip()[:40]!r} is no label; it is left out.")
    labels = placed_between([label for label in labels if label.text], lambda label: label.text)
    labels.sort(key=lambda label: label.start)
    for at in range(len(labels) - 1):
        if labels[at].end == labels[at].start:
            labels[at] = replace(labels[at], end=labels[at + 1].start)
    lyrics = lyrics_of(labels, "labels", problems)
    if lyrics.precision != "word":
        return lyrics
    texts = [label.text for label in labels]
    words = [
        Word(
            label.text,
            label.start,
            label.end,
            SPREAD_CONFIDENCE if label.guessed else 1.0,
            space=needs_space(label.text, following),
        )
        for label, following in zip(labels, [*texts[1:], " "], strict=True)
    ]
    lines = tuple(break_lines([words]))
    return Lyrics(
        WordTimings(lines, "", "labels file"), "word", "\n".join(line.text for line in lines), "labels",
        problems=lyrics.problems,
    )  # fmt: skip
