"""What `batch` leaves alone, and what it says of rows, inputs and places that can't be meant."""

from __future__ import annotations

import io
import json
import os
import shutil
from pathlib import Path

import pytest

from lipsync_studio.backends.render_spec import RenderSpec
from lipsync_studio.batch import parts, worker
from lipsync_studio.batch.inputs import Inputs, sha256
from lipsync_studio.batch.job import Job
from lipsync_studio.batch.manifest import PART_NAME, Manifest, look_up
from lipsync_studio.batch.store import FolderStore, open_store
from lipsync_studio.batch.worker import Worker
from lipsync_studio.commands import main
from lipsync_studio.commands.job_rows import read_jobs
from lipsync_studio.commands.parser import UsageError
from lipsync_studio.engine.errors import Cancelled, InputError
from lipsync_studio.engine.media.join import PartsError
from lipsync_studio.overlay.fonts import SHIPPED

ROW = {"source": "a.mp4", "audio": "b.wav"}


def lines(*rows):
    return "\n".join(json.dumps(row) for row in rows)


def batch(capsys, *arguments):
    """Exit code, and what is printed and said."""
    code = main(["batch", *map(str, arguments), "--workers", "0"])
    told = capsys.readouterr()
    return code, told.out, told.err


def snapshot(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def course(tmp_path):
    """A folder with files of a job, none of which is a video, and the file of jobs."""
    folder = tmp_path / "course"
    folder.mkdir()
    for name in ("a.mp4", "b.wav", "c.mp4.json"):
        (folder / name).write_bytes(name.encode())
    (folder / "s.json").write_text("{}")
    (folder / "jobs.jsonl").write_text(lines({**ROW, "words": "c.mp4.json", "out": "c.mp4"}))
    return folder


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--out", "."], "c.mp4.json would replace a job's words"),
        (["--out", "made", "--report", "a.mp4"], "--report would replace the source of c.mp4, "),
        (["--out", "made", "--report", "jobs.jsonl"], "--report would replace the file of jobs, "),
        (["--out", "made", "--set", "style=s.json", "--report", "s.json"], "replace the style of c.mp4, "),
        (["--out", "made", "--report", "made/c.mp4"], "--report would replace the result c.mp4, "),
        (["--out", "made", "--report", "nowhere/a.json"], "The folder nowhere doesn't exist"),
        (["--out", "b.wav"], "/b.wav\" can't be written"),
    ],
)
def test_what_is_not_the_batchs_own_is_left_alone(course, monkeypatch, capsys, arguments, said):
    monkeypatch.chdir(course)
    before = snapshot(course)
    code, _, told = batch(capsys, "jobs.jsonl", *arguments)
    assert (code, said in told) == (1, True), told
    assert snapshot(course) == before


def test_parts_alone_are_cleared(tmp_path):
    folder = tmp_path / "a.mp4.parts"
    folder.mkdir()
    kept = folder / "1-2.mp4"
    for name in ("00000000-00000020.mp4", "00000000-00000020.mp4.json", kept.name):
        (folder / name).touch()
    FolderStore(tmp_path).clear(folder.name, PART_NAME)
    assert list(folder.iterdir()) == [kept]
    kept.unlink()
    FolderStore(tmp_path).clear(folder.name, PART_NAME)
    assert not folder.exists()


def test_parts_alone_are_cleared_from_an_object_store():
    import fsspec

    memory = fsspec.filesystem("memory")
    for name in ("00000000-00000020.mp4", "00000000-00000020.mp4.json", "mine.mp4"):
        memory.pipe_file(f"/cleared/a.mp4.parts/{name}", b"")
    store = open_store("memory://cleared")
    store.clear("a.mp4.parts", PART_NAME)
    assert memory.find("/cleared") == ["/cleared/a.mp4.parts/mine.mp4"]
    store.clear("b.mp4.parts", PART_NAME)


def test_no_result_lies_among_the_parts_of_another():
    rows = lines({**ROW, "out": "a.mp4.parts/b.mp4"}, {**ROW, "out": "a.mp4"})
    with pytest.raises(UsageError, match=r"line 1: a.mp4.parts/b.mp4 lies where parts of what .* line 2"):
        read_jobs("-", rows, {}, [])


@pytest.fixture
def split(media, tmp_path):
    """A worker, and a clip that it has planned in parts of half a second."""
    clip, voice = (shutil.copy(media / name, tmp_path / name) for name in ("clip.mp4", "voice.wav"))
    job = Job("out.mp4", str(clip), str(voice), RenderSpec(Path(), Path(), score=False))
    made = Worker(str(tmp_path / "made"))
    outcome, plan = made.plan(job, 0.4)
    assert (outcome.kind, plan.split.parts) == ("split", 2), outcome
    yield made, job, plan, tmp_path
    made.close()


def test_an_input_that_changes_after_the_plan_ends_the_clip(split):
    made, job, plan, folder = split
    assert made.part(job, plan, 0).kind == "made"
    voice = folder / "voice.wav"
    voice.write_bytes(voice.read_bytes()[:-4000])
    for outcome in (made.part(job, plan, 1), made.join(job, plan)):
        assert outcome.kind == "input"
        assert outcome.text == "The audio has changed since the clip was planned: run the batch again."
    assert not (folder / "made" / "out.mp4").exists()


def test_parts_of_another_encoder_are_rendered_again(split, monkeypatch):
    made, job, plan, folder = split
    with monkeypatch.context() as other:
        other.setattr(worker, "encoder_setting", lambda: "PyAV 1")
        assert made.part(job, plan, 0).kind == "made"
        assert made.part(job, plan, 0).kind == "kept"
    assert [made.part(job, plan, number).kind for number in (0, 1, 0)] == ["made", "made", "kept"]
    with monkeypatch.context() as other:

        def refuse(*arguments):
            raise PartsError("They don't fit.")

        other.setattr(parts, "join", refuse)
        outcome = made.join(job, plan)
        # Tried again, they would be the same.
        assert (outcome.kind, outcome.text) == ("input", "They don't fit.")
    assert not (folder / "made" / "out.mp4.parts").exists()
    assert [made.part(job, plan, number).kind for number in (0, 1)] == ["made", "made"]
    assert made.join(job, plan).kind == "made"


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ("s3://b/a//c.mp4", "s3://b/a//c.mp4"),
        ("zip://x.mp4::s3://b/c.zip", "zip://x.mp4::s3://b/c.zip"),
        ("https://h/a.mp4?u=https://i/j", "https://h/a.mp4?u=https://i/j"),
        ("file:///tmp/a.mp4", "/tmp/a.mp4"),
        ("./x/../a.mp4", str(Path.cwd() / "a.mp4")),
    ],
)
def test_addresses_stay_as_they_are(given, address):
    (job,) = read_jobs("-", lines({"source": given, "audio": given, "lyrics": given, "out": "o.mp4"}), {}, [])
    assert (job.source, job.audio, job.lyrics) == (address,) * 3
    (job,) = read_jobs("-", lines({**ROW, "voice": [["left", given]]}), {}, [])
    assert job.voices[0].sound == address


def test_a_file_by_its_url_is_not_replaced(course, capsys, monkeypatch):
    monkeypatch.setattr(
        "sys.stdin", io.StringIO("\ufeff" + lines({**ROW, "source": f"file://{course}/a.mp4"}))
    )
    code, _, said = batch(capsys, "-", "--out", f"file://{course}")
    assert (code, "a.mp4 would replace a job's source" in said) == (1, True)


def test_a_name_of_an_url_is_that_of_its_path():
    (job,) = read_jobs("-", lines({**ROW, "source": "https://h/x/a.mp4?u=https://i/j.mov"}), {}, [])
    assert job.out == "a.mp4"


def test_rows_of_csv_as_people_write_them(tmp_path):
    table = tmp_path / "jobs.csv"
    table.write_text('source, audio, voice\n a.mp4, "b,c.wav", left C:\\new\\l.wav\n,,\n ,  ,\n')
    (job,) = read_jobs(str(table), None, {}, [])
    assert (job.source, job.audio) == (str(tmp_path / "a.mp4"), str(tmp_path / "b,c.wav"))
    assert job.voices[0].sound == str(tmp_path / "C:\\new\\l.wav")


def test_an_end_of_a_line_within_a_text_ends_no_row():
    (job,) = read_jobs(
        "-", json.dumps({**ROW, "out": "a\u2028b\x85.mp4"}, ensure_ascii=False) + "\r\n", {}, []
    )
    assert job.out == "a\u2028b\x85.mp4"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ('{"source": "a\\u0000.mp4", "audio": "b.wav"}', "source holds a character"),
        ('{"source": "a.mp4", "audio": "\\ud800.wav"}', "audio holds a character"),
        ('{"source": ["a.mp4"], "audio": "b.wav"}', 'source is ["a.mp4"], and not one text'),
        ('{"source": "a.mp4", "audio": 5}', "audio is 5, and not one text"),
        ('{"source": "a.mp4", "audio": "b.wav", "voice": 5}', "voice is 5, and no list"),
        ('{"source": "a.mp4", "audio": "b.wav", "voice": ["left l.wav"]}', "and no list of lists"),
        ('{"source": "a.mp4", "audio": "b.wav", "voice": "left \\"l.wav"}', "where a quote doesn't end"),
        ('{"source": "a.mp4", "audio": "b.wav", "vocals": true}', "vocals is true, and not one text"),
        ('{"source": "a.mp4", "audio": "b.wav", "vocals": "-"}', "vocals names no file"),
        ('{"a": ' * 100_000, "it is not JSON"),
        ("{}", "required: --source, --audio, --out"),
    ],
)
def test_one_sentence_with_the_rows_place(tmp_path, capsys, row, said):
    (tmp_path / "jobs.jsonl").write_text(f"\n{row}")
    code, _, told = batch(capsys, tmp_path / "jobs.jsonl", "--out", tmp_path / "made")
    assert code == 2
    assert told.startswith("Error: jobs.jsonl, line 2: ")
    assert said in told
    assert told.count("\n") == 1


def test_csv_that_is_none(tmp_path, capsys):
    (tmp_path / "jobs.csv").write_text("source,audio\na.mp4," + "b" * 200_000)
    code, _, told = batch(capsys, tmp_path / "jobs.csv", "--out", tmp_path / "made")
    assert (code, told.startswith("Error: jobs.csv, line 2: it is not CSV (")) == (2, True)


@pytest.mark.parametrize(
    "text",
    [
        b"\xff\xfe",
        b'{"key": 1, "out": "c.mp4", "frames": 2, "bytes": 3, "sha256": "", "inputs": {}, "report": {}}',
        b'{"key": "", "out": "c.mp4", "frames": "2", "bytes": 3, "sha256": "", "inputs": {}, "report": {}}',
        b'{"key": "", "out": "c.mp4", "frames": 2, "bytes": 3, "sha256": "", "inputs": {"source": '
        b'{"stamp": [], "sha256": ""}}, "report": {}}',
        b'{"key": "", "out": "c.mp4", "frames": 2, "bytes": 3, "sha256": "", "inputs": {}, "report": []}',
        b"[" * 100_000,
    ],
)
def test_what_is_no_manifest(tmp_path, text):
    (tmp_path / "c.mp4.json").write_bytes(text)
    assert Manifest.read(FolderStore(tmp_path).text("c.mp4.json")) is None


def test_status_goes_on_over_what_fails(course, tmp_path, capsys, monkeypatch):
    (course / "jobs.jsonl").write_text(lines({**ROW, "out": "x.mp4"}, {**ROW, "out": "y.mp4"}))
    real = FolderStore.text

    def text(self, name):
        if name.startswith("x"):
            raise RuntimeError("Unable to locate credentials")
        return real(self, name)

    monkeypatch.setattr(FolderStore, "text", text)
    code, table, _ = batch(capsys, course / "jobs.jsonl", "--out", tmp_path / "made", "--status")
    one, two = table.splitlines()
    assert code == 1
    assert one.startswith("x.mp4  failed")
    assert "Unable to locate credentials" in one
    assert two.split() == ["y.mp4", "missing", "0", "frames"]
    assert not (tmp_path / "made").exists()


def test_a_failure_is_told_once_with_its_line_and_column(course, tmp_path, capsys):
    (course / "jobs.csv").write_text("source,audio,out\na.mp4,b.wav,x.mp4\n\na.mp4,none.wav,y.mp4\n")
    code, _, said = batch(capsys, course / "jobs.csv", "--out", tmp_path / "made")
    rows = said.splitlines()
    assert code == 1
    sound = course / "none.wav"
    assert [row for row in rows if "none.wav" in row] == [
        f"[2/2] y.mp4: failed: jobs.csv, line 4, audio: {sound} doesn't exist: choose a file that does."
    ]
    assert rows[-1] == "2 jobs: 0 made (0 frames), 0 whole already, 2 failed: x.mp4, y.mp4"
    _, table, _ = batch(capsys, course / "jobs.csv", "--out", tmp_path / "made", "--status")
    assert [row.split()[1] for row in table.splitlines()] == ["missing", "failed"]
    assert "jobs.csv, line 4, audio: " in table


def test_a_file_of_jobs_that_is_not_there(tmp_path, capsys):
    code, _, said = batch(capsys, tmp_path / "nofold", "--out", tmp_path / "made")
    assert code == 1
    assert said == f"Error: {tmp_path / 'nofold'} doesn't exist: choose another file or folder of jobs.\n"


def test_a_store_that_cannot_be_written_to(course, capsys, monkeypatch):
    from fsspec.implementations.memory import MemoryFileSystem

    def pipe_file(self, path, value, **options):
        raise RuntimeError("Unable to locate\ncredentials")

    monkeypatch.setattr(MemoryFileSystem, "pipe_file", pipe_file)
    code, _, said = batch(capsys, course / "jobs.jsonl", "--out", "memory://made")
    cause = "(Unable to locate credentials): choose another --out.\n"
    assert (code, said) == (1, f"Error: Nothing can be written to memory://made {cause}")


@pytest.mark.parametrize("out", ["", " ", "file://"])
def test_an_out_that_is_none(course, capsys, monkeypatch, out):
    monkeypatch.chdir(course)
    before = snapshot(course)
    code, _, said = batch(capsys, "jobs.jsonl", "--out", out)
    assert (code, "--out: it names no folder" in said, snapshot(course)) == (2, True, before)


def test_rights_are_not_tried_again(split, monkeypatch):
    made, job, plan, _ = split

    def copyfile(*arguments):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("lipsync_studio.batch.store.shutil.copyfile", copyfile)
    outcome = made.part(job, plan, 0)
    assert (outcome.kind, "Permission denied" in outcome.text) == ("input", True)


def test_the_summary_is_said_before_a_report_that_fails(course, tmp_path, capsys, monkeypatch):
    from lipsync_studio.engine.errors import OutputError

    def write_report(path, text):
        raise OutputError("The disk is full.")

    monkeypatch.setattr("lipsync_studio.commands.batch.write_report", write_report)
    code, _, said = batch(
        capsys, course / "jobs.jsonl", "--out", tmp_path / "made", "--report", tmp_path / "r.json"
    )
    assert (code, said.splitlines()[-1]) == (1, "Error: The disk is full.")
    assert "1 job: 0 made (0 frames)" in said


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no such files here")
def test_a_pipe_is_no_input(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    job = Job("out.mp4", str(tmp_path / "pipe"), "", RenderSpec(Path(), Path()))
    with pytest.raises(InputError, match="pipe is no ordinary file"):
        look_up(job, FolderStore(tmp_path), Inputs(lambda suffix: tmp_path / suffix))


def test_reading_is_stopped(tmp_path):
    def stop():
        raise Cancelled("Stopped.")

    (tmp_path / "a").write_bytes(b"a")
    with pytest.raises(Cancelled):
        sha256(tmp_path / "a", stop)
    with pytest.raises(Cancelled):
        Inputs(lambda suffix: tmp_path / suffix, stop).sha256(str(tmp_path / "a"))


def test_a_font_is_an_input(tmp_path):
    def key():
        (job,) = read_jobs(str(tmp_path / "jobs.jsonl"), None, {}, [])
        assert dict(job.files())["font"] == str(tmp_path / "my.ttf")
        assert job.spec(Path, (), []).style.font == str(tmp_path / "my.ttf")
        return look_up(job, FolderStore(tmp_path), Inputs(lambda suffix: tmp_path / suffix)).key

    for name in ("a.mp4", "b.wav"):
        (tmp_path / name).touch()
    shutil.copy(SHIPPED / "NotoSans.ttf", tmp_path / "my.ttf")
    (tmp_path / "jobs.jsonl").write_text(lines({**ROW, "font": "my.ttf"}))
    before = key()
    (tmp_path / "style.json").write_text('{"font": "my.ttf"}')
    (tmp_path / "jobs.jsonl").write_text(lines({**ROW, "style": "style.json"}))
    assert key() == before
    with (tmp_path / "my.ttf").open("ab") as file:
        file.write(b"\0\0\0\0")
    assert key() != before


def test_results_among_the_jobs_files_are_none(tmp_path):
    for name in ("a.png", "a.wav", "a.mp4"):
        (tmp_path / name).touch()
    (tmp_path / "a.mp4.json").write_text("{}")
    with pytest.raises(InputError, match="a.mp4 and a.png are for the same"):
        read_jobs(str(tmp_path), None, {}, [])
    (tmp_path / "a.mp4.json").write_text(Manifest("", "a.mp4", 1, 0, "").to_json())
    (job,) = read_jobs(str(tmp_path), None, {}, [])
    assert (Path(job.source).name, job.out) == ("a.png", "a.mp4")


def test_a_server_that_does_not_answer_is_asked_again(tmp_path, split):
    import socket

    pytest.importorskip("aiohttp")
    made, _, _, folder = split
    with socket.socket() as held:
        # Nobody listens there.
        held.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{held.getsockname()[1]}/a.mp4"
        outcome = made.make(Job("x.mp4", url, str(folder / "voice.wav"), RenderSpec(Path(), Path())))
    assert outcome.kind == "machine"
    assert f"{url} can't be reached" in outcome.text
