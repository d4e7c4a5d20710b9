"""mmpose's landmarks from a checkpoint that mmengine has saved: PACKAGES CHECKPOINT PICTURE GOLDEN

Prints the largest differences from the golden, in JSON. Nothing reaches for the network, and nothing is read
with a trusting `torch.load`.
"""

from __future__ import annotations

import json
import socket
import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

from lipsync_studio.engine.faces.mmpose_adapter import MMPose
from lipsync_studio.engine.faces.parity import seeded_network
from lipsync_studio.engine.faces.topdown import FACE


def main(packages: str, checkpoint: str, picture: str, golden: str) -> None:
    # Last, so that what both places have is the environment's own.
    sys.path.append(packages)
    save(checkpoint)
    forbid()
    pose = MMPose(Path(checkpoint), torch.device("cpu"))
    frame = np.array(Image.open(picture))
    differences = {}
    with np.load(golden) as stored:
        for name, boxes in (("whole_image", None), ("box", stored["box"][None])):
            points, scores = pose.landmarks([frame], boxes)
            for kind, found in (("keypoints", points), ("scores", scores)):
                differences[f"{name}_{kind}"] = float(np.abs(found[0] - stored[f"{name}_{kind}"][FACE]).max())
    print(json.dumps(differences))


def save(path: str) -> None:
    """The seeded network, as mmengine's runner leaves it."""
    from mmengine.logging import MessageHub
    from mmengine.runner.checkpoint import save_checkpoint

    hub = MessageHub.get_instance("training")
    hub.update_scalar("train/loss", np.float64(0.25))
    hub.update_info("iter", 7)
    content = {
        "meta": {"epoch": 1, "dataset_meta": {"sigmas": np.full(133, 0.05, np.float32)}},
        "state_dict": seeded_network().state_dict(),
        "message_hub": hub.state_dict(),
        "optimizer": {"state": {}, "param_groups": [{"lr": np.float64(4e-3)}]},
    }
    save_checkpoint(content, path)


def forbid() -> None:
    load = torch.load

    def careful_load(*arguments: Any, **options: Any) -> Any:
        assert options.get("weights_only") is True, "a pickle was trusted"
        return load(*arguments, **options)

    def no_network(*arguments: Any) -> None:
        raise AssertionError(f"a connection to {arguments}")

    torch.load = careful_load
    socket.socket.connect = no_network  # type: ignore[method-assign,assignment]


main(*sys.argv[1:])
