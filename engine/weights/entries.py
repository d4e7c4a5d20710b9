"""What is known of weight files: files, sets of files, and a catalogue, the sum of what engines list.

The lists themselves stand with those who need the files: each engine's `spec.py`, `align.weights`, and
`shared` for what several engines use. Revisions, sizes and digests are the ones that the hub publishes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from ..errors import WeightsError

# The models folder that packs for MuseTalk share.
MUSETALK = "musetalk"
EVERYTHING = "everything"
# Names that may have been meant: so many at most, and how alike they are at least.
_NEAREST, _ALIKE = 3, 0.5


@dataclass(frozen=True)
class Twin:
    """Another published file that does the work of the catalogue's: the same weights as a pickle, for one.

    places: relative to the models folder, in the layouts that have it."""

    places: tuple[str, ...]
    bytes: int
    sha256: str


@dataclass(frozen=True)
class WeightFile:
    """One file at a hub.

    repo, revision, path: where the hub has it.
    bytes: exact where sha256 is given; else for display, and a download is checked against the hub's own
    digest.
    kind, place: the models folder it belongs in, and its path in there.
    also: where other READMEs and packs put the same file. twins: other files that do as well.
    needed: whether the engine can't do without it.
    by_hand: the user has to bring it, and nothing here fetches it; repo, revision and path are empty then.
    """

    name: str
    repo: str
    revision: str
    path: str
    bytes: int
    sha256: str | None
    licence: str
    kind: str
    place: str
    also: tuple[str, ...] = ()
    twins: tuple[Twin, ...] = ()
    needed: bool = True
    by_hand: bool = False

    @property
    def digests(self) -> Mapping[int, str]:
        """SHA-256 of every file that is right in its place, by size; empty where none was published."""
        own = {self.bytes: self.sha256} if self.sha256 else {}
        return own | {twin.bytes: twin.sha256 for twin in self.twins}

    @property
    def places(self) -> list[tuple[str, int]]:
        """Every place in a layout, with the size that the file has there; the best first."""
        own = [(place, self.bytes) for place in (self.place, *self.also)]
        return own + [(place, twin.bytes) for twin in self.twins for place in twin.places]


@dataclass(frozen=True)
class WeightSet:
    """Files that are of use together.

    kind: the argument of `Host.models_folder`; files that other sets have too may lie in those's.
    licence_note: what a user should know before fetching.
    one_folder: the files are of use only side by side, as `from_pretrained` of transformers reads them.
    """

    name: str
    title: str
    kind: str
    files: tuple[WeightFile, ...]
    licence_note: str
    one_folder: bool = False

    @property
    def bytes(self) -> int:
        return sum(file.bytes for file in self.files)


@dataclass(frozen=True)
class Catalogue:
    """Sets by name, and bundles: names of sets that are of use together, by a name of their own."""

    sets: dict[str, WeightSet]
    bundles: Mapping[str, tuple[str, ...]]

    @property
    def names(self) -> list[str]:
        """What `select` knows."""
        return [*self.bundles, *self.sets, EVERYTHING]

    @property
    def kinds(self) -> list[str]:
        return list(dict.fromkeys(weights.kind for weights in self.sets.values()))

    def __getitem__(self, name: str) -> WeightSet:
        """Raises WeightsError for an unknown name."""
        if name not in self.sets:
            near = get_close_matches(name, self.names, _NEAREST, _ALIKE)
            meant = f"did you mean {', '.join(near)}? All" if near else "all"
            raise WeightsError(
                f"There is no set of weights called {name}: {meant} are listed by "
                "`python -m lipsync_studio weights status`."
            )
        return self.sets[name]

    def select(self, names: Iterable[str]) -> list[WeightSet]:
        """The sets that are meant by names of sets and bundles, each once; all sets for "everything".

        Raises WeightsError for an unknown name."""
        wanted: dict[str, WeightSet] = {}
        for name in names:
            members = tuple(self.sets) if name == EVERYTHING else self.bundles.get(name, (name,))
            wanted |= {member: self[member] for member in members}
        return list(wanted.values())


def readable(size: float) -> str:
    """A number of bytes in decimal units, as disks and hubs count: "3.4 GB"."""
    if size < 1000:
        return f"{size:.0f} bytes"
    for unit in ("kB", "MB", "GB"):
        size /= 1000
        if size < 999.5 or unit == "GB":
            break
    return f"{size:.0f} {unit}" if size >= 99.5 else f"{size:.1f} {unit}"
