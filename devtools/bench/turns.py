"""How many frames of a dialogue go to whoever speaks: real speakers' mouths and voices, put together.

They say a sentence each, of about two seconds, in turn; meanwhile the others listen, as they do before their
own sentence begins or after it, or say something of their own that is not heard.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from lipsync_studio.engine.media.voice import RATE
from lipsync_studio.engine.score.turns import NOBODY, who_speaks

from .score import FPS, Speaker, levels
from .table import Row

# Frames at either end of a clip in which its speaker listens.
_LISTENS = 8
# What is more than 26 dB below the loudest is no voice (natural logarithm of the power).
_QUIET = 6.0
_SAMPLES = RATE // FPS


def trials(speakers: Sequence[Speaker], turns: int = 24, seed: int = 0) -> dict[str, float]:
    """Shares of frames that are given to the right one, or to nobody where that is right, by situation; over
    dialogues of so many turns of all pairs, and of all threes, of the speakers."""
    random = np.random.default_rng(seed)
    everybody = range(len(speakers))
    pairs, threes = (list(combinations(everybody, count)) for count in (2, 3))

    def share(groups: Sequence[tuple[int, ...]], *, others_speak: bool, is_seen: bool = True) -> float:
        right = []
        for group in groups:
            heard = group if is_seen else [each for each in everybody if each not in group]
            right.append(_right(speakers, group, heard, others_speak, turns, random))
        return float(np.mean(right))

    return {
        "two": share(pairs, others_speak=False),
        "three": share(threes, others_speak=False),
        "unheard": share(pairs, others_speak=True),
        "nobody, who listen": share(pairs, others_speak=False, is_seen=False),
        "nobody, who speak": share(pairs, others_speak=True, is_seen=False),
    }


def rows(results: dict[str, float]) -> list[Row]:
    return [(f"  turns: frames to the right one, {name}", f"{share:.1%}") for name, share in results.items()]


def _right(
    speakers: Sequence[Speaker], group: Sequence[int], heard: Sequence[int], others_speak: bool,
    turns: int, random: np.random.Generator,
) -> float:  # fmt: skip
    """Of one dialogue: group are in the picture, and one of `heard` says each turn."""
    order: list[int] = []
    while len(order) < turns:
        order.append(int(random.choice([each for each in heard if each not in order[-1:]])))
    turn = min(len(each.opening) for each in speakers)
    mouths: dict[int, list[np.ndarray]] = {each: [] for each in group}
    for who in order:
        for each, parts in mouths.items():
            opening = speakers[each].opening[:turn]
            if each == who:
                parts.append(opening)
            elif others_speak:
                parts.append(np.roll(opening, int(random.integers(turn))))
            else:
                still = opening[:_LISTENS] if random.integers(2) else opening[-_LISTENS:]
                parts.append(np.resize([*still, *still[-2:0:-1]], turn))
    sound = np.concatenate([speakers[who].samples[: turn * _SAMPLES] for who in order])
    level = levels(sound, len(order) * turn)
    voiced = level > level.max() - _QUIET
    openings = {each: np.concatenate(parts) for each, parts in mouths.items()}
    found = who_speaks(openings, level, voiced, FPS)
    truth = np.repeat([who if who in group else NOBODY for who in order], turn)
    return float(np.mean((found == truth)[voiced]))
