"""Lines whose words lie so far apart that nobody says them so."""

from __future__ import annotations

from itertools import pairwise

from .words import WordTimings

# Seconds of silence within a line, of which a singer's breath is a tenth.
_LONGEST_PAUSE = 2.0


def torn_lines(timings: WordTimings) -> list[str]:
    """A sentence for each line with a longer pause within: its first words were found in what isn't it."""
    torn = [
        line for line in timings.lines
        if any(after.start - before.end > _LONGEST_PAUSE for before, after in pairwise(line.words))
    ]  # fmt: skip
    return [
        f"The line “{line.text}” is torn apart, from {line.words[0].start:.1f} to {line.words[-1].end:.1f} "
        "s: check its times, or give the voice alone."
        for line in torn
    ]
