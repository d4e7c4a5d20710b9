"""The command `batch` in one process: what is made, what is kept, what is refused."""

from __future__ import annotations

import io
import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from lipsync_studio.backends.render_spec import RenderSpec
from lipsync_studio.backends.run import run
from lipsync_studio.batch.inputs import Inputs, sha256
from lipsync_studio.batch.job import Job
from lipsync_studio.batch.manifest import Manifest, look_up
from lipsync_studio.batch.pool import Ended, LocalPool, Step
from lipsync_studio.batch.run import run_batch
from lipsync_studio.batch.store import open_store
from lipsync_studio.batch.worker import Outcome, Worker
from lipsync_studio.commands import main
from lipsync_studio.commands.job_rows import JobReader, read_jobs
from lipsync_studio.commands.parser import UsageError
from lipsync_studio.engine.errors import InputError
from lipsync_studio.engine.media.video import VideoSource
from lipsync_studio.overlay.presets import PRESETS


@pytest.fixture
def course(media, tmp_path):
    """A folder with a clip that is whole and one that is corrupt, both with a sound."""
    folder = tmp_path / "course"
    folder.mkdir()
    shutil.copy(media / "clip.mp4", folder / "one.mp4")
    (folder / "two.mp4").write_bytes(b"no video" * 99)
    for name in ("one", "two"):
        shutil.copy(media / "voice.wav", folder / f"{name}.wav")
    (folder / "left.wav").write_bytes(b"")
    return folder


def batch(capsys, *arguments):
    """Exit code, summary and what is said."""
    code = main(["batch", *map(str, arguments), "--workers", "0", "--report", "-"])
    told = capsys.readouterr()
    return code, json.loads(told.out), told.err


def test_what_is_whole_is_kept_and_what_is_wrong_is_named(course, media, tmp_path, capsys, monkeypatch):
    out = tmp_path / "made"
    made = [course, "--out", out, "--set", "no_score=yes"]
    code, told, said = batch(capsys, *made)
    assert code == 1
    assert "left.wav was left out: there is no clip of that name." in said
    one, two = told["rows"]
    assert (one["out"], one["result"], one["frames"], one["attempts"]) == ("one.mp4", "made", 20, 1)
    assert (two["out"], two["result"], two["attempts"]) == ("two.mp4", "failed", 1)
    assert "two.mp4" in two["text"]
    assert sorted(path.name for path in out.iterdir()) == ["one.mp4", "one.mp4.json"]
    manifest = Manifest.read((out / "one.mp4.json").read_text())
    assert (manifest.frames, manifest.sha256) == (20, sha256(out / "one.mp4"))
    assert manifest.report["backend"] == "viseme"
    # Again: nothing is read whose size and time are the same, and nothing made.
    shutil.copy(media / "clip.mp4", course / "two.mp4")
    before = (out / "one.mp4").stat().st_mtime_ns
    code, told, _ = batch(capsys, *made)
    assert (code, [row["result"] for row in told["rows"]]) == (0, ["kept", "made"])
    assert (out / "one.mp4").stat().st_mtime_ns == before
    # A file that is touched is the same; of one that holds something else, the clip is made again.
    os.utime(course / "one.wav", ns=(1, 1))
    assert batch(capsys, *made)[1]["kept"] == 2
    code, rows, _ = batch(capsys, course, "--out", out, "--set", "no_score=yes", "--status")
    assert (code, [row["state"] for row in rows]) == (0, ["whole", "whole"])
    (course / "one.wav").write_bytes((course / "one.wav").read_bytes()[:-2000])
    assert [row["state"] for row in batch(capsys, *made, "--status")[1]] == ["changed", "whole"]
    # So are options, and a result that is gone.
    assert [row["state"] for row in batch(capsys, course, "--out", out, "--status")[1]] == ["changed"] * 2
    (out / "two.mp4").unlink()
    assert [row["state"] for row in batch(capsys, *made, "--status")[1]] == ["changed", "missing"]
    assert main(["batch", *map(str, made), "--status"]) == 1
    table = capsys.readouterr().out.splitlines()
    assert table[1].split() == ["two.mp4", "missing", "0", "frames"]


def test_a_job_is_what_the_commands_make(media, tmp_path, host, capsys, monkeypatch):
    """A render, and a lyric video in parts, from standard input."""
    (tmp_path / "words.srt").write_text("1\n00:00:00,100 --> 00:00:00,700\nTwinkle\n")
    files = {"source": str(media / "clip.mp4"), "audio": str(media / "voice.wav"), "no_score": True}
    lyrics = {"words": str(tmp_path / "words.srt"), "style": "karaoke", "out": "of/song.mov"}
    rows = [{**files, "out": "plain.mp4", "settings": {"strength": 0.5}}, {**files, **lyrics}]
    text = "\n\n".join(map(json.dumps, rows))
    monkeypatch.setattr("sys.stdin", io.StringIO(text))
    assert batch(capsys, "-", "--out", tmp_path / "made")[0] == 0
    spec = RenderSpec(Path(files["source"]), Path(files["audio"]), score=False)
    settings = JobReader(tmp_path, {}).job(rows[0]).render.settings
    assert settings.strength == 0.5
    run(
        RenderSpec(spec.source, spec.soundtrack, settings=settings).make_backend(host),
        spec.request(host), host, tmp_path / "alone.mp4", 18,
    )  # fmt: skip

    def planes(path):
        return np.stack([frame.planes for frame in VideoSource(path).read()]).astype(int)

    assert np.array_equal(planes(tmp_path / "made" / "plain.mp4"), planes(tmp_path / "alone.mp4"))
    monkeypatch.setattr("sys.stdin", io.StringIO(text))
    code, told, _ = batch(capsys, "-", "--out", tmp_path / "parts", "--split", "1")
    assert (code, told["rows"][1]["parts"]) == (0, 1)
    assert {path.name for path in (tmp_path / "parts").rglob("*.*")} == {
        "plain.mp4", "plain.mp4.json", "song.mov", "song.mov.json",
    }  # fmt: skip
    one, other = (planes(tmp_path / each / "of" / "song.mov") for each in ("made", "parts"))
    assert np.square(one - other).mean() < 1
    assert np.square(one - planes(tmp_path / "alone.mp4")).mean() > 20


def test_resume_renders_only_missing_parts(hidden, tmp_path, monkeypatch):
    from lipsync_studio.batch import parts, worker

    job = Job("clip.mp4", str(hidden.clip), str(hidden.voice), RenderSpec(Path(), Path(), score=False))
    rendered, real, failing = [], parts.render_part, [1]

    def render_part(plan, number, *rest):
        if number in failing:
            raise OSError(28, "No space left on device")
        rendered.append(number)
        return real(plan, number, *rest)

    monkeypatch.setattr(worker.parts, "render_part", render_part)

    def batch(seconds=1.5):
        pool = LocalPool(Worker(str(tmp_path)))
        try:
            (row,) = run_batch([job], pool, lambda progress: None, split=seconds).rows
        finally:
            pool.close()
        return row

    row = batch()
    assert (row.result, row.attempts, rendered) == ("failed", 3, [0, 2])
    assert len(list((tmp_path / "clip.mp4.parts").glob("*.json"))) == 2
    rendered.clear(), failing.clear()
    assert (batch().result, rendered) == ("made", [1])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["clip.mp4", "clip.mp4.json"]
    assert VideoSource(tmp_path / "clip.mp4").frames == 108


def test_an_object_store(media, tmp_path, monkeypatch):
    """Inputs and results by URL; each result by one write to its final name, the manifest after the video."""
    import fsspec

    memory = fsspec.filesystem("memory")
    written, opened = [], type(memory)._open

    def counted(files, path, mode="rb", *rest, **options):
        if mode != "rb":
            written.append(path)
        return opened(files, path, mode, *rest, **options)

    memory.pipe_file("/in/clip.mp4", (media / "clip.mp4").read_bytes())
    out = "memory://made"
    job = Job(
        "a/clip.mp4",
        "memory://in/clip.mp4",
        str(media / "voice.wav"),
        RenderSpec(Path(), Path(), score=False),
    )

    def batch(split=0.0):
        pool = LocalPool(Worker(out))
        try:
            return run_batch([job], pool, lambda progress: None, split=split).rows[0]
        finally:
            pool.close()

    monkeypatch.setattr(type(memory), "_open", counted)
    for name in ("mv", "copy", "cp_file"):
        monkeypatch.setattr(type(memory), name, None)
    final = ["/made/a/clip.mp4", "/made/a/clip.mp4.json"]
    assert (batch().result, written) == ("made", final)
    assert (batch().result, written) == ("kept", final)
    (tmp_path / "got.mp4").write_bytes(memory.cat_file("/made/a/clip.mp4"))
    assert VideoSource(tmp_path / "got.mp4").frames == 20
    memory.pipe_file("/in/clip.mp4", b"no video")
    assert (batch().result, memory.exists("/made/a/clip.mp4.json")) == ("failed", True)
    inputs = Inputs(lambda suffix: tmp_path / f"copy{suffix}")
    assert look_up(job, open_store(out), inputs).state == "changed"
    memory.pipe_file("/in/clip.mp4", (media / "clip.mp4").read_bytes())
    memory.rm("/made/a/clip.mp4")
    written.clear()
    assert batch(1.0).result == "made"
    part = "/made/a/clip.mp4.parts/00000000-00000020.mp4"
    assert written == [part, f"{part}.json", *final]
    assert sorted(memory.find("/made")) == ["/made/a/clip.mp4", "/made/a/clip.mp4.json"]


class Scripted:
    """A pool whose steps end as they are told to, one after the other."""

    def __init__(self, **scripts):
        self.scripts, self.begun, self.waiting = scripts, [], []
        self.idle = 1

    def begin(self, step, seconds):
        self.begun.append((step.job.out, step.task, step.part))
        self.waiting.append(step)
        self.idle = 0

    def ended(self, patience):
        step = self.waiting.pop()
        self.idle = 1
        script = self.scripts.get(f"{step.job.out[0]}_{step.task}{step.part}", [])
        made = Outcome("split", parts=2) if step.task == "plan" else Outcome("made", frames=5)
        kind = script.pop(0) if script else made
        if kind == "lost":
            return [Ended(step, Outcome("machine", "gone"), lost=True)]
        return [Ended(step, Outcome(kind, "why") if isinstance(kind, str) else kind)]

    def drop(self, number):
        pass

    def frames(self):
        return 0


def jobs(*names):
    return [Job(name, "", "", RenderSpec(Path(), Path())) for name in names]


def test_only_faults_of_the_machine_are_tried_again():
    pool = Scripted(a_make0=["machine", "machine"], b_make0=["input"], c_make0=["machine"] * 3)
    told = []
    summary = run_batch(jobs("a", "b", "c", "d"), pool, told.append)
    assert [(row.result, row.attempts) for row in summary.rows] == [
        ("made", 3), ("failed", 1), ("failed", 3), ("made", 1),
    ]  # fmt: skip
    assert summary.text() == "4 jobs: 2 made (10 frames), 0 whole already, 2 failed: b, c"
    assert (told[-1].jobs, told[-1].frames, summary.whole) == (4, 10, False)


def test_a_plan_that_is_lost_is_made_again():
    pool = Scripted(a_part1=["lost"])
    summary = run_batch(jobs("a"), pool, lambda progress: None, split=10)
    assert [task + str(part) for _, task, part in pool.begun] == [
        "plan0", "part0", "part1", "plan0", "part0", "part1", "join0",
    ]  # fmt: skip
    assert (summary.rows[0].result, summary.rows[0].parts) == ("made", 2)
    pool = Scripted(a_part0=["lost"] * 9)
    (row,) = run_batch(jobs("a"), pool, lambda progress: None, split=10).rows
    assert (row.result, row.text) == ("failed", "gone")


def test_of_a_clip_that_failed_no_more_parts_are_begun():
    pool = Scripted(a_part0=["input"])
    summary = run_batch(jobs("a", "b"), pool, lambda progress: None, split=10)
    assert [row.result for row in summary.rows] == ["failed", "made"]
    assert ("a", "part", 1) not in pool.begun


def test_steps_of_the_same_job_are_told_apart():
    (job,) = jobs("a")
    assert len({Step(0, job, "part", 0), Step(0, job, "part", 1), Step(0, job, "plan")}) == 3


def test_rows_of_a_table(tmp_path):
    table = tmp_path / "jobs.csv"
    table.write_text(
        "﻿source,audio,backend,style,voice,Audio_Track,no-score\n"
        "s3://in/x/a.mp4,b.wav,,karaoke,left l.wav; right r.lrc#Ben,2,no\n"
        "/far/c.mp4,d.wav,wav2lip,,,,true\n",
        encoding="utf-8",
    )
    one, two = read_jobs(str(table), None, {"length": "video", "backend": "viseme"}, [])
    assert (one.source, one.audio, one.out) == ("s3://in/x/a.mp4", str(tmp_path / "b.wav"), "a.mp4")
    assert one.overlay.style == PRESETS["karaoke"]
    assert [(voice.person, voice.sound, voice.words, voice.singer) for voice in one.voices] == [
        ("left", str(tmp_path / "l.wav"), "", ""), ("right", "", str(tmp_path / "r.lrc"), "Ben"),
    ]  # fmt: skip
    assert (one.render.length, one.render.audio_track, one.render.score) == ("video", 2, True)
    assert (two.render.backend, two.render.score, two.overlay) == ("wav2lip", False, None)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"nothing": 1}, "there is no field nothing"),
        ({"crf": 99}, "99 is no number from 0 to 51"),
        ({"backend": "musetalk", "movement": 1}, "--movement is no option of the backend musetalk"),
        ({"out": "../a.mp4"}, "not a name in the batch's own folder"),
        ({"out": "a.txt"}, "no ending of a video"),
        ({"no_score": "maybe"}, "no-score is maybe, and not true or false"),
        ({"style": "waltz"}, "choose one of highlight, karaoke"),
        ({"command": "align"}, "command align is none of"),
        ({"backend": "did"}, "did is paid by the clip"),
        ({"audio": None}, "required: --audio"),
        ({"overwrite": True}, "there is no field overwrite"),
    ],
)
def test_a_row_that_cannot_be_meant(tmp_path, row, said):
    text = json.dumps({"source": "a.mp4", "audio": "b.wav", **row})
    with pytest.raises(UsageError) as raised:
        read_jobs("-", text, {}, [])
    assert str(raised.value).startswith("standard input, line 1: ")
    assert said in str(raised.value)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.jsonl", "", "There are no jobs in a.jsonl"),
        ("a.jsonl", "\n{", "a.jsonl, line 2: it is not JSON"),
        ("a.jsonl", "[]", "a.jsonl, line 1: it is no JSON object"),
        (
            "a.jsonl",
            '{"source": "a.mp4", "audio": "b.wav"}\n' * 2,
            "line 2: a.mp4 is what a.jsonl, line 1 makes",
        ),
        ("a.csv", "source,audio\na,b,c\n", "a.csv, line 2: there are more cells than columns"),
    ],
)
def test_files_of_jobs_that_cannot_be_meant(tmp_path, name, text, said):
    (tmp_path / name).write_text(text)
    with pytest.raises(InputError) as raised:
        read_jobs(str(tmp_path / name), None, {}, [])
    assert said in str(raised.value)


def test_files_of_one_name_belong_together(tmp_path):
    for name in ("a.mp4", "a.mp3", "a.vocals.wav", "a.txt", "a.lrc", "b.png", "b.wav", "c.md"):
        (tmp_path / name).touch()
    one, two = read_jobs(str(tmp_path), None, {}, [])
    names = [Path(each).name for each in (one.source, one.audio, one.vocals, one.lyrics, one.words)]
    assert names == ["a.mp4", "a.mp3", "a.vocals.wav", "a.txt", "a.lrc"]
    assert two.out == "b.mp4"
    (tmp_path / "a.flac").touch()
    with pytest.raises(InputError, match="a.flac and a.mp3 are for the same"):
        read_jobs(str(tmp_path), None, {}, [])


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--out", "."], 1, "one.mp4 would replace a job's source"),
        (["--out", "made", "--set", "length"], 2, "length is no FIELD=VALUE"),
        (["--out", "made", "--set", "length=long"], 2, "invalid choice: 'long'"),
        (["--out", "one.mp4"], 1, "one.mp4"),
        (["--out", "nosuch://a"], 1, "nosuch"),
    ],
)
def test_what_is_refused_before_the_work(course, monkeypatch, capsys, arguments, code, said):
    monkeypatch.chdir(course)
    before = sorted(course.rglob("*"))
    assert main(["batch", ".", "--workers", "0", *arguments, "--quiet"]) == code
    assert said in capsys.readouterr().err
    assert [path for path in sorted(course.rglob("*")) if path.name != "made"] == before


def test_without_ray(course, tmp_path, capsys, monkeypatch):
    import importlib.util

    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "ray" else find(name))
    (course / "two.mp4").unlink()
    arguments = ["batch", course, "--out", tmp_path / "made", "--set", "no_score=yes"]
    assert main([*map(str, arguments)]) == 0
    assert "pip install ray fsspec" in capsys.readouterr().err
    assert main([*map(str, arguments), "--address", "auto", "--quiet"]) == 1
    assert "--address needs Ray" in capsys.readouterr().err
