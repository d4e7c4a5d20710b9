"""Synthesia: what it is. No engine of the lip-sync node: it takes no picture and no footage, but makes clips
of avatars of its own."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from ..cloud.spec import CloudSpec, terms_of

if TYPE_CHECKING:
    from ...cloud_jobs import Service

ASPECTS = ("16:9", "9:16", "1:1", "4:5", "5:4")
TERMS = terms_of(
    "synthesia",
    "Synthesia",
    "Synthesia Terms of Service",
    "https://www.synthesia.io/terms/terms-of-service",
    "voices and texts",
)


def _service() -> Service:
    from .client import SERVICE

    return SERVICE


def _add_commands(commands: argparse._SubParsersAction) -> None:
    from .video import add_video

    add_video(commands)


CLOUD = CloudSpec(
    name="synthesia",
    title="Synthesia",
    terms=TERMS,
    service=_service,
    what="makes a clip of one of its own avatars speaking; no picture or footage of yours, so no engine of "
    "Apply Lip-Sync",
    sends="a text or a voice",
    cost="minutes of the plan; nothing for test clips, which have a watermark",
    limits="not documented, but for 30 test clips a day; 30 minutes of sound here",
    kept="not documented; links to clips are limited in time",
    add_commands=_add_commands,
)
