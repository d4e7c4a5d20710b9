"""Settings that several portrait engines have, in the same words: each function makes one field."""

from __future__ import annotations

from typing import Any

from ..dub.settings import check_files, precision, steps
from ..spec import setting

__all__ = ["check_files", "precision", "seed", "steps", "use_first_frame"]


def use_first_frame() -> Any:
    """bool."""
    return setting(
        False,
        "Of footage, animate the first frame. Off, footage is refused: this engine animates pictures.",
        help="of footage, use the first frame; else footage is refused",
    )


def seed(default: int, what: str) -> Any:
    """int. what: another seed changes, as a sentence."""
    return setting(
        default,
        f"Of what is drawn by chance. {what}",
        help=f"of what is drawn by chance: default {default}",
        low=0,
        high=2**32 - 1,
    )
