"""What `bench mouth` looks at: clips of real speakers with their true openings, stills, voices, footage."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from pathlib import Path

import cv2
import numpy as np

from lipsync_studio.engine.media.sound import Sound
from lipsync_studio.engine.media.source import ImageSource, VideoSource

from ..paths import CACHE, ROOT
from ..steps import SetupError
from .mouth_judge import Judge, opening

FOLDER = CACHE / "bench" / "mouth"
STILLS = ("portrait_1.jpg", "monalisa.png", "stills/happy.png")
CLIPS = ("talking_hevc_1080x1920_25fps.mp4", "three_faces_1544x516_30fps.mp4")
VOICES = ("speech_en_ad.wav", "speech_zh_48k.wav", "voices/deyu.wav")
SAMPLE = ROOT / "demo" / "clip.mp4"
_PICTURES = (".png", ".jpg")
# How the GRID corpus (Cooke et al. 2006) names a sentence: a letter a word, the fourth and fifth as they are.
_COMMANDS = {"b": "bin", "l": "lay", "p": "place", "s": "set"}
_COLOURS = {"b": "blue", "g": "green", "r": "red", "w": "white"}
_PREPOSITIONS = {"a": "at", "b": "by", "i": "in", "w": "with"}
_DIGITS = {
    "z": "zero", "1": "one", "2": "two", "3": "three", "4": "four", "5": "five", "6": "six", "7": "seven",
    "8": "eight", "9": "nine",
}  # fmt: skip
_ADVERBS = {"a": "again", "n": "now", "p": "please", "s": "soon"}


@dataclass(frozen=True)
class Media:
    """folder: what `--media` names."""

    folder: Path

    def __post_init__(self) -> None:
        wanted = [*STILLS, *CLIPS, *VOICES, "grid"]
        missing = [name for name in wanted if not (self.folder / name).exists()]
        if missing:
            raise SetupError(
                f"{self.folder} lacks {', '.join(missing)}: name with --media the folder of test media that "
                "holds clips of the GRID corpus in grid/, stills, talking footage and voices."
            )

    @property
    def stills(self) -> list[Path]:
        return [self.folder / name for name in STILLS]

    @property
    def faces(self) -> list[Path]:
        """All stills."""
        more = (path for path in sorted((self.folder / "stills").iterdir()) if path.suffix in _PICTURES)
        return list(dict.fromkeys([*self.stills, *more]))

    @property
    def clips(self) -> list[Path]:
        return [self.folder / name for name in CLIPS]

    @property
    def voices(self) -> list[Path]:
        return [self.folder / name for name in VOICES]

    @cached_property
    def speakers(self) -> list[Speaker]:
        return [Speaker(path) for path in sorted((self.folder / "grid").glob("*.mpg"))]


@dataclass(frozen=True)
class Speaker:
    """One clip of the GRID corpus."""

    path: Path

    @property
    def name(self) -> str:
        return self.path.stem

    @property
    def sentence(self) -> str:
        command, colour, preposition, letter, digit, adverb = list(self.name)
        return " ".join(
            (
                _COMMANDS[command],
                _COLOURS[colour],
                _PREPOSITIONS[preposition],
                letter,
                _DIGITS[digit],
                _ADVERBS[adverb],
            )
        )

    @cached_property
    def sound(self) -> Sound:
        return Sound.load(self.path)

    @cached_property
    def truth(self) -> np.ndarray:
        """How far the speaker's own mouth is open in each frame, as the judge reads it."""
        return opening(judged(self.path))


def still(path: Path, grey: bool = False) -> ImageSource:
    bgr = cv2.imread(str(path))
    assert bgr is not None, path
    if grey:
        bgr = cv2.cvtColor(cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    return ImageSource(bgr[None, ..., ::-1].astype(np.float32) / 255)


def judged(path: Path, frames: int | None = None) -> np.ndarray:
    """The judge's meshes [n, 468, 3] of a video's first frames, kept in the cache."""
    seal = f"{path} {path.stat().st_size} {frames} {Path(__file__).with_name('mouth_judge.py').read_text()}"
    kept = FOLDER / f"{path.stem}_{hashlib.sha256(seal.encode()).hexdigest()[:12]}.npy"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        np.save(kept, Judge().meshes(VideoSource(path).read(0, frames)))
    return np.asarray(np.load(kept))


def silence(frames: int, fps: Fraction | int = 25) -> Sound:
    return Sound(np.zeros((1, round(16000 * frames / fps)), np.float32), 16000)
