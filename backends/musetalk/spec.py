"""What MuseTalk is made of, without torch: its weight files."""

from __future__ import annotations

from collections.abc import Mapping

from ...engine.weights.entries import MUSETALK, WeightFile, WeightSet
from ...engine.weights.shared import FACE_PARSING, SD_VAE, WHISPER_TINY

_REPO = ("TMElyralab/MuseTalk", "3ef28bc5cff08c90ad8178a25f1b570cd800170f")
_LICENCE = "CreativeML OpenRAIL-M"
_NOTE = (
    "The MuseTalk repository (MIT) calls its models free for any purpose, even commercial; their card says "
    f"{_LICENCE}, whose use restrictions have to be passed on. VAE: MIT. Whisper: Apache-2.0."
)
# The architecture is the same in both versions, and so is its description.
_CONFIG = (748, "5b6923aee04d71692e0e9846c471e0a4ea07a4f686d39545e472bd4ba17e1b47")


def _version(name: str, place: str, size: int, sha256: str) -> WeightSet:
    """place: of the UNet's weights, at the hub and here."""
    config = f"{place.split('/')[0]}/musetalk.json"
    unet = WeightFile("unet", *_REPO, place, size, sha256, _LICENCE, MUSETALK, place)
    unet_config = WeightFile(
        "unet_config", *_REPO, config, *_CONFIG, _LICENCE, MUSETALK, config, needed=False
    )
    files = (unet, unet_config, *SD_VAE, *WHISPER_TINY)
    return WeightSet(f"musetalk-v{name}", f"MuseTalk {name}", MUSETALK, files, _NOTE)


_V15 = _version(
    "1.5", "musetalkV15/unet.pth",
    3_400_074_924, "7ebf6c98c181e20838e4c0054e96e944ac60d5d692cc01db42839fe11b787007",
)  # fmt: skip
_V10 = _version(
    "1.0", "musetalk/pytorch_model.bin",
    3_400_076_549, "0ee7d5ea03ea75d8dca50ea7a76df791e90633687a135c4a69393abfc0475ffe",
)  # fmt: skip
WEIGHTS = (_V15, _V10, FACE_PARSING)
# What is of use together, by the names that commands and the node offer beside those of the sets.
BUNDLES: Mapping[str, tuple[str, ...]] = {
    "all-musetalk-v1.5": ("musetalk-v1.5", "face-parsing", "dwpose"),
    "all-musetalk-v1.0": ("musetalk-v1.0", "face-parsing", "dwpose"),
    "all-musetalk": ("musetalk-v1.5", "musetalk-v1.0", "face-parsing", "dwpose"),
}
# The networks of each version; all of them use the face parser where it is installed.
NETWORKS: Mapping[str, WeightSet] = {"v1.5": _V15, "v1.0-original": _V10, "v1.0-current": _V10}


def weight_sets(version: str | None) -> list[WeightSet]:
    """What a version (one of `presets.PRESETS`) reads; what any may read, for None."""
    networks = NETWORKS.values() if version is None else [NETWORKS[version]]
    return [*dict.fromkeys(networks), FACE_PARSING]
