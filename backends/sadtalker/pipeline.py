"""SadTalker: one picture animated by a voice.

From the sound come an expression and a head pose for each twenty-fifth of a second, as coefficients of a face
model, whose values for the picture itself a reconstruction network finds. A mapping network turns what lies
around a frame's time into keypoints, and face-vid2vid's generator moves the picture from its own to these.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import torch
from torch import Tensor, nn

from ...engine.errors import InputError
from ...engine.host.protocol import Host
from ...engine.media.colour import Rect
from ...engine.media.source import Source
from ...engine.nets.batches import Batches
from ...engine.nets.precision import finite, settle
from ..dub.faces import size_notes
from ..portrait.canvas import Canvas, ClonedWhole, PastedBack, WholePicture
from ..portrait.job import PortraitJob
from .audio_nets import EXPRESSION
from .crop import frame_size
from .keypoints import Motion, moved
from .models import SadTalkerModels
from .motion import CROP, FPS, camera, closed_eyes, looped, posed, turns_of, windows_at, with_reference
from .performance import SAMPLES, Heard, expressions, poses
from .reconstruction import coefficients
from .scene import View, reference_coefficients, view_of
from .spec import SPEC, SadTalkerSettings

# Frames that are painted at once: of a processor that takes seconds for each, one.
_BATCH = 4
# Memory that one frame of 256×256 needs beside the weights, in float32.
_FRAME_BYTES = 600 << 20
# Rectangles larger than what is painted by this factor look soft.
_SOFT = 2.0


@dataclass(frozen=True)
class Conditioning:
    """square: uint8 [side, side, 3], what is animated. view: which part of the picture that is. source: its
    coefficients, float32 [k]. performance: those of the clip, float32 [n, k], 25 a second. positions: float64
    [frames], which of them each frame of the output shows. turns: degrees of yaw, pitch and roll, float64
    [frames, 3], NaN where the performance has them. notes: of the run."""

    square: np.ndarray
    view: View
    source: np.ndarray
    performance: np.ndarray
    positions: np.ndarray
    turns: np.ndarray
    notes: list[str]


class SadTalkerEngine:
    """reference: a clip whose blinks or pose are taken; the footage that is animated, for None. Raises
    InputError for turns that are no degrees."""

    spec = SPEC
    # Coefficients lie between each other, so that each frame of the output is painted for its own time.
    fps: Fraction | None = None
    rests = True

    def __init__(
        self, models: SadTalkerModels, settings: SadTalkerSettings, reference: Source | None = None
    ) -> None:
        self.models = models
        self.settings = settings
        self.name = f"SadTalker {settings.resolution}"
        self.takes_footage = settings.use_first_frame
        self.parity = settings.parity
        self._reference = reference
        self._turns = [turns_of(getattr(settings, name), name) for name in ("yaw", "pitch", "roll")]

    def prepare(self, job: PortraitJob, notes: list[str], host: Host) -> Conditioning:
        """Raises NoFaceError for a face that can't be cut out, InputError where there is no reference."""
        settings, portrait, side = self.settings, job.portrait, self.models.side
        view = view_of(portrait.landmarks68, portrait.size, settings)
        square = view.square(portrait.rgb, side)
        points = view.points(portrait.landmarks68, portrait.size, side)
        reconstruction = self.models.reconstruction
        with host.resident(reconstruction):
            source = coefficients(reconstruction.module, [square], [points])[0]
        performance = self._performance(job, source, host)
        notes += self._notes(view, portrait.size)
        positions = job.times(None) * float(FPS)
        frames = len(positions)
        return Conditioning(
            square,
            view,
            source[: performance.shape[1]],
            performance,
            np.floor(positions + 1e-6) if settings.parity else positions,
            np.stack(
                [camera(each, frames) if each else np.full(frames, math.nan) for each in self._turns], axis=1
            ),
            notes,
        )

    def _performance(self, job: PortraitJob, source: np.ndarray, host: Host) -> np.ndarray:
        """Coefficients float32 [n, 70 or 73]."""
        settings, models = self.settings, self.models
        frames = max(1, math.ceil(job.timeline.duration * FPS))
        samples = np.zeros(frames * SAMPLES, np.float32)
        given = job.samples(muted=not settings.parity)[: len(samples)]
        samples[: len(given)] = given
        heard = Heard(samples)
        closed = np.zeros(frames, np.float32)
        if settings.blinks == "made":
            random = np.random.default_rng(settings.seed)
            closed = closed_eyes(frames, lambda low, high: int(random.integers(low, high + 1)))
        seen = self._seen(job, frames, host)
        own = np.repeat(source[None, :EXPRESSION], frames, axis=0)
        shown = (
            own if seen is None or settings.blinks != "reference" else looped(seen[:, :EXPRESSION], frames)
        )

        def tell(done: int) -> None:
            host.progress("Following the voice", done, frames)

        rests = job.silence == "rest" and not settings.parity
        with host.resident(models.expression, models.pose):
            expression, pose = models.expression.module, models.pose.module
            made = expressions(expression, heard, shown, closed, tell)
            scaled = made * settings.expression_scale
            if rests:
                # In pauses the picture's own expression, but for what the eyes do.
                spoken = job.gate_at(np.arange(frames) / float(FPS))
                still = expressions(expression, heard, own, np.zeros_like(closed), tell, spoken < 1)
                resting = own + made - still
                scaled = spoken[:, None] * scaled + (1 - spoken[:, None]) * resting
            moves = poses(
                pose, heard, frames, source[EXPRESSION:CROP], settings.pose_style, settings.seed, tell
            )
        if seen is not None and settings.pose == "reference":
            moves = with_reference(moves, seen[:, EXPRESSION:CROP])
        made = np.concatenate([scaled, moves], axis=1)
        return posed(made, source, still=settings.still, whole=models.whole)

    def _seen(self, job: PortraitJob, frames: int, host: Host) -> np.ndarray | None:
        """Coefficients of the reference, [m, 73]; None where none is wanted."""
        settings = self.settings
        if "reference" not in (settings.blinks, settings.pose):
            return None
        clip = self._reference or job.source
        if clip.still:
            raise InputError(
                "SadTalker has no reference clip to take blinks or pose from: connect one, animate the first "
                "frame of footage, or choose made."
            )
        seconds = frames / float(FPS)
        return reference_coefficients(clip, seconds, settings, self.models.reconstruction, host)

    def _notes(self, view: View, size: tuple[int, int]) -> list[str]:
        if not self.settings.pastes:
            return []
        x0, y0, x1, y1 = view.rect(size)
        advice = "crop" if self.settings.resolution == "512" else "choose the resolution 512, or crop"
        return size_notes(np.array([float(y1 - y0)]), self.models.side, _SOFT, self.name, advice)

    def canvas(self, job: PortraitJob, conditioning: Conditioning) -> Canvas:
        view, settings = conditioning.view, self.settings
        if not settings.pastes:
            size = frame_size(view.shown, self.models.side)
            return WholePicture(size, job.portrait.frame.colour)
        rect: Rect = view.rect(job.portrait.size)
        return ClonedWhole(job.portrait, rect) if settings.parity else PastedBack(job.portrait, rect)

    def resident(self, conditioning: Conditioning, host: Host) -> AbstractContextManager[None]:
        models = self.models
        needed = _FRAME_BYTES * self._batch(host) * models.side**2 // 256**2 * models.dtype.itemsize // 4
        return host.resident(models.generator, models.keypoints, models.mapping, activation_bytes=needed)

    @staticmethod
    def _batch(host: Host) -> int:
        return 1 if host.device.type == "cpu" else _BATCH

    def generate(
        self, job: PortraitJob, conditioning: Conditioning, host: Host
    ) -> Generator[np.ndarray, None, None]:
        generator, notes = self.models.generator, conditioning.notes
        net = generator.module
        volume, canonical, source = self._source(conditioning)
        batches = Batches(self._batch(host), host)
        positions = conditioning.positions

        def paint(frames: Sequence[int]) -> Sequence[np.ndarray]:
            host.check_cancelled()
            driving = self._driving(conditioning, np.asarray(frames), canonical)
            painted = _painted(net, volume, source, driving)
            settle(generator, "SadTalker's generator", notes, host)
            return list(painted)

        for start in range(0, len(positions), _BATCH):
            yield from batches.run(list(range(start, min(start + _BATCH, len(positions)))), paint)

    @torch.inference_mode()
    def _source(self, conditioning: Conditioning) -> tuple[Tensor, Tensor, Tensor]:
        """The picture's volume, its canonical keypoints, and those where it shows them."""
        models = self.models
        net = models.generator.module
        weight = next(net.parameters())
        picture = torch.from_numpy(conditioning.square).to(weight.device).permute(2, 0, 1)[None].float() / 255
        volume = finite(net, _encoded, picture.to(weight.dtype))
        canonical = models.keypoints.module(picture)
        seen = torch.from_numpy(windows_at(conditioning.source[None], np.zeros(1))).to(weight.device)
        motion: Motion = models.mapping.module(seen)
        return volume, canonical, moved(canonical, motion)

    @torch.inference_mode()
    def _driving(self, conditioning: Conditioning, frames: np.ndarray, canonical: Tensor) -> Tensor:
        """Keypoints [n, points, 3] of frames of the output."""
        seen = windows_at(conditioning.performance, conditioning.positions[frames])
        device = canonical.device
        motion: Motion = self.models.mapping.module(torch.from_numpy(seen).to(device))
        turns = torch.from_numpy(conditioning.turns[frames].astype(np.float32)).to(device)
        turned = torch.where(turns.isnan(), motion.degrees, turns)
        return moved(canonical, Motion(turned, motion.shift, motion.expression))


def _encoded(net: nn.Module, picture: Tensor) -> Tensor:
    return net.encode(picture)  # type: ignore[operator]


@torch.inference_mode()
def _painted(net: nn.Module, volume: Tensor, source: Tensor, driving: Tensor) -> np.ndarray:
    """uint8 [n, side, side, 3]: a level is rounded, not cut off."""
    count = len(driving)
    repeated = volume.expand(count, *volume.shape[1:])
    pictures = finite(net, _called, repeated, source.expand(count, *source.shape[1:]), driving)
    levels = (pictures.float() * 255).round().to("cpu", torch.uint8)
    return levels.permute(0, 2, 3, 1).contiguous().numpy()


def _called(net: nn.Module, volume: Tensor, source: Tensor, driving: Tensor) -> Tensor:
    return net(volume, source, driving)
