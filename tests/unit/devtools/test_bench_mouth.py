"""What `bench mouth` measures with, on things of which the answer is known."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from lipsync_studio.align.words import Phone
from lipsync_studio.backends.viseme import motion
from lipsync_studio.backends.viseme.mouth import MouthPose
from lipsync_studio.backends.viseme.pipeline import rest_shape
from lipsync_studio.devtools.bench import (
    mouth,
    mouth_carrier,
    mouth_colour,
    mouth_corners,
    mouth_fit,
    mouth_follow,
    mouth_slope,
)
from lipsync_studio.devtools.bench.mouth_judge import (
    INNER,
    OUTER,
    Judge,
    best_lag,
    correlation,
    opening,
    spread,
)
from lipsync_studio.devtools.bench.mouth_media import Speaker, still
from lipsync_studio.devtools.bench.mouth_paint import Painter, poses
from lipsync_studio.devtools.steps import SetupError
from lipsync_studio.engine.errors import NoFaceError
from lipsync_studio.engine.host.plain import PlainHost
from lipsync_studio.engine.media.colour import to_rgb
from lipsync_studio.engine.media.images import ImageSource

FACE = Path(__file__).parents[2] / "data" / "monalisa.jpg"


@pytest.fixture(scope="module")
def painter():
    with PlainHost("cpu", progress=False) as host:
        yield Painter(host)


@pytest.fixture(scope="module")
def source():
    return still(FACE)


def test_the_judge_sees_wider_openings_wider_and_a_closed_mouth_closed(painter, source):
    read = opening(Judge().meshes(painter.posed(source, poses([0.0, 0.1, 0.2, 0.3]))))
    assert read[0] < 0.04
    assert (np.diff(read) > 0).all()


def test_the_judge_says_so_where_there_is_no_face():
    blank = ImageSource(np.full((1, 64, 64, 3), 0.5, np.float32))
    with pytest.raises(NoFaceError):
        Judge().meshes(blank.read())


def test_openings_in_two_and_three_dimensions():
    mesh = np.zeros((1, 468, 3), np.float32)
    mesh[0, OUTER[1], 0] = 100
    mesh[0, 14] = (0, 3, 4)
    assert opening(mesh)[0] == pytest.approx(0.03)
    assert opening(mesh, 3)[0] == pytest.approx(0.05)


def test_the_carrier_tells_painted_pixels_from_the_sources_own(painter, source):
    rgb = to_rgb(next(iter(source.read()))).astype(float)
    (mask,) = mouth_carrier.painted(painter, rgb, painter.track(source), poses([0.35]))
    mesh = painter.track(source).persons[0].meshes[0]
    left, right = mesh[list(OUTER), :2]
    width = np.linalg.norm(right - left)
    y, x = np.nonzero(mask > 0.5)
    assert len(x) > 0.1 * width**2
    assert np.hypot(x - (left + right)[0] / 2, y - (left + right)[1] / 2).max() < 0.8 * width


def test_lag_and_spread_of_curves():
    truth = np.sin(np.arange(75) / 4)
    r, lag = best_lag(np.roll(truth, 2), truth)
    assert lag == 2
    assert r > 0.99
    assert best_lag(-truth, truth, reach=0)[0] == pytest.approx(-1)
    assert correlation(truth, np.zeros(75)) == 0
    assert spread(np.append(np.linspace(0, 1, 101), np.nan)) == pytest.approx(0.8)


def test_what_a_speaker_says_is_in_the_name():
    assert Speaker(Path("swwp2s.mpg")).sentence == "set white with p two soon"
    assert Speaker(Path("lrbkzn.mpg")).sentence == "lay red by k zero now"


def test_a_mouth_that_moves_as_the_truth_does_holds_the_bounds_and_a_foreign_one_does_not():
    class Known:
        def __init__(self, name, seed):
            self.name = name
            noise = np.random.default_rng(seed).standard_normal(75)
            self.truth = 0.1 + 0.05 * np.convolve(noise, np.ones(5) / 5, "same")

    speakers = [Known("first", 1), Known("second", 2), Known("third", 3)]
    own = mouth_follow.followed(speakers, {each.name: each.truth for each in speakers})
    assert own["r"] > 0.99
    assert own["range"] == pytest.approx(1)
    swapped = dict(zip(("first", "second", "third"), (speakers[i].truth for i in (1, 2, 0)), strict=True))
    other = mouth_follow.followed(speakers, swapped)
    assert other["r"] < other["foreign"]
    results = {way: {"a still": own} for way in ("text", "sound")}
    assert all(mouth_follow.bounds(results).values())
    results["sound"]["another"] = other
    assert not all(mouth_follow.bounds(results).values())


def test_constants_are_chosen_without_the_clip_that_is_measured():
    """Speakers who all open as far as is asked, but for one: the others' factor fits all but that one."""
    times, lengths = np.arange(75) / 25, np.full(75, 1 / 25)
    phones = [
        Phone(name, 0.5 + at * 0.2, 0.7 + at * 0.2) for at, name in enumerate(("AA", "S", "EH", "M", "AO"))
    ]
    values = motion.blend(phones, times + 0.02)
    recorded = (values, [(0.5, 1.5)], phones, times, lengths, None)
    usual = motion.assemble(*recorded).open.astype(float) / mouth_fit._SEEN
    truths = {"one": usual, "another": usual, "third": usual, "wide": 1.3 * usual}
    found = mouth_fit.left_out(dict.fromkeys(truths, recorded), truths)["clips"]
    assert found["wide"]["constants"]["_READ"] == motion._READ
    assert found["wide"]["asked"] / found["wide"]["true"] == pytest.approx(1 / 1.3, rel=0.05)
    assert found["one"]["constants"]["_READ"] > motion._READ
    assert all(getattr(motion, name) in values for name, values in mouth_fit.GRID.items())


def test_a_bound_names_what_does_not_hold():
    face = {"slope": 0.9, "slopes": [0.9, 0.8], "closed": 0.01, "pressed": 0.03, "above": 0.02}
    held = [True, True, False, False]
    assert list(mouth_slope.bounds({"faces": {"a face": face}}).values()) == held
    judged = {**face, "slope": 0.8, "above": 0.004}
    assert list(mouth_slope.bounds({"faces": {"a face": judged}}).values()) == [False, True, False, True]


def test_what_the_judge_reads_of_a_mouth_without_a_line_is_measured(painter, source):
    closed, opened = painter.posed(source, poses([0.0, 0.2]))
    judge = Judge()
    meshes = judge.meshes([closed, opened])
    assert mouth_slope._painted_out(judge, closed, meshes[0]) < 0.04
    assert mouth_slope._painted_out(judge, opened, meshes[1]) < 0.8 * opening(meshes)[1]


@pytest.mark.parametrize("below", [0.0, 3.0])
def test_how_far_the_judges_corners_are_off_the_line_is_measured(below):
    mesh = np.zeros((468, 3), np.float32)
    mesh[list(OUTER), :2] = [[60, 60], [140, 60]]
    mesh[list(INNER), :2] = [[66, 60], [134, 60]]
    mesh[[191, 95, 415, 324], :2] = [[70, 60], [70, 60], [130, 60], [130, 60]]
    y, _ = np.mgrid[0:120, 0:200].astype(np.float32)
    luma = 170 - 60 * np.exp(-(((y - 60 - below) / 1.8) ** 2))
    assert mouth_corners.judged_off(luma, mesh) == pytest.approx(below / 80, abs=0.004)
    assert mouth_corners.judged_off(np.full_like(luma, 170), mesh) == 0


def test_teeth_that_flip_are_seen(painter, source):
    frames = list(painter.posed(source, poses([0.3] * 4, teeth=0.7)))
    # A still's track is of one frame.
    frames = [replace(frame, index=0) for frame in frames]
    person = painter.track(source).persons[0]
    pose = MouthPose(open=0.3, jaw=0.225, teeth=0.7)
    steady = mouth_colour.changes(frames, [*source.read()] * 4, person, pose)
    assert steady["most"] < 0.5
    # Teeth, and not lips or the dark behind.
    assert steady["luma"] > 90
    luma, _, _ = frames[2].yuv()
    spots = mouth_colour.strip(person.meshes[0], rest_shape(person), pose)
    (x0, y0), (x1, y1) = spots.min(0).astype(int), spots.max(0).astype(int) + 2
    luma[y0:y1, x0:x1] = cv2.add(luma[y0:y1, x0:x1], 20)
    assert mouth_colour.changes(frames, [*source.read()] * 4, person, pose)["most"] > 10


def test_teeth_in_another_light_do_not_flip(painter, source):
    frames = list(painter.posed(source, poses([0.3] * 4, teeth=0.7)))
    frames = [replace(frame, index=0) for frame in frames]
    luma, u, v = frames[2].yuv()
    luma[:] = 16 + 0.85 * (luma.astype(float) - 16)
    for chroma in (u, v):
        chroma[:] = 128 + 0.85 * (chroma.astype(float) - 128)
    pose = MouthPose(open=0.3, jaw=0.225, teeth=0.7)
    found = mouth_colour.changes(frames, [*source.read()] * 4, painter.track(source).persons[0], pose)
    assert found["raw"] > 10
    assert found["most"] < 2


def test_without_media_the_bench_says_what_it_needs(tmp_path):
    with pytest.raises(SetupError, match=r"lacks portrait_1\.jpg.*--media"):
        mouth.main(["--media", str(tmp_path)])


def test_a_part_that_is_not_there(tmp_path, capsys):
    with pytest.raises(SystemExit):
        mouth.main(["--media", str(tmp_path), "--only", "teeth"])
    assert "no such part: teeth" in capsys.readouterr().err
