"""Where each person's face is cut out, frame by frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from ...engine.compose.transform import CropTransform, FaceBox
from ...engine.faces.finish import runs
from ...engine.faces.placing import place_boxes
from ...engine.faces.s3fd import detect
from ...engine.faces.track import Person
from ...engine.host.protocol import Host, ManagedModel
from ...engine.host.reporter import reporter
from ...engine.media.colour import Rect, to_rgb
from ...engine.media.source import Source
from ...engine.nets.batches import Batches
from ..dub.faces import size_notes
from .face_box import Pads, parity_box, parity_smoothed, track_box
from .network import SIDE
from .spec import Wav2LipSettings

# Frames that S3FD is given at once, as far as this much memory goes.
_BATCH, _MOST_BYTES = 16, 2 << 30
# Memory that a pixel of the picture takes in S3FD beside the weights, in float32: 64 channels, twice.
PIXEL_BYTES = 2 * 64 * 4
# Faces larger than what the network paints by this factor look soft.
_SOFT = 2.0


@dataclass(frozen=True)
class FaceGeometry:
    """first: each person's first frame, by id. rows: float32 [n, 5] (x, y, width, height, angle), NaN where
    there is no box."""

    first: dict[int, int]
    rows: dict[int, np.ndarray]

    def notes(self) -> list[str]:
        """What a user should know about the faces' sizes."""
        heights = np.concatenate([rows[:, 3] for rows in self.rows.values()])
        advice = "use an engine for larger faces or, in ComfyUI, connect an upscale model to the backend"
        return size_notes(heights, SIDE, _SOFT, "Wav2Lip", advice)

    def transform(self, person: Person, frame: int) -> CropTransform | None:
        """From the picture to the crop that the network sees; None where the face has no usable box."""
        row = self.rows[person.id][frame - self.first[person.id]]
        return CropTransform(FaceBox(*row.tolist()), SIDE) if np.isfinite(row).all() else None


@dataclass(frozen=True)
class ParityGeometry:
    """rects: int32 [frames, 4] of the source, x0, y0, x1, y1 in pixels; all 0 where nobody was found."""

    rects: np.ndarray

    def rect(self, frame: int) -> Rect | None:
        x0, y0, x1, y1 = self.rects[frame].tolist()
        return (x0, y0, x1, y1) if x1 > x0 else None


def geometry_of(
    people: Sequence[Person], settings: Wav2LipSettings, fps: Fraction, host: Host
) -> FaceGeometry:
    """By the rule of `face_box`, over each person's whole time."""
    pads = pads_of(settings)
    report = reporter(host, "Placing the faces", sum(len(person.scores) for person in people))
    rows: dict[int, np.ndarray] = {}
    done = 0

    def rule(points: np.ndarray, angle: float) -> FaceBox | None:
        return track_box(points, pads, angle)

    def tell(count: int) -> None:
        report(done + count)

    for person in people:
        placed = place_boxes(
            person, rule, float(fps), upright=settings.upright, steady=settings.steady, tell=tell
        )
        rows[person.id] = placed.astype(np.float32)
        done += len(person.scores)
    return FaceGeometry({person.id: person.first for person in people}, rows)


def parity_geometry(
    source: Source, stop: int, settings: Wav2LipSettings, detector: ManagedModel, host: Host
) -> ParityGeometry:
    """S3FD's surest face in the source's frames up to `stop`, whoever it is, as the original crops it. Where
    the original would end, because there is none, the boxes before and after are averaged apart."""
    size, pads = source.size, pads_of(settings)
    each = size[0] * size[1] * PIXEL_BYTES
    count = min(max(1, _MOST_BYTES // each), _BATCH)
    stage = "Finding faces (S3FD)"
    rects = np.zeros((stop, 4), np.int32)
    batches = Batches(count, host)

    def find(pictures: Sequence[np.ndarray]) -> Sequence[np.ndarray]:
        host.check_cancelled()
        return detect(detector.module, np.stack(pictures))

    with host.resident(detector, activation_bytes=count * each):
        pictures: list[np.ndarray] = []
        done = 0
        for frame in source.read(0, stop):
            pictures.append(to_rgb(frame))
            if len(pictures) < count and done + len(pictures) < stop:
                continue
            for number, faces in enumerate(batches.run(pictures, find), done):
                rect = parity_box(faces[0, :4].tolist(), pads, size) if len(faces) else None
                if rect is not None:
                    rects[number] = rect
            done += len(pictures)
            pictures = []
            host.progress(stage, done, stop)
    for run in runs(rects[:, 2] > 0) if settings.steady else ():
        rects[run] = parity_smoothed(rects[run])
    return ParityGeometry(rects)


def pads_of(settings: Wav2LipSettings) -> Pads:
    relative = settings.unit == "relative" and not settings.parity
    return Pads(settings.pad_top, settings.pad_bottom, settings.pad_left, settings.pad_right, relative)
