"""The face parser and the pose network with seeded weights against their originals' numbers: `bisenet*.npz`,
and `rtmpose*.npz`, made by mmpose with the flip test."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from ..goldens import read_arrays
from ..parity import Checks, Finding, key_finding, seed

if TYPE_CHECKING:
    from .rtmpose import RTMPose

_LOGITS = 1e-4
_EVERY = 16
# Points lie on bins, 0.3 pixels and more apart in a picture: another bin shows, rounding doesn't.
_PIXELS = 0.01
_SCORE = 1e-4
# By it the seeded network's points spread over all the bins.
_SCALE = 2.2
# The clip whose frame a golden is about, where it doesn't name one, and where that is looked for.
_CLIP = "silent_face_704x1216_25fps.mp4"
_MEDIA = (".", "media", "../media", "../../media")


def check_parser(folder: Path) -> list[Finding]:
    """Key names and shapes (entries that differ), logits on the golden's own picture, their mean and
    deviation."""
    return [finding for path in sorted(folder.glob("bisenet*.npz")) for finding in _parser_case(folder, path)]


def _parser_case(folder: Path, path: Path) -> list[Finding]:
    import torch

    from .bisenet import BiSeNet
    from .parsing import normalised

    findings = []
    net = seed(BiSeNet())
    net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    keys = folder / f"{path.stem}_keys.json"
    if keys.exists():
        findings.append(key_finding(keys, net.state_dict()))
    picture = np.array(Image.open(folder / f"{path.stem}_input.png").convert("RGB"))
    with torch.inference_mode():
        logits = net(normalised(torch.from_numpy(picture[None])))[0].numpy()
    golden = read_arrays(path)
    compared = {
        "logits_every_16": logits[:, ::_EVERY, ::_EVERY],
        "mean": logits.mean(),
        "std": logits.std(),
    }
    findings += [
        Finding(path.name, float(np.abs(values - golden[name]).max()), _LOGITS, name)
        for name, values in compared.items()
    ]
    return findings


def check_pose(folder: Path) -> list[Finding]:
    """Key names and shapes (entries that differ), points in pixels and scores on one frame of the golden's
    clip, for the whole image and for a box.

    The frame comes from the clip, in the folder or in `media/` two folders above, else from `rtmpose*.png`.
    Without either the finding says that nothing was compared.
    """
    return [finding for path in sorted(folder.glob("rtmpose*.npz")) for finding in _pose_case(folder, path)]


def _pose_case(folder: Path, path: Path) -> list[Finding]:
    from ..host.plain import PlainHost
    from .dwpose import DwPose
    from .pose_torch import TorchPose

    findings = []
    keys = folder / f"{path.stem}_keys.json"
    if keys.exists():
        findings.append(key_finding(keys, seeded_network().state_dict()))
    golden = read_arrays(path)
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

    from .rtmpose import RTMPose

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


CHECKS: Checks = {"bisenet": check_parser, "rtmpose": check_pose}
