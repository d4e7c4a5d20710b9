"""The viseme renderer, judged by the project's own face mesh on real faces."""

import cv2
import numpy as np
import pytest

from lipsync_studio.backends.dub.scheduler import even_rect
from lipsync_studio.backends.viseme.controls import control_points
from lipsync_studio.backends.viseme.mouth import MouthPose, RestShape
from lipsync_studio.backends.viseme.render import moving_box, render_mouth
from lipsync_studio.engine.faces.geometry import LEFT_EYE, RIGHT_EYE
from lipsync_studio.engine.media.colour import crop_rgb, paste_rgb, rgb_to_planes, to_rgb
from lipsync_studio.engine.media.frames import Colour, Frame
from lipsync_studio.engine.score.mouth import mouth_width

FACES = ["astronaut", "mona lisa"]
OPENINGS = [0.0, 0.1, 0.2, 0.3, 0.4]
SILENT = MouthPose(active=0)


def frame_of(rgb):
    height, width = rgb.shape[0] // 2 * 2, rgb.shape[1] // 2 * 2
    rgb = np.ascontiguousarray(rgb[:height, :width])
    return Frame(rgb_to_planes(rgb, Colour()), Colour(), 0, 0)


def rest_of(mesh):
    return RestShape.of(control_points(mesh)[1])


def spoken(open_, **more):
    return MouthPose(open=open_, jaw=0.6 * open_, **more)


def paint(rgb, mesh, pose, silent=None):
    """The mouth painted as `backends/dub` does it: the frame before, after, and alpha over all of it."""
    before = frame_of(rgb)
    after = before.copy()
    alpha = np.zeros((before.height, before.width), np.float32)
    rect = even_rect(moving_box(mesh), before)
    if rect is None:
        return before, after, alpha
    moved = mesh.copy()
    moved[:, :2] -= rect[:2]
    painted, cover = render_mouth(crop_rgb(before, rect), moved, rest_of(mesh), pose, silent)
    paste_rgb(after, rect, painted, cover)
    x0, y0, x1, y1 = rect
    alpha[y0:y1, x0:x1] = cover
    return before, after, alpha


def touched(alpha):
    """Pixels of luma, and of chroma, that may change."""
    luma = alpha > 0
    height, width = alpha.shape
    return luma, luma.reshape(height // 2, 2, width // 2, 2).any(axis=(1, 3))


def turned(rgb, mesh, degrees):
    """A picture turned about its face, clockwise on the screen, on a wall of its mean colour."""
    x, y = mesh[:, :2].mean(0).tolist()
    matrix = cv2.getRotationMatrix2D((x, y), -degrees, 1.0)
    wall = tuple(float(value) for value in rgb.reshape(-1, 3).mean(0))
    size = rgb.shape[1], rgb.shape[0]
    return cv2.warpAffine(rgb, matrix, size, flags=cv2.INTER_CUBIC, borderValue=wall)


@pytest.fixture(scope="module", params=FACES)
def face(request, pictures, measure):
    rgb = pictures[request.param]
    return rgb, measure(rgb)


def test_a_mouth_at_rest_changes_nothing(face):
    rgb, mesh = face
    for silent in (None, rest_of(mesh).points):
        before, after, alpha = paint(rgb, mesh, SILENT, silent)
        assert not alpha.any()
        assert np.array_equal(after.planes, before.planes)


def test_the_mouth_opens_with_the_pose(face, measure, gap):
    rgb, mesh = face
    gaps = [gap(measure(to_rgb(paint(rgb, mesh, spoken(open_))[1]))) for open_ in OPENINGS]
    # The mesh sees less of a wide opening than there is, and of the widest no more.
    assert np.all(np.diff(gaps[:-1]) > 0), gaps
    assert gaps[-1] > gaps[-2] - 0.03, gaps
    assert gaps[-1] - gaps[0] > 0.12, gaps
    assert np.corrcoef(gaps[:-1], OPENINGS[:-1])[0, 1] > 0.95


@pytest.mark.parametrize("press", [0.0, 1.0])
def test_closed_lips_are_sealed(face, measure, gap, press):
    # 0.03 is a pixel here, where mouths are 30 to 40 pixels wide.
    rgb, mesh = face
    assert gap(measure(to_rgb(paint(rgb, mesh, spoken(0.0, press=press))[1]))) < 0.03
    closed = paint(rgb, mesh, SILENT, rest_of(mesh).shut)[1]
    assert gap(measure(to_rgb(closed))) < 0.03


def test_wide_and_round_change_the_width_of_the_mouth(face, measure):
    rgb, mesh = face
    widths = [
        mouth_width(measure(to_rgb(paint(rgb, mesh, spoken(0.1, wide=wide, round=max(0, -3 * wide)))[1])))
        for wide in (-0.25, 0.0, 0.12)
    ]
    assert widths[0] < 0.97 * widths[1] < widths[1] < widths[2]


def test_only_what_alpha_covers_is_touched(face):
    rgb, mesh = face
    before, after, alpha = paint(rgb, mesh, spoken(0.35))
    luma, chroma = touched(alpha)
    assert luma.any()
    for was, now, may in zip(before.yuv(), after.yuv(), (luma, chroma, chroma), strict=True):
        assert np.array_equal(was[~may], now[~may])
    changed = np.abs(before.yuv()[0].astype(int) - after.yuv()[0]) > 20
    assert changed[alpha > 0.9].any()
    lowest_eye = int(mesh[[*LEFT_EYE, *RIGHT_EYE], 1].max())
    assert not alpha[: lowest_eye + 1].any()


@pytest.mark.parametrize("open_", [0.12, 0.21])
def test_a_caption_below_the_chin_stands_still(face, open_):
    """Nor are a collar or a necklace taken along; the jaw moves over what is below it."""
    rgb, mesh = face
    chin, width = mesh[152, 1], mouth_width(mesh)
    low = round(chin + 0.5 * width)
    written = rgb.copy()
    for row in range(low, min(low + round(0.5 * width), len(rgb)), 4):
        written[row : row + 2] = 255
    before, after, _ = paint(written, mesh, spoken(open_))
    seen, was = (to_rgb(each)[low:].astype(float) for each in (after, before))
    left, right = (round(float(mesh[point, 0])) for point in (61, 291))
    assert np.abs(seen - was)[:, left:right].mean() < 0.3
    # The chin itself has moved.
    above = slice(round(chin - 0.1 * width), round(chin + 0.05 * width))
    assert np.abs(to_rgb(after)[above].astype(float) - to_rgb(before)[above]).max() > 10


def test_the_paint_ends_before_the_crop_does(face):
    rgb, mesh = face
    _, _, alpha = paint(rgb, mesh, spoken(0.4))
    x0, y0, x1, y1 = even_rect(moving_box(mesh), frame_of(rgb))
    inside = alpha[y0:y1, x0:x1]
    edges = np.concatenate([inside[0], inside[-1], inside[:, 0], inside[:, -1]])
    assert edges.max() < 0.05


def test_the_same_input_gives_the_same_bits(face):
    rgb, mesh = face
    first, second = (paint(rgb, mesh, spoken(0.27, wide=0.05, teeth=0.8))[1] for _ in range(2))
    assert np.array_equal(first.planes, second.planes)


@pytest.mark.parametrize("degrees", [-25, 25])
def test_a_tilted_head_opens_its_mouth_along_its_own_axis(face, measure, gap, degrees):
    rgb, mesh = face
    rgb = turned(rgb, mesh, degrees)
    mesh = measure(rgb)
    openings = (0.0, 0.12, 0.24, 0.36)
    gaps = [gap(measure(to_rgb(paint(rgb, mesh, spoken(open_))[1]))) for open_ in openings]
    # The mesh reads a tilted head less well: a closed mouth as slightly open, and steps of uneven size.
    assert gaps[0] < 0.05
    assert np.all(np.diff(gaps) > -0.01), gaps
    assert gaps[-1] - gaps[0] > 0.1, gaps
    assert np.corrcoef(gaps, openings)[0, 1] > 0.9


@pytest.mark.parametrize("width", [40, 16, 8])
def test_a_tiny_face_is_painted_within_its_bounds(face, width):
    rgb, mesh = face
    scale = width / np.ptp(mesh[:, 0])
    size = round(rgb.shape[1] * scale) // 2 * 2, round(rgb.shape[0] * scale) // 2 * 2
    small = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
    shrunk = (mesh * scale).astype(np.float32)
    before, after, alpha = paint(small, shrunk, spoken(0.35))
    assert np.isfinite(alpha).all()
    assert alpha.min() >= 0
    assert alpha.max() <= 1
    luma, _ = touched(alpha)
    assert np.array_equal(before.yuv()[0][~luma], after.yuv()[0][~luma])
    if width == 40:
        assert not np.array_equal(before.planes, after.planes)


@pytest.mark.parametrize("side", ["left", "right", "top", "bottom"])
@pytest.mark.parametrize("share", [0.5, 0.95, 1.5])
def test_a_face_partly_or_wholly_outside_the_picture_is_painted_where_it_is_inside(face, side, share):
    """share: how much of the mouth's width (or height) is cut off."""
    rgb, mesh = face
    x0, y0, x1, y1 = moving_box(mesh)
    height, width = rgb.shape[:2]
    cuts = {
        "left": (int(x0 + share * (x1 - x0)), 0, width, height),
        "right": (0, 0, int(x1 - share * (x1 - x0)), height),
        "top": (0, int(y0 + share * (y1 - y0)), width, height),
        "bottom": (0, 0, width, int(y1 - share * (y1 - y0))),
    }
    left, top, right, bottom = cuts[side]
    part = rgb[top:bottom, left:right]
    if min(part.shape[:2]) < 16:
        part = np.zeros((16, 16, 3), np.uint8)
    shifted = mesh.copy()
    shifted[:, :2] -= (left, top)
    before, after, alpha = paint(part, shifted, spoken(0.35))
    assert np.isfinite(alpha).all()
    luma, _ = touched(alpha)
    assert np.array_equal(before.yuv()[0][~luma], after.yuv()[0][~luma])
    if share == 1.5:
        assert np.array_equal(before.planes, after.planes)
