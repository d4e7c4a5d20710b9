"""Finding weight files, in whichever layout they lie, without copying them."""

from __future__ import annotations

from pathlib import Path

from ..errors import MissingFilesError
from ..host.protocol import Host
from .catalogue import SETS
from .entries import WeightFile, WeightSet
from .layouts import folders, places, snapshots
from .sizes import readable

CONVERTED = ".fp16.safetensors"


def find(file: WeightFile, host: Host) -> Path | None:
    """The file on this machine, or None.

    The first folder that has it wins, so that what a user has put into their own models folder is used.
    Within a folder: what `convert` made of it, the file of the published size, then one of any size; whether
    that is right is for `status` and `verify` to say. The hub's cache comes last.
    """
    for folder in folders(file.kind, host):
        found = find_in(folder, file)
        if found is not None:
            return found
    for folder in snapshots(file.repo, file.revision):
        if _right(folder / file.path, file.bytes, exact=file.sha256 is not None):
            return folder / file.path
    return None


def find_in(folder: Path, file: WeightFile) -> Path | None:
    """The file in one folder of a known layout, or None."""
    there = [(folder / place, size) for place, size in places(file)]
    there = [(path, size) for path, size in there if _right(path, size, exact=False)]
    there.sort(key=lambda candidate: candidate[0].stat().st_size != candidate[1])  # stable: best place first
    source = there[0][0] if there else None
    return _conversion(folder, file, source) or source


def _right(path: Path, size: int, *, exact: bool) -> bool:
    return path.is_file() and (path.stat().st_size == size if exact else path.stat().st_size > 0)


def converted_place(place: str) -> str:
    """Where `convert` puts its result, relative to the models folder."""
    return str(Path(place).with_suffix(CONVERTED))


def _conversion(folder: Path, file: WeightFile, source: Path | None) -> Path | None:
    """What was made of the file by `convert`, unless another source has been put in its place since."""
    for place, _ in places(file):
        path = folder / converted_place(place)
        if path.is_file() and (source is None or _source_bytes(path) == source.stat().st_size):
            return path
    return None


def _source_bytes(path: Path) -> int:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, "numpy") as converted:
            return int((converted.metadata() or {}).get("source_bytes", 0))
    except (SafetensorError, OSError, ValueError):
        return 0


def locate(weights: WeightSet, host: Host) -> dict[str, Path]:
    """Those files of a set that are on this machine, by name."""
    if not weights.one_folder:
        found = {file.name: find(file, host) for file in weights.files}
        return {name: path for name, path in found.items() if path is not None}
    best: dict[str, Path] = {}
    bases = [folder / Path(weights.files[0].place).parent for folder in folders(weights.kind, host)]
    for base in (*bases, *snapshots(weights.files[0].repo, weights.files[0].revision)):
        here = {
            file.name: base / file.path
            for file in weights.files
            if _right(base / file.path, file.bytes, exact=False)
        }
        if len(here) > len(best):
            best = here
    return best


def require(set_name: str, host: Host, *, download: bool = False) -> dict[str, Path]:
    """Paths of a set's files by `WeightFile.name`; those the engine can do without may be absent.

    download: fetch what is missing. Raises MissingFilesError, which says what is missing, how large it is and
    what fetches it; with `download` also WeightsError.
    """
    weights = SETS[set_name]
    found = locate(weights, host)
    missing = [file for file in weights.files if file.name not in found]
    if not any(file.needed for file in missing):
        return found
    if download:
        from .download import download as fetch

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
        f"{weights.title} needs {names} in {host.models_folder(weights.kind)}: fetch what is missing "
        f"({readable(sum(file.bytes for file in missing))}) with the node Model Manager (LipSync) or with "
        f"`python -m lipsync_studio weights download {weights.name}`."
    )
