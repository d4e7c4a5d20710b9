"""D-ID: what it is and what can be set."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..spec import BackendSpec, Licence, setting

if TYPE_CHECKING:
    from ...did_client import TalkJobs
    from ...engine.host.protocol import Host
    from ..protocol import LipSyncBackend


@dataclass(frozen=True)
class DIDSettings:
    consent: bool = setting(
        False,
        "Must be on: the picture and the voice or text are sent to D-ID, a paid service, and the clip costs "
        "credits. Use only faces and voices of people who agree.",
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
    again: int = setting(
        0,
        "An unchanged order is never paid for twice: its clip is used again. A new number has the same clip "
        "made, and paid for, once more.",
        help="a new number has the same clip made, and paid for, once more",
        low=0,
        high=1_000_000,
    )


def _make(
    settings: DIDSettings, host: Host, open_jobs: Callable[[], TalkJobs] | None = None
) -> LipSyncBackend:
    """open_jobs: the account; by default that of the `did` command."""
    from .backend import DIDBackend, jobs_of_the_command

    return DIDBackend(open_jobs or jobs_of_the_command, settings)


SPEC = BackendSpec(
    name="did",
    title="D-ID",
    summary="A paid cloud service that makes one picture speak, head and face included.",
    node="LipSyncDIDBackend",
    task="portrait",
    licence=Licence(
        "D-ID terms of service", "https://www.d-id.com/terms-of-use/", commercial=None, consent=True
    ),
    settings=DIDSettings,
    make=_make,
    remote=True,
)
