"""Files in ComfyUI's output folder, named as its own save nodes name them."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import folder_paths
from comfy_api.latest import io, ui

from ..engine.errors import OutputError
from ..engine.unwritable import unwritable

_DATE = re.compile(r"%date(?::([^%]*))?%")
_FIELDS = re.compile(r"yyyy|yyy|yy|y|MM?|dd?|hh?|mm?|ss?")
_ALL_FIELDS = "yyyyMMddhhmmss"
_NAMES = {"y": "year", "M": "month", "d": "day", "h": "hour", "m": "minute", "s": "second"}


def output_file(prefix: str, suffix: str) -> tuple[Path, ui.SavedResult]:
    """The next free name PREFIX_00001SUFFIX, and what the front end is told of it.

    prefix: may name folders below the output folder, which are made, and hold %date:yyyy-MM-dd%, %year%, ….
    Raises OutputError for one that leads out of the output folder, or that can't be made there.
    """
    try:
        folder, name, counter, subfolder, _ = folder_paths.get_save_image_path(
            dated(prefix, datetime.now()), folder_paths.get_output_directory()
        )
    except OSError as error:
        raise unwritable(Path(folder_paths.get_output_directory(), prefix), error) from error
    except Exception as error:  # ComfyUI raises nothing more special
        raise OutputError(
            f"The filename prefix {prefix!r} cannot be used: it must name a place in ComfyUI's output folder."
        ) from error
    file = f"{name}_{counter:05}{suffix}"
    return Path(folder, file), ui.SavedResult(file, subfolder, io.FolderType.output)


def companion_file(prefix: str, suffix: str) -> tuple[Path, ui.SavedResult]:
    """A name beside the file that ComfyUI's save node will make next by this prefix, with its number:
    PREFIX-00001SUFFIX beside PREFIX_00001_.mp4. With an underscore ComfyUI would count it among its own, and
    give the other file the next number. Raises OutputError as `output_file` does."""
    path, saved = output_file(prefix, suffix)
    stem, _, number = path.name[: -len(suffix)].rpartition("_")
    names = (
        f"{stem}-{number}{again}{suffix}" for again in ("", *(f"-{count}" for count in range(2, 10_000)))
    )
    name = next(name for name in names if not path.with_name(name).exists())
    return path.with_name(name), ui.SavedResult(name, saved["subfolder"], io.FolderType.output)


def dated(prefix: str, now: datetime) -> str:
    """%date% and %date:FORMAT%, as the front end fills them in for ComfyUI's own save nodes."""

    def field(match: re.Match[str]) -> str:
        code = match[0]
        value = str(getattr(now, _NAMES[code[0]]))
        return value[-len(code) :] if code[0] == "y" else value.zfill(len(code))

    return _DATE.sub(lambda match: _FIELDS.sub(field, match[1] or _ALL_FIELDS), prefix)
