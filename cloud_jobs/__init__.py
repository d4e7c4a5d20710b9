"""Paid jobs at cloud services that survive crashes, are paid for once, and never show the key.

Knows no service: one is a `Service` with a client (`service.py`). Needs requests; Pillow and PyAV for media.
Neither ComfyUI nor torch.
"""

from .errors import CloudJobsError
from .jobs import CloudJobs, open_jobs
from .keys import ApiKey, clear_key, find_key, has_key, store_key
from .media import Picture, PictureLimits, Recording, SoundLimits
from .order import Estimate, Order, OrderFile, PlainOrder, bytes_file
from .running import Step
from .service import Client, Service
from .settings import Settings, default_folder, load_settings

__all__ = [
    "ApiKey",
    "Client",
    "CloudJobs",
    "CloudJobsError",
    "Estimate",
    "Order",
    "OrderFile",
    "Picture",
    "PictureLimits",
    "PlainOrder",
    "Recording",
    "Service",
    "Settings",
    "SoundLimits",
    "Step",
    "bytes_file",
    "clear_key",
    "default_folder",
    "find_key",
    "has_key",
    "load_settings",
    "open_jobs",
    "store_key",
]
