"""How long a stage still takes."""

import pytest

from lipsync_studio.engine.host.pace import Pace, clock


def told(pace, reports, total):
    return [pace.left(done, total, now) for now, done in reports]


def test_a_steady_pace_is_known_after_two_seconds():
    assert told(Pace(), [(0, 0), (1, 10), (2, 20), (3, 30)], 100) == [None, None, 8.0, 7.0]


def test_what_was_there_before_the_first_report_is_no_pace():
    """As with a download that goes on where it stopped."""
    assert told(Pace(), [(0, 900), (2, 900), (4, 920)], 1000) == [None, None, pytest.approx(16.0)]


def test_the_last_quarter_of_a_minute_decides():
    """10 a second for a minute, then 1 a second for 20 s."""
    pace = Pace()
    told(pace, [(now, 10 * now) for now in range(61)], 1000)
    slow = told(pace, [(60 + now, 600 + now) for now in range(1, 21)], 1000)
    assert slow[0] < 60
    assert slow[-1] == pytest.approx(380.0)


def test_one_report_in_a_minute_is_enough():
    assert told(Pace(), [(0, 0), (60, 16), (120, 32)], 64)[1:] == [pytest.approx(180.0), pytest.approx(120.0)]


def test_a_file_that_begins_again_begins_anew():
    assert told(Pace(), [(0, 0), (10, 100), (11, 0), (12, 10), (13, 20)], 100)[2:] == [None, None, 8.0]


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.4, "0:00"), (59.6, "1:00"), (65, "1:05"), (3599, "59:59"), (7209, "2:00:09")]
)
def test_clock(seconds, text):
    assert clock(seconds) == text
