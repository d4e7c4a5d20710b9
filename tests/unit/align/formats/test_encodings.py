"""Bytes in whatever encoding, also a single line of them."""

import codecs
import sys

import pytest

from lipsync_studio.align.formats import parse
from lipsync_studio.align.formats.encodings import decode
from lipsync_studio.engine.errors import LyricsFormatError

LINES = {
    "cp1252": "Où est passé l'été, “mon amour” ?",
    "cp1251": "Я помню чудное мгновенье",
    "gb18030": "月亮代表我的心",
    "big5": "你問我愛你有多深",
    "cp932": "桜の花が咲く頃に",
    "euc-jp": "また会いましょう",
    "cp949": "사랑해요 그대만을",
    "cp1253": "Καλημέρα κόσμε",
    "cp1254": "Gül güzeli, çok şükür",
    "cp1256": "مرحبا بالعالم",
}


@pytest.mark.parametrize("encoding", LINES)
def test_one_line_in_a_legacy_encoding(encoding):
    text = LINES[encoding]
    assert parse(f"[00:01.00]{text}\r\n".encode(encoding)).text == text
    assert parse(f"1\n00:00:01,000 --> 00:00:02,000\n{text}\n".encode(encoding)).text == text


@pytest.mark.parametrize("text", LINES.values(), ids=LINES)
@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", b""),
        ("utf-8", codecs.BOM_UTF8),
        ("utf-16-le", b""),
        ("utf-16-be", b""),
        ("utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-16-be", codecs.BOM_UTF16_BE),
        ("utf-32-le", codecs.BOM_UTF32_LE),
    ],
)
def test_unicode(text, encoding, mark):
    read = parse(mark + f"[00:01.00]{text}\n[00:05.00]and more\n".encode(encoding))
    assert read.text == f"{text}\nand more"
    assert (read.encoding, read.problems) == (encoding, ())


def test_a_broken_letter_in_utf8_is_reported_by_its_line():
    text = "".join(f"[00:{n:02}.00]{line}\n" for n, line in enumerate(LINES.values())).encode()
    broken = text.replace("心".encode(), b"\xe5\xbf")
    read = parse(broken)
    assert read.encoding == "utf-8"
    assert read.text.split("\n")[2] == "月亮代表我的\ufffd"
    assert [problem.line for problem in read.problems] == [3]


@pytest.mark.parametrize("noise", [b"\x9f", b"\xff", b"\xc0"])
def test_mostly_valid_utf8_with_bytes_that_are_no_letters(noise):
    """Three letters speak for it, as few as there may be; the noise is left out and told."""
    read = parse("[00:10.00]Héllo wörld\r\n[00:12.00]café".encode() + noise + b" again")
    assert (read.encoding, read.text) == ("utf-8", "Héllo wörld\ncafé again")
    assert [problem.line for problem in read.problems] == [2]


def test_the_user_knows_better():
    data = "[00:01.00]Żółć".encode("cp1250")
    assert parse(data, encoding="cp1250").text == "Żółć"
    with pytest.raises(LyricsFormatError, match="no text encoding 'klingon'"):
        parse(data, encoding="klingon")
    with pytest.raises(LyricsFormatError, match="no text encoding 'hex'"):
        parse(data, encoding="hex")


@pytest.mark.parametrize(
    "data", [bytes(100), b"\x89PNG\r\n\x1a\n" + bytes(range(256)), b"\x00\x01\x02\x03" * 50]
)
def test_what_is_no_text_is_one_sentence(data):
    with pytest.raises(LyricsFormatError, match="not a text"):
        parse(data)


def test_without_the_detector_another_one_guesses(monkeypatch):
    """chardetng has no wheel for every Python."""
    monkeypatch.setitem(sys.modules, "chardetng_py", None)
    assert decode((LINES["cp1251"] + "\n").encode("cp1251") * 3)[0].startswith(LINES["cp1251"])


def test_nothing():
    read = parse(b"")
    assert (read.text, read.precision, read.timings.lines) == ("", "none", ())
