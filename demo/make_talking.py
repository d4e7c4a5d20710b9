"""Make talking.mp4: the first two lines of verse.mp3, sung by the face of clip.mp4 (needs this pack's
requirements, and Python's path with the folder that has the checkout as `lipsync_studio`)."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import av

HERE = Path(__file__).parent
SECONDS = 7.2
CRF = 28


def cut(source: Path, target: Path) -> None:
    """The beginning of a sound, as it is encoded."""
    with av.open(str(source)) as inside, av.open(str(target), "w") as out:
        stream = out.add_stream_from_template(inside.streams.audio[0])
        for packet in inside.demux(inside.streams.audio[0]):
            if packet.pts is not None and packet.pts * packet.time_base < SECONDS:
                packet.stream = stream
                out.mux(packet)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        sung = Path(folder, "sung.mp3")
        cut(HERE / "verse.mp3", sung)
        lyrics = Path(folder, "lines.txt")
        lines = (HERE / "verse.txt").read_text(encoding="utf-8").splitlines()
        lyrics.write_text("\n".join(lines[:2]), encoding="utf-8")
        files = ["--source", HERE / "clip.mp4", "--audio", sung, "--lyrics", lyrics]
        out = ["--out", HERE / "talking.mp4", "--crf", CRF, "--overwrite"]
        command = [sys.executable, "-m", "lipsync_studio", "render", *files, *out]
        subprocess.run([str(word) for word in command], check=True)


if __name__ == "__main__":
    main()
