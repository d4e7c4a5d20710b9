"""HEIC and AVIF stills: put together from tiles, with opacity, turned as they say, by libheif and libavif."""

from __future__ import annotations

import io
import re

from PIL import Image, ImageOps

from ..errors import VideoError
from .container import MediaFile

# ISO/IEC 23008-12, 10.2 and AV1 Image File Format, 6: still pictures. A sequence's brand comes first where
# the file is meant to move.
_STILL = (b"heic", b"heix", b"heim", b"heis", b"mif1", b"mif2", b"avif")
_HEAD = 1 << 16
# 23008-12, 6.6.2.3: a picture derived from a grid of others refers to them; here, to how many.
_GRID = re.compile(rb"infe.{8,10}grid", re.DOTALL)
_TILES = re.compile(rb"dimg.{2}(.{2})", re.DOTALL)
# ISO/IEC 14496-12, 12.1.5: primaries, transfer.
_TAGS = re.compile(rb"colrnclx(.{4})", re.DOTALL)
_HDR = (16, 18)


def opened_still(file: MediaFile) -> tuple[MediaFile, int]:
    """A HEIC or AVIF still as an uncompressed picture in memory, upright, and how many tiles it had; any
    other file as it is, and 1. Raises VideoError for one that can't be decoded, or whose tones can't."""
    head = _head(file)
    if head[4:8] != b"ftyp" or head[8:12] not in _STILL:
        return file, 1
    counts = [int.from_bytes(count, "big") for count in _TILES.findall(head)]
    tiles = max(counts, default=1) if _GRID.search(head) else 1
    tags = [int.from_bytes(found[2:4], "big") for found in _TAGS.findall(head)]
    if any(transfer in _HDR for transfer in tags):
        # FFmpeg hands out what is needed to map the tones, and Pillow all tiles.
        if tiles > 1:
            raise VideoError(
                f"{file.name} is an HDR picture in {tiles} tiles, which can't be read whole: save it as JPEG."
            )
        return file, 1
    try:
        if head[8:12] != b"avif" or b"hvc1" in head:
            import pillow_heif

            pillow_heif.register_heif_opener()
        with file.raw() as raw, Image.open(raw) as still:
            # Each library turns by the file's own boxes or tells of them in EXIF, never both.
            upright = ImageOps.exif_transpose(still)
            picture = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    except ImportError as error:
        raise VideoError(
            f"{file.name} is a HEIC picture, which needs pillow-heif: run `pip install pillow-heif` with "
            "ComfyUI's Python, or save it as JPEG."
        ) from error
    except Exception as error:  # of two libraries, for files of any kind
        raise VideoError(f"{file.name} can't be read as a picture ({error}); save it as JPEG.") from error
    data = io.BytesIO()
    picture.save(data, "PNG", compress_level=0)
    return MediaFile(data, file.name), tiles


def _head(file: MediaFile) -> bytes:
    try:
        with file.raw() as raw:
            return raw.read(_HEAD)
    except OSError:
        return b""  # whoever opens it says why
