"""Talking clips from D-ID: its calls, limits and refusals, on the job core.

Needs requests; Pillow and PyAV for media. Neither ComfyUI nor torch.
"""

from .order import TalkConfig, TalkOrder
from .script import Provider, TextScript
from .service import (
    SERVICE,
    TalkJobs,
    clear_key,
    default_folder,
    find_key,
    has_key,
    load_settings,
    open_jobs,
    store_key,
)

__all__ = [
    "SERVICE",
    "Provider",
    "TalkConfig",
    "TalkJobs",
    "TalkOrder",
    "TextScript",
    "clear_key",
    "default_folder",
    "find_key",
    "has_key",
    "load_settings",
    "open_jobs",
    "store_key",
]
