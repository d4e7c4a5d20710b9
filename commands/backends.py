"""`backends`: the engines there are, what they need and what can be set."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence

from ..backends.registry import backends
from ..backends.spec import BackendSpec
from ..engine.weights.entries import readable
from .backend_flags import flags_of
from .parser import add_command

_TASKS = {"dub": "repaints the mouth in footage", "portrait": "animates one picture"}
_COMMERCIAL = {True: "yes", False: "no", None: "see the licence"}


def add_parser(commands: argparse._SubParsersAction) -> None:
    parser = add_command(
        commands,
        "backends",
        "list the engines: what they do, need and take",
        "backends",
        "backends --markdown",
    )
    parser.add_argument("--markdown", action="store_true", help="as the tables of docs/backends.md")
    parser.set_defaults(run=_list)


def _list(options: argparse.Namespace) -> None:
    specs = backends().values()
    if options.markdown:
        print(tables(specs))
        return
    for spec in specs:
        print(f"{spec.name}: {spec.summary}")
        for name, value in _facts(spec).items():
            print(f"  {name}: {value}")
        print(f"  licence: {spec.licence.name}, {spec.licence.url}")


def tables(specs: Iterable[BackendSpec]) -> str:
    """Markdown: a line for each engine, then a table of each one's settings."""
    rows = [
        {
            "engine": f"**{spec.title}**: {spec.summary}",
            "`--backend`": f"`{spec.name}`",
            **_facts(spec),
            "licence": f"[{spec.licence.name}]({spec.licence.url})",
        }
        for spec in specs
    ]
    parts = [_table(list(rows[0]), [list(row.values()) for row in rows])]
    for spec in specs:
        known, flags = spec.known(), flags_of(spec)
        settings = [[f"`{flag}`", f"`{name}`", known[name].tooltip] for name, flag in flags.items()]
        settings += [["", f"`{name}`", each.tooltip] for name, each in known.items() if each.node_only]
        parts.append(f"## {spec.title}\n\n{_table(['option', 'in the node', 'meaning'], settings)}")
    return "\n\n".join(parts)


def _facts(spec: BackendSpec) -> dict[str, str]:
    size = sum(each.bytes for each in spec.weights(spec.settings()))
    return {
        "task": _TASKS[spec.task],
        "runs": "at the service" if spec.remote else "on this computer",
        "model files": readable(size) if size else "none",
        "results may be sold": _COMMERCIAL[spec.licence.commercial],
    }


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
