"""The ffmpeg program, as a second opinion on what a file holds."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import imageio_ffmpeg
import numpy as np

_SHOWN = re.compile(r"n:\s*\d+ pts:\s*\S+ pts_time:(\S+).* sar:(\d+)/(\d+) s:(\d+)x(\d+)")


def ffmpeg(*arguments: str | Path) -> str:
    """What it says; fails where it does."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-nostdin", "-y", *map(str, arguments)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr[-2000:]
    return run.stderr


def converted(
    frames: list[np.ndarray], pix_fmt: str, size: tuple[int, int], target: str, filters: str
) -> list[np.ndarray]:
    """Raw pictures in another format: bytes of each."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-f", "rawvideo", "-pix_fmt", pix_fmt, "-s",
               "{}x{}".format(*size), "-i", "-", "-vf", filters, "-pix_fmt", target, "-f", "rawvideo",
               "-"]  # fmt: skip
    given = b"".join(frame.tobytes() for frame in frames)
    run = subprocess.run(command, input=given, capture_output=True, check=False)
    assert run.returncode == 0, run.stderr[-2000:]
    return list(np.frombuffer(run.stdout, np.uint8).reshape(len(frames), -1))


def version() -> str:
    return imageio_ffmpeg.get_ffmpeg_version()


@dataclass(frozen=True)
class Decoded:
    """times: seconds from the first. aspect: of a sample. frames: bytes of each in the format asked for."""

    size: tuple[int, int]
    aspect: Fraction
    times: list[float]
    frames: list[np.ndarray]


def decode(path: Path, pix_fmt: str, filters: str = "", before: tuple[str, ...] = ()) -> Decoded:
    """Upright, as ffmpeg shows it. filters: before the pictures are converted; before: input options."""
    raw = path.with_name(f"{path.name}.{pix_fmt}.raw")
    chain = ",".join(filter(None, [filters, "showinfo=checksum=0"]))
    said = ffmpeg(*before, "-i", path, "-map", "0:v:0", "-vf", chain, "-fps_mode", "passthrough",
                  "-pix_fmt", pix_fmt, "-f", "rawvideo", raw)  # fmt: skip
    shown = _SHOWN.findall(said)
    data = np.frombuffer(raw.read_bytes(), np.uint8)
    raw.unlink()
    sar = int(shown[0][1]), int(shown[0][2])
    return Decoded(
        size=(int(shown[0][3]), int(shown[0][4])),
        aspect=Fraction(*sar) if all(sar) else Fraction(1),
        times=[float(each[0]) - float(shown[0][0]) for each in shown],
        frames=list(data.reshape(len(shown), -1)),
    )
