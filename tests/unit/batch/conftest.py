"""A clip whose face is hidden for a while, a voice that is longer, and words that are said over all of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import av
import numpy as np
import pytest
from media import write_h264, write_wav

from lipsync_studio.engine.host.plain import PlainHost
from lipsync_studio.engine.media.sound import Sound

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def hidden(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """clip: 60 frames at 25 fps, the face hidden in 20 to 39; voice: 4.3 s; words: over most of them."""
    folder = tmp_path_factory.mktemp("hidden")
    with av.open(str(ROOT / "demo" / "clip.mp4")) as source:
        pictures = [
            frame.to_ndarray(format="rgb24", width=320, height=320)
            for frame, _ in zip(source.decode(video=0), range(60), strict=False)
        ]
    for picture in pictures[20:40]:
        picture[60:290, 50:270] = 150, 120, 100
    clip = write_h264(folder / "clip.mp4", pictures, 25)
    samples = Sound.load(ROOT / "demo" / "verse.mp3").mono(16000)
    first = int(np.flatnonzero(np.abs(samples) > 0.1)[0])
    voice = write_wav(folder / "voice.wav", samples[first : first + 68800])
    words = folder / "words.srt"
    lines = ("00:00:00,100 --> 00:00:02,900\nhello again", "00:00:03,300 --> 00:00:04,000\nbye")
    words.write_text("\n\n".join(f"{number}\n{line}" for number, line in enumerate(lines, 1)))
    return SimpleNamespace(clip=clip, voice=voice, words=words)


@pytest.fixture
def host() -> Iterator[PlainHost]:
    with PlainHost("cpu") as plain:
        yield plain
