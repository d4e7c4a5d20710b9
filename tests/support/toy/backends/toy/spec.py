"""A toy: what it is, what can be set, which file it needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...engine.weights.entries import WeightFile, WeightSet
from ..spec import BackendSpec, Licence, setting

if TYPE_CHECKING:
    from ...engine.host.protocol import Host
    from ..protocol import LipSyncBackend

WEIGHTS = (
    WeightSet(
        name="toy",
        title="The toy's shade",
        kind="toy",
        files=(
            WeightFile(
                name="shade",
                repo="toys/toy",
                revision="main",
                path="shade.bin",
                bytes=1,
                # Of one byte, 200.
                sha256="7c5bd2d144fdde498406edcb9fe60ce65b0dfa5f2dd7a7617f505e3d46d68bdb",
                licence="CC0-1.0",
                kind="toy",
                place="shade.bin",
            ),
        ),
        licence_note="Anybody's.",
    ),
)


@dataclass(frozen=True)
class ToySettings:
    strength: float = setting(
        1.0, "How much of the paint shows.", help="how much of the paint shows: 0 to 1", low=0.0, high=1.0
    )
    quality: str = setting(
        "matt", "How the paint looks.", help="how the paint looks", choices=("matt", "gloss")
    )


def _make(settings: ToySettings, host: Host) -> LipSyncBackend:
    from ..dub.backend import DubBackend
    from .pipeline import ToyEngine

    return DubBackend(ToyEngine(settings, host))


SPEC = BackendSpec(
    name="toy",
    title="Toy",
    summary="Paints the face in one shade.",
    node="LipSyncToyBackend",
    task="dub",
    licence=Licence("CC0-1.0", "https://creativecommons.org/publicdomain/zero/1.0/", commercial=True),
    settings=ToySettings,
    make=_make,
    weights=lambda settings: WEIGHTS,
    all_weights=WEIGHTS,
)
