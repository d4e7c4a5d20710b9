"""Whisper models by name: where they may lie on this machine, and what is fetched where they don't."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ...engine.errors import InputError, MissingFilesError
from ...engine.weights.entries import WeightSet, readable
from ...engine.weights.locate import is_cut_off, locate, require
from ..model_files import has_weights
from ..weights import ct2_set, openai_set
from .faster import has_network

if TYPE_CHECKING:
    from ...engine.host.protocol import Host

KIND = "whisper"
"""The models folder in which users keep OpenAI's `.pt` files."""

_log = logging.getLogger(__name__)


def local_model(path: str, folders: Iterable[Path]) -> Path:
    """A model's file or folder as the user names it, also in one of the models folders.

    Raises InputError where there is none. Whether all of it is there is for loading to say."""
    given = Path(path).expanduser()
    # An absolute path stays what it is in any folder.
    place = next((each for each in (given, *(folder / given for folder in folders)) if each.exists()), None)
    if place is None:
        raise InputError(f"There is no model at {path}: check the path, or leave it empty.")
    if not has_weights(place) and not has_network(place):
        raise no_model(place)
    return place


def no_model(place: Path) -> InputError:
    """For a file or folder that is something else."""
    return InputError(
        f"{place} is no Whisper model: choose a .pt file, a folder with model.safetensors, or one of "
        "CTranslate2 with model.bin, config.json and tokenizer.json."
    )


def openai_places(name: str, host: Host) -> Iterator[Path]:
    """`.pt` files and Hugging Face folders that openai-whisper's network may be filled from, the user's own
    first. Whether they can be read is for loading to say."""
    for folder in _folders(host):
        for place in (folder / f"{name}.pt", folder / f"whisper-{name}", folder / name):
            if has_weights(place):
                yield place
    found = _located(openai_set(name), host).get("model.safetensors")
    if found:
        yield found.parent


def ct2_places(name: str, host: Host) -> Iterator[Path]:
    """CTranslate2 folders. Whether they hold all that a model needs is for loading to say."""
    for folder in (*host.models_folders("faster-whisper"), *_folders(host)):
        for place in (folder / f"faster-whisper-{name}", folder / name):
            if has_network(place):
                yield place
    folders = dict.fromkeys(path.parent for path in _located(ct2_set(name), host).values())
    yield from (folder for folder in folders if has_network(folder))


def _located(weights: WeightSet, host: Host) -> dict[str, Path]:
    """A folder that can't be looked into holds nothing."""
    try:
        return locate(weights, host)
    except OSError as error:
        _log.warning("Models may lie where they can't be read: %s", error)
        return {}


def fetched(weights: WeightSet, host: Host) -> Path:
    """Download what a set lacks; its folder. Raises WeightsError."""
    return require(weights, host, download=True)[weights.files[0].name].parent


def mend(weights: WeightSet, host: Host) -> None:
    """Fetch anew what was cut off of a set. Raises WeightsError."""
    found = _located(weights, host)
    if any(is_cut_off(file, found.get(file.name)) for file in weights.files):
        fetched(weights, host)


ADVICE_NODE = (
    "turn on download_missing in the node Transcribe (LipSync), name one of your own in model_path, or "
    "choose the engine pocketsphinx, which takes none but mishears every other word."
)
ADVICE_COMMAND = (
    "give what is said with --lyrics, add --download-model, name one of your own with --whisper, or choose "
    "--transcriber pocketsphinx, which takes none but mishears every other word."
)


def missing(weights: WeightSet, advice: str = ADVICE_NODE) -> MissingFilesError:
    """What to do about a model that is not there."""
    return MissingFilesError(
        f"Transcribing takes a Whisper model, and {weights.title} ({readable(weights.bytes)}, "
        f"{weights.files[0].licence}) is not installed: {advice}",
        weights.name,
        weights.bytes,
    )


def _folders(host: Host) -> Iterator[Path]:
    """Where Whisper models are kept by users, other packs and openai-whisper itself."""
    for folder in host.models_folders(KIND):
        yield folder
        yield folder.parent / "stt" / "whisper"  # ComfyUI-Whisper
    cache = os.environ.get("XDG_CACHE_HOME")
    yield (Path(cache) if cache else Path.home() / ".cache") / "whisper"
