"""The track node with each choice of landmarks; prints what came out, in JSON. Arguments: PICTURE ONNX"""

import asyncio
import json
import shutil
import sys
from pathlib import Path

import numpy as np
import torch
from comfy_execution.utils import CurrentNodeContext
from PIL import Image
from server import PromptServer

from lipsync_studio.engine.errors import MissingFilesError
from lipsync_studio.engine.faces.dwpose import load_dwpose
from lipsync_studio.engine.host.comfy import ComfyHost
from lipsync_studio.nodes.face_track import LipSyncFaceTrack

picture, onnx = sys.argv[1:]
rgb = np.array(Image.open(picture).convert("RGB").resize((640, 640)))
image = torch.from_numpy(rgb)[None].float() / 255
PromptServer(asyncio.new_event_loop())


def track(landmarks: str):
    with CurrentNodeContext("a prompt", "1"):
        return LipSyncFaceTrack.execute(image, "auto", 0.5, landmarks=landmarks).args


def refusal(landmarks: str) -> str:
    try:
        track(landmarks)
    except MissingFilesError as error:
        return str(error)
    return ""


refusals = {choice: refusal(choice) for choice in ("dwpose", "mmpose")}
host = ComfyHost()
folder = host.models_folder("musetalk") / "dwpose"
folder.mkdir(parents=True)
shutil.copy(onnx, folder / "dw-ll_ucoco_384.onnx")
plain, mesh_preview = track("mediapipe")
measured, preview = track("dwpose")
(before,), (after,) = plain.persons, measured.persons
# What the node's own frame holds: the picture went through its planes.
wanted, _ = load_dwpose(host).landmarks([rgb], after.boxes - 0.5)
print(
    json.dumps(
        {
            "refusals": refusals,
            "mesh_alone": before.landmarks68 is None,
            "shape": list(after.landmarks68.shape),
            "off": float(np.abs(after.landmarks68 - 0.5 - wanted).max()),
            "same_mesh": bool((before.meshes == after.meshes).all()),
            "same_key": plain.key == measured.key,
            "same_preview": bool(torch.equal(mesh_preview, preview)),
            "models": str(Path(folder).parents[1]),
        }
    )
)
