from __future__ import annotations

import math

import cv2
import numpy as np
import pytest

from lipsync_studio.engine.compose.transform import CropTransform, FaceBox, warp


@pytest.fixture(scope="module")
def smooth() -> np.ndarray:
    """uint8 [240, 320, 3] of soft shapes: nothing finer than 4 pixels."""
    noise = np.random.default_rng(0).normal(0, 1, (240, 320, 3))
    soft = cv2.GaussianBlur(noise, (0, 0), 4)
    return np.clip(128 + 40 * soft / soft.std(), 0, 255).astype(np.uint8)


def psnr(a: np.ndarray, b: np.ndarray) -> float:
    return float(10 * np.log10(255**2 / max(1e-9, np.square(a.astype(float) - b).mean())))


def test_points_go_there_and_back():
    transform = CropTransform(FaceBox(100.3, 80.7, 60, 90, 0.3))
    points = np.random.default_rng(1).uniform(0, 300, (10, 2))
    assert transform.to_picture(transform.to_crop(points)) == pytest.approx(points)
    assert transform.to_crop(np.array([100.3, 80.7])) == pytest.approx((128, 128))
    # To the right along the eyes, and down the face.
    c, s = math.cos(0.3), math.sin(0.3)
    assert transform.to_crop(np.array([100.3 + 30 * c, 80.7 + 30 * s])) == pytest.approx((256, 128))
    assert transform.to_crop(np.array([100.3 - 45 * s, 80.7 + 45 * c])) == pytest.approx((128, 256))


def test_a_part_of_the_picture_gives_the_same_crop(smooth: np.ndarray):
    transform = CropTransform(FaceBox(150.3, 120.7, 60.5, 90.1, 0.3))
    part = smooth[40:200, 60:260]
    crops = (crop.astype(int) for crop in (transform.moved(-60, -40).crop(part), transform.crop(smooth)))
    # Other sums of the same places may round the other way.
    assert np.abs(np.subtract(*crops)).max() <= 1


def test_whole_pixels_are_the_originals_resizing(smooth: np.ndarray):
    transform = CropTransform.parity((100, 50, 190, 170))
    assert transform.rect == (100, 50, 190, 170)
    crop = transform.crop(smooth)
    wanted = cv2.resize(smooth[50:170, 100:190], (256, 256), interpolation=cv2.INTER_LANCZOS4)
    assert np.array_equal(crop, wanted)
    wanted = cv2.resize(crop, (90, 120), interpolation=cv2.INTER_LINEAR)
    assert np.array_equal(transform.place(crop), wanted)


def test_whole_pixels_stretch_what_is_inside_the_picture_as_the_original(smooth: np.ndarray):
    crop = CropTransform.parity((280, 200, 340, 260)).crop(smooth)
    assert np.array_equal(crop, cv2.resize(smooth[200:, 280:], (256, 256), interpolation=cv2.INTER_LANCZOS4))


@pytest.mark.parametrize("box", [(100, 50, 190, 170), (20, 10, 300, 230)])
def test_both_ways_of_resampling_agree_on_whole_pixels(smooth: np.ndarray, box: tuple[int, int, int, int]):
    whole, free = CropTransform.parity(box), CropTransform(FaceBox.of(box))
    assert psnr(whole.crop(smooth), free.crop(smooth)) > 50
    crop = whole.crop(smooth)
    assert psnr(whole.place(crop), free.place(crop)) > 40


@pytest.mark.parametrize("degrees", [0, 7, 30, -45, 90, 180])
def test_there_and_back_keeps_the_picture(smooth: np.ndarray, degrees: float):
    transform = CropTransform(FaceBox(160.4, 120.3, 110.7, 130.2, math.radians(degrees)))
    x0, y0, x1, y1 = transform.rect
    back = transform.place(transform.crop(smooth))
    inside = transform.place(np.ones((256, 256), np.float32), outside=0.0) > 0.999
    assert psnr(back[inside], smooth[y0:y1, x0:x1][inside]) > 48


@pytest.mark.parametrize("x", [0.0, 0.25, 0.5, 0.8])
def test_fractions_of_a_pixel_count(x: float):
    """A line's middle is where it was put, to a hundredth of a pixel."""
    columns = np.arange(64) + 0.5
    picture = np.repeat(np.exp(-np.square((columns - 30) / 3))[None] * 200, 64, axis=0)
    picture = np.repeat(picture[..., None], 3, axis=2).astype(np.float32)
    transform = CropTransform(FaceBox(30 + x, 32, 40, 40))
    line = transform.crop(picture)[128, :, 0]
    middle = float((line * (np.arange(256) + 0.5)).sum() / line.sum())
    assert middle == pytest.approx(128 - x * 6.4, abs=0.064)


def test_shrinking_does_not_alias():
    """Stripes finer than the crop's pixels become grey."""
    stripes = np.tile(np.array([0, 0, 255, 255], np.uint8), 512)[None].repeat(1024, axis=0)
    picture = np.repeat(stripes[..., None], 3, axis=2)
    crop = CropTransform(FaceBox(1001.3, 500, 1400, 900)).crop(picture)[40:-40, 40:-40]
    assert crop.std() < 12
    small = CropTransform(FaceBox(10.2, 10.1, 20, 20)).place(stripes[:256, :256])
    assert small[4:-4, 4:-4].std() < 3


@pytest.mark.parametrize(
    "centre", [(0, 120), (320, 120), (160, 0), (160, 240), (0, 0), (320, 240), (-500, 100), (160, 900)]
)
@pytest.mark.parametrize("angle", [0.0, 0.6])
def test_beyond_the_picture_its_border_is_repeated(
    smooth: np.ndarray, centre: tuple[float, float], angle: float
):
    transform = CropTransform(FaceBox(*centre, 100, 120, angle))
    crop = transform.crop(smooth)
    assert crop.shape == (256, 256, 3)
    wide = cv2.copyMakeBorder(smooth, 100, 100, 100, 100, cv2.BORDER_REPLICATE)
    if -100 < centre[0] < 420 and -100 < centre[1] < 340:
        assert psnr(crop, transform.moved(100, 100).crop(wide)) > 45


def test_tiny_faces():
    picture = np.random.default_rng(2).integers(0, 255, (60, 60, 3), dtype=np.uint8)
    transform = CropTransform(FaceBox(30.2, 31.4, 17, 20, -0.1))
    crop = transform.crop(picture)
    assert crop.shape == (256, 256, 3)
    x0, y0, x1, y1 = transform.rect
    assert transform.place(crop).shape == (y1 - y0, x1 - x0, 3)


def test_warping_rounds_and_saturates():
    image = np.array([[0, 255]], np.uint8).repeat(2, axis=0)
    large = warp(image, np.array([[16.0, 0, 0], [0, 16.0, 0]]), (32, 32))
    assert large.dtype == np.uint8
    assert (int(large.min()), int(large.max())) == (0, 255)
    same = warp(image.astype(np.float32), np.array([[1.0, 0, 0], [0, 1.0, 0]]), (2, 2))
    assert np.array_equal(same, image)
