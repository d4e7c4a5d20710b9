"""TTML: subtitles, and lyrics of Apple Music and Musixmatch."""

import pytest

from lipsync_studio.align.formats import WriteOptions, parse, serialise
from lipsync_studio.align.words import Line, Syllable, Word, WordTimings
from lipsync_studio.engine.errors import LyricsFormatError

APPLE = """\
<tt xmlns="http://www.w3.org/ns/ttml" xmlns:itunes="http://music.apple.com/lyric-ttml-internal"
 xmlns:ttm="http://www.w3.org/ns/ttml#metadata" itunes:timing="Word" xml:lang="en"><head><metadata>
<ttm:agent type="person" xml:id="v1"><ttm:name type="full">Anna</ttm:name></ttm:agent>
<ttm:agent type="other" xml:id="v2"/>
<iTunesMetadata><translations><translation type="subtitle" xml:lang="de">
<text for="L1">Hallo <span>Welt</span></text></translation></translations></iTunesMetadata></metadata></head>
<body dur="1:05.000"><div begin="9.5" end="1:05.000">
<p begin="10.000" end="14.000" itunes:key="L1" ttm:agent="v1"><span begin="10.000" end="10.400">Hel</span
><span begin="10.400" end="11.000">lo</span> <span begin="11.200" end="12.000">world</span
><span ttm:role="x-bg"><span begin="12.500" end="13.000">(ooh</span>
<span begin="13.000" end="14.000">ooh)</span></span><span ttm:role="x-roman" xml:lang="en">herro</span></p>
<p begin="1:02.500" end="1:05.000" itunes:key="L2" ttm:agent="v2">There &amp; back</p>
</div></body></tt>
"""


def ttml(body, head=""):
    return f'<tt xmlns="http://www.w3.org/ns/ttml" xmlns:ttp="x" {head}><body><div>{body}</div></body></tt>'


def lines(text):
    return [(round(one.start, 4), round(one.end, 4), one.text) for one in parse(text).timings.lines]


def test_lyrics_of_apple_music():
    read = parse(APPLE)
    assert (read.format, read.precision, read.timings.language, read.problems) == ("ttml", "word", "en", ())
    assert [(line.voice, line.text, line.start, line.end) for line in read.timings.lines] == [
        ("Anna", "Hello world", 10.0, 12.0), ("bg", "(ooh ooh)", 12.5, 14.0),
        ("v2", "There & back", 62.5, 65.0),
    ]  # fmt: skip
    hello = read.timings.words()[0]
    assert hello.syllables == (Syllable("Hel", 10.0, 10.4), Syllable("lo", 10.4, 11.0))
    assert [line.text for line in read.translations] == ["herro", "Hallo Welt"]


@pytest.mark.parametrize(
    ("begin", "seconds"),
    [
        ("00:00:10.000", 10.0), ("00:10.5", 10.5), ("10.5s", 10.5), ("10500ms", 10.5), ("0.5m", 30.0),
        ("1h", 3600.0), ("10.5", 10.5), ("100000t", 0.01), ("50f", 2.0), ("00:00:10:05", 10.2),
        ("00:00:60.000", 60.0),
    ],
)  # fmt: skip
def test_times(begin, seconds):
    head = 'ttp:frameRate="25" ttp:tickRate="10000000"'
    assert lines(ttml(f'<p begin="{begin}" dur="2s">la</p>', head)) == [(seconds, seconds + 2, "la")]


def test_frames_of_television():
    head = 'ttp:frameRate="30" ttp:frameRateMultiplier="1000 1001"'
    assert lines(ttml('<p begin="300f" end="600f">la</p>', head)) == [(10.01, 20.02, "la")]


def test_times_of_spans_count_from_their_paragraph_where_they_must():
    body = (
        '<p begin="10s" end="14s"><span begin="0s" end="1s">one</span> '
        '<span begin="1.5s" dur="1s">two</span></p>'
        '<p begin="1s" end="5s"><span begin="1s" end="2s">three</span></p>'
    )
    assert [(w.text, w.start, w.end) for w in parse(ttml(body)).timings.words()] == [
        ("three", 2.0, 3.0), ("one", 10.0, 11.0), ("two", 11.5, 12.5),
    ]  # fmt: skip
    assert lines(ttml('</div><div begin="100s"><p begin="10s" end="14s">la</p>')) == [(110.0, 114.0, "la")]


def test_subtitles():
    body = (
        '<p begin="1s" end="2s">Who <span style="i">goes</span><br/>there?</p>'
        '<p begin="3s" end="4s">桜の花が<br/>咲く<span tts:ruby="text">さく</span></p>'
        '<p begin="5s" end="6s"> </p>'
    )
    assert lines(ttml(body, 'xmlns:tts="y"')) == [(1.0, 2.0, "Who goes there?"), (3.0, 4.0, "桜の花が咲く")]


def test_what_is_lost_lies_between_its_neighbours():
    body = '<p begin="1s" end="2s">a</p><p begin="soon">b</p><p begin="5s" end="4s">c</p>'
    read = parse(ttml(body))
    assert lines(ttml(body)) == [(1.0, 2.0, "a"), (2.0, 5.0, "b"), (5.0, 5.0, "c")]
    assert len(read.problems) == 2
    untimed = parse(ttml("<p>one</p><p>two</p>", 'itunes:timing="None"'))
    assert (untimed.precision, untimed.text) == ("none", "one\ntwo")


def test_broken_xml_is_read_as_far_as_it_goes():
    read = parse(ttml('<p begin="1s" end="2s">R&B &nbsp;&eacute; &#0;&#x1F;</p>\n<p begin="3s" <<<'))
    assert [line.text for line in read.timings.lines] == ["R&B \u00a0é"]
    assert read.problems[-1].line == 2
    for text, message in [
        ("<tt><body><p", "The XML is broken in line 1"),
        ("<tt>&a;</tt><tt>", "The XML is broken"),
        ('<!DOCTYPE tt [<!ENTITY a "b">]><tt>&a;</tt>', "entities of its own"),
        ("<rss><p>la</p></rss>", "holds <rss>, which is no TTML"),
    ]:
        with pytest.raises(LyricsFormatError, match=message):
            parse(text, "ttml")


def test_entities_do_not_multiply():
    rows = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    with pytest.raises(LyricsFormatError, match="entities of its own"):
        parse(f'<!DOCTYPE tt [<!ENTITY a0 "la">{rows}]><tt><body><p begin="1s">&a11;</p></body></tt>')


def test_written():
    timings = WordTimings(
        (
            Line((Word("R&B", 10.0, 10.5), Word("<3", 10.5, 11.0)), "Anna <x>"),
            Line((Word("ooh", 10.5, 12.0),), "bg"),
            Line((Word("there", 12.0, 13.0),), "v1"),
        ),
        "en",
    )
    options = WriteOptions(tags={"title": "T & U"})
    text = serialise(timings, "ttml", options)
    assert text == (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<tt xmlns="http://www.w3.org/ns/ttml" xmlns:ttm="http://www.w3.org/ns/ttml#metadata"'
        ' xmlns:itunes="http://music.apple.com/lyric-ttml-internal" itunes:timing="Word" xml:lang="en">\n'
        "<head><metadata>\n<ttm:title>T &amp; U</ttm:title>\n"
        '<ttm:agent type="person" xml:id="v1"/>\n'
        '<ttm:agent type="person" xml:id="v2"><ttm:name type="full">Anna &lt;x&gt;</ttm:name></ttm:agent>\n'
        '</metadata></head>\n<body dur="00:00:13.000"><div>\n'
        '<p begin="00:00:10.000" end="00:00:12.000" ttm:agent="v2">'
        '<span begin="00:00:10.000" end="00:00:10.500">R&amp;B</span> '
        '<span begin="00:00:10.500" end="00:00:11.000">&lt;3</span>'
        '<span ttm:role="x-bg"><span begin="00:00:10.500" end="00:00:12.000">ooh</span></span></p>\n'
        '<p begin="00:00:12.000" end="00:00:13.000" ttm:agent="v1">'
        '<span begin="00:00:12.000" end="00:00:13.000">there</span></p>\n'
        "</div></body>\n</tt>\n"
    )
    read = parse(text)
    assert read.timings.lines == timings.lines
    assert read.tags == {"title": "T & U"}
    plain = serialise(timings, "ttml", WriteOptions(karaoke=False))
    assert '<p begin="00:00:10.000" end="00:00:11.000" ttm:agent="v2">R&amp;B &lt;3</p>' in plain
    assert [line.voice for line in parse(plain).timings.lines] == ["Anna <x>", "bg", "v1"]
