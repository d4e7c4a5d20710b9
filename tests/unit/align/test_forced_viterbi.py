"""CTC paths: exact against every path there is, in blocks of any size, and against torchaudio's."""

import itertools
import warnings

import numpy as np
import pytest

from lipsync_studio.align.ctc.viterbi import Token, forced_path, frames_needed
from lipsync_studio.engine.errors import AlignmentError

STAR = 3
COLUMNS = 4


def texts(tokens):
    """What a path may spell: with and without each optional token."""
    options = [(token.column, None) if token.optional else (token.column,) for token in tokens]
    return {tuple(c for c in choice if c is not None) for choice in itertools.product(*options)}


def best_of_all(log_probs, tokens):
    allowed = texts(tokens)
    best = -np.inf
    for labels in itertools.product(range(COLUMNS), repeat=len(log_probs)):
        if tuple(label for label, _ in itertools.groupby(labels) if label) in allowed:
            best = max(best, sum(log_probs[frame, label] for frame, label in enumerate(labels)))
    return best


def score_of(path, log_probs, tokens):
    """Of the path as it is handed back: its tokens in their frames, blanks everywhere else."""
    labels = np.zeros(len(log_probs), int)
    for token, first, last in zip(tokens, path.first, path.last, strict=True):
        labels[first:last] = token.column
    return labels, log_probs[np.arange(len(labels)), labels].sum()


def random_case(rng):
    tokens = []
    for _ in range(rng.integers(1, 5)):
        optional = bool(rng.random() < 0.35) and not (tokens and tokens[-1].optional)
        column = STAR if optional and rng.random() < 0.8 else int(rng.integers(1, STAR))
        tokens.append(Token(column, optional))
    log_probs = np.log(rng.dirichlet(np.full(COLUMNS, 0.5), size=rng.integers(1, 8)) + 1e-9)
    return log_probs, tokens


@pytest.mark.parametrize("most_bytes", [1 << 20, 5])
def test_no_path_is_better(most_bytes):
    rng = np.random.default_rng(0)
    placed = 0
    for _ in range(150):
        log_probs, tokens = random_case(rng)
        best = best_of_all(log_probs, tokens)
        if best == -np.inf:
            with pytest.raises(AlignmentError):
                forced_path(log_probs, tokens, most_bytes)
            continue
        path = forced_path(log_probs, tokens, most_bytes)
        labels, score = score_of(path, log_probs, tokens)
        assert path.score == pytest.approx(best, abs=1e-9)
        assert score == pytest.approx(best, abs=1e-9)
        assert tuple(label for label, _ in itertools.groupby(labels) if label) in texts(tokens)
        placed += 1
    assert placed > 75


def test_torchaudio_finds_the_same_path():
    import torch
    from torchaudio import functional

    torch.manual_seed(0)
    log_probs = (3 * torch.randn(600, 32)).log_softmax(-1)
    text = torch.randint(1, 32, (90,))
    text[10:14] = 5
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs, scores = functional.forced_align(log_probs[None], text[None])
    tokens = [Token(int(column)) for column in text]
    path = forced_path(log_probs.numpy(), tokens, 20_000)
    labels, _ = score_of(path, log_probs.numpy(), tokens)
    assert (labels == theirs[0].numpy()).all()
    assert path.score == pytest.approx(float(scores.sum()), abs=0.01)


def test_equal_neighbours_need_a_frame_between():
    tokens = [Token(1), Token(1), Token(2, optional=True), Token(1)]
    assert frames_needed(tokens) == 5
    with pytest.raises(AlignmentError, match="more letters"):
        forced_path(np.zeros((4, COLUMNS)), tokens)
    path = forced_path(np.zeros((5, COLUMNS)), tokens)
    assert all(a < b for a, b in zip(path.first[[0, 1, 3]], path.first[[1, 3]], strict=False))


def test_a_star_takes_what_is_not_in_the_text():
    log_probs = np.full((12, COLUMNS), -10.0)
    log_probs[:, 0] = -0.1
    for frame, column in ((1, 1), (4, STAR), (5, STAR), (6, STAR), (10, 2)):
        log_probs[frame] = -10.0
        log_probs[frame, column] = -0.1
    path = forced_path(log_probs, [Token(1), Token(STAR, optional=True), Token(2)])
    assert (path.first[0], path.first[2]) == (1, 10)
    assert path.first[1] == 4
    assert path.last[1] == 7
    without = forced_path(log_probs[[0, 1, 2, 10, 11]], [Token(1), Token(STAR, optional=True), Token(2)])
    assert without.first.tolist() == [1, -1, 3]


def test_blocks_give_the_path_of_the_whole():
    rng = np.random.default_rng(1)
    frames, count = 6000, 60
    tokens = [Token(int(column)) for column in rng.integers(1, STAR, count)]
    log_probs = np.log(rng.dirichlet(np.full(COLUMNS, 0.4), size=frames) + 1e-9).astype(np.float32)
    whole = forced_path(log_probs, tokens, 1 << 30)
    blocks = forced_path(log_probs, tokens, 1 << 13)
    assert (whole.first == blocks.first).all()
    assert (whole.last == blocks.last).all()
    assert whole.score == pytest.approx(blocks.score)
