"""Times as files write them.

Inside a format all is counted in its own unit (10 ms or 1 ms), so that a time is rounded once and carries as
a whole: 59.995 s is 1:00.00.
"""

from __future__ import annotations

import math
import re

# 59.995 is 59.99499… as a float: a half that is meant rounds up all the same.
_MEANT_HALF = 1e-6

# Digits are bounded, so that no number is too large for arithmetic.
CLOCK = r"(?:([0-9]{1,6}):)?([0-9]{1,6}):([0-9]{1,2})(?:[.,:]([0-9]{1,9}))?"
TIMING = re.compile(rf"[ \t]*{CLOCK}[ \t]*-->[ \t]*{CLOCK}")


def units(seconds: float, per_second: int) -> int:
    """Seconds in whole units, half up; nothing lies before 0."""
    return max(0, math.floor(seconds * per_second + 0.5 + _MEANT_HALF))


def seconds_of(hours: str | None, minutes: str, seconds: str, fraction: str | None) -> float | None:
    """The groups of CLOCK in seconds; a fraction counts by its digits (.5 is 500 ms). None: no such time."""
    if int(seconds) > 59 or (hours is not None and int(minutes) > 59):
        return None
    whole = (int(hours or 0) * 60 + int(minutes)) * 60 + int(seconds)
    return whole + (int(fraction) / 10 ** len(fraction) if fraction else 0.0)


def timing_of(text: str) -> tuple[float, float] | None:
    """Start and end of a cue's timing line ("00:00:01,000 --> 00:00:02,500 …")."""
    match = TIMING.match(text)
    if not match:
        return None
    start, end = seconds_of(*match.groups()[:4]), seconds_of(*match.groups()[4:])
    return None if start is None or end is None else (start, end)


def minutes_stamp(time: int, digits: int) -> str:
    """mm:ss.xx of a time in units of 10**-digits s; minutes may exceed 99."""
    whole, fraction = divmod(time, 10**digits)
    minutes, seconds = divmod(whole, 60)
    return f"{minutes:02}:{seconds:02}.{fraction:0{digits}}"


def hours_stamp(milliseconds: int, point: str) -> str:
    """HH:MM:SS.mmm with the given decimal point."""
    whole, fraction = divmod(milliseconds, 1000)
    minutes, seconds = divmod(whole, 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}{point}{fraction:03}"


def ass_stamp(centiseconds: int) -> str:
    """H:MM:SS.cc"""
    whole, fraction = divmod(centiseconds, 100)
    minutes, seconds = divmod(whole, 60)
    return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}.{fraction:02}"
