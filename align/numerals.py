"""Numerals in words, for matching "99" with what is said."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from unicode_rbnf import RbnfEngine

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
# In digits: longer ones are not read as numbers.
_LONGEST_NUMERAL = 12
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


@lru_cache(maxsize=1024)
def foreign_numeral(digits: str, language: str) -> str:
    """A number in the words of a language (BCP 47), by Unicode's CLDR; as it is where that has no rules."""
    rules = _rules(language.split("-")[0].lower())
    if rules is None or len(digits) > _LONGEST_NUMERAL:
        return digits
    # Soft hyphens stand where compounds may be broken.
    return rules.format_number(int(digits)).text.replace("\u00ad", "")


@lru_cache(maxsize=8)
def _rules(language: str) -> RbnfEngine | None:
    from unicode_rbnf import RbnfEngine

    try:
        return RbnfEngine.for_language(language)
    except ValueError:
        return None
