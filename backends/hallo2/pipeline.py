"""Hallo2: one picture animated by a diffusion network that makes 16 frames at once.

The picture, in a square, goes through a reference UNet together with the last two frames that were made, of
which a quarter of the pixels outside the face are dropped. From fresh noise, with wav2vec2's states around
each frame and masks that say which of the sound moves head, face and lips, the denoising UNet makes the next
16 frames, at 25 a second.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ...engine.faces.geometry import FACE_OVAL, OUTER_LOWER_LIP, OUTER_UPPER_LIP
from ...engine.host.discard import discard, discard_with
from ...engine.host.protocol import Host
from ...engine.nets.batches import Batches
from ...engine.nets.precision import settle
from ...engine.nets.sd_vae import pixels
from ...engine.unwritable import unwritable
from ..portrait.canvas import Canvas, PastedBack, WholePicture
from ..portrait.job import PortraitJob
from .audio import FPS, original_states, states, windows
from .conditions import EMBEDDING
from .denoise import CARRIED, CLIP, draws
from .framing import Framing, around, padded, squashed
from .loop import Manner, Subject, decoded, make_clip
from .masks import FACE_EXPAND, LIP_EXPAND, extents, located, region, soft_masks
from .models import Hallo2Models
from .spec import IDENTITY, SPEC, STEPS, Hallo2Settings

# Memory beside the weights at 512 pixels in half precision with guidance: what is left of the 9.8 GB that
# Hallo's paper (arXiv:2406.08801, table 7) measures for all when the weights are taken off.
_ACTIVATION_BYTES = 4_800_000_000
_LISTENING_BYTES = 1 << 30
# Of the square's height; below, its authors' advice is not met by far.
_SMALL_FACE = 0.35
_TURNED = 30


@dataclass(frozen=True)
class Conditioning:
    """framing: what is seen of the portrait. subject: who speaks. heard: states float32 [frames, layers,
    width], mapped from a file. file: that file; None with parity. notes: of the run, which may grow."""

    framing: Framing
    subject: Subject
    heard: Tensor
    file: Path | None
    notes: list[str]


@dataclass(frozen=True)
class _Begun:
    """A clip before it is made: its number, the frames it goes on from, and what `draws` gave."""

    number: int
    carried: Tensor | None
    uniform: Tensor
    noise: Tensor


class Hallo2Engine:
    """A PortraitEngine."""

    spec = SPEC
    name = "Hallo2"
    fps: Fraction | None = Fraction(FPS)
    rests = False

    def __init__(self, models: Hallo2Models, settings: Hallo2Settings) -> None:
        self.models = models
        self.settings = settings
        self.takes_footage = settings.use_first_frame
        self.parity = settings.parity

    def prepare(self, job: PortraitJob, notes: list[str], host: Host) -> Conditioning:
        portrait, side = job.portrait, self.models.side
        framing = self._framing(job)
        if self.settings.parity:
            # Rectangles are found before the picture is squashed.
            mesh, size = np.asarray(portrait.mesh, np.float64), portrait.size
        else:
            mesh, size = framing.mesh(portrait.mesh), (side, side)
            notes += self._doubts(job, framing, mesh)
        face = region(extents(mesh, FACE_OVAL), size, FACE_EXPAND)
        lips = region(extents(mesh, OUTER_UPPER_LIP + OUTER_LOWER_LIP), size, LIP_EXPAND)
        subject = Subject(
            pixels(framing.square(portrait.rgb)[None]),
            torch.from_numpy(located(face, size, side)),
            soft_masks(face, lips, size, side),
            torch.from_numpy(self._embedding(job, notes)),
        )
        return Conditioning(framing, subject, *self._listen(job, host), notes)

    def _framing(self, job: PortraitJob) -> Framing:
        size, side = job.portrait.size, self.models.side
        if self.settings.parity:
            return squashed(size, side)
        if self.settings.view != "whole":
            return around(job.portrait.mesh, size, side)
        return padded(size, side)

    def _doubts(self, job: PortraitJob, framing: Framing, mesh: np.ndarray) -> list[str]:
        found = []
        share = float(np.ptp(mesh[:, 1])) / framing.side
        if share < _SMALL_FACE and self.settings.view == "whole":
            found.append(
                f"The face is {share:.0%} as high as the square that {self.name} sees, and it was trained on "
                "50 to 70 %: view `face` paints a square around it."
            )
        if abs(job.portrait.head.yaw) > _TURNED:
            found.append(
                f"The head is turned by {abs(job.portrait.head.yaw):.0f}°: {self.name} was trained on faces "
                f"turned by up to {_TURNED}°."
            )
        return found

    def _embedding(self, job: PortraitJob, notes: list[str]) -> np.ndarray:
        if self.models.identity is None:
            notes.append(
                f"{self.name} isn't told whose face it is, because InsightFace's glintr100.onnx "
                "(non-commercial, brought by hand) is not in the models folder, at "
                f"{IDENTITY.kind}/{IDENTITY.files[0].place}."
            )
            return np.zeros(EMBEDDING, np.float32)
        if self.settings.parity:
            notes.append("Eyes, nose and mouth for the face's identity come from the face mesh, not SCRFD.")
        return self.models.identity.embedding(job.portrait.rgb, job.portrait.mesh)

    def _listen(self, job: PortraitJob, host: Host) -> tuple[Tensor, Path | None]:
        """States of whole clips, at least as many frames as the output shows, and the file they lie in; with
        parity the original's, which may be fewer and lie in none."""
        stage, model = "Listening to the speech", self.models.wav2vec2
        frames = -(-job.frames(self.fps) // CLIP) * CLIP
        with host.resident(model, activation_bytes=_LISTENING_BYTES):
            if self.settings.parity:
                host.progress(stage, 0, frames)
                return original_states(job.samples(muted=False), model.module, CLIP)[0], None

            def check(done: int) -> None:
                host.progress(stage, done, frames)

            path = host.temp_file(".states")
            shape: tuple[int, ...] = ()
            try:
                with path.open("wb") as file:
                    for piece in states(job.samples(), model.module, frames, check):
                        file.write(piece.contiguous().numpy().tobytes())
                        shape = tuple(piece.shape[1:])
            except BaseException as error:
                path.unlink(missing_ok=True)
                if isinstance(error, OSError):
                    raise unwritable(path, error) from error
                raise
        host.progress(stage, frames, frames)
        heard = torch.from_numpy(np.memmap(path, np.float32, "c", shape=(frames, *shape)))
        discard_with(heard, path)
        return heard, path

    def canvas(self, job: PortraitJob, conditioning: Conditioning) -> Canvas:
        framing, portrait = conditioning.framing, job.portrait
        if self.settings.view == "paste" and not self.settings.parity:
            return PastedBack(portrait, framing.rect)
        left, top, right, bottom = framing.inner
        return WholePicture((right - left, bottom - top), portrait.frame.colour)

    def resident(self, conditioning: Conditioning, host: Host) -> AbstractContextManager[None]:
        models = self.models
        needed = _ACTIVATION_BYTES * models.dtype.itemsize // 2 * models.side**2 // 512**2
        if self.settings.guidance <= 1:
            needed //= 2
        return host.resident(*models.painting, activation_bytes=needed)

    def generate(
        self, job: PortraitJob, conditioning: Conditioning, host: Host
    ) -> Generator[np.ndarray, None, None]:
        try:
            yield from self._clips(job, conditioning, host)
        finally:
            # An error that is kept for its traceback keeps the tensor too.
            if conditioning.file:
                discard(conditioning.file)

    def _clips(
        self, job: PortraitJob, conditioning: Conditioning, host: Host
    ) -> Generator[np.ndarray, None, None]:
        """The last two frames of each clip are carried on as they were decoded, not as 8 bits."""
        models, heard, notes = self.models, conditioning.heard, conditioning.notes
        device = models.denoiser.device
        subject = replace(
            conditioning.subject,
            picture=conditioning.subject.picture.to(device),
            where=conditioning.subject.where.to(device),
        )
        wanted, manner = job.frames(self.fps), self._manner()
        clips = min(-(-wanted // CLIP), len(heard) // CLIP)
        generator = torch.Generator().manual_seed(self.settings.seed)
        batches = Batches(1, host)
        carried: Tensor | None = None
        picture = conditioning.framing.square(job.portrait.rgb)

        def make(begun: Sequence[_Begun]) -> list[Tensor]:
            return [self._latents(each, clips, subject, heard, manner, host) for each in begun]

        for number in range(clips):
            (latents,) = batches.run([_Begun(number, carried, *draws(generator, models.side))], make)
            settle(models.denoiser, "The denoising UNet", notes, host)
            last: list[Tensor] = []
            for index, each in enumerate(latents):
                host.check_cancelled()
                (frame,) = batches.run([each], lambda some: [decoded(models.vae.module, some[0])])
                settle(models.vae, "The VAE", notes, host)
                last = [*last[1 - CARRIED :], frame]
                if number * CLIP + index < wanted:
                    picture = self._eight_bits(frame)
                    yield conditioning.framing.cut(picture)
            carried = torch.stack(last) * 2 - 1
        missing = wanted - clips * CLIP
        if missing > 0:
            notes.append(
                f"As with the original, the sound's last {missing} frames are not made, because they fill no "
                "clip: the last picture stays."
            )
            yield from [conditioning.framing.cut(picture)] * missing

    def _latents(
        self, begun: _Begun, clips: int, subject: Subject, heard: Tensor, manner: Manner, host: Host
    ) -> Tensor:
        """Of a clip: float32 [frames, 4, h, w], on the denoiser's device."""
        first = begun.number * manner.steps

        def tell(done: int) -> None:
            host.progress("Denoising", first + done, clips * manner.steps, unit="steps")

        frames = begun.number * CLIP + np.arange(CLIP)
        uniform = begun.uniform.to(subject.where)
        given = subject, begun.carried, windows(heard, frames), uniform, begun.noise, manner
        return make_clip(self.models.networks, *given, tell).latents

    def _manner(self) -> Manner:
        chosen = self.settings
        parity = chosen.parity
        return Manner(
            chosen.steps or STEPS[chosen.quality],
            chosen.guidance,
            (chosen.pose, chosen.expression, chosen.lips),
            chosen.drop,
            chosen.own_reference and not parity,
            parity,
        )

    def _eight_bits(self, frame: Tensor) -> np.ndarray:
        """uint8 [side, side, 3] of a frame [3, side, side], 0..1: rounded; the original truncates."""
        levels = frame.permute(1, 2, 0) * 255
        return (levels if self.settings.parity else levels.round()).to(torch.uint8).numpy()
