"""Taking over files that are on this machine already, from whatever layout they lie in."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath

from ..errors import WeightsError
from ..host.protocol import Host
from ..unwritable import remedy
from .download import check_free, digest, file_lock
from .entries import WeightFile, WeightSet

# Deep enough for a ComfyUI folder with a hub cache in it.
_DEPTH = 10
_BLOCK = 1 << 22


@dataclass(frozen=True)
class Taken:
    """how: "linked", "copied" or "there already"."""

    file: WeightFile
    source: Path
    place: Path
    how: str


@dataclass(frozen=True)
class Imported:
    """refused: a sentence for each file that has a known name but not the published content."""

    taken: tuple[Taken, ...]
    refused: tuple[str, ...]

    @property
    def text(self) -> str:
        lines = [f"{each.how}: {each.place} (from {each.source})" for each in self.taken]
        return "\n".join([*lines, *self.refused])


def import_folder(folder: Path, host: Host, sets: Iterable[WeightSet]) -> Imported:
    """Find files of some sets anywhere below a folder and put them into the host's models folders.

    Files are known by size and SHA-256, whatever they are called: the original READMEs' layouts, other packs'
    and the hub's cache all do. Those that are of use only side by side are known by folder and name as well.
    What is put in place is a hard link where the disk allows it, else a copy; the folder is left as it is.
    Raises WeightsError when there is no such folder, nothing in it that the catalogue knows, or a copy can't
    be written.
    """
    if not folder.is_dir():
        raise WeightsError(f"There is no folder {folder}: name the one that the weights are in.")
    search = _Search(list(sets), host)
    taken: dict[Path, Taken] = {}
    suspects: dict[Path, WeightFile] = {}
    for path in _files(folder):
        for file, place in search.matches(path):
            at = host.models_folder(file.kind) / place
            if at not in taken:
                taken[at] = Taken(file, path, at, _put(path, at, host))
        suspect = search.namesake(path)
        if suspect and path not in {each.source for each in taken.values()}:
            suspects[path] = suspect
    if not taken and not suspects:
        raise WeightsError(f"Nothing below {folder} is a file that the catalogue knows.")
    have = {each.file for each in taken.values()}
    refused = (_refusal(path, file) for path, file in suspects.items() if file not in have)
    return Imported(tuple(taken.values()), tuple(refused))


class _Search:
    """Which of the catalogue's files a path may be, by content and by name."""

    def __init__(self, sets: Iterable[WeightSet], host: Host) -> None:
        self._host = host
        self._digests: dict[Path, str] = {}
        # Of what the user brings nobody knows which file is the right one.
        sets = [weights for weights in sets if not any(file.by_hand for file in weights.files)]
        loose = [file for weights in sets if not weights.one_folder for file in weights.files]
        self._together = [file for weights in sets if weights.one_folder for file in weights.files]
        self._known: dict[str, dict[str, WeightFile]] = defaultdict(dict)
        self._names: dict[str, WeightFile] = {}
        for file in loose:
            if file.sha256:
                self._known[file.sha256][file.place] = file
            for twin in file.twins:
                self._known[twin.sha256][twin.places[0]] = file
            self._names.update({place: file for place, _ in file.places})
        self._sizes = {size for file in loose for _, size in file.places}

    def matches(self, path: Path) -> Iterator[tuple[WeightFile, str]]:
        """Files that the path is one of, and their places in the models folder."""
        if path.stat().st_size in self._sizes:
            yield from ((file, place) for place, file in self._known[self._digest(path)].items())
        for file in self._together:
            if _belongs(path, file) and (not file.sha256 or self._is(path, file)):
                yield file, file.place

    def namesake(self, path: Path) -> WeightFile | None:
        """The file that the path has the name of."""
        for place, file in self._names.items():
            if _ends_with(path, place):
                return file
        return next((file for file in self._together if _belongs(path, file)), None)

    def _is(self, path: Path, file: WeightFile) -> bool:
        return path.stat().st_size == file.bytes and self._digest(path) == file.sha256

    def _digest(self, path: Path) -> str:
        if path not in self._digests:
            self._digests[path] = digest(path, self._host, f"Checking {path.name}")
        return self._digests[path]


def _belongs(path: Path, file: WeightFile) -> bool:
    cached = f"models--{file.repo.replace('/', '--')}"
    return _ends_with(path, file.place) or (cached in path.parts and path.name == file.path)


def _ends_with(path: Path, place: str) -> bool:
    parts = PurePath(place).parts
    return path.parts[-len(parts) :] == parts


def _files(folder: Path) -> Iterator[Path]:
    """Files below a folder, in order; links are followed, none twice."""
    seen: set[str] = set()
    top = len(folder.resolve().parts)
    for at, folders, names in os.walk(folder, followlinks=True):
        real = os.path.realpath(at)
        if real in seen or len(Path(at).resolve().parts) - top > _DEPTH:
            folders.clear()
            continue
        seen.add(real)
        folders.sort()
        yield from (path for name in sorted(names) if (path := Path(at) / name).is_file())


def _refusal(path: Path, file: WeightFile) -> str:
    size = path.stat().st_size
    if size not in {size for _, size in file.places}:
        return f"{path} has {size} bytes, but {file.path} of {file.repo} has {file.bytes}: it was left out."
    return (
        f"{path} is not the published {file.path} of {file.repo} (its SHA-256 is another): it was left out."
    )


def _put(source: Path, place: Path, host: Host) -> str:
    """Link or copy a file into its place, whole or not at all."""
    if place.is_file() and (
        place.samefile(source) or place.stat().st_size == source.stat().st_size and _same(source, place, host)
    ):
        return "there already"
    part = place.with_name(f"{place.name}.import.part")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with file_lock(
            place, host, lambda: host.progress(f"Waiting for another import of {place.name}", 0, 1)
        ):
            part.unlink(missing_ok=True)
            how = "linked" if _link(source, part) else "copied"
            if how == "copied":
                _copy(source, part, host)
            os.replace(part, place)
    except OSError as error:
        raise WeightsError(f"{place} can't be written ({error.strerror}): {remedy(error)}.") from error
    finally:
        part.unlink(missing_ok=True)
    return how


def _same(source: Path, place: Path, host: Host) -> bool:
    stage = f"Checking {place.name}"
    return digest(source, host, stage) == digest(place, host, stage)


def _link(source: Path, part: Path) -> bool:
    try:
        os.link(source.resolve(), part)
    except OSError:  # another disk, or one without hard links
        return False
    return True


def _copy(source: Path, part: Path, host: Host) -> None:
    total = source.stat().st_size
    check_free(part.parent, total, f"Copying {source}")
    done = 0
    with source.open("rb") as original, part.open("wb") as copy:
        while block := original.read(_BLOCK):
            copy.write(block)
            done += len(block)
            host.progress(f"Copying {source.name}", done, total, unit="bytes")
        copy.flush()
        os.fsync(copy.fileno())
