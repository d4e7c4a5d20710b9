"""What the page is told of a run beside its results: cautions, and who is in a clip."""

import av
from prompts import finished, node, track_faces

WRONG = "Gigantic purple elephants marching\nCompletely different words tomorrow"


def notices(run, key):
    (told,) = [data["output"]["notices"] for data in run.of("executed") if data["node"] == key]
    return [notice["kind"] for notice in told]


def align(media, lyrics):
    return {
        "audio": node("LoadAudio", audio=media.song),
        "words": node("LipSyncAlignLyrics", audio=["audio", 0], lyrics=lyrics),
        "see": node("PreviewAny", source=["words", 1]),
    }


def test_a_text_of_another_song_is_asked_about(client, short_media):
    assert notices(finished(client, align(short_media, short_media.words)), "words") == []
    run = finished(client, align(short_media, WRONG))
    (kind,) = notices(run, "words")
    assert kind in ("unheard", "estimated")


def test_a_text_that_is_not_used_is_said(client, make_prompt, short_media):
    words = node(
        "LipSyncLoadLyrics", file="none", text="[00:00.20]<00:00.20>Twinkle <00:00.60>on<00:01.00>\n"
    )
    clip = short_media.clips[25]
    prompt = make_prompt(clip, short_media.song, {"words": words}, words=["words", 0], lyrics="Hello there")
    run = finished(client, prompt)
    assert notices(run, "apply") == ["unused_words"]
    assert (
        "The text was not used: the words that are connected" in run.history["outputs"]["report"]["text"][0]
    )
    assert (
        notices(finished(client, make_prompt(clip, short_media.song, lyrics=short_media.words)), "apply")
        == []
    )


RATE = "The pictures don't say how fast they play: taken as 25 a second, as fps says."
LOOK = {
    "size": 0.1, "position": "bottom", "colour": "#ffffff", "highlight": "#ffd23f", "outline": "#101018",
}  # fmt: skip
BATCH = {"batch": node("EmptyImage", width=64, height=64, batch_size=3, color=0)}


def test_pictures_whose_rate_is_a_guess_are_said_to_be(client):
    def tracked(fps, **more):
        track = track_faces("batch", 0)
        track["inputs"]["fps"] = fps
        return finished(client, {**BATCH, "track": track, **more})

    assert notices(tracked(25.0), "track") == ["rate"]
    assert notices(tracked(24.0), "track") == []
    # A rate that comes by wire, as from Get Video Components, is known.
    assert notices(tracked(["rate", 0], rate=node("PrimitiveFloat", value=25.0)), "track") == []


def test_lip_sync_and_lyrics_say_it_too(client, make_prompt, short_media):
    prompt = make_prompt(short_media.clips[25], short_media.song, lyrics="")
    prompt["portrait"] = node("LoadImage", image="portrait.jpg")
    prompt["few"] = node("RepeatImageBatch", image=["portrait", 0], amount=2)
    prompt["apply"]["inputs"]["source"] = ["few", 0]
    words = node("LipSyncLoadLyrics", file="none", text="[00:00.00]<00:00.00>On<00:00.10>\n")
    prompt |= {
        **BATCH,
        "words": words,
        "lyrics": node("LipSyncLyricOverlay", video=["batch", 0], words=["words", 0], **LOOK),
    }
    prompt["told"] = node("PreviewAny", source=["lyrics", 3])
    run = finished(client, prompt)
    assert "rate" in notices(run, "apply")
    assert RATE in run.history["outputs"]["report"]["text"][0]
    assert notices(run, "lyrics") == ["rate"]
    assert RATE in run.history["outputs"]["told"]["text"][0]


def test_the_faces_of_a_clip_are_told_with_pictures(client, server, short_media):
    prompt = {"clip": node("LoadVideo", file=short_media.clips[25]), "track": track_faces("clip", 0)}
    run = finished(client, prompt)
    (told,) = [data["output"]["faces"][0] for data in run.of("executed") if data["node"] == "track"]
    assert told["people"] == [{"id": 1, "spans": [[0.0, 1.48]], "shots": [1]}]
    (frame,) = told["frames"]
    ((id_, *box),) = frame["faces"]
    assert id_ == 1
    assert 0 <= box[0] < box[2] <= 1
    assert 0 <= box[1] < box[3] <= 1
    picture = frame["picture"]
    path = server.base / picture["type"] / picture["subfolder"] / picture["filename"]
    with av.open(str(path)) as container:
        assert next(container.decode(video=0)).width == 320
    # The same once more, where nothing has to be worked out anew.
    again = finished(client, prompt)
    assert [data["node"] for data in again.of("executed")] == ["track"]
