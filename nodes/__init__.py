"""The nodes, one module per stage."""

from __future__ import annotations

from comfy_api.latest import ComfyExtension, io

from .align import LipSyncAlignLyrics
from .apply import LipSyncApply
from .face_track import LipSyncFaceTrack
from .overlay import LipSyncLyricOverlay
from .viseme import LipSyncVisemeBackend


class LipSyncStudio(ComfyExtension):
    async def get_node_list(self) -> list[type[io.ComfyNode]]:
        return [LipSyncApply, LipSyncVisemeBackend, LipSyncFaceTrack, LipSyncAlignLyrics, LipSyncLyricOverlay]
