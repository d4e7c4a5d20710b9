"""What one entry of the catalogue says."""

from __future__ import annotations

from dataclasses import dataclass


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

    @property
    def digests(self) -> set[str]:
        """SHA-256 of every file that is right in its place."""
        return {twin.sha256 for twin in self.twins} | ({self.sha256} if self.sha256 else set())


@dataclass(frozen=True)
class WeightSet:
    """Files that are of use together.

    kind: the argument of `Host.models_folder`.
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
