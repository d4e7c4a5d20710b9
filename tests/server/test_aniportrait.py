"""AniPortrait through Apply Lip-Sync on a real server, with small networks: a minute of sound in memory that
doesn't grow with it, a stop within a step, footage, and files that aren't there."""

import shutil

import numpy as np
import pytest
from media import read_pictures, write_wav
from prompts import finished, node, report_of, save_video, shipped_portrait, show

from lipsync_studio.devtools.paths import ROOT
from lipsync_studio.devtools.seeded_aniportrait import write_aniportrait
from lipsync_studio.engine.media.sound import Sound

QUICK = {"quality": "fast", "view": "whole", "head": "sound", "side": 64, "steps": 1, "guidance": 1.0}
# Frames a second that the engine makes.
FPS = 30


def put_weights(models, seeded):
    """AniPortrait's small files; the autoencoder is MuseTalk's."""
    write_aniportrait(models / "aniportrait")
    shutil.copytree(seeded / "sd-vae", models / "musetalk" / "sd-vae", dirs_exist_ok=True)


def write_speech(path, seconds):
    """The sample's verse, over and over."""
    verse = Sound.load(ROOT / "demo" / "verse.mp3").mono(16000)
    write_wav(path, np.resize(verse, round(seconds * 16000)))
    return path.name


def portrait_prompt(audio, source=None, fps=25, **settings):
    return {
        "source": source or node("LoadImage", image="portrait.jpg"),
        "audio": node("LoadAudio", audio=audio),
        "backend": node("LipSyncAniPortraitBackend", **{**QUICK, **settings}),
        "apply": node(
            "LipSyncApply", source=["source", 0], audio=["audio", 0], backend=["backend", 0],
            length="audio", fill="hold", silence="rest", person="largest", fps=fps,
        ),
        "save": save_video("apply", 0, prefix="aniportrait"),
        "report": show("apply", 1),
    }  # fmt: skip


@pytest.fixture(scope="module")
def weights(server, seeded):
    models = server.base / "models"
    put_weights(models, seeded)
    yield models / "aniportrait"
    shutil.rmtree(models / "aniportrait")
    shutil.rmtree(models / "musetalk")


def test_a_portrait_speaks_at_any_rate_and_every_frame_is_painted(client, server, weights):
    audio = write_speech(server.base / "input" / "ani_short.wav", 0.6)
    run = finished(client, portrait_prompt(audio, fps=12, seed=5))
    report = report_of(run)
    assert (report["backend"], report["frames"], report["generated"]) == ("AniPortrait", 8, 8)
    assert any("was trained on 512 pixels" in note for note in report["notes"])
    (video,) = client.output_files(run)
    made = read_pictures(video).astype(int)
    assert made.shape == (8, 64, 64, 3)
    assert abs(made[1:] - made[:-1]).mean(axis=(1, 2, 3)).min() > 0.5


def test_footage_is_refused_until_its_first_frame_is_asked_for(client, server, weights, write_clip):
    write_clip(server.base / "input" / "ani_clip.mp4", 6, 25)
    audio = write_speech(server.base / "input" / "ani_short.wav", 0.2)
    source = node("LoadVideo", file="ani_clip.mp4")
    refused = client.run(portrait_prompt(audio, source))
    assert "AniPortrait animates one picture" in refused.error["exception_message"]
    report = report_of(finished(client, portrait_prompt(audio, source, use_first_frame=True, view="paste")))
    assert report["size"] == [320, 320]
    assert "AniPortrait animates the first frame of the footage." in report["notes"]


def test_a_stop_ends_it_within_the_loop(client, server, weights, unchanged):
    """Of 60 windows and 90 steps; what lies in files is gone."""
    audio = write_speech(server.base / "input" / "ani_long.wav", 24)
    total, done = 60 * 90, []

    def stop(event):
        if event.kind == "progress" and event.data["max"] == total:
            if not done:
                client.interrupt()
            done.append(event.data["value"])

    with unchanged():
        run = client.run(portrait_prompt(audio, steps=90), on_event=stop)
        assert run.interrupted
        assert run.error is None
    assert max(done) < total / 3
    short = write_speech(server.base / "input" / "ani_short.wav", 0.2)
    assert report_of(finished(client, portrait_prompt(short)))


def test_what_is_missing_is_one_sentence(client, server, weights):
    audio = write_speech(server.base / "input" / "ani_short.wav", 0.2)
    kept = (weights / "pose_temp.npy").rename(weights / "kept")
    try:
        run = client.run(portrait_prompt(audio, head="template"))
    finally:
        kept.rename(weights / "pose_temp.npy")
    assert run.error["exception_type"].endswith("MissingFilesError")
    assert "lacks pose_temp.npy: put your own into" in run.error["exception_message"]
    assert report_of(finished(client, portrait_prompt(audio, head="template")))["generated"] == 5


def test_a_minute_of_sound_takes_no_more_memory_than_two_seconds(client, server, weights):
    """60 frames, 240 frames, 1800 frames."""
    peaks = {}
    # Twice the shortest, because what the first run loads and caches stays for the second.
    for seconds, seed in ((2, 1), (2, 2), (8, 3), (60, 4)):
        audio = write_speech(server.base / "input" / f"ani_{seconds}.wav", seconds)
        with server.watch_memory() as peak:
            run = finished(client, portrait_prompt(audio, fps=FPS, seed=seed))
        assert report_of(run)["generated"] == seconds * FPS
        peaks[seconds] = peak.bytes
    growth = {seconds: (peak - peaks[2]) >> 20 for seconds, peak in peaks.items()}
    assert growth[8] < 300, growth
    assert growth[60] < 300, growth


def test_the_shipped_portrait_speaks_by_one_wire(client, server, weights):
    audio = write_speech(server.base / "input" / "ani_wire.wav", 0.4)
    run = finished(client, shipped_portrait("LipSyncAniPortraitBackend", audio, 25, **QUICK))
    (video,) = client.output_files(run)
    assert len(read_pictures(video)) == 10
