"""Sound → the mouth's parameters, when the words are unknown.

Two estimates, mixed: the phones that a phone recogniser hears, and a linear map from seven band levels.
The lip aperture follows the voice's level and the balance between its formant bands (Chandrasekaran et al.,
"The natural statistics of audiovisual speech", 2009); the map's coefficients are a ridge regression onto the
phone-based motion (`motion_from_phones`) of 400 s of speech by four Flite voices and, for the aperture, onto
the true openings of six speakers of the GRID corpus. Alone it reaches a correlation of 0.62 with the opening
of a human mouth that it has not seen, and works for any language and for song; with the recognised phones
it is 0.71.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from ...align.attempts import installed
from ...align.pocket import ENGINE, RATE
from ...align.recognise import recognise_phones
from ...align.words import Phone
from ...engine.host.reporter import silent
from ...engine.media.voice import loud_spans
from .motion import Curve, MouthMotion, assemble, blend, known_phones
from .shapes import Shape

FRAMES_PER_SECOND = 100
"""Of what is measured of the sound."""
LOWEST = 1e-7
"""Power that nobody hears."""
_STEP = RATE // FRAMES_PER_SECOND
_WINDOW = 400
_FFT = 512
_BLOCK = 250
_BANDS = (80, 350, 700, 1200, 1900, 2800, 4500, 7900)
_SPEECH_BANDS = slice(1, 5)
_RANGE = (-50.0, 5.0)
# The loudest band level of speech at the least level that is a voice (`loud_level`).
_FAINTEST = -17.0
_LOUD = -15.0
# The mouth at a moment is heard 50 ms before and after as well.
_BESIDE = (-5, 0, 5)
_SMOOTHING = 1.5
_SILENT_BELOW = -35.0
# A regression under-reaches; this brings its spread back to that of the phones.
_CONTRAST = 1.6
_JAW_PER_OPEN = 0.8
_ABOVE_FIRST_FORMANT = 2
_DIP_DEPTH = 20.0
_DIP_REACH, _DIP_APART = 15, 8
_DIP_HALF = 0.025
# The recogniser's name for a voice that says nothing it knows.
_NO_WORD = "+SPN+"
# What the map says of the mouth where phones are recognised as well.
_MAP_SHARE = 0.6
_SEEN_IN_BOTH = [Shape._fields.index(name) for name in ("open", "jaw", "wide", "round", "teeth")]

# Constant; then at each moment of _BESIDE the seven bands against their mean, the level, the excess over
# _LOUD, in 10 dB.
_MAP = {
    name: np.array(row)
    for name, row in {
        "open": (
            0.1711, -0.0034, -0.0035, 0.0062, -0.0011, 0.0038, -0.0043, 0.0022, 0.0037, -0.0009,
            0.0052, -0.0186, 0.0098, -0.0008, 0.0065, 0.0000, -0.0021, 0.0123, 0.0090, 0.0095,
            -0.0210, -0.0012, 0.0096, -0.0031, 0.0037, 0.0025, 0.0112, -0.0035,
        ),
        "wide": (
            -0.0494, -0.0038, 0.0017, -0.0030, -0.0002, 0.0007, 0.0096, -0.0051, -0.0023, -0.0023,
            0.0065, -0.0084, -0.0123, 0.0027, 0.0044, 0.0153, -0.0083, -0.0016, 0.0114, 0.0059,
            -0.0036, -0.0112, 0.0064, -0.0026, 0.0115, -0.0065, -0.0030, -0.0067,
        ),
        "round": (
            0.2240, 0.0074, 0.0107, -0.0114, -0.0066, 0.0083, -0.0256, 0.0172, 0.0146, 0.0104,
            -0.0248, 0.0436, 0.0154, -0.0195, 0.0048, -0.0392, 0.0197, 0.0098, -0.0404, -0.0226,
            0.0344, 0.0167, -0.0308, 0.0206, -0.0331, 0.0148, 0.0045, 0.0137,
        ),
        "teeth": (
            0.8351, 0.0037, -0.0275, -0.0059, -0.0037, -0.0059, 0.0369, 0.0023, 0.0407, -0.0231,
            -0.0194, -0.0201, -0.0379, 0.0081, -0.0099, 0.0467, 0.0325, 0.0441, -0.0119, 0.0066,
            -0.0262, -0.0225, 0.0097, -0.0147, 0.0452, 0.0020, 0.0206, -0.0099,
        ),
    }.items()
}  # fmt: skip


def motion_from_sound(
    samples16k: npt.NDArray[np.float32],
    times: npt.NDArray[np.float64],
    frame_seconds: float | npt.NDArray[np.float64],
    gate: Curve | None = None,
    breaths: Sequence[tuple[float, float]] = (),
    report: Callable[[int], None] = silent,
) -> MouthMotion:
    """The motion for mono 16 kHz samples [n] in frames that start at `times` and last `frame_seconds`.

    gate: 0..1 per frame, where the voice is heard; None takes what is louder than 35 dB below the loudest.
    breaths: seconds in which breathing is heard.
    report: called with the seconds that are done; what it raises ends the work.
    Without pocketsphinx, and where its recogniser finds nothing, the band levels decide alone.
    """
    lengths = np.broadcast_to(np.asarray(frame_seconds, np.float64), times.shape)
    centres = times + lengths / 2
    bands = band_levels(samples16k, lambda: report(0))
    values = _from_bands(bands, centres)
    heard = recognise_phones(samples16k, report) if installed(ENGINE) else ()
    # What a held or shouted vowel is taken for: a voice, whose shape the bands tell.
    heard = tuple(phone for phone in heard if phone.name != _NO_WORD)
    spoken = known_phones(heard)
    from_phones = blend(spoken, centres, loudness(bands, centres))
    covered = _covered(heard, centres)
    both = from_phones.copy()
    both[:, _SEEN_IN_BOTH] += _MAP_SHARE * (values - from_phones)[:, _SEEN_IN_BOTH]
    moments = (np.arange(len(bands)) + 0.5) / FRAMES_PER_SECOND
    known = _covered(heard, moments)
    # A voice is what is loud, unless the recogniser hears that it is none.
    voiced = _spans((bands.max(axis=1) > _SILENT_BELOW) & (_covered(spoken, moments) | ~known))
    spoken = known_phones([*spoken, *_dips(bands, ~known)])
    values = np.where(covered[:, None], both, values)
    return assemble(values, voiced, spoken, times, lengths, gate, breaths)


def band_levels(
    samples16k: npt.NDArray[np.float32], check: Callable[[], None] = lambda: None
) -> npt.NDArray[np.float64]:
    """Levels [frames at 100 Hz, 7] in dB against the loudest band's 95th percentile, -50 to 5, smoothed.

    check: called now and then."""
    if not loud_spans(samples16k):
        # Silence, or a room's noise.
        return np.full((_count(samples16k), len(_BANDS) - 1), _RANGE[0])
    levels = 10.0 * np.log10(band_powers(samples16k, check) + LOWEST)
    levels = _smoothed(levels)
    return np.clip(levels - max(np.percentile(levels.max(axis=1), 95), _FAINTEST), *_RANGE)


def band_powers(
    samples16k: npt.NDArray[np.float32], check: Callable[[], None] = lambda: None
) -> npt.NDArray[np.float64]:
    """Powers of the seven bands [frames at 100 Hz, 7].

    check: called now and then."""
    count, before = _count(samples16k), (_WINDOW - _STEP) // 2
    edges = np.searchsorted(np.fft.rfftfreq(_FFT, 1 / RATE), _BANDS)
    window = np.hanning(_WINDOW)
    bands = np.empty((count, len(_BANDS) - 1))
    # In blocks, because the spectra of a long song would take hundreds of megabytes.
    for first in range(0, count, _BLOCK):
        check()
        begin = first * _STEP - before
        end = begin + (min(_BLOCK, count - first) - 1) * _STEP + _WINDOW
        heard = samples16k[max(begin, 0) : max(end, 0)]
        padded = np.pad(heard, (max(-begin, 0), max(end, 0) - max(begin, 0) - heard.size))
        frames = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[::_STEP]
        power = np.abs(np.fft.rfft(frames * window, _FFT)) ** 2
        bands[first : first + _BLOCK] = np.add.reduceat(power, edges, axis=1)[:, :-1]
    return bands


def _count(samples16k: npt.NDArray[np.float32]) -> int:
    return max(1, -(-samples16k.size // _STEP))


def loudness(bands: npt.NDArray[np.float64], centres: npt.NDArray[np.float64]) -> Curve:
    """The voice's level at `centres`, dB."""
    return _sampled(_level(bands), centres).astype(np.float32)


def _level(bands: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return bands[:, _SPEECH_BANDS].max(axis=1)


def _from_bands(bands: npt.NDArray[np.float64], centres: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    level = _level(bands)
    now = np.column_stack([bands - bands.mean(axis=1, keepdims=True), level, np.maximum(level - _LOUD, 0.0)])
    rows = np.arange(len(now))
    around = [now[np.clip(rows + step, 0, len(now) - 1)] for step in _BESIDE]
    features = np.column_stack([np.full(len(now), 10.0), *around]) / 10.0
    values = np.zeros((len(centres), len(Shape._fields)))
    for name, row in _MAP.items():
        curve = features @ row
        curve = curve.mean() + _CONTRAST * (curve - curve.mean())
        values[:, Shape._fields.index(name)] = _sampled(
            curve if name == "wide" else np.maximum(curve, 0.0), centres
        )
    opening = Shape._fields.index("open")
    values[:, Shape._fields.index("jaw")] = _JAW_PER_OPEN * values[:, opening]
    return values


def _sampled(curve: npt.NDArray[np.float64], centres: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.interp(centres, (np.arange(len(curve)) + 0.5) / FRAMES_PER_SECOND, curve)


def _smoothed(levels: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    reach = round(3 * _SMOOTHING)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / _SMOOTHING) ** 2)
    padded = np.pad(levels, ((reach, reach), (0, 0)), mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1, axis=0)
    return windows @ (kernel / kernel.sum())


def _spans(frames: npt.NDArray[np.bool_]) -> list[tuple[float, float]]:
    """Where frames at 100 Hz are set, seconds."""
    edges = np.flatnonzero(np.diff(frames, prepend=False, append=False))
    return [(start, end) for start, end in (edges.reshape(-1, 2) / FRAMES_PER_SECOND).tolist()]


def _dips(bands: npt.NDArray[np.float64], allowed: npt.NDArray[np.bool_]) -> list[Phone]:
    """Lip closures guessed from short dips of everything above 700 Hz, where `allowed` [frames].

    Two thirds of all P, B and M make such a dip; so do other stops, on which closed lips look right too.
    """
    level = bands[:, _ABOVE_FIRST_FORMANT:].max(axis=1)
    padded = np.pad(level, _DIP_REACH, mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * _DIP_REACH + 1)
    before, after = windows[:, :_DIP_REACH].max(axis=1), windows[:, _DIP_REACH + 1 :].max(axis=1)
    lowest = windows[:, _DIP_REACH - _DIP_APART : _DIP_REACH + _DIP_APART + 1].min(axis=1)
    found = np.flatnonzero(allowed & (level == lowest) & (np.minimum(before, after) - level >= _DIP_DEPTH))
    dips: list[Phone] = []
    for moment in (found + 0.5) / FRAMES_PER_SECOND:
        if not dips or moment - dips[-1].end > _DIP_HALF:
            dips.append(Phone("M", moment - _DIP_HALF, moment + _DIP_HALF))
    return dips


def _covered(heard: Sequence[Phone], centres: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Where there is a phone, silence included."""
    covered = np.zeros(len(centres), bool)
    for phone in heard:
        covered[np.searchsorted(centres, phone.start) : np.searchsorted(centres, phone.end)] = True
    return covered
