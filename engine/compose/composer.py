"""Generated faces put back: which part of each is shown, and the patch that shows it.

`parts` needs the face parser's network; `patch` does the rest, for several faces at a time on threads of
their own.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np

from ..faces.parsing import SIDE as MAP_SIDE
from ..faces.parsing import class_maps
from ..host.protocol import Host, ManagedModel
from ..nets.batches import Batches
from .blend import blend_mask, blend_patch, crop_square, expanded_square
from .cache import ContentCache, content_key
from .landmark_map import landmark_map
from .masks import MaskMode, face_mask
from .paste import MASK_SIDE, PasteMasks, PasteSettings, Patch, paste, paste_masks
from .transform import CropTransform

# "auto" parses the face where the parser's weights are installed, and draws the mask by landmarks elsewhere.
MaskSource = Literal["auto", "parsing", "landmarks"]
Quality = Literal["fast", "balanced", "quality"]


@dataclass(frozen=True)
class PasteConvention:
    """How an original puts its faces back.

    expand: side of the square cut out for parsing and blending ÷ the longer side of the face box.
    blur_ratio: size of the Gaussian kernel at the mask's edge ÷ that square's side.
    mask: what is repainted.
    """

    expand: float
    blur_ratio: float
    mask: MaskMode


@dataclass(frozen=True)
class ComposeSettings:
    """parity: do as the original does; of what follows only the mask's mode and the cheeks then count.

    mask: None for the convention's own. cheeks: see `masks.face_mask`. look: what of the picture the new face
    takes on. batch: faces parsed at once; less where memory runs out.
    """

    convention: PasteConvention
    parity: bool = False
    mask: MaskMode | None = None
    mask_source: MaskSource = "auto"
    cheeks: tuple[int, int] = (90, 90)
    look: PasteSettings = field(default_factory=PasteSettings)
    batch: int = 8

    @property
    def mask_mode(self) -> MaskMode:
        return self.mask or self.convention.mask


# What trades speed for looks.
QUALITIES: Mapping[Quality, Mapping[str, Any]] = {
    "fast": {"mask_source": "landmarks", "detail": 0.0, "colour": 0.0},
    "balanced": {"mask_source": "auto", "detail": 0.5, "colour": 0.5},
    "quality": {"mask_source": "auto", "detail": 1.0, "colour": 0.5},
}


def compose_settings(
    convention: PasteConvention,
    quality: Quality = "balanced",
    *,
    mask_source: MaskSource | None = None,
    detail: float | None = None,
    colour: float | None = None,
    **others: Any,
) -> ComposeSettings:
    """Settings of a quality with what is given beside them; None for what the quality says. others: further
    fields of ComposeSettings."""
    own = {"mask_source": mask_source, "detail": detail, "colour": colour}
    made = {**QUALITIES[quality], **{name: value for name, value in own.items() if value is not None}}
    look = PasteSettings(made["detail"], made["colour"])
    return ComposeSettings(convention, mask_source=made["mask_source"], look=look, **others)


@dataclass(frozen=True)
class FramedFace:
    """rgb: uint8 [h, w, 3], the part of the picture around a face. points: float [68 or 468+, 2], the face in
    its pixels. transform: from its pixels to the network's. small: what the network sees of it, uint8
    [side, side, 3]."""

    rgb: np.ndarray
    points: np.ndarray
    transform: CropTransform
    small: np.ndarray


# Masks that are known already, or the map of a face's parts uint8 [512, 512], or nothing to go by.
Parts = PasteMasks | np.ndarray | None


class FaceComposer:
    """parser: finds the parts of a face; without it they are drawn from the landmarks. networks: what is to
    be on the device while patches are made."""

    def __init__(
        self, settings: ComposeSettings, parser: ManagedModel | None, cache: ContentCache, host: Host
    ) -> None:
        self._settings = settings
        self._parser = parser
        self._cache = cache
        self._parsing = Batches(settings.batch, host)
        self.networks = () if parser is None else (parser,)
        self._context = (
            repr(settings.convention), settings.mask_mode, str(settings.cheeks),
            "parser" if parser else "landmarks",
        )  # fmt: skip

    def activation_bytes(self, faces: int) -> int:
        """What the networks need beside their weights for so many faces at a time."""
        if self._parser is None:
            return 0
        from ..faces.bisenet import ACTIVATION_BYTES

        return min(faces, self._parsing.size) * ACTIVATION_BYTES

    def parts(self, framed: Sequence[FramedFace]) -> list[Parts]:
        """What the parser says of each face, where it has to be asked."""
        if self._parser is None:
            return [None] * len(framed)
        if self._settings.parity:
            squares = [
                expanded_square(item.transform.rect, self._settings.convention.expand) for item in framed
            ]
            crops = [crop_square(item.rgb, square) for item, square in zip(framed, squares, strict=True)]
            return list(self._parsing.run(crops, self._parse))
        known = [self._known_masks(item) for item in framed]
        maps = iter(self._maps([item for item, masks in zip(framed, known, strict=True) if masks is None]))
        return [next(maps) if masks is None else masks for masks in known]

    def patch(self, item: FramedFace, face: np.ndarray, parts: Parts) -> Patch:
        """face: generated, uint8 [side, side, 3]. parts: from `parts`."""
        if self._settings.parity:
            return self._parity_patch(item, face, parts)
        masks = parts if isinstance(parts, PasteMasks) else self._masks(item, parts)
        transform = replace(item.transform, side=face.shape[0])
        return Patch(*paste(item.rgb, face, transform, masks, self._settings.look))

    def _masks(self, item: FramedFace, class_map: np.ndarray | None) -> PasteMasks:
        """class_map: None to draw one, unless the masks are known."""
        # A still picture asks for the same masks again and again, perhaps on several threads.
        if (known := self._known_masks(item)) is not None:
            return known
        square = self._square(item)
        masks = paste_masks(
            landmark_map(item.points, square) if class_map is None else class_map,
            square, item.transform.box, mode=self._settings.mask_mode, cheeks=self._settings.cheeks,
            blur_ratio=self._settings.convention.blur_ratio,
        )  # fmt: skip
        self._cache.put(self._masks_key(item), masks.alpha.tobytes() + masks.mouth.tobytes())
        return masks

    def _known_masks(self, item: FramedFace) -> PasteMasks | None:
        value = self._cache.get(self._masks_key(item))
        return None if value is None else _masks_of(value)

    def _masks_key(self, item: FramedFace) -> bytes:
        return content_key(item.small, "masks", *self._context, str(item.transform.box))

    def _square(self, item: FramedFace) -> CropTransform:
        return CropTransform(item.transform.box.square(self._settings.convention.expand), MAP_SIDE)

    def _maps(self, framed: Sequence[FramedFace]) -> list[np.ndarray]:
        """uint8 [512, 512] of face parts for each."""
        keys = [content_key(item.small, "parts", str(self._square(item).box)) for item in framed]
        known = {key: self._cache.get(key) for key in keys}
        missing = {key: item for key, item in zip(keys, framed, strict=True) if known[key] is None}
        squares = [self._square(item).crop(item.rgb) for item in missing.values()]
        for key, class_map in zip(missing, self._parsing.run(squares, self._parse), strict=True):
            known[key] = value = zlib.compress(class_map.tobytes(), 1)
            self._cache.put(key, value)
        return [_map_of(known[key] or b"") for key in keys]

    def _parse(self, squares: Sequence[np.ndarray]) -> Sequence[np.ndarray]:
        assert self._parser is not None
        return list(class_maps(squares, self._parser, batch=len(squares)))

    def _parity_patch(self, item: FramedFace, face: np.ndarray, parts: Parts) -> Patch:
        convention, box = self._settings.convention, item.transform.rect
        square = expanded_square(box, convention.expand)
        class_map = parts if isinstance(parts, np.ndarray) else landmark_map(item.points, self._square(item))
        mask = face_mask(class_map, self._settings.mask_mode, self._settings.cheeks)
        shown = blend_mask(mask, box, square, convention.blur_ratio)
        return Patch(*blend_patch(item.rgb, item.transform.place(face), box, square, shown))


def _masks_of(value: bytes) -> PasteMasks:
    alpha, mouth = np.frombuffer(value, np.uint8).reshape(2, MASK_SIDE, MASK_SIDE)
    return PasteMasks(alpha, mouth)


def _map_of(value: bytes) -> np.ndarray:
    return np.frombuffer(zlib.decompress(value), np.uint8).reshape(MAP_SIDE, MAP_SIDE)
