"""Makes the pictures of docs/viseme.md: what the embedded engine paints on eight faces, beside real mouths.

Six faces are speakers of the GRID corpus, whose files lie in the folder that is named; the others are the
pack's own. With --wide, a wide open mouth on each face alone, as the checkout that is run paints it. Run as
`python -m lipsync_studio.devtools.mouth_pictures FOLDER`.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from ..backends.dub.backend import DubBackend, DubPlan, VoicePlan
from ..backends.request import LipSyncRequest
from ..backends.viseme.mouth import MouthPose
from ..backends.viseme.pipeline import VisemeEngine
from ..backends.viseme.shapes import TARGETS
from ..engine.faces.track import Person
from ..engine.faces.tracker import track_faces
from ..engine.host.plain import PlainHost
from ..engine.media.colour import to_rgb
from ..engine.media.images import ImageSource
from ..engine.media.sound import Sound
from ..engine.media.source import Source
from ..engine.media.video import VideoSource
from ..engine.score.mouth import mouth_aperture, mouth_width
from .paths import ROOT

SHAPES = {
    "rest": None, "IY beat": "IY", "EH bet": "EH", "AA father": "AA", "AO bought": "AO", "OW boat": "OW",
    "UW boot": "UW", "P B M": "M", "F V": "F",
}  # fmt: skip
SPEAKERS = ("brbk7n", "lbbc2a", "lrwp9a", "pwij3p", "sbwe5n", "swwp2s")
_SIDE, _QUALITY = 150, 80
_FOLDER = ROOT / "docs" / "viseme"
# What an opening that is asked for looks like in the real speaker's clip, in widths of the mouth.
_OPENINGS = (0.0, 0.05, 0.1, 0.15, 0.2)


@dataclass(frozen=True)
class Sitter:
    """A still picture uint8 [h, w, 3], whom it shows, and the clip it was taken from."""

    rgb: np.ndarray
    person: Person
    clip: Source | None = None
    meshes: np.ndarray | None = None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="of GRID's clips, NAME.mpg")
    parser.add_argument("--wide", help="only wide open mouths, under this name")
    options = parser.parse_args()
    _FOLDER.mkdir(parents=True, exist_ok=True)
    with PlainHost("cpu") as host:
        sitters = [_speaker(options.folder / f"{name}.mpg", host) for name in SPEAKERS]
        sitters += [
            _still(path, host) for path in (ROOT / "demo/portrait.jpg", ROOT / "tests/data/monalisa.jpg")
        ]
        wide = [_posed(sitter, _pose("AA", 1.2), host) for sitter in sitters]
        if options.wide:
            _save([wide], options.wide)
            return
        _save(
            [[_posed(sitter, _pose(phone), host) for phone in SHAPES.values()] for sitter in sitters],
            "shapes.jpg",
        )
        _save([row for sitter in sitters[:6] for row in _beside_real(sitter, host)], "real.jpg")


def _pose(phone: str | None, gain: float = 1.0) -> MouthPose:
    if phone is None:
        return MouthPose(active=0.0)
    shape = TARGETS[phone][0].shape
    return MouthPose(**{**shape._asdict(), "open": gain * shape.open, "jaw": gain * shape.jaw})


def _still(path: Path, host: PlainHost) -> Sitter:
    rgb = np.asarray(Image.open(path).convert("RGB"))
    return Sitter(rgb, track_faces(ImageSource(rgb[None] / np.float32(255)), host).persons[0])


def _speaker(path: Path, host: PlainHost) -> Sitter:
    """With the mouth as it is closed most."""
    clip = VideoSource(path)
    person = track_faces(clip, host).persons[0]
    openings = np.array([mouth_aperture(mesh) for mesh in person.meshes])
    at = int(np.where(person.seen, openings, np.inf).argmin())
    rgb = to_rgb(next(iter(clip.read(person.first + at, person.first + at + 1))))
    still = track_faces(ImageSource(rgb[None] / np.float32(255)), host).persons[0]
    return Sitter(rgb, still, clip, person.meshes)


def _posed(sitter: Sitter, pose: MouthPose, host: PlainHost) -> np.ndarray:
    """The engine's own way from a request to a frame, with this pose in the survey's place."""
    source = ImageSource(sitter.rgb[None] / np.float32(255))
    request = LipSyncRequest(source, Sound(np.zeros((1, 1600), np.float32), 16000), score=False)
    backend = DubBackend(VisemeEngine())
    plan = backend.plan(request, host)
    values = [getattr(pose, name) for name in MouthPose.__slots__]
    plan.survey.poses[:] = values
    rendering = backend.render_plan(DubPlan((VoicePlan(plan.job, plan.survey),)), host)
    frames = [frame for chunk in rendering.chunks for frame in chunk.frames]
    return _cut(to_rgb(frames[0]), sitter.person.meshes[0])


def _beside_real(sitter: Sitter, host: PlainHost) -> list[list[np.ndarray]]:
    """The speaker's own frames at some openings, and the still with the same."""
    assert sitter.clip is not None
    assert sitter.meshes is not None
    width = float(np.median([mouth_width(mesh) for mesh in sitter.meshes]))
    seen = np.array([mouth_aperture(mesh) for mesh in sitter.meshes]) / width
    real, ours = [], []
    for opening in _OPENINGS:
        at = int(np.abs(seen - opening).argmin())
        frame = next(iter(sitter.clip.read(at, at + 1)))
        real.append(_cut(to_rgb(frame), sitter.meshes[at]))
        asked = float(seen[at])
        ours.append(_posed(sitter, MouthPose(open=asked, jaw=0.75 * asked, teeth=0.5), host))
    return [real + ours]


def _cut(rgb: np.ndarray, mesh: np.ndarray) -> np.ndarray:
    """The lower face, `_SIDE` pixels square."""
    lips = mesh[[61, 291], :2]
    middle, reach = lips.mean(0), 1.15 * float(np.linalg.norm(lips[1] - lips[0]))
    scale = _SIDE / (2 * reach)
    shift = _SIDE / 2 - scale * (middle + (0, 0.1 * reach))
    matrix = np.array([[scale, 0, shift[0]], [0, scale, shift[1]]])
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.warpAffine(rgb, matrix, (_SIDE, _SIDE), flags=way, borderMode=cv2.BORDER_REPLICATE))


def _save(rows: list[list[np.ndarray]], name: str) -> None:
    sheet = np.vstack([np.hstack(row) for row in rows])
    Image.fromarray(sheet).save(_FOLDER / name, quality=_QUALITY, optimize=True)


if __name__ == "__main__":
    main()
