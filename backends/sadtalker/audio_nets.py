"""From 0.2 seconds of sound around each frame to expression and head pose (W. Zhang et al. 2023,
arXiv:2211.12194, sections 3.1 and 3.2). Names of modules are those of the published checkpoints.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ...engine.nets.wav2lip_blocks import WIDEST, sound_encoder

# Coefficients of the expression and of the pose (three angles, three shifts).
EXPRESSION, POSE = 64, 6
# Frames that the pose network makes at a time, numbers that it draws for them, and its styles.
SEQUENCE, LATENT, STYLES = 32, 64, 46


class ExpressionNet(nn.Module):
    """Expressions [n, 64] of mel windows [n, 1, 80, 16], reference expressions [n, 64] and how far the eyes
    are closed [n, 1]."""

    def __init__(self) -> None:
        super().__init__()
        self.audio_encoder = nn.Sequential(*sound_encoder())
        self.mapping1 = nn.Linear(WIDEST + EXPRESSION + 1, EXPRESSION)

    def forward(self, mel: Tensor, reference: Tensor, closed: Tensor) -> Tensor:
        heard = self.audio_encoder(mel).flatten(1)
        return self.mapping1(torch.cat([heard, reference, closed], dim=1))


class PoseNet(nn.Module):
    """How the head moves away from a pose: the decoder of a variational autoencoder, that knows the sound."""

    def __init__(self) -> None:
        super().__init__()
        self.audio_encoder = nn.Module()
        self.audio_encoder.audio_encoder = nn.Sequential(*sound_encoder())
        self.netG = nn.Module()
        self.netG.decoder = _Decoder()

    def hear(self, mel: Tensor) -> Tensor:
        """[n, 512] of mel windows [n, 1, 80, 16]."""
        return self.audio_encoder.audio_encoder(mel).flatten(1)  # type: ignore[operator]

    def forward(self, latent: Tensor, heard: Tensor, pose: Tensor, style: int) -> Tensor:
        """Movements [n, 32, 6]. latent: [n, 64], normal. heard: [n, 32, 512]. pose: [n, 6], where it began.
        style: 0 to 45."""
        return self.netG.decoder(latent, heard, pose, style)  # type: ignore[operator]


class _Decoder(nn.Module):
    _HIDDEN = 128

    def __init__(self) -> None:
        super().__init__()
        inputs, outputs = LATENT + SEQUENCE * POSE + POSE, SEQUENCE * POSE
        self.resunet = _ResidualUnet()
        self.MLP = nn.Sequential()
        self.MLP.add_module("L0", nn.Linear(inputs, self._HIDDEN))
        self.MLP.add_module("A0", nn.ReLU())
        self.MLP.add_module("L1", nn.Linear(self._HIDDEN, outputs))
        self.MLP.add_module("sigmoid", nn.Sigmoid())
        self.pose_linear = nn.Linear(POSE, POSE)
        self.linear_audio = nn.Linear(WIDEST, POSE)
        self.classbias = nn.Parameter(torch.empty(STYLES, LATENT))

    def forward(self, latent: Tensor, heard: Tensor, pose: Tensor, style: int) -> Tensor:
        told = self.linear_audio(heard).flatten(1)
        out = self.MLP(torch.cat([pose, latent + self.classbias[style], told], dim=1))
        return self.pose_linear(self.resunet(out.unflatten(1, (1, SEQUENCE, POSE)))[:, 0])


class _Residual(nn.Module):
    """stride: in time."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        strides = (stride, 1)
        self.conv_block = nn.Sequential(
            nn.BatchNorm2d(inputs), nn.ReLU(), nn.Conv2d(inputs, outputs, 3, strides, 1),
            nn.BatchNorm2d(outputs), nn.ReLU(), nn.Conv2d(outputs, outputs, 3, padding=1),
        )  # fmt: skip
        self.conv_skip = nn.Sequential(nn.Conv2d(inputs, outputs, 3, strides, 1), nn.BatchNorm2d(outputs))

    def forward(self, x: Tensor) -> Tensor:
        return self.conv_block(x) + self.conv_skip(x)


class _Longer(nn.Module):
    """Twice as many times."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.upsample = nn.ConvTranspose2d(features, features, (2, 1), (2, 1))

    def forward(self, x: Tensor) -> Tensor:
        return self.upsample(x)


class _ResidualUnet(nn.Module):
    """A picture of a movement, [n, 1, times, 6], to another, 0..1."""

    _WIDTHS = (32, 64, 128, 256)

    def __init__(self) -> None:
        super().__init__()
        a, b, c, d = self._WIDTHS
        self.input_layer = nn.Sequential(
            nn.Conv2d(1, a, 3, padding=1), nn.BatchNorm2d(a), nn.ReLU(), nn.Conv2d(a, a, 3, padding=1)
        )
        self.input_skip = nn.Sequential(nn.Conv2d(1, a, 3, padding=1))
        self.residual_conv_1 = _Residual(a, b, 2)
        self.residual_conv_2 = _Residual(b, c, 2)
        self.bridge = _Residual(c, d, 2)
        self.upsample_1 = _Longer(d)
        self.up_residual_conv1 = _Residual(d + c, c, 1)
        self.upsample_2 = _Longer(c)
        self.up_residual_conv2 = _Residual(c + b, b, 1)
        self.upsample_3 = _Longer(b)
        self.up_residual_conv3 = _Residual(b + a, a, 1)
        self.output_layer = nn.Sequential(nn.Conv2d(a, 1, 1), nn.Sigmoid())

    def forward(self, x: Tensor) -> Tensor:
        first = self.input_layer(x) + self.input_skip(x)
        second = self.residual_conv_1(first)
        third = self.residual_conv_2(second)
        out = self.upsample_1(self.bridge(third))
        out = self.upsample_2(self.up_residual_conv1(torch.cat([out, third], dim=1)))
        out = self.upsample_3(self.up_residual_conv2(torch.cat([out, second], dim=1)))
        return self.output_layer(self.up_residual_conv3(torch.cat([out, first], dim=1)))
