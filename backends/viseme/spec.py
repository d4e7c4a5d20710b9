"""The embedded engine: what it is, and what can be set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..spec import BackendSpec, Licence, setting

if TYPE_CHECKING:
    from ...engine.host.protocol import Host
    from ..protocol import LipSyncBackend


@dataclass(frozen=True)
class VisemeSettings:
    strength: float = setting(
        1.0,
        "How far the mouth opens. 1 is natural speech, 1.3 suits singing, 0.7 a quiet speaker.",
        help="how far the mouth opens: 0.2 to 2, default 1",
        low=0.2,
        high=2.0,
        step=0.05,
    )
    movement: float = setting(
        0.0,
        "How much life a still picture gets beside its mouth: blinks, a slight sway of the head, breathing. "
        "0 keeps it still, 0.3 is a calm person, 1 a lively one. Videos move by themselves: it does nothing "
        "there.",
        help="how far a still sways and breathes, with blinks: 0 to 1, default 0",
        low=0.0,
        high=1.0,
        step=0.05,
    )


def _make(settings: VisemeSettings, host: Host) -> LipSyncBackend:
    from ..dub.backend import DubBackend
    from .pipeline import VisemeEngine

    return DubBackend(VisemeEngine(settings.strength, settings.movement))


SPEC = BackendSpec(
    name="viseme",
    title="Viseme",
    summary="Bends the mouth in the picture to the sounds of the voice: no download, no GPU, real time.",
    node="LipSyncVisemeBackend",
    task="dub",
    licence=Licence("MIT", "https://opensource.org/license/mit", commercial=True),
    settings=VisemeSettings,
    make=_make,
    reads_lyrics=True,
)
