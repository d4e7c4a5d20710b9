"""The nodes, one module per stage."""

from __future__ import annotations

from comfy_api.latest import ComfyExtension, io
from server import PromptServer

from ..backends.catalogue import CATALOGUE
from ..engine.host.comfy import register_models_folder
from .align import LipSyncAlignLyrics
from .apply import LipSyncApply
from .did_account import LipSyncDIDStatus, LipSyncDIDVoices
from .did_backend import LipSyncDIDBackend
from .did_routes import register_routes as register_did_routes
from .did_talk import LipSyncDIDTalk
from .face_track import LipSyncFaceTrack
from .lyric_preview import register_preview
from .lyric_style import LipSyncLyricStyle
from .lyrics_files import LipSyncLoadLyrics, LipSyncSaveLyrics
from .model_manager import LipSyncModelManager
from .musetalk import LipSyncMuseTalkBackend, LipSyncMuseTalkLoader
from .musetalk_stages import LipSyncAudioFeatures, LipSyncComposite, LipSyncMuseTalkInfer
from .overlay import LipSyncLyricOverlay
from .panel_routes import register_routes as register_panel_routes
from .samples import register_samples
from .timestamp_editor import LipSyncTimestampEditor
from .transcribe import LipSyncTranscribe
from .viseme import LipSyncVisemeBackend
from .whisper_alignment import LipSyncFromWhisperAlignment, LipSyncToWhisperAlignment


class LipSyncStudio(ComfyExtension):
    async def on_load(self) -> None:
        for kind in CATALOGUE.kinds:
            register_models_folder(kind)
        # There is none where nodes are only listed.
        server = getattr(PromptServer, "instance", None)
        if server is not None:
            register_preview(server)
            register_did_routes(server)
            register_panel_routes(server)
            register_samples(server)

    async def get_node_list(self) -> list[type[io.ComfyNode]]:
        return [
            LipSyncApply,
            LipSyncVisemeBackend,
            LipSyncMuseTalkBackend,
            LipSyncDIDBackend,
            LipSyncFaceTrack,
            LipSyncAlignLyrics,
            LipSyncTranscribe,
            LipSyncLoadLyrics,
            LipSyncSaveLyrics,
            LipSyncTimestampEditor,
            LipSyncFromWhisperAlignment,
            LipSyncToWhisperAlignment,
            LipSyncLyricStyle,
            LipSyncLyricOverlay,
            LipSyncModelManager,
            LipSyncMuseTalkLoader,
            LipSyncAudioFeatures,
            LipSyncMuseTalkInfer,
            LipSyncComposite,
            LipSyncDIDTalk,
            LipSyncDIDVoices,
            LipSyncDIDStatus,
        ]
