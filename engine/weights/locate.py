"""Finding weight files, in whichever layout they lie, without copying them."""

from __future__ import annotations

import logging
from pathlib import Path

from ..errors import MissingFilesError
from ..host.protocol import Host
from .catalogue import SETS
from .entries import WeightFile, WeightSet
from .layouts import folders, places, snapshots
from .sizes import readable

PICKLES = (".pth", ".pt", ".bin")
CONVERTED = ".fp16.safetensors"
_log = logging.getLogger(__name__)


def find(file: WeightFile, host: Host, *, converted: bool = True) -> Path | None:
    """The file on this machine, or None.

    The first folder that has it wins, so that what a user has put into their own models folder is used.
    Within a folder: what `convert` made of it (unless not wanted), the file of the published size, then one
    of any size; whether that is right is for `status` and `verify` to say. The hub's cache comes last.
    """
    for folder in folders(file.kind, host):
        source = _published(folder, file)
        found = (converted and _conversion(folder, file, source)) or source
        if found:
            return found
    for folder in snapshots(file.repo, file.revision):
        if _is_there(folder / file.path, file.bytes if file.sha256 else None):
            return folder / file.path
    return None


def _published(folder: Path, file: WeightFile) -> Path | None:
    """The file in one folder of a known layout, or None."""
    there = [(folder / place, size) for place, size in places(file) if _is_there(folder / place)]
    # A stable sort: among those of the right size the best place stays first.
    there.sort(key=lambda candidate: candidate[0].stat().st_size != candidate[1])
    return there[0][0] if there else None


def _is_there(path: Path, size: int | None = None) -> bool:
    """size: any but none at all, if None."""
    return path.is_file() and (path.stat().st_size > 0 if size is None else path.stat().st_size == size)


def converted_place(place: str) -> str:
    """Where `convert` puts its result, relative to the models folder."""
    return str(Path(place).with_suffix(CONVERTED))


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


def locate(weights: WeightSet, host: Host) -> dict[str, Path]:
    """Those files of a set that are on this machine, by name."""
    if not weights.one_folder:
        found = {file.name: find(file, host) for file in weights.files}
        return {name: path for name, path in found.items() if path is not None}
    best: dict[str, Path] = {}
    bases = [folder / Path(weights.files[0].place).parent for folder in folders(weights.kind, host)]
    for base in (*bases, *snapshots(weights.files[0].repo, weights.files[0].revision)):
        here = {file.name: base / file.path for file in weights.files if _is_there(base / file.path)}
        if len(here) > len(best):
            best = here
    return best


def require(set_name: str, host: Host, *, download: bool = False) -> dict[str, Path]:
    """Paths of a set's files by `WeightFile.name`; those the engine can do without may be absent.

    download: fetch what is missing, after its size and licences were logged. Raises MissingFilesError, which
    says what is missing, how large it is and what fetches it; with `download` WeightsError instead.
    """
    weights = SETS[set_name]
    found = locate(weights, host)
    missing = [file for file in weights.files if file.name not in found]
    if not any(file.needed for file in missing):
        return found
    if download:
        from .download import download as fetch
        from .listing import plan_text
        from .status import status

        _log.info("%s", plan_text(status(host, [weights])))
        fetch(missing, host)
        return locate(weights, host)
    raise MissingFilesError(_missing(weights, missing, host))


def _missing(weights: WeightSet, missing: list[WeightFile], host: Host) -> str:
    first, *others = [file.place for file in missing if file.needed]
    names = (
        first
        if not others
        else ", ".join((first, *others))
        if len(others) < 3
        else (f"{first} and {len(others)} more files")
    )
    return (
        f"{weights.title} lacks {names} in {host.models_folder(weights.kind)}: fetch what is missing "
        f"({readable(sum(file.bytes for file in missing))}) with the node Model Manager (LipSync) or with "
        f"`python -m lipsync_studio weights download {weights.name}`."
    )
