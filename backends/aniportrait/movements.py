"""From a voice to where the face's points are in each frame of the picture."""

from __future__ import annotations

import numpy as np
import torch

from ...engine.faces.metric import MetricFace
from ...engine.host.protocol import Host, ManagedModel
from .audio2mesh import face_movements
from .audio2pose import head_poses
from .head_motion import joined_poses
from .listening import face_pieces, hidden_states, pose_pieces, prepared
from .projection import project

# wav2vec2 on a minute and a half of sound, as estimated: its attention sees each pair of frames.
_ACTIVATION_BYTES = 1 << 30
_BLOCK = 256


def heard_faces(net: ManagedModel, samples: np.ndarray, frames: int, host: Host) -> np.ndarray:
    """How far each point is from where the portrait has it: float32 [frames, 468, 3], cm. samples: float32
    [n], mono at 16 kHz, of about so many frames at 30 a second."""
    heard, stage = prepared(samples), "Listening for the face"
    pieces = list(face_pieces(len(heard)))
    made = []
    with host.resident(net, activation_bytes=_ACTIVATION_BYTES):
        for number, (piece, kept) in enumerate(pieces):
            host.progress(stage, number, len(pieces), unit="pieces")
            hidden = hidden_states(_encoder(net), heard[piece])
            made.append(face_movements(net.module, hidden)[kept].cpu().numpy())
    host.progress(stage, len(pieces), len(pieces), unit="pieces")
    return of_length(np.concatenate(made), frames)


def heard_poses(net: ManagedModel, samples: np.ndarray, frames: int, identity: int, host: Host) -> np.ndarray:
    """How the head turns and moves: float64 [frames, 6], degrees and cm. samples: as `heard_faces`."""
    heard, stage = prepared(samples), "Listening for the head"
    pieces = pose_pieces(len(heard))
    made = []
    with host.resident(net, activation_bytes=_ACTIVATION_BYTES):
        for number, piece in enumerate(pieces):
            host.progress(stage, number, len(pieces), unit="pieces")
            hidden = hidden_states(_encoder(net), heard[piece])
            made.append(head_poses(net.module, hidden, identity).cpu().numpy())
    host.progress(stage, len(pieces), len(pieces), unit="pieces")
    return of_length(joined_poses(made), frames)


def _encoder(net: ManagedModel) -> torch.nn.Module:
    return net.module.get_submodule("audio_encoder")


def of_length(rows: np.ndarray, frames: int) -> np.ndarray:
    """So many of them; the last one repeated where there are fewer."""
    return rows[np.minimum(np.arange(frames), len(rows) - 1)]


def moved_points(face: MetricFace, faces: np.ndarray, poses: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """float32 [frames, 468, 2] of `heard_faces` and `heard_poses`: pixels in a picture of (width, height)."""
    made = []
    for start in range(0, len(faces), _BLOCK):
        some = slice(start, start + _BLOCK)
        points = project(face.mesh + faces[some], face.matrix, poses[some], size)
        made.append(points.astype(np.float32))
    return np.concatenate(made)
