"""`LipSyncScore` on a real server."""

from __future__ import annotations

import pytest
from prompts import finished, node, show, shown


def prompt(**wired):
    return {
        "clip": node("LoadVideo", file="clip.mp4"),
        "verse": node("LoadAudio", audio="verse.mp3"),
        "score": node("LipSyncScore", video=["clip", 0], person="largest", **wired),
        "value": show("score", 0),
        "report": show("score", 1),
    }


def test_a_video_is_scored_with_a_voice_and_its_source(client):
    """A face that says nothing, and is its own source."""
    run = finished(client, prompt(audio=["verse", 0], source=["clip", 0]))
    report = shown(run, "report").splitlines()
    assert report[0] == "No sign that the mouth follows this voice."
    assert "Sharpness of the mouth (1: the source's): 1.00" in report
    assert "Flicker beyond the source's, grey levels: 0.00" in report
    assert abs(float(shown(run, "value"))) < 0.2
    assert {"Finding faces", "Comparing with the source"} <= set(run.texts)


@pytest.mark.parametrize(
    ("wired", "sentence"),
    [
        ({}, "The video has no sound: connect the voice to `audio`."),
        ({"audio": ["verse", 0], "syncnet": True}, "lacks syncnet_v2.model: put your own into"),
    ],
)
def test_what_is_missing_is_one_sentence(client, wired, sentence):
    error = client.run(prompt(**wired)).error
    assert sentence in str(error)
