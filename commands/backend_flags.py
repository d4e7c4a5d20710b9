"""The settings of every engine as flags, and the engine that they ask for."""

from __future__ import annotations

import argparse
import dataclasses
import sys
from collections.abc import Callable, Sequence
from typing import Any

from ..backends.protocol import LipSyncBackend
from ..backends.registry import backends
from ..backends.spec import BackendSpec, Setting
from ..engine.errors import InputError
from ..engine.host.plain import PlainHost
from ..engine.weights.entries import WeightSet


def add_backend_flags(parser: argparse.ArgumentParser) -> None:
    """A group for each engine. A flag that several have stands in the first one's; what it takes is looked at
    once the engine is known."""
    taken: set[str] = set()
    for spec in backends().values():
        group = parser.add_argument_group(f"with --backend {spec.name}")
        for field in dataclasses.fields(spec.settings):
            known: Setting = field.metadata["setting"]
            flag = _flag(field.name, known)
            if flag in taken:
                continue
            taken.add(flag)
            kind = _kind(field, known)
            if kind is bool:
                action = argparse.BooleanOptionalAction if field.default else "store_true"
                group.add_argument(flag, action=action, default=None, dest=_dest(flag), help=known.help)
                continue
            options = [choice for choice in known.choices if choice != known.none]
            metavar = f"{{{','.join(options)}}}" if options else field.name.split("_")[-1].upper()
            group.add_argument(flag, metavar=metavar, dest=_dest(flag), help=known.help)


def make_backend(options: argparse.Namespace, host: PlainHost) -> LipSyncBackend:
    """Raises InputError for an option that the engine doesn't know, and for a value that it doesn't take."""
    spec = backends()[options.backend]
    values: dict[str, Any] = {}
    own = {_flag(name, known) for name, known in spec.known().items()}
    for flag in sorted(_all_flags()):
        if getattr(options, _dest(flag)) is not None and flag not in own:
            raise InputError(
                f"{flag} is no option of the backend {spec.name}: leave it out, or choose another --backend."
            )
    for field in dataclasses.fields(spec.settings):
        flag = _flag(field.name, field.metadata["setting"])
        given = getattr(options, _dest(flag))
        if given is not None:
            values[field.name] = _value(flag, given, _kind(field, field.metadata["setting"]), spec)
    settings = spec.settings(**values)
    if values.get("download_missing"):
        _announce(spec.weights(settings), host)
    return spec.make(settings, host)


def _flag(name: str, known: Setting) -> str:
    return known.flag or "--" + name.replace("_", "-")


def _dest(flag: str) -> str:
    return "setting" + flag.replace("-", "_")


def _all_flags() -> set[str]:
    return {_flag(name, known) for spec in backends().values() for name, known in spec.known().items()}


def _kind(field: dataclasses.Field[Any], known: Setting) -> Callable[[str], Any]:
    sample = known.none if field.default is None else field.default
    return str if known.choices else type(sample)


def _value(flag: str, given: Any, kind: Callable[[str], Any], spec: BackendSpec) -> Any:
    known = next(known for name, known in spec.known().items() if _flag(name, known) == flag)
    if kind is bool:
        return bool(given)
    choices = [choice for choice in known.choices if choice != known.none]
    if choices and given not in choices:
        raise InputError(f"{flag} {given} is not there: choose one of {', '.join(choices)}.")
    try:
        value = kind(given)
    except ValueError:
        raise InputError(f"{flag} {given} is no number: give one.") from None
    if known.low is not None and known.high is not None:
        least = 0 if known.none is not None else known.low
        if not least <= value <= known.high:
            raise InputError(f"{flag} {given} is out of range: give {least:g} to {known.high:g}.")
    return value


def _announce(sets: Sequence[WeightSet], host: PlainHost) -> None:
    """Sizes and licences of what is about to be fetched."""
    from ..engine.weights.listing import plan_text
    from ..engine.weights.status import status

    found = status(host, list(sets))
    if found.to_download:
        print(plan_text(found), file=sys.stderr, flush=True)
