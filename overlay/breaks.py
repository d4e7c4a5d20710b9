"""Where a lyric line may break, and which breaks make rows of like length."""

from __future__ import annotations

from collections.abc import Sequence

from fontTools.unicodedata import script

from .text_runs import clusters

# Scripts that set no spaces between words.
_DENSE = {"Hani", "Hira", "Kana", "Bopo", "Yiii"}
# JIS X 4051 and its Chinese likes: what must not begin a row, and what must not end one.
_NO_START = set(
    "、。，．・：；？！?!,.:;)]}）］｝〉》」』】〕〗〙〟’”…‥ー～〜ゝゞヽヾ々ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ"
)
_NO_END = set("([{（［｛〈《「『【〔〖〘〝‘“")
_ENDS = set(".!?؟।。！？…")
_PAUSES = set(",;:،؛、，；：—–")
# A break where a sentence ends, or after a comma, reads better: these shares of a full row's square it may
# cost in rows of unlike length.
_END_BONUS, _PAUSE_BONUS = 0.5, 0.35


def breaks(text: str, word_ends: Sequence[int]) -> list[int]:
    """Indices at which a new row may begin, ascending, without 0.

    word_ends: where words end that no space follows, which in scripts without spaces are places to break."""
    ends = set(word_ends)
    starts = {start for start, _ in clusters(text)}
    return [
        i for i in range(1, len(text))
        if i in starts and text[i] != " " and (text[i - 1] == " " or _dense_break(text, i, i in ends))
    ]  # fmt: skip


def anywhere(text: str) -> list[int]:
    """For a word that no row holds: between any two letters."""
    return [start for start, _ in clusters(text) if start]


def _dense_break(text: str, i: int, word_end: bool) -> bool:
    before, after = text[i - 1], text[i]
    if after in _NO_START or before in _NO_END or before in "-'’":
        return False
    kinds = {_kind(before), _kind(after)}
    return bool(kinds & _DENSE) or (word_end and bool(kinds & {"Thai", "Laoo", "Khmr", "Mymr"}))


def _kind(character: str) -> str:
    if "\u3000" <= character <= "\u30ff" or "\uff00" <= character <= "\uff60":
        return "Kana"  # with the punctuation that Unicode calls common
    return script(character)


def fewest(text: str, places: Sequence[int], left: Sequence[float], room: float) -> int | None:
    """How many rows of at most `room` the text takes; None where a piece is wider than that.

    left: distance along the text of each character's start, and of the end; any unit, as for `room`."""
    edges = [0, *places, len(text)]
    count, begin = 1, 0
    for before, end in zip(edges, edges[1:], strict=False):
        if _width(text, left, begin, end) > room:
            count, begin = count + 1, before
            if _width(text, left, begin, end) > room:
                return None
    return count


def even_rows(
    text: str, places: Sequence[int], left: Sequence[float], room: float, count: int
) -> list[tuple[int, int]]:
    """(start, stop) of `count` rows, as many as `fewest` says, of as like length as can be."""
    edges = [0, *places, len(text)]
    # best[n][k]: least cost of setting the text up to edges[k] in n rows, and the edge before.
    best: list[dict[int, tuple[float, int]]] = [{0: (0.0, 0)}]
    for _ in range(count):
        row: dict[int, tuple[float, int]] = {}
        for begin, (cost, _before) in best[-1].items():
            for end in range(begin + 1, len(edges)):
                width = _width(text, left, edges[begin], edges[end])
                if width > room:
                    break
                total = cost + (width / room) ** 2 - pause_after(text, edges[end])
                if end not in row or total < row[end][0]:
                    row[end] = total, begin
        best.append(row)
    return _traced(text, edges, best)


def _width(text: str, left: Sequence[float], start: int, stop: int) -> float:
    return left[_trimmed(text, start, stop)] - left[start]


def _traced(text: str, edges: list[int], best: list[dict[int, tuple[float, int]]]) -> list[tuple[int, int]]:
    rows, end = [], len(edges) - 1
    for row in reversed(best[1:]):
        begin = row[end][1]
        rows.append((edges[begin], _trimmed(text, edges[begin], edges[end])))
        end = begin
    return rows[::-1]


def _trimmed(text: str, start: int, stop: int) -> int:
    while stop > start + 1 and text[stop - 1] == " ":
        stop -= 1
    return stop


def pause_after(text: str, at: int) -> float:
    """How good a break before the character `at` is: 0 inside a clause."""
    mark = text[:at].rstrip(" \"'”’»)")[-1:] if at < len(text) else ""
    return _END_BONUS if mark in _ENDS and mark else _PAUSE_BONUS if mark in _PAUSES and mark else 0.0
