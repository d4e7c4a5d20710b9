"""Whisper models by name: where they may lie on this machine, and what is fetched where they don't."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ...engine.errors import InputError, MissingFilesError
from ...engine.weights.catalogue import ALIGN, SETS
from ...engine.weights.download import download
from ...engine.weights.entries import WeightFile, WeightSet
from ...engine.weights.locate import locate
from ...engine.weights.sizes import readable
from ..model_files import has_weights
from ..names import MODELS
from .faster import has_network

if TYPE_CHECKING:
    from ...engine.host.protocol import Host

KIND = "whisper"
"""The models folder in which users keep OpenAI's `.pt` files."""

_log = logging.getLogger(__name__)
_MIT = "MIT"
_APACHE = "Apache-2.0"

# Name → megabytes of the network as Hugging Face has OpenAI's, and as CTranslate2's 16-bit conversion.
_SIZES = {
    "tiny": (151, 76),
    "tiny.en": (151, 76),
    "base": (290, 145),
    "base.en": (290, 145),
    "small": (967, 484),
    "small.en": (967, 484),
    "medium": (3056, 1528),
    "medium.en": (3056, 1528),
    "large-v1": (6173, 3087),
    "large-v2": (6173, 3087),
    "large-v3": (3087, 3087),
    "large-v3-turbo": (1618, 1618),
}
_MEGABYTE = 1_000_000
_REPOS = {"large-v1": "openai/whisper-large"}
_CT2_REPOS = {"large-v3-turbo": "mobiuslabsgmbh/faster-whisper-large-v3-turbo"}
# Those with 128 mel bands come with a description of them, and with their words as JSON.
_CT2_NEWER = ("large-v3", "large-v3-turbo")


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
    missing = [file for file in weights.files if file.name not in locate(weights, host)]
    _log.info("Fetching %s (%s)", weights.title, readable(sum(file.bytes for file in missing)))
    download(missing, host)
    return locate(weights, host)[weights.files[0].name].parent


def missing(weights: WeightSet, host: Host) -> MissingFilesError:
    """What to do about a model that is not there."""
    return MissingFilesError(
        f"{weights.title} ({readable(weights.bytes)}) is not installed: turn on download_missing in the node "
        "Transcribe (LipSync), on the command line add --download, or put it into "
        f"{host.models_folder(KIND)}."
    )


def openai_set(name: str) -> WeightSet:
    """What is fetched for whisper-timestamped: OpenAI's weights at Hugging Face, as safetensors."""
    folder = f"whisper-{_known(name)}"
    if folder in SETS:
        return SETS[folder]
    files = {
        "model.safetensors": _SIZES[name][0] * _MEGABYTE,
        "config.json": 2_000,
        "generation_config.json": 3_800,
    }
    return _set(f"Whisper {name}", folder, _REPOS.get(name, f"openai/{folder}"), files, _APACHE)


def ct2_set(name: str) -> WeightSet:
    """What is fetched for faster-whisper."""
    folder = f"faster-whisper-{_known(name)}"
    files = {"model.bin": _SIZES[name][1] * _MEGABYTE, "config.json": 2_500, "tokenizer.json": 2_200_000}
    if name in _CT2_NEWER:
        files |= {"vocabulary.json": 1_070_000, "preprocessor_config.json": 340}
    else:
        files |= {"vocabulary.txt": 460_000}
    return _set(f"faster-whisper {name}", folder, _CT2_REPOS.get(name, f"Systran/{folder}"), files, _MIT)


def _set(title: str, folder: str, repo: str, sizes: dict[str, int], licence: str) -> WeightSet:
    files = tuple(
        WeightFile(name, repo, "main", name, size, None, licence, ALIGN, f"{folder}/{name}")
        for name, size in sizes.items()
    )
    return WeightSet(folder, title, ALIGN, files, f"{licence}.", one_folder=True)


def _known(name: str) -> str:
    if name not in _SIZES:
        raise InputError(f'There is no Whisper model "{name}": choose among {", ".join(MODELS)}.')
    return name


def _folders(host: Host) -> Iterator[Path]:
    """Where Whisper models are kept by users, other packs and openai-whisper itself."""
    for folder in host.models_folders(KIND):
        yield folder
        yield folder.parent / "stt" / "whisper"  # ComfyUI-Whisper
    cache = os.environ.get("XDG_CACHE_HOME")
    yield (Path(cache) if cache else Path.home() / ".cache") / "whisper"
