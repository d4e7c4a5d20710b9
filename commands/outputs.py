"""Where a command may write: known before it works, and never over what it reads."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from ..engine.errors import OutputError

OVERWRITE_HELP = "replace files that exist; what the command reads is never replaced"


def check_outputs(
    outputs: Mapping[str, Path | None], inputs: Mapping[str, Path | None], *, overwrite: bool
) -> None:
    """outputs, inputs: files by the names of their options, None for those that aren't given.

    Raises OutputError for a name that the system doesn't take, for a folder that doesn't exist or can't be
    written to, for a file that is an input or another output (by whatever name or link), and, unless
    `overwrite`, for any other that exists."""
    read = {name: path for name, path in inputs.items() if path is not None}
    written: dict[str, Path] = {}
    for name, path in outputs.items():
        if path is None:
            continue
        # What is written is called so until it is whole.
        places = (path, path.with_name(path.name + ".part")) if path.name else (path,)
        _check_names(name, places)
        _check_folder(name, path)
        for place in places:
            for other, used in (read | written).items():
                if _same(place, used):
                    raise OutputError(f"{name} would replace {other}, {used}: choose another name.")
        if path.exists() and not path.is_file():
            raise OutputError(f"{path} is no ordinary file: choose another name for {name}.")
        # A link to nowhere would be replaced like a file.
        if os.path.lexists(path) and not overwrite:
            raise OutputError(f"{path} exists: choose another name for {name}, or add --overwrite.")
        written[name] = path


def _check_names(name: str, places: Iterable[Path]) -> None:
    for place in places:
        try:
            place.lstat()
        except (FileNotFoundError, NotADirectoryError):
            pass  # of which the folder is asked
        except OSError as error:
            raise OutputError(
                f"{place} can't be the name of a file ({error.strerror}): choose another for {name}."
            ) from error


def _check_folder(name: str, path: Path) -> None:
    folder = path.parent
    if not folder.is_dir():
        raise OutputError(f"The folder {folder} doesn't exist: make it or choose another for {name}.")
    if path.is_dir():
        raise OutputError(f"{path} is a folder: give {name} the name of a file.")
    try:
        # Rights alone don't tell: a file system may be mounted read-only, or be full.
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b"\0")
    except OSError as error:
        raise OutputError(
            f"Nothing can be written to {folder} ({error.strerror}): choose another folder for {name}."
        ) from error


def _same(path: Path, other: Path) -> bool:
    try:
        return path.samefile(other)
    except OSError:  # one of them isn't there
        return path.absolute() == other.absolute()
