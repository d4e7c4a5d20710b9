"""Songs: passes combined by line, lines anchored before words, torn lines placed again, unsung ones told."""

import json
import threading
from dataclasses import replace

import numpy as np
import pytest

from lipsync_studio.align.chain import AlignOptions, align
from lipsync_studio.align.combine import Placed, combined
from lipsync_studio.align.doubt import unsung
from lipsync_studio.align.engines import whisper
from lipsync_studio.align.language import ENGLISH
from lipsync_studio.align.pocket_aligner import PocketAligner
from lipsync_studio.align.refine import refined
from lipsync_studio.align.scan import STRETCH, chosen, looks
from lipsync_studio.align.text import read_text
from lipsync_studio.align.torn import gathered, is_torn, strays
from lipsync_studio.align.words import Line, Word, WordTimings
from lipsync_studio.devtools.corpus import errors, spoken
from lipsync_studio.devtools.corpus.songs import song
from lipsync_studio.devtools.paths import ROOT
from lipsync_studio.devtools.templates import twin
from lipsync_studio.engine.errors import AlignmentError, Cancelled
from lipsync_studio.engine.host.plain import PlainHost
from lipsync_studio.engine.media.sound import Sound

pytestmark = pytest.mark.usefixtures("machine")

RATE = 16000
CASES = ROOT / "tests" / "data" / "cases"
# Two lines of three words of two tokens.
SIZES = [[2, 2, 2], [2, 2, 2]]


def placed(start, evidence, length=0.5, count=3):
    return [Placed(start + n * length, start + (n + 1) * length, evidence) for n in range(count)]


def starts(words):
    return [None if word is None else round(word.start, 2) for word in words]


def test_each_line_is_from_the_pass_that_hears_it_best():
    good, bad = placed(1.0, 2.0) + placed(4.0, 0.0), placed(1.5, 0.0) + placed(5.0, 2.0)
    assert starts(combined([good, bad], SIZES)) == [1.0, 1.5, 2.0, 5.0, 5.5, 6.0]


def test_lines_of_different_passes_keep_their_order():
    """The second line's better place lies before the first one's."""
    one, other = placed(10.0, 2.0) + placed(14.0, 0.5), [None] * 3 + placed(2.0, 1.0)
    assert starts(combined([one, other], SIZES)) == [10.0, 10.5, 11.0, 14.0, 14.5, 15.0]


def test_a_line_without_time_or_evidence_is_not_heard():
    squeezed = placed(4.0, 2.0, length=0.0)
    assert starts(combined([placed(1.0, 2.0) + squeezed], SIZES))[3:] == [None] * 3
    assert starts(combined([placed(1.0, 2.0) + placed(4.0, 0.2)], SIZES, least=0.4))[3:] == [None] * 3
    assert combined([[None] * 6], SIZES) == [None] * 6


def test_words_that_strayed_into_the_intro_come_back_to_their_line():
    words = [Placed(0.0, 8.0, 2.0), Placed(8.0, 8.4, 2.0), Placed(8.4, 9.0, 2.0)]
    first, second, third = combined([words], SIZES[:1])
    assert (second, third) == tuple(words[1:])
    assert first.end == pytest.approx(8.0)
    assert first.start == pytest.approx(7.7)


def test_every_line_is_looked_for_around_its_place_and_whole_in_one_stretch():
    found = looks([10] * 20, 200.0)
    starts = [start for start, _ in found]
    assert (starts[0], starts[-1]) == (0.0, 200.0 - STRETCH)
    assert max(np.diff(starts)) <= STRETCH - 7.0
    for number in range(20):
        here = [start for start, lines in found if number in lines]
        assert 1 <= len(here) <= 10
        assert min(here) <= 10.0 * number + 5.0 <= max(here) + STRETCH
    assert looks([5, 5], STRETCH) == [(0.0, range(2))]


def test_lines_are_where_they_stand_out_from_what_they_have_elsewhere():
    """The first line has as much everywhere as the second one where it is."""
    starts_of = (0.0, 8.0, 16.0)
    faint = ((0.7, 1.2, 0.8), (0.0, 0.1, 0.6))
    stretches = [
        [*placed(at, one), *placed(at + 4.0, other)] for at, one, other in zip(starts_of, *faint, strict=True)
    ]
    words = chosen(stretches, SIZES)
    assert starts(words) == [8.0, 8.5, 9.0, 20.0, 20.5, 21.0]
    assert [word.evidence for word in words] == pytest.approx([1.2] * 3 + [0.6] * 3)


def test_a_line_that_stands_out_nowhere_is_not_found():
    same = [[*placed(at, 0.9), *placed(at + 4.0, 0.1)] for at in (0.0, 8.0, 16.0)]
    assert chosen(same, SIZES) == [None] * 6
    assert chosen([[None] * 6], SIZES) == [None] * 6


def test_words_that_a_search_puts_behind_a_pause_that_nobody_heard_are_strays():
    anchored = line(("one", 1.0, 1.5, 0.5), ("two", 1.5, 2.0, 0.5), ("three", 2.0, 2.5, 0.5))
    found = line(("one", 1.1, 1.5, 1.0), ("two", 1.5, 2.0, 1.0), ("three", 3.6, 4.0, 0.9))
    assert strays(found, 0.0, anchored) == [2]
    # Neither tells where the line is.
    assert strays(found, 0.6, anchored) == []
    (text,) = read_text("one two three", ENGLISH).lines
    assert gathered(found, text, [2]).words[2].start == 2.0
    paused = line(("one", 1.0, 1.5, 0.5), ("two", 1.5, 2.0, 0.5), ("three", 3.4, 3.9, 0.5))
    assert strays(found, 0.0, paused) == []
    assert strays(anchored, 0.0, found) == []


def line(*words):
    return Line(tuple(Word(text, start, end, sure) for text, start, end, sure in words))


def test_a_torn_line_is_gathered_at_what_is_heard_of_it():
    torn = line(
        ("one", 1.0, 1.5, 0.3), ("two", 9.0, 9.4, 1.0), ("three", 9.4, 9.9, 0.9), ("four", 14, 15, 0.5)
    )
    (text,) = read_text("one two three four", ENGLISH).lines
    whole = gathered(torn, text)
    assert is_torn(torn)
    assert not is_torn(whole)
    assert whole.words[1:3] == torn.words[1:3]
    assert (whole.words[0].end, whole.words[0].confidence) == (9.0, 0.15)
    assert (whole.words[3].start, whole.words[3].confidence) == (9.9, 0.25)
    held = line(("one", 1.0, 4.5, 1.0), ("two", 4.5, 9.0, 1.0))
    assert not is_torn(held)


def test_an_instrumental_intro_tears_no_line_apart(host):
    """What is said begins at 14.0 s, after chords."""
    name = CASES / "speech_after_14s_of_piano_like_chords"
    sound = Sound.load(name.with_suffix(".wav"))
    found = align(sound, name.with_suffix(".txt").read_text(encoding="utf-8"), host)
    first = found.timings.lines[0]
    assert first.start == pytest.approx(14.0, abs=0.1)
    assert first.end == pytest.approx(16.2, abs=0.2)
    assert not any("torn" in note for note in found.notes())


def test_words_are_found_again_in_their_lines(host):
    """Lines that are half a second off, some words of them more."""
    case = spoken("female", 150).until(14.0)
    lines = read_text(case.lyrics).lines
    rng = np.random.default_rng(0)
    truth, rough = iter(case.truth), []
    for each in lines:
        words = [next(truth) for _ in each.words]
        shift = float(rng.uniform(-0.4, 0.4))
        late = [max(0.0, word.start + shift + float(rng.uniform(0.0, 0.3))) for word in words]
        rough.append(
            Line(
                tuple(
                    replace(w, start=at, end=at + 0.1, confidence=0.4)
                    for w, at in zip(words, late, strict=True)
                )
            )
        )
    timings = WordTimings(tuple(rough), "en", "roughly")
    found, count = refined(timings, case.samples, lines, ENGLISH, PocketAligner(), host)
    assert count == len(lines)
    assert errors(case.truth, timings).median > 0.15
    measured = errors(case.truth, found)
    assert measured.median < 0.05
    assert measured.within_300 >= 0.95
    assert all(word.phones for word in found.words())


def test_only_the_lines_that_are_wanted_are_searched(host):
    case = spoken("female", 150).until(8.0)
    lines = read_text(case.lyrics).lines
    timings = PocketAligner().align(case.samples, lines)
    found, count = refined(timings, case.samples, lines, ENGLISH, PocketAligner(), host, only=[])
    assert (count, found.words()) == (0, timings.words())


@pytest.fixture(scope="module")
def german():
    """Five lines, the fourth of which nobody sings, over music; 6 s of it before."""
    return song("de", "", 12.0, lines=5, intro=6.0)


@pytest.fixture(scope="module")
def heard(german, tiny_en_ct2):
    with pytest.MonkeyPatch.context() as patch, PlainHost("cpu") as host:
        patch.setenv("LIPSYNC_MODELS", "/nowhere")
        patch.setenv("XDG_CACHE_HOME", "/nowhere")
        # As the template says.
        prompt = json.loads(twin("lyric_video").read_text(encoding="utf-8"))
        (node,) = (node for node in prompt.values() if node["class_type"] == "LipSyncAlignLyrics")
        said = {name: node["inputs"][name] for name in ("engine", "content", "language")}
        options = AlignOptions(**said, whisper=tiny_en_ct2)
        return align(Sound(german.case.samples[None], RATE), german.case.lyrics, host, options)


def test_a_made_song_is_timed_by_a_model_that_does_not_know_its_language(german, heard):
    assert "whisper" in heard.timings.engine
    assert errors(german.case.truth, heard.timings, german.source).within_300 >= 0.75
    check_words = [word.text for word in heard.timings.words()]
    assert check_words == german.case.lyrics.split()


def test_the_line_that_nobody_sings_is_marked_and_the_rest_is_not_given_up(heard):
    lines = heard.timings.lines
    missing = [
        number for number, each in enumerate(lines) if all(word.confidence == 0 for word in each.words)
    ]
    assert missing == [3]
    (note,) = unsung(heard.timings)
    assert lines[3].text in note
    assert note in heard.report()
    assert not heard.timings.engine.startswith("placed")


def test_lyrics_of_another_song_are_still_refused(german, tiny_en_ct2, host):
    other = "The quarterly report shows that revenue in the northern region fell by eleven percent.\n" * 4
    options = AlignOptions("whisper", whisper=tiny_en_ct2, content="song")
    with pytest.raises(AlignmentError, match="not heard"):
        align(Sound(german.case.samples[None], RATE), other, host, options)


def test_every_pass_is_shown_and_can_be_stopped(german, tiny_en_ct2):
    """A cancel that comes when a pass begins is met before it ends."""
    for wanted in ("Aligning (Whisper)", "Aligning lines"):
        stopped = threading.Event()
        stages = []

        class Watched(PlainHost):
            def progress(
                self,
                stage,
                done,
                total,
                preview=None,
                *,
                unit="frames",
                stages=stages,
                stopped=stopped,
                wanted=wanted,
            ):
                stages.append(stage)
                if stage == wanted and done == 0:
                    stopped.set()
                super().progress(stage, done, total, preview, unit=unit)

        options = AlignOptions("whisper", whisper=tiny_en_ct2, content="song")
        with Watched("cpu", cancel=stopped) as host, pytest.raises(Cancelled):
            align(Sound(german.case.samples[None], RATE), german.case.lyrics, host, options)
        assert stages[-1] == wanted
        assert stages.count(wanted) == 1


def test_lines_that_are_not_heard_share_what_lies_between_two_that_are():
    """Three lines in 14 s, two seconds a word; after the last one that is heard they close up."""
    heard = [Placed(0.0, 1.0, 3.0), *[None] * 7, Placed(15.0, 16.0, 3.0), None, None]
    rooms = whisper._rooms(heard, {0, 1, 3, 5, 8, 9}, 40.0)
    known, starts = 1.0, []
    for wait, room in rooms[1:8]:
        starts.append(known + wait)
        known = starts[-1] + room
    assert [starts[at] for at in (0, 2, 4)] == pytest.approx([1.0, 5.0, 9.0])
    assert starts[1] - starts[0] == pytest.approx(0.3)
    assert [wait for wait, _ in rooms[9:]] == [0.0, 0.0]
