"""What the user has agreed to, a service's terms or an engine's licence: kept outside any workflow, in a file
that is theirs alone."""

from __future__ import annotations

import getpass
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from .errors import ConsentError

FILE_NAME = "consent.json"
FOLDER_VARIABLE = "LIPSYNC_PRIVATE_FOLDER"


@dataclass(frozen=True)
class Terms:
    """What needs consent. key: their name in the file. name, address: what they are called and where they can
    be read. what: what one agrees to, as a noun. dialog: where that is done in ComfyUI's page. command: how
    where there is no page."""

    key: str
    name: str
    address: str
    what: str
    dialog: str
    command: str


@dataclass(frozen=True)
class Consent:
    """name, address: of the terms as they were shown. by: the login name of who agreed. at: when, as ISO 8601
    in UTC."""

    name: str
    address: str
    by: str
    at: str


class Consents:
    """One user's. folder: made, with mode 0700, for the first of them. A damaged file is never overwritten:
    with it, everything here raises ConsentError."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE_NAME

    def given(self, terms: Terms) -> Consent | None:
        """The consent to these terms; one that was given when they stood at another address is none."""
        found = self._read().get(terms.key)
        return found if found and found.address == terms.address else None

    def require(self, terms: Terms) -> None:
        """Raises ConsentError, which says where to agree, until it is given."""
        if self.given(terms) is None:
            raise ConsentError(
                f"You have not agreed to {terms.what} yet (see {terms.address}): do so in ComfyUI's page, in "
                f"the dialog {terms.dialog}, or where there is no page by the command `{terms.command}`."
            )

    def give(self, terms: Terms) -> Consent:
        """Write it down; one that is there stays as it is. Raises ConsentError if it can't be written."""
        there = self.given(terms)
        if there:
            return there
        made = Consent(terms.name, terms.address, _login(), datetime.now(UTC).isoformat(timespec="seconds"))
        self._write({**self._read(), terms.key: made})
        return made

    def withdraw(self, terms: Terms) -> bool:
        """Forget it. Returns whether it was there. Raises ConsentError if that can't be written."""
        kept = self._read()
        there = kept.pop(terms.key, None) is not None
        if there:
            self._write(kept)
        return there

    def _read(self) -> dict[str, Consent]:
        try:
            entries = json.loads(self.path.read_text(encoding="utf-8"))
            kept = {key: Consent(**entry) for key, entry in entries.items()}
            if not all(isinstance(value, str) for each in kept.values() for value in asdict(each).values()):
                raise ValueError("an entry is no text")
            return kept
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, TypeError, AttributeError, RecursionError) as error:
            raise ConsentError(
                f"What you have agreed to can't be read from {self.path} ({error}): correct or delete the "
                "file, and agree anew."
            ) from error

    def _write(self, kept: dict[str, Consent]) -> None:
        """All of it or nothing, as a file of mode 0600."""
        text = json.dumps({key: asdict(each) for key, each in kept.items()}, indent=2)
        try:
            folder = self.path.parent
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile("w", dir=folder, encoding="utf-8", delete=False) as part:
                try:
                    part.write(text)
                    part.close()
                    os.replace(part.name, self.path)
                finally:
                    Path(part.name).unlink(missing_ok=True)
        except OSError as error:
            raise ConsentError(
                f"What you have agreed to can't be written to {self.path} ({error.strerror}): see that "
                "the folder is there, may be written to and has room."
            ) from error


def _login() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # an account without a name, as containers have
        return "unknown"


def named_folder(environ: Mapping[str, str] | None = None) -> Path | None:
    """The folder for consent to licences that the environment names, if it does."""
    named = (os.environ if environ is None else environ).get(FOLDER_VARIABLE)
    return Path(named) if named else None


def private_folder(environ: Mapping[str, str] | None = None) -> Path:
    """Where consent to licences is kept when the caller names no folder.

    LIPSYNC_PRIVATE_FOLDER; else the system-user folder of the ComfyUI this checkout is installed in, so that
    commands and nodes know the same; else a folder in the user's home."""
    if named := named_folder(environ):
        return named
    pack = Path(__file__).absolute().parents[1]  # not resolved: a linked checkout counts as installed
    if pack.parent.name == "custom_nodes":
        return pack.parent.parent / "user" / "__lipsync_studio"
    return Path.home() / ".lipsync-studio"
