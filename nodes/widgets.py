"""Widgets for an engine's settings, with the range and the tooltip that its spec gives them."""

from __future__ import annotations

from typing import Any

from comfy_api.latest import io

from ..backends.spec import BackendSpec

_KINDS: dict[type, Any] = {
    bool: io.Boolean.Input,
    int: io.Int.Input,
    float: io.Float.Input,
    str: io.String.Input,
}


def widget(
    spec: BackendSpec, name: str, *, optional: bool = False, advanced: bool = False, tooltip: str = ""
) -> io.Input:
    """tooltip: a sentence to add to the setting's own."""
    known = spec.known()[name]
    default = spec.widget_default(name)
    options: dict[str, Any] = {"default": default, "tooltip": known.tooltip + tooltip}
    # What a widget is not, it doesn't say: the schema is compared with that of graphs saved earlier.
    if optional:
        options["optional"] = True
    if advanced:
        options["advanced"] = True
    if known.choices:
        return io.Combo.Input(name, options=list(known.choices), **options)
    if known.labels:
        options["label_on"], options["label_off"] = known.labels
    lowest = known.low if known.none is None else known.none
    if name == "seed":
        # By itself the page would change it with every run.
        options["control_after_generate"] = False
    limits = {"min": lowest, "max": known.high, "step": known.step}
    options |= {limit: value for limit, value in limits.items() if value is not None}
    return _KINDS[type(default)](name, **options)


def advanced(spec: BackendSpec, *names: str) -> list[io.Input]:
    """Those that may be left out, and that the page folds away."""
    return [widget(spec, name, optional=True, advanced=True) for name in names]
