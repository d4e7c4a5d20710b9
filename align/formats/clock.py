"""Times as files write them.

Inside a format all is counted in its own unit (10 ms or 1 ms), so that a time is rounded once and carries as
a whole: 59.995 s is 1:00.00.
"""

from __future__ import annotations

import math
import re
import unicodedata

# 59.995 is 59.99499… as a float: a half that is meant rounds up all the same.
_MEANT_HALF = 1e-6

# Characters that are not seen: spaces without width, marks of direction, byte order marks.
INVISIBLE = "\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
# The word joiner stands where a writer breaks up what is no time.
_UNSEEN = re.compile(f"(?!\u2060)[{INVISIBLE}]")

# Translators put spaces around colons; programs write milliseconds as floats ("200.00000001").
_COLON = "[ \t\u00a0]?[:：][ \t\u00a0]?"
_POINT = "[ \t\u00a0]?[.,:;：，．؛،][ \t\u00a0]?"
# Digits are bounded, so that no number is too large for arithmetic.
CLOCK = (
    rf"(?:([0-9]{{1,6}}){_COLON})?([0-9]{{1,6}}){_COLON}([0-9]{{1,2}})"
    rf"(?:{_POINT}([0-9]{{1,18}}(?:\.[0-9]{{1,18}}(?:e-[0-9]{{1,2}})?)?))?"
)
# "-->", and what becomes of it: "->", "- ->", "–>", "—>", "==>", "--&gt;", "→".
_ARROW = r"(?:(?:[-‐‑–—−=~][ \t]?){1,4}(?:>|&gt;|＞|›){1,3}|[→⇒➔⟶])"
ARROW = re.compile(_ARROW)
TIMING = re.compile(rf"[ \t{INVISIBLE}]*{CLOCK}[ \t]*{_ARROW}[ \t]*{CLOCK}")
# After the times: nothing, or settings such as "line:0" and "X1:100".
_SETTINGS = re.compile(r"(?:[ \t]+[A-Za-z][A-Za-z0-9]*:[^\s]{1,40}){0,12}[ \t]*")
_FRACTION = re.compile(r":[0-9]{1,2}[.,:;][ ]?([0-9]{1,6})(?![0-9.])")


def units(seconds: float, per_second: int) -> int:
    """Seconds in whole units, half up; nothing lies before 0."""
    return max(0, math.floor(seconds * per_second + 0.5 + _MEANT_HALF))


def whole_second(text: str, digits: int = 0) -> str:
    """The fraction that is a whole second in a file whose program rounds after it splits: "1000" where
    fractions have three digits (00:00:01,1000), "100" where they have two. digits: that the format has, 0
    where only the file can tell. "" where fractions of the file have more digits, or none."""
    found = set(_FRACTION.findall(text))
    for width in [digits] if digits else [2, 3]:
        full = "1" + "0" * width
        longer = any(len(fraction) > width and fraction != full for fraction in found)
        if not longer and (digits or any(len(fraction) == width for fraction in found)):
            return full
    return ""


def seconds_of(
    hours: str | None, minutes: str, seconds: str, fraction: str | None, *, full: str = ""
) -> float | None:
    """The groups of CLOCK in seconds; a fraction counts by its digits (.5 is 500 ms), one with a point inside
    is milliseconds. Sixty seconds are a minute. full: as `whole_second` has it. None: no such time."""
    if int(seconds) > 60 or (hours is not None and int(minutes) > 60):
        return None
    whole = (int(hours or 0) * 60 + int(minutes)) * 60 + int(seconds)
    if not fraction:
        return float(whole)
    if "." in fraction:
        return whole + float(fraction) / 1000
    return whole + (1.0 if fraction == full else int(fraction) / 10 ** len(fraction))


Timing = tuple[tuple[float, float] | None, str] | None
"""Of a row: start and end in seconds, None for times that there are not, and the text after them; None for a
row that is no timing."""


def timing_of(row: str, full: str = "") -> Timing:
    """Of a cue's timing row ("00:00:01,000 --> 00:00:02,500 …"); settings after the times are no text."""
    row = plain_digits(row)
    match = TIMING.match(row)
    if not match:
        return None
    start, end = seconds_of(*match.groups()[:4], full=full), seconds_of(*match.groups()[4:], full=full)
    times = None if start is None or end is None else (start, end)
    settings = _SETTINGS.match(row, match.end())
    return times, row[settings.end() if settings else match.end() :].strip()


def plain_digits(row: str) -> str:
    """A row in ASCII digits and without characters that are not seen: what a time is looked for in."""
    if row.isascii():
        return row
    return "".join(
        str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in _UNSEEN.sub("", row)
    )


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
