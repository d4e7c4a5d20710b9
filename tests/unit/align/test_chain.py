"""The chain of aligners: which one is trusted, and with what."""

import json

import numpy as np
import pytest
from media import write_wav

from lipsync_studio.align.chain import AlignOptions, align
from lipsync_studio.commands import main
from lipsync_studio.devtools.corpus import Case, errors, garbled, music, silence, spoken, sung, with_music
from lipsync_studio.engine.errors import AlignmentError, MissingFilesError, TextError
from lipsync_studio.engine.host.plain import PlainHost
from lipsync_studio.engine.media.sound import Sound

RATE = 16000
# Of each voice; `dev.py bench align` takes all there is.
SECONDS = 24.0


# Nothing that happens to be installed takes part.
pytestmark = pytest.mark.usefixtures("machine")


def sound_of(case: Case) -> Sound:
    return Sound(case.samples[None], RATE)


@pytest.fixture(scope="module")
def clean():
    """Speech without anything else, and what is found by default."""
    case = spoken("female", 110).until(SECONDS)
    with pytest.MonkeyPatch.context() as patch, PlainHost("cpu") as host:
        patch.setenv("LIPSYNC_MODELS", "/nowhere")
        patch.setenv("XDG_CACHE_HOME", "/nowhere")
        return case, align(sound_of(case), case.lyrics, host)


def test_clean_speech_needs_no_model(clean):
    case, found = clean
    measured = errors(case.truth, found.timings)
    assert measured.median <= 0.05
    assert measured.within_300 >= 0.95
    assert found.timings.engine == "pocketsphinx"
    assert all(word.phones for word in found.timings.words())


def test_who_sings_is_kept(host):
    case = spoken("female", 110).until(SECONDS)
    rows = [row for row in case.lyrics.splitlines() if row.strip()]
    named = [f"v{1 + number % 2}: {row}" for number, row in enumerate(rows)]
    found = align(sound_of(case), "\n".join(named), host).timings
    assert [line.voice for line in found.lines] == [row[:2] for row in named]
    assert [line.text for line in found.lines] == [" ".join(row.split()) for row in rows]


def test_music_below_the_voice_is_no_hindrance(host):
    case = with_music(spoken("british", 110).until(SECONDS), 10)
    measured = errors(case.truth, align(sound_of(case), case.lyrics, host).timings)
    assert measured.within_300 >= 0.85


def test_lyrics_that_are_partly_wrong_are_mended_by_what_is_heard(host, tiny_en_ct2):
    case = spoken("british", 110).until(SECONDS)
    lyrics, source = garbled(case.lyrics, 0.15, 2)
    found = align(sound_of(case), lyrics, host, AlignOptions(whisper=tiny_en_ct2))
    assert errors(case.truth, found.timings, source).within_300 >= 0.9
    assert "mended" in found.timings.engine
    assert [word.text for word in found.timings.words()] == lyrics.split()


def test_song_goes_to_whisper(host, tiny_en_ct2):
    case = sung("british").until(SECONDS)
    found = align(sound_of(case), case.lyrics, host, AlignOptions(whisper=tiny_en_ct2, content="song"))
    assert "whisper" in found.timings.engine
    assert errors(case.truth, found.timings).within_300 >= 0.8
    assert found.steps == []


@pytest.mark.parametrize("case", [music(30), silence(20), silence(20, -30)], ids=lambda case: case.name)
def test_nothing_is_placed_where_nobody_speaks(host, case):
    with pytest.raises(AlignmentError):
        align(sound_of(case), spoken("american", 150).until(SECONDS).lyrics, host)


def test_another_text_is_not_placed(host):
    case = spoken("american", 150).until(SECONDS)
    other = "completely different words about trains\n" * 12
    with pytest.raises((AlignmentError, TextError)):
        align(sound_of(case), other, host, AlignOptions("pocketsphinx"))


def test_a_named_engine_that_lacks_its_files_says_so(host):
    case = spoken("american", 150).until(SECONDS)
    for engine, name in (("ctc", "ctc-en"), ("whisper", "whisper-base")):
        with pytest.raises(MissingFilesError, match=name):
            align(sound_of(case), case.lyrics, host, AlignOptions(engine))


def test_the_command_writes_every_word_in_order(tmp_path, capsys):
    case = spoken("american", 150).until(SECONDS)
    audio, lyrics, out = write_wav(tmp_path / "a.wav", case.samples), tmp_path / "a.txt", tmp_path / "a.json"
    lyrics.write_text(case.lyrics, encoding="utf-8")
    assert main(["align", str(audio), "--lyrics", str(lyrics), "--out", str(out), "--quiet"]) == 0
    written = json.loads(out.read_text(encoding="utf-8"))
    words = [word for line in written["lines"] for word in line["words"]]
    assert [word["text"] for word in words] == case.lyrics.split()
    assert written["engine"] == "pocketsphinx"
    assert all(a["start"] <= b["start"] for a, b in zip(words, words[1:], strict=False))
    assert set(words[0]) == {"text", "start", "end", "confidence"}


def test_the_command_lists_what_is_not_sung(tmp_path, capsys):
    case = spoken("american", 150).until(SECONDS)
    line = case.lyrics.splitlines()[0]
    short = case.until(case.truth[len(line.split())].start)
    audio, lyrics, out = write_wav(tmp_path / "a.wav", short.samples), tmp_path / "a.txt", tmp_path / "a.lrc"
    lyrics.write_text(f"3 ContributorsStar Lyrics[Verse 1: Anna]\n[Anna] {line} x2\n2Embed", encoding="utf-8")
    assert main(["align", str(audio), "--lyrics", str(lyrics), "--out", str(out)]) == 0
    said = capsys.readouterr().err
    for piece in ("3 ContributorsStar Lyrics", "[Verse 1: Anna]", "[Anna]", "x2", "2Embed"):
        assert f"“{piece}”" in said
    assert f"]Anna: {line}\n" in out.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [(["--out", "a.doc"], 2, "no known ending"), (["--out", "nowhere/a.lrc"], 1, "doesn't exist")],
)
def test_the_command_refuses_in_one_sentence(tmp_path, monkeypatch, capsys, arguments, code, says):
    monkeypatch.chdir(tmp_path)
    assert main(["align", "a.wav", *arguments]) == code
    message = capsys.readouterr().err
    assert says in message
    assert message.count("\n") == 1


def test_the_command_leaves_nothing_where_nobody_speaks(tmp_path, capsys):
    audio = write_wav(tmp_path / "a.wav", silence(5).samples)
    lyrics, out = tmp_path / "a.txt", tmp_path / "a.lrc"
    lyrics.write_text("Some words\n", encoding="utf-8")
    assert main(["align", str(audio), "--lyrics", str(lyrics), "--out", str(out), "--quiet"]) == 1
    assert "silent" in capsys.readouterr().err
    assert not out.exists()


def test_what_became_of_the_sound_is_told(host, clean):
    """Speech on two channels of which one is wired the wrong way round, heard as on one."""
    case, plain = clean
    opposite = Sound(np.stack([case.samples, -case.samples]), RATE)
    found = align(opposite, case.lyrics, host)
    assert found.timings == plain.timings
    assert "cancel each other out" in found.report()
