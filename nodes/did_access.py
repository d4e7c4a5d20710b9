"""The D-ID account of this ComfyUI: its folder, settings and jobs. The key is read here when it is needed and
never passes through a node's inputs or outputs."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import folder_paths
from comfy.cli_args import args

from .requirements import engine_imports

if TYPE_CHECKING:
    from ..did_client import Settings, TalkJobs

SYSTEM_USER = "lipsync_studio"


def did_folder() -> Path:
    """Key, settings, journal and clips; ComfyUI serves no file of a system user's folder. The variable is the
    command line's, so that both see the same jobs."""
    with engine_imports():
        from ..did_client.settings import FOLDER_VARIABLE
    named = os.environ.get(FOLDER_VARIABLE)
    return Path(named) if named else Path(folder_paths.get_system_user_directory(SYSTEM_USER)) / "did"


def did_settings() -> Settings:
    """What did.json says, without cloud calls where ComfyUI runs with --disable-api-nodes."""
    with engine_imports():
        from ..did_client import load_settings
    settings = load_settings(did_folder())
    return replace(settings, cloud=settings.cloud and not args.disable_api_nodes)


def open_jobs() -> TalkJobs:
    """Raises CloudDisabledError, KeyMissingError, KeyFileError, SettingsError."""
    with engine_imports():
        from ..did_client import TalkJobs, find_key
        from ..did_client.account import check_enabled
    folder, settings = did_folder(), did_settings()
    check_enabled(settings)
    return TalkJobs(folder, settings, find_key(folder))
