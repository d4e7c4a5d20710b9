"""Generated faces put back: which part of each is shown, and the patch that shows it."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...engine.errors import InputError
from ...engine.faces.parsing import SIDE as MAP_SIDE
from ...engine.faces.parsing import class_maps
from ...engine.host.protocol import Host, ManagedModel
from ...engine.weights.locate import require
from ...engine.weights.shared import FACE_PARSING
from ...musetalk_core.blend import blend_mask, blend_patch, crop_square, expanded_square
from ...musetalk_core.landmark_map import landmark_map
from ...musetalk_core.masks import face_mask
from ...musetalk_core.paste import MASK_SIDE, PasteMasks, PasteSettings, paste, paste_masks
from ...musetalk_core.transform import CropTransform
from ..crop.protocol import FaceCrop, Patch
from .batches import Batches
from .cache import ContentCache, content_key
from .models import MuseTalkModels
from .settings import MuseTalkSettings


@dataclass(frozen=True)
class FramedFace:
    """crop: of the picture. transform: from the crop's pixels to the network's. small: what the network sees
    of it, uint8 [256, 256, 3]."""

    crop: FaceCrop
    transform: CropTransform
    small: np.ndarray


def composer_of(
    settings: MuseTalkSettings, models: MuseTalkModels | None, notes: list[str], host: Host
) -> FaceComposer:
    """models: None where masks are to be drawn from landmarks.

    Raises MissingFilesError or InputError where the settings ask for a parser that isn't there."""
    parser = None if models is None else models.parser
    if settings.mask_source == "parsing" and parser is None:
        if models is not None:
            require(FACE_PARSING, host)
        raise InputError(
            "Face parsing needs the model: connect Load MuseTalk, or draw the mask by landmarks."
        )
    if settings.mask_source == "landmarks":
        parser = None
    if parser is None:
        notes.append("The mask is drawn from landmarks: hands and hair before the mouth are not seen.")
    cache = ContentCache(host.temp_file(".sqlite")) if models is None else models.cache
    return FaceComposer(settings, parser, cache)


class FaceComposer:
    """parser: finds the parts of a face; without it they are drawn from the landmarks."""

    def __init__(self, settings: MuseTalkSettings, parser: ManagedModel | None, cache: ContentCache) -> None:
        self._settings = settings
        self._parser = parser
        self._cache = cache
        self._parsing = Batches(settings.batch)
        self._context = (
            settings.version, settings.mask_mode, str(settings.cheeks), "parser" if parser else "landmarks",
        )  # fmt: skip

    def patches(self, framed: Sequence[FramedFace], faces: Sequence[np.ndarray]) -> Iterator[Patch]:
        """faces: generated, uint8 [side, side, 3], one for each."""
        if self._settings.parity:
            yield from self._parity_patches(framed, faces)
            return
        look = PasteSettings(self._settings.detail, self._settings.colour)
        for item, face, masks in zip(framed, faces, self._masks(framed), strict=True):
            transform = replace(item.transform, side=face.shape[0])
            yield Patch(*paste(item.crop.rgb, face, transform, masks, look))

    def _masks(self, framed: Sequence[FramedFace]) -> list[PasteMasks]:
        keys = [content_key(item.small, "masks", *self._context, str(item.transform.box)) for item in framed]
        found = {key: self._cache.get(key) for key in keys}
        missing = [place for place, key in enumerate(keys) if found[key] is None]
        maps = self._maps([framed[place] for place in missing])
        preset = self._settings.preset
        for place, class_map in zip(missing, maps, strict=True):
            item = framed[place]
            masks = paste_masks(
                class_map, self._square(item), item.transform.box, mode=self._settings.mask_mode,
                cheeks=self._settings.cheeks, blur_ratio=preset.blur_ratio,
            )  # fmt: skip
            found[keys[place]] = value = masks.alpha.tobytes() + masks.mouth.tobytes()
            self._cache.put(keys[place], value)
        return [_masks_of(found[key] or b"") for key in keys]

    def _square(self, item: FramedFace) -> CropTransform:
        return CropTransform(item.transform.box.square(self._settings.preset.expand), MAP_SIDE)

    def _maps(self, framed: Sequence[FramedFace]) -> list[np.ndarray]:
        """uint8 [512, 512] of face parts for each."""
        if self._parser is None:
            return [landmark_map(_points(item), self._square(item)) for item in framed]
        keys = [content_key(item.small, "parts", str(self._square(item).box)) for item in framed]
        known = {key: self._cache.get(key) for key in keys}
        missing = {key: item for key, item in zip(keys, framed, strict=True) if known[key] is None}
        squares = [self._square(item).crop(item.crop.rgb) for item in missing.values()]
        for key, class_map in zip(missing, self._parsing.run(squares, self._parse), strict=True):
            known[key] = value = zlib.compress(class_map.tobytes(), 1)
            self._cache.put(key, value)
        return [_map_of(known[key] or b"") for key in keys]

    def _parse(self, squares: Sequence[np.ndarray]) -> Sequence[np.ndarray]:
        assert self._parser is not None
        return list(class_maps(squares, self._parser, batch=len(squares)))

    def _parity_patches(self, framed: Sequence[FramedFace], faces: Sequence[np.ndarray]) -> Iterator[Patch]:
        preset = self._settings.preset
        squares = [expanded_square(item.transform.rect, preset.expand) for item in framed]
        if self._parser is None:
            maps: Sequence[np.ndarray] = [landmark_map(_points(item), self._square(item)) for item in framed]
        else:
            crops = [crop_square(item.crop.rgb, square) for item, square in zip(framed, squares, strict=True)]
            maps = list(self._parsing.run(crops, self._parse))
        for item, face, square, class_map in zip(framed, faces, squares, maps, strict=True):
            box = item.transform.rect
            mask = face_mask(class_map, self._settings.mask_mode, self._settings.cheeks)
            shown = blend_mask(mask, box, square, preset.blur_ratio)
            yield Patch(*blend_patch(item.crop.rgb, item.transform.place(face), box, square, shown))


def _points(item: FramedFace) -> np.ndarray:
    """Mesh of the face in the crop's pixels."""
    return item.crop.mesh[:, :2]


def _masks_of(value: bytes) -> PasteMasks:
    alpha, mouth = np.frombuffer(value, np.uint8).reshape(2, MASK_SIDE, MASK_SIDE)
    return PasteMasks(alpha, mouth)


def _map_of(value: bytes) -> np.ndarray:
    return np.frombuffer(zlib.decompress(value), np.uint8).reshape(MAP_SIDE, MAP_SIDE)
