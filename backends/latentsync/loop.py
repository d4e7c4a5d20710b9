"""How many frames the original makes of a sound, and which of the footage's it shows."""

from __future__ import annotations

import numpy as np

from ...engine.nets.audio_windows import parity_frame_count
from ...engine.nets.mel import RATE
from ...engine.nets.whisper_states import AudioConvention

# States before the final norm, the spectrogram's floor by the whole sound, the first and last state repeated
# beyond its ends.
CONVENTION = AudioConvention(features="raw", padding="edge", mel="file")
FPS = 25
CLIP = 16


def frame_count(samples: int) -> int:
    """Frames that the original makes of a number of 16 kHz samples: about two more than they last."""
    return parity_frame_count(samples, FPS, CONVENTION)


def kept_samples(samples: int) -> int:
    """Of 16 kHz samples: how many go into the original's result."""
    return min(samples, frame_count(samples) * RATE // FPS)


def mirrored(video_frames: int, frames: int) -> np.ndarray:
    """The source frame of each of a number of frames, int64 [frames]: forward and back and forward, both ends
    twice."""
    place = np.arange(frames) % (2 * video_frames)
    return np.minimum(place, 2 * video_frames - 1 - place)
