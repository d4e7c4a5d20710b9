"""D-ID: what it is and what can be set."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...engine.consent import Terms
from ..cloud.spec import CloudSpec, again_setting
from ..spec import BackendSpec, Licence, setting

if TYPE_CHECKING:
    from ...cloud_jobs import CloudJobs, Service
    from ...engine.host.protocol import Host
    from ..protocol import LipSyncBackend


# What a user of D-ID agrees to, once and outside any workflow.
TERMS = Terms(
    key="did",
    name="D-ID Products Terms of Use",
    address="https://www.d-id.com/studio-end-user-license-agreement/",
    what="the sending of pictures, voices and texts to D-ID, a paid service",
    dialog="LipSync Studio: D-ID key… (menu Extensions)",
    command="python -m lipsync_studio did consent",
)


@dataclass(frozen=True)
class DIDSettings:
    consent: bool = setting(
        False,
        "Must be on, and agreed to once outside the graph (LipSync Studio: D-ID key…, or did consent): "
        "the picture and the voice or text are sent to D-ID, a paid service, and the clip costs credits. "
        "Use only faces and voices of people who agree.",
        help="send picture and voice to D-ID, a paid service, and pay for the clip",
        labels=("send to D-ID and pay", "send nothing"),
    )
    max_credits: int = setting(
        4,
        "The most that this clip may cost, by the estimate: one credit for each 15 seconds begun. did.json "
        "may set a lower limit.",
        help="the most that the clip may cost: default 4, one for each 15 seconds begun",
        low=1,
        high=1000,
    )
    use_first_frame: bool = setting(
        False,
        "Of footage, send the first frame. Off, footage is refused: D-ID takes pictures.",
        help="of footage, send the first frame; else footage is refused",
    )
    stitch: bool = setting(
        False,
        "Keeps the whole picture instead of a square around the face. Not in every D-ID plan.",
        help="keep the whole picture, not a square around the face; not in every plan",
    )
    again: int = again_setting()


def _make(
    settings: DIDSettings,
    host: Host,
    open_jobs: Callable[[], CloudJobs] | None = None,
    check_consent: Callable[[], None] | None = None,
) -> LipSyncBackend:
    """The account and its user's consent are those of the `did` command unless others are given."""
    from ...did_client import SERVICE
    from ..cloud.account import consent_of_the_command, jobs_of_the_command
    from .backend import DIDBackend

    return DIDBackend(
        open_jobs or jobs_of_the_command(SERVICE),
        check_consent or consent_of_the_command(SERVICE, TERMS),
        settings,
    )


SPEC = BackendSpec(
    name="did",
    title="D-ID",
    summary="A paid cloud service that makes one picture speak, head and face included.",
    node="LipSyncDIDBackend",
    task="portrait",
    licence=Licence(TERMS.name, TERMS.address, commercial=None, consent=TERMS),
    settings=DIDSettings,
    make=_make,
    remote=True,
)


def _service() -> Service:
    from ...did_client import SERVICE

    return SERVICE


CLOUD = CloudSpec(
    name=SPEC.name,
    title=SPEC.title,
    terms=TERMS,
    service=_service,
    what="makes one picture speak, head and face included",
    sends="one picture, and a recording or a text",
    cost="credits, one for each 15 seconds begun; known before the order from the length",
    limits="10 minutes, a picture of 10 megapixels, sound of 6 MB",
    kept="uploads 24 to 48 hours; the link to a clip about 24 hours",
)
