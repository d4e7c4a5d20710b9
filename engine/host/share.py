"""The host that a step of a longer stage is handed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from PIL.Image import Image

    from .protocol import Host


def share_of(host: Host, report: Callable[[float], None]) -> Host:
    """The same host, but for progress: of whatever the step tells, `report` gets how much is done, 0..1."""
    return cast("Host", _Share(host, report))


class _Share:
    def __init__(self, host: Host, report: Callable[[float], None]) -> None:
        self._host = host
        self._report = report

    def __getattr__(self, name: str) -> Any:
        return getattr(self._host, name)

    def progress(
        self, stage: str, done: int, total: int, preview: Image | None = None, *, unit: str = "frames"
    ) -> None:
        self._report(done / max(total, 1))

    def wants_preview(self) -> bool:
        """Never: the stage shows its own."""
        return False
