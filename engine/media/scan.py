"""One pass over a video's packets: how many frames, when they are shown, where decoding can start."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from threading import Lock
from typing import NamedTuple

import numpy as np
from av.video.stream import VideoStream

from ..errors import VideoError
from ..host.protocol import Host
from ..host.reporter import reporter
from .container import MediaFile
from .times import standard_rate, standard_rates_near

# Times that go back by more than this are another part's, put behind the first as it was, seconds.
_BACK = Fraction(1, 2)
# Packets between two looks at whether the user has stopped the run.
_REPORT_EVERY = 64


@dataclass(frozen=True)
class Scan:
    """What the packets of a video stream tell.

    ticks: int64 [frames], pts of each frame in time_base units, ascending. end: tick at which the last frame
    ends. keys: int32, frames at which decoding can start; seek: int64, the timestamp to seek to for each.
    timed: False where packets carry no usable pts and frames are known by their order only. digest: hash of
    the coded pictures and their times. one_time: all frames say that they are shown at the same time.
    """

    time_base: Fraction
    ticks: np.ndarray
    end: int
    keys: np.ndarray
    seek: np.ndarray
    timed: bool
    fps: Fraction
    variable: bool
    digest: str
    one_time: bool = False


class _Packet(NamedTuple):
    """shown: False for what is decoded only because shown pictures refer to it (an edit list hides it)."""

    pts: int
    dts: int
    duration: int
    key: bool
    shown: bool


# Those of the files that were opened last: the nodes of a graph open one after another.
_KEPT = 16
_scans: OrderedDict[tuple[object, ...], Scan] = OrderedDict()
_lock = Lock()


def scan_file(file: MediaFile, host: Host | None = None) -> Scan:
    """Demux (without decoding) all packets of a video; a file that has not changed is scanned once.

    host: is told how far it is, and can cancel. Raises VideoError if no packets or not all are there, or if
    their times begin anew."""
    identity = file.identity
    with _lock:
        scan = None if identity is None else _scans.get(identity)
    if scan is None:
        scan = _scanned(file, reporter(host, "Reading the video", file.size, "bytes"))
    # What was written meanwhile is another file.
    if identity is not None and identity == file.identity:
        with _lock:
            _scans[identity] = scan
            _scans.move_to_end(identity)
            while len(_scans) > _KEPT:
                _scans.popitem(last=False)
    return scan


def _scanned(file: MediaFile, report: Callable[[int], None]) -> Scan:
    digest = hashlib.blake2b(digest_size=16)
    packets: list[_Packet] = []
    timed = True
    with file.pictures() as (container, stream):
        seen = whole = 0
        for packet in container.demux(stream):
            if packet.size == 0:
                continue
            if seen % _REPORT_EVERY == 0:
                report(packet.pos or 0)
            seen += 1
            whole += not packet.is_corrupt
            digest.update(packet)
            if _is_hidden(stream, memoryview(packet)):
                continue
            if packet.pts is None:
                timed = timed and packet.is_discard
            else:
                dts = packet.pts if packet.dts is None else packet.dts
                packets.append(
                    _Packet(packet.pts, dts, packet.duration or 0, packet.is_keyframe, not packet.is_discard)
                )
        # An edit list may hide any number of frames of a file that is all there.
        if "mp4" in container.format.name and whole < stream.frames and file.has_cut_box():
            raise VideoError(
                f"{file.name} is cut short ({whole} of {stream.frames} frames are there); copy it again."
            )
        if seen == 0 or (timed and not any(packet.shown for packet in packets)):
            raise VideoError(f"{file.name} holds no pictures; choose another video.")
        moments = [packet.pts for packet in packets if packet.shown]
        one_time = timed and len(moments) > 1 and len(set(moments)) == 1
        if timed and not one_time:
            _refuse_parts(file, packets, Fraction(stream.time_base or 1))
            return _scan_timed(stream, packets, digest)
    return replace(_scan_untimed(file, digest.hexdigest(), report), one_time=one_time)


def _scan_timed(stream: VideoStream, packets: list[_Packet], digest: hashlib.blake2b) -> Scan:
    packets = packets[next((i for i, packet in enumerate(packets) if packet.key), 0) :]
    pts, dts, duration, key, shown = (np.array(column) for column in zip(*packets, strict=True))
    key[0] = True
    # Pictures shown before the first key frame refer to something that isn't in the file.
    shown &= pts >= pts[0]
    ticks = np.unique(pts[shown])
    last = int(duration[shown][np.argmax(pts[shown])])
    time_base = Fraction(stream.time_base or 1)
    declared = [standard_rate(rate) for rate in (stream.guessed_rate, stream.average_rate) if rate]
    fps, variable = frame_rate(ticks, time_base, declared)
    step = round(1 / (fps * time_base))
    # A key frame that is hidden itself begins what is shown next.
    keys = np.searchsorted(ticks, pts[key]).astype(np.int32)
    order = np.argsort(keys, kind="stable")
    order = order[keys[order] < len(ticks)]
    digest.update(ticks.tobytes())
    return Scan(
        time_base,
        ticks,
        int(ticks[-1]) + (last if variable and last else max(step, 1)),
        keys[order],
        np.minimum(dts, pts)[key][order],
        True,
        fps,
        variable,
        digest.hexdigest(),
    )


def _refuse_parts(file: MediaFile, packets: list[_Packet], time_base: Fraction) -> None:
    """Of MPEG streams put one behind the other each has times of its own, so that pictures of one part would
    be taken for those of another. Raises VideoError where a key frame is shown before what came before it."""
    latest: int | None = None
    for packet in packets:
        if not packet.shown:
            continue
        if latest is not None and packet.key and (latest - packet.pts) * time_base > _BACK:
            first = next(each.pts for each in packets if each.shown)
            raise VideoError(
                f"{file.name} is put together from parts: its times go back after "
                f"{float((latest - first) * time_base):.1f} s; convert it to MP4."
            )
        latest = packet.pts if latest is None else max(latest, packet.pts)


def _is_hidden(stream: VideoStream, packet: memoryview) -> bool:
    """VP8 alternate reference pictures are packets that are never shown (RFC 6386, 9.1: show_frame bit)."""
    return stream.codec_context.name in ("vp8", "libvpx") and not packet[0] & 0x10


def _scan_untimed(file: MediaFile, digest: str, report: Callable[[int], None]) -> Scan:
    """Packets without pts (AVI with B-frames, raw streams): what counts is what the decoder shows."""
    with file.pictures() as (container, stream):
        fps = Fraction(stream.guessed_rate or stream.average_rate or 25)
        count = position = 0
        for packet in container.demux(stream):
            position = packet.pos or position
            report(position)
            count += len(packet.decode())
    if count == 0:
        raise VideoError(f"{file.name} holds no pictures that can be decoded; convert it to MP4.")
    start = np.zeros(1, np.int64)
    return Scan(1 / fps, np.arange(count), count, start.astype(np.int32), start, False, fps, False, digest)


def frame_rate(ticks: np.ndarray, time_base: Fraction, declared: list[Fraction]) -> tuple[Fraction, bool]:
    """The exact rate if all times lie on one grid within the rounding of the time base, else the mean rate.

    Returns (fps, variable). Rates that the container declares are tried first, since a short clip in
    milliseconds fits 29.97 as well as 30.
    """
    if len(ticks) < 2:
        return (declared or [Fraction(25)])[0], False
    mean = Fraction(len(ticks) - 1, int(ticks[-1] - ticks[0])) / time_base
    for rate in [*declared, *standard_rates_near(mean), mean.limit_denominator(1001), mean]:
        if _on_grid(ticks, time_base, rate):
            return rate, False
    return standard_rate(mean), True


def _on_grid(ticks: np.ndarray, time_base: Fraction, rate: Fraction) -> bool:
    interval = 1 / (rate * time_base)
    count = len(ticks)
    # residual * numerator, in integers: ticks - i * interval
    off = (ticks - ticks[0]) * interval.denominator - np.arange(count) * interval.numerator
    spread = Fraction(int(off.max() - off.min()), interval.denominator)
    return spread == 0 or (spread <= 1 and interval >= 3)
