from __future__ import annotations

import cv2
import numpy as np
import pytest

from lipsync_studio.engine.compose.landmark_map import landmark_map
from lipsync_studio.engine.compose.masks import MASK_MODES, face_mask, mouth_mask
from lipsync_studio.engine.compose.transform import CropTransform
from lipsync_studio.engine.errors import InputError
from lipsync_studio.engine.faces.parsing import FacePart
from lipsync_studio.engine.faces.placing import eye_angle
from lipsync_studio.musetalk_core.face_box import face_box

# Drawn by hand into the painting, in its pixels: the face's outline below the eyes, and the lips.
OUTLINE = [
    (107.5, 110), (108, 118), (110, 130), (113, 140), (118, 147), (125, 153), (130, 157), (135, 158.5),
    (143, 158), (150, 155.5), (158, 151), (164, 146), (169, 139), (172, 130), (174, 118), (174, 110),
]  # fmt: skip
LIPS = [
    (123, 138.5), (130, 136), (135, 135.5), (141, 136), (147, 138), (142, 143), (135, 144.5), (128, 143),
]  # fmt: skip
LOWER_HALF = np.arange(512)[:, None] >= 256


def square_of(landmarks: np.ndarray) -> CropTransform:
    box = face_box(landmarks, angle=eye_angle(landmarks))
    assert box is not None
    return CropTransform(box.square(1.5), 512)


def polygon(points: list[tuple[float, float]], square: CropTransform) -> np.ndarray:
    mask = np.zeros((512, 512), np.uint8)
    cv2.fillPoly(mask, [np.rint(square.to_crop(np.array(points))).astype(np.int32)], 1)
    return mask > 0


def overlap(a: np.ndarray, b: np.ndarray) -> float:
    """Intersection over union."""
    return float((a & b).sum() / (a | b).sum())


def as_published(class_map: np.ndarray, cheeks: tuple[int, int]) -> np.ndarray:
    """The mode "jaw", step by step with the original's one large kernel."""
    kernel = np.zeros((33, 33), np.uint8)
    for row in range(10, 33):
        half = min(row - 10, 10)
        kernel[row, 16 - half : 17 + half] = 1
    grown = cv2.dilate((class_map == 1).astype(np.uint8) * 255, kernel)
    narrow = cv2.erode(grown, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (35, 3)), iterations=2)
    columns = np.arange(512)
    out = np.where((columns <= 256 - cheeks[0]) | (columns >= 256 + cheeks[1]), narrow, grown)
    out[class_map == 10] = 0
    out[np.isin(class_map, (11, 12, 13))] = 255
    return out


@pytest.mark.parametrize("seed", range(6))
def test_jaw_mask_of_any_map_is_the_published_one(seed: int):
    random = np.random.default_rng(seed)
    coarse = random.integers(0, 19, (9 + seed, 13), dtype=np.uint8)
    class_map = cv2.resize(coarse, (512, 512), interpolation=cv2.INTER_NEAREST)
    class_map[random.random((512, 512)) < 0.02] = 1
    left, right = random.integers(0, 300, 2).tolist()
    assert np.array_equal(face_mask(class_map, "jaw", (left, right)), as_published(class_map, (left, right)))


def test_modes_nest(painting):
    class_map = landmark_map(painting.mesh, square_of(painting.landmarks))
    masks = {mode: face_mask(class_map, mode) > 0 for mode in MASK_MODES}
    assert not (masks["raw"] & ~masks["neck"]).any()
    assert not (masks["raw"] & ~masks["face"]).any()
    assert masks["neck"].sum() > 1.1 * masks["raw"].sum()
    assert masks["lips"].sum() < 0.3 * masks["raw"].sum()
    nose = class_map == FacePart.NOSE
    assert (masks["face"] & nose).sum() == nose.sum()
    for mode in ("jaw", "raw", "neck", "lips"):
        assert not (masks[mode] & nose).any()
        assert masks[mode][mouth_mask(class_map) > 0].all()


def test_wider_cheeks_repaint_more(painting):
    class_map = landmark_map(painting.mesh, square_of(painting.landmarks))
    areas = [int((face_mask(class_map, "jaw", (width, width)) > 0).sum()) for width in (20, 60, 90, 160)]
    assert areas == sorted(set(areas))
    left = face_mask(class_map, "jaw", (160, 20)) > 0
    right = face_mask(class_map, "jaw", (20, 160)) > 0
    assert left[:, :256].sum() > right[:, :256].sum()
    assert left[:, 256:].sum() < right[:, 256:].sum()


def test_lips_reach_down_further_than_up():
    class_map = np.full((512, 512), FacePart.SKIN, np.uint8)
    class_map[300:310, 200:310] = FacePart.MOUTH
    rows, columns = np.nonzero(face_mask(class_map, "lips"))
    assert (rows.min(), rows.max()) == (290, 349)
    assert (columns.min(), columns.max()) == (188, 321)


def test_a_map_without_a_face_has_an_empty_mask():
    nothing = np.zeros((512, 512), np.uint8)
    for mode in MASK_MODES:
        assert not face_mask(nothing, mode).any()


@pytest.mark.parametrize("points", ["mesh", "landmarks"])
def test_landmarks_draw_what_is_in_the_picture(painting, points: str):
    square = square_of(painting.landmarks)
    class_map = landmark_map(getattr(painting, points), square)
    face = polygon(OUTLINE, square) & (class_map != FacePart.NOSE) & LOWER_HALF
    assert overlap((face_mask(class_map, "raw") > 0) & LOWER_HALF, face) > 0.8
    assert overlap(mouth_mask(class_map) > 0, polygon(LIPS, square)) > 0.7
    neck = class_map == FacePart.NECK
    assert np.argwhere(neck)[:, 0].mean() > 400


def test_68_points_and_the_mesh_draw_the_same(painting):
    square = square_of(painting.landmarks)
    maps = [landmark_map(points, square) for points in (painting.mesh, painting.landmarks)]
    for mode in ("jaw", "raw", "neck", "lips"):
        a, b = ((face_mask(class_map, mode) > 0) & LOWER_HALF for class_map in maps)
        assert overlap(a, b) > 0.93


def test_a_face_beyond_the_crop_is_drawn_as_far_as_it_goes(painting):
    square = square_of(painting.landmarks).moved(-60, 30)
    assert landmark_map(painting.mesh, square).any()
    assert not landmark_map(painting.mesh, square.moved(4000, 0)).any()


def test_clear_errors(painting):
    square = square_of(painting.landmarks)
    with pytest.raises(InputError, match="68 landmarks"):
        landmark_map(np.zeros((5, 2)), square)
    with pytest.raises(InputError, match="not finite"):
        landmark_map(np.full((68, 2), np.nan), square)
    with pytest.raises(InputError, match="512×512"):
        face_mask(np.zeros((256, 256), np.uint8), "jaw")
    with pytest.raises(InputError, match="no mask mode"):
        face_mask(np.zeros((512, 512), np.uint8), "beard")  # type: ignore[arg-type]
