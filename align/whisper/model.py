"""What the aligner and the recogniser ask of a Whisper model, whatever runs it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from .text import WhisperTokenizer

RATE = 16000
WINDOW_SECONDS = 30.0
FRAMES_PER_SECOND = 50
MOST_TOKENS = 440
"""Text tokens at once: the decoder has 448 places, some of which the prompt takes."""
MEDIAN_WIDTH = 7
"""Frames over which attention is filtered, OpenAI's choice."""

# How a cell of the warping path was reached.
_DIAGONAL, _ALONG_ROWS, _ALONG_COLUMNS = 0, 1, 2

Samples = npt.NDArray[np.float32]
States = Any
"""What a model has heard in a window."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Of n text tokens in a window, in frames of 20 ms.

    first: int [n + 1], where the model turns to each token, and to the end of the text. peak: int [n], where
    it looks most while it writes the token. heard, imagined: float32 [n], log probabilities of the tokens
    with this sound and with silence instead.
    """

    first: npt.NDArray[np.int64]
    peak: npt.NDArray[np.int64]
    heard: npt.NDArray[np.float32]
    imagined: npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Writing:
    """Text tokens a model wrote of its own accord, and the mean log probability it gave them."""

    tokens: list[int]
    log_probability: float
    no_speech: float


class WhisperModel(Protocol):
    """name: of the checkpoint. lag: seconds by which its attention turns to a word too late."""

    name: str
    lag: float
    tokenizer: WhisperTokenizer

    def resident(self) -> AbstractContextManager[None]:
        """A block around all that follows, during which the network is on the device."""
        ...

    def listen(self, samples16k: Samples) -> States:
        """Hear up to 30 s of mono float32 [n] at 16 kHz."""
        ...

    def language(self, states: States) -> str:
        """Whisper's code of the likeliest language; "en" for an English-only model."""
        ...

    def read(self, states: States, frames: int, tokens: Sequence[int], language: str) -> Reading:
        """Have the model write 1 to MOST_TOKENS tokens to a window of which the first `frames` are sound."""
        ...

    def write(self, states: States, language: str) -> Writing:
        """Have the model write what it hears: greedily, without time stamps."""
        ...


def turns(attention: npt.NDArray[np.float32]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Of standardised attention [rows, frames] the first frame of each row, and the peaks of all but the
    last."""
    first = warp(-attention)
    peak = [
        start + int(row[start : max(following, start + 1)].argmax())
        for row, start, following in zip(attention, first, first[1:], strict=False)
    ]
    return first, np.array(peak, np.int64)


def warp(cost: npt.NDArray[np.floating]) -> npt.NDArray[np.int64]:
    """For each row of cost [rows, columns], the first column of the cheapest path from corner to corner.

    Steps go to the next row, the next column, or both (Sakoe and Chiba 1978, without weights). Cells of one
    anti-diagonal depend on earlier ones only, so each of those is computed at once.
    """
    rows, columns = cost.shape
    # Anti-diagonals lie in rows of a skewed table: its cell (d, r) is the cost's (r, d - r).
    skewed = np.full((rows + columns - 1, rows), np.inf)
    row, column = np.indices(cost.shape)
    skewed[row + column, row] = cost
    before, last = np.full(rows + 1, np.inf), np.full(rows + 1, np.inf)
    before[0] = 0.0  # the corner that the path starts from
    steps = np.empty(skewed.shape, np.uint8)
    for number, costs in enumerate(skewed):
        choices = np.stack([before[:-1], last[:-1], last[1:]])
        steps[number] = choices.argmin(axis=0)
        total = np.full(rows + 1, np.inf)
        total[1:] = costs + choices.min(axis=0)
        before, last = last, total
    first = np.zeros(rows, np.int64)
    at, frame = rows - 1, columns - 1
    while at >= 0:
        first[at] = frame
        step = steps[at + frame, at]
        at -= step != _ALONG_COLUMNS
        frame -= step != _ALONG_ROWS
    return first
