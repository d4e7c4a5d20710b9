"""Bytes of a text file in an encoding nobody names."""

from __future__ import annotations

import codecs
import re

from ...engine.errors import LyricsFormatError
from .refused import refuse_file

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Stamps and line breaks are ASCII, which UTF-16 pads with zeros; other text files hold none.
_PADDED_SHARE = 0.2
# A file of UTF-8 with a broken letter here and there is UTF-8 all the same: in older encodings hardly any
# bytes happen to be letters of it.
_BROKEN_SHARE = 0.5
_BROKEN = re.compile("[\udc80-\udcff]")
# What begins a letter of which the rest is missing has been one; other bytes are noise.
_PARTIAL = re.compile("[\udcc2-\udcf4][\udc80-\udcbf]{0,2}")
_WRONG = re.compile("[\udc80-\udcff\ufffd]")
_BREAK = re.compile(r"\r\n|\r|\n")
_LETTERS = re.compile("[^\x00-\x7f\udc80-\udcff]")
# Beyond tab, line breaks and escape, which ISO-2022 uses, text has no control characters.
_BINARY = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_BINARY_SHARE = 0.02
# Detectors name what the WHATWG encoding standard calls so; these are Python's supersets.
_CODECS = {
    "shift_jis": "cp932",
    "euc-kr": "cp949",
    "gbk": "gb18030",
    "big5": "big5hkscs",
    "iso-8859-8-i": "iso-8859-8",
}


def decode(data: bytes, encoding: str = "") -> tuple[str, str, int]:
    """The text, without a byte order mark, the name of its encoding, and the first row, counted from 1, with
    bytes that are not of it, 0 for none.

    UTF-8 first, then UTF-16 by its zeros, then the likeliest legacy encoding (chardetng, the detector of
    Firefox; charset-normalizer where that has no wheel). Letters that are not whole become U+FFFD; of UTF-8
    bytes that belong to no letter are left out. encoding: known to the caller, "" for none. Raises
    LyricsFormatError for what is no text, by its name where it is known.
    """
    refuse_file(data)
    for mark, name in _MARKS:
        if data.startswith(mark) and not encoding:
            return _text(data[len(mark) :], name)
    return _text(data, encoding or _guess(data))


def _text(data: bytes, encoding: str) -> tuple[str, str, int]:
    try:
        errors = "surrogateescape" if codecs.lookup(encoding).name == "utf-8" else "replace"
        text = data.decode(encoding, errors).removeprefix("\ufeff")
    except LookupError as error:
        raise LyricsFormatError(f"There is no text encoding {encoding!r}: choose another one.") from error
    except ValueError as error:
        raise LyricsFormatError(f"The file is not text in {encoding}: choose its encoding.") from error
    if len(_BINARY.findall(text)) > _BINARY_SHARE * len(text):
        raise LyricsFormatError("The file is not a text: choose a lyrics or subtitle file.")
    wrong = _WRONG.search(text)
    row = len(_BREAK.findall(text, 0, wrong.start())) + 1 if wrong else 0
    return _BROKEN.sub("", _PARTIAL.sub("\ufffd", text)), encoding, row


def _guess(data: bytes) -> str:
    if padded := _padded(data):
        return padded
    text = data.decode("utf-8", "surrogateescape")
    broken = len(_BROKEN.findall(text))
    if broken <= _BROKEN_SHARE * len(_LETTERS.findall(text)):
        return "utf-8"
    name = _detected(data)
    return _CODECS.get(name.lower(), name)


def _padded(data: bytes) -> str:
    """UTF-16 without a byte order mark, by where its zeros are; "" for anything else."""
    high, low = data[::2].count(0), data[1::2].count(0)
    if high + low < _PADDED_SHARE * len(data) / 2:
        return ""
    return "utf-16-le" if low > high else "utf-16-be"


def _detected(data: bytes) -> str:
    try:
        from chardetng_py import EncodingDetector
    except ImportError:
        from charset_normalizer import from_bytes

        best = from_bytes(data).best()
        return best.encoding if best else "cp1252"
    detector = EncodingDetector()
    detector.feed(data, last=True)
    return detector.guess(tld=None, allow_utf8=False)
