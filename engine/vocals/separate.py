"""A song parted into the voice and the rest, in memory that doesn't grow with the network's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from ..errors import AudioError, DeviceMemoryError, MissingFilesError
from ..media.sound import Sound, resampled
from ..report import Caution
from ..weights.locate import require
from .overlap import overlapped
from .weights import HDEMUCS

if TYPE_CHECKING:
    import torch
    from torchaudio.models import HDemucs

    from ..host.protocol import Host

Samples = npt.NDArray[np.float32]
Method = Literal["auto", "hdemucs", "centre"]
"""hdemucs: the network. centre: `emphasis`, without a model. auto: the network where its file is there."""

STAGE = "Separating the voice"

# Seconds of a piece and of its fades. The network was trained on about 10 s.
_PIECE, _FADE = 10.0, 1.0
_SHORTEST_PIECE = 2.0
_SILENT = 1e-8


@dataclass(frozen=True, eq=False)
class Separated:
    """vocals, accompaniment: at the rate of the song and of its length; together they are the song (of more
    than two channels, their mix). notes: for people, how it was done."""

    vocals: Sound
    accompaniment: Sound
    notes: tuple[str, ...]


def separate(sound: Sound, host: Host, *, method: Method = "auto", download: bool = False) -> Separated:
    """Part a song. download: fetch the network's file if it is missing.

    Shows progress in seconds of the song, and stops within a layer of the network when it is cancelled.
    Raises AudioError for empty sound, MissingFilesError where the network is asked for and its file is
    missing, DeviceMemoryError where two seconds don't fit on the device.
    """
    if sound.samples.shape[1] == 0:
        raise AudioError("The audio is empty: choose a song.")
    notes = list(sound.all_notes())
    if len(sound.samples) > 2:
        notes.append(f"The song's {len(sound.samples)} channels were mixed into one.")
    path, missing = _network(host, method, download)
    if path is not None:
        vocals = _by_network(sound, path, host)
        notes.append("The voice was separated by Hybrid Demucs.")
    else:
        vocals = _by_emphasis(sound, host)
        notes.append(
            "The voice was brought out without a model (centre of the two channels, tones, voice band): much "
            "of the music stays."
        )
        if missing:
            notes.append(Caution(f"Not by Hybrid Demucs: {missing}", "no_demucs"))
    rest = np.empty((_channels(sound), vocals.shape[1]), np.float32)
    for first in range(0, rest.shape[1], sound.rate):
        last = min(first + sound.rate, rest.shape[1])
        rest[:, first:last] = _read(sound, first, last) - vocals[:, first:last]
    return Separated(Sound(vocals, sound.rate), Sound(rest, sound.rate), tuple(notes))


def _network(host: Host, method: Method, download: bool) -> tuple[Path | None, str]:
    """The network's file, and why it is not used where it might have been."""
    if method == "centre":
        return None, ""
    try:
        return require(HDEMUCS, host, download=download)["hdemucs"], ""
    except MissingFilesError as error:
        if method == "hdemucs":
            raise
        return None, str(error)


def _by_network(sound: Sound, path: Path, host: Host) -> Samples:
    from ..nets.hdemucs import load_hdemucs

    return separated_by(load_hdemucs(path), sound, host)


def separated_by(net: HDemucs, sound: Sound, host: Host) -> Samples:
    """The voice [channels, n] that a network hears in a sound."""
    import torch

    from ..nets.hdemucs import RATE

    mean, spread = _level(sound)
    voice = net.sources.index("vocals")
    managed = host.manage(net)

    def work(samples: Samples) -> Samples:
        wave = torch.from_numpy(resampled(samples, sound.rate, RATE))
        stereo = (wave - mean) / spread
        stereo = stereo.expand(2, -1)[None].to(managed.device)
        with torch.inference_mode():
            heard = managed.module(stereo)[0, voice]
        heard = heard.float().cpu() * spread + mean
        heard = heard if len(samples) == 2 else heard.mean(dim=0, keepdim=True)
        return _fitted(resampled(heard.numpy(), RATE, sound.rate), samples.shape[1])

    seconds = _PIECE
    while True:
        host.check_cancelled()
        try:
            with host.resident(managed), torch.inference_mode(), _stoppable(net, host):
                return _overlapped(sound, work, host, seconds)
        except (RuntimeError, MemoryError) as error:
            if not host.is_out_of_memory(error):
                raise
            if seconds / 2 < _SHORTEST_PIECE:
                raise DeviceMemoryError(
                    "There is too little memory to separate the voice: close what else uses the device, or "
                    "choose the method centre."
                ) from error
        # Outside the except clause: the traceback kept the failed piece's tensors alive.
        host.free_memory()
        seconds /= 2


def _by_emphasis(sound: Sound, host: Host) -> Samples:
    from .emphasis import emphasised

    def work(samples: Samples) -> Samples:
        voice = emphasised(samples, sound.rate)
        return np.repeat(voice, len(samples), axis=0)

    return _overlapped(sound, work, host, _PIECE)


def _overlapped(sound: Sound, work: Callable[[Samples], Samples], host: Host, seconds: float) -> Samples:
    total = max(1, int(sound.duration))
    out = np.zeros((_channels(sound), sound.samples.shape[1]), np.float32)

    def report(done: int) -> None:
        host.progress(STAGE, done // sound.rate, total, unit="seconds")

    overlapped(
        lambda first, last: _read(sound, first, last),
        work,
        out,
        round(seconds * sound.rate),
        round(_FADE * sound.rate),
        report,
    )
    host.progress(STAGE, total, total, unit="seconds")
    return out


def _channels(sound: Sound) -> int:
    return 2 if len(sound.samples) == 2 else 1


def _read(sound: Sound, first: int, last: int) -> Samples:
    """Samples [channels, n]: both channels of two, else one."""
    if len(sound.samples) == 2:
        return np.ascontiguousarray(sound.samples[:, first:last], np.float32)
    return np.ascontiguousarray(sound.mixed(first, last)[None], np.float32)


def _level(sound: Sound) -> tuple[float, float]:
    """Mean and standard deviation of the channels' mean, by which the network's input is scaled."""
    count = sound.samples.shape[1]
    total = squares = 0.0
    for first in range(0, count, 1 << 20):
        part = _read(sound, first, min(first + (1 << 20), count)).mean(axis=0, dtype=np.float64)
        total += float(part.sum())
        squares += float(np.square(part).sum())
    mean = total / count
    return mean, max(float(np.sqrt(max(0.0, squares / count - mean * mean))), _SILENT)


def _fitted(samples: Samples, count: int) -> Samples:
    """Resampling there and back may differ by a sample."""
    return np.pad(samples[:, :count], ((0, 0), (0, max(0, count - samples.shape[1]))))


@contextmanager
def _stoppable(net: torch.nn.Module, host: Host) -> Iterator[None]:
    """Within, a cancel is noticed at every layer of the network, of which a piece takes seconds on a CPU."""
    layers = [module for module in net.modules() if not any(module.children())]
    hooks = [layer.register_forward_pre_hook(lambda *_: host.check_cancelled()) for layer in layers]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()
