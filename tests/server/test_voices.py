"""Two people in one picture, each with a voice of their own, through the nodes."""

from __future__ import annotations

import json

import numpy as np
import pytest
from media import read_pictures, write_h264, write_wav
from prompts import finished, node, report_of, save_video, track_faces

from lipsync_studio.devtools.templates import twin
from lipsync_studio.engine.media.sound import Sound

RATE = 16000
LRC = "[00:00.10]v1: one [00:00.60]\n[00:01.30]v2: two [00:01.80]\n"


@pytest.fixture(scope="module")
def two(server, face_pictures):
    """two.mp4: a face in motion beside its mirror image, 50 frames. one.wav, other.wav, both.wav: 2 s, each
    with a voice in another half of it."""
    folder = server.base / "input"
    pictures = [np.hstack([rgb, rgb[:, ::-1]]) for rgb in face_pictures[:50]]
    write_h264(folder / "two.mp4", pictures, 25, crf="8")
    time = np.arange(2 * RATE) / RATE
    tone = np.sin(2 * np.pi * 220 * time) * np.clip(np.sin(2 * np.pi * 4 * time), 0, 1) * 0.5
    write_wav(folder / "one.wav", np.where(time < 0.9, tone, 0).astype(np.float32))
    write_wav(folder / "other.wav", np.where(time > 1.1, tone, 0).astype(np.float32))
    write_wav(folder / "both.wav", np.where((time < 0.9) | (time > 1.1), tone, 0).astype(np.float32))
    (folder / "singers.lrc").write_text(LRC, encoding="utf-8")


def voices(**more):
    """The nodes of two voices, the second after the first."""
    left = {key: value[0] for key, value in more.items()}
    right = {key: value[1] for key, value in more.items()}
    return {
        "left": node("LipSyncVoice", person="left", **left),
        "right": node("LipSyncVoice", person="right", **right, voices=["left", 0]),
    }


def generated(person):
    return {
        at
        for span in person["spans"]
        if span["state"] == "generated"
        for at in range(span["first"], span["last"] + 1)
    }


def test_each_person_moves_with_the_sound_of_their_voice(client, two, make_prompt):
    load = {name: node("LoadAudio", audio=f"{name}.wav") for name in ("one", "other")}
    extra = {**load, **voices(audio=(["one", 0], ["other", 0]), silence=("source", "source"))}
    run = finished(client, make_prompt("two.mp4", "both.wav", extra, voices=["right", 0]))
    people = report_of(run)["people"]
    assert [person["person"] for person in people] == ["left", "right"]
    left, right = map(generated, people)
    assert left <= set(range(26))
    assert right <= set(range(24, 50))
    assert min(len(left), len(right)) > 15
    (video,) = client.output_files(run)
    source = read_pictures(client.server.base / "input" / "two.mp4")
    changed = np.abs(np.stack(read_pictures(video)).astype(int) - source).max(axis=3) > 40
    halves = changed[:, :, :320].sum(axis=(1, 2)), changed[:, :, 320:].sum(axis=(1, 2))
    assert halves[0][:20].max() > 10 * max(halves[1][:20].max(), 1)
    assert halves[1][30:].max() > 10 * max(halves[0][30:].max(), 1)


def test_a_duet_in_one_file_names_its_singers(client, two, make_prompt):
    extra = {
        "lyrics": node("LipSyncLoadLyrics", file="singers.lrc"),
        **voices(words=(["lyrics", 0], ["lyrics", 0]), singer=("v1", "V2"), silence=("source", "source")),
    }
    left, right = map(
        generated,
        report_of(finished(client, make_prompt("two.mp4", "both.wav", extra, voices=["right", 0])))["people"],
    )
    assert left
    assert right
    assert max(left) < min(right)
    extra["right"]["inputs"]["singer"] = "v3"
    run = client.run(make_prompt("two.mp4", "both.wav", extra, voices=["right", 0]))
    assert 'No line of the words is sung by "v3": they name v1, v2.' in run.error["exception_message"]
    del extra["right"]["inputs"]["words"]
    run = client.run(make_prompt("two.mp4", "both.wav", extra, voices=["right", 0]))
    assert "connect words, or leave singer empty" in run.error["exception_message"]


def test_who_speaks_can_be_put_right(client, two, make_prompt):
    turns = {"track": track_faces("source", 0)}
    turns["track"]["inputs"]["turns"] = "0:00.0-0:01.0 2\n1-2 1"
    prompt = make_prompt(
        "two.mp4", "both.wav", turns, face_track=["track", 0], person="speaking", silence="source"
    )
    report = report_of(finished(client, prompt))
    assert "Who speaks: 0.00-1.00 2; 1.00-2.00 1" in report["notes"]
    first, second = report["people"]
    assert (first["person"], second["person"]) == ("2", "1")
    assert max(generated(first)) < 30
    assert min(generated(second)) > 22
    prompt["track"]["inputs"]["turns"] = "at once: 2"
    with pytest.raises(Exception, match="is no turn"):
        client.run(prompt)


@pytest.mark.parametrize(
    "more", [{"lyrics": "la la"}, {"words": ["lyrics", 0]}, {"driving_audio": ["one", 0]}],
    ids=lambda more: next(iter(more)),
)  # fmt: skip
def test_voices_and_words_at_once_are_refused(client, two, make_prompt, more):
    extra = {"one": node("LoadAudio", audio="one.wav"), **voices(audio=(["one", 0], ["one", 0]))}
    if "words" in more:
        extra["lyrics"] = node("LipSyncLoadLyrics", file="singers.lrc")
    run = client.run(make_prompt("two.mp4", "both.wav", extra, voices=["right", 0], **more))
    said = run.error["exception_message"].strip()
    assert said.startswith("Voices bring their own sound and words")
    assert said.count(". ") == 0


def test_in_the_duet_template_each_mouth_moves_in_its_own_lines_only(client, server):
    """On its own media, as far as the second line: what has changed of each frame, in each half of it."""
    prompt = json.loads(twin("duet_lyric_video").read_text(encoding="utf-8"))
    (song,) = (one["inputs"] for one in prompt.values() if one["class_type"] == "LoadAudio")
    (apply,) = (key for key, one in prompt.items() if one["class_type"] == "LipSyncApply")
    verse = Sound.load(server.base / "input" / song["audio"]).mono(RATE)
    write_wav(server.base / "input" / "two_lines.wav", verse[: 6 * RATE])
    song["audio"] = "two_lines.wav"
    prompt["mouths"] = save_video(apply, 0, prefix="mouths")
    files = {path.name.split("_")[0]: path for path in client.output_files(finished(client, prompt))}
    source = read_pictures(server.base / "input" / "duet.mp4")
    mouths, lyrics = (read_pictures(files[name]) for name in ("mouths", "duet"))
    assert len(mouths) == len(lyrics) == len(source) == 6 * 25
    pairs = zip(mouths, source, strict=True)
    changed = np.stack([np.abs(made.astype(int) - was).max(axis=2) > 40 for made, was in pairs])
    left, right = (changed[:, :, half].sum(axis=(1, 2)) for half in (slice(480), slice(480, None)))
    first, second = slice(15, 75), slice(110, 150)
    assert np.median(left[first]) > 20 * max(right[first].max(), 1)
    assert np.median(right[second]) > 20 * max(left[second].max(), 1)
