"""The timestamp editor's node on a real server."""

import json
from io import BytesIO

import numpy as np
import pytest
import requests
from PIL import Image
from prompts import finished, node, show

SONG = (
    "[00:01.000]<00:01.000>Slow <00:01.500>river <00:02.000>run<00:02.600>\n"
    "[00:03.000]<00:03.000>la <00:03.300>la<00:03.600>\n"
)


def prompt(edits="", text=SONG):
    return {
        "sound": node("LoadAudio", audio="verse.mp3"),
        "load": node("LipSyncLoadLyrics", file="none", text=text, format="elrc"),
        "editor": node("LipSyncTimestampEditor", audio=["sound", 0], words=["load", 0], edits=edits),
        "save": node(
            "LipSyncSaveLyrics", words=["editor", 0], filename_prefix="edited", format="elrc", digits=3
        ),
        "report": show("editor", 1),
    }


def outputs(client, prompt):
    return finished(client, prompt).history["outputs"]


def fetched(server, saved, **headers):
    answer = requests.get(f"{server.url}/view", saved, headers=headers, timeout=60)
    return answer.status_code, answer.content


def test_without_edits_words_pass_and_the_page_gets_what_it_draws(client, server):
    seen = outputs(client, prompt())
    assert seen["save"]["text"] == [SONG]
    assert seen["report"]["text"] == ["No edits: the words pass as they come in."]
    (files,) = seen["editor"]["editor"]
    _, listed = fetched(server, files["words"])
    told = json.loads(listed)
    assert told["words"][1] == ["river", 1500, 2000, 0, 1]
    assert told["words"][3] == ["la", 3000, 3300, 1, 1]
    assert told["duration"] == 14180
    # All of a file's times are what it says; nobody is named.
    assert (told["doubts"], told["voices"], told["syllables"]) == ([0] * 5, [""] * 5, {})
    _, columns = fetched(server, files["peaks"])
    assert len(columns) == 2 * sum(count for _, count in told["levels"])
    finest = np.frombuffer(columns, np.int8)[: 2 * told["levels"][0][1]].reshape(-1, 2)
    assert np.abs(finest.astype(int)).max() == 127
    assert (finest[:, 0] <= finest[:, 1]).all()
    # Streamed, not fetched whole.
    status, part = fetched(server, files["audio"], Range="bytes=0-3")
    assert (status, part) == (206, b"fLaC")


def test_edits_are_applied_and_what_no_longer_fits_is_told(client, server):
    told = outputs(client, prompt())["editor"]["editor"][0]["words"]
    base = json.loads(fetched(server, told)[1])["base"]
    edits = {
        "version": 1,
        "base": base,
        "edits": [
            {"at": 1, "was": [["river", 1500, 2000, 0, 1]], "now": [["river", 1700, 2000, 0, 1]]},
            {"at": 4, "was": [["la", 3300, 3600, 0, 1]], "now": [["lo", 3300, 3600, 0, 1]]},
        ],
    }
    seen = outputs(client, prompt(json.dumps(edits)))
    assert seen["save"]["text"] == [
        SONG.replace("Slow <00:01.500>river", "Slow<00:01.500> <00:01.700>river").replace(
            "la<00:03.600>", "lo<00:03.600>"
        )
    ]
    assert seen["editor"]["refused"] == [0]
    other = SONG.replace("river", "stream")
    seen = outputs(client, prompt(json.dumps(edits), other))
    assert seen["save"]["text"] == [other.replace("la<00:03.600>", "lo<00:03.600>")]
    assert seen["report"]["text"] == [
        "Edits: 1 applied, 1 no longer fit.\n“river” at 1.500 s: its words are no longer there."
    ]
    assert seen["editor"]["refused"] == [1]


def test_a_text_that_no_editor_wrote_is_one_sentence(client):
    error = client.run(prompt("nonsense")).error
    assert error is not None
    assert error["exception_message"].strip() == (
        "The edits of the timestamps can't be read: open the editor and save them anew, or clear the field."
    )


@pytest.mark.parametrize(
    ("filename", "subfolder"),
    [("main.py", "../.."), ("main.py", "lipsync_editor/../../.."), ("../../main.py", "lipsync_editor")],
)
def test_the_editors_files_lead_nowhere_else(client, server, filename, subfolder):
    outputs(client, prompt())
    place = {"filename": filename, "subfolder": subfolder, "type": "temp"}
    assert fetched(server, place)[0] in (400, 403, 404)


def test_another_sites_page_gets_nothing(client, server):
    saved = outputs(client, prompt())["editor"]["editor"][0]["words"]
    assert fetched(server, saved, **{"Sec-Fetch-Site": "cross-site"})[0] == 403


FRAME = "/lipsync_studio/timestamp_editor/frame"
LOOK = {"highlight": "#00ff00", "colour": "#ff0000", "outline_width": 0, "shadow": 0}


@pytest.fixture
def frame(client, server):
    """Asks for the lyrics at a time of the song; the reply."""
    file = outputs(client, prompt())["editor"]["editor"][0]["words"]["filename"]

    def ask(**changes):
        wanted = {"file": file, "edits": "", "time": 1600, "shape": "16:9", "style": LOOK} | changes
        return requests.post(server.url + FRAME, json=wanted, timeout=60)

    return ask


def sung(answer):
    """The middle of the columns of what is in the highlight's colour."""
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/jpeg")
    picture = np.asarray(Image.open(BytesIO(answer.content)).convert("RGB")).astype(int)
    return np.nonzero((abs(picture - (0, 255, 0)) < 60).all(axis=2))[1].mean()


def test_the_lyrics_at_a_time_are_shown_with_the_edits(frame):
    slow, river = sung(frame(time=1200)), sung(frame())
    assert river > slow + 10
    move = {"at": 1, "was": [["river", 1500, 2000, 0, 1]], "now": [["river", 1700, 2000, 0, 1]]}
    edits = json.dumps({"version": 1, "base": "other", "edits": [move]})
    assert sung(frame(edits=edits)) == pytest.approx(slow, abs=1)
    assert sung(frame(edits=edits, time=1720)) == pytest.approx(river, abs=1)


@pytest.mark.parametrize(("changes", "status", "said"), [
    ({"file": "../../main.json"}, 400, "must be the name of one that the editor's node has written"),
    ({"file": "ab-cd.json"}, 400, "run the workflow again"),
    ({"file": None}, 400, "must be the name"),
    ({"edits": 5}, 400, "The edits must be a text"),
    ({"edits": "nonsense"}, 400, "The edits of the timestamps can't be read"),
    ({"time": -1}, 400, "milliseconds from 0"),
    ({"time": "1"}, 400, "milliseconds from 0"),
    ({"shape": "21:9"}, 400, "The shape must be one of 16:9"),
    ({"style": []}, 400, "must be a JSON object"),
    ({"style": {"font": "/etc/hostname"}}, 400, "outside ComfyUI's folders"),
    ({"style": {"colour": "reddish"}}, 200, '"reddish" is not a colour'),
])  # fmt: skip
def test_what_of_the_lyrics_cannot_be_shown_is_said(frame, changes, status, said):
    answer = frame(**changes)
    assert answer.status_code == status
    assert said in answer.json()["error"]
