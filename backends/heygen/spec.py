"""HeyGen: what it is and what can be set."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..cloud.spec import CloudSpec, again_setting, terms_of
from ..spec import BackendSpec, Licence, setting

if TYPE_CHECKING:
    from ...cloud_jobs import CloudJobs, Service
    from ...engine.host.protocol import Host
    from ..protocol import LipSyncBackend

RESOLUTIONS = ("720p", "1080p", "4k")
TERMS = terms_of(
    "heygen",
    "HeyGen",
    "HeyGen Terms of Service",
    "https://www.heygen.com/terms",
    "pictures, voices and texts",
)


@dataclass(frozen=True)
class HeyGenSettings:
    consent: bool = setting(
        False,
        "Must be on, and agreed to once outside the graph (LipSync Studio: Cloud services…, or cloud heygen "
        "consent): the picture and the voice or text are sent to HeyGen, a paid service. Use only faces and "
        "voices of people who agree.",
        help="send picture and voice to HeyGen, a paid service, and pay for the clip",
        labels=("send to HeyGen and pay", "send nothing"),
    )
    max_credits: int = setting(
        300,
        "The most that this clip may cost, in US cents, by the estimate: 5 a second, or 6.67 in 4k. "
        "heygen.json may set a lower limit.",
        help="the most that the clip may cost, by the estimate, in US cents: default 300",
        low=1,
        high=100_000,
    )
    use_first_frame: bool = setting(
        False,
        "Of footage, send the first frame. Off, footage is refused: HeyGen is sent a picture.",
        help="of footage, send the first frame; else footage is refused",
    )
    resolution: str = setting(
        "1080p",
        "Of the clip, along its shorter side. It keeps the picture's shape. 4k costs a third more.",
        flag="--heygen-resolution",
        help="of the clip, along its shorter side: 4k costs a third more; default 1080p",
        choices=RESOLUTIONS,
    )
    expressiveness: str = setting(
        "low",
        "How lively face and head are.",
        help="how lively face and head are; default low",
        choices=("low", "medium", "high"),
    )
    text: str = setting(
        "",
        "What HeyGen is to say with a voice of its own, in place of the audio: up to 5 000 characters. The "
        "result then has the clip's sound and length; the audio that is connected is not used.",
        flag="--heygen-text",
        help="what HeyGen says with a voice of its own; --audio is then not used",
    )
    voice: str = setting(
        "",
        "The id of the voice that speaks the text, as cloud heygen voices lists it.",
        flag="--heygen-voice",
        help="the id of that voice: cloud heygen voices lists them",
    )
    motion: str = setting(
        "",
        "How the person is to move, in words, such as: nods now and then. Empty: as HeyGen has it.",
        flag="--heygen-motion",
        help="how the person is to move, in words",
    )
    again: int = again_setting()


def _make(
    settings: HeyGenSettings,
    host: Host,
    open_jobs: Callable[[], CloudJobs] | None = None,
    check_consent: Callable[[], None] | None = None,
) -> LipSyncBackend:
    """The account and its user's consent are those of the `cloud` command unless others are given."""
    from ..cloud.account import consent_of_the_command, jobs_of_the_command
    from .backend import HeyGenBackend
    from .client import SERVICE

    return HeyGenBackend(
        open_jobs or jobs_of_the_command(SERVICE),
        check_consent or consent_of_the_command(SERVICE, TERMS),
        settings,
    )


SPEC = BackendSpec(
    name="heygen",
    title="HeyGen",
    summary="A paid cloud service that makes one picture speak a recording or a text, head and all.",
    node="LipSyncHeyGenBackend",
    task="portrait",
    licence=Licence(TERMS.name, TERMS.address, commercial=None, consent=TERMS),
    settings=HeyGenSettings,
    make=_make,
    remote=True,
)


def _service() -> Service:
    from .client import SERVICE

    return SERVICE


def _add_commands(commands: argparse._SubParsersAction) -> None:
    from .voices import add_voices

    add_voices(commands)


CLOUD = CloudSpec(
    name=SPEC.name,
    title=SPEC.title,
    terms=TERMS,
    service=_service,
    what="makes one picture speak a recording or a text, head and all",
    sends="one picture, and a recording or a text",
    cost="US dollars for each second: 5 cents, in 4k 6.67; known before the order from the length",
    limits="10 minutes of sound or 5 000 characters; a picture of up to 1920 pixels a side",
    kept="not documented; delete_uploads removes what was sent; links to clips expire and are asked for anew",
    add_commands=_add_commands,
)
