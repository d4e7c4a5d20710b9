"""Talking clips from D-ID: orders that survive crashes, are paid for once, and never show the key.

Needs requests; Pillow and PyAV for media. Neither ComfyUI nor torch.
"""

from .errors import DIDError
from .jobs import Step, TalkJobs, open_jobs
from .keys import ApiKey, clear_key, find_key, has_key, store_key
from .order import Estimate, Picture, Recording, TalkConfig, TalkOrder, estimate
from .script import Provider, TextScript
from .settings import Settings, load_settings

__all__ = [
    "ApiKey",
    "DIDError",
    "Estimate",
    "Picture",
    "Provider",
    "Recording",
    "Settings",
    "Step",
    "TalkConfig",
    "TalkJobs",
    "TalkOrder",
    "TextScript",
    "clear_key",
    "estimate",
    "find_key",
    "has_key",
    "load_settings",
    "open_jobs",
    "store_key",
]
