"""Where weight files may lie already: our folders, those of other MuseTalk packs, and the hub's own cache."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ..host.plain import plain_models_folder
from ..host.protocol import Host
from .catalogue import MUSETALK
from .entries import WeightFile

# Whole copies of TMElyralab/MuseTalk's `models` folder at the hub.
_MIRRORS = ("TMElyralab/MuseTalk", "camenduru/MuseTalk", "kevinwang676/MuseTalk", "kevinwang676/MuseTalk1.5")
_PACK = Path(__file__).parents[2]


def folders(kind: str, host: Host) -> list[Path]:
    """Folders of a kind that exist, in the order in which they are searched; the host's own come first.

    A command finds what a node fetched, and the other way round: both look into the plain host's folder and
    into that of the ComfyUI whose `custom_nodes` holds this pack.
    """
    found = [*host.models_folders(kind), plain_models_folder(kind)]
    if _PACK.parent.name == "custom_nodes":
        found.append(_PACK.parents[1] / "models" / kind)
    if kind == MUSETALK:
        found += _other_packs([folder.parent for folder in found], host)
    return [folder for folder in dict.fromkeys(found) if folder.is_dir()]


def _other_packs(models: list[Path], host: Host) -> Iterator[Path]:
    """Copies of the original README's `models` folder; models: ComfyUI's and the like."""
    for base in (*host.models_folders("diffusers"), *(each / "diffusers" for each in models)):
        yield base / "TMElyralab" / "MuseTalk"  # ComfyUI-MuseTalk
    for base in models:
        for pack in sorted((base.parent / "custom_nodes").glob("*")):
            if "musetalk" in pack.name.lower():  # ComfyUI-MuseTalk_FSH
                yield pack / "models"
    yield Path.home() / ".cache" / "imageai" / "musetalk"
    yield Path.home() / ".cache" / "imageai" / "musetalk" / "models"
    for mirror in _MIRRORS:
        yield from snapshots(mirror)


def snapshots(repo: str, revision: str = "") -> list[Path]:
    """Folders of a repository in the hub's cache on this machine; the given revision comes first."""
    from huggingface_hub.constants import HF_HUB_CACHE

    folder = Path(HF_HUB_CACHE) / f"models--{repo.replace('/', '--')}" / "snapshots"
    if not folder.is_dir():
        return []
    return sorted(folder.iterdir(), key=lambda each: (each.name != revision, each.name))


def places(file: WeightFile) -> list[tuple[str, int]]:
    """Every place of a file in a layout, with the size it has there; the best first."""
    own = [(place, file.bytes) for place in (file.place, *file.also)]
    return own + [(place, twin.bytes) for twin in file.twins for place in twin.places]
