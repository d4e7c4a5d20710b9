"""An IMAGE batch as a frame source."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from ..errors import VideoError
from .colour import rgb_to_planes
from .conditions import SourceChoices, treatment_of
from .facts import SourceFacts
from .frames import Colour, Frame
from .metadata import Metadata
from .sound import Sound
from .times import ConstantTimes, standard_rate
from .video import MIN_SIDE

if TYPE_CHECKING:
    import torch

_HASHED_BYTES = 1 << 30


class ImageSource:
    """Frames of an IMAGE batch [B, H, W, C >= 3], torch or numpy, float 0..1 (NaN is black). A fourth channel
    is opacity.

    audio: a ComfyUI AUDIO that came with them. choices: as in VideoSource. Each picture is converted to
    BT.709 limited range when it is read. Raises VideoError for no pictures, a wrong shape or less than 16
    pixels.
    """

    variable = False
    aspect = Fraction(1)
    colour = Colour()

    def __init__(
        self,
        images: torch.Tensor | np.ndarray,
        fps: Fraction | float = 25,
        audio: Mapping[str, Any] | None = None,
        choices: SourceChoices | None = None,
    ) -> None:
        if images.ndim != 4 or images.shape[-1] < 3:
            raise VideoError(
                f"The images have the shape {tuple(images.shape)} instead of [frames, height, "
                "width, 3]; take them from an image or video loader."
            )
        frames, height, width = (int(n) for n in images.shape[:3])
        if frames == 0:
            raise VideoError("The image batch is empty; connect at least one image.")
        if min(height, width) < MIN_SIDE:
            raise VideoError(
                f"The image is only {width}x{height} pixels; it needs at least {MIN_SIDE}x{MIN_SIDE}."
            )
        if fps <= 0:
            raise VideoError(f"The frame rate is {float(fps):g}; it must be above 0.")
        alpha = images.shape[-1] == 4 and not bool((images[..., 3] >= 1).all())
        self.facts = SourceFacts(alpha=alpha, still=frames == 1)
        treatment = treatment_of(self.facts, (width, height), choices or SourceChoices())
        self.notes = treatment.notes
        self._background = treatment.background
        self._images = images
        self._audio = audio
        self.frames = frames
        self.still = frames == 1
        self.size = self.stored_size = width + width % 2, height + height % 2
        self.fps = standard_rate(fps)
        self.times = ConstantTimes(self.fps, frames)
        self.duration = frames / self.fps

    @property
    def key(self) -> str:
        """Hash of the pictures and their rate; of a batch above 1 GB, of every n-th row of each."""
        return self.key_at(self.fps)

    def key_at(self, fps: Fraction) -> str:
        """The key that the same pictures have at another rate."""
        return hashlib.blake2b(f"{self._pictures_key} {fps}".encode(), digest_size=16).hexdigest()

    @cached_property
    def _pictures_key(self) -> str:
        digest = hashlib.blake2b(str(tuple(self._images.shape)).encode(), digest_size=16)
        step = -(-self._images.nbytes // _HASHED_BYTES)
        for index in range(self.frames):
            digest.update(_array(self._images[index, ::step]).tobytes())
        return digest.hexdigest()

    def read(self, start: int = 0, stop: int | None = None) -> Iterator[Frame]:
        """Frames start..stop-1 in order; each frame's planes belong to the caller."""
        stop = self.frames if stop is None else min(stop, self.frames)
        return (self._frame(index) for index in range(start, stop))

    def key_before(self, index: int) -> int:
        return index

    def read_reversed(self, start: int = 0, stop: int | None = None) -> Iterator[Frame]:
        """Frames stop-1..start, backwards."""
        stop = self.frames if stop is None else min(stop, self.frames)
        return (self._frame(index) for index in range(stop - 1, start - 1, -1))

    def sound(self) -> Sound | None:
        """Over exactly the time of the pictures."""
        if self._audio is None or self._audio["waveform"].shape[-1] == 0:
            return None
        return Sound.from_waveform(self._audio).cut(0, self.duration)

    def coded_sound(self) -> None:
        return None

    def metadata(self) -> Metadata:
        """None: pictures in memory say nothing of themselves."""
        return Metadata()

    def _frame(self, index: int) -> Frame:
        picture = _array(self._images[index])
        rgb: np.ndarray = np.nan_to_num(picture[..., :3] * np.float32(255), nan=0.0)
        if self._background is not None:
            opacity = np.clip(np.nan_to_num(picture[..., 3:], nan=0.0), 0, 1)
            behind = np.array(self._background, np.float32)
            rgb = behind + opacity * (np.clip(rgb, 0, 255) - behind)
        bottom, right = rgb.shape[0] % 2, rgb.shape[1] % 2
        if bottom or right:
            rgb = cv2.copyMakeBorder(rgb, 0, bottom, 0, right, cv2.BORDER_REPLICATE)
        np.clip(rgb, 0, 255, out=rgb)
        return Frame(rgb_to_planes(rgb, self.colour), self.colour, self.times[index], index)


def _array(image: torch.Tensor | np.ndarray) -> np.ndarray:
    if not isinstance(image, np.ndarray):
        image = image.detach().float().cpu().numpy()
    return image.astype(np.float32, copy=False)
