"""Singers by name at the head of lines ("Anna: Hello"), of lyrics as text and of LRC.

A name is one where a tag of LRC, our own, declares it ("[singers:Anna, Ben]"), or where the text has a
pattern of them: two at least, with two lines each, or before each line.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from . import sections

# Before a colon that makes no singer of what it follows.
_JOINER = "\u2060"
TAG = "singers"

_NAME = rf"[^\W\d_][^:：;,\[\]<>\n{_JOINER}]{{0,39}}"
_HEAD = re.compile(rf"\s*(?P<name>{_NAME})[:：]\s*(?=\S)")
_GUARDED = re.compile(rf"^(\s*{_NAME}){_JOINER}+(?=[:：])")
_PREFIX = re.compile(r"\s*(?P<name>[vV][0-9]{1,4}):\s*(?=\S)")
_WRITABLE = re.compile(_NAME)

Singers = Mapping[str, str]
"""Names as a file spells them first, by their lower case."""


def declared(value: str) -> dict[str, str]:
    """What the tag says."""
    return _by_lower_case(filter(None, (name.strip() for name in value.split(","))))


def found(texts: Sequence[str]) -> dict[str, str]:
    """The names that the lines of a file make a pattern of; none if there is no such. texts: what follows
    the stamps, if any."""
    texts = [text for text in texts if text.strip()]
    heads = [name for text in texts if (name := _head_name(text)) and _may_be_name(name)]
    spelt = [name for head in heads for name in sections.names_in(head)]
    counts = Counter(name.lower() for name in spelt)
    often = {name for name, count in counts.items() if count > 1}
    if len(heads) == len(texts) and 1 < len(counts) <= max(2, len(texts) // 2):
        often = set(counts)
    return _by_lower_case(name for name in spelt if name.lower() in often) if len(often) > 1 else {}


def split(text: str, singers: Singers) -> tuple[str | None, str]:
    """Who sings a line ("v1", "Anna"), None where it names nobody, and the rest of it."""
    if prefix := _PREFIX.match(text):
        return prefix["name"].lower(), text[prefix.end() :]
    head = _HEAD.match(text) if singers else None
    name = head["name"].strip() if head else ""
    if head is None or not _is_singer(name, singers):
        return None, text
    return singers.get(name.lower(), name), text[head.end() :]


def guarded(text: str, singers: Singers) -> str:
    """A text in which the reader finds no singer; `unguarded` has it as it was."""
    text = unguarded(text)
    head = _HEAD.match(text)
    if head is None:
        return text
    name, end = head["name"].strip(), head.end("name")
    if not _may_be_name(name) and not _is_singer(name, singers):
        return text
    return text[:end] + _JOINER + text[end:]


def unguarded(text: str) -> str:
    return _GUARDED.sub(r"\1", text)


def writable(voices: Sequence[str]) -> dict[str, str]:
    """Those that can stand before a line."""
    return _by_lower_case(
        voice for voice in voices if _WRITABLE.fullmatch(voice) and voice == " ".join(voice.split())
    )


def _by_lower_case(names: Iterable[str]) -> dict[str, str]:
    by_name: dict[str, str] = {}
    for name in names:
        by_name.setdefault(name.lower(), name)
    return by_name


def _head_name(text: str) -> str:
    head = _HEAD.match(text)
    return head["name"].strip() if head else ""


def _may_be_name(name: str) -> bool:
    return sections.is_name(name) and not sections.is_square_header(name)


def _is_singer(name: str, singers: Singers) -> bool:
    """Also of several ("Anna & Ben"), and of a part that anyone may have ("Both"), beside names."""
    return bool(singers) and (name.lower() in singers or sections.is_known_name(name, singers))
