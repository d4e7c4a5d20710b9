"""Who speaks when, as text."""

import pytest

from lipsync_studio.engine.errors import InputError
from lipsync_studio.engine.faces.turns import Turn, parse_turns, turns_text

TURNS = (Turn(0.0, 4.2, 1), Turn(4.2, 9.85, 2))


@pytest.mark.parametrize("said", ["Who speaks: ", "Note: Who speaks: ", "who speaks:\n", ""])
def test_the_reports_line_can_be_pasted(said):
    assert parse_turns(said + turns_text(TURNS)) == TURNS


def test_anything_else_is_told():
    with pytest.raises(InputError, match='"Who sings: 1-2 1" is no turn'):
        parse_turns("Who sings: 1-2 1")
