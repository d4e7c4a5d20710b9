from __future__ import annotations

import math
from dataclasses import dataclass, replace

import cv2
import numpy as np
import pytest

from lipsync_studio.engine.compose.blend import blend, blend_mask, expanded_square
from lipsync_studio.engine.compose.landmark_map import landmark_map
from lipsync_studio.engine.compose.masks import face_mask, mouth_mask
from lipsync_studio.engine.compose.paste import MASK_SIDE, PasteMasks, PasteSettings, paste, paste_masks
from lipsync_studio.engine.compose.transform import CropTransform, FaceBox
from lipsync_studio.musetalk_core.face_box import face_box

PLAIN = PasteSettings(detail=0, colour=0)
EVERYTHING = np.full((MASK_SIDE, MASK_SIDE), 255, np.uint8)


@dataclass(frozen=True)
class Scene:
    """A picture with a face whose box has whole pixels; map: of the parts in the square around the box."""

    picture: np.ndarray
    transform: CropTransform
    square: CropTransform
    map: np.ndarray
    masks: PasteMasks

    @property
    def box(self) -> FaceBox:
        return self.transform.box

    def masked(self, feather: bool) -> PasteMasks:
        return paste_masks(
            self.map, self.square, self.box, mode="jaw", cheeks=(90, 90), blur_ratio=0.05, feather=feather
        )


@pytest.fixture(scope="module")
def scene(painting) -> Scene:
    """A face of 288×332 pixels with grain."""
    large = painting.enlarged(4)
    grain = cv2.GaussianBlur(np.random.default_rng(0).normal(0, 1, large.rgb.shape[:2]), (0, 0), 0.8)
    picture = np.clip(large.rgb + 5 / grain.std() * grain[..., None], 0, 255).astype(np.uint8)
    found = face_box(large.landmarks)
    assert found is not None
    # Even sizes: the original's square then has the same middle.
    x0, y0, x1, y1 = (round(v / 2) * 2 for v in found.bounds)
    box = FaceBox.of((x0, y0, x1, y1))
    square = CropTransform(box.square(1.5), 512)
    class_map = landmark_map(large.mesh, square)
    masks = paste_masks(class_map, square, box, mode="jaw", cheeks=(90, 90), blur_ratio=0.05)
    return Scene(picture, CropTransform(box), square, class_map, masks)


def composite(picture: np.ndarray, patch: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    rgb, alpha = patch
    return picture + alpha[..., None] * (rgb.astype(np.float32) - picture)


def blurred_face(scene: Scene) -> np.ndarray:
    """What the networks might give: the same face without its grain."""
    return cv2.GaussianBlur(scene.transform.crop(scene.picture), (0, 0), 1.5)


def fine(picture: np.ndarray) -> np.ndarray:
    grey = picture.astype(np.float32).mean(axis=2)
    return grey - cv2.GaussianBlur(grey, (0, 0), 1.5)


def on_picture(scene: Scene, mask512: np.ndarray) -> np.ndarray:
    """bool: a mask of the square in the picture's pixels."""
    height, width = scene.picture.shape[:2]
    return scene.square.place(mask512, (0, 0, width, height), outside=0.0) > 127


def test_without_its_improvements_it_is_the_originals_paste(scene: Scene):
    whole = CropTransform.parity(scene.transform.rect)
    box, square = whole.rect, expanded_square(whole.rect, 1.5)
    face = np.clip(blurred_face(scene).astype(int) + (20, -10, 5), 0, 255).astype(np.uint8)
    mask = blend_mask(face_mask(scene.map, "jaw"), box, square, 0.05)
    wanted = blend(scene.picture, whole.place(face), box, square, mask)
    rgb, alpha = paste(scene.picture, face, scene.transform, scene.masked(feather=False), PLAIN)
    x0, y0, x1, y1 = box
    inside = np.s_[y0 - square[1] : y1 - square[1], x0 - square[0] : x1 - square[0]]
    assert np.abs(alpha[y0:y1, x0:x1] - mask[inside] / 255).max() < 0.05
    difference = np.abs(composite(scene.picture, (rgb, alpha)) - wanted)
    assert difference.max() < 4
    assert difference[alpha > 0].mean() < 0.6


def test_what_the_mask_leaves_alone_keeps_its_bits(scene: Scene):
    face = 255 - blurred_face(scene)
    rgb, alpha = paste(scene.picture, face, scene.transform, scene.masks, PasteSettings(1, 1))
    assert alpha.dtype == np.float32
    assert alpha.min() >= 0
    assert alpha.max() <= 1
    assert np.array_equal(rgb[alpha == 0], scene.picture[alpha == 0])
    assert (alpha == 0).mean() > 0.5
    # The upper half of the box, a few blurs above its middle.
    assert not alpha[: int(scene.box.y - 24)].any()


def test_half_a_mask_shows_half_of_the_face(scene: Scene):
    masks = PasteMasks(np.full_like(EVERYTHING, 51), np.zeros_like(EVERYTHING))
    face = np.full((256, 256, 3), (200, 100, 0), np.uint8)
    rgb, alpha = paste(scene.picture, face, scene.transform, masks, PLAIN)
    x0, y0, x1, y1 = scene.transform.rect
    inside = np.s_[y0 + 3 : y1 - 3, x0 + 3 : x1 - 3]
    assert np.allclose(alpha[inside], 0.2, atol=0.002)
    assert (rgb[inside] == (200, 100, 0)).all()
    wanted = 0.8 * scene.picture[inside] + 0.2 * np.array([200, 100, 0])
    assert np.allclose(composite(scene.picture, (rgb, alpha))[inside], wanted, atol=0.5)


def test_the_mask_ends_softly_at_the_box(scene: Scene):
    class_map = np.full((512, 512), 1, np.uint8)
    soft, hard = (
        paste_masks(
            class_map, scene.square, scene.box, mode="raw", cheeks=(90, 90), blur_ratio=0.05, feather=f
        )
        for f in (True, False)
    )
    edges = np.concatenate([soft.alpha[-1], soft.alpha[:, 0], soft.alpha[:, -1]])
    assert edges.max() < 10
    assert hard.alpha[-1].max() > 100
    assert soft.alpha[100, 64] == 255


def test_fine_structure_comes_back_on_the_skin_only(scene: Scene):
    face = blurred_face(scene)
    grain = fine(scene.picture)
    mouth = on_picture(scene, mouth_mask(scene.map))
    near = on_picture(scene, cv2.dilate(mouth_mask(scene.map), np.ones((41, 41))))

    def shares(detail: float) -> tuple[float, float]:
        """How much of the picture's grain is seen on the skin, and on the lips."""
        rgb, alpha = paste(scene.picture, face, scene.transform, scene.masks, PasteSettings(detail, 0))
        skin, seen = (alpha > 0.9) & ~near, fine(rgb)
        return tuple(float(np.vdot(seen[p], grain[p]) / np.vdot(grain[p], grain[p])) for p in (skin, mouth))

    (none, lips), (half, _), (all_, lips_then) = shares(0), shares(0.5), shares(1)
    assert none < 0.3
    assert half == pytest.approx((none + all_) / 2, abs=0.05)
    assert all_ > 0.85
    assert lips_then == pytest.approx(lips, abs=0.05)


def test_fine_structure_of_something_else_stays_away(scene: Scene):
    """Where the new face shows an open mouth or another chin, the old one's edges must not shine through."""
    face = blurred_face(scene)
    face[128:] = (30, 10, 10)
    rgb, alpha = paste(scene.picture, face, scene.transform, scene.masks, PasteSettings(1, 0))
    whole = alpha > 0.99
    below = np.arange(len(alpha))[:, None] > scene.box.y + 20
    assert np.abs(fine(rgb)[whole & below]).max() < 1.5


def test_colours_meet_at_the_rim(scene: Scene):
    face = np.clip(blurred_face(scene).astype(int) + (8, -6, 4), 0, 255).astype(np.uint8)

    def off(colour: float) -> np.ndarray:
        rgb, alpha = paste(scene.picture, face, scene.transform, scene.masks, PasteSettings(0, colour))
        shown = alpha > 0.1
        return (rgb[shown].astype(float) - scene.picture[shown]).mean(axis=0)

    assert off(0) == pytest.approx((8, -6, 4), abs=0.7)
    assert np.abs(off(0.5)).max() < 5.5
    assert np.abs(off(1)).max() < 1.5


def test_colours_of_something_else_are_not_matched(scene: Scene):
    face = np.full((256, 256, 3), (255, 0, 255), np.uint8)
    rgb, alpha = paste(scene.picture, face, scene.transform, scene.masks, PasteSettings(0, 1))
    assert np.abs(rgb[alpha > 0].astype(int) - (255, 0, 255)).max() <= 16


def test_a_tilted_head_is_pasted_as_an_upright_one_turned(scene: Scene):
    face = 255 - blurred_face(scene)
    upright = composite(scene.picture, paste(scene.picture, face, scene.transform, scene.masks, PLAIN))
    angle = math.radians(25)
    height, width = scene.picture.shape[:2]
    middle = scene.box.x, scene.box.y
    turn = cv2.getRotationMatrix2D((middle[0] - 0.5, middle[1] - 0.5), -25, 1)
    turned_picture, wanted = (
        cv2.warpAffine(p, turn, (width, height), flags=cv2.INTER_CUBIC) for p in (scene.picture, upright)
    )
    turned = replace(scene.transform, box=replace(scene.box, angle=angle))
    patch = paste(turned_picture, face, turned, scene.masks, PLAIN)
    ours = composite(turned_picture, patch)
    error = np.square(ours - wanted)[patch[1] > 0].mean()
    assert 10 * math.log10(255**2 / error) > 40


def test_half_a_pixel_moves_the_face_by_half_a_pixel(scene: Scene):
    def middle(dx: float) -> float:
        _, alpha = paste(scene.picture, blurred_face(scene), scene.transform.moved(dx, 0), scene.masks, PLAIN)
        return float((alpha.sum(axis=0) * np.arange(alpha.shape[1])).sum() / alpha.sum())

    assert middle(0.5) - middle(0) == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize("move", [(-700, 0), (700, 0), (0, -500), (0, 1500), (-420, 700)])
def test_a_face_that_leaves_the_picture(scene: Scene, move: tuple[float, float]):
    transform = scene.transform.moved(*move)
    rgb, alpha = paste(scene.picture, blurred_face(scene), transform, scene.masks, PasteSettings(1, 1))
    assert np.isfinite(alpha).all()
    assert np.array_equal(rgb[alpha == 0], scene.picture[alpha == 0])


@pytest.mark.parametrize("x", [0, 1200])
@pytest.mark.parametrize("y", [0, 1784])
def test_a_face_on_the_picture_s_border_is_pasted_as_far_as_it_is_seen(scene: Scene, x: int, y: int):
    """As in a picture that goes on beyond the border."""
    transform = CropTransform(replace(scene.box, x=x + 0.3, y=y - 40.2))
    face = 255 - blurred_face(scene)
    _, alpha = paste(scene.picture, face, transform, scene.masks, PLAIN)
    wide = cv2.copyMakeBorder(scene.picture, 400, 400, 400, 400, cv2.BORDER_REPLICATE)
    _, wide_alpha = paste(wide, face, transform.moved(400, 400), scene.masks, PLAIN)
    assert np.allclose(alpha, wide_alpha[400:-400, 400:-400], atol=1e-3)
    assert alpha.any()


def test_tiny_faces(painting):
    box = FaceBox(40.2, 50.7, 17.3, 20.1, 0.2)
    square = CropTransform(box.square(1.5), 512)
    class_map = landmark_map(painting.mesh * 0.25 + (5, 20, 0), square)
    masks = paste_masks(class_map, square, box, mode="jaw", cheeks=(90, 90), blur_ratio=0.05)
    face = np.full((256, 256, 3), 200, np.uint8)
    rgb, alpha = paste(painting.rgb, face, CropTransform(box), masks, PasteSettings(1, 1))
    assert 0.5 < alpha.max() <= 1
    assert (rgb[alpha > 0.5] > 180).all()


def test_an_empty_mask_changes_nothing(scene: Scene):
    nothing = np.zeros((512, 512), np.uint8)
    masks = paste_masks(nothing, scene.square, scene.box, mode="jaw", cheeks=(90, 90), blur_ratio=0.05)
    rgb, alpha = paste(scene.picture, blurred_face(scene), scene.transform, masks)
    assert not alpha.any()
    assert np.array_equal(rgb, scene.picture)
