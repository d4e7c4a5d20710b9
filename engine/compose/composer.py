"""Generated faces put back: which part of each is shown, and the patch that shows it."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
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

    def patches(self, framed: Sequence[FramedFace], faces: Sequence[np.ndarray]) -> Iterator[Patch]:
        """faces: generated, uint8 [side, side, 3], one for each."""
        if self._settings.parity:
            yield from self._parity_patches(framed, faces)
            return
        for item, face, masks in zip(framed, faces, self._masks(framed), strict=True):
            transform = replace(item.transform, side=face.shape[0])
            yield Patch(*paste(item.rgb, face, transform, masks, self._settings.look))

    def _masks(self, framed: Sequence[FramedFace]) -> list[PasteMasks]:
        keys = [content_key(item.small, "masks", *self._context, str(item.transform.box)) for item in framed]
        found = {key: self._cache.get(key) for key in keys}
        missing = [place for place, key in enumerate(keys) if found[key] is None]
        maps = self._maps([framed[place] for place in missing])
        convention = self._settings.convention
        for place, class_map in zip(missing, maps, strict=True):
            item = framed[place]
            masks = paste_masks(
                class_map, self._square(item), item.transform.box, mode=self._settings.mask_mode,
                cheeks=self._settings.cheeks, blur_ratio=convention.blur_ratio,
            )  # fmt: skip
            found[keys[place]] = value = masks.alpha.tobytes() + masks.mouth.tobytes()
            self._cache.put(keys[place], value)
        return [_masks_of(found[key] or b"") for key in keys]

    def _square(self, item: FramedFace) -> CropTransform:
        return CropTransform(item.transform.box.square(self._settings.convention.expand), MAP_SIDE)

    def _maps(self, framed: Sequence[FramedFace]) -> list[np.ndarray]:
        """uint8 [512, 512] of face parts for each."""
        if self._parser is None:
            return [landmark_map(item.points, self._square(item)) for item in framed]
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

    def _parity_patches(self, framed: Sequence[FramedFace], faces: Sequence[np.ndarray]) -> Iterator[Patch]:
        convention = self._settings.convention
        squares = [expanded_square(item.transform.rect, convention.expand) for item in framed]
        if self._parser is None:
            maps: Sequence[np.ndarray] = [landmark_map(item.points, self._square(item)) for item in framed]
        else:
            crops = [crop_square(item.rgb, square) for item, square in zip(framed, squares, strict=True)]
            maps = list(self._parsing.run(crops, self._parse))
        for item, face, square, class_map in zip(framed, faces, squares, maps, strict=True):
            box = item.transform.rect
            mask = face_mask(class_map, self._settings.mask_mode, self._settings.cheeks)
            shown = blend_mask(mask, box, square, convention.blur_ratio)
            yield Patch(*blend_patch(item.rgb, item.transform.place(face), box, square, shown))


def _masks_of(value: bytes) -> PasteMasks:
    alpha, mouth = np.frombuffer(value, np.uint8).reshape(2, MASK_SIDE, MASK_SIDE)
    return PasteMasks(alpha, mouth)


def _map_of(value: bytes) -> np.ndarray:
    return np.frombuffer(zlib.decompress(value), np.uint8).reshape(MAP_SIDE, MAP_SIDE)
