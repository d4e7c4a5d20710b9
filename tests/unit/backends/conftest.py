"""A real face in short clips of any rate, and engines whose work can be read off the pixels."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import cv2
import numpy as np
import pytest

from lipsync_studio.backends.dub.job import DubJob
from lipsync_studio.backends.dub.protocol import Batching, FaceCrop
from lipsync_studio.backends.speech import Speech
from lipsync_studio.backends.viseme.spec import SPEC as VISEME
from lipsync_studio.engine.compose.paste import Patch
from lipsync_studio.engine.faces.detector import FaceDetector
from lipsync_studio.engine.faces.mesh import FaceMesh, roi_of_detection, roi_of_mesh
from lipsync_studio.engine.faces.track import FaceTrack, Person
from lipsync_studio.engine.faces.tracker import track_faces
from lipsync_studio.engine.host.plain import PlainHost
from lipsync_studio.engine.media.colour import rgb_to_planes, to_rgb
from lipsync_studio.engine.media.frames import Colour, Frame
from lipsync_studio.engine.media.images import ImageSource
from lipsync_studio.engine.media.sound import Sound
from lipsync_studio.engine.media.video import VideoSource
from lipsync_studio.engine.media.writer import Mp4Writer
from lipsync_studio.engine.score.mouth import mouth_aperture, mouth_width

ROOT = Path(__file__).parents[3]
SIDE = 320
FACES = ("astronaut", "mona lisa")


@pytest.fixture
def host() -> Iterator[PlainHost]:
    with PlainHost("cpu") as plain:
        yield plain


@pytest.fixture(scope="session")
def footage() -> list[np.ndarray]:
    """A real face in motion: 60 pictures, uint8 RGB [320, 320, 3]."""
    source = VideoSource(ROOT / "demo" / "clip.mp4")
    return [
        cv2.resize(to_rgb(frame), (SIDE, SIDE), interpolation=cv2.INTER_AREA) for frame in source.read(0, 60)
    ]


RATE, FPS, SECONDS = 16000, 25, 6.4


@pytest.fixture(scope="session")
def scene(
    footage: list[np.ndarray], pictures: dict[str, np.ndarray], tmp_path_factory: pytest.TempPathFactory
) -> SimpleNamespace:
    """Two people. source: a face in motion on the left, a painting on the right, 60 frames. track: 1 is one
    of them, 2 the other. left, right: their ids. voices: by side, a sentence each within 6.4 s of silence,
    one after the other; both: their sum."""
    path = tmp_path_factory.mktemp("two") / "two.mp4"
    painting = cv2.resize(pictures["mona lisa"][:300], (320, 320), interpolation=cv2.INTER_AREA)
    with Mp4Writer(path, (640, 320), Fraction(FPS), Colour(), None, Fraction(60, FPS)) as writer:
        for index, face in enumerate(footage):
            rgb = np.hstack([face, painting])
            writer.write(Frame(rgb_to_planes(rgb, Colour()), Colour(), Fraction(index, FPS), index))
    source = VideoSource(path)
    track = _tracked(source)
    left, right = sorted(track.persons, key=lambda person: person.boxes[0, 0])
    voices = {}
    for side, name, start in (("left", "lbbc2a", 0.0), ("right", "swwp2s", 3.2)):
        samples, at = np.zeros(round(SECONDS * RATE), np.float32), round(start * RATE)
        sentence = Sound.load(ROOT / "tests" / "data" / "grid" / f"{name}.flac").mono(RATE)
        samples[at : at + len(sentence)] = sentence[: len(samples) - at]
        voices[side] = Sound(samples[None], RATE)
    both = Sound(voices["left"].samples + voices["right"].samples, RATE)
    return SimpleNamespace(
        source=source, track=track, left=str(left.id), right=str(right.id), voices=voices, both=both
    )


@pytest.fixture(scope="session")
def make_clip(
    footage: list[np.ndarray], tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., VideoSource]:
    """Writes the first frames of the footage; in frames first..past-1 of `away` something hides the face."""

    def make(frames: int, fps: Fraction | int = 25, away: tuple[int, int] = (0, 0)) -> VideoSource:
        path = tmp_path_factory.mktemp("clip") / "clip.mp4"
        duration = frames / Fraction(fps)
        with Mp4Writer(path, (SIDE, SIDE), Fraction(fps), Colour(), None, duration) as writer:
            for index in range(frames):
                rgb = footage[index].copy()
                if away[0] <= index < away[1]:
                    rgb[90:225, 90:235] = (150, 120, 100)
                writer.write(Frame(rgb_to_planes(rgb, Colour()), Colour(), index / Fraction(fps), index))
        return VideoSource(path)

    return make


@pytest.fixture(scope="session")
def clip(make_clip: Callable[..., VideoSource]) -> VideoSource:
    """20 frames at 25 fps."""
    return make_clip(20)


def _tracked(source: VideoSource) -> FaceTrack:
    with PlainHost("cpu") as host:
        return track_faces(source, host)


@pytest.fixture(scope="session")
def track(clip: VideoSource) -> FaceTrack:
    return _tracked(clip)


@pytest.fixture(scope="session")
def leaving(make_clip: Callable[..., VideoSource]) -> SimpleNamespace:
    """source: 60 frames at 25 fps, the face hidden in frames 20 to 39; track: its track."""
    source = make_clip(60, away=(20, 40))
    return SimpleNamespace(source=source, track=_tracked(source))


@pytest.fixture(scope="session")
def verse() -> Sound:
    return Sound.load(ROOT / "demo" / "verse.mp3")


@pytest.fixture(scope="session")
def voice(verse: Sound) -> Callable[..., Sound]:
    """`seconds` of the sample verse from where its first word begins, with silence before and after."""
    loud = np.flatnonzero(np.abs(verse.samples[0]) > 0.1)[0]

    def cut(seconds: float, before: float = 0.0, after: float = 0.0) -> Sound:
        spoken = verse.cut(Fraction(int(loud), verse.rate), Fraction(seconds))
        return spoken.cut(Fraction(-before), Fraction(seconds) + Fraction(before) + Fraction(after))

    return cut


class Whitewash:
    """A dub engine that paints the whole crop white; remembers what it was asked."""

    name = "whitewash"
    spec = VISEME

    def __init__(self, fps: Fraction | None = None, rests: bool = True) -> None:
        self.fps, self.rests, self.together = fps, rests, Batching()
        self.speech: Speech | None = None
        self.crops: list[FaceCrop] = []

    def batching(self, fps: Fraction) -> Batching:
        return self.together

    def survey(self, job: DubJob, notes: list[str], host: Any) -> str:
        return "survey"

    def prepare(self, job: DubJob, survey: str, notes: list[str], host: Any) -> str:
        assert survey == "survey"
        self.speech = job.speech
        return "conditioning"

    def box(self, person: Person, frame: int, conditioning: str) -> tuple[float, float, float, float]:
        assert conditioning == "conditioning"
        x0, y0, x1, y1 = (float(v) for v in person.at(frame).box)
        return x0, y0, x1, y1

    def resident(self, conditioning: str, host: Any) -> AbstractContextManager[None]:
        return nullcontext()

    def preprocess(self, crop: FaceCrop, conditioning: str) -> int:
        return crop.index

    def generate(self, crops: Sequence[FaceCrop], conditioning: str, host: Any) -> Iterable[int]:
        assert conditioning == "conditioning"
        for crop in crops:
            assert crop.prepared == crop.index
            self.crops.append(crop)
            yield 255

    def composite(self, crop: FaceCrop, generated: int, conditioning: str) -> Patch:
        return Patch(np.full_like(crop.rgb, generated), np.ones(crop.rgb.shape[:2], np.float32))


@pytest.fixture
def whitewash() -> type[Whitewash]:
    return Whitewash


@pytest.fixture(scope="session")
def pictures() -> dict[str, np.ndarray]:
    """uint8 RGB: an open smile and a closed mouth."""
    files = {
        "astronaut": ROOT / "demo" / "portrait.jpg",
        "mona lisa": ROOT / "tests" / "data" / "monalisa.jpg",
    }
    return {name: np.ascontiguousarray(cv2.imread(str(file))[..., ::-1]) for name, file in files.items()}


@pytest.fixture(scope="session")
def measure() -> Callable[[np.ndarray], np.ndarray]:
    """The mesh float32 [468, 3] of the face in a picture uint8 RGB [H, W, 3]."""
    detector, net = FaceDetector(), FaceMesh()

    def measured(rgb: np.ndarray) -> np.ndarray:
        frame = next(iter(ImageSource(rgb[None].astype(np.float32) / 255).read()))
        mesh, _ = net.measure(frame, roi_of_detection(detector.detect(frame)[0]))
        for _ in range(2):
            mesh, presence = net.measure(frame, roi_of_mesh(mesh))
        assert presence > 0.5
        return mesh

    return measured


@pytest.fixture(scope="session")
def gap() -> Callable[[np.ndarray], float]:
    """How far the lips of a mesh are apart, in widths of the mouth."""
    return lambda mesh: mouth_aperture(mesh) / mouth_width(mesh)
