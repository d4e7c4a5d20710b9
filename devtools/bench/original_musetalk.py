"""The original's order of work, with networks of the same shapes: what this engine is measured against.

Per frame: a detector and whole-body landmarks on the whole picture, the crop encoded twice, one picture at a
time. Then UNet and decoder in batches of 8. Per frame again: face parsing, blending by Pillow, a PNG on disk.
Reading the video and encoding the result are left out.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from torch import nn

from lipsync_studio.engine.compose.blend import blend, blend_mask, crop_square, expanded_square
from lipsync_studio.engine.compose.masks import face_mask
from lipsync_studio.engine.compose.transform import CropTransform
from lipsync_studio.engine.faces.dwpose import DwPose
from lipsync_studio.engine.faces.parsing import class_maps
from lipsync_studio.engine.faces.pose_torch import TorchPose
from lipsync_studio.engine.faces.rtmpose import RTMPose
from lipsync_studio.engine.faces.s3fd import detect
from lipsync_studio.engine.faces.track import FaceTrack
from lipsync_studio.engine.host.plain import PlainHost
from lipsync_studio.engine.media.colour import to_rgb
from lipsync_studio.engine.media.sound import Sound
from lipsync_studio.engine.media.video import VideoSource
from lipsync_studio.engine.nets.audio_windows import parity_windows
from lipsync_studio.engine.nets.mel import RATE
from lipsync_studio.engine.nets.sd_vae import SCALING, decode
from lipsync_studio.engine.nets.whisper_states import encode_audio
from lipsync_studio.engine.parity import seed
from lipsync_studio.musetalk_core.face_box import parity_box, parity_margin
from lipsync_studio.musetalk_core.presets import PRESETS
from lipsync_studio.musetalk_core.unet import predict

from ..seeded_s3fd import seeded_s3fd
from .stopwatch import Stopwatch

_BATCH = 8
_PRESET = PRESETS["v1.5"]


class Original:
    def __init__(self, unet: nn.Module, vae: nn.Module, whisper: nn.Module, parser: nn.Module) -> None:
        self._host = PlainHost("cpu")
        self._unet, self._vae, self._whisper = unet, vae, whisper
        self._parser = self._host.manage(parser)
        self._detector = seeded_s3fd()
        pose = RTMPose()
        seed(pose, scale=2.2)
        self._pose = DwPose(TorchPose(pose, "seeded", self._host))

    def run(self, source: VideoSource, song: Sound, track: FaceTrack, folder: Path) -> dict[str, Any]:
        """Seconds in all and by stage. The boxes are the track's: seeded detectors find nothing."""
        pictures = [to_rgb(frame) for frame in source.read()]
        points = [track.persons[0].at(index).landmarks68 for index in range(len(pictures))]  # type: ignore[union-attr]
        watch = Stopwatch()
        started = time.perf_counter()
        with watch.stage("hear"):
            states = encode_audio(song.mono(RATE), self._whisper, _PRESET.audio, parity=True)
            tokens = parity_windows(states, np.arange(len(pictures)), float(source.fps), _PRESET.audio)
        boxes, latents = [], []
        for picture, landmarks in zip(pictures, points, strict=True):
            with watch.stage("detect"):
                detect(self._detector, picture[None])
                self._pose.landmarks([picture])
            found = parity_box(landmarks, (0, 0, 1, 1))
            assert found is not None
            boxes.append(parity_margin(found, _PRESET.margin_px, picture.shape[0]))
            with watch.stage("encode"):
                latents.append(self._encoded(CropTransform.parity(boxes[-1]).crop(picture)))
        faces: list[np.ndarray] = []
        for start in range(0, len(pictures), _BATCH):
            batch = slice(start, start + _BATCH)
            with watch.stage("UNet"):
                spoken = predict(self._unet, torch.cat(latents[batch]), tokens[batch])
            with watch.stage("decode"):
                faces += list(decode(self._vae, spoken).numpy())
        for index, (picture, face, box) in enumerate(zip(pictures, faces, boxes, strict=True)):
            with watch.stage("parse"):
                square = expanded_square(box, _PRESET.paste.expand)
                (class_map,) = class_maps([crop_square(picture, square)], self._parser)
            with watch.stage("blend"):
                mask = blend_mask(face_mask(class_map, "jaw"), box, square, _PRESET.paste.blur_ratio)
                placed = CropTransform.parity(box).place(face)
                result = blend(picture, placed, box, square, mask)
            with watch.stage("PNG"):
                cv2.imwrite(str(folder / f"{index:08d}.png"), result[..., ::-1])
        seconds = time.perf_counter() - started
        return {"seconds": seconds, "stages": {**watch.seconds, "other": watch.rest(seconds)}}

    def _encoded(self, crop: np.ndarray) -> torch.Tensor:
        """[1, 8, 32, 32]: two pictures, one after the other."""
        whole = torch.from_numpy(crop).permute(2, 0, 1)[None].float() / 255
        masked = whole.clone()
        masked[:, :, whole.shape[2] // 2 :] = 0
        net: Any = self._vae
        halves = [net.encode(2 * part - 1).latent_dist.sample() * SCALING for part in (masked, whole)]
        return torch.cat(halves, 1)
