"""MuseTalk's networks from every kind of file there is of them, at full size, and from wrong ones.

Full-size files are sparse: names and shapes are all there, the numbers are holes in the file.
"""

import json
import pickle
import re
import zlib
from pathlib import Path

import numpy as np
import psutil
import pytest
import torch
from diffusers import UNet2DConditionModel
from safetensors.torch import save_file
from sparse_weights import keys, write_sparse

from lipsync_studio.devtools.seeded_musetalk import (
    SMALL_UNET,
    SMALL_VAE,
    seeded_unet,
    seeded_vae,
)
from lipsync_studio.engine.errors import WeightsError
from lipsync_studio.engine.nets.loading import load_vae, load_whisper_encoder
from lipsync_studio.engine.nets.sd_vae import VAE_CONFIG, build_vae
from lipsync_studio.engine.nets.whisper_encoder import WHISPER_TINY_CONFIG, build_whisper_encoder
from lipsync_studio.engine.parity import seeded_state_dict
from lipsync_studio.musetalk_core.unet import UNET_CONFIG, build_unet, load_unet

# What the file published as musetalk.json says beside the network's own numbers.
ORIGINAL_UNET = {"_class_name": "UNet2DConditionModel", "_diffusers_version": "0.6.0.dev0", **UNET_CONFIG}
ORIGINAL_VAE = {"_class_name": "AutoencoderKL", "_diffusers_version": "0.4.2", **VAE_CONFIG}
OLD_NAMES = {"to_q": "query", "to_k": "key", "to_v": "value", "to_out.0": "proj_attn"}


def shapes(net):
    return {key: tuple(tensor.shape) for key, tensor in net.state_dict().items()}


def whisper_encoder_keys():
    return {
        name.removeprefix("encoder."): shape
        for name, shape in keys("hf_whisper_tiny").items()
        if name.startswith("encoder.")
    }


def old_names(entries):
    """The VAE's as its published file has them."""
    pattern = re.compile(r"(mid_block\.attentions\.0\.)(to_q|to_k|to_v|to_out\.0)\.")
    return {
        pattern.sub(lambda m: f"{m[1]}{OLD_NAMES[m[2]]}.", name): entry for name, entry in entries.items()
    }


def write(path, tensors, kind):
    """A checkpoint of the kind: "zip" and "legacy" pickles, "safetensors"."""
    if kind == "safetensors":
        save_file(tensors, path.with_suffix(".safetensors"))
        return path.with_suffix(".safetensors")
    torch.save(tensors, path, _use_new_zipfile_serialization=kind == "zip")
    return path


def test_the_networks_have_exactly_the_originals_entries():
    assert shapes(build_unet()) == keys("musetalk_unet2d")
    assert shapes(build_unet(ORIGINAL_UNET)) == keys("musetalk_unet2d")
    assert shapes(build_vae(ORIGINAL_VAE)) == keys("sd_vae_ft_mse")
    assert shapes(build_whisper_encoder(WHISPER_TINY_CONFIG)) == whisper_encoder_keys()
    parameters = [*build_unet().parameters(), *build_vae().parameters()]
    assert {parameter.device.type for parameter in parameters} == {"meta"}


@pytest.mark.parametrize(
    ("name", "kind", "dtype"),
    [
        ("unet.pth", "zip", torch.float32),
        ("pytorch_model.bin", "zip", torch.float32),
        ("unet.pth", "legacy", torch.float32),
        ("unet.pth", "safetensors", torch.float32),
        ("unet.pth", "safetensors", torch.float16),
    ],
)
def test_full_size_unet(tmp_path, name, kind, dtype):
    path = write_sparse(tmp_path / name, keys("musetalk_unet2d"), kind, dtype)
    (tmp_path / "musetalk.json").write_text(json.dumps(ORIGINAL_UNET))
    before = psutil.Process().memory_info().rss
    net = load_unet(path, dtype=dtype)
    # 3.4 GB in float32: the file's own pages are the parameters.
    assert psutil.Process().memory_info().rss - before < 300 << 20
    assert shapes(net) == keys("musetalk_unet2d")
    assert {parameter.dtype for parameter in net.parameters()} == {dtype}
    assert not net.training
    assert not any(parameter.requires_grad for parameter in net.parameters())


@pytest.mark.parametrize(
    ("kind", "dtype"),
    [
        ("zip", torch.float32),
        ("legacy", torch.float32),
        ("safetensors", torch.float32),
        ("safetensors", torch.float16),
    ],
)
@pytest.mark.parametrize("rename", [dict, old_names], ids=["present names", "old names"])
def test_full_size_vae(tmp_path, kind, dtype, rename):
    published = rename(keys("sd_vae_ft_mse"))
    path = write_sparse(tmp_path / "diffusion_pytorch_model.bin", published, kind, dtype)
    (tmp_path / "config.json").write_text(json.dumps(ORIGINAL_VAE))
    net = load_vae(path, dtype=dtype)
    assert shapes(net) == keys("sd_vae_ft_mse")
    assert {parameter.dtype for parameter in net.parameters()} == {dtype}


def hugging_face(seeded):
    """As the published file, of the decoder a little."""
    entries = {f"model.encoder.{name}": tensor for name, tensor in seeded.items()}
    return {
        **entries,
        "model.decoder.layer_norm.weight": torch.ones(384),
        "proj_out.weight": torch.ones(9, 384),
    }


def openai(seeded):
    names = {
        "embed_positions.weight": "positional_embedding",
        "layer_norm": "ln_post",
        "layers": "blocks",
        "self_attn_layer_norm": "attn_ln",
        "final_layer_norm": "mlp_ln",
        "self_attn": "attn",
        "q_proj": "query",
        "k_proj": "key",
        "v_proj": "value",
        "out_proj": "out",
        "fc1": "mlp.0",
        "fc2": "mlp.2",
    }
    pattern = re.compile(r"(?:^|(?<=\.))(" + "|".join(map(re.escape, names)) + r")(?=\.|$)")
    entries = {
        f"encoder.{pattern.sub(lambda m: names[m[1]], name)}": tensor for name, tensor in seeded.items()
    }
    return {name: tensor.half() for name, tensor in entries.items()}


@pytest.fixture(scope="module")
def seeded_whisper():
    return seeded_state_dict(build_whisper_encoder(WHISPER_TINY_CONFIG).state_dict())


def test_openais_names_are_the_originals(seeded_whisper):
    published = keys("openai_whisper_tiny")
    wanted = {name: shape for name, shape in published.items() if name.startswith("encoder.")}
    assert {name: tuple(tensor.shape) for name, tensor in openai(seeded_whisper).items()} == wanted


@pytest.mark.parametrize(
    ("name", "kind", "publish"),
    [
        ("model.safetensors", "safetensors", hugging_face),
        ("pytorch_model.bin", "zip", hugging_face),
        ("pytorch_model.bin", "legacy", hugging_face),
        ("tiny.pt", "zip", openai),
    ],
)
def test_full_size_seeded_whisper(tmp_path, seeded_whisper, name, kind, publish):
    content = publish(seeded_whisper)
    if publish is openai:
        dims = {
            "n_mels": 80,
            "n_audio_ctx": 1500,
            "n_audio_state": 384,
            "n_audio_head": 6,
            "n_audio_layer": 4,
        }
        content = {"dims": dims, "model_state_dict": {**content, "decoder.ln.bias": torch.zeros(384).half()}}
    net = load_whisper_encoder(write(tmp_path / name, content, kind))
    assert shapes(net) == whisper_encoder_keys()
    assert net.layers[0].self_attn.num_heads == 6
    for entry, tensor in net.state_dict().items():
        assert tensor.dtype == torch.float32
        tolerance = 2e-3 if publish is openai else 0
        torch.testing.assert_close(tensor, seeded_whisper[entry], atol=tolerance, rtol=tolerance)


@pytest.mark.parametrize("kind", ["zip", "legacy", "safetensors"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float16], ids=str)
def test_small_seeded_networks(tmp_path, kind, dtype):
    """A configuration passed, or beside the file; numbers as they were."""
    unet, vae = seeded_unet().to(dtype), seeded_vae().to(dtype)
    path = write(tmp_path / "unet.pth", unet.state_dict(), kind)
    (tmp_path / "musetalk.json").write_text(json.dumps({**ORIGINAL_UNET, **SMALL_UNET}))
    same(load_unet(path), unet)
    same(load_unet(path, SMALL_UNET, torch.float16), unet)
    (tmp_path / "musetalk.json").unlink()
    (tmp_path / "unet.json").write_text(json.dumps(SMALL_UNET))
    same(load_unet(path), unet)
    entries = old_names(vae.state_dict())
    # As the oldest files have it: the projections are 1×1 convolutions.
    name = "encoder.mid_block.attentions.0.query.weight"
    entries[name] = entries[name][:, :, None, None].clone()
    path = write(tmp_path / "vae.bin", entries, kind)
    with pytest.raises(WeightsError, match="VAE"):
        load_vae(path)
    (tmp_path / "config.json").write_text(json.dumps(SMALL_VAE))
    same(load_vae(path), vae)


def same(found, wanted):
    entries = wanted.state_dict()
    assert found.state_dict().keys() == entries.keys()
    for name, tensor in found.state_dict().items():
        assert torch.equal(tensor, entries[name].to(tensor.dtype))
    assert not found.training


def test_a_stable_diffusion_unet_is_recognised(tmp_path):
    with torch.device("meta"):
        other = UNet2DConditionModel.from_config(
            {**UNET_CONFIG, "in_channels": 4, "cross_attention_dim": 768}
        )
    path = write_sparse(tmp_path / "unet.pth", shapes(other), "zip")
    with pytest.raises(WeightsError) as caught:
        load_unet(path)
    sentence = str(caught.value)
    assert str(path) in sentence
    assert "conv_in.weight is 320×4×3×3 instead of 320×8×3×3" in sentence
    assert "a UNet with 4 input channels and 768-wide conditions, as Stable Diffusion has" in sentence
    assert sentence.count(".\n") == 0


def test_wrong_files_are_recognised(tmp_path, seeded_whisper):
    vae = write_sparse(tmp_path / "vae.bin", keys("sd_vae_ft_mse"), "zip")
    parser = write_sparse(tmp_path / "79999_iter.pth", keys("bisenet_face_parsing"), "legacy")
    whisper = write(tmp_path / "tiny.pt", {"dims": {}, "model_state_dict": openai(seeded_whisper)}, "zip")
    unet = write_sparse(tmp_path / "unet.pth", keys("musetalk_unet2d"), "zip")
    for load, path, words in (
        (load_unet, vae, "a VAE of diffusers"),
        (load_vae, unet, "a UNet of MuseTalk's kind"),
        (load_vae, parser, "BiSeNet"),
        (load_unet, whisper, "a Whisper model from OpenAI"),
        (load_whisper_encoder, vae, "a VAE of diffusers"),
        (load_whisper_encoder, parser, "BiSeNet"),
    ):
        with pytest.raises(WeightsError, match=words):
            load(path)


def test_missing_and_unknown_entries_are_named(tmp_path):
    entries = seeded_unet().state_dict()
    for name in ("conv_in.bias", "conv_out.bias"):
        del entries[name]
    entries["extra.weight"] = torch.zeros(1)
    path = write(tmp_path / "unet.pth", entries, "zip")
    with pytest.raises(WeightsError, match=r"2 missing: conv_in\.bias, conv_out\.bias; 1 unknown: extra"):
        load_unet(path, SMALL_UNET)


class Payload:
    def __init__(self, mark):
        self.mark = mark

    def __reduce__(self):
        return Path.touch, (self.mark,)


@pytest.mark.parametrize("load", [load_unet, load_vae, load_whisper_encoder])
def test_a_malicious_pickle_runs_nothing(tmp_path, load):
    mark, path = tmp_path / "ran", tmp_path / "unet.pth"
    torch.save({"conv_in.weight": Payload(mark)}, path)
    with pytest.raises(WeightsError, match="not opened"):
        load(path)
    path.write_bytes(pickle.dumps({"conv_in.weight": Payload(mark)}))
    with pytest.raises(WeightsError):
        load(path)
    assert not mark.exists()


def test_a_damaged_description(tmp_path):
    path = write(tmp_path / "unet.pth", seeded_unet().state_dict(), "zip")
    (tmp_path / "musetalk.json").write_text("{")
    with pytest.raises(WeightsError, match=r"musetalk\.json"):
        load_unet(path)


def test_seeding_is_the_recipe():
    """Every rule of the recipe, on entries whose numbers are worked out by hand."""
    seeds = {
        "a.weight": (4,),
        "a.bias": (4,),
        "a.running_mean": (4,),
        "a.running_var": (4,),
        "b.weight": (2, 3),
    }
    state = seeded_state_dict({**seeds, "a.num_batches_tracked": ()}, scale=2)
    for name, shape in seeds.items():
        x = np.random.RandomState(zlib.crc32(name.encode())).standard_normal(shape)
        wanted = {
            "a.weight": 1 + 0.1 * x,
            "a.bias": 0.1 * x,
            "a.running_mean": 0.1 * x,
            "a.running_var": 1 + 0.1 * np.abs(x),
            "b.weight": x * 2 / np.sqrt(3),
        }[name]
        assert np.array_equal(state[name].numpy(), wanted.astype(np.float32))
    assert state["a.num_batches_tracked"].dtype == torch.int64
