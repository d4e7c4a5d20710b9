"""Video files (and still pictures) as a frame source."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
import numpy as np
from av.video.stream import VideoStream

from ..errors import VideoError
from ..host.protocol import Host
from .coded_sound import CodedSound
from .conditions import SourceChoices, treatment_of
from .container import MediaFile, MediaInput, converting, reason
from .deinterlace import Deinterlacer
from .facts import SourceFacts, facts_of, is_opaque
from .frames import Frame, square_width
from .metadata import Metadata, metadata_of
from .orientation import orientation_of
from .planes import PlaneConverter
from .scan import Scan, scan_file
from .sound import Sound
from .stack import PlaneStack
from .stills import Still, opened_still
from .times import ConstantTimes, FrameTimes, TickTimes

MIN_SIDE = 16
REVERSE_BYTES = 256 << 20
STILL_RATE = Fraction(25)
_MOVING_PICTURES = {"gif", "apng"}
_WITH_ALPHA = {"vp8": "libvpx", "vp9": "libvpx-vp9"}


class VideoSource:
    """Frames of a video file, decoded as they are read; see `Source` for the attributes.

    file: path or BytesIO. start, duration: trim window in seconds as ComfyUI's VideoFromFile has it (start
    below 0 counts from the end, duration 0 means to the end); it keeps the frames with start <= pts < start +
    duration, counted from the first frame of the file. choices: what is left to the user of how pictures are
    treated; `notes` says what became of each of the file's `facts`. Pictures missing from a damaged stream
    are replaced by the one before, up to a second of them. host: is told how far the file is read when that
    takes long, can cancel it and every reading of frames, and has a folder for what doesn't fit in memory.

    Raises VideoError if the file can't be read, is cut short, or is smaller than 16 pixels.
    """

    def __init__(
        self,
        file: MediaInput,
        start: float = 0.0,
        duration: float = 0.0,
        *,
        choices: SourceChoices | None = None,
        host: Host | None = None,
    ) -> None:
        self._given = MediaFile(file)
        still = opened_still(self._given)
        self._file = still.file
        self._host = host
        self._scan = scan_file(self._file, host)
        self.facts = self._facts(still)
        self._orientation = self.facts.orientation
        width, height = self._orientation.size(*self._coded_size)
        self.stored_size = width + width % 2, height + height % 2
        self._treatment = treatment_of(self.facts, self.stored_size, choices or SourceChoices())
        self.aspect, self.colour = self._treatment.aspect, self._treatment.colour
        cut = ["The file is cut short: what is missing at its end is missing in the result."]
        rate = float(self._scan.fps)
        one_time = [f"The file has all its frames at one time: they are shown in turn, {rate:g} a second."]
        self.notes = (
            *(cut if self._file.has_cut_segment() else []), *(one_time if self._scan.one_time else []),
            *self._treatment.notes, *_evened(width, height),
        )  # fmt: skip
        # Footage that is interlaced later on is known by the first reading.
        self._fields = self.facts.field_order != "progressive" or self._treatment.deinterlace == "deint=all"
        self.size = square_width(self.stored_size[0], self.aspect), self.stored_size[1]
        self.fps = self._scan.fps if len(self._scan.ticks) > 1 else STILL_RATE
        self.variable = self.facts.variable
        window = Fraction(start), Fraction(duration)
        self._first, self._last, end = _window(self._scan, *window, self._file.name)
        ticks = self._scan.ticks[self._first : self._last]
        self.frames = len(ticks)
        self.still = self.frames == 1
        if self.still and not self.facts.still:
            self.notes += (f"{self._file.name} has one frame: it is shown throughout, as a picture.",)
        self.times: FrameTimes
        if self.variable:
            self.times = TickTimes(ticks, self._scan.time_base)
            self.duration = (end - int(ticks[0])) * self._scan.time_base
        else:
            self.times = ConstantTimes(self.fps, self.frames)
            self.duration = self.frames / self.fps
        content = f"{self._scan.digest} {self._first} {self._last} {self._orientation} {self.fps}"
        self.key = hashlib.blake2b(content.encode(), digest_size=16).hexdigest()

    def read(self, start: int = 0, stop: int | None = None) -> Iterator[Frame]:
        """Frames start..stop-1 in order; each frame's planes belong to the caller."""
        stop = self.frames if stop is None else min(stop, self.frames)
        if start >= stop:
            return
        treatment = self._treatment
        convert = PlaneConverter(self._coded_size, self._orientation, treatment.background, treatment.tone)
        patience = max(round(self.fps), 1)
        wanted, previous = start, None
        for index, picture in self._pictures(start):
            if index < wanted:
                continue
            if index - wanted > patience:
                break
            for missing in range(wanted, min(index, stop)):
                yield self._frame(convert, previous or picture, missing)
            if index >= stop:
                return
            yield self._frame(convert, picture, index)
            wanted, previous = index + 1, picture
            if wanted == stop:
                return
        if previous is None or stop - wanted > patience:
            raise VideoError(
                f"{self._file.name} is damaged at {float(self.times[wanted]):.2f} s; "
                "convert it again, or trim the damaged part off."
            )
        for missing in range(wanted, stop):
            yield self._frame(convert, previous, missing)

    def key_before(self, index: int) -> int:
        """The last key frame, not after `index`; 0 where that lies before the window."""
        return max(self._key_before(index) - self._first, 0)

    def read_reversed(self, start: int = 0, stop: int | None = None) -> Iterator[Frame]:
        """Frames stop-1..start, backwards. Each group of pictures is decoded once, from its key frame on, and
        what of it exceeds 256 MB waits on the disk. Raises OutputError where that is full."""
        stop = self.frames if stop is None else min(stop, self.frames)
        width, height = self.stored_size
        with PlaneStack((height * 3 // 2, width), REVERSE_BYTES, self._temp_folder) as stack:
            while stop > start:
                key = max(self._key_before(stop - 1) - self._first, start)
                # A group that finds no room is decoded in parts, each from the key frame on.
                begin = stop - stack.room(stop - key)
                stack.push(frame.planes for frame in self.read(begin, stop))
                for index in range(stop - 1, begin - 1, -1):
                    yield Frame(stack.pop(), self.colour, self.times[index], index, self.aspect)
                stop = begin

    def sound(self) -> Sound | None:
        """The file's own soundtrack over exactly the time of its frames; None if it has none."""
        begin = int(self._scan.ticks[self._first]) * self._scan.time_base
        return Sound.of_media(
            self._file, begin if self._scan.timed else None, self.duration, folder=self._temp_folder
        )

    def coded_sound(self) -> CodedSound | None:
        """The same as it is coded; None where it can't be copied, or only a part is wanted."""
        # Whose channels the file doesn't tell no container takes.
        can = self.facts.channels and self._scan.timed
        if not can or (self._first, self._last) != (0, len(self._scan.ticks)):
            return None
        return CodedSound.of_file(self._file, int(self._scan.ticks[0]) * self._scan.time_base)

    def metadata(self) -> Metadata:
        """What the file says of itself."""
        return metadata_of(self._given)

    def _frame(self, convert: PlaneConverter, picture: av.VideoFrame, index: int) -> Frame:
        with converting(self._file.name):
            planes = convert(picture)
        return Frame(planes, self.colour, self.times[index], index, self.aspect)

    def _temp_folder(self) -> Path:
        return Path(tempfile.gettempdir()) if self._host is None else self._host.temp_file("").parent

    def _key_before(self, index: int) -> int:
        """The last key frame (in the file's numbering) not after a frame of the window."""
        keys = self._scan.keys
        return int(keys[np.searchsorted(keys, index + self._first, "right") - 1])

    def _facts(self, still: Still) -> SourceFacts:
        with self._file.pictures() as (container, stream):
            decode = decoder_of(stream)
            for packet in container.demux(stream):
                for picture in decode(packet):
                    self._coded_size = picture.width, picture.height
                    if min(self._coded_size) < MIN_SIDE:
                        raise VideoError(
                            f"{self._file.name} is only {picture.width}x{picture.height} pixels; "
                            f"it needs at least {MIN_SIDE}x{MIN_SIDE}."
                        )
                    orientation = orientation_of(picture, stream.codec_context.name, self._file)
                    facts = facts_of(picture, stream, orientation, self._scan.variable)
                    facts = replace(
                        facts, tiles=still.tiles, profile=still.profile,
                        stored=orientation if still.turned is None else still.turned,
                    )  # fmt: skip
                    # Their only form has opacity, whether or not it is used.
                    if facts.alpha and container.format.name in _MOVING_PICTURES and is_opaque(picture):
                        opaque = all(
                            is_opaque(later) for more in container.demux(stream) for later in decode(more)
                        )
                        facts = replace(facts, alpha=not opaque)
                    return facts
        raise VideoError(f"{self._file.name} can't be decoded; convert it to MP4.")

    def _pictures(self, start: int) -> Iterator[tuple[int, av.VideoFrame]]:
        """Whole pictures with their index in the window (negative before it), from `start` or earlier."""
        if self._treatment.deinterlace is None:
            yield from self._decoded(start)
            return
        whole = Deinterlacer(self._treatment.deinterlace, self.facts.field_order)
        # The lines that are missing are made from the picture before, too.
        lead = 1 if self._fields else 0
        try:
            for index, picture in self._decoded(max(start - lead, -self._first)):
                yield from whole.feed(index, picture)
                self._fields = self._fields or whole.at_work
            yield from whole.flush()
        except av.error.FFmpegError as error:
            raise VideoError(
                f"{self._file.name} can't be deinterlaced ({reason(error)}); turn that off, or convert it."
            ) from error

    def _decoded(self, start: int) -> Iterator[tuple[int, av.VideoFrame]]:
        """Decoded pictures with their index in the window (negative before it), from `start` or earlier."""
        scan = self._scan
        key = self._key_before(start)
        # A seek that lands too late (broken index) is repeated from the beginning of the file.
        for seek in (True, False) if key > 0 else (False,):
            late = False
            previous = -1
            with self._file.pictures() as (container, stream):
                decode = decoder_of(stream)
                if seek:
                    container.seek(int(scan.seek[np.searchsorted(scan.keys, key)]), stream=stream)
                for packet in container.demux(stream):
                    if self._host is not None:
                        self._host.check_cancelled()
                    for picture in decode(packet):
                        if scan.timed and picture.pts is not None:
                            previous = int(np.searchsorted(scan.ticks, picture.pts, "right")) - 1
                        else:
                            previous += 1
                        index = previous - self._first
                        late = seek and index > start
                        if late:
                            break
                        seek = False
                        yield index, picture
                    if late:
                        break
            if not late:
                return


def decoder_of(stream: VideoStream) -> Callable[[av.Packet], list[av.VideoFrame]]:
    """What decodes the packets of a stream, the last of which is empty; a damaged one gives nothing (`read`
    bridges what is missing). FFmpeg's own decoders of VP8 and VP9 leave opacity out."""
    library = _WITH_ALPHA.get(stream.codec_context.name) if stream.metadata.get("alpha_mode") == "1" else None
    context: av.VideoCodecContext | None = None
    if library is not None and library in av.codecs_available:
        context = cast(av.VideoCodecContext, av.CodecContext.create(library, "r"))
        # What only the container says.
        for tag in ("color_range", "color_primaries", "color_trc", "colorspace"):
            setattr(context, tag, getattr(stream.codec_context, tag))

    def decode(packet: av.Packet) -> list[av.VideoFrame]:
        try:
            if context is None:
                return packet.decode()
            return context.decode(packet if packet.size else None)
        except av.error.InvalidDataError:
            return []

    return decode


def _evened(width: int, height: int) -> list[str]:
    """What becomes of a picture with odd sides: H.264 with 4:2:0 has none."""
    edges = [*(["column"] if width % 2 else []), *(["row"] if height % 2 else [])]
    if not edges:
        return []
    verb = "stand" if len(edges) > 1 else "stands"
    return [
        f"The pictures are {width}x{height}: the last {' and '.join(edges)} {verb} twice in the result, "
        f"{width + width % 2}x{height + height % 2}, because the sides of H.264 are even."
    ]


def _window(scan: Scan, start: Fraction, duration: Fraction, name: str) -> tuple[int, int, int]:
    """First frame, last frame + 1, and the tick at which the window's last frame ends."""
    origin, end = int(scan.ticks[0]), scan.end
    # Whole ticks downwards, as core trims: a start of 0.1 s stored as float must not lose its frame.
    begin = start if start >= 0 else max((end - origin) * scan.time_base + start, Fraction(0))
    from_tick = origin + int(begin / scan.time_base)
    to_tick = origin + int((begin + duration) / scan.time_base) if duration > 0 else end
    first, last = (int(i) for i in np.searchsorted(scan.ticks, [from_tick, to_tick], "left"))
    if first >= last:
        raise VideoError(
            f"The trim window of {name} ({float(start):g} s for {float(duration):g} s) "
            f"holds no frames; it is {float((end - origin) * scan.time_base):.2f} s long."
        )
    following = int(scan.ticks[last]) if last < len(scan.ticks) else end
    return first, last, min(following, max(to_tick, int(scan.ticks[last - 1]) + 1))
