"""Talking clips from D-ID: orders that survive crashes, are paid for once, and never show the key.

Needs requests; Pillow and PyAV for media. Neither ComfyUI nor torch.
"""

from .errors import DIDError
from .jobs import Step, TalkJobs, outcome
from .keys import ApiKey, clear_key, find_key, has_key, store_key
from .order import Estimate, Picture, Recording, TalkOrder, estimate
from .script import (
    PROVIDERS,
    Amazon,
    AzureOpenAI,
    ElevenLabs,
    Google,
    Microsoft,
    TextScript,
    provider_from,
)
from .settings import Settings, default_folder, load_settings
from .talk import TalkConfig

__all__ = [
    "Amazon",
    "ApiKey",
    "AzureOpenAI",
    "DIDError",
    "ElevenLabs",
    "Estimate",
    "Google",
    "Microsoft",
    "PROVIDERS",
    "Picture",
    "Recording",
    "Settings",
    "Step",
    "TalkConfig",
    "TalkJobs",
    "TalkOrder",
    "TextScript",
    "clear_key",
    "default_folder",
    "estimate",
    "find_key",
    "has_key",
    "load_settings",
    "outcome",
    "provider_from",
    "store_key",
]
