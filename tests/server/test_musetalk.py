"""MuseTalk on a real server, with small seeded networks: what they paint is noise; where and when is not."""

import json
import math
import re
from fractions import Fraction

import av
import cv2
import numpy as np
import prompts
import pytest
from media import read_pictures, write_h264
from musetalk_media import repeating_upscaler, write_voice
from prompts import finished, node, save_video, show, track_faces
from safetensors.torch import save_file

from lipsync_studio.devtools.paths import ROOT
from lipsync_studio.engine.media.frames import CHUNK

FRAMES = 8
SIDE = 320
# Levels of brightness that encoding alone doesn't change.
NOTICEABLE = 24


@pytest.fixture(scope="module", autouse=True)
def weights(musetalk_weights):
    return musetalk_weights


@pytest.fixture(scope="module")
def media(server, write_clip):
    """Files in ComfyUI's input folder: a face of 8 frames at 25 fps, and a voice as long."""
    folder = server.base / "input"
    write_clip(folder / "mt_face.mp4", FRAMES, 25)
    write_voice(folder / "mt_voice.wav", FRAMES / 25)
    return folder


def loaders(clip="mt_face.mp4", voice="mt_voice.wav"):
    return {"source": node("LoadVideo", file=clip), "audio": node("LoadAudio", audio=voice)}


def loader(version="v1.5"):
    return {"model": node("LipSyncMuseTalkLoader", version=version)}


def engine(**options):
    """Its version and precision count only where `model` is None."""
    widgets = {"version": "v1.5", "quality": "fast", "bbox_shift": 0.0, "mask": "auto", "model": ["model", 0]}
    given = {name: value for name, value in {**widgets, **options}.items() if value is not None}
    return node("LipSyncMuseTalkBackend", **given)


def apply(source=("source", 0), **options):
    rules = {"length": "audio", "fill": "pingpong", "silence": "source", "person": "largest", **options}
    return node("LipSyncApply", source=list(source), audio=["audio", 0], backend=["backend", 0], **rules)


def kept(maker="apply"):
    """Keeps a video and its report."""
    return {
        f"save_{maker}": save_video(maker, 0, prefix=f"musetalk_{maker}"),
        f"report_{maker}": show(maker, 1),
    }


def one_wire(clip="mt_face.mp4", voice="mt_voice.wav", backend=None, **options):
    ends = {"apply": apply(**options), **kept()}
    return {**loaders(clip, voice), **loader(), "backend": backend or engine(), **ends}


def report_of(run, maker="apply"):
    return prompts.report_of(run, f"report_{maker}")


def spans(report):
    return [(span["state"].split(": ")[-1], span["first"], span["last"]) for span in report["spans"]]


def faces_of(client, run):
    """The generated faces that Generate Mouths shows: pictures [h, w, 3]."""
    shown = run.history["outputs"]["mouths"]["images"]
    return [cv2.imread(str(client.server.base / "temp" / image["filename"])) for image in shown]


def saved(client, run, maker="apply"):
    (path,) = [path for path in client.output_files(run) if path.name.startswith(f"musetalk_{maker}_")]
    return path


def rate(path):
    with av.open(str(path)) as container:
        return container.streams.video[0].average_rate


def differing(made, original):
    """Where pictures [n, H, W, 3] show something else: bool [n, H, W]."""
    return np.abs(made.astype(int) - original).max(axis=-1) > NOTICEABLE


def test_one_wire_from_a_video(client, media, frame_number):
    run = finished(client, one_wire(backend=engine(model=None)))
    report = report_of(run)
    assert report["backend"] == "MuseTalk 1.5"
    assert spans(report) == [("generated", 0, FRAMES - 1)]
    assert any("drawn from landmarks" in note for note in report["notes"])
    assert {"Listening to the speech", "Lip-syncing (MuseTalk 1.5)"} <= set(run.texts)
    made = read_pictures(saved(client, run))
    assert [frame_number(rgb) for rgb in made] == list(range(FRAMES))
    where = differing(made, read_pictures(media / "mt_face.mp4"))
    # The mouth of every frame, and nothing of the upper third.
    assert where.any(axis=(1, 2)).all()
    assert not where[:, : SIDE // 3].any()
    assert where.mean() < 0.2


def test_one_wire_from_a_picture_at_any_rate(client, media):
    prompt = one_wire(fps=29.97)
    prompt["source"] = node("LoadImage", image="portrait.jpg")
    run = finished(client, prompt)
    path = saved(client, run)
    assert rate(path) == Fraction(30000, 1001)
    made = read_pictures(path)
    assert spans(report_of(run)) == [("generated", 0, len(made) - 1)]
    assert len(made) == math.ceil(FRAMES / 25 * rate(path))
    # The picture stands still, the mouth doesn't.
    assert differing(made[1:], made[:1]).any()


@pytest.mark.parametrize("fps", [Fraction(24000, 1001), Fraction(30), Fraction(60000, 1001)], ids=float)
def test_the_rate_of_the_video_stays_what_it_is(client, media, write_clip, frame_number, fps):
    clip = write_clip(media / f"mt_{fps.numerator}.mp4", FRAMES, fps)
    run = finished(client, one_wire(clip.name, length="video"))
    path = saved(client, run)
    assert rate(path) == fps
    assert [frame_number(rgb) for rgb in read_pictures(path)] == list(range(FRAMES))
    report = report_of(run)
    assert report["fps"] == str(fps)
    # The voice lasts 0.32 s, which is less than 8 frames at the lowest rate.
    assert spans(report)[0][:2] == ("generated", 0)
    assert report["generated"] >= FRAMES - 1


def staged(**options):
    settings = {"bbox_shift": 3.0, "length": "audio", "fill": "pingpong", "person": "largest", **options}
    model = {"model": ["model", 0]}
    return {
        **loaders(),
        **loader(),
        "track": track_faces("source", 0),
        "features": node("LipSyncAudioFeatures", audio=["audio", 0], pauses="auto", **model),
        "mouths": node(
            "LipSyncMuseTalkInfer", source=["source", 0], features=["features", 0],
            face_track=["track", 0], **model, **settings,
        ),
        "composite": node(
            "LipSyncComposite", source=["source", 0], mouths=["mouths", 0], audio=["audio", 0],
            quality="balanced", mask="jaw", **model,
        ),
        **kept("composite"),
    }  # fmt: skip


def test_stage_by_stage_makes_the_same_frames(client, media):
    """The stages, and the one-wire path with the same model and settings, in one prompt."""
    backend = engine(quality="balanced", bbox_shift=3.0, mask="jaw")
    prompt = {**staged(), **one_wire(backend=backend)}
    prompt["apply"]["inputs"]["face_track"] = ["track", 0]
    run = finished(client, prompt)
    whole, stages = (read_pictures(saved(client, run, maker)) for maker in ("apply", "composite"))
    assert len(whole) == FRAMES
    # A level here and there is the networks' rounding, which encoding spreads.
    assert not differing(whole, stages).any()
    assert np.abs(whole.astype(int) - stages).mean() < 0.1
    one, two = report_of(run), report_of(run, "composite")
    assert spans(one) == spans(two) == [("generated", 0, FRAMES - 1)]
    assert (one["backend"], one["notes"]) == (two["backend"], [])
    assert one["backend"] == "MuseTalk 1.5"
    assert [face.shape for face in faces_of(client, run)] == [(256, 256, 3)] * FRAMES


def test_another_clip_of_the_same_size_is_refused_and_the_nodes_are_named(client, media, write_clip):
    """Whichever of the nodes has it."""
    write_clip(media / "mt_wall.mp4", FRAMES, 25, face=False)
    write_clip(media / "mt_longer.mp4", FRAMES + 1, 25)
    prompt = staged()
    prompt["mouths"]["_meta"] = {"title": "Faces of the singer"}
    prompt["other"] = node("LoadVideo", file="mt_wall.mp4")
    prompt["composite"]["inputs"]["source"] = ["other", 0]
    run = client.run(prompt)
    assert run.error["node_id"] == "composite"
    assert run.error["exception_message"].strip() == (
        "The mouth clip was made from other pictures than the source's: connect the same source to "
        '"Faces of the singer" (node mouths) and to "Composite Mouths (LipSync)" (node composite).'
    )
    # As long as the clip, and a frame later in each place.
    prompt["other"]["inputs"]["file"] = "mt_longer.mp4"
    prompt["later"] = node(
        "Video Slice", video=["other", 0], start_time=0.04, duration=0.0, strict_duration=False
    )
    prompt["track"]["inputs"]["source"] = ["later", 0]
    run = client.run(prompt)
    assert run.error["node_id"] == "mouths"
    assert run.error["exception_message"].strip() == (
        "The face track belongs to another clip (8 frames of 320×320; the source has 8 frames of 320×320, "
        'but other ones): connect the same source to "Track Faces (LipSync)" (node track) and to "Faces of '
        'the singer" (node mouths).'
    )


def test_other_masks_need_no_other_faces(client, media):
    areas = []
    for mask in ("jaw", "lips"):
        prompt = staged()
        prompt["composite"]["inputs"].update(quality="fast", mask=mask)
        run = finished(client, prompt)
        assert "Lip-syncing (MuseTalk 1.5)" in run.texts
        made = read_pictures(saved(client, run, "composite"))
        areas.append(differing(made, read_pictures(media / "mt_face.mp4")).sum())
    assert "Generating faces (MuseTalk 1.5)" not in run.texts
    assert 0 < areas[1] < areas[0]


@pytest.fixture(scope="module")
def edited(media):
    """Two people side by side (6 frames), a wall (4), then a cut to one of them alone (6); 640×320."""
    portrait, mona = (
        cv2.imread(str(ROOT / place))[..., ::-1] for place in ("demo/portrait.jpg", "tests/data/monalisa.jpg")
    )
    portrait = cv2.resize(portrait, (320, 320), interpolation=cv2.INTER_AREA)
    mona = cv2.resize(mona[:300], (320, 320), interpolation=cv2.INTER_AREA)
    wall = np.full((320, 640, 3), 120, np.uint8)
    alone = wall // 2
    alone[:, 160:480] = mona
    shots = [(np.hstack([portrait, mona]), 6), (wall, 4), (alone, 6)]
    write_h264(media / "mt_edited.mp4", (rgb for rgb, frames in shots for _ in range(frames)), 25, crf="12")
    write_voice(media / "mt_longer.wav", 16 / 25)
    return "mt_edited.mp4"


FIRST, WALL, LAST = ("generated", 0, 5), ("no face", 6, 9), ("generated", 10, 15)


def painted(client, media, edited, person):
    """The half of the first shot that changes, whether the last shot does, and the report's spans."""
    prompt = one_wire(edited, "mt_longer.wav", person=person)
    prompt |= loader("v1.0-current")
    run = finished(client, prompt)
    report = report_of(run)
    assert report["backend"] == "MuseTalk 1.0-current"
    where = differing(read_pictures(saved(client, run)), read_pictures(media / edited))
    assert not where[6:10].any()
    halves = {"left": where[:6, :, :320], "right": where[:6, :, 320:]}
    (side,) = [name for name, half in halves.items() if half.any()]
    # The mouth fades at the cut, but not before.
    assert halves[side][:4].any(axis=(1, 2)).all()
    return side, bool(where[10:].any()), tuple(spans(report))


@pytest.mark.parametrize("side", ["left", "right"])
def test_cuts_a_stretch_without_a_face_and_two_people(client, edited, media, side):
    """A rule chooses anew after a cut."""
    assert painted(client, media, edited, side) == (side, True, (FIRST, WALL, LAST))


def test_an_id_is_one_person_in_every_shot(client, edited, media):
    found = {painted(client, media, edited, person) for person in ("1", "2")}
    assert found == {
        ("right", True, (FIRST, WALL, LAST)),
        ("left", False, (FIRST, ("no face", 6, 15))),
    }


def test_missing_weights_are_one_sentence(client, media, weights):
    missing = weights / "musetalkV15" / "unet.pth"
    kept = missing.rename(missing.with_name("kept"))
    try:
        run = client.run(one_wire(backend=engine(model=None)))
    finally:
        kept.rename(missing)
    assert run.error["node_type"] == "LipSyncMuseTalkBackend"
    message = run.error["exception_message"].strip()
    assert "musetalkV15/unet.pth" in message
    assert str(weights) in message
    assert "Model Manager (LipSync)" in message
    assert "`python -m lipsync_studio weights download musetalk-v1.5`" in message
    assert re.fullmatch(r"[^\n]{20,400}[.]", message)
    # What has been put there since is seen at once.
    finished(client, one_wire(backend=engine(model=None)))


def test_a_pickle_that_holds_more_than_weights_is_refused(client, media, weights, tmp_path):
    path = weights / "musetalkV15" / "unet.pth"
    kept = path.rename(path.with_name("kept"))
    mark = tmp_path / "ran"
    # os.system, called when the file is unpickled.
    path.write_bytes(b"cos\nsystem\n(S'touch " + str(mark).encode() + b"'\ntR.")
    try:
        run = client.run(one_wire(backend=engine(model=None)))
    finally:
        kept.replace(path)
    assert run.error["exception_type"].endswith("WeightsError")
    assert "was not opened" in run.error["exception_message"]
    assert not mark.exists()


def test_a_stopped_run_ends_within_a_chunk_and_the_next_one_works(client, server, media):
    prompt = staged(batch_size=4)
    prompt["audio"] = node("LoadAudio", audio=write_voice(media / "mt_long.wav", 4.0))
    done = []

    def stop(event):
        if event.kind == "progress" and event.data["node"] == "mouths" and event.data["value"] > 0:
            if not done:
                client.interrupt()
            done.append(event.data["value"])

    kept = set((server.base / "temp").glob("*.faces"))
    run = client.run(prompt, on_event=stop)
    assert run.interrupted
    assert run.error is None
    assert set((server.base / "temp").glob("*.faces")) <= kept
    assert max(done) <= 2 * CHUNK
    again = finished(client, staged(batch_size=4))
    assert report_of(again, "composite")["generated"] == FRAMES


def test_half_precision_and_parity(client, media):
    half = finished(client, one_wire(backend=engine(model=None, precision="bfloat16")))
    assert report_of(half)["generated"] == FRAMES
    plain = client.run(one_wire())
    # Rounded otherwise, but the same faces.
    one, two = (read_pictures(saved(client, run)).astype(int) for run in (half, plain))
    assert 0 < np.abs(one - two).mean() < 2
    prompt = one_wire(backend=engine(parity=True)) | loader("v1.0-original")
    original = finished(client, prompt)
    assert report_of(original)["backend"] == "MuseTalk 1.0-original"
    assert report_of(original)["generated"] == FRAMES


def test_an_upscale_model_works_on_the_faces(client, server, media):
    folder = server.base / "models" / "upscale_models"
    folder.mkdir(parents=True, exist_ok=True)
    save_file(repeating_upscaler(), folder / "mt_twice.safetensors")
    prompt = staged(upscale_model=["upscaler", 0])
    prompt["upscaler"] = node("UpscaleModelLoader", model_name="mt_twice.safetensors")
    run = finished(client, prompt)
    assert {face.shape for face in faces_of(client, run)} == {(512, 512, 3)}
    # This one only repeats pixels.
    plain = client.run(staged())
    one, two = (read_pictures(saved(client, each, "composite")).astype(int) for each in (run, plain))
    assert np.abs(one - two).mean() < 1
    prompt["features"]["inputs"]["parity"] = True
    refused = client.run(prompt)
    assert "disconnect it" in refused.error["exception_message"]


@pytest.mark.parametrize("name", ["musetalk_footage", "musetalk_portrait", "musetalk_stages"])
def test_a_shipped_workflow_makes_a_video(client, media, name):
    prompt = json.loads((ROOT / "tests" / "workflows" / f"{name}.json").read_text(encoding="utf-8"))
    for each in prompt.values():
        if each["class_type"] == "LoadVideo":
            each["inputs"]["file"] = "mt_face.mp4"
        elif each["class_type"] == "LoadAudio":
            each["inputs"]["audio"] = "mt_voice.wav"
    run = finished(client, prompt)
    (video,) = [path for path in client.output_files(run) if path.suffix == ".mp4"]
    assert len(read_pictures(video)) == FRAMES


@pytest.fixture(scope="module")
def told(run_in_comfy, media, weights):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HF_HUB_OFFLINE", "1")
        return run_in_comfy(
            "musetalk_models", str(weights), str(media / "mt_face.mp4"), str(media / "mt_voice.wav")
        )


def test_networks_that_were_unloaded_paint_the_same(told):
    assert told["loaded"] == [0, 3, 0, 3]
    assert told["distance"] < NOTICEABLE / 255
    assert told["frames"] == FRAMES


def test_a_download_is_announced_before_it_begins(told):
    (text,) = told["announced"]
    for words in (
        "3.4 GB  musetalkV15/unet.pth",
        "CreativeML OpenRAIL-M",
        "79999_iter.pth",
        "non-commercial",
    ):
        assert words in text
    assert "To download: " in text
    assert "HF_HUB_OFFLINE is set" in told["said"]
