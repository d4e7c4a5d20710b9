"""When timings are doubted, and in which words."""

import pickle

from lipsync_studio.align.chain import Aligned
from lipsync_studio.align.doubt import doubt, is_doubtful, unheard_share
from lipsync_studio.align.place import ENGINE as PLACED
from lipsync_studio.align.words import Line, Word, WordTimings


def timed(heard, unheard, engine="pocketsphinx"):
    words = [Word("la", at, at + 1, 0.9 if at < heard else 0.0) for at in range(heard + unheard)]
    return WordTimings((Line(tuple(words)),), "", engine)


def test_words_that_are_not_heard_are_counted_and_asked_about():
    (said,) = doubt(timed(80, 20))
    assert said == "20 % of the words are not heard: are these the words of this recording?"
    assert (said.kind, said.values) == ("unheard", {"percent": 20})
    assert Aligned(timed(80, 20)).report().splitlines()[1] == said


def test_a_few_words_are_missed_in_any_text():
    assert doubt(timed(95, 5)) == []
    assert doubt(timed(100, 0)) == []
    assert unheard_share(WordTimings(())) == 0


def test_engines_differ_in_how_many():
    assert is_doubtful(timed(90, 10))
    assert not is_doubtful(timed(90, 10, "whisper tiny"))
    assert is_doubtful(timed(86, 14, "whisper tiny"))


def test_times_that_nothing_has_heard_are_estimates():
    (said,) = doubt(timed(0, 10, f"{PLACED}: no path leads through the sound"))
    assert said.kind == "estimated"
    assert "their times are estimated: are these the words of this recording?" in said


def test_the_report_says_by_what_the_words_are_timed():
    assert Aligned(timed(9, 0)).report().startswith("Timed by pocketsphinx.\n")
    reason = timed(0, 9, f"{PLACED}: No path leads through the sound.")
    assert Aligned(reason).report().startswith("Placed by syllables: No path leads through the sound.\n")


def test_a_caution_is_the_same_on_another_machine():
    (said,) = doubt(timed(80, 20))
    again = pickle.loads(pickle.dumps(said))
    assert (again, again.kind, again.values) == (said, said.kind, said.values)
