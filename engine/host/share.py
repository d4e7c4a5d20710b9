"""The host that a step of a longer stage is handed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from PIL.Image import Image

    from .protocol import Host


def share_of(host: Host, report: Callable[[float], None]) -> Host:
    """The same host, but for progress: of whatever the step tells, `report` gets how much is done, 0..1.

    It never goes back, though the step may have several loops."""
    return cast("Host", _Share(host, report))


class _Share:
    def __init__(self, host: Host, report: Callable[[float], None]) -> None:
        self._host = host
        self._report = report
        self._done = 0.0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._host, name)

    def progress(
        self, stage: str, done: int, total: int, preview: Image | None = None, *, unit: str = "frames"
    ) -> None:
        self._done = max(self._done, min(done / max(total, 1), 1.0))
        self._report(self._done)

    def wants_preview(self) -> bool:
        """Never: the stage shows its own."""
        return False
