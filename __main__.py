"""`python -m lipsync_studio COMMAND`, or `python PATH/lipsync-studio COMMAND` where nothing is installed."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path


def _package() -> str:
    """The package's name; where nothing is installed, it is loaded from this folder as `lipsync_studio`."""
    if __package__:
        return __package__
    folder = Path(__file__).resolve().parent
    # Started by its path, Python put the folder itself on sys.path, where its packages would shadow others'
    # names.
    sys.path[:] = [entry for entry in sys.path if Path(entry or ".").resolve() != folder]
    spec = importlib.util.spec_from_file_location(
        "lipsync_studio", folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["lipsync_studio"] = module
    spec.loader.exec_module(module)
    return "lipsync_studio"


if __name__ == "__main__":
    try:
        commands = importlib.import_module(f"{_package()}.commands")
        code = commands.main(sys.argv[1:])
    except KeyboardInterrupt:
        # While modules are imported, or arguments read: nobody else catches it yet.
        print("Stopped.", file=sys.stderr)
        code = 130
    except ModuleNotFoundError as missing:
        if (missing.name or "").startswith("lipsync_studio"):
            raise
        wanted = Path(__file__).resolve().parent / "requirements.txt"
        code = (
            f'The Python package "{missing.name}" is not installed for {sys.executable}: run this with the '
            f'Python that runs ComfyUI, or "{sys.executable} -m pip install -r {wanted}".'
        )
    sys.exit(code)
