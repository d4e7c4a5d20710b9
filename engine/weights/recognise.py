"""Whose weights a file holds, told by a few entries: for the sentence that says it is the wrong file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

# The first whose entry is there (in full, or as a beginning that ends with a dot) is taken.
_SIGNS = (
    ("model.diffusion_model.", "a whole Stable Diffusion checkpoint"),
    ("first_stage_model.", "a VAE inside a Stable Diffusion checkpoint"),
    ("encoder.down.0.block.0.norm1.weight", "a VAE in Stable Diffusion's own layout, not diffusers'"),
    ("post_quant_conv.weight", "a VAE of diffusers"),
    ("model.encoder.conv1.weight", "a Whisper model from Hugging Face"),
    ("encoder.embed_positions.weight", "a Whisper model from Hugging Face"),
    ("encoder.positional_embedding", "a Whisper model from OpenAI"),
    ("cp.resnet.conv1.weight", "the face parser BiSeNet"),
    ("backbone.stem.0.conv.weight", "the pose network RTMPose"),
    ("face_encoder_blocks.", "Wav2Lip"),
    ("netcnnaud.0.weight", "SyncNet"),
    ("visual_encoder.norm_out.bias", "LatentSync's SyncNet"),
    ("conv1_1.weight", "the face detector S3FD"),
    ("fc.weight", "a classifier such as ResNet"),
)


def recognised(tensors: Mapping[str, torch.Tensor]) -> str:
    """Such as "the face parser BiSeNet"; empty where nothing is known."""
    for sign, network in _SIGNS:
        if sign in tensors or (sign.endswith(".") and any(name.startswith(sign) for name in tensors)):
            return network
    first = tensors.get("conv_in.weight")
    if first is not None and "conv_out.weight" in tensors:
        return _unet(first.shape[1], tensors)
    return ""


def _unet(channels: int, tensors: Mapping[str, torch.Tensor]) -> str:
    if any(".motion_modules." in name for name in tensors):
        return f"a video UNet with {channels} input channels (LatentSync, AniPortrait and Hallo2 have such)"
    keys = [tensor for name, tensor in tensors.items() if name.endswith("attn2.to_k.weight")]
    width = keys[0].shape[1] if keys else 0
    if (channels, width) == (8, 384):
        return "a UNet of MuseTalk's kind"
    if channels == 13:
        return "LatentSync's UNet"
    return f"a UNet with {channels} input channels and {width}-wide conditions, as Stable Diffusion has"
