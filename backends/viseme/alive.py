"""A still that lives: it blinks, breathes and sways while its mouth is painted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from ...engine.compose.paste import Patch
from ...engine.errors import MissingFilesError
from ...engine.faces.eyes import CORNERS, EyeContours
from ...engine.faces.track import Person
from ...engine.media.colour import Rect, to_rgb
from ...engine.media.frames import Frame
from ..dub.job import DubJob
from ..dub.protocol import FaceCrop
from ..dub.scheduler import even_rect
from .eyelids import Eyelid
from .eyesight import can_close
from .moments import Moments, closures, moments, motion
from .render import moving_box
from .sway import Sway

# The lower edges of the brows on the image's left and right.
BROWS = ((46, 53, 52, 65, 55), (285, 295, 282, 283, 276))


# What each newly placed node has, and the templates: nobody chose it.
_AS_PLACED = 0.3


@dataclass(frozen=True)
class LifeSurvey:
    """moments: when what happens. lids: each person's eyes that can be closed, by id, as `EyeContours` has
    them."""

    moments: Moments
    lids: dict[int, np.ndarray]


def survey_life(job: DubJob, levels: np.ndarray, movement: float, notes: list[str]) -> LifeSurvey | None:
    """What a part has to know; None where nothing but the mouth is to move. levels: dB [frames]."""
    if movement <= 0:
        return None
    if not job.source.still:
        if movement > _AS_PLACED:
            notes.append("The source is a video and moves by itself: `movement` is for stills.")
        return None
    if job.shared:
        notes.append("Several people speak: the picture doesn't sway, and they don't blink.")
        return None
    return LifeSurvey(moments(job, levels), _eyes(job, notes))


def _eyes(job: DubJob, notes: list[str]) -> dict[int, np.ndarray]:
    """Of the people whose eyes can be closed."""
    try:
        network = EyeContours()
    except MissingFilesError as error:
        # Somebody else's track needs none of our networks.
        notes.append(f"No blinks: {error}")
        return {}
    picture = to_rgb(_picture(job))
    eyes = {person.id: network.measure(picture, _mesh(person)) for person in job.people}
    seen = [person.id for person in job.people if can_close(picture, _mesh(person), eyes[person.id])]
    if len(seen) < len(job.people):
        notes.append("No blinks: the eyes are closed, too small, turned away, or behind glasses.")
    return {each: eyes[each] for each in seen}


class Life:
    """What is done to the still in each frame of a job."""

    def __init__(self, job: DubJob, survey: LifeSurvey, movement: float) -> None:
        frame = _picture(job)
        picture = to_rgb(frame)
        faces = {
            person.id: _Face.of(_mesh(person), frame, picture, survey.lids.get(person.id))
            for person in job.people
        }
        self._faces = {each: face for each, face in faces.items() if face is not None}
        self._motion = motion(survey.moments, job, movement)
        self._closures = closures(survey.moments, job)

    def box(self, person: Person) -> Rect:
        """All that moves of a person's picture; empty where no mouth is in it."""
        face = self._faces.get(person.id)
        return face.sway.rect if face else (0, 0, 0, 0)

    def composite(self, crop: FaceCrop, paint_mouth: Callable[[FaceCrop], Patch]) -> Patch:
        """crop: of `box`. paint_mouth: repaints a crop around the mouth in the still's own place."""
        face = self._faces[crop.person.id]
        picture, alpha = crop.rgb.copy(), face.sway.alpha
        x0, y0, x1, y1 = (at - crop.origin[i % 2] for i, at in enumerate(face.mouth))
        part = picture[y0:y1, x0:x1]
        mesh = crop.mesh - np.array([x0, y0, 0], np.float32)
        mouth = paint_mouth(replace(crop, origin=face.mouth[:2], rgb=part.copy(), mesh=mesh))
        shown = mouth.alpha[..., None]
        part[:] = np.where(shown > 0, part + shown * (mouth.rgb.astype(np.float32) - part) + 0.5, part)
        share = float(self._closures[crop.index])
        if share > 0:
            for lid in face.lids:
                lid.close(picture, crop.origin, share)
        if not face.inside:
            # Near the picture's border the mouth opens where nothing sways.
            alpha = alpha.copy()
            alpha[y0:y1, x0:x1] = np.maximum(alpha[y0:y1, x0:x1], mouth.alpha)
        return Patch(face.sway.moved(picture, self._motion[crop.index]), alpha)


@dataclass(frozen=True, eq=False)
class _Face:
    """mouth: the part of the picture around it. inside: it lies where everything sways."""

    sway: Sway
    mouth: Rect
    lids: tuple[Eyelid, ...]
    inside: bool

    @classmethod
    def of(cls, mesh: np.ndarray, frame: Frame, picture: np.ndarray, lids: np.ndarray | None) -> _Face | None:
        """picture: the frame as RGB. lids: None where the eyes can't be closed."""
        mouth = even_rect(moving_box(mesh), frame)
        if mouth is None:
            return None
        eyes = () if lids is None else tuple(
            Eyelid.of(picture, eye, mesh[list(brow), :2], mesh[list(corners), :2])
            for eye, brow, corners in zip(lids, BROWS, CORNERS, strict=True)
        )  # fmt: skip
        sway = Sway.of(mesh, (frame.width, frame.height), [mouth, *(eye.rect for eye in eyes)])
        x0, y0, x1, y1 = (at - sway.rect[i % 2] for i, at in enumerate(mouth))
        return cls(sway, mouth, eyes, bool((sway.alpha[y0:y1, x0:x1] == 1).all()))


def _picture(job: DubJob) -> Frame:
    return next(iter(job.source.read(0, 1)))


def _mesh(person: Person) -> np.ndarray:
    return np.asarray(person.meshes[-person.first])
