"""Where results are published: a folder, or an object store by its URL. What is there is whole."""

from __future__ import annotations

import re
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

from ..engine.errors import InputError, MissingFilesError
from ..engine.partial import PartialFile, sweep, write_whole
from ..engine.unwritable import unwritable

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")


def is_url(address: str) -> bool:
    return _URL.match(address) is not None


class Store(Protocol):
    """Files by names with "/" between folders."""

    def put(self, file: Path, name: str) -> None:
        """Publish a local file: at no moment is there a part of it. Raises OutputError, or what the object
        store's library does."""
        ...

    def put_text(self, name: str, text: str) -> None: ...

    def text(self, name: str) -> str | None:
        """None where there is none."""
        ...

    def size(self, name: str) -> int | None:
        """Bytes; None where there is none."""
        ...

    def fetch(self, name: str, path: Path) -> Path:
        """A local file with what is there: `path`, or its own. Raises FileNotFoundError."""
        ...

    def remove(self, name: str) -> None:
        """A file, if it is there."""
        ...

    def clear(self, folder: str, own: re.Pattern[str]) -> None:
        """Remove the files of a folder whose whole names are like that, and it, if nothing else is there."""
        ...


def open_store(where: str) -> Store:
    """Raises MissingFilesError for an URL whose library is not installed, InputError for one of no kind."""
    if where.startswith("file://"):
        where = where.removeprefix("file://")
    return ObjectStore(where) if is_url(where) else FolderStore(Path(where))


class FolderStore:
    """A folder, of this machine or shared: files get their names once they are whole."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, file: Path, name: str) -> None:
        path = self._path(name)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with PartialFile(path) as part:
                shutil.copyfile(file, part.path)
                part.commit()
        except OSError as error:
            raise unwritable(path, error) from error

    def put_text(self, name: str, text: str) -> None:
        path = self._path(name)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, text.encode("utf-8", "backslashreplace"))
        except OSError as error:
            raise unwritable(path, error) from error

    def text(self, name: str) -> str | None:
        try:
            return self._path(name).read_text(encoding="utf-8", errors="replace")
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None

    def size(self, name: str) -> int | None:
        try:
            return self._path(name).stat().st_size
        except (FileNotFoundError, NotADirectoryError):
            return None

    def fetch(self, name: str, path: Path) -> Path:
        return self._path(name)

    def remove(self, name: str) -> None:
        self._path(name).unlink(missing_ok=True)

    def clear(self, folder: str, own: re.Pattern[str]) -> None:
        path = self._path(folder)
        if path.is_dir() and not path.is_symlink():
            sweep(path)
            with suppress(OSError):
                for each in path.iterdir():
                    if own.fullmatch(each.name) and each.is_file():
                        each.unlink()
                path.rmdir()

    def _path(self, name: str) -> Path:
        return self._folder / name


class ObjectStore:
    """Any file system that fsspec knows, by URL: each file by one transfer to its final name."""

    def __init__(self, url: str) -> None:
        self._files, self._root = file_system(url)

    def put(self, file: Path, name: str) -> None:
        self._files.put_file(str(file), self._key(name))

    def put_text(self, name: str, text: str) -> None:
        self._files.pipe_file(self._key(name), text.encode("utf-8", "backslashreplace"))

    def text(self, name: str) -> str | None:
        try:
            return bytes(self._files.cat_file(self._key(name))).decode("utf-8", "replace")
        except FileNotFoundError:
            return None

    def size(self, name: str) -> int | None:
        try:
            self._files.invalidate_cache()
            return int(self._files.info(self._key(name))["size"])
        except FileNotFoundError:
            return None

    def fetch(self, name: str, path: Path) -> Path:
        self._files.get_file(self._key(name), str(path))
        return path

    def remove(self, name: str) -> None:
        with suppress(FileNotFoundError):
            self._files.rm_file(self._key(name))

    def clear(self, folder: str, own: re.Pattern[str]) -> None:
        key = self._key(folder)
        self._files.invalidate_cache()
        with suppress(FileNotFoundError):
            for path in self._files.ls(key, detail=False):
                if own.fullmatch(str(path).rpartition("/")[2]):
                    self._files.rm_file(path)
        self._files.invalidate_cache()
        # Object stores have no folders: one is gone with its last file.
        with suppress(OSError):
            if self._files.isdir(key) and not self._files.ls(key, detail=False):
                self._files.rmdir(key)

    def _key(self, name: str) -> str:
        return f"{self._root.rstrip('/')}/{name}"


def file_system(url: str) -> tuple[Any, str]:
    """fsspec's file system for an URL, and the path in it. Raises as `open_store`."""
    try:
        import fsspec

        files, path = fsspec.core.url_to_fs(url)
    except ImportError as error:
        raise MissingFilesError(
            f"{url} needs a package that is not installed ({error}): install it with this Python, on each "
            "machine."
        ) from error
    except ValueError as error:
        raise InputError(f"{url} is no address that can be opened ({error}): choose another one.") from error
    return files, path
