"""Files in and out, and which format they are in."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from lipsync_studio.align.formats import SUFFIXES, WRITTEN, parse, read_lyrics, serialise, write
from lipsync_studio.align.words import Line, Word, WordTimings
from lipsync_studio.engine.errors import LyricsFormatError, OutputError

TIMINGS = WordTimings((Line((Word("Slow", 1.0, 1.5), Word("été", 1.5, 2.0))),), "en", "an engine")


@pytest.mark.parametrize("name", WRITTEN)
def test_a_file_is_known_by_what_it_holds(name, tmp_path):
    path = tmp_path / "lyrics.txt"
    path.write_text(serialise(TIMINGS, name), encoding="utf-8")
    read = read_lyrics(path)
    assert (read.format, read.text, read.encoding, read.problems) == (name, "Slow été", "utf-8", ())


def test_a_file_with_a_wrong_suffix_is_read_and_reported(tmp_path):
    path = tmp_path / "lyrics.srt"
    path.write_text(serialise(TIMINGS, "lrc"), encoding="utf-8")
    read = read_lyrics(path)
    assert (read.format, read.text) == ("lrc", "Slow été")
    assert [str(problem) for problem in read.problems] == [
        "The file is named .srt but holds LRC; it is read as that."
    ]


def test_plain_text_is_kept_as_it_stands(tmp_path):
    path = tmp_path / "lyrics.txt"
    path.write_bytes("\ufeff[Verse 1]\r\nSlow  river\r\n\r\n[Chorus]\r\n  Deep\r\n".encode())
    read = read_lyrics(path)
    assert (read.format, read.precision, read.timings.lines) == ("txt", "none", ())
    assert read.text == "[Verse 1]\nSlow  river\n\n[Chorus]\n  Deep"


@pytest.mark.parametrize(
    "suffix", [".lrc", ".elrc", ".srt", ".vtt", ".ass", ".json", ".txt", ".ttml", ".LRC"]
)
def test_the_suffix_chooses_the_format(suffix, tmp_path):
    path = tmp_path / f"song{suffix}"
    write(TIMINGS, path)
    assert path.read_bytes().decode("utf-8") == serialise(TIMINGS, suffix[1:].lower())
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_the_format_may_be_named(tmp_path):
    write(TIMINGS, tmp_path / "song.txt", "srt")
    assert read_lyrics(tmp_path / "song.txt", "txt").text.startswith("1\n00:00:01,000")


def test_nothing_is_left_where_nothing_can_be_written(tmp_path):
    (tmp_path / "song.lrc").mkdir()
    with pytest.raises(OutputError, match=r"song\.lrc\" can't be written"):
        write(TIMINGS, tmp_path / "song.lrc")
    with pytest.raises(OutputError, match=r"song\.srt\" can't be written"):
        write(TIMINGS, tmp_path / "missing" / "song.srt")
    assert [path.name for path in tmp_path.iterdir()] == ["song.lrc"]


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (lambda folder: write(TIMINGS, folder / "song.docx"), "song.docx does not say which format"),
        (lambda folder: write(TIMINGS, folder / "song.lrc", "docx"), "no lyrics format 'docx'"),
        (lambda folder: parse("x", "docx"), "no lyrics format 'docx'"),
        (lambda folder: read_lyrics(folder / "none.lrc"), "none.lrc cannot be opened"),
        (lambda folder: read_lyrics(folder), "cannot be opened"),
    ],
)
def test_errors_are_one_sentence(act, message, tmp_path):
    with pytest.raises(LyricsFormatError, match=message):
        act(tmp_path)


def test_a_huge_file_is_not_read(tmp_path):
    path = tmp_path / "film.srt"
    with path.open("wb") as file:
        file.truncate(33 << 20)
    with pytest.raises(LyricsFormatError, match="larger than 32 MB"):
        read_lyrics(path)


def test_the_page_uploads_what_is_read():
    source = (Path(__file__).parents[4] / "web" / "src" / "lyrics.ts").read_text(encoding="utf-8")
    listed = source.partition("SUFFIXES = [")[2].partition("]")[0]
    assert set(re.findall(r'"(\.[a-z]+)"', listed)) == set(SUFFIXES)


def test_it_imports_without_torch_and_numpy():
    code = (
        "import sys; sys.modules.update(dict.fromkeys(['torch', 'numpy', 'requests', 'av']));"
        "from lipsync_studio.align import formats; print(formats.parse('[00:01.00]word').text)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout == "word\n"
