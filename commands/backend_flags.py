"""The settings of every engine as flags, and the engine that they ask for."""

from __future__ import annotations

import argparse
import dataclasses
import logging
import sys
import textwrap
from collections.abc import Sequence
from functools import partial
from typing import Any

from ..backends.registry import backends
from ..backends.spec import BackendSpec, Setting
from ..engine.errors import InputError
from ..engine.host.plain import PlainHost
from .parser import UsageError

Field = dataclasses.Field[Any]
_log = logging.getLogger(__name__)
_WIDTH = 76  # of help, which argparse indents


def add_backend_flags(parser: argparse.ArgumentParser) -> None:
    """A group for each engine; a flag that several have is in the first one's, and told in the others'."""
    known = _flags()
    for spec in backends().values():
        own = {flag: fields for flag, fields in known.items() if next(iter(fields)) == spec.name}
        shared = [
            _told(flag, fields[spec.name].metadata["setting"])
            for flag, fields in known.items()
            if spec.name in fields and flag not in own
        ]
        told = textwrap.fill("; ".join(shared), _WIDTH, break_on_hyphens=False) or None
        group = parser.add_argument_group(f"with --backend {spec.name}", told)
        for flag, fields in own.items():
            field = fields[spec.name]
            setting: Setting = field.metadata["setting"]
            options: dict[str, Any] = {"dest": _dest(flag), "default": None, "help": setting.help}
            if _kind(field) is bool:
                on = any(each.default for each in fields.values())
                options["action"] = argparse.BooleanOptionalAction if on else "store_true"
            else:
                options["type"] = partial(_of_any, tuple(fields.values()))
                options["metavar"] = _values(setting) or field.name.split("_")[-1].upper()
            try:
                group.add_argument(flag, **options)
            except argparse.ArgumentError:
                _log.warning("The engine %s can't have %s: it is an option of render itself", spec.name, flag)


def chosen_settings(options: argparse.Namespace) -> Any:
    """The settings of the engine that is asked for.

    Raises UsageError for an option that the engine doesn't know, and for a value that it doesn't take."""
    spec = backends()[options.backend]
    chosen: dict[str, Any] = {}
    for flag, fields in _flags().items():
        given = getattr(options, _dest(flag), None)
        if given is None:
            continue
        if spec.name not in fields:
            raise UsageError(
                f"{flag} is no option of the backend {spec.name}: leave it out, or choose another --backend."
            )
        field = fields[spec.name]
        try:
            chosen[field.name] = given if isinstance(given, bool) else _of(field, given)
        except ValueError as error:
            raise UsageError(f"argument {flag}: {error}.") from None
    try:
        return spec.settings(**chosen)
    except InputError as error:
        raise UsageError(str(error)) from None


def _flags() -> dict[str, dict[str, Field]]:
    """The fields that each flag stands for, by the engine's name."""
    known: dict[str, dict[str, Field]] = {}
    for spec in backends().values():
        for field in dataclasses.fields(spec.settings):
            setting: Setting = field.metadata["setting"]
            if setting.node_only:
                continue
            flag = setting.flag or "--" + field.name.replace("_", "-")
            known.setdefault(flag, {})[spec.name] = field
    return known


def _dest(flag: str) -> str:
    return "setting" + flag.replace("-", "_")


def _kind(field: Field) -> type:
    setting: Setting = field.metadata["setting"]
    return str if setting.choices else type(setting.none if field.default is None else field.default)


def _values(setting: Setting) -> str:
    """What a flag takes, as argparse writes it; "" for a number."""
    choices = [choice for choice in setting.choices if choice != setting.none]
    return f"{{{','.join(choices)}}}" if choices else ""


def _told(flag: str, setting: Setting) -> str:
    values = _values(setting)
    return f"{flag}{' ' if values else ''}{values}: {setting.help}"


def _of_any(fields: Sequence[Field], text: str) -> str:
    """The text, where one of the engines takes it."""
    problem = ""
    for field in fields:
        try:
            _of(field, text)
        except ValueError as error:
            problem = problem or str(error)
        else:
            return text
    raise argparse.ArgumentTypeError(problem)


def _of(field: Field, text: str) -> Any:
    """The value that a text stands for. Raises ValueError with what is wrong."""
    setting: Setting = field.metadata["setting"]
    if setting.choices:
        if text not in setting.choices or text == setting.none:
            raise ValueError(f"{text} is none of {_values(setting)}")
        return text
    try:
        value = _kind(field)(text)
    except ValueError:
        raise ValueError(f"{text} is no {'whole ' if _kind(field) is int else ''}number") from None
    low, high = setting.low, setting.high
    if low is not None and high is not None and not low <= value <= high:
        raise ValueError(f"{text} is not from {low:g} to {high:g}")
    return value


def announce(backend: str, settings: Any, host: PlainHost) -> None:
    """Sizes and licences of what is about to be fetched, on standard error."""
    from ..engine.weights.status import plan_text, status

    if not getattr(settings, "download_missing", False):
        return
    found = status(host, list(backends()[backend].weights(settings)))
    if found.to_download:
        print(plan_text(found), file=sys.stderr, flush=True)


def flags_of(spec: BackendSpec) -> dict[str, str]:
    """The flag of each setting that has one, by its name."""
    return {fields[spec.name].name: flag for flag, fields in _flags().items() if spec.name in fields}
