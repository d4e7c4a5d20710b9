"""Requests of two people in one picture, and the engines that are asked them."""

from __future__ import annotations

from types import SimpleNamespace

from lipsync_studio.backends.dub.backend import DubBackend
from lipsync_studio.backends.request import LipSyncRequest, Voice
from lipsync_studio.backends.viseme.pipeline import VisemeEngine
from lipsync_studio.devtools.bench.small_networks import NETWORKS, small_backend
from lipsync_studio.engine.host.plain import PlainHost

ENGINES = ("viseme", *NETWORKS)


def request_of(scene: SimpleNamespace, *voices: Voice, **options) -> LipSyncRequest:
    """scene: the fixture of `unit/backends`."""
    given = {"source": scene.source, "soundtrack": scene.both, "track": scene.track, "voices": voices}
    return LipSyncRequest(**{**given, **options})


def both_voices(scene: SimpleNamespace, silence=None) -> list[Voice]:
    return [Voice(side, scene.voices[side], silence=silence) for side in ("left", "right")]


def seeded_backend(name: str, host: PlainHost) -> DubBackend:
    """One of ENGINES; what takes weights has a small seeded network."""
    return DubBackend(VisemeEngine()) if name == "viseme" else small_backend(name, host)
