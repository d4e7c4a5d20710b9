"""Pictures and sounds in the form D-ID takes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..cloud_jobs import media
from ..cloud_jobs.media import Picture, PictureLimits, Recording, SoundLimits

if TYPE_CHECKING:
    import numpy as np
    from PIL.Image import Image

PICTURE = PictureLimits("D-ID", min_side=256, max_pixels=10 * 1024 * 1024, max_bytes=10_000_000)
SOUND = SoundLimits("D-ID", min_seconds=0.5, max_seconds=600.0, max_bytes=6_000_000)


def picture(source: Path | bytes | Image) -> Picture:
    """`media.picture` within D-ID's limits. Raises InvalidRequestError."""
    return media.picture(source, PICTURE)


def recording(source: Path | bytes | np.ndarray, rate: int = 0, notes: Sequence[str] = ()) -> Recording:
    """`media.recording` within D-ID's limits. Raises InvalidRequestError."""
    return media.recording(source, SOUND, rate, notes)
