"""What is painted of a mouth: along which line it parts, in which colours, with whose teeth."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from lipsync_studio.backends.dub.scheduler import even_rect
from lipsync_studio.backends.viseme.controls import (
    CONTROLS,
    INNER_CORNERS,
    LOWER_INNER,
    MIDDLE,
    OUTER_CORNERS,
    UPPER_INNER,
    control_points,
)
from lipsync_studio.backends.viseme.interior import LUMA, Opening, Tones, paint
from lipsync_studio.backends.viseme.mouth import MouthPose
from lipsync_studio.backends.viseme.pipeline import rest_shape
from lipsync_studio.backends.viseme.plate import find_plates
from lipsync_studio.backends.viseme.render import moving_box, render_mouth
from lipsync_studio.backends.viseme.seam import lip_line
from lipsync_studio.backends.viseme.texture import steady_tones
from lipsync_studio.engine.faces.tracker import track_faces
from lipsync_studio.engine.host.plain import PlainHost
from lipsync_studio.engine.media.colour import crop_rgb, to_rgb
from lipsync_studio.engine.media.images import ImageSource
from lipsync_studio.engine.media.video import VideoSource

ROOT = Path(__file__).parents[3]
MOUTH = 80.0


def lips(gap=0.0):
    """Control points of a level mouth 80 pixels wide around (100, 60); the rest of the face is far off."""
    points = np.full((len(CONTROLS), 2), 190.0)
    along = np.linspace(-0.8, 0.8, len(UPPER_INNER)) * MOUTH / 2
    for rows, y in ((UPPER_INNER, -gap / 2), (LOWER_INNER, gap / 2)):
        points[rows] = np.stack([100 + along, np.full(len(rows), 60 + y * MOUTH)], 1)
    points[OUTER_CORNERS] = [[60, 60], [140, 60]]
    points[INNER_CORNERS] = [[65, 60], [135, 60]]
    return points


def picture(line, depth=60):
    """Skin with a dark line `line` pixels below y = 60, along the whole mouth."""
    y, x = np.mgrid[0:120, 0:200].astype(np.float32)
    dark = depth * np.exp(-(((y - 60 - line) / 1.8) ** 2)) * ((x > 55) & (x < 145))
    return np.repeat(np.clip(170 - dark, 0, 255)[..., None], 3, 2).astype(np.uint8)


@pytest.mark.parametrize("line", [-3.0, -1.5, 0.0, 2.0, 3.0])
def test_the_lips_part_along_the_line_in_the_picture(line):
    found = lip_line(picture(line), lips(), MOUTH)
    for rows in (UPPER_INNER, LOWER_INNER, OUTER_CORNERS):
        assert np.allclose(found[rows], [0, line], atol=0.35)
    others = np.setdiff1d(
        np.arange(len(CONTROLS)), np.concatenate([UPPER_INNER, LOWER_INNER, INNER_CORNERS, OUTER_CORNERS])
    )
    assert not found[others].any()


def test_the_line_is_found_on_a_tilted_mouth():
    turn = cv2.getRotationMatrix2D((100, 60), -20, 1)
    rgb = cv2.warpAffine(
        picture(3.0), turn, (200, 120), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    found = lip_line(rgb, cv2.transform(lips()[None], turn)[0], MOUTH)[UPPER_INNER[MIDDLE]]
    assert np.allclose(found, turn[:, :2] @ [0, 3.0], atol=0.35)


@pytest.mark.parametrize(
    ("rgb", "points", "mouth"),
    [
        (picture(3.0, depth=0), lips(), MOUTH),  # no line
        (picture(3.0), lips(gap=0.14), MOUTH),  # parted lips have none
        (picture(3.0), lips(), 20.0),  # too small to tell
        (picture(3.0)[:10, :10], lips() + 300, MOUTH),  # beyond the picture
    ],
)
def test_without_a_line_the_mesh_decides(rgb, points, mouth):
    assert not lip_line(rgb, points, mouth).any()


def test_corners_that_are_lower_than_a_mesh_has_them_are_found():
    """A line that falls by a twelfth of the mouth towards both corners."""
    x = np.arange(200, dtype=np.float32)
    fall = 0.08 * MOUTH * np.clip((np.abs(x - 100) / (MOUTH / 2) - 0.6) / 0.4, 0, 1) ** 1.2
    plain, corners = (
        lip_line(picture(fall), lips(), MOUTH, corners=each)[OUTER_CORNERS, 1] for each in (False, True)
    )
    assert corners.min() > 0.045 * MOUTH
    assert plain.max() < 0.02 * MOUTH
    assert np.abs(lip_line(picture(fall), lips(), MOUTH, corners=True)[UPPER_INNER[MIDDLE]]).max() < 0.5


def test_lips_that_are_parted_in_the_middle_meet_along_the_line_beside_it():
    points = lips()
    arch = 0.06 * MOUTH * (1 - np.linspace(-0.8, 0.8, len(UPPER_INNER)) ** 2)
    points[UPPER_INNER, 1] -= arch / 2
    points[LOWER_INNER, 1] += arch / 2
    found = lip_line(picture(3.0), points, MOUTH)
    assert np.allclose(found[OUTER_CORNERS], [0, 3.0], atol=0.5)
    assert np.abs(found[[UPPER_INNER[MIDDLE], LOWER_INNER[MIDDLE]]]).max() < 0.5


def opening(gap, pixels=120):
    x = np.linspace(-0.5, 0.5, pixels, dtype=np.float32)[None]
    y = np.linspace(-0.1, gap, pixels, dtype=np.float32)[:, None]
    arch = np.sqrt(np.clip(1 - (2 * x) ** 2, 0, 1))
    return Opening(x, y, -0.1 * gap * arch, 0.9 * gap * arch, 1 / pixels, 0.5 / pixels)


def tones(skin, lip=None, enamel=None):
    skin = np.array([skin], np.float64)
    return Tones(skin[0].astype(np.float32), np.array(lip or skin[0], np.float32), 0.0, enamel)


@pytest.mark.parametrize("teeth", [0.0, 0.7])
def test_the_inside_of_a_grey_picture_is_grey(teeth):
    inside = paint(opening(0.3), tones((150, 150, 150), (110, 110, 110)), teeth, 0.5)
    assert np.ptp(inside, axis=2).max() < 2


def test_the_shade_in_a_mouth_is_red_and_teeth_are_ivory():
    yellow = tones((182, 135, 65), (169, 120, 51))
    inside = paint(opening(0.3), yellow, 0.8, 0.0)
    bright = inside[inside @ LUMA > 0.95 * (inside @ LUMA).max()].mean(0)
    assert bright[0] > bright[1] > bright[2] > 0.5 * bright[0]
    rim = inside[inside @ LUMA < 0.5 * yellow.level]
    assert np.all(rim[:, 0] > 1.15 * rim[:, 1])


def test_a_mouth_is_no_darker_than_the_light_on_the_face_allows():
    skin, lips = np.full((6, 3), 150.0), np.full((6, 3), 110.0)
    darkest = [
        paint(opening(0.4), Tones.of(skin, skin, lips, np.full((6, 3), nostrils)), 0.0, 0.0).min()
        for nostrils in (10.0, 50.0, 140.0)
    ]
    assert darkest[0] < darkest[1] < darkest[2]
    assert 0.1 * 150 < darkest[2] < 0.2 * 150


def test_a_mouth_too_small_to_be_seen_dark_is_not_painted_black():
    """Of a mouth of 25 pixels the picture shows nothing as dark as that of a large one."""
    skin, lips, nose = (np.full((6, 3), level) for level in (150.0, 110.0, 60.0))
    large, small = (Tones.of(skin, skin, lips, nose, coarse).black for coarse in (0.0, 1.0))
    assert large < 0.14
    assert 0.2 < small < 0.3


def test_the_rims_of_a_small_mouth_leave_its_teeth():
    """Lips' dark edges, which are wider on few pixels, don't meet over the teeth."""
    inside = paint(opening(0.2, 25), tones((182, 135, 65), (169, 120, 51)), 0.8, 0.0) @ LUMA
    assert (inside[:, 12] > 0.75 * tones((182, 135, 65)).level).mean() > 0.08


def test_teeth_are_about_as_bright_as_light_skin_and_brighter_than_dark_skin():
    levels = {}
    for skin in ((222, 178, 150), (88, 56, 42)):
        inside = paint(opening(0.2), tones(skin, (160, 80, 80)), 0.8, 0.0)
        levels[skin] = np.percentile(inside @ LUMA, 98) / (np.array(skin) @ LUMA)
    light, dark = levels.values()
    assert 0.85 < light < 1.15
    assert dark > light


def test_behind_the_teeth_it_is_dark_and_the_tongue_is_red():
    inside = paint(opening(0.4), tones((222, 178, 150), (190, 100, 100)), 0.5, 0.3)
    cavity, tongue = inside[38:44, 55:65].mean((0, 1)), inside[95:105, 55:65].mean((0, 1))
    assert cavity @ LUMA < 0.25 * (np.array((222, 178, 150)) @ LUMA)
    assert tongue @ LUMA > 1.5 * (cavity @ LUMA)
    assert tongue[0] > 1.3 * tongue[1:].max()


def test_pale_lips_say_that_the_skin_is_in_the_shade():
    left = right = np.full((6, 3), 90.0)
    assert Tones.of(left, right, np.full((6, 3), 60.0)).level == pytest.approx(90)
    assert Tones.of(left, right, np.full((6, 3), 120.0)).level == pytest.approx(120 / 0.9)


def test_one_place_that_wavers_does_not_change_the_skin():
    left = np.linspace(150, 160, 36)[:, None].repeat(3, 1)
    other = left.copy()
    other[17] += 60
    levels = [Tones.of(each, left, np.full((6, 3), 60.0)).level for each in (left, other)]
    assert abs(levels[1] - levels[0]) < 0.5


def test_a_mouth_that_opens_a_little_is_dark_between_the_lips():
    inside = paint(opening(0.05), tones((222, 178, 150), (190, 100, 100)), 0.0, 0.0)
    # Not in the corners, where lips meet.
    shown = inside[opening_rows(0.05), 18:-18] @ LUMA
    assert shown.max() < 0.35 * (np.array((222, 178, 150)) @ LUMA)


def opening_rows(gap, pixels=120):
    y = np.linspace(-0.1, gap, pixels)
    return (y > -0.05 * gap) & (y < 0.3 * gap)


def test_ones_own_teeth_have_their_own_colour():
    own = np.array([200, 180, 120], np.float32)
    plain, yellow = (
        paint(opening(0.2), tones((222, 178, 150), (160, 80, 80), enamel), 0.8, 0.0).reshape(-1, 3)
        for enamel in (None, own)
    )
    at = int((plain @ LUMA).argmax())
    assert np.allclose(yellow[at] / own, (yellow[at] / own).mean(), rtol=0.1)
    assert yellow[at][2] / yellow[at][0] < 0.75 * plain[at][2] / plain[at][0]


@pytest.fixture(scope="module")
def smiling():
    """Half a second of a face that smiles with her teeth, and who it is."""
    source = VideoSource(ROOT / "demo" / "clip.mp4", 0.0, 0.48)
    with PlainHost("cpu") as host:
        return source, track_faces(source, host).persons[0]


def test_teeth_are_taken_from_the_footage_where_they_are_seen(smiling):
    source, person = smiling
    plate = find_plates(source, [person], source.frames)[person.id]
    assert plate.rgb.nbytes < 400_000
    # White teeth: brighter than the skin, and hardly coloured.
    assert plate.tooth @ LUMA > plate.level
    assert np.ptp(plate.tooth) < 0.2 * plate.tooth.max()
    same = person.meshes[0][CONTROLS, :2].astype(np.float64)
    x0, y0 = (int(v) for v in same[UPPER_INNER].min(0) - 10)
    lip = same[UPPER_INNER[MIDDLE]]
    head, _ = control_points(person.meshes[0])
    colours, share = plate.shown(head, lip, (x0, y0), (80, 40))
    assert share.max() > 0.9
    # Teeth, and the dark beside them.
    assert np.percentile((colours @ LUMA)[share > 0.9], 80) > plate.level
    _, turned = plate.shown(replace(head, yaw=plate.yaw + 40), lip, (x0, y0), (80, 40))
    assert not turned.any()


def test_ones_own_teeth_reach_up_to_a_raised_lip(smiling):
    source, person = smiling
    plate = find_plates(source, [person], source.frames)[person.id]
    same = person.meshes[0][CONTROLS, :2].astype(np.float64)
    lip = same[UPPER_INNER[MIDDLE]]
    head, _ = control_points(person.meshes[0])
    x0, y0 = (int(v) for v in lip - (40, 20))
    tops = [
        np.flatnonzero(plate.shown(head, place, (x0, y0), (80, 40))[1][:, 40] > 0.5)[0]
        for place in (lip - (0, 6), lip - (0, 12), lip + (0, 12), lip + (0, 18))
    ]
    assert 5 <= tops[0] - tops[1] <= 8
    assert tops[3] == tops[2]


def test_teeth_that_are_overexposed_do_not_glare(smiling):
    source, person = smiling
    mesh = person.meshes[0].astype(np.float64)
    lips = np.concatenate([mesh[CONTROLS[UPPER_INNER], :2], mesh[CONTROLS[LOWER_INNER], :2][::-1]])
    rgb = to_rgb(next(iter(source.read(0, 1))))
    cv2.fillPoly(rgb, [np.round(lips).astype(np.int32)], (255, 250, 245))
    pictures = ImageSource(np.repeat(rgb[None], source.frames, 0).astype(np.float32) / 255)
    closing = person.meshes.copy()
    closing[1:, CONTROLS[LOWER_INNER]] = closing[1:, CONTROLS[UPPER_INNER]]
    smile, spoken = (
        find_plates(pictures, [replace(person, meshes=meshes)], source.frames)[person.id]
        for meshes in (person.meshes, closing)
    )
    assert spoken.tooth @ LUMA == pytest.approx(max(212.0, 1.12 * spoken.level), abs=1)
    assert spoken.detail < 1
    # Teeth of a mouth that never closes are seen in pauses, as they are.
    assert smile.tooth @ LUMA > 245
    assert smile.detail == 1
    assert smile.shade(0.0) == 1


def test_ones_own_teeth_are_in_the_lips_shade_where_these_hardly_part(smiling):
    source, person = smiling
    plate = replace(find_plates(source, [person], source.frames)[person.id], smiles=False)
    shades = [plate.shade(gap) for gap in (0.0, 0.05, 0.1, 0.3)]
    assert shades == sorted(shades)
    assert 0.8 < shades[0] < 0.9
    assert shades[-1] == 1


def test_the_dark_beside_ones_own_teeth_does_not_hide_painted_ones(smiling):
    """A frame that shows the teeth on one side only must not make the other one black."""
    source, person = smiling
    plate = find_plates(source, [person], source.frames)[person.id]
    half = plate.rgb.copy()
    half[:, half.shape[1] // 2 :] = 15
    frame = next(iter(source.read(0, 1)))
    mesh = person.meshes[0].copy()
    rect = even_rect(moving_box(mesh), frame)
    mesh[:, :2] -= rect[:2]
    crop, pose = crop_rgb(frame, rect), MouthPose(open=0.2, jaw=0.15, teeth=0.8)
    whole, one_sided, painted = (
        render_mouth(crop, mesh, rest_shape(person), pose, plate=each)[0].astype(float)
        for each in (plate, replace(plate, rgb=half), None)
    )
    # Where the black half would be, and teeth are painted.
    black = np.abs(one_sided - whole).max(-1) > 20
    assert black.sum() > 30
    teeth = black & (painted @ LUMA > 100)
    assert (one_sided @ LUMA)[teeth].mean() > 0.9 * (painted @ LUMA)[teeth].mean()


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_ones_own_teeth_turn_with_the_head(smiling, axis):
    """They stay behind the same lip, however the head nods, turns or tilts."""
    source, person = smiling
    plate = find_plates(source, [person], source.frames)[person.id]
    turn = cv2.Rodrigues(np.radians(12.0) * np.eye(3)[axis])[0]
    mesh = person.meshes[0]
    places = []
    for each in (mesh, (mesh - mesh.mean(0)) @ turn.T + 300):
        head, _ = control_points(each)
        lip = each[CONTROLS[UPPER_INNER[MIDDLE]], :2].astype(np.float64)
        corner = tuple(int(v) for v in lip - (80, 60))
        _, share = plate.shown(head, lip, corner, (160, 120))
        y, x = np.nonzero(share > 0.5 * share.max())
        places.append((np.stack([x, y], 1).mean(0) + corner - lip) @ head.axes[:2, :2].T)
    width = np.linalg.norm(np.diff(mesh[CONTROLS[OUTER_CORNERS], :2], axis=0))
    assert np.abs(places[1] - places[0]).max() < 0.04 * width


def test_teeth_move_up_with_a_lip_that_is_higher_than_they_can_be_stretched(smiling):
    source, person = smiling
    plate = find_plates(source, [person], source.frames)[person.id]
    head, _ = control_points(person.meshes[0])
    lip = person.meshes[0][CONTROLS[UPPER_INNER[MIDDLE]], :2].astype(np.float64)
    width = plate.rgb.shape[1]
    for raised in (0.0, 0.3 * width):
        place = lip - (0, raised)
        corner = tuple(int(v) for v in place - (40, 20))
        _, share = plate.shown(head, place, corner, (80, 60))
        top = np.flatnonzero(share[:, 40] > 0.5)[0]
        assert abs(top - 20) <= 5


def test_a_shut_mouth_has_none_to_show(smiling):
    source, person = smiling
    shut = person.meshes.copy()
    shut[:, CONTROLS[LOWER_INNER]] = shut[:, CONTROLS[UPPER_INNER]]
    assert find_plates(source, [replace(person, meshes=shut)], source.frames) == {}
    assert find_plates(source, [person], 0) == {}


def test_a_tongue_is_not_taken_for_teeth(smiling):
    source, person = smiling
    frame = next(iter(source.read(0, 1)))
    mesh = person.meshes[0].astype(np.float64)
    lips = np.concatenate([mesh[CONTROLS[UPPER_INNER], :2], mesh[CONTROLS[LOWER_INNER], :2][::-1]])
    rgb = to_rgb(frame)
    cv2.fillPoly(rgb, [np.round(lips).astype(np.int32)], (190, 100, 95))
    pictures = ImageSource(np.repeat(rgb[None], source.frames, 0).astype(np.float32) / 255)
    assert find_plates(pictures, [person], 3) == {}


def test_teeth_are_not_taken_from_a_covered_mouth(smiling):
    source, person = smiling
    tried = []

    def covered(who, frame):
        assert who is person
        tried.append(frame.index)
        return len(tried) < 2

    best = find_plates(source, [person], source.frames)[person.id]
    other = find_plates(source, [person], source.frames, covered)[person.id]
    assert len(tried) == 2
    assert abs(tried[0] - tried[1]) >= 8
    assert not np.array_equal(best.points, other.points)
    assert find_plates(source, [person], source.frames, lambda who, frame: True) == {}


def test_a_face_keeps_its_colours_from_frame_to_frame():
    """A frame that is read wrongly changes little, and a light that rises evenly stays as it is."""
    waver = [tones((150, 130, 120), (120, 70, 70)) for _ in range(11)]
    waver[5] = tones((180, 156, 144), (150, 90, 90))
    levels = [each.level for each in steady_tones(waver)]
    assert levels[0] == levels[-1] == pytest.approx(waver[0].level)
    assert np.abs(np.diff(levels)).max() < 0.1 * (waver[5].level - waver[0].level)
    rising = [tones((100.0 + 2 * at,) * 3) for at in range(15)]
    assert [each.level for each in steady_tones(rising)][4:-4] == pytest.approx(
        [r.level for r in rising][4:-4]
    )


def test_the_mean_of_tones_has_the_darker_lip_of_each():
    left = right = np.full((6, 3), 150.0)
    two = Tones.of(left, right, np.repeat([[60.0], [140.0]], 6, axis=0).repeat(3, 1))
    assert two.darker == pytest.approx(60)
    same = Tones.mean([two, two], [0.3, 0.7])
    assert same.darker == pytest.approx(60)
    assert np.allclose(same.lips, two.lips)
    assert same.enamel is None


def test_lips_turn_into_the_mouth_darker_than_the_darker_lip():
    face = tones((222, 178, 150), (190, 150, 150))
    plain, shaded = (
        paint(opening(0.35), each, 0.0, 0.0) @ LUMA for each in (face, replace(face, shade=80.0))
    )
    # Just inside the lips' edges.
    edge = np.abs(plain - shaded) > 1
    assert edge.any()
    assert (shaded[edge] < plain[edge]).all()
