"""Landmarks by the seeded pose network against `rtmpose*.npz`, made by mmpose with the flip test."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from .finding import Finding

if TYPE_CHECKING:
    from ...engine.faces.rtmpose import RTMPose

# Points lie on bins, 0.3 pixels and more apart in a picture: another bin shows, rounding doesn't.
_PIXELS = 0.01
_SCORE = 1e-4
# By it the seeded network's points spread over all the bins.
_SCALE = 2.2
# The clip whose frame a golden is about, where it doesn't name one, and where that is looked for.
_CLIP = "silent_face_704x1216_25fps.mp4"
_MEDIA = (".", "media", "../media", "../../media")


def check(folder: Path) -> list[Finding]:
    """Key names and shapes (entries that differ), points in pixels and scores on one frame of the golden's
    clip, for the whole image and for a box.

    The frame comes from the clip, in the folder or in `media/` two folders above, else from `rtmpose*.png`.
    Without either the finding says that nothing was compared.
    """
    return [finding for path in sorted(folder.glob("rtmpose*.npz")) for finding in _case(folder, path)]


def _case(folder: Path, path: Path) -> list[Finding]:
    from ...engine.faces.dwpose import DwPose
    from ...engine.faces.pose_torch import TorchPose
    from ...engine.host.plain import PlainHost

    findings = []
    keys = folder / f"{path.stem}_keys.json"
    if keys.exists():
        wanted = json.loads(keys.read_text(encoding="utf-8"))
        ours = {key: list(value.shape) for key, value in seeded_network().state_dict().items()}
        different = sum(wanted.get(key) != ours.get(key) for key in {*wanted, *ours})
        findings.append(Finding(keys.name, float(different), 0.0, f"{len(wanted)} keys"))
    with np.load(path) as stored:
        golden = dict(stored)
    picture = _picture(folder, path.stem, golden)
    if picture is None:
        detail = f"NOT CHECKED: neither {_clip(golden)} nor a {path.stem}.png is there"
        return [*findings, Finding(path.name, 0.0, _PIXELS, detail)]
    pose = DwPose(TorchPose(seeded_network(), "seeded", PlainHost("cpu")))
    for name in sorted(key.removesuffix("_keypoints") for key in golden if key.endswith("_keypoints")):
        box = golden[name][None].astype(np.float32) if name in golden else None
        points, scores = pose.whole_body([picture], box)
        for kind, found, tolerance in (("keypoints", points, _PIXELS), ("scores", scores, _SCORE)):
            error = float(np.abs(found[0] - golden[f"{name}_{kind}"]).max())
            findings.append(Finding(path.name, error, tolerance, f"{name} {kind}"))
    return findings


@cache
def seeded_network() -> RTMPose:
    """The network that the goldens were made with; filling it takes seconds, so it is kept."""
    import torch

    from ...engine.faces.rtmpose import RTMPose
    from .seeded import seed

    with torch.device("meta"):
        network = RTMPose()
    seed(network, scale=_SCALE)
    return network


def _clip(golden: dict[str, np.ndarray]) -> str:
    return Path(str(golden.get("video", _CLIP))).name


def _picture(folder: Path, stem: str, golden: dict[str, np.ndarray]) -> np.ndarray | None:
    """The golden's frame, RGB uint8 [H, W, 3]."""
    for place in _MEDIA:
        clip = folder / place / _clip(golden)
        if clip.is_file():
            return _frame(clip, int(golden["frame"]))
    for picture in (folder / f"{stem}.png", *sorted(folder.glob("rtmpose*.png"))):
        if picture.is_file():
            return np.array(Image.open(picture).convert("RGB"))
    return None


def _frame(clip: Path, index: int) -> np.ndarray:
    """One frame as OpenCV decodes it: with FFmpeg's own conversion to RGB."""
    import av

    with av.open(str(clip)) as container:
        for number, picture in enumerate(container.decode(video=0)):
            if number == index:
                return picture.to_ndarray(format="rgb24")
    raise ValueError(f"{clip} has no frame {index}")
