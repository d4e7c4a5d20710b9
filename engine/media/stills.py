"""Stills that FFmpeg doesn't show as they are meant: HEIC and AVIF, put together from tiles, with opacity,
turned as they say, by libheif and libavif; those whose colours are no sRGB; and JPEGs that end too
early, whose missing part it paints flat."""

from __future__ import annotations

import io
import re
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import BinaryIO

from PIL import ExifTags, Image, ImageOps

from ..errors import VideoError
from .container import MediaFile
from .icc import to_srgb
from .orientation import Orientation

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
# 23008-12, 6.5.10 and 6.5.12: quarter turns to the left, and mirroring; what Pillow doesn't tell of HEIC.
_TURNS, _MIRRORS = (re.compile(rb"\0\0\0\x09" + name + rb"(.)", re.DOTALL) for name in (b"irot", b"imir"))
# Of other pictures that may have a profile: JPEG, PNG, WebP, TIFF.
_JPEG = b"\xff\xd8\xff"
_PROFILED = re.compile(rb"\xff\xd8\xff|\x89PNG\r\n|RIFF....WEBP|II\*\0|MM\0\*", re.DOTALL)


@dataclass(frozen=True)
class Still:
    """file: to be read by FFmpeg. tiles: that the picture was put together from. profile: name of the one
    that its colours were converted from, "" for none. turned: what made it upright, of one that was opened
    here; None for a file as it is."""

    file: MediaFile
    tiles: int = 1
    profile: str = ""
    turned: Orientation | None = None


def opened_still(file: MediaFile) -> Still:
    """A HEIC or AVIF still, or one that isn't sRGB, as an uncompressed picture in memory, upright; any other
    file as it is. Raises VideoError for a HEIC or AVIF that can't be decoded, or whose tones can't, and for a
    JPEG that is cut short."""
    head = _head(file)
    if head.startswith(_JPEG) and _ends_early(file):
        raise VideoError(f"{file.name} is cut short: copy or save the picture again.")
    if _PROFILED.match(head):
        return _in_srgb(file)
    if head[4:8] != b"ftyp" or head[8:12] not in _STILL:
        return Still(file)
    counts = [int.from_bytes(count, "big") for count in _TILES.findall(head)]
    tiles = max(counts, default=1) if _GRID.search(head) else 1
    tags = [int.from_bytes(found[2:4], "big") for found in _TAGS.findall(head)]
    if any(transfer in _HDR for transfer in tags):
        # FFmpeg hands out what is needed to map the tones, and Pillow all tiles.
        if tiles > 1:
            raise VideoError(
                f"{file.name} is an HDR picture in {tiles} tiles, which can't be read whole: save it as JPEG."
            )
        return Still(file)
    try:
        if head[8:12] != b"avif" or b"hvc1" in head:
            import pillow_heif

            pillow_heif.register_heif_opener()
        with file.raw() as raw, Image.open(raw) as still:
            # Each library turns by the file's own boxes or tells of them in EXIF, never both.
            turned = _turned(still, head)
            upright, profile = to_srgb(ImageOps.exif_transpose(still))
            picture = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    except ImportError as error:
        raise VideoError(
            f"{file.name} is a HEIC picture, which needs pillow-heif: run `pip install pillow-heif` with "
            "ComfyUI's Python, or save it as JPEG."
        ) from error
    except Exception as error:  # of two libraries, for files of any kind
        cause = " ".join(str(error).split()) or type(error).__name__
        raise VideoError(f"{file.name} can't be read as a picture ({cause}); save it as JPEG.") from error
    return Still(_in_memory(picture, file), tiles, profile, turned)


def _turned(still: Image.Image, head: bytes = b"") -> Orientation:
    """What makes it upright, or has done so: pillow-heif says what EXIF said before, and nothing of the
    file's own boxes, which `head` has."""
    told = still.info.get("original_orientation") or still.getexif().get(ExifTags.Base.Orientation) or 1
    if told != 1:
        return Orientation.of_exif(told)
    turns = _TURNS.search(head)
    quarters = turns[1][0] & 3 if turns else 0
    turned = Orientation.of_exif((1, 8, 3, 6)[quarters])
    return replace(turned, mirrored=turned.mirrored != bool(_MIRRORS.search(head)))


def _in_srgb(file: MediaFile) -> Still:
    try:
        with file.raw() as raw, Image.open(raw) as still:
            if not still.info.get("icc_profile") or getattr(still, "n_frames", 1) > 1:
                return Still(file)
            turned = _turned(still)
            picture, profile = to_srgb(ImageOps.exif_transpose(still))
    except Exception:  # for a damaged one: FFmpeg shows what is left of it, or says why
        return Still(file)
    return Still(_in_memory(picture, file), 1, profile, turned) if profile else Still(file)


class _Counted:
    """What Pillow needs of a file; beyond: whether it asked for more than there is."""

    def __init__(self, raw: BinaryIO) -> None:
        self.seek, self.tell = raw.seek, raw.tell
        self._raw = raw
        self.beyond = False

    def read(self, size: int = -1, /) -> bytes:
        data = self._raw.read(size)
        self.beyond = self.beyond or not data
        return data


def _ends_early(file: MediaFile) -> bool:
    """Whether a JPEG's data end before its picture does; told by its reading, because other packs let Pillow
    make up what is missing."""
    try:
        with file.raw() as raw, Image.open(counted := _Counted(raw)) as still:  # type: ignore[arg-type]
            counted.beyond = False
            # Of an eighth of the size, for which all data are read all the same.
            still.draft("RGB", (still.width // 8, still.height // 8))
            with suppress(OSError):
                still.load()
            return counted.beyond
    except Exception:  # for what is no such picture: FFmpeg says why
        return False


def _in_memory(picture: Image.Image, file: MediaFile) -> MediaFile:
    data = io.BytesIO()
    picture.save(data, "PNG", compress_level=0, icc_profile=None)
    return MediaFile(data, file.name)


def _head(file: MediaFile) -> bytes:
    try:
        with file.raw() as raw:
            return raw.read(_HEAD)
    except OSError:
        return b""  # whoever opens it says why
