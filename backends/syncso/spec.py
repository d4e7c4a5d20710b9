"""sync.so: what it is and what can be set."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..cloud.spec import CloudSpec, again_setting, terms_of
from ..spec import BackendSpec, Licence, setting

if TYPE_CHECKING:
    from ...cloud_jobs import CloudJobs, Service
    from ...engine.host.protocol import Host
    from ..protocol import LipSyncBackend

MODELS = ("sync-3", "lipsync-2", "lipsync-2-pro")
# The one that takes pictures, too.
IMAGE_MODEL = "sync-3"
TERMS = terms_of(
    "syncso",
    "sync.so",
    "sync. Terms of Service",
    "https://sync.so/terms-of-service",
    "footage, pictures and voices",
)


@dataclass(frozen=True)
class SyncSoSettings:
    consent: bool = setting(
        False,
        "Must be on, and agreed to once outside the graph (LipSync Studio: Cloud services…, or cloud syncso "
        "consent): the footage or picture and the voice are sent to sync.so, a paid service. Use only faces "
        "and voices of people who agree.",
        help="send footage and voice to sync.so, a paid service, and pay for the clip",
        labels=("send to sync.so and pay", "send nothing"),
    )
    max_credits: int = setting(
        300,
        "The most that this clip may cost, in US cents, all its parts together. sync.so names the price "
        "before the order, and nothing is ordered above it. syncso.json may set a lower limit.",
        help="the most that the clip may cost, in the service's units: sync.so's are US cents, default 300",
        low=1,
        high=100_000,
    )
    model: str = setting(
        "sync-3",
        "Which of sync.so's models: sync-3 is the newest and the only one for a single picture; "
        "lipsync-2-pro is finer and dearer than lipsync-2.",
        flag="--syncso-model",
        help="which of sync.so's models",
        choices=MODELS,
    )
    temperature: float | None = setting(
        None,
        "How lively the mouth is, 0 to 1; below 0: as sync.so has it.",
        help="how lively the mouth is, 0 to 1; by default as sync.so has it",
        low=0.0,
        high=1.0,
        step=0.05,
        none=-1.0,
    )
    occlusion: bool = setting(
        False,
        "Has sync.so look for hands and things in front of the mouth. Slower.",
        help="look for hands and things in front of the mouth; slower",
    )
    again: int = again_setting()


def _make(
    settings: SyncSoSettings,
    host: Host,
    open_jobs: Callable[[], CloudJobs] | None = None,
    check_consent: Callable[[], None] | None = None,
) -> LipSyncBackend:
    """The account and its user's consent are those of the `cloud` command unless others are given."""
    from ..cloud.account import consent_of_the_command, jobs_of_the_command
    from .backend import SyncSoBackend
    from .client import SERVICE

    return SyncSoBackend(
        open_jobs or jobs_of_the_command(SERVICE),
        check_consent or consent_of_the_command(SERVICE, TERMS),
        settings,
    )


SPEC = BackendSpec(
    name="syncso",
    title="sync.so",
    summary="A paid cloud service that repaints the mouth in footage, or makes one picture speak.",
    node="LipSyncSyncSoBackend",
    task="dub",
    licence=Licence(TERMS.name, TERMS.address, commercial=None, consent=TERMS),
    settings=SyncSoSettings,
    make=_make,
    remote=True,
)


def _service() -> Service:
    from .client import SERVICE

    return SERVICE


CLOUD = CloudSpec(
    name=SPEC.name,
    title=SPEC.title,
    terms=TERMS,
    service=_service,
    what="repaints the mouth in footage, or makes one picture speak",
    sends="the footage that is shown, written anew without sound and metadata, or one picture; and the voice",
    cost="US dollars for each frame; sync.so names the price of each part before the order",
    limits="4096x2160; 10 minutes in one part, or max_seconds of syncso.json: longer clips go in several",
    kept="not documented; delete_uploads removes what was sent",
)
