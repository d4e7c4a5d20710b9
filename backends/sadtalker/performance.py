"""What a voice makes of a face: expressions and poses, 25 of them a second, from the sound."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn

from ...engine.nets.wav2lip_mel import RATE, column_count, mel_columns
from .audio_nets import EXPRESSION, LATENT, POSE
from .motion import FPS, heard_columns, pose_chunks, smoothed

# Samples of a frame.
SAMPLES = int(RATE / FPS)
# Frames whose expressions are worked out at once.
_BATCH = 64


class Heard:
    """A sound's mel windows, worked out where they are asked for. samples: float32, whole frames of 640."""

    def __init__(self, samples: np.ndarray) -> None:
        self._samples = samples
        self._columns = column_count(samples.size)

    def windows(self, frames: np.ndarray) -> Tensor:
        """float32 [n, 1, 80, 16] of some frames, near each other."""
        at = heard_columns(frames, self._columns)
        first = int(at.min())
        mel = mel_columns(self._samples, first, int(at.max()) - first + 1)
        return mel[:, torch.from_numpy(at - first)].transpose(0, 1)[:, None]


@torch.inference_mode()
def expressions(
    net: nn.Module, heard: Heard, reference: np.ndarray, closed: np.ndarray, tell: Callable[[int], None],
    wanted: np.ndarray | None = None,
) -> np.ndarray:  # fmt: skip
    """float32 [n, 64]. reference: [n, 64]. closed: [n], how far the eyes are. tell: called with the frames
    that are done. wanted: bool [n], others are 0."""
    device = next(net.parameters()).device
    out = np.zeros((len(closed), EXPRESSION), np.float32)
    for start in range(0, len(closed), _BATCH):
        frames = np.arange(start, min(start + _BATCH, len(closed)))
        if wanted is not None:
            frames = frames[wanted[frames]]
            if not len(frames):
                continue
        told = torch.from_numpy(reference[frames]).to(device)
        shut = torch.from_numpy(closed[frames, None]).to(device)
        out[frames] = net(heard.windows(frames).to(device), told, shut).cpu().numpy()
        tell(int(frames[-1]) + 1)
    return out


@torch.inference_mode()
def poses(
    net: nn.Module, heard: Heard, frames: int, pose: np.ndarray, style: int, seed: int,
    tell: Callable[[int], None],
) -> np.ndarray:  # fmt: skip
    """float32 [frames, 6], smoothed. pose: [6], the picture's."""
    device = next(net.parameters()).device
    random = torch.Generator().manual_seed(seed)
    start = torch.from_numpy(np.asarray(pose, np.float32))[None].to(device)
    moves = [np.zeros((1, POSE), np.float32)]
    done = 1
    for chunk in pose_chunks(frames):
        latent = torch.randn(1, LATENT, generator=random).to(device)
        sound = net.hear(heard.windows(chunk.heard).to(device))[None]  # type: ignore[operator]
        moves.append(net(latent, sound, start, style)[0, -chunk.kept :].cpu().numpy())
        done += chunk.kept
        tell(done)
    return smoothed(np.concatenate(moves) + pose)
