"""A hand or a microphone before the mouth is left in front, and a mouth that is covered passes as it is."""

import itertools
import pickle
from contextlib import closing
from dataclasses import replace
from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest

from lipsync_studio.backends.dub.backend import DubBackend, DubPlan, VoicePlan
from lipsync_studio.backends.request import LipSyncRequest
from lipsync_studio.backends.viseme.covered import Shown, steady
from lipsync_studio.backends.viseme.occlusion import Cover, Likeness
from lipsync_studio.backends.viseme.pipeline import VisemeEngine, rest_shape
from lipsync_studio.backends.viseme.registration import (
    REFERENCES,
    SIDE,
    References,
    Registration,
    draw,
    find_references,
)
from lipsync_studio.devtools.bench.mouth_covers import composited, cover, there_and_back
from lipsync_studio.devtools.paths import ROOT
from lipsync_studio.engine.faces.tracker import track_faces
from lipsync_studio.engine.host.plain import PlainHost
from lipsync_studio.engine.media.images import ImageSource
from lipsync_studio.engine.media.sound import Sound
from lipsync_studio.engine.media.video import VideoSource
from lipsync_studio.engine.media.writer import Mp4Writer
from lipsync_studio.engine.report import FrameState, spans

FRAMES = 50
CORNERS = (61, 291)
GENERATED, OCCLUDED = FrameState.GENERATED, FrameState.OCCLUDED


class Watched(VisemeEngine):
    """Remembers what is shown of each frame."""

    def __init__(self):
        super().__init__()
        self.shown, self.masks = {}, {}

    def composite(self, crop, mouth, prepared):
        self.shown[crop.index] = shown = mouth.shown
        if shown.nodes is not None:
            drawn = draw(shown.nodes, crop.prepared.covered.places, *crop.rgb.shape[1::-1])
            self.masks[crop.index] = crop.rect, drawn
        return super().composite(crop, mouth, prepared)


def collect(rendering):
    frames, states = [], []
    with closing(rendering.chunks) as chunks:
        for chunk in chunks:
            frames += chunk.frames
            states += chunk.states
    return frames, states


@pytest.fixture(scope="module")
def host():
    with PlainHost("cpu") as plain:
        yield plain


@pytest.fixture(scope="module")
def plain(host):
    source = VideoSource(ROOT / "demo" / "clip.mp4", 0.0, FRAMES / 25)
    return SimpleNamespace(source=source, track=track_faces(source, host))


@pytest.fixture(scope="module")
def voice():
    """Two seconds of singing."""
    return Sound.load(ROOT / "demo" / "verse.mp3").cut(Fraction(2), Fraction(FRAMES, 25))


@pytest.fixture(scope="module", params=["dark microphone", "hand, light"])
def covered(request, plain, host, tmp_path_factory):
    """The sample's face, and something that comes before it and goes: source, track, and its alpha in each
    frame, uint8."""
    path, alphas = tmp_path_factory.mktemp("covered") / "clip.mp4", []
    mouths = plain.track.persons[0].meshes[:, CORNERS, :2]
    thing = cover(request.param)
    with Mp4Writer(
        path, plain.source.size, Fraction(25), plain.source.colour, None, Fraction(FRAMES, 25)
    ) as out:
        for frame, alpha in composited(plain.source.read(), mouths, thing, there_and_back(FRAMES)):
            out.write(frame)
            alphas.append(np.round(alpha * 255).astype(np.uint8))
    source = VideoSource(path)
    return SimpleNamespace(source=source, track=track_faces(source, host), alphas=alphas, mouths=mouths)


@pytest.fixture(scope="module")
def spoken(covered, voice, host):
    engine = Watched()
    request = LipSyncRequest(covered.source, voice, track=covered.track, silence="close")
    plan = DubBackend(engine).plan(request, host)
    frames, states = collect(DubBackend(engine).render_plan(plan, host))
    return SimpleNamespace(plan=plan, frames=frames, states=states, engine=engine)


def share(alpha, mouth):
    """How much of the line between the corners of the mouth is covered."""
    x, y = np.linspace(mouth[0], mouth[1], 21).round().astype(int).T
    return (alpha[y, x] > 127).mean()


def test_a_mouth_that_is_covered_passes_unchanged_for_that_stretch(covered, spoken):
    shares = [share(alpha, mouth) for alpha, mouth in zip(covered.alphas, covered.mouths, strict=True)]
    states = np.array([state is OCCLUDED for state in spoken.states])
    assert states[np.array(shares) > 0.8].all()
    assert not states[there_and_back(FRAMES) == 0].any()
    # One stretch, without flicker.
    assert [span.state for span in spans(spoken.states)] == [GENERATED, "occluded", GENERATED]
    for frame, original in zip(spoken.frames, covered.source.read(), strict=True):
        assert np.array_equal(frame.planes, original.planes) or not states[frame.index]


def test_the_paint_fades_around_that_stretch(spoken):
    amounts = np.array([spoken.engine.shown[index].amount for index in range(FRAMES)])
    assert amounts[0] == amounts[-1] == 1
    assert np.abs(np.diff(amounts)).max() < 0.5
    assert ((amounts > 0) & (amounts < 1)).sum() >= 4


def test_what_covers_a_part_of_it_keeps_its_bits(covered, spoken):
    before = {frame.index: frame.yuv()[0] for frame in covered.source.read()}
    partly = [index for index in spoken.engine.masks if spoken.engine.shown[index].amount > 0.1]
    assert partly
    for index in partly:
        (x0, y0, x1, y1), mask = spoken.engine.masks[index]
        change = np.abs(spoken.frames[index].yuv()[0].astype(int) - before[index])
        assert not change[y0:y1, x0:x1][mask > 0.999].any()
        assert change.any()
    # Of all that ever lies in front hardly a pixel is changed so that it is seen.
    solid = np.array(covered.alphas) > 250
    after = np.array([frame.yuv()[0] for frame in spoken.frames]).astype(int)
    visibly = np.abs(after - np.array([before[index] for index in range(FRAMES)])) > 6
    assert visibly[solid].mean() < 0.04


def test_a_part_of_it_has_the_same_bits(covered, spoken, host):
    backend = DubBackend(VisemeEngine())
    sent = DubPlan((VoicePlan(spoken.plan.job, pickle.loads(pickle.dumps(spoken.plan.survey))),))
    for start, stop in itertools.pairwise((0, 13, 22, 41, FRAMES)):
        frames, states = collect(backend.render_plan(backend.part(sent, start, stop), host))
        assert states == spoken.states[start:stop]
        for one, other in zip(frames, spoken.frames[start:stop], strict=True):
            assert np.array_equal(one.planes, other.planes)


def test_a_setting_for_stills_changes_nothing_about_it(spoken, host):
    """In parts that begin and end while the mouth is covered."""
    backend = DubBackend(VisemeEngine(movement=0.3))
    for start, stop in ((10, 15), (24, 27), (33, 38)):
        frames, states = collect(backend.render_plan(backend.part(spoken.plan, start, stop), host))
        assert states == spoken.states[start:stop]
        for one, other in zip(frames, spoken.frames[start:stop], strict=True):
            assert np.array_equal(one.planes, other.planes)


def test_an_uncovered_mouth_is_painted_whole(plain, voice, host):
    engine = Watched()
    request = LipSyncRequest(plain.source, voice, track=plain.track)
    _, states = collect(DubBackend(engine).render(request, host))
    assert set(states) == {GENERATED}
    assert all(shown == Shown() for shown in engine.shown.values())


@pytest.fixture(scope="module")
def pictures(plain):
    """The registration of the sample's face, the grid in some of her frames, and one of her meshes."""
    (person,) = plain.track.persons
    rests = {person.id: rest_shape(person)}
    found = find_references(plain.source, [person], rests, FRAMES)[person.id]
    return Registration(rests[person.id]), found, person.meshes[0]


def test_the_references_are_few_and_small(plain, pictures):
    _, references, _ = pictures
    assert references.colours.shape == (REFERENCES, SIDE, SIDE, 3)
    assert np.abs(references.yaws).max() < 30
    (person,) = plain.track.persons
    people = [replace(person, id=number) for number in range(20)]
    rests = {each.id: rest_shape(person) for each in people}
    found = find_references(plain.source, people, rests, FRAMES)
    assert len(found) == 12
    assert sum(each.colours.nbytes for each in found.values()) < 500_000


def test_a_still_has_no_references():
    still = ImageSource(np.zeros((1, 64, 64, 3), np.float32))
    assert find_references(still, [], {}, 1) == {}


def test_references_with_a_cover_are_not_believed(pictures):
    registration, references, mesh = pictures
    hidden = references.colours.copy()
    hidden[:2, 6:30, 4:28] = (40, 60, 160)
    likeness = Likeness.of(References(hidden, references.yaws), registration.face)
    assert likeness is not None
    assert likeness.cover(references.colours[-1], mesh) is None
    found = likeness.cover(hidden[0], mesh)
    assert found.share > 0.9
    assert found.sure
    # Of a head that is turned as no reference is, nothing is told.
    turned = References(hidden, references.yaws + 30)
    assert Likeness.of(turned, registration.face).cover(hidden[0], mesh) is None
    # Too few are left to tell by.
    hidden[:4, 6:30, 4:28] = (40, 60, 160)
    assert Likeness.of(References(hidden, references.yaws), registration.face) is None


@pytest.mark.parametrize(
    "light",
    [
        lambda x, y: 0.7 + 0 * x,
        lambda x, y: 1 + 0.3 * x,
        lambda x, y: 1 - 0.3 * x,
        lambda x, y: 1 + 0.3 * y,
        lambda x, y: np.array([1.15, 1.0, 0.85]) + 0 * x,
    ],
)
def test_other_light_covers_nothing(pictures, light):
    registration, references, mesh = pictures
    y, x = np.mgrid[-1 : 1 : SIDE * 1j, -1 : 1 : SIDE * 1j][..., None]
    likeness = Likeness.of(references, registration.face)
    for picture in references.colours:
        lit = np.clip(picture * light(x, y), 0, 255).astype(np.uint8)
        found = likeness.cover(lit, mesh)
        assert found is None or not found.sure


def test_nodes_are_drawn_where_they_lie():
    y, x = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32)
    places = np.stack([20 + 3 * x, 10 + 3 * y], -1)
    nodes = np.zeros((SIDE, SIDE), np.float32)
    nodes[10:15, 20:25] = 1
    drawn = draw(nodes, places, 140, 130)
    assert drawn[10 + 36, 20 + 66] == pytest.approx(1)
    assert drawn[10 + 30, 20 + 40] == 0
    nodes[-1, :] = 1
    # What goes out of the grid goes on.
    assert draw(nodes, places, 140, 130)[118, 70] == pytest.approx(1)


def seen(share=1.0, sure=True):
    return Cover(np.full((SIDE, SIDE), 1.0, np.float32), share, sure)


def amounts(covers):
    return [round(shown.amount, 2) for shown in steady(covers)]


def test_covers_fade_and_hold_and_single_ones_are_dropped():
    none = [None] * 8
    assert amounts([*none, seen(), *none]) == [1] * 17
    assert (
        amounts([*none, seen(), seen(), *none])
        == [1] * 5 + [0.75, 0.5, 0.25, 0, 0, 0.25, 0.5, 0.75] + [1] * 5
    )
    held = amounts([*none, seen(), seen(), None, None, None, seen(), seen(), *none])
    assert held[8:15] == [0] * 7


def test_slight_covers_count_beside_clear_ones_only():
    slight = seen(0.9, sure=False)
    none = [None] * 4
    assert amounts([*none, slight, slight, slight, *none]) == [1] * 11
    assert amounts([*none, slight, seen(), slight, *none])[4:7] == [0, 0, 0]


def test_a_small_cover_leaves_the_paint_and_is_cut_out_of_it():
    shown = steady([None, None, seen(0.2), seen(0.2), None, None])
    assert [each.amount for each in shown] == [1] * 6
    assert [each.nodes is not None for each in shown] == [False, True, True, True, True, False]


def test_what_two_windows_see_is_mixed():
    one, other = Shown(), Shown(0.0, np.ones((SIDE, SIDE), np.float32))
    mixed = one.mixed(other, 0.25)
    assert mixed.amount == 0.75
    assert np.all(mixed.nodes == 0.25)
    assert one.mixed(Shown(), 0.5) == Shown()
