"""Phones of unknown speech, by PocketSphinx's phone loop with its bundled phone language model.

Made for English; other languages and song come out as the English phones that sound nearest.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ..engine.host.reporter import silent
from .pocket import FRAMES_PER_SECOND, RATE, decode, prepared, require_pocketsphinx
from .words import Phone

# The search may die on music and then finds nothing more, so it starts afresh every few seconds.
_CHUNK_SECONDS = 12.0
_CUT_SEARCH_SECONDS = 2.0
_BEAM = 1e-20
# Hardly any: what follows what in English says little about other languages, and less than the sound about
# English.
_LANGUAGE_WEIGHT = 0.5


def recognise_phones(
    samples16k: npt.NDArray[np.float32], report: Callable[[int], None] = silent
) -> tuple[Phone, ...]:
    """Phones and silences ("SIL") heard in mono 16 kHz samples float32 [n]; gaps where nothing fits.

    report: called with the seconds that are done; what it raises ends the work. Raises MissingFilesError
    without pocketsphinx.
    """
    require_pocketsphinx()
    from pocketsphinx import Decoder, get_model_path

    model = Path(get_model_path()) / "en-us" / "en-us-phone.lm.bin"
    decoder = Decoder(
        samprate=RATE,
        lm=None,
        allphone=str(model),
        lw=_LANGUAGE_WEIGHT,
        beam=_BEAM,
        pbeam=_BEAM,
        loglevel="FATAL",
    )
    phones: list[Phone] = []
    for first, last in _chunks(samples16k):
        report(first // RATE)
        decode(decoder, prepared(samples16k[first:last]))
        if decoder.hyp() is None:
            continue
        offset = first / RATE
        for segment in decoder.seg():
            start = offset + segment.start_frame / FRAMES_PER_SECOND
            end = min(offset + (segment.end_frame + 1) / FRAMES_PER_SECOND, last / RATE)
            phones.append(Phone(segment.word, start, end))
    return tuple(phones)


def _chunks(samples: npt.NDArray[np.float32]) -> list[tuple[int, int]]:
    """Stretches of about _CHUNK_SECONDS, cut where it is quietest."""
    step = RATE // FRAMES_PER_SECOND
    power = np.square(samples[: samples.size // step * step]).reshape(-1, step).mean(axis=1)
    chunk, search = (int(seconds * FRAMES_PER_SECOND) for seconds in (_CHUNK_SECONDS, _CUT_SEARCH_SECONDS))
    cuts = [0]
    while len(power) - cuts[-1] > chunk + search:
        earliest = cuts[-1] + chunk - search
        cuts.append(earliest + int(np.argmin(power[earliest : cuts[-1] + chunk])))
    edges = [cut * step for cut in cuts] + [samples.size]
    return [(first, last) for first, last in zip(edges, edges[1:], strict=False) if last > first]
