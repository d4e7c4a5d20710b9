"""Makes the thumbnails of the templates, squares as ComfyUI shows them.

Those of MuseTalk, LatentSync and Wav2Lip show what the engine works out on demo/portrait.jpg, or on a frame
of the sample clip, before and after its networks, none of which is run. In the others the frames are what the
embedded engine and the lyric overlay make of the sample media; no generator is asked, the sample clip stands
in for its work. Run as
`python -m lipsync_studio.devtools.workflow_thumbnails`.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import fields
from fractions import Fraction

import cv2
import numpy as np
from PIL import Image

from ..align.chain import align_offline
from ..align.formats.files import read_lyrics
from ..align.text import read_text
from ..align.words import Line, Word, WordTimings
from ..backends.dub.backend import DubBackend
from ..backends.request import LipSyncRequest, Voice
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
from .templates import template, twin

SIDE = 512
_GAP = 6
_EDGE = 3  # a white one around what lies over a picture
DEMO = ROOT / "demo"
LYRIC_TEMPLATES = {
    # What is sung in the picture: words with open mouths, in whose middles it is taken.
    "lyric_video": "star",
    "lyrics_from_file": "sky",
    "lyric_video_ltx": "are",
    "lyric_video_ltx_api": "world",
    "lyric_video_veo": "star",
    "lyric_video_sora": "high",
}
CAPTION = "wonder"
DUET = "star", "are"  # what each singer sings in the two halves of the picture, one above the other
SAID = ("Twinkle", "star", "what", "are")
FPS = 25
_PORTRAIT_HEAD = slice(20, 240), slice(110, 330)  # of demo/portrait.jpg: rows, columns
_ENGINES = ("Viseme", "MuseTalk", "LatentSync", "Wav2Lip", "D-ID")
_COMPARED = WordTimings((Line(tuple(Word(name, n, n + 1) for n, name in enumerate(_ENGINES))),), "en")


def main() -> None:
    sound = Sound.load(DEMO / "verse.mp3")
    samples = sound.mono(16000)
    lyrics = read_text((DEMO / "verse.txt").read_text(encoding="utf-8")).lines
    words = align_offline(samples, lyrics, speech_spans(samples, "auto", stem=False))
    clip = VideoSource(DEMO / "clip.mp4")
    still = np.asarray(Image.open(DEMO / "portrait.jpg").convert("RGB"))
    said = [_index(words, word) for word in SAID]
    sung = {short: _index(words, word) for short, word in LYRIC_TEMPLATES.items()}
    caption = _index(words, CAPTION)
    frames = lip_synced(clip, sound, words, [*sung.values(), *said, caption])
    for short, index in sung.items():
        _save(short, _lettered(frames[index], words, style_of(short), index))
    _save("duet_lyric_video", np.vstack(duet(sound, DUET, SIDE // 2)))
    _save("captions", _lettered(frames[caption], words, style_of("captions"), caption))
    _save("lipsync_footage", _grid([frames[index] for index in said]))
    names = LyricStyle(size=0.075, fade_in=0.0, fade_out=0.0)
    _save("swap_backend", _lettered(frames[sung["lyric_video"]], _COMPARED, names, 0))
    spoken = lip_synced(ImageSource(still[None].astype(np.float32) / 255), sound, words, said)
    _save("talking_portrait", _grid([spoken[index][_PORTRAIT_HEAD] for index in said]))
    sitter = Sitter.load(DEMO / "portrait.jpg")
    mask = masked(sitter, "jaw", side=SIDE)
    crop, hidden = seen(sitter, SIDE // 3)
    musetalk = sitter.view(SIDE).crop(sitter.rgb)
    draw_box(musetalk, sitter.view(SIDE), sitter.box())
    _save("musetalk_footage", _over(musetalk, hidden))
    _save("musetalk_portrait", mask)
    _save("musetalk_stages", _over(mask, crop, hidden))
    _save(
        "latentsync_footage", _over(boxed(sitter, aligned_box(sitter), SIDE), aligned(sitter, SIDE // 3)[1])
    )
    _save("wav2lip_footage", _over(boxed(sitter, wav2lip_box(sitter), SIDE), small(sitter, SIDE // 3)[1]))
    before = frames[sung["lyric_video_ltx"]]
    _save("latentsync_generated", _over(_fitted(before), *aligned(Sitter.of(before), SIDE // 3)))


def lip_synced(
    source: Source,
    sound: Sound,
    words: WordTimings | None,
    wanted: Collection[int],
    voices: tuple[Voice, ...] = (),
) -> dict[int, np.ndarray]:
    """Frames of the embedded engine's work by index, uint8 RGB. words: None where `voices` have them."""
    found: dict[int, np.ndarray] = {}
    with PlainHost("cpu") as host:
        heard = sound.cut(0, Fraction(max(wanted) + 1, FPS))
        request = LipSyncRequest(source, heard, words=words, voices=voices)
        for chunk in DubBackend(VisemeEngine(1.0)).render(request, host).chunks:
            found |= {
                frame.index: small_rgb(frame, max(source.size))
                for frame in chunk.frames
                if frame.index in wanted
            }
    return found


def duet(sound: Sound, said: Sequence[str], height: int) -> list[np.ndarray]:
    """The demo's duet where these words are sung, in its template's look: pictures of 2 to 1, uint8 RGB."""
    words = read_lyrics(DEMO / "duet.lrc").timings
    voices = tuple(
        Voice(person, words=words.of_voice(singer)) for person, singer in (("left", "v1"), ("right", "v2"))
    )
    turns = [_index(words, word) for word in said]
    frames = lip_synced(VideoSource(DEMO / "duet.mp4"), sound, None, turns, voices)
    style, size = style_of("duet_lyric_video"), (2 * height, height)
    return [
        _written(cv2.resize(frames[index], size, interpolation=cv2.INTER_AREA), words, style, index)
        for index in turns
    ]


def style_of(short: str) -> LyricStyle:
    """The look that a template's Lyric Style is set to."""
    prompt = json.loads(twin(short).read_text(encoding="utf-8"))
    (inputs,) = (node["inputs"] for node in prompt.values() if node["class_type"] == "LipSyncLyricStyle")
    known = {field.name for field in fields(LyricStyle)}
    return LyricStyle(**{name: value for name, value in inputs.items() if name in known})


def _index(words: WordTimings, text: str) -> int:
    """Of the frame in the middle of the first word that begins like this."""
    word = next(word for word in words.words() if word.text.lower().startswith(text.lower()))
    return round((word.start + word.end) / 2 * FPS)


def _lettered(rgb: np.ndarray, words: WordTimings, style: LyricStyle, index: int) -> np.ndarray:
    return _written(_fitted(rgb), words, style, index)


def _written(rgb: np.ndarray, words: WordTimings, style: LyricStyle, index: int) -> np.ndarray:
    picture = rgb.astype(np.float32) / 255
    height, width = rgb.shape[:2]
    times = [Fraction(number, FPS) for number in range(index + FPS)]
    LyricOverlay((width, height), words, times, Fraction(len(times), FPS), style).draw_rgb(picture, index)
    return np.rint(picture.clip(0, 1) * 255).astype(np.uint8)


def _fitted(rgb: np.ndarray, side: int = SIDE) -> np.ndarray:
    """The square in the middle of a picture."""
    height, width = rgb.shape[:2]
    edge = min(height, width)
    top, left = (height - edge) // 2, (width - edge) // 2
    square = np.ascontiguousarray(rgb[top : top + edge, left : left + edge])
    return cv2.resize(square, (side, side), interpolation=cv2.INTER_AREA)


def _grid(pictures: Sequence[np.ndarray]) -> np.ndarray:
    """Four pictures in the square."""
    rows = [np.hstack([_fitted(each, SIDE // 2) for each in pair]) for pair in (pictures[:2], pictures[2:])]
    return np.vstack(rows)


def _over(picture: np.ndarray, *small: np.ndarray) -> np.ndarray:
    """A picture with small ones over its lower right corner, from bottom to top."""
    picture = np.ascontiguousarray(picture)
    bottom = SIDE - _GAP
    for each in small:
        framed = cv2.copyMakeBorder(each, *(_EDGE,) * 4, cv2.BORDER_CONSTANT, value=(255, 255, 255))
        height, width = framed.shape[:2]
        picture[bottom - height : bottom, SIDE - _GAP - width : SIDE - _GAP] = framed
        bottom -= height + _GAP
    return picture


def _save(short: str, picture: np.ndarray) -> None:
    """ComfyUI's list shows squares."""
    assert picture.shape == (SIDE, SIDE, 3), (short, picture.shape)
    encoded, data = cv2.imencode(".jpg", picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 85])
    assert encoded
    template(short).with_suffix(".jpg").write_bytes(data.tobytes())


if __name__ == "__main__":
    main()
