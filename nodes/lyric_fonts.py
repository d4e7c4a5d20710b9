"""Where the lyric nodes look for fonts in ComfyUI."""

from __future__ import annotations

from pathlib import Path

import folder_paths

FONTS = "fonts"  # the kind of models folder: models/fonts, and the folders that the user has set for it


def font_path(font: str) -> str:
    """The path of a font whose file lies in the input folder; any other name as it is."""
    name = font.strip()
    file = Path(folder_paths.get_input_directory()) / name
    return str(file) if name and file.is_file() else name
