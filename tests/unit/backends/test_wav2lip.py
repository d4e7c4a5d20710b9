"""Wav2Lip as a dub engine: with a network whose work can be read off the pixels."""

from __future__ import annotations

import pickle
import re
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from torch import nn

from lipsync_studio.backends.dub.backend import DubBackend, DubPlan, VoicePlan
from lipsync_studio.backends.dub.scheduler import crop_face, even_rect
from lipsync_studio.backends.request import LipSyncRequest
from lipsync_studio.backends.wav2lip import agreement as boxes_agree
from lipsync_studio.backends.wav2lip.agreement import agreement
from lipsync_studio.backends.wav2lip.face_box import Pads, track_box
from lipsync_studio.backends.wav2lip.geometry import parity_geometry
from lipsync_studio.backends.wav2lip.models import of_networks, working_dtype
from lipsync_studio.backends.wav2lip.network import LOWER
from lipsync_studio.backends.wav2lip.pipeline import Wav2LipEngine
from lipsync_studio.backends.wav2lip.spec import SPEC, Wav2LipSettings
from lipsync_studio.devtools.paths import ROOT
from lipsync_studio.engine.compose.restore import Restorer, ffhq_box
from lipsync_studio.engine.errors import ConsentError, InputError, MissingFilesError
from lipsync_studio.engine.host.plain import PlainHost
from lipsync_studio.engine.media.colour import to_rgb
from lipsync_studio.engine.nets.wav2lip_mel import mel_columns
from lipsync_studio.engine.report import FrameState

from .test_dub_backend import collect


class Talker(nn.Module):
    """Paints the lower half blue, by as much as there is to hear; the upper half is as it sees it."""

    def __init__(self) -> None:
        super().__init__()
        self.anything = nn.Parameter(torch.zeros(1), requires_grad=False)

    def forward(self, faces, sound, lower=False):
        painted = faces[:, 3:].clone()
        painted[:, :, 48:] = 0.1
        painted[:, 0, 48:] = ((sound.mean((1, 2, 3)) + 4) / 8)[:, None, None]
        return painted[:, :, LOWER:] if lower else painted


class Pointer(nn.Module):
    """An S3FD that finds one face, at boxes told in advance (x0, y0, x1, y1), one after the other; None for
    nobody."""

    def __init__(self, boxes) -> None:
        super().__init__()
        self.anything = nn.Parameter(torch.zeros(1), requires_grad=False)
        self.boxes = list(boxes)

    def forward(self, batch):
        heads = []
        for stride in (4, 8, 16, 32, 64, 128):
            logits = torch.zeros(len(batch), 2, batch.shape[2] // stride, batch.shape[3] // stride)
            logits[:, 0] = 9
            heads.append((logits, torch.zeros(len(batch), 4, *logits.shape[2:])))
        logits, offsets = heads[4]  # anchors of 256 pixels around (32, 32)
        for number in range(len(batch)):
            box = self.boxes.pop(0)
            if box is not None:
                x0, y0, x1, y1 = box
                logits[number, 1, 0, 0] = 20
                middle = torch.tensor([(x0 + x1) / 2 - 32, (y0 + y1) / 2 - 32]) / 25.6
                size = torch.tensor([(x1 - x0) / 256, (y1 - y0) / 256]).log() / 0.2
                offsets[number, :, 0, 0] = torch.cat([middle, size])
        return heads


@pytest.fixture
def engine(host):
    def made(detector=None, restore=None, check=lambda: None, **choices):
        models = of_networks(Talker(), None, detector, host)
        return Wav2LipEngine(models, Wav2LipSettings(**choices), check, restore=restore)

    return made


def request_of(clip, track, voice, **options):
    return LipSyncRequest(clip, voice(0.8), track=track, content="song", length="video", **options)


def painted(engine, request, host):
    return collect(DubBackend(engine).render(request, host))


def test_the_lower_face_speaks_and_the_rest_stays(engine, clip, track, voice, host):
    frames, states = painted(engine(), request_of(clip, track, voice), host)
    assert set(states) == {FrameState.GENERATED}
    levels = []
    for frame, source in zip(frames, clip.read(), strict=True):
        mesh = track.persons[0].meshes[frame.index]
        new, old = to_rgb(frame).astype(int), to_rgb(source).astype(int)
        x, y = mesh[13, :2].astype(int)  # between the lips
        levels.append(new[y, x, 2])
        assert new[y, x, 0] < 60
        changed = np.flatnonzero(np.abs(new - old).max(axis=(1, 2)) > 8)
        brow, chin = mesh[105, 1], mesh[152, 1]
        assert changed[0] > (brow + chin) / 2 - 0.06 * (chin - brow)
        assert changed[-1] < chin + 0.1 * (chin - brow)
    # A voice is no constant.
    assert max(levels) - min(levels) > 20


def test_masks_and_boxes_follow_the_settings(engine, clip, track, voice, host):
    def share(**choices):
        frames, _ = painted(engine(**choices), request_of(clip, track, voice), host)
        source = to_rgb(next(clip.read(10, 11))).astype(int)
        return float((np.abs(to_rgb(frames[10]).astype(int) - source).max(axis=2) > 8).mean())

    jaw = share()
    assert share(mask="lips") < 0.7 * jaw
    assert share(pad_top=60.0) != pytest.approx(jaw, rel=0.02)


def test_a_part_is_what_the_whole_shows_there(engine, leaving, voice, host):
    """To the last bit, as far as a network's own batches don't matter; the survey travels."""
    backend = DubBackend(engine(batch_size=3))
    request = LipSyncRequest(leaving.source, voice(4.3), track=leaving.track, content="song")
    plan = backend.plan(request, host)
    whole, states = collect(backend.render_plan(plan, host))
    assert {FrameState.GENERATED, FrameState.NO_FACE} <= set(states)
    kept = pickle.dumps(plan.survey)
    assert len(kept) < 2000 + 60 * len(whole)
    sent = DubPlan((VoicePlan(plan.job, pickle.loads(kept)),))
    for start, stop in ((0, 18), (18, 61), (61, len(whole))):
        frames, their = collect(backend.render_plan(backend.part(sent, start, stop), host))
        assert their == states[start:stop]
        for one, other in zip(frames, whole[start:stop], strict=True):
            assert np.array_equal(one.planes, other.planes)


def test_parity_pastes_hard_edges_as_the_original(engine, clip, track, voice, host):
    """The original's lines beside ours, on one frame: boxes with an odd corner, truncation, BGR."""
    detector = Pointer([(101.7, 89.4, 232.2, 221.9)] * 20)
    made = engine(detector, parity=True)
    backend = DubBackend(made)
    plan = backend.plan(request_of(clip, track, voice), host)
    assert plan.survey.rects[7].tolist() == [101, 89, 232, 231], "ten pixels more below"
    conditioning = made.prepare(plan.job, plan.survey, [], host)
    frame = next(clip.read(7, 8))
    rect = even_rect(made.box(track.persons[0], 7, conditioning), frame)
    crop = crop_face(frame, rect, track.persons[0], 7)
    crop = replace(crop, prepared=made.preprocess(crop, conditioning))
    (face,) = made.generate([crop], conditioning, host)
    patch = made.composite(crop, face, conditioning)

    picture = to_rgb(frame)[..., ::-1].copy()
    small = cv2.resize(picture[89:231, 101:232], (96, 96))
    # Frame 7 at 25 fps hears the columns from ⌊7 · 3.2⌋ on, of a sound that is mirrored at its ends.
    heard = mel_columns(conditioning.samples, 22, 16, mirrored=True)
    faces = torch.from_numpy(np.concatenate([small, small], 2) / 255).float().permute(2, 0, 1)[None]
    new = Talker()(faces, heard[None, None])[0].permute(1, 2, 0).numpy() * 255
    picture[89:231, 101:232] = cv2.resize(new.astype(np.uint8), (131, 142))
    x0, y0, x1, y1 = rect
    inside = np.zeros(patch.alpha.shape, bool)
    inside[89 - y0 : 231 - y0, 101 - x0 : 232 - x0] = True
    assert np.array_equal(patch.alpha, inside)
    assert np.array_equal(patch.rgb[..., ::-1][inside], picture[y0:y1, x0:x1][inside])
    frames, states = collect(backend.render_plan(plan, host))
    assert states.count(FrameState.GENERATED) == 20


def test_parity_averages_boxes_forwards_and_passes_frames_without(clip, host):
    boxes = [(100 + number, 80, 200 + number, 200) for number in range(20)]
    found: list = list(boxes)
    found[8] = found[9] = None
    settings = Wav2LipSettings(parity=True)

    def rects(settings, found):
        detector = host.manage(Pointer(found))
        return parity_geometry(clip, 20, settings, detector, host)

    geometry = rects(settings, found)
    assert geometry.rect(8) is geometry.rect(9) is None
    assert geometry.rect(0) == (102, 80, 202, 210)
    assert geometry.rect(10) == (112, 80, 212, 210)
    plain = rects(replace(settings, steady=False, pad_bottom=0.0, pad_left=5.0), boxes)
    assert plain.rect(3) == (98, 80, 203, 200)


def test_the_check_measures_how_far_the_boxes_agree(clip, track, host, tmp_path, monkeypatch):
    """S3FD's box at known distances from the rule's; in two frames it finds nobody, or somebody else."""
    found: list = []
    for row in range(20):
        x0, y0, x1, y1 = track_box(track.persons[0].landmarks(slice(row, row + 1))[0], Pads(bottom=0)).bounds
        unit = (y1 - y0) / 256
        found.append((x0 - 5 * unit, y0 - 40 * unit, x1 - 10 * unit, y1 + 20 * unit))
    found[3], found[4] = None, (250, 250, 300, 300)
    measured = agreement(clip, track, host.manage(Pointer(found)), host)
    assert (len(measured.overlaps), measured.looked) == (18, 20)
    # Of the size 256 by w units the box has w - 5 by 316; w - 10 by 256 are shared.
    assert measured.beyond == pytest.approx(np.tile([40, 20, 5, -10], (18, 1)), abs=0.5)
    assert measured.overlaps == pytest.approx(np.full(18, 0.79), abs=0.02)
    monkeypatch.setenv("LIPSYNC_MODELS", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))
    (said,) = SPEC.check(ROOT / "demo" / "clip.mp4", host)
    assert said.startswith("The face boxes were not compared. Face detection (S3FD) lacks s3fd-6")


def test_the_check_says_how_far_the_boxes_agree(clip, track, host, tmp_path, monkeypatch):
    """By an S3FD that finds the rule's own box, and in two frames nobody."""
    boxes: list = [
        track_box(track.persons[0].landmarks(slice(row, row + 1))[0], Pads(bottom=0)).bounds
        for row in range(20)
    ]
    boxes[3] = boxes[4] = None
    lay_s3fd(tmp_path, monkeypatch)
    monkeypatch.setattr(boxes_agree, "track_faces", lambda source, host: track)
    monkeypatch.setattr(boxes_agree, "load_s3fd", lambda path: Pointer(boxes))
    said = list(SPEC.check(Path(clip._file.name.strip('"')), host))
    overlap = re.match(r"Mean IoU of the track's box and S3FD's: (\d\.\d{3}) \(", said[0])
    assert float(overlap[1]) == pytest.approx(1, abs=0.03)
    assert said[0].endswith(" in 18 of 20 frames.")
    assert said[1].startswith("S3FD's reaches farther by ")
    monkeypatch.setattr(boxes_agree, "load_s3fd", lambda path: Pointer([None] * 20))
    said = list(SPEC.check(Path(clip._file.name.strip('"')), host))
    assert said == ["S3FD found the face in none of 20 frames."]


def lay_s3fd(folder, monkeypatch):
    """A file where the detector's is looked for."""
    monkeypatch.setenv("LIPSYNC_MODELS", str(folder))
    (folder / "wav2lip").mkdir()
    (folder / "wav2lip" / "s3fd-619a316812.pth").write_bytes(b"x")


def test_an_upscaler_enlarges_generated_faces(engine, clip, track, voice, host):
    sizes = []

    def enlarge(faces):
        sizes.append(faces.shape)
        return np.stack([255 - cv2.resize(face, (192, 192)) for face in faces])

    def colour(strength):
        made = engine(restore=Restorer(enlarge, strength=strength), quality="fast")
        frames, _ = painted(made, request_of(clip, track, voice), host)
        x, y = track.persons[0].meshes[10][13, :2].astype(int)
        return to_rgb(frames[10])[y, x].astype(int)

    full, half, none = colour(1.0), colour(0.5), colour(0.0)
    assert set(sizes) <= {(count, 96, 96, 3) for count in (16, 4)}
    assert np.abs(half - (full + none) / 2).max() <= 3
    assert full[0] > 200 > 60 > none[0]


def test_a_restorer_gets_whole_faces_where_it_wants_them(engine, clip, track, voice, host):
    """At its own size, eyes and mouth at FFHQ's places, with the generated mouth in them; and only what was
    painted changes."""
    seen = []

    def invert(faces):
        seen.append(faces.copy())
        return 255 - faces

    restore = Restorer(invert, side=256)
    frames, _ = painted(engine(restore=restore, quality="fast"), request_of(clip, track, voice), host)
    plain, _ = painted(engine(quality="fast"), request_of(clip, track, voice), host)
    assert {picture.shape for picture in seen} == {(1, 256, 256, 3)}
    face = seen[10][0].astype(int)
    mouth, cheek = face[186, 128], face[120, 128]
    assert mouth[0] < 60 < cheek[0], "painted at FFHQ's mouth, not between the eyes"
    new, old, source = (to_rgb(each[10]).astype(int) for each in (frames, plain, list(clip.read())))
    x, y = track.persons[0].meshes[10][13, :2].astype(int)
    assert np.abs(new[y, x] - (255 - old[y, x])).max() < 12
    # A quarter of it, at the model's own size.
    weak = engine(restore=Restorer(invert, side=256, strength=0.25), quality="fast")
    frames, _ = painted(weak, request_of(clip, track, voice), host)
    mixed = to_rgb(frames[10])[y, x].astype(int)
    assert np.abs(mixed - (0.25 * (255 - old[y, x]) + 0.75 * old[y, x])).max() < 8
    untouched = (np.abs(old - source).max(axis=2) == 0).astype(np.uint8)
    assert np.array_equal(*(each[cv2.erode(untouched, np.ones((9, 9))) > 0] for each in (new, source)))


@pytest.mark.parametrize("angle", [0.0, 0.5, -2.0])
def test_a_whole_face_is_cut_out_at_any_tilt_and_size(angle):
    """Eyes, nose and mouth at the places that facexlib publishes for 512 pixels."""
    points = np.zeros((68, 2))
    points[36:42], points[42:48], points[30] = (192.98, 239.95), (318.9, 240.19), (256.63, 314.02)
    points[48], points[54] = (201.26, 371.41), (313.09, 371.15)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    box = ffhq_box(points / 4 @ turn + (70, 30))
    assert (box.width, box.height, box.angle) == pytest.approx((128, 128, angle), abs=0.01)
    assert (box.x, box.y) == pytest.approx(tuple(np.array([64, 64]) @ turn + (70, 30)), abs=0.01)


def test_parity_and_restoring_exclude_each_other(engine):
    with pytest.raises(InputError, match="Parity leaves no room for an upscale model"):
        engine(Pointer([]), restore=Restorer(lambda faces: faces), parity=True)


def test_nothing_is_made_without_consent(engine, clip, track, voice, host, tmp_path, monkeypatch):
    def dissent():
        raise ConsentError("You have not agreed.")

    asked = []
    backend = DubBackend(engine(check=dissent))
    with pytest.raises(ConsentError):
        backend.render(request_of(clip, track, voice), host)
    # It is asked again for a part that is rendered elsewhere.
    made = engine(check=lambda: asked.append(1))
    plan = DubBackend(made).plan(request_of(clip, track, voice), host)
    DubBackend(made).render_plan(plan, host)
    assert len(asked) == 2
    monkeypatch.setenv("LIPSYNC_PRIVATE_FOLDER", str(tmp_path))
    with pytest.raises(ConsentError, match="not agreed to using Wav2Lip's weights.*consent wav2lip`"):
        SPEC.make(Wav2LipSettings(), host)


def test_consent_and_files_that_are_missing_are_said_at_once(host, tmp_path, monkeypatch):
    for name in ("LIPSYNC_PRIVATE_FOLDER", "LIPSYNC_MODELS"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    with pytest.raises(ConsentError) as raised:
        SPEC.ready(Wav2LipSettings(), host)
    said = str(raised.value)
    assert "`python -m lipsync_studio consent wav2lip`; its files are missing too (436 MB)" in said
    assert said.endswith("`python -m lipsync_studio weights download wav2lip-gan`.")


def test_numbers_are_as_wide_as_chosen_or_as_the_device_is_fast_in(host, monkeypatch):
    def dtype(**choices):
        return working_dtype(Wav2LipSettings(**choices), host)

    for amx, auto in ((True, torch.bfloat16), (False, torch.float32)):
        monkeypatch.setattr(torch.cpu, "_is_amx_tile_supported", lambda amx=amx: amx, raising=False)
        assert dtype() == auto
        assert dtype(parity=True) == dtype(precision="float32") == torch.float32
        assert dtype(precision="float16", parity=True) == torch.float16
    monkeypatch.delattr(torch.cpu, "_is_amx_tile_supported")
    assert dtype() == torch.float32


@pytest.mark.parametrize(
    ("choices", "names"),
    [
        ({}, ["wav2lip-gan"]),
        ({"version": "wav2lip", "mask_source": "auto"}, ["wav2lip", "face-parsing"]),
        ({"parity": True, "mask_source": "parsing"}, ["wav2lip-gan", "s3fd"]),
    ],
)
def test_only_what_the_settings_use_is_read(choices, names):
    assert [each.name for each in SPEC.weights(Wav2LipSettings(**choices))] == names


def test_what_is_not_installed_is_said_with_its_size(tmp_path, monkeypatch):
    monkeypatch.setenv("LIPSYNC_MODELS", str(tmp_path / "models"))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))
    with PlainHost("cpu") as host:
        said = r"Wav2Lip GAN lacks wav2lip_gan\.pth .*436 MB.*weights download wav2lip-gan"
        with pytest.raises(MissingFilesError, match=said):
            SPEC.make(Wav2LipSettings(), host, check_consent=lambda: None)
