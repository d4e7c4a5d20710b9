"""Numerals in words, for matching "99" with what is said."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from unicode_rbnf import RbnfEngine

_LARGEST = 999_999
# In digits: longer ones are not read as numbers.
_LONGEST_NUMERAL = 12
_NUMERAL = re.compile(r"(\d+)(?:\.(\d+))?(st|nd|rd|th|s)?", re.ASCII)


def numeral_words(numeral: str) -> list[str]:
    """The English words of "7", "007", "1987", "3.5", "21st" or "90s" (ASCII digits, no thousands
    separators); beyond 999999 digit by digit."""
    match = _NUMERAL.fullmatch(numeral.lower())
    if not match:
        raise ValueError(f"not a numeral: {numeral!r}")
    digits, fraction, ending = match.groups()
    # Python converts no number of thousands of digits.
    number = int(digits[: _LONGEST_NUMERAL + 1])
    is_year = len(digits) == 4 and (1100 <= number <= 1999 or 2010 <= number <= 2099)
    ordinal = bool(ending) and ending != "s"
    if len(digits) > 1 and digits[0] == "0":
        words = ["oh" if digit == "0" else _english(int(digit))[0] for digit in digits]
    elif number > _LARGEST:
        words = [_english(int(digit))[0] for digit in digits]
    else:
        purpose = "ORDINAL" if ordinal and not fraction else "YEAR" if is_year else "CARDINAL"
        words = _english(number, purpose)
    if fraction:
        words = [*words, "point", *(_english(int(digit))[0] for digit in fraction)]
    if ending == "s":
        words[-1] = words[-1][:-1] + "ies" if words[-1].endswith("y") else words[-1] + "s"
    return words


@lru_cache(maxsize=1024)
def _spelt(number: int, purpose: str) -> str:
    from unicode_rbnf import FormatPurpose

    rules = _rules("en")
    assert rules is not None
    return rules.format_number(number, FormatPurpose[purpose]).text


def _english(number: int, purpose: str = "CARDINAL") -> list[str]:
    return _spelt(number, purpose).replace("-", " ").split()


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
