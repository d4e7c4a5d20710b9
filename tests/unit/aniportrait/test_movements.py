"""What is heard when, how faces and heads move by it, what of the picture is painted, and the file that holds
a clip."""

import numpy as np
import pytest
import torch

from lipsync_studio.backends.aniportrait import listening
from lipsync_studio.backends.aniportrait.denoise import blocks, clip_noise, denoise, frame_noise
from lipsync_studio.backends.aniportrait.frame_file import FrameFile, frame_files
from lipsync_studio.backends.aniportrait.framing import framing, squeezed
from lipsync_studio.backends.aniportrait.movements import heard_faces, heard_poses, moved_points, of_length
from lipsync_studio.backends.aniportrait.pose_picture import PARTS, draw
from lipsync_studio.backends.aniportrait.projection import head_matrices
from lipsync_studio.devtools import seeded_aniportrait as small
from lipsync_studio.engine.errors import OutputError
from lipsync_studio.engine.faces.metric import metric_face
from lipsync_studio.engine.host.plain import PlainHost

RATE, FPS = 16000, 30


@pytest.fixture
def host():
    with PlainHost("cpu", progress=False) as plain:
        yield plain


def noise(seconds, seed=1):
    return np.random.default_rng(seed).normal(0, 0.1, round(seconds * RATE)).astype(np.float32)


@pytest.mark.parametrize("seconds", [0.02, 4, 59.99, 90, 150, 151, 300.02])
def test_the_pieces_for_the_face_give_each_frame_once(seconds):
    samples, frames = round(seconds * RATE), []
    for piece, kept in listening.face_pieces(samples):
        length = piece.stop - piece.start
        assert 0 <= piece.start < piece.stop <= max(samples, piece.stop if seconds < 1 else 0) or seconds < 1
        assert length <= 95 * RATE
        first = piece.start // RATE * FPS
        frames += (first + np.arange(listening.frame_count(length))[kept]).tolist()
    assert frames == list(range(listening.frame_count(samples)))


@pytest.mark.parametrize("seconds", [0.1, 5, 9.9, 10, 10.1, 23])
def test_the_pieces_for_the_head_join_and_stay_short(seconds):
    samples = round(seconds * RATE)
    pieces = listening.pose_pieces(samples)
    assert [each.start for each in pieces] == [5 * RATE * number for number in range(len(pieces))]
    assert [each.stop for each in pieces] == [each.start for each in pieces[1:]] + [samples]
    assert max(listening.frame_count(each.stop - each.start) for each in pieces) <= 300


def test_a_long_sound_in_pieces_is_heard_as_whole(monkeypatch, host):
    """But for the convolutions' norm, which is over what is heard at once, and for what is far away: each
    frame is nearer to the whole's than to the frame beside it."""
    net, samples = host.manage(small.seeded_mesh()), noise(8)
    whole = heard_faces(net, samples, 8 * FPS, host)
    monkeypatch.setattr(listening, "_PIECE", 3)
    pieces = heard_faces(net, samples, 8 * FPS, host)
    assert pieces.shape == whole.shape == (240, 468, 3)
    off, beside = np.abs(pieces - whole).mean((1, 2)), np.abs(pieces[1:] - whole[:-1]).mean((1, 2))
    assert off.mean() < beside.mean() / 2
    assert np.median(off[1:] / beside) < 0.5


def test_heads_differ_by_who_they_are_and_are_told_to_the_last_frame(host):
    net, samples = host.manage(small.seeded_head()), noise(11)
    one, other = (heard_poses(net, samples, 11 * FPS, who, host) for who in (1, 2))
    assert one.shape == (330, 6)
    assert np.abs(one - other).max() > 0.01
    assert np.isfinite(one).all()
    assert of_length(one[:3], 5).tolist() == one[[0, 1, 2, 2, 2]].tolist()


@pytest.fixture(scope="module")
def mesh():
    """A face in a picture of 400×300: flat but for the nose, 80 pixels high."""
    points = np.random.default_rng(2).uniform(-1, 1, (478, 3)) * (32, 40, 10) + (200, 120, 0)
    points[[10, 152]] = (200, 80, 0), (200, 160, 0)
    return points.astype(np.float32)


def test_a_face_that_does_not_move_stays_where_it_is(mesh):
    face = metric_face(mesh, (400, 300))
    faces = np.zeros((3, 468, 3), np.float32)
    faces[1] += (0, -1, 0)  # a centimetre down
    poses = np.zeros((3, 6))
    poses[2, 2] = 90  # lies on its side
    still, lower, turned = moved_points(face, faces, poses, (400, 300))
    # The original's divisor is a ten-thousandth too large.
    np.testing.assert_allclose(still, mesh[:468, :2], atol=0.03)
    assert (lower[:, 1] > still[:, 1]).all()
    assert abs(np.ptp(turned[:, 0]) - np.ptp(still[:, 1])) < 0.25 * np.ptp(still[:, 1])


def test_turns_are_about_axes_that_stand_still():
    """x first, then y, then z, as scipy's lower-case "xyz"."""
    from scipy.spatial.transform import Rotation

    poses = np.random.default_rng(1).uniform(-80, 80, (5, 6))
    wanted = Rotation.from_euler("xyz", poses[:, :3], degrees=True).as_matrix()
    np.testing.assert_allclose(head_matrices(poses)[:, :3, :3], wanted, atol=1e-12)
    np.testing.assert_allclose(head_matrices(poses)[:, :3, 3], poses[:, 3:])


def test_lines_that_leave_the_picture_are_left_out_whole(mesh):
    inside = draw(mesh[:, :2], (400, 300))
    assert inside.shape == (300, 400, 3)
    points = mesh[:, :2].copy()
    points[[edge[0] for edge in PARTS[1][0]]] += 1000
    without = draw(points, (512, 512))
    assert not (without == PARTS[1][1]).all(axis=2).any()
    assert (draw(mesh[:, :2], (512, 512)) == PARTS[1][1]).all(axis=2).any()


@pytest.mark.parametrize("size", [(400, 300), (300, 400), (301, 299), (64, 1000)])
def test_all_of_a_picture_of_any_shape_is_painted(size):
    mesh = np.array([[0.4, 0.3, 0], [0.6, 0.7, 0]]) * (*size, 1)
    frame = framing(size, mesh, "whole", 512)
    rgb = np.random.default_rng(0).integers(0, 256, (size[1], size[0], 3), np.uint8)
    square = frame.square(rgb)
    assert square.shape == (512, 512, 3)
    left, top, right, bottom = frame.shown
    assert (right - left) % 2 == (bottom - top) % 2 == 0
    assert abs((right - left) / (bottom - top) / (size[0] / size[1]) - 1) < 0.07
    # Nothing is squeezed, and the edges go on beyond the picture.
    assert np.ptp(frame.scale) == 0
    if top > 8:
        assert np.array_equal(square[0], square[top // 2])
    inner = (frame.placed(mesh)[:, :2] - (left, top)) / (right - left, bottom - top)
    np.testing.assert_allclose(inner, mesh[:, :2] / size, atol=0.04)


def test_a_square_around_the_head_lies_within_the_picture(mesh):
    frame = framing((400, 300), mesh, "face", 256)
    x0, y0, x1, y1 = frame.rect
    assert x1 - x0 == y1 - y0
    assert min(x0, y0) >= 0
    assert x1 <= 400
    assert y1 <= 300
    assert frame.face_height(mesh) == pytest.approx(0.5, abs=0.02)
    assert frame.shown == (0, 0, 256, 256)
    assert not frame.is_small(mesh)
    assert framing((4000, 3000), mesh, "whole", 256).is_small(mesh)
    close = framing((90, 85), mesh - (155, 78, 0), "paste", 256)
    assert close.rect == (0, 0, 85, 85) or close.rect[2] - close.rect[0] == 85


def test_the_original_squeezes(mesh):
    frame = squeezed((400, 300), 512)
    assert frame.scale.tolist() == [1.28, 512 / 300]
    assert frame.square(np.zeros((300, 400, 3), np.uint8)).shape == (512, 512, 3)
    assert frame.placed(mesh)[:, 0].max() == pytest.approx(mesh[:, 0].max() * 1.28, rel=1e-5)


def test_numbers_of_frames_lie_in_a_file_that_goes(tmp_path):
    path = tmp_path / "numbers"
    with FrameFile(path, 5, (2, 3)) as numbers:
        assert not numbers.read(np.arange(5)).any()
        numbers.write(np.array([3, 1]), torch.arange(12.0).reshape(2, 2, 3))
        numbers.add(np.array([1, 0]), torch.ones(2, 2, 3))
        assert path.stat().st_size == 5 * 6 * 4
        found = numbers.read(np.array([0, 1, 3]))
    assert found[:, 1, 2].tolist() == [1, 12, 5]
    assert not path.exists()
    with pytest.raises(KeyError), frame_files([path, tmp_path / "more"], 1, (1,)):
        raise KeyError
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_one_sentence(small_disk):
    def fill():
        with FrameFile(small_disk.folder / "numbers", 64, (4, 64)) as numbers:
            for frame in range(64):
                numbers.write(np.array([frame]), torch.ones(1, 4, 64))

    with small_disk.left(8192), pytest.raises(OutputError) as stopped:
        fill()
    assert small_disk.cause in str(stopped.value)
    assert small_disk.help in str(stopped.value)
    assert not (small_disk.folder / "numbers").exists()


def test_a_frames_noise_is_its_own_and_the_originals_is_drawn_at_once():
    few = frame_noise(7, np.array([4, 0]), (64, 128))
    assert few.shape == (2, 4, 16, 8)
    assert torch.equal(few[0], frame_noise(7, np.arange(6), (64, 128))[4])
    assert not torch.equal(few[0], frame_noise(8, np.array([4]), (64, 128))[0])
    wanted = torch.randn(1, 4, 3, 8, 8, generator=torch.Generator().manual_seed(42))
    assert torch.equal(clip_noise(42, 3, (64, 64)), wanted[0].transpose(0, 1))
    assert [block.tolist() for block in blocks(5, 2)] == [[0, 1], [2, 3], [4]]


def test_windows_are_averaged_and_guided(tmp_path, monkeypatch):
    """With a network that says the window's first frame; 20 frames are in two windows, some of them twice."""
    from lipsync_studio.backends.aniportrait import denoise as module

    asked = []

    def velocity(unet, noisy, timestep, seen, features, *, told):
        asked.append((timestep, told))
        return torch.full_like(noisy, float(features[0]) + (0 if told else 100))

    monkeypatch.setattr(module, "velocity", velocity)
    monkeypatch.setattr(module, "guide", lambda net, pictures, unscaled: [pictures[0, 0, 0, 0]])

    class Straight:
        timesteps = torch.tensor([9, 4])

        @staticmethod
        def step(mean, timestep, latents, return_dict):
            return (latents + mean,)

    monkeypatch.setattr(module, "zero_snr_schedule", lambda steps: Straight)
    told, after = [], []
    with frame_files([tmp_path / "a", tmp_path / "b"], 20, (1, 1, 1)) as (latents, sums):
        denoise(
            torch.nn.Linear(1, 1), None, None, lambda window: window.reshape(-1, 1, 1, 1), latents, sums,
            2, 2.0, tell=lambda done, total: told.append((done, total)), step_done=after.append,
        )  # fmt: skip
        made = latents.read(np.arange(20)).flatten().tolist()
        assert not sums.read(np.arange(20)).any()
    # Guidance 2 of n and n + 100 is n - 100; frames 0 to 7 and 12 to 15 are in both windows, 0 and 12.
    both, first, second = 2 * (6 - 100), 2 * (0 - 100), 2 * (12 - 100)
    assert made == [both] * 8 + [first] * 4 + [both] * 4 + [second] * 4
    assert asked == [(9, True), (9, False)] * 2 + [(4, True), (4, False)] * 2
    assert told == [(0, 4), (1, 4), (2, 4), (3, 4)]
    assert after == [0, 1]
