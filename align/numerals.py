"""English numerals in words, for matching "99" with what is said."""

from __future__ import annotations

import re

_SMALL = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
]  # fmt: skip
_TENS = ["zero", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_ORDINALS = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}
_LARGEST = 999_999
_NUMERAL = re.compile(r"(\d+)(?:\.(\d+))?(st|nd|rd|th|s)?", re.ASCII)


def number_words(number: int) -> list[str]:
    """0..999999 in words; larger numbers digit by digit."""
    if number > _LARGEST:
        return [_SMALL[int(digit)] for digit in str(number)]
    if number >= 1000:
        rest = number_words(number % 1000) if number % 1000 else []
        return [*number_words(number // 1000), "thousand", *rest]
    if number >= 100:
        rest = number_words(number % 100) if number % 100 else []
        return [_SMALL[number // 100], "hundred", *rest]
    if number >= 20:
        return [_TENS[number // 10], *([_SMALL[number % 10]] if number % 10 else [])]
    return [_SMALL[number]]


def _year_words(number: int) -> list[str]:
    """1987 as "nineteen eighty seven", 1905 as "nineteen oh five"."""
    century, rest = divmod(number, 100)
    if rest == 0:
        return [*number_words(century), "hundred"]
    return [*number_words(century), *(["oh"] if rest < 10 else []), *number_words(rest)]


def numeral_words(numeral: str) -> list[str]:
    """The words of "7", "007", "1987", "3.5", "21st" or "90s" (ASCII digits, no thousands separators)."""
    match = _NUMERAL.fullmatch(numeral.lower())
    if not match:
        raise ValueError(f"not a numeral: {numeral!r}")
    digits, fraction, ending = match.groups()
    number = int(digits)
    is_year = len(digits) == 4 and (1100 <= number <= 1999 or 2010 <= number <= 2099)
    if len(digits) > 1 and digits[0] == "0":
        words = ["oh" if digit == "0" else _SMALL[int(digit)] for digit in digits]
    else:
        words = _year_words(number) if is_year else number_words(number)
    if fraction:
        words += ["point", *(_SMALL[int(digit)] for digit in fraction)]
    if ending == "s":
        words[-1] = words[-1][:-1] + "ies" if words[-1].endswith("y") else words[-1] + "s"
    elif ending:
        last = words[-1]
        words[-1] = _ORDINALS.get(last) or (last[:-1] + "ieth" if last.endswith("y") else last + "th")
    return words
