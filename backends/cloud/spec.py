"""What is told of a service without loading it: for the command line, the page and the docs."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ...engine.consent import Terms
from ..spec import setting

if TYPE_CHECKING:
    from ...cloud_jobs import Service


@dataclass(frozen=True)
class CloudSpec:
    """A service, as `backends/NAME/spec.py` declares it in CLOUD. name: the folder's. terms: what its user
    agrees to. service: loads what the job core is told of it. what: it does. sends: what goes there. cost:
    how it charges. limits: of one order. kept: how long files live there. Sentences of the docs, without
    their point. add_commands: adds some of its own to `cloud NAME`."""

    name: str
    title: str
    terms: Terms
    service: Callable[[], Service]
    what: str
    sends: str
    cost: str
    limits: str
    kept: str
    add_commands: Callable[[argparse._SubParsersAction], None] = lambda commands: None


def terms_of(name: str, title: str, terms: str, address: str, sends: str) -> Terms:
    """Of a service whose key and consent are in the dialog of cloud services. sends: what is sent, as a noun
    phrase."""
    return Terms(
        key=name,
        name=terms,
        address=address,
        what=f"the sending of {sends} to {title}, a paid service",
        dialog=f"LipSync Studio: Cloud services… (menu Extensions), tab {title}",
        command=f"python -m lipsync_studio cloud {name} consent",
    )


def again_setting() -> Any:
    """The setting that has a service make what it has made already."""
    return setting(
        0,
        "An unchanged order is never paid for twice: its clip is used again. A new number has the same clip "
        "made, and paid for, once more.",
        help="a new number has the same clip made, and paid for, once more",
        low=0,
        high=1_000_000,
    )
