"""Faces cut out of the picture for a network, and what puts generated ones back."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

import numpy as np

from ...engine.compose.cache import ContentCache
from ...engine.compose.composer import (
    ComposeSettings,
    FaceComposer,
    FramedFace,
    Parts,
    PasteConvention,
    compose_settings,
)
from ...engine.compose.paste import Patch
from ...engine.compose.restore import Restorer
from ...engine.compose.transform import CropTransform
from ...engine.errors import InputError
from ...engine.faces.track import Person
from ...engine.host.protocol import Host, ManagedModel
from ...engine.weights.locate import require
from ...engine.weights.shared import FACE_PARSING
from .protocol import Box, FaceCrop
from .settings import Masked

# Pixels around a face that resampling may read, for each pixel of the picture that falls into one of the
# network's.
_REACH = 6


def composing(convention: PasteConvention, settings: Masked, **others: Any) -> ComposeSettings:
    """How faces are put back, by what was chosen and, where nothing was, by quality and convention. others:
    further fields of ComposeSettings."""
    return compose_settings(
        convention,
        settings.quality,
        mask_source=settings.mask_source,
        detail=settings.detail,
        colour=settings.colour,
        mask=settings.mask,
        **others,
    )


def size_notes(heights: np.ndarray, painted: int, most: float, name: str, advice: str) -> list[str]:
    """What a user should know about faces of such heights (pixels of the picture; NaN where there is none).

    painted: pixels that the engine `name` paints. most: by which factor faces may be larger before they look
    soft. advice: what helps."""
    tall = float(np.nanmedian(heights)) if np.isfinite(heights).any() else 0.0
    if tall <= most * painted:
        return []
    return [
        f"The face is {tall:.0f} pixels high; {name} paints {painted}, so the mouth is softer than the rest: "
        f"{advice}."
    ]


class CropGeometry(Protocol):
    """Where each person's face is cut out, frame by frame."""

    def transform(self, person: Person, frame: int) -> CropTransform | None:
        """From the picture, at a source frame, to the crop that the networks see; None where the face has no
        usable box."""
        ...


class ParsingModels(Protocol):
    """parser: the face parser, None where its weights are not installed. cache: face maps by content."""

    @property
    def parser(self) -> ManagedModel | None: ...

    @property
    def cache(self) -> ContentCache: ...


def seen_box(person: Person, frame: int, geometry: CropGeometry, expand: float) -> Box:
    """x0, y0, x1, y1 of all that is read of a picture for one face: the square that the parser looks at, and
    what resampling reads around the face; nothing where the face has no box."""
    transform = geometry.transform(person, frame)
    if transform is None:
        return 0.0, 0.0, 0.0, 0.0
    reach = _REACH * max(1.0, max(transform.box.width, transform.box.height) / transform.side)
    square, box = transform.box.square(expand).bounds, transform.box.bounds
    x0, y0 = (min(a, b - reach) for a, b in zip(square[:2], box[:2], strict=True))
    x1, y1 = (max(a, b + reach) for a, b in zip(square[2:], box[2:], strict=True))
    return x0, y0, x1, y1


def frame_face(crop: FaceCrop, geometry: CropGeometry) -> FramedFace:
    transform = geometry.transform(crop.person, crop.source_index)
    assert transform is not None, "a face without a box has no crop"
    moved = transform.moved(-crop.origin[0], -crop.origin[1])
    return FramedFace(crop.rgb, crop.mesh[:, :2], moved, moved.crop(crop.rgb))


class Facing(Protocol):
    """Conditioning of a FacePainter. composer: None where faces are generated and not put back."""

    @property
    def geometry(self) -> CropGeometry: ...
    @property
    def composer(self) -> FaceComposer | None: ...


class FacePainter(ABC):
    """A painter whose network makes whole faces; its subclasses say how. compose: how they go back."""

    compose: ComposeSettings

    def box(self, person: Person, frame: int, conditioning: Facing) -> Box:
        return seen_box(person, frame, conditioning.geometry, self.compose.convention.expand)

    def preprocess(self, crop: FaceCrop, conditioning: Facing) -> FramedFace:
        return frame_face(crop, conditioning.geometry)

    @abstractmethod
    def faces(self, crops: Sequence[FaceCrop], conditioning: Any, host: Host) -> Iterable[np.ndarray]:
        """A face uint8 [side, side, 3] for each crop."""

    def generate(
        self, crops: Sequence[FaceCrop], conditioning: Facing, host: Host
    ) -> Iterable[tuple[np.ndarray, Parts]]:
        faces = list(self.faces(crops, conditioning, host))
        return zip(faces, _composer(conditioning).parts([crop.prepared for crop in crops]), strict=True)

    def composite(self, crop: FaceCrop, generated: tuple[np.ndarray, Parts], conditioning: Facing) -> Patch:
        return _composer(conditioning).patch(crop.prepared, *generated)


def _composer(conditioning: Facing) -> FaceComposer:
    assert conditioning.composer is not None, "prepared to put faces back"
    return conditioning.composer


def resident(
    host: Host,
    *networks: ManagedModel,
    needed: int,
    count: int,
    composer: FaceComposer | None,
    restore: Restorer | None = None,
) -> AbstractContextManager[None]:
    """`Host.resident` of a painter's networks and of those that its faces are put back with.

    needed: bytes beside the painter's own weights. count: faces at a time."""
    every, most = [*networks], [needed]
    if composer is not None:
        every += composer.networks
        most.append(composer.activation_bytes(count))
    if restore is not None:
        every += restore.networks
        most.append(restore.activation_bytes)
    return host.resident(*every, activation_bytes=max(most))


def composer_of(
    settings: ComposeSettings, models: ParsingModels | None, notes: list[str], host: Host
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
    return FaceComposer(settings, parser, cache, host)
