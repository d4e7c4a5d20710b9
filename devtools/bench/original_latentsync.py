"""LatentSync's own order of work, with networks of the same shapes: what this engine is measured against.

The footage is coded anew at 25 frames a second and read whole, and every face is aligned. Per clip of 16 the
masked and the whole faces are encoded, all at once; in each step the UNet sees the clip with and without its
sound in one batch; 16 faces are decoded at once. In the end each is pasted with the whole picture in hand,
and the video is coded twice. The faces' points are given: neither side looks for faces.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import torch
from torch import Tensor, nn

from lipsync_studio.backends.latentsync.alignment import Smoother, alignment_points, crop, squared
from lipsync_studio.backends.latentsync.denoise import condition, scheduler, with_surroundings
from lipsync_studio.backends.latentsync.loop import CLIP, CONVENTION, FPS
from lipsync_studio.backends.latentsync.paste import paste
from lipsync_studio.backends.latentsync.unet import ClipGroupNorm
from lipsync_studio.engine.faces.track import Person
from lipsync_studio.engine.media.sound import Sound
from lipsync_studio.engine.nets.audio_windows import parity_windows
from lipsync_studio.engine.nets.mel import RATE
from lipsync_studio.engine.nets.sd_vae import LATENT_CHANNELS, PIXELS, decode_exactly, pixels
from lipsync_studio.engine.nets.whisper_states import encode_audio

from .sides import measured
from .stopwatch import Stopwatch

# Of H.264: of the footage at 25 frames a second, of the first result, of the last.
_FOOTAGE, _ROUGH, _RESULT = "18", "13", "18"


class Original:
    def __init__(self, unet: nn.Module, vae: nn.Module, whisper: nn.Module, side: int) -> None:
        self._unet, self._vae, self._whisper, self._side = unet, vae, whisper, side

    def run(
        self, clip: Path, frames: int, song: Sound, person: Person, folder: Path, steps: int, guidance: float
    ) -> dict[str, Any]:
        """What was measured of the first frames of a clip, in which the person is seen from the first on."""
        watch = Stopwatch()
        with measured(watch) as found, torch.inference_mode():
            with watch.stage("read"):
                footage = folder / "footage.mp4"
                _write(footage, _read(clip)[:frames], _FOOTAGE)
                pictures = _read(footage)
            with watch.stage("hear"):
                states = encode_audio(song.mono(RATE), self._whisper, CONVENTION, parity=True)
                tokens = parity_windows(states, np.arange(frames), FPS, CONVENTION)
            with watch.stage("align"):
                points = np.round(alignment_points(person.meshes[:frames].astype(np.float64)) - 0.5)
                smoother = Smoother()
                matrices = [smoother.matrix(each, self._side) for each in points]
                faces = [
                    squared(crop(picture, matrix, self._side), self._side)
                    for picture, matrix in zip(pictures, matrices, strict=True)
                ]
            noise = (
                torch.randn(LATENT_CHANNELS, self._side // PIXELS, self._side // PIXELS)
                .expand(frames, -1, -1, -1)
                .clone()
            )
            made: list[Tensor] = []
            for first in range(0, frames, CLIP):
                part = slice(first, first + CLIP)
                squares = pixels(np.stack(faces[part]))
                with watch.stage("encode"):
                    told = condition(self._vae, squares, (torch.randn_like(noise[part]),) * 2)
                with watch.stage("UNet"):
                    latents = self.denoise(noise[part], told, tokens[part], steps, guidance)
                with watch.stage("decode"):
                    made += with_surroundings(decode_exactly(self._vae, latents), squares)
            with watch.stage("paste"):
                results = [
                    paste(picture, face, matrix, self._side)
                    for picture, face, matrix in zip(pictures, made, matrices, strict=True)
                ]
            with watch.stage("encode video"):
                _write(folder / "rough.mp4", results, _ROUGH)
                _write(folder / "result.mp4", _read(folder / "rough.mp4"), _RESULT)
        return found

    def denoise(self, noise: Tensor, told: Tensor, tokens: Tensor, steps: int, guidance: float) -> Tensor:
        """Of one clip: float32 [frames, 4, h, w]; the network is called once a step, on the clip without its
        sound and with it."""
        net: Any = self._unet
        plan, latents = scheduler(steps), noise
        heard = torch.cat([torch.zeros_like(tokens), tokens])
        for norm in net.modules():
            if isinstance(norm, ClipGroupNorm):
                norm.clips = 2
        for timestep in plan.timesteps.tolist():
            seen = torch.cat([latents, told], 1).transpose(0, 1)
            both = torch.stack([seen, seen])
            away, towards = net(both, timestep, encoder_hidden_states=heard, return_dict=False)[0]
            spoken = (away + guidance * (towards - away)).transpose(0, 1)
            latents = plan.step(spoken, timestep, latents, return_dict=False)[0]
        return latents


def _read(clip: Path) -> list[np.ndarray]:
    """uint8 RGB [h, w, 3] each."""
    with av.open(str(clip)) as source:
        return [frame.to_ndarray(format="rgb24") for frame in source.decode(source.streams.video[0])]


def _write(path: Path, pictures: list[np.ndarray], crf: str) -> None:
    with av.open(str(path), "w") as target:
        stream = target.add_stream("libx264", rate=Fraction(FPS), options={"crf": crf})
        stream.height, stream.width = pictures[0].shape[:2]
        stream.pix_fmt = "yuv420p"
        for picture in pictures:
            target.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        target.mux(stream.encode(None))
