"""Lyrics from and to files, and from and to `whisper_alignment`, on a real server."""

import json
from datetime import date

import pytest
from prompts import finished, node, show, shown

from lipsync_studio.align.formats import WRITTEN, parse
from lipsync_studio.devtools.client import PromptRejected

SONG = (
    "[ti:The Ferry]\n[00:01.00]<00:01.00>Slow <00:01.50>river<00:02.00>\n[00:03.00]<00:03.00>Deep<00:04.50>\n"
)
FILM = "1\n00:00:01,000 --> 00:00:02,500\nQu'est-ce que c'était ?\n\n2\nbroken --> here\nlost\n"


def load(**inputs):
    return node("LipSyncLoadLyrics", **{"file": "none", **inputs})


def save(**inputs):
    values = {"words": ["load", 0], "filename_prefix": "lyrics/test", "format": "lrc", **inputs}
    return node("LipSyncSaveLyrics", **values)


@pytest.fixture
def film(server):
    path = server.base / "input" / "film.srt"
    path.write_bytes(FILM.encode("cp1252"))
    yield path.name
    path.unlink()


def test_a_file_of_the_input_folder(client, film):
    files = client.object_info()["LipSyncLoadLyrics"]["input"]["required"]["file"][1]["options"]
    assert files[0] == "none"
    assert film in files
    assert "verse.txt" in files
    assert "verse.mp3" not in files
    prompt = {"load": load(file=film), "save": save(format="vtt", karaoke=False)}
    prompt |= {"lyrics": show("load", 1), "report": show("load", 2)}
    run = finished(client, prompt)
    assert shown(run, "lyrics") == "Qu'est-ce que c'était ?\nlost"
    first, problem = shown(run, "report").split("\n")
    assert first.startswith("film.srt: SubRip in windows-1252, lines: 2, lines have times")
    assert problem.startswith("line 6: 'broken --> here' is not the timing of a cue")
    # A cue whose time is lost comes after the one before it, as long as it takes to read.
    assert shown(run, "save") == (
        "WEBVTT\n\n00:00:01.000 --> 00:00:02.500\nQu'est-ce que c'était ?\n\n"
        "00:00:02.500 --> 00:00:04.500\nlost\n\n"
    )
    # The name may come over a wire.
    prompt["name"] = {"class_type": "PrimitiveString", "inputs": {"value": film}}
    wires = {"switch": True, "on_true": ["name", 0], "on_false": ["name", 0]}
    prompt["any"] = {"class_type": "ComfySwitchNode", "inputs": wires}
    prompt["load"]["inputs"]["file"] = ["any", 0]
    run = finished(client, prompt)
    assert shown(run, "lyrics") == "Qu'est-ce que c'était ?\nlost"


@pytest.mark.parametrize("name", WRITTEN)
def test_typed_text_to_a_file_of_each_format(client, server, name):
    prompt = {
        "load": load(text=SONG),
        "save": save(format=name, title="T", artist="A"),
        "path": show("save", 1),
    }
    run = finished(client, prompt)
    (path,) = client.output_files(run)
    assert path.parent == server.base / "output" / "lyrics"
    assert path.name.startswith("test_")
    assert path.suffix == WRITTEN[name].suffixes[0]
    text = path.read_text(encoding="utf-8")
    assert (shown(run, "save"), shown(run, "path")) == (text, str(path))
    assert parse(text, name).text == "Slow river\nDeep"


def test_files_are_numbered_and_dated(client, server):
    prompt = {"load": load(text=SONG), "save": save(filename_prefix="songs/%date:yyyy-MM-dd%/%year%")}
    before = date.today()
    names = []
    for digits in (2, 3):
        prompt["save"]["inputs"]["digits"] = digits
        (path,) = client.output_files(client.run(prompt))
        names.append(path.name)
        assert path.parent.name in (before.isoformat(), date.today().isoformat())
    assert [name.split("_")[1] for name in names] == ["00001.lrc", "00002.lrc"]
    assert "[00:01.000]Slow river" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "prefix", ["../outside", "/tmp/outside", "lyrics/../../outside", "a/../../../b/c", "x\0y/z"]
)
def test_nothing_is_written_outside_the_output_folder(client, server, unchanged, prefix):
    before = {path for path in server.base.rglob("*") if path.is_file()}
    with unchanged():
        run = client.run({"load": load(text=SONG), "save": save(filename_prefix=prefix)})
        assert (
            "cannot be used: it must name a place in ComfyUI's output folder."
            in run.error["exception_message"]
        )
    assert {path for path in server.base.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "none.lrc", "../outside.lrc"])
def test_only_files_of_comfyuis_folders_are_read(client, server, name):
    (server.base / "outside.lrc").write_text(SONG)
    with pytest.raises(PromptRejected, match="is not in ComfyUI's input folder"):
        client.run({"load": load(file=name), "save": save()})


def test_untimed_lyrics_have_words_for_nobody(client, unchanged):
    prompt = {"load": load(text="Slow river\nDeep"), "save": save(), "lyrics": show("load", 1)}
    with unchanged():
        run = client.run(prompt)
    assert shown(run, "lyrics") == "Slow river\nDeep"
    message = run.error["exception_message"]
    assert "The text has no times: connect `lyrics` to Align Lyrics instead of `words`." in message


def test_nothing_to_read_is_one_sentence(client):
    run = client.run({"load": load(text=" \n"), "save": save()})
    assert "There are no lyrics: choose a file, or type or paste the text." in run.error["exception_message"]


def test_whisper_alignment_there_and_back(client):
    info = client.object_info()
    assert info["LipSyncToWhisperAlignment"]["output"] == ["STRING", "whisper_alignment", "whisper_alignment"]
    prompt = {
        "load": load(text=SONG),
        "to": node("LipSyncToWhisperAlignment", words=["load", 0]),
        "segments": show("to", 1),
        "words": show("to", 2),
        "from": node(
            "LipSyncFromWhisperAlignment",
            words_alignment=["to", 2],
            segments_alignment=["to", 1],
            language="en",
        ),
        "save": save(words=["from", 0], format="json"),
    }
    run = finished(client, prompt)
    assert json.loads(shown(run, "segments")) == [
        {"value": "Slow river", "start": 1.0, "end": 2.0},
        {"value": "Deep", "start": 3.0, "end": 4.5},
    ]
    assert json.loads(shown(run, "words"))[1] == {"value": "river", "start": 1.5, "end": 2.0}
    saved = json.loads(shown(run, "save"))
    assert saved["language"] == "en"
    assert [[word["text"] for word in line["words"]] for line in saved["lines"]] == [
        ["Slow", "river"],
        ["Deep"],
    ]


def test_a_wrong_alignment_is_one_sentence(client):
    prompt = {
        "audio": node("LoadAudio", audio="verse.mp3"),
        "from": node("LipSyncFromWhisperAlignment", words_alignment=["audio", 0]),
        "save": save(words=["from", 0]),
    }
    with pytest.raises(PromptRejected, match="return_type_mismatch"):
        client.run(prompt)


def test_what_a_site_of_lyrics_adds_is_left_out_and_listed(client):
    text = "12 ContributorsRiver Song Lyrics[Verse 1]\nSlow river\nYou might also like\nMax 54Embed"
    prompt = {"load": load(text=text), "lyrics": show("load", 1), "report": show("load", 2)}
    run = client.run(prompt)
    assert shown(run, "lyrics") == "[Verse 1]\nSlow river\nMax 54"
    report = shown(run, "report")
    for piece in ("“12 ContributorsRiver Song Lyrics”", "“You might also like”", "“Embed”", "“[Verse 1]”"):
        assert piece in report
