"""How every command reads its arguments: help with examples, one sentence for what is wrong."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any, NoReturn

from ..engine.errors import InputError

# Exit codes, of all commands.
DONE, FAILED, USAGE, STOPPED = 0, 1, 2, 130
PROGRAM = "python -m lipsync_studio"
# An option that was meant is at least so alike to what was written.
_ALIKE = 0.75


class UsageError(InputError):
    """A flag, or its value, can't be meant: exit code 2, as for whatever argparse refuses."""


class Parser(argparse.ArgumentParser):
    """Shows its help where arguments are needed and none are given. examples: what follows the program's
    name, one line each."""

    def __init__(self, *arguments: Any, examples: Sequence[str] = (), **options: Any) -> None:
        if examples:
            lines = "\n".join(f"  {PROGRAM} {example}" for example in examples)
            options["epilog"] = f"example{'s' * (len(examples) > 1)}:\n{lines}"
        options["formatter_class"] = argparse.RawDescriptionHelpFormatter
        super().__init__(*arguments, **options)

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        given = sys.argv[1:] if args is None else list(args)
        # argparse calls a list that may be empty required.
        needed = any(each.required and each.nargs != argparse.ZERO_OR_MORE for each in self._actions)
        if not given and needed:
            self.print_help(sys.stderr)
            self.exit(USAGE)
        options, left = super().parse_known_args(given, namespace)
        if left:
            # Said here, where it is known which options there are, and not by the parser above.
            self.error(f"unrecognized arguments: {' '.join(left)}{self._meant(left)}")
        return options, left

    def _meant(self, left: Sequence[str]) -> str:
        """The options that are nearest to those that aren't known."""
        shown = [
            flag
            for action in self._actions
            if action.help != argparse.SUPPRESS
            for flag in action.option_strings
        ]
        asked = [word.partition("=")[0] for word in left if word.startswith("--")]
        near = [found for word in asked for found in get_close_matches(word, shown, 1, _ALIKE)]
        return f" (did you mean {' and '.join(dict.fromkeys(near))}?)" if near else ""

    def error(self, message: str) -> NoReturn:
        if message.endswith("expected one argument"):
            message += " (one that begins with a dash is written with =, as in --out=-1.mp4)"
        self.exit(USAGE, f"Error: {message}; see `{self.prog} --help`.\n")


def add_command(
    commands: argparse._SubParsersAction, name: str, help: str, *examples: str, **options: Any
) -> argparse.ArgumentParser:
    """A command of that name; examples: as Parser takes them."""
    options.setdefault("description", f"{help[0].upper()}{help[1:]}.")
    return commands.add_parser(name, help=help, examples=examples, **options)
