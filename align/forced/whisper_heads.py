"""Which cross-attention heads of a Whisper model follow time, and how late they are."""

from __future__ import annotations

from typing import NamedTuple

Heads = tuple[tuple[int, int], ...]


class Size(NamedTuple):
    """What tells OpenAI's models apart. english: the vocabulary is that of the ".en" models."""

    width: int
    layers: int
    mels: int
    english: bool


# (decoder layer, head) as OpenAI publishes them with its models.
PUBLISHED: dict[Size, Heads] = {
    Size(384, 4, 80, True): ((1, 0), (2, 0), (2, 5), (3, 0), (3, 1), (3, 2), (3, 3), (3, 4)),
    Size(384, 4, 80, False): ((2, 2), (3, 0), (3, 2), (3, 3), (3, 4), (3, 5)),
    Size(512, 6, 80, True): ((3, 3), (4, 7), (5, 1), (5, 5), (5, 7)),
    Size(512, 6, 80, False): ((3, 1), (4, 2), (4, 3), (4, 7), (5, 1), (5, 2), (5, 4), (5, 6)),
    Size(768, 12, 80, True): (
        (6, 6), (7, 0), (7, 3), (7, 8), (8, 2), (8, 5), (8, 7), (9, 0), (9, 4), (9, 8), (9, 10), (10, 0),
        (10, 1), (10, 2), (10, 3), (10, 6), (10, 11), (11, 2), (11, 4),
    ),
    Size(768, 12, 80, False): (
        (5, 3), (5, 9), (8, 0), (8, 4), (8, 7), (8, 8), (9, 0), (9, 7), (9, 9), (10, 5),
    ),
    Size(1024, 24, 80, True): (
        (11, 4), (14, 1), (14, 12), (14, 14), (15, 4), (16, 0), (16, 4), (16, 9), (17, 12), (17, 14), (18, 7),
        (18, 10), (18, 15), (20, 0), (20, 3), (20, 9), (20, 14), (21, 12),
    ),
    Size(1024, 24, 80, False): ((13, 15), (15, 4), (15, 15), (16, 1), (20, 0), (23, 4)),
    # large-v2; large-v1 has the same dimensions.
    Size(1280, 32, 80, False): (
        (10, 12), (13, 17), (16, 11), (16, 12), (16, 13), (17, 15), (17, 16), (18, 4), (18, 11), (18, 19),
        (19, 11), (21, 2), (21, 3), (22, 3), (22, 9), (22, 12), (23, 5), (23, 7), (23, 13), (25, 5), (26, 1),
        (26, 12), (27, 15),
    ),
    Size(1280, 32, 128, False): (
        (7, 0), (10, 17), (12, 18), (13, 12), (16, 1), (17, 14), (19, 11), (21, 4), (24, 1), (25, 6),
    ),
    Size(1280, 4, 128, False): ((2, 4), (2, 11), (3, 3), (3, 6), (3, 11), (3, 14)),
}  # fmt: skip

# Measured with the published heads of tiny.en, median of word starts against the truth: synthesised speech
# 0.12 to 0.14 s late, two recordings of people 0.07 and 0.10 s.
_LAGS = {Size(384, 4, 80, True): 0.10}
# By what OpenAI's and others' engines were late on synthesised speech, real speech and songs: 0.05 to 0.13 s.
_LAG = 0.06


def published_heads(size: Size, heads: int) -> Heads:
    """Of a model of that size; all `heads` in the upper half of the layers of one that is not OpenAI's."""
    known = PUBLISHED.get(size)
    if known and max(head for _, head in known) < heads:
        return known
    return tuple((layer, head) for layer in range(size.layers // 2, size.layers) for head in range(heads))


def lag(size: Size) -> float:
    """Seconds by which attention turns to a word after its start."""
    return _LAGS.get(size, _LAG)
