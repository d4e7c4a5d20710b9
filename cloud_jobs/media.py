"""Pictures and sounds in the form a service takes, and a look at what it sends back. Needs Pillow and
PyAV."""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast

from . import sound
from .errors import InvalidRequestError

if TYPE_CHECKING:
    import numpy as np
    from PIL.Image import Image

_SMALLEST_SIDE = 128  # below, scaling up would only hide that there is no face to see
_QUALITIES = (95, 90, 80, 70)
_WAV_RATES = (48_000, 24_000)
_MP3_RATE = 44_100
_MP3_BITS = (128_000, 64_000)
_WAV_HEADER = 128
_MISSING_END = 0.5
# What Pillow's readers raise for damaged files.
_DAMAGED = (OSError, ValueError, SyntaxError, TypeError, EOFError, IndexError, struct.error)


@dataclass(frozen=True)
class PictureLimits:
    """Of a service called `title`: the shortest side in pixels, the most pixels and bytes, and the longest
    side, where that is limited."""

    title: str
    min_side: int
    max_pixels: int
    max_bytes: int
    max_side: int = 0


@dataclass(frozen=True)
class SoundLimits:
    """Of a service called `title`. wav: whether it takes that, too."""

    title: str
    min_seconds: float
    max_seconds: float
    max_bytes: int
    wav: bool = True


@dataclass(frozen=True)
class Picture:
    """A JPEG within a service's limits; `picture` makes one from anything. notes: what the user should know
    about how it was made."""

    data: bytes = field(repr=False)
    width: int
    height: int
    notes: tuple[str, ...] = ()

    def check(self, limits: PictureLimits) -> None:
        """Raises InvalidRequestError."""
        if min(self.width, self.height) < limits.min_side:
            raise InvalidRequestError(
                f"The picture is {self.width}x{self.height}; {limits.title} needs at "
                f"least {limits.min_side} pixels on the short side."
            )
        if self.width * self.height > limits.max_pixels or len(self.data) > limits.max_bytes:
            raise InvalidRequestError(
                f"The picture is {self.width}x{self.height} and "
                f"{len(self.data)} bytes; {limits.title} takes {limits.max_pixels} pixels and "
                f"{limits.max_bytes} bytes."
            )


@dataclass(frozen=True)
class Recording:
    """An encoded sound within a service's limits, `seconds` long; `recording` makes one from anything in
    which something is heard. notes: as Picture's."""

    data: bytes = field(repr=False)
    seconds: float
    suffix: Literal["wav", "mp3"] = "wav"
    notes: tuple[str, ...] = ()

    def check(self, limits: SoundLimits) -> None:
        """Raises InvalidRequestError."""
        if not limits.min_seconds <= self.seconds <= limits.max_seconds:
            raise InvalidRequestError(
                f"The sound lasts {self.seconds:.2f} s; {limits.title} takes "
                f"{limits.min_seconds:g} s to {limits.max_seconds / 60:g} min."
            )
        if len(self.data) > limits.max_bytes:
            raise InvalidRequestError(
                f"The sound has {len(self.data)} bytes; {limits.title} takes {limits.max_bytes}, so encode "
                "it smaller."
            )


@dataclass(frozen=True)
class Clip:
    """A video file: length in seconds, whether there is sound."""

    seconds: float
    sound: bool


def picture(source: Path | bytes | Image, limits: PictureLimits) -> Picture:
    """A JPEG within the limits from any picture: upright, in 8 bits, without alpha or metadata (the place
    where a photo was taken is nobody's business), scaled to fit.

    Raises InvalidRequestError."""
    from PIL import Image, ImageOps

    notes: list[str] = []
    try:
        file = io.BytesIO(source) if isinstance(source, bytes) else source
        upright = ImageOps.exif_transpose(file if isinstance(file, Image.Image) else Image.open(file))
        if upright.mode in ("I", "F") or upright.mode.startswith("I;16"):
            upright, note = _eight_bits(upright)
            notes += [note] if note else []
        if upright.has_transparency_data:
            rgba = upright.convert("RGBA")
            if rgba.getchannel("A").histogram()[255] < rgba.width * rgba.height:
                notes.append("Transparent parts of the picture were made white.")
            upright = Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba)
        image = upright.convert("RGB")
    except (*_DAMAGED, Image.DecompressionBombError) as error:
        raise InvalidRequestError(f"The picture can't be read ({error}); use a whole JPEG or PNG.") from None
    width, height = _fitting(*image.size, limits)
    if (width, height) != image.size:
        notes.append(f"The picture was scaled from {image.width}x{image.height} to {width}x{height}.")
        image = image.resize((width, height), Image.Resampling.LANCZOS)
    for quality in _QUALITIES:
        buffer = io.BytesIO()
        image.save(buffer, "JPEG", quality=quality, optimize=True)
        if buffer.tell() <= limits.max_bytes:
            break
    prepared = Picture(buffer.getvalue(), width, height, notes=tuple(notes))
    prepared.check(limits)
    return prepared


def _eight_bits(image: Image) -> tuple[Image, str]:
    """Grey in more than 8 bits, scaled to 8, and a remark where its range had to be guessed. Pillow's own
    conversion cuts off above 255 instead, which leaves white. Raises ValueError."""
    import numpy as np
    from PIL import Image

    values = np.asarray(image)
    note = ""
    if image.mode.startswith("I;16"):
        white = 65_535.0
    else:  # nothing in the file says how bright the largest value is
        largest = float(values.max())
        if not np.isfinite(values).all():
            raise ValueError("it holds values that are not numbers")
        steps = (255.0, 65_535.0) if image.mode == "I" else (1.0, 255.0, 65_535.0)
        white = next((step for step in steps if largest <= step), largest)
        note = f"The picture does not say which value is white; {white:g} was taken for it."
    grey = np.clip(values * (255.0 / white), 0.0, 255.0).round().astype(np.uint8)
    clear = image.info.get("transparency")
    if isinstance(clear, int):
        grey[values == clear] = 255
    return Image.fromarray(grey), note


def _fitting(width: int, height: int, limits: PictureLimits) -> tuple[int, int]:
    short = min(width, height)
    if short < _SMALLEST_SIDE:
        raise InvalidRequestError(
            f"The picture is {width}x{height}, too small for a face; use at "
            f"least {_SMALLEST_SIDE} pixels on the short side."
        )
    scale = max(1.0, limits.min_side / short)
    largest = (limits.max_pixels / (width * height)) ** 0.5
    if limits.max_side:
        largest = min(largest, limits.max_side / max(width, height))
    if scale <= largest:
        return round(width * scale), round(height * scale)  # the short side must not end a pixel short
    return int(width * largest), int(height * largest)


def recording(
    source: Path | bytes | np.ndarray, limits: SoundLimits, rate: int = 0, notes: Sequence[str] = ()
) -> Recording:
    """Mono sound within the limits, in the best form that fits: WAV where it is taken, else MP3.

    source: a file, its bytes, or float samples [n] in -1..1 at `rate` Hz. notes: what is to be told of them.
    The length is that of the decoded samples, as it decides the price. Raises InvalidRequestError, for
    silence too."""
    import numpy as np

    if isinstance(source, np.ndarray):
        heard = sound.Mono(source, rate)
    else:
        heard = sound.decode(source, limits.max_seconds)
    samples = heard.samples
    if not len(samples) or not np.isfinite(samples).all():
        raise InvalidRequestError("The sound is empty or damaged; use a recording with a voice in it.")
    seconds = len(samples) / heard.rate
    if seconds > limits.max_seconds:
        raise InvalidRequestError(
            f"The sound is longer than the {limits.max_seconds / 60:g} min {limits.title} takes; cut it."
        )
    if sound.is_silent(samples, heard.rate):
        raise InvalidRequestError(
            "The sound is silent (nowhere above "
            f"{sound.SILENCE_DB:g} dBFS), and {limits.title} would charge for a clip in which "
            "nobody speaks; use a recording with a voice in it."
        )
    made = _encoded(np.clip(samples, -1.0, 1.0).astype(np.float32), heard.rate, seconds, limits)
    made = replace(made, notes=(*notes, *[sound.CANCELLED_NOTE] * heard.cancelled))
    made.check(limits)
    return made


def _encoded(samples: np.ndarray, rate: int, seconds: float, limits: SoundLimits) -> Recording:
    max_bytes = limits.max_bytes
    for wav_rate in _WAV_RATES if limits.wav else ():
        if 2 * seconds * wav_rate + _WAV_HEADER <= max_bytes:
            return Recording(_encode(samples, rate, "wav", "pcm_s16le", wav_rate, 0), seconds, "wav")
    bits = next((bits for bits in _MP3_BITS if seconds * bits / 8 * 1.02 <= max_bytes), _MP3_BITS[-1])
    return Recording(_encode(samples, rate, "mp3", "libmp3lame", _MP3_RATE, bits), seconds, "mp3")


def _encode(
    samples: np.ndarray, rate: int, container_format: str, codec: str, out_rate: int, bits: int
) -> bytes:
    """samples: float32 [n], mono. bits: per second, 0 where the codec has no such setting."""
    import av
    from av.audio import AudioStream

    buffer = io.BytesIO()
    with av.open(buffer, "w", format=container_format) as container:
        stream = cast(AudioStream, container.add_stream(codec, rate=out_rate, layout="mono"))
        if bits:
            stream.bit_rate = bits
        resampler = av.AudioResampler(
            format=stream.format, layout="mono", rate=out_rate, frame_size=stream.frame_size or 0
        )
        frame = av.AudioFrame.from_ndarray(samples[None], format="flt", layout="mono")
        frame.rate, frame.pts = rate, 0
        for block in [*resampler.resample(frame), *resampler.resample(None)]:
            container.mux(stream.encode(block))
        container.mux(stream.encode(None))
    return buffer.getvalue()


def probe(path: Path) -> Clip | None:
    """What kind of video a file is; None if it is none, no picture can be decoded, or its end is missing."""
    import av

    try:
        with av.open(str(path)) as container:
            if not container.streams.video or container.duration is None:
                return None
            video = container.streams.video[0]
            clip = Clip(container.duration / av.time_base, bool(container.streams.audio))
            next(container.decode(video))
            # The header promises a length; only the packets show that it is there.
            tick = float(video.time_base or 0)
            promised = video.duration * tick if video.duration else clip.seconds
            spans = ((packet.pts, packet.duration or 0) for packet in container.demux(video))
            end = max((pts + duration for pts, duration in spans if pts is not None), default=0) * tick
    except (av.FFmpegError, OSError, StopIteration):
        return None
    return clip if promised - end < _MISSING_END else None
