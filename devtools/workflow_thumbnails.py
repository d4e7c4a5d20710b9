"""Makes the thumbnails of the workflows.

Those of MuseTalk, LatentSync and Wav2Lip show what the engine works out on demo/portrait.jpg, or on a frame
of the sample clip, before and after its networks, none of which is run. In the others the frames are what the
embedded engine and the lyric overlay make of the sample media; no generator is asked, the sample clip stands
in for its work. Run as
`python -m lipsync_studio.devtools.workflow_thumbnails`.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import fields
from fractions import Fraction

import cv2
import numpy as np
from PIL import Image

from ..align.chain import align_offline
from ..align.text import read_text
from ..align.words import Line, Word, WordTimings
from ..backends.dub.backend import DubBackend
from ..backends.request import LipSyncRequest
from ..backends.speech import speech_spans
from ..backends.viseme.pipeline import VisemeEngine
from ..engine.host.plain import PlainHost
from ..engine.media.colour import small_rgb
from ..engine.media.images import ImageSource
from ..engine.media.sound import Sound
from ..engine.media.source import Source
from ..engine.media.video import VideoSource
from ..overlay.lyrics import LyricOverlay
from ..overlay.style import LyricStyle
from .engine_pictures import aligned, aligned_box, boxed, small, wav2lip_box
from .musetalk_pictures import Sitter, draw_box, masked, seen
from .paths import ROOT

WIDTH, HEIGHT = 960, 540
_GAP = 6
_DARK = (17, 19, 24)
DEMO = ROOT / "demo"
LYRIC_WORKFLOWS = (
    "lyric_video",
    "lyric_video_veo",
    "lyric_video_ltx",
    "lyric_video_ltx_api",
    "lyric_video_sora",
)
SUNG = ("star", "are")  # words with open mouths, in whose middles the pictures are taken
SAID = ("Twinkle", "star", "what", "are")
FPS = 25
_PORTRAIT_HEAD = slice(20, 240), slice(110, 330)  # of demo/portrait.jpg: rows, columns
_ENGINES = ("Viseme", "MuseTalk", "LatentSync", "Wav2Lip", "D-ID")
_BACKENDS = WordTimings((Line(tuple(Word(name, n, n + 1) for n, name in enumerate(_ENGINES))),), "en")


def main() -> None:
    sound = Sound.load(DEMO / "verse.mp3")
    samples = sound.mono(16000)
    lyrics = read_text((DEMO / "verse.txt").read_text(encoding="utf-8")).lines
    words = align_offline(samples, lyrics, speech_spans(samples, "auto", stem=False))
    clip = VideoSource(DEMO / "clip.mp4")
    still = np.asarray(Image.open(DEMO / "portrait.jpg").convert("RGB"))
    sung = [_index(words, word) for word in SUNG]
    said = [_index(words, word) for word in SAID]
    frames = lip_synced(clip, sound, words, sung)
    for name in LYRIC_WORKFLOWS:
        _save(name, *(_lettered(frames[index], words, style_of(name), index) for index in sung))
    before = small_rgb(next(clip.read(sung[0])), HEIGHT)
    names = LyricStyle(size=0.075, fade_in=0.0, fade_out=0.0)
    _save("swap_backend", _fitted(before), _lettered(frames[sung[0]], _BACKENDS, names, 0))
    spoken = lip_synced(ImageSource(still[None].astype(np.float32) / 255), sound, words, said)
    heads = [cv2.resize(spoken[index][_PORTRAIT_HEAD], (HEIGHT // 2,) * 2) for index in said]
    grid = np.vstack([np.hstack(heads[:2]), np.hstack(heads[2:])])
    _save("talking_portrait", _fitted(still), grid)
    sitter = Sitter.load(DEMO / "portrait.jpg")
    mask, whole = masked(sitter, "jaw", side=HEIGHT), sitter.view(HEIGHT).crop(sitter.rgb)
    musetalk = whole.copy()
    draw_box(musetalk, sitter.view(HEIGHT), sitter.box())
    crop, hidden = seen(sitter, (HEIGHT - _GAP) // 2)
    gap = np.full((_GAP, crop.shape[1], 3), _DARK, np.uint8)
    _save("musetalk_footage", musetalk, mask)
    _save("musetalk_portrait", whole, mask)
    _save("musetalk_stages", musetalk, np.vstack([crop, gap, hidden]), mask)
    _save("latentsync_footage", boxed(sitter, aligned_box(sitter), HEIGHT), aligned(sitter, HEIGHT)[1])
    _save("wav2lip_footage", boxed(sitter, wav2lip_box(sitter), HEIGHT), small(sitter, HEIGHT)[1])
    square, hidden = aligned(Sitter.of(before), (HEIGHT - _GAP) // 2)
    _save("latentsync_generated", _fitted(before), np.vstack([square, gap, hidden]))


def lip_synced(
    source: Source, sound: Sound, words: WordTimings, wanted: Collection[int]
) -> dict[int, np.ndarray]:
    """Frames of the embedded engine's work by index, uint8 RGB."""
    found: dict[int, np.ndarray] = {}
    with PlainHost("cpu") as host:
        request = LipSyncRequest(source, sound.cut(0, Fraction(max(wanted) + 1, FPS)), words=words)
        for chunk in DubBackend(VisemeEngine(1.0)).render(request, host).chunks:
            found |= {
                frame.index: small_rgb(frame, max(source.size))
                for frame in chunk.frames
                if frame.index in wanted
            }
    return found


def style_of(workflow: str) -> LyricStyle:
    """The look that a workflow's Lyric Style is set to."""
    prompt = json.loads((ROOT / "tests" / "workflows" / f"{workflow}.json").read_text(encoding="utf-8"))
    (inputs,) = (node["inputs"] for node in prompt.values() if node["class_type"] == "LipSyncLyricStyle")
    known = {field.name for field in fields(LyricStyle)}
    return LyricStyle(**{name: value for name, value in inputs.items() if name in known})


def _index(words: WordTimings, text: str) -> int:
    """Of the frame in the middle of the first word that begins like this."""
    word = next(word for word in words.words() if word.text.lower().startswith(text.lower()))
    return round((word.start + word.end) / 2 * FPS)


def _lettered(rgb: np.ndarray, words: WordTimings, style: LyricStyle, index: int) -> np.ndarray:
    picture = _fitted(rgb).astype(np.float32) / 255
    times = [Fraction(number, FPS) for number in range(index + FPS)]
    size = picture.shape[1], picture.shape[0]
    LyricOverlay(size, words, times, Fraction(len(times), FPS), style).draw_rgb(picture, index)
    return np.rint(picture.clip(0, 1) * 255).astype(np.uint8)


def _fitted(rgb: np.ndarray) -> np.ndarray:
    """A square picture in the size of half a thumbnail."""
    side = HEIGHT * 8 // 9 // 2 * 2
    return cv2.resize(rgb, (side, side), interpolation=cv2.INTER_AREA)


def _row(*panels: np.ndarray) -> np.ndarray:
    """A thumbnail of panels side by side, cut at their sides to the same width, and centred in its height."""
    canvas = np.full((HEIGHT, WIDTH, 3), _DARK, np.uint8)
    edges = np.linspace(0, WIDTH + _GAP, len(panels) + 1).round().astype(int)
    for panel, x0, x1 in zip(panels, edges, edges[1:] - _GAP, strict=False):
        spare = panel.shape[1] - (x1 - x0)
        left = max(0, spare // 2)
        part = panel[:, left : left + x1 - x0]
        start = x0 + max(0, -spare // 2)
        top = (HEIGHT - part.shape[0]) // 2
        canvas[top : top + part.shape[0], start : start + part.shape[1]] = part
    return canvas


def _save(name: str, *panels: np.ndarray) -> None:
    path = ROOT / "workflows" / f"{name}.jpg"
    cv2.imwrite(str(path), _row(*panels)[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 85])


if __name__ == "__main__":
    main()
