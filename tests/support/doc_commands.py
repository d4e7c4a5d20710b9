"""Commands as pages write them: found in Markdown, and brought to what would be typed."""

from __future__ import annotations

import itertools
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_FENCE = re.compile(r"^```[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
_COMMENT = re.compile(r"\s+#\s.*$", re.MULTILINE)
_OPTIONAL = re.compile(r"(?<!\S)\[([^][]*)\]")
# What stands for something of the reader's, and something of that kind.
PLACEHOLDERS = {"SERVICE": "syncso", "ENGINE": "musetalk", "NAME": "viseme"}
SHELL = ("python", "python3", "pip", "git", "cd", "export", "ray", ".ci/run", "uv")


@dataclass(frozen=True)
class Written:
    """A command as a page has it. whole: on a line of its own, to be typed as it is; else in a sentence,
    where what is plain may be left out."""

    page: str
    text: str
    whole: bool

    def __str__(self) -> str:
        return f"{self.page}: {self.text}"


def commands_in(page: Path, root: Path) -> Iterator[Written]:
    """Lines of blocks that hold commands, then all code in sentences."""
    name, text = page.relative_to(root).as_posix(), page.read_text(encoding="utf-8")
    for block in _FENCE.findall(text):
        lines = _COMMENT.sub("", block.replace("\\\n", " ")).splitlines()
        if any(line.split()[:1] and line.split()[0] in SHELL for line in lines):
            for line in filter(str.strip, lines):
                yield from (Written(name, part.strip(), True) for part in line.split("&&"))
    for span in _SPAN.findall(_FENCE.sub("", text)):
        yield Written(name, span.replace("\\|", "|").strip(), False)


def typed(text: str) -> list[list[str]]:
    """What may be typed for it: with and without each part in brackets, with each of several choices."""
    made = []
    for each in _choices(text):
        words = shlex.split(each.replace("…", " "))
        made.append([PLACEHOLDERS.get(word, word) for word in words])
    return made


def _choices(text: str) -> list[str]:
    """`a [b] c` is `a b c` and `a c`; `a b | c` is `a b` and `a c`."""
    groups = [part.split(" | ") for part in _OPTIONAL.findall(text)]
    if groups:
        options = [["", *group] for group in groups]
        pattern = _OPTIONAL.sub("\0", text)
        return [_filled(pattern, chosen) for chosen in itertools.product(*options)]
    first, *others = text.split(" | ")
    head = first.split(" ")[:-1]
    return [first, *(" ".join([*head, other]) for other in others)]


def _filled(pattern: str, chosen: tuple[str, ...]) -> str:
    for each in chosen:
        pattern = pattern.replace("\0", each, 1)
    return pattern
