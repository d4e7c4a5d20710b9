"""Footage as phones and editors leave it, made from ordinary files."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av

RATES = [Fraction(24000, 1001), Fraction(24), Fraction(25), Fraction(30000, 1001), Fraction(30), Fraction(50),
         Fraction(60000, 1001), Fraction(60)]  # fmt: skip
"""What footage comes in, frames a second."""
# a, b, c, d of the display matrix that shows a picture as EXIF's orientation of that number does.
MATRICES = {1: (1, 0, 0, 1), 2: (-1, 0, 0, 1), 3: (-1, 0, 0, -1), 4: (1, 0, 0, -1),
            5: (0, 1, 1, 0), 6: (0, 1, -1, 0), 7: (0, -1, -1, 0), 8: (0, -1, 1, 0)}  # fmt: skip


def trimmed(path: Path, out: Path, seconds: float, stop: float = 99.0, format: str | None = None) -> Path:
    """As phones and `ffmpeg -ss … -to … -c copy` do: from the key frame before on, with an edit list."""
    with av.open(str(path)) as source, av.open(str(out), "w", format=format) as file:
        video = source.streams.video[0]
        streams = {stream: file.add_stream_from_template(stream) for stream in source.streams}
        begin = round(Fraction(seconds) / video.time_base)
        packets = list(source.demux())
        keys = [p.pts for p in packets if p.stream is video and p.is_keyframe and p.pts <= begin]
        for packet in packets:
            stream = packet.stream
            if packet.size == 0:
                continue
            first = max(keys) if stream is video else begin * video.time_base / stream.time_base
            if packet.pts < first or packet.dts * stream.time_base > stop:
                continue
            for name in ("pts", "dts"):
                moved = getattr(packet, name) - round(Fraction(seconds) / stream.time_base)
                setattr(packet, name, moved)
            packet.stream = streams[stream]
            file.mux(packet)
    return out


def shown_by(path: Path, value: int) -> Path:
    """The MP4 or MOV, its track header changed to show it as EXIF's orientation `value` (ISO/IEC 14496-12,
    8.3.2)."""
    data = bytearray(path.read_bytes())
    # After version and flags, two times, track id, 4 reserved, duration, 8 reserved, layer, group, volume, 2.
    at = data.index(b"tkhd") + 4 + 40
    a, b, c, d = (65536 * number for number in MATRICES[value])
    assert data[at : at + 4] == (65536).to_bytes(4, "big")
    matrix = (a, b, 0, c, d, 0, 0, 0, 1 << 30)
    data[at : at + 36] = b"".join(number.to_bytes(4, "big", signed=True) for number in matrix)
    path.write_bytes(data)
    return path
