"""The host for work that a server does beside its prompts, such as downloads."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from .plain import PlainHost

if TYPE_CHECKING:
    from PIL.Image import Image


class TaskHost(PlainHost):
    """folders: the surrounding program's models folders of a kind. cancel: set it to stop the work with
    `errors.Cancelled`. tell: called with stage, done and total of every report of progress."""

    def __init__(
        self,
        folders: Callable[[str], list[Path]],
        cancel: threading.Event,
        tell: Callable[[str, int, int], None],
    ) -> None:
        super().__init__(cancel=cancel)
        self._folders = folders
        self._tell = tell

    def progress(
        self, stage: str, done: int, total: int, preview: Image | None = None, *, unit: str = "frames"
    ) -> None:
        self.check_cancelled()
        self._tell(stage, done, total)

    def models_folder(self, kind: str) -> Path:
        return self._folders(kind)[0]

    def models_folders(self, kind: str) -> list[Path]:
        return self._folders(kind)
