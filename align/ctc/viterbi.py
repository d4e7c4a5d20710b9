"""Exact CTC forced alignment in bounded memory.

The alignment of a token sequence to emissions (Graves et al., "Connectionist Temporal Classification", 2006)
is the best path through the tokens with blanks between them. Beside plain tokens there are optional ones,
which a path may leave out: word separators, and the star that absorbs what is sung and not in the text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ...engine.errors import AlignmentError

BLANK = 0

# Back-pointers kept at once. Longer sounds are walked in blocks, each of them scored a second time.
_BYTES = 64 << 20
_IMPOSSIBLE = -np.inf


@dataclass(frozen=True, slots=True)
class Token:
    """A column of the emissions, and whether a path may leave it out."""

    column: int
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Path:
    """first, last: int [tokens], each token's frames first..last-1; -1 where an optional one was left out.
    score: the path's whole log probability."""

    first: npt.NDArray[np.int64]
    last: npt.NDArray[np.int64]
    score: float


def frames_needed(tokens: Sequence[Token]) -> int:
    """The fewest frames that hold the tokens: one each, and one between equal neighbours."""
    columns = [token.column for token in tokens if not token.optional]
    return len(columns) + sum(a == b for a, b in zip(columns, columns[1:], strict=False))


def forced_path(
    log_probs: npt.NDArray[np.floating], tokens: Sequence[Token], most_bytes: int = _BYTES
) -> Path:
    """The best path through `tokens`, in order, for emissions log_probs [frames, columns]; column 0 is blank.

    Two optional tokens may not follow each other. Memory beside the emissions stays near
    2 * `most_bytes` + 16 bytes * tokens * sqrt(frames) / 100.
    Raises AlignmentError where the frames can't hold the tokens.
    """
    if any(a.optional and b.optional for a, b in zip(tokens, tokens[1:], strict=False)):
        raise ValueError("Two optional tokens follow each other.")
    frames = len(log_probs)
    if not tokens or frames < max(1, frames_needed(tokens)):
        raise AlignmentError(
            "The text has more letters than the sound has room for: check that it is the text that is heard."
        )
    states = _States.of(tokens)
    block = _block_length(frames, len(states.columns), most_bytes)
    blocks = [log_probs[start : start + block] for start in range(0, frames, block)]
    marks = [states.before_first_frame()]
    for number, emitted in enumerate(blocks[:-1]):
        marks.append(states.walk(marks[-1], emitted, opening=number == 0))
    steps = np.empty((len(blocks[-1]), len(states.columns)), np.uint8)
    scores = states.walk(marks.pop(), blocks[-1], opening=not marks, steps=steps)
    scores = np.where(states.exits, scores, _IMPOSSIBLE)
    state = int(scores.argmax())
    score = float(scores[state])
    if score == _IMPOSSIBLE:
        raise AlignmentError("The text can't be placed on the sound: the emissions rule out every path.")
    path = np.empty(frames, np.int64)
    at = frames
    while True:
        for came_from in reversed(steps):
            at -= 1
            path[at] = state
            state -= int(came_from[state])
        if not marks:
            return _spans(path, len(tokens), score)
        steps = np.empty((block, len(states.columns)), np.uint8)
        states.walk(marks.pop(), log_probs[at - block : at], opening=not marks, steps=steps)


def _block_length(frames: int, states: int, most_bytes: int) -> int:
    """All frames where their back-pointers fit; else blocks whose pointers fit, though no shorter than the
    square root of the frames, where blocks and marks between them weigh the same."""
    return frames if frames * states <= most_bytes else max(most_bytes // states, int(frames**0.5), 1)


def _spans(path: npt.NDArray[np.int64], count: int, score: float) -> Path:
    first, last = np.full(count, -1), np.full(count, -1)
    frames = np.flatnonzero(path % 2)
    # A token's frames follow each other.
    found, begins, lengths = np.unique(path[frames] // 2, return_index=True, return_counts=True)
    first[found] = frames[begins]
    last[found] = frames[begins] + lengths
    return Path(first, last, score)


@dataclass(frozen=True)
class _States:
    """Blanks at even places, tokens at odd ones. jumps: tokens that may follow the token before them at once;
    over_blank, over_token: places that may also be reached across an optional token, from the blank before it
    and from the token before that."""

    columns: npt.NDArray[np.int64]
    jumps: npt.NDArray[np.bool_]
    over_blank: npt.NDArray[np.int64]
    over_token: npt.NDArray[np.int64]
    entries: npt.NDArray[np.bool_]
    exits: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, tokens: Sequence[Token]) -> _States:
        labels = np.array([token.column for token in tokens], np.int64)
        columns = np.zeros(2 * len(tokens) + 1, np.int64)
        columns[1::2] = labels
        after_optional = np.array([False, *(token.optional for token in tokens[:-1])])
        far = np.flatnonzero(after_optional)
        further = far[far >= 2]
        further = further[labels[further] != labels[further - 2]]
        places = np.arange(len(columns))
        reverse = places[::-1]
        return cls(
            columns,
            np.concatenate([[False], labels[1:] != labels[:-1]]),
            2 * far + 1,
            2 * further + 1,
            (places <= 1) | ((places == 3) & tokens[0].optional),
            (reverse <= 1) | ((reverse <= 3) & tokens[-1].optional),
        )

    def before_first_frame(self) -> npt.NDArray[np.float64]:
        return np.where(self.entries, 0.0, _IMPOSSIBLE)

    def walk(
        self,
        scores: npt.NDArray[np.float64],
        log_probs: npt.NDArray[np.floating],
        *,
        opening: bool,
        steps: npt.NDArray[np.uint8] | None = None,
    ) -> npt.NDArray[np.float64]:
        """Scores after the frames. opening: the first frame enters the states instead of moving between them.

        steps: uint8 [frames, states], filled with how many places back each one came from at each frame."""
        for frame, emitted in enumerate(log_probs):
            best = scores.copy()
            step = np.zeros(len(best), np.uint8)
            if not (opening and frame == 0):
                step[1:] = scores[:-1] > scores[1:]
                np.maximum(scores[:-1], scores[1:], out=best[1:])
                # From here on tokens only, which are the odd places.
                better = self.jumps[1:] & (scores[1:-2:2] > best[3::2])
                np.copyto(best[3::2], scores[1:-2:2], where=better)
                np.copyto(step[3::2], np.uint8(2), where=better)
                for back, places in ((3, self.over_blank), (4, self.over_token)):
                    wins = places[scores[places - back] > best[places]]
                    best[wins] = scores[wins - back]
                    step[wins] = back
            if steps is not None:
                steps[frame] = step
            scores = best + emitted[self.columns]
        return scores
