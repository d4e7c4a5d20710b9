"""Where the finished clip goes: looked at before anything is sent, and written whole or not at all."""

from __future__ import annotations

import os
import secrets
import shutil
import stat
from collections.abc import Mapping
from pathlib import Path

from .errors import OutputError
from .journal import FILE_NAME
from .service import Service
from .storage import check_writable

_CONSENT = "consent.json"  # the caller's (engine.consent)
_OWN_FOLDERS = ("spool", "results")


def check_target(
    service: Service,
    out: Path,
    folder: Path,
    inputs: Mapping[str, Path] | None = None,
    *,
    overwrite: bool = False,
) -> None:
    """inputs: what the clip is made from, by what it is ("the picture"). folder: that of key and jobs.

    Raises OutputError if the clip could not be written to `out`, or would replace an input, something of the
    folder's, or, without `overwrite`, any other file."""
    parent = out.parent
    if not parent.is_dir():
        raise OutputError(f"{parent} is no folder; make it, or choose another place with --out.")
    found = _kind(out)
    if found and stat.S_ISDIR(found):
        raise OutputError(f"{out} is a folder; name a file in it with --out.")
    for what, path in (inputs or {}).items():
        if out.exists() and path.exists() and out.samefile(path):
            raise OutputError(
                f"{out} is {what} itself, which is never replaced; choose another name with --out."
            )
    if _is_own(service, out, folder):
        raise OutputError(
            f"{out} is where the {service.title} folder keeps something of its own; choose another place "
            "with --out."
        )
    if found and not stat.S_ISREG(found):
        raise OutputError(f"{out} is no ordinary file; choose another name with --out.")
    if found and not overwrite:
        raise OutputError(f"{out} exists; choose another name with --out, or add --overwrite to replace it.")
    try:
        check_writable(parent)
    except OSError as error:
        raise OutputError(
            f"Nothing can be written to {parent} ({error.strerror}); choose another place with --out."
        ) from None


def deliver(clip: Path, out: Path, *, overwrite: bool = False) -> None:
    """Copy the clip to `out`. Raises OutputError, which says where the clip is kept."""
    part = out.with_name(f".{secrets.token_hex(8)}.part")
    try:
        if not overwrite and os.path.lexists(out):
            raise OutputError(
                f"{out} has come into being meanwhile and was not replaced; the clip is kept as {clip}."
            )
        try:
            with clip.open("rb") as source, part.open("xb") as target:
                shutil.copyfileobj(source, target)
            os.replace(part, out)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(
            f"The clip can't be written to {out} ({error.strerror}); it is kept as {clip}."
        ) from None


def _kind(out: Path) -> int:
    """The mode of what is there, 0 if nothing is. Raises OutputError for a name the system doesn't take."""
    try:
        return out.stat().st_mode
    except FileNotFoundError:
        # A link to nowhere would be replaced like a file.
        return stat.S_IFREG if out.is_symlink() else 0
    except OSError as error:
        raise OutputError(
            f"{out} can't be written ({error.strerror}); choose another name with --out."
        ) from None


def _is_own(service: Service, out: Path, folder: Path) -> bool:
    """Whether it is the key, the settings, the journal with SQLite's files beside it, or among the clips that
    are kept."""
    place, home = out.parent.resolve(), folder.resolve()
    if any(place.is_relative_to(home / name) for name in _OWN_FOLDERS):
        return True
    own = (service.key_file, service.settings_file, FILE_NAME, _CONSENT)
    return place == home and out.name.lower().split("-")[0] in own
