"""Crops to latents to faces: the original's numbers, half precision, layouts, compilation."""

import json
import logging
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from diffusers import UNet2DConditionModel
from torch import nn

from lipsync_studio.devtools.seeded_musetalk import SMALL_UNET, seeded_unet, seeded_vae
from lipsync_studio.engine.errors import WeightsError
from lipsync_studio.engine.nets.compiling import compile_network
from lipsync_studio.engine.nets.layout import ExactGroupNorm, channels_last
from lipsync_studio.engine.nets.sd_vae import SCALING, build_vae, decode
from lipsync_studio.musetalk_core import parity as e2e
from lipsync_studio.musetalk_core.unet import encode_crops, positional_encoding, predict

GOLDENS = Path(__file__).parents[2] / "data" / "goldens" / "musetalk"
CASE = json.loads((GOLDENS / "e2e.json").read_text())


@pytest.fixture
def unet():
    return seeded_unet()


@pytest.fixture
def vae():
    return seeded_vae()


@pytest.fixture(scope="module")
def golden():
    with np.load(GOLDENS / "e2e.npz") as arrays:
        return {name: torch.from_numpy(arrays[name]) for name in arrays.files}


@pytest.fixture(scope="module")
def crops():
    """uint8 [2, 256, 256, 3], RGB."""
    pictures = [cv2.imread(str(GOLDENS / f"e2e{k}_crop256.png"))[..., ::-1] for k in range(2)]
    return torch.from_numpy(np.stack(pictures))


@pytest.fixture(scope="module")
def tokens():
    return torch.randn(2, 50, 384, generator=torch.Generator().manual_seed(1))


def test_golden_chain():
    findings = e2e.check_e2e(GOLDENS)
    assert {finding.file for finding in findings} == {
        "e2e.npz",
        *(f"e2e{k}_{kind}256.png" for k in range(2) for kind in ("crop", "generated")),
    }
    assert [finding for finding in findings if not finding.ok] == []


def test_channels_last_is_as_exact(unet, tokens, crops, golden):
    vae = channels_last(seeded_vae(CASE["vae"]))
    assert list(vae.state_dict()) == list(build_vae(CASE["vae"]).state_dict())
    latents = encode_crops(vae, crops)
    wanted = torch.cat([golden["latents0"], golden["latents1"]])
    torch.testing.assert_close(latents, wanted, atol=1e-4, rtol=0)
    assert latents.is_contiguous()
    for k in range(2):
        face = cv2.imread(str(GOLDENS / f"e2e{k}_generated256.png"))[..., ::-1].astype(int)
        assert np.abs(decode(vae, golden[f"pred{k}"])[0].numpy() - face).max() <= 1
    wanted = predict(unet, latents, tokens)
    torch.testing.assert_close(predict(channels_last(unet), latents, tokens), wanted, atol=1e-4, rtol=0)


def test_group_norm_of_a_half_masked_picture():
    x = torch.randn(2, 64, 256, 256, generator=torch.Generator().manual_seed(0)) + 3
    x[:, :, 128:] = 2.7
    norm = nn.GroupNorm(32, 64, eps=1e-6)
    draws = torch.Generator().manual_seed(1)
    nn.init.normal_(norm.weight, generator=draws)
    nn.init.normal_(norm.bias, generator=draws)
    exact = ExactGroupNorm.of(norm)
    with torch.no_grad():
        wanted = norm.double()(x.double())
        norm.float()
        found = exact(x.to(memory_format=torch.channels_last))
        assert found.is_contiguous(memory_format=torch.channels_last)
        assert (found - wanted).abs().max() < 1e-5
        torch.testing.assert_close(exact(x), norm(x))
        torch.testing.assert_close(exact(x[:, :, 0]), norm(x[:, :, 0]))
        half = x.bfloat16()
        wanted = norm.double()(half.double())
        found = exact.bfloat16()(half.to(memory_format=torch.channels_last))
        assert found.dtype == torch.bfloat16
        # Weight, bias and result have 8 bits each; the two terms may all but cancel.
        bias = norm.bias[:, None, None]
        assert ((found - wanted).abs() <= 2**-7 * ((wanted - bias).abs() + bias.abs())).all()


def test_encoding_is_the_mean_of_the_masked_and_the_whole_crop(vae, crops):
    latents = encode_crops(vae, crops)
    assert latents.shape == (2, 8, 32, 32)
    # Nothing is drawn by chance.
    torch.testing.assert_close(latents, encode_crops(vae, crops), atol=1e-5, rtol=0)
    alone = torch.cat([encode_crops(vae, crop[None]) for crop in crops])
    torch.testing.assert_close(latents, alone, atol=1e-5, rtol=0)
    whole = crops.permute(0, 3, 1, 2).contiguous() / 127.5 - 1
    with torch.no_grad():
        mode = vae.encode(whole).latent_dist.mode() * SCALING
    torch.testing.assert_close(latents[:, 4:], mode, atol=1e-4, rtol=0)
    hidden = crops.clone()
    hidden[:, 128:] = 77
    without = encode_crops(vae, hidden)
    torch.testing.assert_close(without[:, :4], latents[:, :4], atol=1e-5, rtol=0)
    assert (without[:, 4:] - latents[:, 4:]).abs().max() > 1e-3


def test_the_time_embedding_is_constant(unet, golden, tokens):
    plain = UNet2DConditionModel.from_config(SMALL_UNET).eval().requires_grad_(False)
    weights = unet.state_dict()
    other = {name: tensor * 1.5 if "time_embedding" in name else tensor for name, tensor in weights.items()}
    for entries in (weights, other):
        unet.load_state_dict(entries)
        plain.load_state_dict(entries)
        wanted = plain(golden["latents0"], torch.tensor([0]), encoder_hidden_states=tokens[:1]).sample
        for _ in range(2):
            found = predict(unet, golden["latents0"], tokens[:1], positions=False)
            torch.testing.assert_close(found, wanted, atol=1e-6, rtol=0)
    latents = torch.cat([golden["latents0"], golden["latents1"]])
    wanted = plain(latents, 0, encoder_hidden_states=tokens).sample
    found = predict(unet, latents, tokens, positions=False)
    torch.testing.assert_close(found, wanted, atol=1e-5, rtol=0)


def test_positions():
    table = positional_encoding(50, 384)
    assert table.shape == (50, 384)
    assert table[0, :4].tolist() == [0, 1, 0, 1]
    for position, pair in ((7, 0), (49, 100), (3, 191)):
        angle = position * np.exp(-np.log(10000) * 2 * pair / 384)
        assert table[position, 2 * pair] == pytest.approx(np.sin(angle), abs=1e-5)
        assert table[position, 2 * pair + 1] == pytest.approx(np.cos(angle), abs=1e-5)


def test_positions_are_added(unet, golden, tokens):
    with_them = predict(unet, golden["latents0"], tokens[:1])
    added = predict(unet, golden["latents0"], tokens[:1] + positional_encoding(50, 384), positions=False)
    torch.testing.assert_close(with_them, added, atol=1e-5, rtol=0)


class Painter(nn.Module):
    """A VAE that decodes to what it is given, three channels of it."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1))

    def decode(self, latents, return_dict):
        return (latents[:, :3] * SCALING,)


def test_levels_are_rounded_and_clamped():
    levels = torch.tensor([0.4, 0.6, 2.6, 254.4, 300, -3, 127.5, 10])
    pictures = (levels / 255 - 0.5) * 2
    faces = decode(Painter(), pictures.expand(1, 4, 2, 8))
    assert faces.dtype == torch.uint8
    assert faces.shape == (1, 2, 8, 3)
    assert faces[0, 0, :, 0].tolist() == [0, 1, 3, 254, 255, 0, 128, 10]


def test_half_precision(unet, vae, crops, tokens):
    latents = encode_crops(vae, crops)
    predicted = predict(unet, latents, tokens)
    faces = decode(vae, predicted).int()
    for net in (unet, vae):
        net.to(torch.bfloat16)
    half = encode_crops(vae, crops)
    assert half.dtype == torch.bfloat16
    assert (half.float() - latents).abs().mean() < 0.05 * latents.abs().mean()
    half = predict(unet, half, tokens)
    assert half.dtype == torch.bfloat16
    assert (half.float() - predicted).abs().mean() < 0.1 * predicted.abs().mean()
    assert (decode(vae, half).int() - faces).abs().float().mean() < 8


def overflowing(module, broken, sizes):
    """Has `module` put out NaN for some samples except in float32, and notes its batch sizes in that."""

    def spoil(_, inputs, output):
        if output.dtype == torch.float32:
            sizes.append(len(output))
            return output
        output = output.clone()
        output[broken] = float("nan")
        return output

    module.register_forward_hook(spoil)


def test_what_overflows_is_predicted_again(unet, golden, tokens):
    latents = torch.cat([golden["latents0"], golden["latents1"]])
    full = predict(unet, latents, tokens)
    unet.to(torch.bfloat16)
    half = predict(unet, latents, tokens)
    sizes = []
    overflowing(unet.conv_out, [1], sizes)
    found = predict(unet, latents, tokens)
    assert sizes == [1]
    torch.testing.assert_close(found[0], half[0])
    assert (found[1].float() - full[1]).abs().mean() < 0.1 * full[1].abs().mean()
    assert {parameter.dtype for parameter in unet.parameters()} == {torch.bfloat16}


def test_what_overflows_is_encoded_and_decoded_again(vae, crops, golden):
    full = encode_crops(vae, crops)
    faces = decode(vae, golden["pred0"])
    vae.to(torch.bfloat16)
    sizes = []
    # Of the batch of two masked and two whole crops: the second masked one.
    overflowing(vae.encoder.conv_out, [1], sizes)
    found = encode_crops(vae, crops)
    assert sizes == [1]
    assert found.isfinite().all()
    assert (found[1, :4].float() - full[1, :4]).abs().mean() < 0.05 * full[1, :4].abs().mean()
    overflowing(vae.decoder.conv_out, [0], sizes)
    repaired = decode(vae, golden["pred0"])
    assert sizes == [1, 1]
    assert (repaired.int() - faces.int()).abs().float().mean() < 4


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16], ids=str)
def test_damaged_weights_are_said(vae, golden, dtype):
    vae.to(dtype)
    vae.decoder.conv_out.bias[0] = float("inf")
    with pytest.raises(WeightsError, match="fetch them again"):
        decode(vae, golden["pred0"])


def small_net():
    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.SiLU()).eval().requires_grad_(False)
    return net, torch.randn(1, 3, 8, 8, generator=torch.Generator().manual_seed(2))


def test_compilation():
    net, x = small_net()
    wanted, entries = net(x), list(net.state_dict())
    graphs = []

    def backend(graph, inputs):
        graphs.append(graph)
        return graph.forward

    assert compile_network(net, backend=backend) is net
    for _ in range(2):
        torch.testing.assert_close(net(x), wanted)
    assert len(graphs) == 1
    assert list(net.state_dict()) == entries


def test_no_compiler(caplog):
    net, x = small_net()
    wanted = net(x)

    def backend(graph, inputs):
        raise RuntimeError("there is no compiler")

    compile_network(net, backend=backend)
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            torch.testing.assert_close(net(x), wanted)
    assert len(caplog.records) == 1
    assert "without" in caplog.text


def test_compilation_of_a_vae_is_of_its_halves(vae, golden):
    calls = []
    vae.decoder.forward, plain = lambda z: calls.append(1) or plain(z), vae.decoder.forward
    compile_network(vae, backend=lambda graph, inputs: graph.forward)
    assert vae.decoder.forward is not plain
    assert vae.encoder.forward.__name__ == "forward"
