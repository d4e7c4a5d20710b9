"""Generated faces made better by a network for pictures: enlarged alone, or restored as whole faces.

An upscaler sees a generated face as it is. A face restorer (GFPGAN, RestoreFormer) was trained on whole faces
in one position, so it is given the picture's own face, with the generated part in it, in that position.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from ..faces.ibug import landmarks68
from ..host.protocol import ManagedModel
from .composer import FramedFace
from .paste import Patch
from .transform import CropTransform, FaceBox, to_bytes

# Eyes, nose and corners of the mouth in a picture of 1×1, as FFHQ's faces lie (T. Karras et al., 2018)
# and GFPGAN's and RestoreFormer's training had them: facexlib's five points of 512 pixels.
_FFHQ = (
    np.array(
        [
            (192.98138, 239.94708), (318.90277, 240.1936), (256.63416, 314.01935),
            (201.26117, 371.41043), (313.08905, 371.15118),
        ]
    )
    / 512
)  # fmt: skip
# Around a face box from brows to chin, in its longer side: what such a picture takes, at any tilt of the head
# beside the box's own.
EXPAND = 2.4


@dataclass(frozen=True)
class Restorer:
    """restore: pictures uint8 [B, s, s, 3], RGB, to better ones [B, t, t, 3]. side: pixels of the whole faces
    it takes; None for one that takes generated faces as they are. strength: how much of what it makes is
    shown, 0..1. networks: what is to be on the device; activation_bytes: what it needs beside their weights.
    """

    restore: Callable[[np.ndarray], np.ndarray]
    side: int | None = None
    strength: float = 1.0
    networks: tuple[ManagedModel, ...] = ()
    activation_bytes: int = 0

    def enlarge(self, faces: Sequence[np.ndarray]) -> list[np.ndarray]:
        """Generated faces uint8 [s, s, 3] by an upscaler; as they are by a restorer of whole faces."""
        if self.side is not None or not len(faces):
            return list(faces)
        return [
            self._mixed(face, better)
            for face, better in zip(faces, self.restore(np.stack(faces)), strict=True)
        ]

    def whole(self, item: FramedFace, patch: Patch) -> Patch:
        """What a restorer of whole faces makes of a patch; shown where the patch is."""
        assert self.side is not None, "an upscaler restores no whole faces"
        alpha = patch.alpha[..., None]
        picture = to_bytes(patch.rgb * alpha + item.rgb * (1 - alpha))
        transform = CropTransform(ffhq_box(item.points), self.side)
        face = transform.crop(picture)
        (better,) = self.restore(face[None])
        mixed = self._mixed(face, better)
        height, width = picture.shape[:2]
        placed = CropTransform(transform.box, len(mixed)).place(mixed, (0, 0, width, height))
        shown = (patch.alpha > 0)[..., None]
        return Patch(np.where(shown, placed, patch.rgb), patch.alpha)

    def _mixed(self, before: np.ndarray, after: np.ndarray) -> np.ndarray:
        """At the size of `after`."""
        if self.strength >= 1:
            return after
        size = after.shape[1], after.shape[0]
        enlarged = cv2.resize(before, size, interpolation=cv2.INTER_CUBIC)
        return np.asarray(cv2.addWeighted(after, self.strength, enlarged, 1 - self.strength, 0.0))


def ffhq_box(points: np.ndarray) -> FaceBox:
    """The square that shows a face as FFHQ's pictures do: least squares over eyes, nose and mouth.

    points: [68 or 468+, 2] in pixels."""
    landmarks = np.asarray(points if len(points) == 68 else landmarks68(points), np.float64)
    face = np.array(
        [
            landmarks[36:42].mean(axis=0), landmarks[42:48].mean(axis=0), landmarks[30], landmarks[48],
            landmarks[54],
        ]
    )  # fmt: skip
    # As complex numbers a turn with a scale is one factor.
    here, there = (v[:, 0] + 1j * v[:, 1] for v in (face - face.mean(axis=0), _FFHQ - _FFHQ.mean(axis=0)))
    factor = (here * there.conj()).sum() / (np.abs(there) ** 2).sum()
    middle = complex(*face.mean(axis=0)) + factor * complex(*(0.5 - _FFHQ.mean(axis=0)))
    side = float(abs(factor))
    return FaceBox(middle.real, middle.imag, side, side, float(np.angle(factor)))
