"""What a node shows of a run beside its results: notes for a person to see at once (`web/src/notices.ts`)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..engine.report import Caution


def notices(notes: Iterable[str]) -> dict[str, Any]:
    """For `ui` of a node's output: {"notices": [{"kind", "text", …}]} of the notes that are cautions."""
    cautions = [note for note in notes if isinstance(note, Caution)]
    return {"notices": [{"kind": note.kind, "text": str(note), **note.values} for note in cautions]}
