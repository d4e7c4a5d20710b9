"""Reading ahead on a thread."""

import threading
from contextlib import closing

import pytest

from lipsync_studio.engine.media.ahead import read_ahead


def test_items_come_in_order_and_some_in_advance():
    made = []
    third = threading.Event()

    def items():
        for number in range(5):
            made.append(number)
            if number == 2:
                third.set()
            yield number

    with closing(read_ahead(items(), 2)) as ahead:
        assert next(ahead) == 0
        assert third.wait(60), "nothing was made in advance"
        assert list(ahead) == [1, 2, 3, 4]
    assert made == [0, 1, 2, 3, 4]


def test_an_error_comes_after_the_items_before_it():
    def items():
        yield 1
        raise ValueError("broken")

    ahead = read_ahead(items(), 4)
    assert next(ahead) == 1
    with pytest.raises(ValueError, match="broken"):
        next(ahead)


def test_closing_stops_the_maker_and_closes_it():
    closed = threading.Event()

    def items():
        try:
            number = 0
            while True:
                yield number
                number += 1
        finally:
            closed.set()

    before = set(threading.enumerate())
    ahead = read_ahead(items(), 2)
    assert next(ahead) == 0
    ahead.close()
    assert closed.is_set()
    # Those of other tests may end meanwhile.
    assert set(threading.enumerate()) <= before
