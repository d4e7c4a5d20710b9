"""Our requests against D-ID API 4.2.1 as published, restated in fake_did/schema.py."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import pytest
from fake_did import schema

from lipsync_studio.cloud_jobs import Picture, Recording, errors
from lipsync_studio.cloud_jobs.replies import Credits, RemotePage
from lipsync_studio.did_client import Provider, TalkConfig, TalkOrder, TextScript, replies
from lipsync_studio.did_client.replies import Voice
from lipsync_studio.did_client.script import PROVIDERS

from .conftest import order

IMAGE = "https://example.org/a.jpg"
VOICES = [Provider(kind, "JennyNeural", language) for kind in PROVIDERS for language in ("", "Hebrew")]
CONFIGS = [
    TalkConfig(),
    TalkConfig(stitch=True, fluent=True, pad_audio=60.0, result_format="mov"),
]


@pytest.mark.parametrize(("provider", "config"), list(itertools.product(VOICES, CONFIGS)))
def test_bodies_fit_the_published_schema(provider: Provider, config: TalkConfig) -> None:
    spoken = TextScript("<speak>Hello</speak>", provider, ssml=True)
    body = {**replace(order(config=config), script=spoken).template(), "source_url": IMAGE}
    assert schema.problem(body, strict=True) == ""
    assert schema.problem({**order(config=config).template(), "source_url": IMAGE}, strict=True) == (
        "audio_url must be a valid audio URL"
    ), "an order lacks nothing but its address"


@pytest.mark.parametrize(
    ("text", "voice", "said"),
    [
        ("ab", "Joanna", "shorter than 3"),
        ("   ", "Joanna", "shorter than 3"),
        ("...", "Joanna", "no letter and no digit"),
        ("<speak>... <break time='9s'/> ...</speak>", "Joanna", "no letter and no digit"),
        ("caf\udce9", "Joanna", "no characters"),
        ("x" * 10_001, "Joanna", "more than the 10000"),
        ("<b>" * 20_000 + "abc", "Joanna", "with tags"),
        ("hello", " ", "No voice"),
    ],
)
def test_wrong_texts_are_named(text: str, voice: str, said: str) -> None:
    with pytest.raises(errors.InvalidRequestError, match=said):
        TextScript(text, Provider("amazon", voice), ssml="<" in text).check()


def test_ssml_may_say_what_its_text_does_not() -> None:
    TextScript("<speak><sub alias='three stars'>***</sub></speak>", VOICES[0], ssml=True).check()


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("x" * 140, 10.0),
        ("早上好今天天气很好" * 10, 18.0),
        ("ok", 1.0),
        ("<speak>Hello<break time='90s'/> and <break strength='weak' time=\"1500 ms\"/>bye</speak>", 92.4),
    ],
)
def test_the_length_of_a_text_is_guessed(text: str, seconds: float) -> None:
    """It decides whether the order is within the user's limits."""
    assert TextScript(text, VOICES[0], ssml=True).guess_seconds() == pytest.approx(seconds, abs=0.1)


@pytest.mark.parametrize("config", [TalkConfig(pad_audio=-1), TalkConfig(pad_audio=60.5)])
def test_wrong_options_are_refused(config: TalkConfig) -> None:
    with pytest.raises(errors.InvalidRequestError):
        config.check()
    spoken = TextScript("Hello", VOICES[0])
    body = {**replace(order(config=config), script=spoken).template(), "source_url": IMAGE}
    assert schema.problem(body, strict=True)


@pytest.mark.parametrize(
    "extra",
    [
        {"source_url": IMAGE},
        {"script": {}},
        {"user_data": "x"},
        {"config": 3},
        {"driver_url": "lively"},
        {"driver_url": 5},
        {"config": {"sharpen": math.nan}},
    ],
    ids=str,
)
def test_extra_options_can_not_unhinge_the_order(extra: dict) -> None:
    with pytest.raises(errors.InvalidRequestError):
        order(extra=extra).check()


def test_any_word_tells_an_order_from_another() -> None:
    """What a shell passes on, bytes that are no text included."""
    assert order(nonce="\udcff").key("host", "account") != order(nonce="").key("host", "account")


def test_an_order_is_the_same_as_in_version_0_1() -> None:
    """Its clip is in the journal, paid for."""
    spoken = TextScript("Good morning.", Provider("elevenlabs", "Rachel", "German"), ssml=True)
    config = TalkConfig(stitch=True, fluent=True, pad_audio=1.5, result_format="mov")
    legacy = {"driver_url": "bank://lively/", "config": {"sharpen": True}}
    picture = Picture(b"picture", 256, 256)
    orders = (
        TalkOrder(picture, spoken, config, legacy, "2"),
        TalkOrder(picture, Recording(b"sound", 2.0, "mp3")),
    )
    assert [each.key("api.d-id.com", "0123abcd") for each in orders] == [
        "7b040fe1ca9774b9d7ad078b825dde80a335139d98d5d936be34cf11a40537dc",
        "03350e3dcf270a273b116701455c3660063595d4dca50f44b268b06e0180702c",
    ]


def test_replies_are_read_leniently() -> None:
    odd = {"id": 3, "status": None, "created_at": 17, "result_url": ["x"], "duration": "long", "error": 5}
    talk = replies.talk(odd)
    assert (talk.id, talk.state, talk.created) == ("", "running", None)
    assert (talk.result_url, talk.duration) == ("", None)
    assert replies.talk({"created_at": "2026-01-02T03:04:05.678"}).created == 1767323045.678
    assert replies.talk({"result_url": "s3://d-id-talks-prod/x.mp4", "status": "done"}).result_url == ""
    private = replies.talk({"id": "tlk", "user": {"email": "secret"}, "user_id": "secret"})
    assert "secret" not in repr(private)
    listed = {"credits": [{"remaining": 3, "total": 5, "plan_group": "p"}, "x"]}
    assert replies.balance(listed) == Credits(3, 5, ("p",))
    assert replies.balance({}) == Credits(0, 0)
    assert replies.talk_page({"talks": None, "token": None}) == RemotePage((), "")
    assert [replies.faces(body) for body in ({"faces": [{}]}, {"faces": None})] == [1, None]
    assert Voice.from_json({"id": "v", "languages": [{"language": "English"}, 3]}).languages == ("English",)
