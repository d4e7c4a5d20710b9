"""`LipSyncVocals` on a real server."""

from __future__ import annotations

from prompts import finished, node, show, shown


def prompt(**chosen):
    return {
        "verse": node("LoadAudio", audio="verse.mp3"),
        "vocals": node("LipSyncVocals", audio=["verse", 0], **chosen),
        "words": node(
            "LipSyncAlignLyrics",
            audio=["verse", 0],
            vocals=["vocals", 0],
            lyrics="Twinkle, twinkle, little star,\nHow I wonder what you are.",
        ),
        "rest": node("PreviewAudio", audio=["vocals", 1]),
        "how": show("vocals", 2),
        "report": show("words", 1),
    }


def test_words_are_found_in_the_voice_that_was_brought_out(client):
    run = finished(client, prompt(method="centre"))
    assert "without a model" in shown(run, "how")
    assert "twinkle," in shown(run, "report")
    assert run.history["outputs"]["rest"]["audio"]
    assert "Separating the voice" in run.texts


def test_the_network_without_its_file_is_one_sentence(client):
    error = client.run(prompt(method="hdemucs")).error
    assert "weights download hdemucs" in str(error)
