"""Our requests against D-ID API 4.2.1 as published, restated in fake_did/schema.py."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import pytest
from conftest import order
from fake_did import schema

from lipsync_studio.did_client import TalkConfig, TextScript, errors, script
from lipsync_studio.did_client.replies import Credits, Talk, TalkPage, Upload, Voice

IMAGE = "https://example.org/a.jpg"
PROVIDERS = [
    script.Microsoft("en-US-JennyNeural", style="Cheerful", rate="+10%", pitch="+1st"),
    script.ElevenLabs(
        "21m00Tcm4TlvDq8ikWAM", "English", "eleven_multilingual_v2", 0.3, 0.8, 0.0, 0.7, True, False
    ),
    script.Amazon("Joanna"),
    script.Google("he-IL-Wavenet-A", "Hebrew"),
    script.AzureOpenAI("alloy"),
]
CONFIGS = [
    TalkConfig(),
    TalkConfig(stitch=True, fluent=True, pad_audio=60.0, result_format="mov"),
]


@pytest.mark.parametrize(("provider", "config"), list(itertools.product(PROVIDERS, CONFIGS)))
def test_bodies_fit_the_published_schema(provider: script.Provider, config: TalkConfig) -> None:
    spoken = TextScript("<speak>Hello</speak>", provider, ssml=True, subtitles=True)
    body = {**replace(order(config=config), script=spoken).template(), "source_url": IMAGE}
    assert schema.problem(body, strict=True) == ""
    assert schema.problem({**order(config=config).template(), "source_url": IMAGE}, strict=True) == (
        "audio_url must be a valid audio URL"
    ), "an order lacks nothing but its address"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (TextScript("ab", PROVIDERS[0]), "text"),
        (TextScript("   ", PROVIDERS[0]), "text"),
        (TextScript("...", PROVIDERS[0]), "text"),
        (TextScript("<speak>... <break time='9s'/> ...</speak>", PROVIDERS[0], ssml=True), "text"),
        (TextScript("caf\udce9", PROVIDERS[0]), "text"),
        (TextScript("x" * 10_001, PROVIDERS[0]), "text"),
        (TextScript("<b>" * 20_000 + "abc", PROVIDERS[0], ssml=True), "text"),
        (TextScript("hello", script.Google(" ")), "voice_id"),
        (TextScript("hello", script.ElevenLabs("v", rate=1.3)), "rate"),
        (TextScript("hello", script.ElevenLabs("v", stability=-0.1)), "stability"),
    ],
)
def test_wrong_texts_are_named(wrong: TextScript, field: str) -> None:
    with pytest.raises(errors.InvalidRequestError) as caught:
        wrong.check()
    assert caught.value.field == field


def test_ssml_may_say_what_its_text_does_not() -> None:
    TextScript("<speak><sub alias='three stars'>***</sub></speak>", PROVIDERS[0], ssml=True).check()


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
    assert TextScript(text, PROVIDERS[0], ssml=True).guess_seconds() == pytest.approx(seconds, abs=0.1)


@pytest.mark.parametrize(
    "config",
    [
        TalkConfig(pad_audio=-1),
        TalkConfig(pad_audio=60.5),
        TalkConfig(result_format="gif"),  # type: ignore[arg-type]
    ],
)
def test_wrong_options_are_refused(config: TalkConfig) -> None:
    with pytest.raises(errors.InvalidRequestError):
        config.check()
    spoken = TextScript("Hello", PROVIDERS[0])
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


def test_replies_are_read_leniently() -> None:
    odd = {"id": 3, "status": None, "created_at": 17, "result_url": ["x"], "duration": "long", "error": 5}
    talk = Talk.from_json(odd)
    assert (talk.id, talk.state, talk.created) == ("", "running", None)
    assert (talk.result_url, talk.duration) == ("", None)
    assert Talk.from_json({"created_at": "2026-01-02T03:04:05.678"}).created == 1767323045.678
    assert Talk.from_json({"result_url": "s3://d-id-talks-prod/x.mp4", "status": "done"}).result_url == ""
    private = Talk.from_json({"id": "tlk", "user": {"email": "e"}, "user_id": "u", "created_by": "u"})
    assert private.raw == {"id": "tlk"}
    listed = {"credits": [{"remaining": 3, "total": 5, "plan_group": "p"}, "x"]}
    assert Credits.from_json(listed) == Credits(3, 5, ("p",))
    assert Credits.from_json({}) == Credits(0, 0)
    assert TalkPage.from_json({"talks": None, "token": None}) == TalkPage((), "")
    assert Upload.from_json({"url": "s3://x", "faces": [{}]}) == Upload("s3://x", "", 1)
    voice = Voice.from_json({"id": "v", "languages": [{"language": "English"}, 3], "styles": ["s", 4]})
    assert (voice.languages, voice.styles) == (("English",), ("s",))
