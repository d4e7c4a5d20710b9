"""Where SyncNet's weights lie. They have no licence of their own, so the user brings them."""

from __future__ import annotations

from pathlib import Path

from ..errors import MissingFilesError
from ..host.protocol import Host

KIND, FILE = "syncnet", "syncnet_v2.model"


def find_syncnet(host: Host) -> Path | None:
    """The user's file in models/syncnet, or None."""
    places = (folder / FILE for folder in host.models_folders(KIND))
    return next((path for path in places if path.is_file()), None)


def require_syncnet(host: Host) -> Path:
    """Raises MissingFilesError where there is none."""
    path = find_syncnet(host)
    if path is None:
        raise MissingFilesError(
            f"SyncNet's weights are not here: put your own {FILE} into {host.models_folder(KIND)}; it is "
            "never fetched for you, because it has no licence."
        )
    return path
