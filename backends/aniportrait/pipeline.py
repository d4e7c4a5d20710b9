"""AniPortrait: one picture speaks and moves its head, painted by a diffusion network.

A network hears how the face's 468 points move, another how the head does; both are drawn as coloured lines.
The painting network begins with noise for every frame of the clip, sees the lines, what a second network saw
of the portrait, and one token of what CLIP sees in it, and takes the noise away step by step: 16 frames
together, in windows that overlap, so that all frames of a clip are denoised before the first one is there.
They lie in a file meanwhile.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import torch
from torch import Tensor

from ...engine.faces.metric import metric_face
from ...engine.host.protocol import Host
from ...engine.media.colour import Rect
from ...engine.nets.batches import Batches
from ...engine.nets.precision import settle
from ...engine.nets.reference_bank import reference_bank
from ...engine.nets.sd_vae import LATENT_CHANNELS, PIXELS, decode, encode, pixels
from ..portrait.canvas import Canvas, PastedBack, WholePicture
from ..portrait.job import PortraitJob
from .denoise import Seen, blocks, clip_noise, denoise, frame_noise
from .frame_file import FrameFile, frame_files
from .framing import Framing, framing, squeezed
from .head_motion import read_template, to_and_fro
from .listening import FPS
from .models import AniPortraitModels
from .movements import heard_faces, heard_poses, moved_points
from .portrait import embedding
from .pose_picture import draw_all
from .spec import SPEC, TRAINED_ON, AniPortraitSettings
from .windows import FRAMES

# Memory that one frame of 512×512 needs beside the weights in float32, as estimated from LatentSync's network
# of the same layers, and from the autoencoder's.
_FRAME_BYTES, _PICTURE_BYTES = 400 << 20, 1680 << 20
# Frames of that size that go through the autoencoder at once.
_PICTURES = 2


@dataclass(frozen=True)
class Conditioning:
    """frame: what of the picture is painted. points: float32 [frames, 468, 2], where the face's points are in
    the square. seen: what the painting network is told of the portrait. halves, pictures: how many go through
    the networks at once. notes: of the run."""

    frame: Framing
    points: np.ndarray
    seen: Seen
    halves: Batches
    pictures: Batches
    notes: list[str]


class AniPortraitEngine:
    """A PortraitEngine."""

    spec = SPEC
    name = SPEC.title
    fps: Fraction | None = Fraction(FPS)
    rests = True

    def __init__(self, models: AniPortraitModels, settings: AniPortraitSettings) -> None:
        self.models = models
        self.settings = settings
        self.takes_footage = settings.use_first_frame
        self.parity = settings.parity

    def prepare(self, job: PortraitJob, notes: list[str], host: Host) -> Conditioning:
        frame = self._framing(job, notes)
        points = self._points(job, frame, host)
        seen = self._look(job, frame, notes, host)
        return Conditioning(frame, points, seen, Batches(1, host), Batches(_PICTURES, host), notes)

    def _framing(self, job: PortraitJob, notes: list[str]) -> Framing:
        settings, portrait = self.settings, job.portrait
        if settings.parity:
            return squeezed(portrait.size, settings.side)
        frame = framing(portrait.size, portrait.mesh, settings.view, settings.side)
        if settings.side < TRAINED_ON:
            notes.append(
                f"{self.name} was trained on {TRAINED_ON} pixels: squares of {settings.side} are less like "
                "the portrait."
            )
        if frame.is_small(portrait.mesh):
            notes.append(
                f"The face fills {frame.face_height(portrait.mesh):.0%} of what is painted, which is little: "
                'the view "face" or "paste" paints it larger.'
            )
        return frame

    def _points(self, job: PortraitJob, frame: Framing, host: Host) -> np.ndarray:
        """Where the face's points are in each frame; in pauses, where the mouth is to rest, as in the
        portrait."""
        settings, size, count = self.settings, (frame.side, frame.side), job.frames(self.fps)
        samples = job.samples(muted=not settings.parity)
        faces = heard_faces(self.models.mesh, samples, count, host)
        if job.silence == "rest" and not settings.parity:
            faces *= job.gate(self.fps)[:, None, None]
        poses = self._poses(samples, count, host) * settings.motion
        return moved_points(metric_face(frame.placed(job.portrait.mesh), size), faces, poses, size)

    def _poses(self, samples: np.ndarray, count: int, host: Host) -> np.ndarray:
        """float64 [frames, 6]."""
        models, settings = self.models, self.settings
        if settings.head == "template" and models.template is not None:
            rows = read_template(models.template)
            return rows[to_and_fro(len(rows), count)]
        if settings.head == "sound" and models.head is not None:
            return heard_poses(models.head, samples, count, settings.whose, host)
        return np.zeros((count, 6))

    def _look(self, job: PortraitJob, frame: Framing, notes: list[str], host: Host) -> Seen:
        """What the painting network is told of the portrait: on the device, in its dtype."""
        models, stage = self.models, "Looking at the portrait"
        square = frame.square(job.portrait.rgb)
        host.progress(stage, 0, 1, unit="pictures")
        with host.resident(
            models.clip, models.vae, models.reference, activation_bytes=self._activation(_PICTURE_BYTES)
        ):
            context = embedding(models.clip.module, job.portrait.rgb if frame.squeezed else square)
            latents = encode(models.vae.module, pixels(square[None]))
            settle(models.vae, "The VAE", notes, host)
            bank = reference_bank(models.reference.module, latents, context)
        host.progress(stage, 1, 1, unit="pictures")
        return Seen(bank, context)

    def canvas(self, job: PortraitJob, conditioning: Conditioning) -> Canvas:
        frame = conditioning.frame
        if self.settings.view == "paste" and not self.settings.parity:
            return PastedBack(job.portrait, frame.rect)
        left, top, right, bottom = self._shown(frame)
        return WholePicture((right - left, bottom - top), job.portrait.frame.colour)

    def _shown(self, frame: Framing) -> Rect:
        return (0, 0, frame.side, frame.side) if frame.squeezed else frame.shown

    def resident(self, conditioning: Conditioning, host: Host) -> AbstractContextManager[None]:
        models = self.models
        needed = max(self._activation(_FRAME_BYTES) * FRAMES, self._activation(_PICTURE_BYTES) * _PICTURES)
        return host.resident(models.unet, models.guider, models.vae, activation_bytes=needed)

    def _activation(self, of_a_frame: int) -> int:
        return int(of_a_frame * self.settings.side**2 / TRAINED_ON**2) * self.models.dtype.itemsize // 4

    def generate(
        self, job: PortraitJob, conditioning: Conditioning, host: Host
    ) -> Generator[np.ndarray, None, None]:
        count, side = len(conditioning.points), self.settings.side
        shape = (LATENT_CHANNELS, side // PIXELS, side // PIXELS)
        places = (host.temp_file(suffix) for suffix in (".latents", ".velocities"))
        with frame_files(places, count, shape) as (latents, velocities):
            self._draw_noise(latents, host)
            self._denoise(conditioning, latents, velocities, host)
            yield from self._pictures(conditioning, latents, host)

    def _draw_noise(self, latents: FrameFile, host: Host) -> None:
        seed, size = self.settings.seed, (self.settings.side, self.settings.side)
        if self.settings.parity:
            latents.write(np.arange(latents.frames), clip_noise(seed, latents.frames, size))
            return
        for block in blocks(latents.frames):
            host.check_cancelled()
            latents.write(block, frame_noise(seed, block, size))

    def _denoise(
        self, conditioning: Conditioning, latents: FrameFile, velocities: FrameFile, host: Host
    ) -> None:
        models, settings = self.models, self.settings
        size = (settings.side, settings.side)

        def tell(done: int, total: int) -> None:
            host.progress("Denoising", done, total, unit="steps")

        denoise(
            models.unet.module,
            models.guider.module,
            conditioning.seen,
            lambda window: draw_all(conditioning.points[window], size),
            latents,
            velocities,
            settings.step_count,
            settings.guidance,
            unscaled=settings.parity,
            tell=tell,
            batched=conditioning.halves.run,
            step_done=lambda step: settle(models.unet, "The UNet", conditioning.notes, host),
        )

    def _pictures(
        self, conditioning: Conditioning, latents: FrameFile, host: Host
    ) -> Generator[np.ndarray, None, None]:
        vae = self.models.vae
        left, top, right, bottom = self._shown(conditioning.frame)

        def paint(some: Sequence[Tensor]) -> Sequence[np.ndarray]:
            host.check_cancelled()
            faces = decode(vae.module, torch.stack(list(some)).to(vae.device))
            settle(vae, "The VAE", conditioning.notes, host)
            return list(faces.cpu().numpy())

        for block in blocks(latents.frames):
            for picture in conditioning.pictures.run(list(latents.read(block)), paint):
                yield picture[top:bottom, left:right]
