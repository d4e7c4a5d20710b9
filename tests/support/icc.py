"""ICC profiles of three primaries and a curve, as phones and cameras write them (ICC.1:2001-04)."""

from __future__ import annotations

import struct

import numpy as np
from PIL import ImageCms

# X, Y, Z of the primaries in columns, adapted to D50: Display P3 (SMPTE EG 432-1 with D65) and sRGB.
_P3 = np.array([[0.51512, 0.29198, 0.15710], [0.24120, 0.69225, 0.06657], [-0.00105, 0.04189, 0.78407]])
_SRGB = np.array([[0.43607, 0.38515, 0.14307], [0.22249, 0.71687, 0.06061], [0.01392, 0.09708, 0.71410]])
P3_TO_SRGB = np.linalg.inv(_SRGB) @ _P3


def display_p3() -> bytes:
    code = np.arange(1024) / 1023
    light = np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4)
    curve = b"curv" + struct.pack(">II", 0, 1024) + (light * 65535).round().astype(">u2").tobytes()
    name = b"Display P3\0"
    tags = {
        b"desc": b"desc" + struct.pack(">II", 0, len(name)) + name + bytes(78),
        b"wtpt": _xyz((0.9642, 1.0, 0.8249)),
        **{kind: _xyz(_P3[:, n]) for n, kind in enumerate((b"rXYZ", b"gXYZ", b"bXYZ"))},
        **dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve),
    }
    at, table, body = 132 + 12 * len(tags), struct.pack(">I", len(tags)), b""
    for kind, data in tags.items():
        data += bytes(-len(data) % 4)
        table += kind + struct.pack(">II", at + len(body), len(data))
        body += data
    head = struct.pack(">I4sI4s4s4s", at + len(body), b"lcms", 0x02400000, b"mntr", b"RGB ", b"XYZ ")
    head += bytes(12) + b"acsp" + bytes(28) + struct.pack(">iii", *_fixed((0.9642, 1.0, 0.8249)))
    return head.ljust(128, b"\0") + table + body


def srgb() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def _fixed(values: tuple[float, ...] | np.ndarray) -> list[int]:
    return [round(float(value) * 65536) for value in values]


def _xyz(values: tuple[float, ...] | np.ndarray) -> bytes:
    return b"XYZ " + bytes(4) + struct.pack(">iii", *_fixed(values))
