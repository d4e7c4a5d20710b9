"""AniPortrait's networks from every kind of file there is of them, and its head's movements against torch's
own decoder.

Full-size files are sparse: names and shapes are all there, the numbers are holes in the file.
"""

import gzip
import json
from pathlib import Path

import numpy as np
import psutil
import pytest
import torch
from sparse_weights import keys, write_sparse
from torch import nn

from lipsync_studio.backends.aniportrait.audio2mesh import build_audio2mesh, load_audio2mesh
from lipsync_studio.backends.aniportrait.audio2pose import build_audio2pose, head_poses, load_audio2pose
from lipsync_studio.backends.aniportrait.head_motion import read_template
from lipsync_studio.backends.aniportrait.portrait import build_clip, load_clip
from lipsync_studio.backends.aniportrait.pose_guider import build_pose_guider, guide, load_pose_guider
from lipsync_studio.backends.aniportrait.unet import load_denoiser, load_reference
from lipsync_studio.devtools import seeded_aniportrait as small
from lipsync_studio.engine.errors import WeightsError
from lipsync_studio.engine.nets.motion_unet import build_motion_unet, build_reference_unet

KEYS = Path(__file__).parents[2] / "data" / "goldens" / "keys" / "aniportrait.json.gz"
LAST = {"conv_norm_out.weight": (320,), "conv_out.weight": (4, 320, 3, 3), "conv_out.bias": (4,)}
LOADED = {
    "aniportrait_reference_unet": (load_reference, build_reference_unet),
    "aniportrait_pose_guider": (load_pose_guider, build_pose_guider),
    "aniportrait_audio2mesh": (load_audio2mesh, build_audio2mesh),
    "aniportrait_audio2pose": (load_audio2pose, build_audio2pose),
    "clip_vit_l14_vision_proj": (load_clip, build_clip),
}


@pytest.fixture(scope="module")
def published():
    """Shapes by the originals' names, of each network."""
    with gzip.open(KEYS) as file:
        listed = json.load(file)
    return {net: {name: tuple(shape) for name, shape in each.items()} for net, each in listed.items()}


def shapes(net):
    return {name: tuple(tensor.shape) for name, tensor in net.state_dict().items()}


def loaded_lightly(load, *paths, **options):
    """The network; the files' own pages are its parameters."""
    before = psutil.Process().memory_info().rss
    net = load(*paths, **options)
    assert psutil.Process().memory_info().rss - before < 300 << 20
    assert not net.training
    assert not any(each.requires_grad for each in net.parameters())
    return net


@pytest.mark.parametrize(
    ("kind", "prefix", "dtype"),
    [("zip", "", torch.float32), ("safetensors", "module.", torch.float16)],
)
def test_full_size_denoiser_of_two_files(tmp_path, published, kind, prefix, dtype):
    entries = published["aniportrait_denoising_unet"]
    motion = {prefix + name: shape for name, shape in entries.items() if ".motion_modules." in name}
    plain = {prefix + name: shape for name, shape in entries.items() if ".motion_modules." not in name}
    paths = [
        write_sparse(tmp_path / f"{name}.pth", wanted, kind, dtype)
        for name, wanted in (("denoising_unet", plain), ("motion_module", motion))
    ]
    net = loaded_lightly(load_denoiser, *paths, dtype=dtype)
    assert shapes(net) == shapes(build_motion_unet())
    assert {each.dtype for each in (*net.parameters(), *net.buffers())} == {dtype}


def test_full_size_denoiser_of_one_file(tmp_path, published):
    path = write_sparse(tmp_path / "unet.pth", published["aniportrait_denoising_unet"], "zip")
    assert shapes(loaded_lightly(load_denoiser, path, None)) == shapes(build_motion_unet())


@pytest.mark.parametrize(
    ("network", "kind", "prefix"),
    [
        *((network, "zip", "") for network in LOADED),
        ("aniportrait_reference_unet", "safetensors", "module."),
        ("aniportrait_pose_guider", "safetensors", "module."),
        ("aniportrait_audio2mesh", "zip", "module."),
        ("aniportrait_audio2pose", "safetensors", "module."),
    ],
)
def test_full_size_networks(tmp_path, published, network, kind, prefix):
    load, build = LOADED[network]
    wanted = {prefix + name: shape for name, shape in published[network].items()}
    path = write_sparse(tmp_path / "net.pth", wanted, kind)
    assert shapes(loaded_lightly(load, path)) == shapes(build())


def test_what_the_networks_have_no_use_for_may_be_there(tmp_path, published):
    """The last layers of the reference network, and the table of positions' numbers that CLIP once kept."""
    reference = published["aniportrait_reference_unet"] | LAST
    assert load_reference(write_sparse(tmp_path / "reference.pth", reference, "zip"))
    path, table = tmp_path / "clip.bin", {"vision_model.embeddings.position_ids": torch.arange(17)[None]}
    torch.save({**small.seeded_clip().state_dict(), **table}, path)
    assert shapes(load_clip(path, small.SMALL_CLIP)) == shapes(small.seeded_clip())


def test_numbers_arrive_where_they_belong(tmp_path):
    small.write_aniportrait(tmp_path)
    audio = small.SMALL_AUDIO
    pairs = [
        (
            load_denoiser(tmp_path / "denoising_unet.pth", tmp_path / "motion_module.pth", small.SMALL_UNET),
            small.seeded_denoiser(),
        ),
        (load_reference(tmp_path / "reference_unet.pth", small.SMALL_UNET), small.seeded_reference()),
        (load_pose_guider(tmp_path / "pose_guider.pth", small.SMALL_GUIDER), small.seeded_guider()),
        (
            load_audio2pose(tmp_path / "audio2pose.pt", audio["audio2pose"], audio["wav2vec2"]),
            small.seeded_head(),
        ),
    ]
    for loaded, wanted in pairs:
        for name, tensor in wanted.state_dict().items():
            assert torch.equal(loaded.state_dict()[name], tensor), name


@pytest.mark.parametrize(
    ("load", "wanted"),
    [
        (lambda path: load_denoiser(path, None), "AniPortrait's denoising UNet.*a UNet of MuseTalk's kind"),
        (load_reference, "AniPortrait's reference UNet"),
        (load_pose_guider, "AniPortrait's pose guider"),
        (load_audio2mesh, "AniPortrait's audio2mesh"),
        (load_audio2pose, "AniPortrait's audio2pose"),
        (load_clip, "CLIP's image encoder"),
    ],
)
def test_another_networks_file_is_one_sentence(tmp_path, load, wanted):
    path = write_sparse(tmp_path / "net.pth", keys("musetalk_unet2d"), "zip")
    with pytest.raises(WeightsError, match=f"the weights of {wanted}.*; put the right file"):
        load(path)


class Payload:
    def __init__(self, mark):
        self.mark = mark

    def __reduce__(self):
        return Path.touch, (self.mark,)


def test_a_malicious_pickle_runs_nothing(tmp_path):
    mark, path = tmp_path / "ran", tmp_path / "net.pth"
    torch.save({"conv_in.weight": Payload(mark)}, path)
    good = tmp_path / "good.pth"
    torch.save({"conv_in.weight": torch.zeros(1)}, good)
    loads = [lambda path: load_denoiser(path, None), lambda path: load_denoiser(good, path)]
    for load in (*loads, *(load for load, _ in LOADED.values())):
        with pytest.raises(WeightsError, match="not opened"):
            load(path)
    assert not mark.exists()


def test_a_template_is_a_table_and_runs_nothing(tmp_path):
    mark, path = tmp_path / "ran", tmp_path / "pose_temp.npy"
    np.save(path, np.array([Payload(mark)], dtype=object), allow_pickle=True)
    with pytest.raises(WeightsError, match="no table of head poses"):
        read_template(path)
    assert not mark.exists()
    for wrong in (np.zeros((3, 5)), np.zeros(6), np.full((2, 6), np.nan), np.zeros((0, 6))):
        np.save(path, wrong)
        with pytest.raises(WeightsError, match=r"pose_temp\.npy in its place"):
            read_template(path)
    path.write_bytes(b"PK\x03\x04 and no archive")
    with pytest.raises(WeightsError, match="no table of head poses"):
        read_template(path)
    np.save(path, np.ones((3, 6), np.float32))
    assert read_template(path).dtype == np.float64


def decoded(net, hidden, identity):
    """torch's own decoder, everything worked out again for each pose."""
    heads, frames = 8, len(hidden)
    heard = net.in_fn(hidden)[None]
    slopes = 2.0 ** -torch.arange(1.0, heads + 1)
    back = torch.arange(frames)[None] - torch.arange(frames)[:, None]
    nearness = (slopes[:, None, None] * back).masked_fill(back > 0, -torch.inf)
    own_frame = ~torch.eye(frames, dtype=torch.bool)
    tokens = net.pose_map(torch.zeros(1, 1, 6))
    for seen in range(1, frames + 1):
        given = tokens + net.PPE.pe[:, :seen] + net.id_embed.weight[identity]
        made = net.pose_map_r(
            net.transformer_decoder(
                given, heard, tgt_mask=nearness[:, :seen, :seen], memory_mask=own_frame[:seen]
            )
        )
        tokens = torch.cat([tokens, net.pose_map(made[:, -1:])], 1)
    return made[0]


def test_one_step_of_the_head_after_the_other_is_the_whole_decoder():
    net = small.seeded_head()
    hidden = torch.randn(12, 32, generator=torch.Generator().manual_seed(4))
    with torch.inference_mode():
        assert torch.allclose(head_poses(net, hidden, 7), decoded(net, hidden, 7), atol=1e-5)
        assert not torch.allclose(head_poses(net, hidden, 8), decoded(net, hidden, 7), atol=1e-2)


def test_the_guider_sees_the_window_and_not_its_training():
    """Its norms' own statistics are never read, and the scale of its input hardly matters."""
    net = small.seeded_guider()
    pictures = np.random.default_rng(3).integers(0, 256, (6, 64, 64, 3), np.uint8)
    whole = guide(net, pictures)
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.fill_(1e6)
    assert all(torch.equal(one, other) for one, other in zip(whole, guide(net, pictures), strict=True))
    part = guide(net, pictures[:3])
    assert not torch.allclose(part[-1], whole[-1][:3], atol=1e-3)
    unscaled = guide(net, pictures, unscaled=True)
    assert torch.allclose(unscaled[0], whole[0], atol=0.05 * float(whole[0].abs().max()))
    assert not torch.equal(unscaled[0], whole[0])


def test_a_clip_of_one_frame_is_guided_as_two_of_the_same():
    """Of 64 pixels one value is left at the end, which has no variance."""
    net = small.seeded_guider()
    picture = np.random.default_rng(3).integers(0, 256, (1, 64, 64, 3), np.uint8)
    twice = guide(net, picture.repeat(2, axis=0))
    for one, two in zip(guide(net, picture), twice, strict=True):
        assert torch.equal(one, two[:1])
