"""What a file says of itself beside its pictures: when, by whom and with what it was made, and where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import av
from av.container import InputContainer
from PIL import ExifTags, Image

from .container import MediaFile

# By FFmpeg's names. All else stays behind: rotation and rates, which aren't the result's, and what programs
# tell one another.
_CARRIED = frozenset((
    "title", "artist", "album", "album_artist", "composer", "date", "creation_time", "comment", "description",
    "synopsis", "genre", "copyright", "keywords", "make", "model",
))  # fmt: skip
_OTHER_NAMES = {"author": "artist", "creationdate": "creation_time", "year": "date"}
_APPLE = "com.apple.quicktime."
_LOCATIONS = ("location", "location.iso6709", "location-eng")
_EXIF = {
    "make": ExifTags.Base.Make,
    "model": ExifTags.Base.Model,
    "description": ExifTags.Base.ImageDescription,
    "artist": ExifTags.Base.Artist,
    "copyright": ExifTags.Base.Copyright,
}
_LONGEST = 4096
LOCATION_LEFT_OUT = "The source says where it was recorded; the result doesn't."


@dataclass(frozen=True)
class Metadata:
    """tags: by FFmpeg's names. location: where it was recorded, as ISO 6709 writes it; "" where nobody
    says. beside: what the file has beside its pictures and one sound, counted in words."""

    tags: Mapping[str, str] = field(default_factory=dict)
    location: str = ""
    beside: tuple[str, ...] = ()

    def carried(self, location: bool) -> dict[str, str]:
        """What goes into a file that is made of it; location: the place too."""
        return {**self.tags, **({"location": self.location} if location and self.location else {})}

    def left_out(self) -> list[str]:
        """A note about what doesn't go into a file that takes the pictures and one sound over."""
        if not self.beside:
            return []
        *most, last = self.beside
        return [f"The source has {', '.join(most)}{' and ' * bool(most)}{last}; the result doesn't."]


def metadata_of(file: MediaFile) -> Metadata:
    """Of a video's container, and of a still's EXIF; empty where there is none that can be read."""
    try:
        with file.open() as container:
            found = replace(_of_container(container.metadata), beside=_beside(container))
    except (av.error.FFmpegError, OSError, ValueError):
        found = Metadata()
    return found if found.tags or found.location or found.beside else _of_still(file)


def _beside(container: InputContainer) -> tuple[str, ...]:
    counts = {
        "more audio track": len(container.streams.audio) - 1,
        "subtitle track": len(container.streams.subtitles),
        "chapter": len(container.chapters()),
    }
    return tuple(f"{count} {what}{'s' * (count > 1)}" for what, count in counts.items() if count > 0)


def _of_container(given: Mapping[str, str]) -> Metadata:
    tags: dict[str, str] = {}
    location = ""
    for key, value in given.items():
        name = key.lower().removeprefix(_APPLE)
        name = _OTHER_NAMES.get(name, name)
        text = _clean(value)
        if name in _LOCATIONS:
            location = location or text
        elif name in _CARRIED and text:
            # A container's own time is exact; a key of that meaning may stand beside it.
            tags.setdefault(name, text)
    return Metadata(tags, location)


def _of_still(file: MediaFile) -> Metadata:
    try:
        with file.raw() as raw, Image.open(raw) as still:
            exif = still.getexif()
            more, place = exif.get_ifd(ExifTags.IFD.Exif), exif.get_ifd(ExifTags.IFD.GPSInfo)
    except Exception:  # whatever Pillow raises for a damaged one: it has none
        return Metadata()
    tags = {name: _clean(exif[tag]) for name, tag in _EXIF.items() if isinstance(exif.get(tag), str)}
    taken = more.get(ExifTags.Base.DateTimeOriginal, exif.get(ExifTags.Base.DateTime))
    if taken and (time := _time(str(taken), str(more.get(ExifTags.Base.OffsetTimeOriginal, "")))):
        tags["creation_time"] = time
    return Metadata({name: text for name, text in tags.items() if text}, _place(place))


def _clean(text: str) -> str:
    return text.replace("\0", "").strip()[:_LONGEST]


def _time(taken: str, offset: str) -> str:
    """EXIF's time (CIPA DC-008, 4.6.5) in UTC, as ISO 8601 has it; one without an offset is taken for UTC."""
    try:
        moment = datetime.strptime(taken.strip("\0 "), "%Y:%m:%d %H:%M:%S")
        hours, _, minutes = offset.strip("\0 ").partition(":")
        ahead = timedelta(hours=int(hours), minutes=int(hours[0] + minutes)) if minutes else timedelta()
        return f"{moment.replace(tzinfo=timezone(ahead)).astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    except (ValueError, OverflowError):
        return ""


def _place(gps: Mapping[int, Any]) -> str:
    try:
        parts = []
        for value, side, negative in (
            (ExifTags.GPS.GPSLatitude, ExifTags.GPS.GPSLatitudeRef, "S"),
            (ExifTags.GPS.GPSLongitude, ExifTags.GPS.GPSLongitudeRef, "W"),
        ):
            degrees, minutes, seconds = (float(each) for each in gps[value])
            sign = -1 if gps[side] == negative else 1
            parts.append(sign * (degrees + minutes / 60 + seconds / 3600))
        return f"{parts[0]:+08.4f}{parts[1]:+09.4f}/"
    except (KeyError, ValueError, TypeError, ArithmeticError):
        return ""
