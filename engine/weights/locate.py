"""Finding weight files, in whichever layout they lie, without copying them: in our folders, in those of other
packs, and in the hub's own cache."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from ..errors import MissingFilesError
from ..host.plain import plain_models_folder
from ..host.protocol import Host
from .download import download as fetch
from .download import identity, taken_for_published, target
from .entries import MUSETALK, WeightFile, WeightSet, readable
from .other_packs import copies, renamed
from .state_dict import PICKLES, is_damaged

CONVERTED = ".fp16.safetensors"
# Whole copies of TMElyralab/MuseTalk's `models` folder at the hub.
_MIRRORS = ("TMElyralab/MuseTalk", "camenduru/MuseTalk", "kevinwang676/MuseTalk", "kevinwang676/MuseTalk1.5")
_PACK = Path(__file__).parents[2]
_log = logging.getLogger(__name__)


def require(weights: WeightSet, host: Host, *, download: bool = False) -> dict[str, Path]:
    """Paths of a set's files by `WeightFile.name`; those the engine can do without may be absent.

    download: fetch what is missing or cut off, after its size and licence were logged. Raises
    MissingFilesError, which says what is missing, how large it is and what fetches it; with `download`
    WeightsError instead.
    """
    found = locate(weights, host)
    missing = [file for file in weights.files if file.name not in found]
    is_lacking = any(file.needed for file in missing)
    if is_lacking and not download:
        by_hand = any(file.needed and file.by_hand for file in missing)
        raise MissingFilesError(
            _missing(weights, missing, host),
            "" if by_hand else weights.name,
            sum(file.bytes for file in missing),
        )
    damaged = [file for file in weights.files if download and is_cut_off(file, found.get(file.name))]
    if not is_lacking and not damaged:
        return found
    if weights.one_folder:  # which the host's own becomes
        missing = [file for file in weights.files if not target(file, host).is_file()]
    wanted = list(dict.fromkeys((*missing, *damaged)))
    size = readable(sum(file.bytes for file in wanted))
    _log.info("Fetching %s (%s): %s", weights.title, size, weights.licence_note)
    fetch(wanted, host)
    return locate(weights, host)


def _missing(weights: WeightSet, missing: list[WeightFile], host: Host) -> str:
    if any(file.needed and file.by_hand for file in missing):
        names = _some([file.place for file in missing if file.needed])
        return (
            f"{weights.title} lacks {names}: put your own into {host.models_folder(weights.kind)}. "
            "It is never fetched."
        )
    places: dict[Path, list[str]] = {}
    for file in missing:
        if file.needed:
            places.setdefault(host.models_folder(file.kind), []).append(file.place)
    where = " and ".join(f"{_some(names)} in {folder}" for folder, names in places.items())
    return (
        f"{weights.title} lacks {where}: fetch what is missing "
        f"({readable(sum(file.bytes for file in missing))}) with the node Model Manager (LipSync) or with "
        f"`python -m lipsync_studio weights download {weights.name}`."
    )


def _some(names: list[str]) -> str:
    return f"{names[0]} and {len(names) - 1} more files" if len(names) > 3 else ", ".join(names)


def fingerprint(sets: Iterable[WeightSet], host: Host, *, download: bool) -> str:
    """The files that would be loaded, as text that is another one where other files would be. Looks at the
    disk, so that it belongs on a thread.

    A published file stands there by its published SHA-256, whether it is here or is to be fetched (download),
    so that a run that fetches it and the run after say the same; any other by its size and time. Published is
    what has the published size, until it is replaced.
    """
    marks = []
    for weights in sets:
        found = locate(weights, host)
        marks += [_mark(file, found.get(file.name), download) for file in weights.files]
    return " ".join(marks)


def _mark(file: WeightFile, path: Path | None, download: bool) -> str:
    published = file.sha256 or f"{file.repo} {file.revision} {file.path}"
    if path is None or (download and is_cut_off(file, path)):
        return published if download else "missing"
    size = path.stat().st_size
    known = file.digests.get(size) if file.sha256 else published
    now = identity(path)
    if is_converted(path) or known is None or taken_for_published.setdefault(path, now) != now:
        return now
    return known


def is_cut_off(file: WeightFile, path: Path | None) -> bool:
    """Whether what was found is a broken copy of the published file, and not one's own, which may have any
    size."""
    if path is None or file.sha256 is None:
        return False
    stat = path.stat()
    if stat.st_size in file.digests or stat.st_size > max(file.digests):
        return False
    return _is_damaged(path, stat.st_size, stat.st_mtime_ns)


@lru_cache
def _is_damaged(path: Path, size: int, changed: int) -> bool:
    return is_damaged(path)


def locate(weights: WeightSet, host: Host) -> dict[str, Path]:
    """Those files of a set that are on this machine, by name."""
    if not weights.one_folder:
        found = {file.name: find(file, host) for file in weights.files}
        return {name: path for name, path in found.items() if path is not None}
    best: dict[str, Path] = {}
    first = weights.files[0]
    bases = [folder / Path(first.place).parent for folder in _folders(weights.kind, host)]
    for base in (*bases, *_snapshots(first.repo, first.revision)):
        here = {file.name: base / file.path for file in weights.files if _is_there(base / file.path)}
        if len(here) > len(best):
            best = here
    return best


def find(file: WeightFile, host: Host, *, converted: bool = True) -> Path | None:
    """The file on this machine, or None.

    The first folder that has it wins, so that what a user has put into their own models folder is used.
    Within a folder: what `convert` made of it (unless not wanted), the file of the published size, then one
    of any size; whether that is right is for `status` to say. Then come places that only other packs have,
    and the hub's cache.
    """
    for folder in _folders(file.kind, host):
        source = _published(folder, file)
        found = (converted and _conversion(folder, file, source)) or source
        if found:
            return found
    if elsewhere := renamed(file, _models(file.kind, host), host):
        return elsewhere
    for folder in [] if file.by_hand else _snapshots(file.repo, file.revision):
        if _is_there(folder / file.path, file.bytes if file.sha256 else None):
            return folder / file.path
    return None


def _published(folder: Path, file: WeightFile) -> Path | None:
    """The file in one folder of a known layout, or None."""
    there = [(folder / place, size) for place, size in file.places if _is_there(folder / place)]
    # A stable sort: among those of the right size the best place stays first.
    there.sort(key=lambda candidate: candidate[0].stat().st_size != candidate[1])
    return there[0][0] if there else None


def _is_there(path: Path, size: int | None = None) -> bool:
    """size: any but none at all, if None."""
    return path.is_file() and (path.stat().st_size > 0 if size is None else path.stat().st_size == size)


def converted_place(place: str) -> str:
    """Where `convert` puts its result, relative to the models folder."""
    return str(Path(place).with_suffix(CONVERTED))


def is_converted(path: Path) -> bool:
    return path.name.endswith(CONVERTED)


def _conversion(folder: Path, file: WeightFile, source: Path | None) -> Path | None:
    """What was made of the file by `convert`, unless another source has been put in its place since."""
    path = folder / converted_place(file.place)
    if Path(file.place).suffix not in (*PICKLES, ".safetensors") or not path.is_file():
        return None
    fresh = source is None or conversion_source(path).get("source_bytes") == str(source.stat().st_size)
    return path if fresh else None


def conversion_source(path: Path) -> dict[str, str]:
    """What `convert` noted about the file it read; empty for a file that it has not made."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, "numpy") as converted:
            return converted.metadata() or {}
    except (SafetensorError, OSError):
        return {}


def _folders(kind: str, host: Host) -> list[Path]:
    """Folders of a kind that exist, in the order in which they are searched; the host's own come first.

    A command finds what a node fetched, and the other way round: both look into the plain host's folder and
    into that of the ComfyUI whose `custom_nodes` holds this pack.
    """
    found = [*_own(kind, host), *copies(kind, _models(kind, host), host)]
    if kind == MUSETALK:
        found += [folder for mirror in _MIRRORS for folder in _snapshots(mirror)]
    return [folder for folder in dict.fromkeys(found) if folder.is_dir()]


def _own(kind: str, host: Host) -> list[Path]:
    found = [*host.models_folders(kind), plain_models_folder(kind)]
    if _PACK.parent.name == "custom_nodes":
        found.append(_PACK.parents[1] / "models" / kind)
    return found


def _models(kind: str, host: Host) -> list[Path]:
    """ComfyUI's folder of models, and those that are like it."""
    return [folder.parent for folder in _own(kind, host)]


def _snapshots(repo: str, revision: str = "") -> list[Path]:
    """Folders of a repository in the hub's cache on this machine; the given revision comes first."""
    from huggingface_hub.constants import HF_HUB_CACHE

    folder = Path(HF_HUB_CACHE) / f"models--{repo.replace('/', '--')}" / "snapshots"
    if not folder.is_dir():
        return []
    return sorted(folder.iterdir(), key=lambda each: (each.name != revision, each.name))
