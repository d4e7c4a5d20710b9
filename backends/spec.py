"""What an engine is, told without importing it: for nodes, the command line, the panel and the docs."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from pathlib import Path

    from ..engine.consent import Terms
    from ..engine.host.protocol import Host
    from ..engine.parity import Checks
    from ..engine.weights.entries import WeightSet
    from .protocol import LipSyncBackend

Task = Literal["dub", "portrait"]


@dataclass(frozen=True)
class Licence:
    """name: as people know it. url: its text. commercial: whether what is made may be sold; None where the
    text leaves it open. consent: what the user must agree to before anything is made."""

    name: str
    url: str
    commercial: bool | None
    consent: Terms | None = None


@dataclass(frozen=True)
class Setting:
    """What is known of one field of an engine's settings beside its name, type and default.

    tooltip: what it does. flag: on the command line, which has a short help of its own. choices: values of a
    text. low, high, step: of a number. none: the widget's value that stands for None, which a field whose
    default is None must have; of a number it lies below `low`. labels: of a switch that is on and off.
    node_only: no flag, because it says something of what only a node can be connected to.
    """

    tooltip: str
    flag: str = ""
    help: str = ""
    choices: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    step: float | None = None
    none: Any = None
    labels: tuple[str, str] | None = None
    node_only: bool = False

    def is_none(self, value: Any) -> bool:
        """Whether a widget's value stands for None: of a number, all below what the setting takes."""
        if self.none is None or isinstance(self.none, str) or self.low is None:
            return self.none is not None and value == self.none
        return value < self.low


def setting(default: Any, tooltip: str, **known: Any) -> Any:
    """A field of a settings dataclass; known: of Setting."""
    return field(default=default, metadata={"setting": Setting(tooltip, **known)})


@dataclass(frozen=True)
class BackendSpec:
    """One engine, as `backends/NAME/spec.py` declares it in SPEC.

    name: the folder's, and the command line's. title: for people. summary: one sentence on what it does.
    node: id of the node class that makes it. task: "dub" repaints the mouth in footage, "portrait" animates
    one picture. remote: a service does the work. settings: a frozen dataclass of what the user chose, each
    field made by `setting`, None for what another choice decides. weights: what a backend with these settings
    reads. all_weights: what any may read; bundles: names of sets that are of use together. make:
    `make(settings, host, **wired)`, the backend; wired: values that come from other nodes, each optional.
    ready: raises what `make` would for files or consent that are not there, within moments and without torch.
    checks: what compares it with its original's numbers, by name. check: what can only be measured where the
    user's own weights are, on a video: sentences, for the command `check`. reads_lyrics: it makes use of the
    text of what is said where no words in time are given.
    """

    name: str
    title: str
    summary: str
    node: str
    task: Task
    licence: Licence
    settings: type
    make: Callable[..., LipSyncBackend]
    remote: bool = False
    ready: Callable[[Any, Host], None] = lambda settings, host: None
    weights: Callable[[Any], Sequence[WeightSet]] = lambda settings: ()
    all_weights: tuple[WeightSet, ...] = ()
    bundles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    checks: Callable[[], Checks] = dict
    check: Callable[[Path, Host], Iterable[str]] | None = None
    reads_lyrics: bool = False

    def __post_init__(self) -> None:
        """Raises ValueError for settings that neither a node nor the command line could show."""
        for each in dataclasses.fields(self.settings):
            known = each.metadata.get("setting")
            if known is None:
                raise ValueError(f"{each.name} of {self.name} is not made by `setting`")
            if each.default is None and known.none is None:
                raise ValueError(f"{each.name} of {self.name} is None by default, but has no `none=`")

    def known(self) -> dict[str, Setting]:
        """By the fields' names, in their order."""
        return {each.name: each.metadata["setting"] for each in dataclasses.fields(self.settings)}

    def settings_from(self, values: Mapping[str, Any]) -> Any:
        """The settings that widgets of these values stand for; defaults for those that aren't given."""
        known = self.known()
        return self.settings(
            **{name: None if known[name].is_none(value) else value for name, value in values.items()}
        )

    def widget_default(self, name: str) -> Any:
        """What a widget shows for the field's default."""
        default = next(each.default for each in dataclasses.fields(self.settings) if each.name == name)
        return self.known()[name].none if default is None else default
