"""The toy: what it is and what can be set."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..cloud.spec import CloudSpec, terms_of
from ..spec import BackendSpec, Licence, setting

if TYPE_CHECKING:
    from ...cloud_jobs import CloudJobs, Order, Service, Settings
    from ...engine.host.protocol import Host
    from ..protocol import LipSyncBackend
    from ..request import LipSyncRequest

TERMS = terms_of(
    "toycloud", "Toy", "Rules of the game", "https://toy.example.org/rules", "a picture and a voice"
)


@dataclass(frozen=True)
class ToySettings:
    consent: bool = setting(False, "Send it.", help="send it", labels=("send", "send nothing"))
    max_credits: int = setting(9, "The most coins.", help="the most coins", low=1, high=99)


def _make(
    settings: ToySettings,
    host: Host,
    open_jobs: Callable[[], CloudJobs] | None = None,
    check_consent: Callable[[], None] | None = None,
) -> LipSyncBackend:
    from ...cloud_jobs import Estimate, PictureLimits, PlainOrder, SoundLimits, bytes_file
    from ..cloud.account import consent_of_the_command, jobs_of_the_command
    from ..cloud.portrait import PortraitBackend, picture_of, voice_of
    from .client import SERVICE

    class ToyBackend(PortraitBackend):
        spec = SPEC

        def orders(self, request: LipSyncRequest, limits: Settings, host: Host) -> Sequence[Order]:
            picture = picture_of(request, PictureLimits("Toy", 64, 10**6, 10**6))
            voice = voice_of(request, SoundLimits("Toy", 0.1, 60.0, 10**6))
            cost = Estimate(voice.seconds, math.ceil(voice.seconds), True)
            files = {"image": bytes_file(picture.data, "jpg"), "audio": bytes_file(voice.data, voice.suffix)}
            return [PlainOrder({"kind": "talk"}, files, cost, (*picture.notes, *voice.notes))]

    return ToyBackend(
        open_jobs or jobs_of_the_command(SERVICE),
        check_consent or consent_of_the_command(SERVICE, TERMS),
        settings,
    )


SPEC = BackendSpec(
    name="toycloud",
    title="Toy",
    summary="A paid toy.",
    node="LipSyncToyCloudBackend",
    task="portrait",
    licence=Licence(TERMS.name, TERMS.address, commercial=None, consent=TERMS),
    settings=ToySettings,
    make=_make,
    remote=True,
)


def _service() -> Service:
    from .client import SERVICE

    return SERVICE


CLOUD = CloudSpec(
    name="toycloud",
    title="Toy",
    terms=TERMS,
    service=_service,
    what="plays",
    sends="a picture and a voice",
    cost="a coin a second",
    limits="a minute",
    kept="a day",
)
