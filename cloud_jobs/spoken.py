"""A text that a service speaks: whether there is something to say, and for about how long."""

from __future__ import annotations

import unicodedata

from .errors import InvalidRequestError

# About 160 English words a minute, and five syllables a second where each character is one (Pellegrino, Coupé
# and Marsico 2011, Mandarin); only estimates.
_CHARACTERS_PER_SECOND, _WIDE_PER_SECOND = 14.0, 5.0


def guess_seconds(text: str) -> float:
    """A guess at how long a voice will speak."""
    spoken = text.strip()
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in spoken)
    return wide / _WIDE_PER_SECOND + (len(spoken) - wide) / _CHARACTERS_PER_SECOND


def check_characters(text: str) -> None:
    """Raises InvalidRequestError for what no voice can say."""
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise InvalidRequestError("The text has bytes that are no characters; write it as UTF-8.")


def check_says_something(text: str) -> None:
    """Raises InvalidRequestError."""
    if not any(character.isalnum() for character in text):
        raise InvalidRequestError(
            "The text has no letter and no digit, so nothing would be said; write what the face shall say."
        )
