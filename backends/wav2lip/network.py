"""Wav2Lip's generator: from a face with its lower half black and 0.2 seconds of sound to one that says them.

K R Prajwal et al., "A Lip Sync Expert Is All You Need for Speech to Lip Generation In the Wild" (ACM
Multimedia 2020, arXiv:2008.10010), section 3.4. Names of modules are those of the published checkpoints,
`wav2lip.pth` and `wav2lip_gan.pth`, which differ in their numbers only.
"""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn

from ...engine.nets.precision import finite
from ...engine.nets.wav2lip_blocks import WIDEST, Block, same, sound_encoder
from ...engine.weights.state_dict import load_state_dict, load_weights, without_prefix

# Pixels of the crop it sees and paints.
SIDE = 96
# Of the encoder that looks: channels of each stage and its convolutions that keep the size. The first keeps
# 96 pixels, each next one halves them down to 3, the last leaves one.
_FACE = ((16, 0), (32, 2), (64, 3), (128, 2), (256, 2), (512, 1), (512, 0))
_FACE_INPUTS = 6
# Of the decoder: channels of each stage after its first, and the convolutions that follow.
_PAINTED = ((512, 1), (512, 2), (384, 2), (256, 2), (128, 2), (64, 2))
_LAST = 32
# Where only the lower half is wanted: rows left out before these stages of the decoder, of 24 and of 34. What
# is missing above then spoils rows 32 to 35 of 96, of which the first that is right is 36.
_LEFT_OUT = {5: 7, 6: 2}
_SPOILT, LOWER = 4, 36


class Generator(nn.Module):
    """Faces [B, 6, 96, 96] and sound [B, 1, 80, 16] to faces [B, 3, 96, 96], 0..1, BGR.

    The first three channels of a face are the crop with its lower half black, the others the whole one.
    """

    def __init__(self) -> None:
        super().__init__()
        self.face_encoder_blocks = nn.ModuleList(_face_encoder())
        self.audio_encoder = nn.Sequential(*sound_encoder())
        self.face_decoder_blocks = nn.ModuleList(_decoder())
        skip, painted = _FACE[0][0], _PAINTED[-1][0]
        self.output_block = nn.Sequential(
            Block(skip + painted, _LAST, 3, 1, 1), nn.Conv2d(_LAST, 3, 1), nn.Sigmoid()
        )

    def forward(self, faces: Tensor, sound: Tensor, lower: bool = False) -> Tensor:
        """lower: rows `LOWER` to 95 alone, [B, 3, 60, 96], for five sixths of the work."""
        seen = []
        for block in self.face_encoder_blocks:
            faces = block(faces)
            seen.append(faces)
        out = self.audio_encoder(sound)
        for number, block in enumerate(self.face_decoder_blocks):
            out = block(out[:, :, _LEFT_OUT.get(number, 0) :] if lower else out)
            skip = seen.pop()
            out = torch.cat([out, skip[:, :, skip.shape[2] - out.shape[2] :]], 1)
        out = self.output_block(out)
        return out[:, :, _SPOILT:] if lower else out

    def fuse(self, residual: bool) -> Generator:
        """The same network with its batch norms (and what is added beside them) worked into the convolutions;
        its entries are others then."""
        for block in [module for module in self.modules() if isinstance(module, Block)]:
            block.fuse(residual)
        return self


def _face_encoder() -> list[nn.Module]:
    stages: list[nn.Module] = []
    before = _FACE_INPUTS
    for number, (channels, count) in enumerate(_FACE):
        if number == 0:
            first = Block(before, channels, 7, 1, 3)
        elif number == len(_FACE) - 1:
            stages.append(nn.Sequential(Block(before, channels, 3), Block(channels, channels, 1)))
            break
        else:
            first = Block(before, channels, 3, 2, 1)
        stages.append(nn.Sequential(first, *same(channels, count)))
        before = channels
    return stages


def _decoder() -> list[nn.Module]:
    stages: list[nn.Module] = [nn.Sequential(Block(WIDEST, WIDEST, 1))]
    before = WIDEST
    skips = [channels for channels, _ in reversed(_FACE)]
    for number, (skip, (channels, count)) in enumerate(zip(skips, _PAINTED, strict=False)):
        stride, padding = (1, 0) if number == 0 else (2, 1)
        first = Block(before + skip, channels, 3, stride, padding, up=True)
        stages.append(nn.Sequential(first, *same(channels, count)))
        before = channels
    return stages


def build_generator() -> Generator:
    """The network without weights (on the meta device)."""
    with torch.device("meta"):
        return Generator().eval().requires_grad_(False)


def load_generator(path: Path, dtype: torch.dtype = torch.float32) -> Generator:
    """The generator from a published checkpoint, or its state dict alone, as a pickle or safetensors: on the
    CPU, in evaluation mode, fused.

    Raises WeightsError for a damaged or unsafe file and for another network's."""
    state = without_prefix(load_state_dict(path), "output_block.1.weight")
    net = load_weights(build_generator(), state, path, "Wav2Lip's generator", dtype=torch.float32)
    return ready(net, dtype)


def ready(net: Generator, dtype: torch.dtype = torch.float32) -> Generator:
    """Fused, in its dtype and in the layout that its convolutions are faster in."""
    # A kernel's numbers are far below one: beside it, half precision would drop most of their digits.
    return net.fuse(residual=dtype == torch.float32).to(dtype).to(memory_format=torch.channels_last)  # type: ignore[call-overload]


@torch.inference_mode()
def generate(net: nn.Module, crops: Tensor, sound: Tensor, *, lower: bool = False) -> Tensor:
    """The faces that speak: float32 [B, 96, 96, 3], BGR, 0..255, on the network's device.

    crops: uint8 [B, 96, 96, 3], BGR. sound: float32 [B, 80, 16] of `mel`. lower: only rows `LOWER` to 95 are
    painted, those above are the crop's. In half precision a sample that overflows is worked out again in
    float32. Raises WeightsError where even that is not a number.
    """
    weight = next(net.parameters())
    whole = crops.to(weight.device).permute(0, 3, 1, 2).to(weight.dtype) / 255
    masked = whole.clone()
    masked[:, :, SIDE // 2 :] = 0
    faces = torch.cat([masked, whole], 1).contiguous(memory_format=torch.channels_last)
    painted = finite(net, _lower if lower else _whole, faces, sound[:, None].to(weight))
    levels = painted.float().permute(0, 2, 3, 1) * 255
    if not lower:
        return levels
    return torch.cat([crops[:, :LOWER].to(levels), levels], 1)


def _whole(net: nn.Module, faces: Tensor, sound: Tensor) -> Tensor:
    return net(faces, sound)


def _lower(net: nn.Module, faces: Tensor, sound: Tensor) -> Tensor:
    return net(faces, sound, lower=True)
