"""The reference: the same engine in the loop that node packs commonly have.

The whole clip is decoded into an IMAGE batch by ComfyUI itself (`get_components`), turned into a list of
8-bit pictures, worked on picture by picture, stacked into the IMAGE batch that the node returns, and that is
encoded by ComfyUI (`VideoFromComponents`). Faces are tracked and mouths painted by the same code as in the
measured run.
"""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from comfy_api.latest import InputImpl, Types

from lipsync_studio.backends.dub.job import plan_job
from lipsync_studio.backends.dub.protocol import FaceCrop
from lipsync_studio.backends.request import LipSyncRequest
from lipsync_studio.backends.viseme.pipeline import VisemeEngine
from lipsync_studio.engine.compose.paste import Patch
from lipsync_studio.engine.faces.track import Person
from lipsync_studio.engine.host.plain import PlainHost
from lipsync_studio.engine.media.images import ImageSource
from lipsync_studio.engine.media.sound import Sound


def render(clip: Path, audio: Path, out: Path) -> dict[str, Any]:
    """Frames and seconds in all."""
    started = time.perf_counter()
    components = InputImpl.VideoFromFile(str(clip)).get_components()
    images, fps = components.images, components.frame_rate
    pictures = [(image.numpy() * 255).astype(np.uint8) for image in images]
    sound = Sound.load(audio)
    engine = VisemeEngine()
    with PlainHost("cpu") as host:
        request = LipSyncRequest(ImageSource(images, fps), sound, length="video")
        job = plan_job(request, None, engine.rests, host)
        conditioning = engine.prepare(job, engine.survey(job, [], host), [], host)
    results = []
    for index, picture in enumerate(pictures):
        whom = job.painted(index)
        painted = picture.copy()
        if whom is not None:
            x0, y0, x1, y1 = _inside(engine.box(*whom, conditioning), picture)
            crop = _crop(index, whom[0], picture, (x0, y0, x1, y1))
            crop = replace(crop, prepared=engine.preprocess(crop, conditioning))
            (pose,) = engine.generate([crop], conditioning, host)
            patch = engine.composite(crop, pose, conditioning)
            assert patch is not None, "nothing covers the sample's mouth"
            painted[y0:y1, x0:x1] = _blend(painted[y0:y1, x0:x1], patch)
        results.append(torch.from_numpy(painted.astype(np.float32) / 255))
    batch = torch.stack(results)
    waveform = {"waveform": torch.from_numpy(sound.samples)[None], "sample_rate": sound.rate}
    InputImpl.VideoFromComponents(
        Types.VideoComponents(images=batch, audio=waveform, frame_rate=fps)
    ).save_to(str(out))
    return {"frames": len(pictures), "seconds": time.perf_counter() - started}


def _inside(box: tuple[float, float, float, float], picture: np.ndarray) -> tuple[int, int, int, int]:
    height, width = picture.shape[:2]
    return max(0, int(box[0])), max(0, int(box[1])), min(width, int(box[2]) + 1), min(height, int(box[3]) + 1)


def _crop(index: int, person: Person, picture: np.ndarray, rect: tuple[int, int, int, int]) -> FaceCrop:
    x0, y0, x1, y1 = rect
    mesh = person.meshes[index - person.first].copy()
    mesh[:, :2] -= (x0, y0)
    return FaceCrop(index, index, person, (x0, y0), np.ascontiguousarray(picture[y0:y1, x0:x1]), mesh)


def _blend(picture: np.ndarray, patch: Patch) -> np.ndarray:
    mixed = picture + patch.alpha[..., None] * (patch.rgb.astype(np.float32) - picture)
    return np.clip(mixed + 0.5, 0, 255).astype(np.uint8)
