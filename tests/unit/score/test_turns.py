"""Who is seen to speak: real speakers' mouths, and voices of the same level as theirs."""

import numpy as np
import pytest

from lipsync_studio.devtools.bench.turns import trials
from lipsync_studio.engine.score.turns import NOBODY, who_speaks


@pytest.fixture(scope="module")
def shares(speakers):
    return trials(speakers, turns=6)


@pytest.mark.parametrize(
    ("situation", "least"),
    [
        ("two", 0.95),
        ("three", 0.95),
        ("unheard", 0.85),
        ("nobody, who listen", 0.85),
        ("nobody, who speak", 0.6),
    ],
)
def test_frames_go_to_whoever_speaks(shares, situation, least):
    assert shares[situation] >= least


def test_nobody_is_heard_where_nothing_is_voiced(speakers):
    openings = {each: speakers[each].opening for each in (0, 1)}
    level = np.zeros(len(openings[0]))
    assert set(who_speaks(openings, level, np.zeros(len(level), bool), 25)) == {NOBODY}
