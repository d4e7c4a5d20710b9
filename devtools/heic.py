"""HEIC pictures of several tiles, as phones write them and pillow-heif doesn't."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from pathlib import Path

import pillow_heif
from PIL import Image


def write_tiled(path: Path, picture: Image.Image, side: int, turn: int = 0) -> Path:
    """The picture in tiles of `side` (whole ones), HEVC, as a grid item (ISO/IEC 23008-12, 6.6.2.3). turn:
    quarters, counterclockwise, that a reader has to turn it by (irot, 6.5.10)."""
    columns, rows = picture.width // side, picture.height // side
    tiles = [
        _coded(picture.crop((side * x, side * y, side * (x + 1), side * (y + 1))))
        for y in range(rows) for x in range(columns)
    ]  # fmt: skip
    count = len(tiles)
    grid = struct.pack(">BBBBHH", 0, 0, rows - 1, columns - 1, picture.width, picture.height)
    items = [(1, b"grid", grid), *((2 + n, b"hvc1", data) for n, (_, data) in enumerate(tiles))]
    names = [_full(b"infe", 2, struct.pack(">HH", number, 0) + kind + b"\0") for number, kind, _ in items]
    size = struct.pack(">II", picture.width, picture.height), struct.pack(">II", side, side)
    properties = _box(
        b"ipco",
        *(_full(b"ispe", 0, each) for each in size),
        _box(b"hvcC", tiles[0][0]),
        _box(b"irot", bytes([turn])),
    )
    # What of these belongs to an item; the highest bit: must be understood.
    of_grid, of_tile = b"\x02\x01\x84", b"\x02\x02\x83"
    links = struct.pack(">I", count + 1) + b"".join(
        struct.pack(">H", number) + (of_grid if kind == b"grid" else of_tile) for number, kind, _ in items
    )
    tiled = struct.pack(f">HH{count}H", 1, count, *range(2, 2 + count))

    def meta(start: int) -> bytes:
        places, at = b"", start
        for number, _, data in items:
            places += struct.pack(">HHHII", number, 0, 1, at, len(data))
            at += len(data)
        return _full(
            b"meta", 0,
            _full(b"hdlr", 0, bytes(4) + b"pict" + bytes(13)),
            _full(b"pitm", 0, struct.pack(">H", 1)),
            _full(b"iinf", 0, struct.pack(">H", len(items)), *names),
            _full(b"iref", 0, _box(b"dimg", tiled)),
            _box(b"iprp", properties, _full(b"ipma", 0, links)),
            _full(b"iloc", 0, b"\x44\x00" + struct.pack(">H", len(items)) + places),
        )  # fmt: skip

    head = _box(b"ftyp", b"heic" + bytes(4) + b"mif1heic")
    start = len(head) + len(meta(0)) + 8
    path.write_bytes(head + meta(start) + _box(b"mdat", *(data for *_, data in items)))
    return path


def _coded(tile: Image.Image) -> tuple[bytes, bytes]:
    """The decoder's configuration and the picture, of one that pillow-heif has written."""
    pillow_heif.register_heif_opener()
    file = io.BytesIO()
    tile.save(file, "HEIF", quality=95)
    data = file.getvalue()
    found = dict(_boxes(data))
    (configuration,) = (body for kind, body in _boxes(_child(found[b"meta"][4:])) if kind == b"hvcC")
    return configuration, found[b"mdat"]


def _child(meta: bytes) -> bytes:
    properties = dict(_boxes(meta))[b"iprp"]
    return dict(_boxes(properties))[b"ipco"]


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at + 8 <= len(data):
        size, kind = struct.unpack(">I4s", data[at : at + 8])
        yield kind, data[at + 8 : at + size]
        at += size


def _box(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def _full(kind: bytes, version: int, *parts: bytes) -> bytes:
    return _box(kind, struct.pack(">I", version << 24), *parts)
