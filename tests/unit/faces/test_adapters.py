"""ComfyUI's face data, in the shape that its nodes hand it over (specs: comfy_extras/nodes_mediapipe.py)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from lipsync_studio.engine.errors import InputError
from lipsync_studio.engine.faces.adapters import track_from_landmarks, track_with_model
from lipsync_studio.engine.host.plain import PlainHost

from .conftest import DrawnSource, apply, similarity


def core_face(truth: np.ndarray, matrix: np.ndarray) -> dict[str, Any]:
    """A face as core's landmarker makes it: 478 points, depth in pixels of the crop, presence a logit."""
    full = np.concatenate([truth, truth[:10]])
    xy = apply(matrix, full).astype(np.float32)
    crop = (full - full.mean(axis=0)) * 0.8 + 96
    crop[:, 2] = full[:, 2] * 0.8
    box = np.array([*xy.min(axis=0), *xy.max(axis=0)], np.float32)
    return {"bbox_xyxy": box, "landmarks_xy": xy, "landmarks_3d": crop, "presence": 12.0, "score": 0.9}


def blank(frames: int) -> DrawnSource:
    return DrawnSource(lambda _: np.full((360, 640, 3), 90, np.uint8), frames)


def passing(truth: np.ndarray, frames: int) -> list[list[dict[str, Any]]]:
    """Two faces that pass each other, in an order that changes from frame to frame."""
    out = []
    for i in range(frames):
        faces = [
            core_face(truth, similarity(120 + 10 * i, 120)),
            core_face(truth, similarity(520 - 10 * i, 220)),
        ]
        out.append(faces[:: 1 if i % 3 else -1])
    return out


def test_landmarks_get_identities(truth: np.ndarray) -> None:
    value = {"frames": passing(truth, 40), "image_size": (360, 640), "connection_sets": {}}
    track = track_from_landmarks(value, blank(40), smooth=False)
    assert [p.meshes.shape for p in track.persons] == [(40, 478, 3)] * 2
    steps = sorted(float(p.meshes[-1, :, 0].mean() - p.meshes[0, :, 0].mean()) for p in track.persons)
    assert steps == pytest.approx([-390, 390], abs=1e-2)
    assert np.ptp(track.persons[0].meshes[0, :, 2]) == pytest.approx(np.ptp(truth[:, 2]), rel=1e-3)


def test_empty_frames_and_other_lengths(truth: np.ndarray) -> None:
    frames: list[list[dict[str, Any]]] = [[core_face(truth, similarity(300 + i, 180))] for i in range(12)]
    frames[5] = []
    track = track_from_landmarks({"frames": frames, "image_size": (360, 640)}, blank(20))
    assert track.frames == 20
    assert len(track.persons[0].scores) == 12
    assert np.flatnonzero(track.persons[0].interpolated).tolist() == [5]
    shorter = track_from_landmarks({"frames": frames, "image_size": (360, 640)}, blank(4))
    assert (shorter.frames, len(shorter.persons[0].scores)) == (4, 4)
    assert track_from_landmarks({"frames": [[]] * 3, "image_size": (360, 640)}, blank(3)).persons == ()


def test_landmarks_of_a_scaled_picture(truth: np.ndarray) -> None:
    frames = [[core_face(truth, similarity(150, 90, 0.5))] for _ in range(3)]
    track = track_from_landmarks({"frames": frames, "image_size": (180, 320)}, blank(3))
    expected = apply(similarity(300, 180), truth)
    assert np.abs(track.persons[0].meshes[0, :468, :2] - expected).max() < 0.01


@pytest.mark.parametrize(
    "value", [{}, None, {"frames": [[{"landmarks_xy": [[0, 0]]}]], "image_size": (2, 2)}]
)
def test_something_else_is_refused(value: Any) -> None:
    with pytest.raises(InputError, match="face landmarks can't be read"):
        track_from_landmarks(value, blank(3))


def test_detection_model_is_asked_in_chunks(truth: np.ndarray, host: PlainHost) -> None:
    """A stand-in with core's signature: it needs weights that tests don't have."""
    faces = passing(truth, 40)

    class Model:
        calls: list[tuple[int, int, float, str]] = []

        def detect_batch(
            self, images: list[np.ndarray], num_faces: int, score_thresh: float, variant: str
        ) -> list[list[dict[str, Any]]]:
            assert all(image.shape == (360, 640, 3) and image.dtype == np.uint8 for image in images)
            done = sum(call[0] for call in self.calls)
            self.calls.append((len(images), num_faces, score_thresh, variant))
            return faces[done : done + len(images)]

    model = Model()
    track = track_with_model(model, blank(40), host, max_faces=4, min_confidence=0.6, smooth=False)
    assert model.calls == [(16, 4, 0.6, "short"), (16, 4, 0.6, "short"), (8, 4, 0.6, "short")]
    assert [len(p.scores) for p in track.persons] == [40, 40]


@pytest.mark.parametrize(
    ("detector", "calls", "seen"),
    [
        ("short", [("short", 12)], 6),
        ("full", [("full", 12)], 12),
        # The full range looks where the short one sees nobody.
        ("auto", [("short", 12), ("full", 6)], 12),
    ],
)
def test_the_detector_is_the_one_that_was_asked_for(
    detector: Any, calls: list[tuple[str, int]], seen: int, truth: np.ndarray, host: PlainHost
) -> None:
    asked = []

    class Model:
        def detect_batch(
            self, images: list[np.ndarray], variant: str, **_: Any
        ) -> list[list[dict[str, Any]]]:
            asked.append((variant, len(images)))
            near = range(len(images)) if variant == "full" else range(6)
            return [[core_face(truth, similarity(320, 180))] if i in near else [] for i in range(len(images))]

    (person,) = track_with_model(Model(), blank(12), host, detector=detector).persons
    assert asked == calls
    assert len(person.scores) == seen


def test_of_the_faces_that_came_by_wire_the_largest_are_followed(truth: np.ndarray) -> None:
    heads = [similarity(150, 150, 0.5), similarity(420, 200)]
    value = {"frames": [[core_face(truth, head) for head in heads]] * 5, "image_size": (360, 640)}
    (person,) = track_from_landmarks(value, blank(5), max_faces=1).persons
    assert person.boxes[0, [0, 2]].mean() > 400


def test_cuts_are_seen_in_the_pictures(truth: np.ndarray, host: PlainHost) -> None:
    """Landmarks that stay where they are belong to another person in another shot."""
    grey = [40] * 8 + [200] * 8
    stripes = (np.indices((360, 640)).sum(axis=0) // 40 % 2 * 150).astype(np.uint8)

    def draw(i: int) -> np.ndarray:
        picture = np.full((360, 640, 3), grey[i], np.uint8)
        picture[:, :, 1] = stripes if i < 8 else stripes.T[::-1][:360, :360].repeat(2, axis=1)[:, :640]
        return picture

    class Model:
        def detect_batch(self, images: list[np.ndarray], **_: Any) -> list[list[dict[str, Any]]]:
            return [[core_face(truth, similarity(320, 180))] for _ in images]

    track = track_with_model(Model(), DrawnSource(draw, 16), host)
    assert [(p.first, len(p.scores)) for p in track.persons] == [(0, 8), (8, 8)]
