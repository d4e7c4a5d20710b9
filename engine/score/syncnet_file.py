"""SyncNet's weights, which the user brings: they were published without a licence."""

from __future__ import annotations

from pathlib import Path

from ..host.protocol import Host
from ..weights.entries import WeightFile, WeightSet
from ..weights.locate import require

KIND, FILE = "syncnet", "syncnet_v2.model"

SYNCNET = WeightSet(
    "syncnet", "SyncNet (LSE-C and LSE-D of the sync score)", KIND,
    (
        WeightFile(
            "syncnet", "", "", "", 54_500_000, None, "none was published", KIND, FILE, by_hand=True
        ),
    ),
    f"MIT code, but no licence for the weights: put your own {FILE} there; it is never fetched.",
)  # fmt: skip
WEIGHTS = (SYNCNET,)


def require_syncnet(host: Host) -> Path:
    """The user's file. Raises MissingFilesError where there is none."""
    return require(SYNCNET, host)["syncnet"]
