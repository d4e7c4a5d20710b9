"""SadTalker's networks from every file there is of them, at full size; what folding leaves as it was."""

import pickle
import re
from pathlib import Path

import pytest
import torch
from sparse_weights import keys, write_sparse

from lipsync_studio.backends.sadtalker.audio_nets import ExpressionNet, PoseNet
from lipsync_studio.backends.sadtalker.generator import Generator, GeneratorConfig, folded, original_shapes
from lipsync_studio.backends.sadtalker.keypoints import KeypointDetector, MappingNet
from lipsync_studio.backends.sadtalker.models import load_networks
from lipsync_studio.backends.sadtalker.reconstruction import Reconstruction
from lipsync_studio.devtools.seeded_sadtalker import SMALL, seeded
from lipsync_studio.engine.errors import WeightsError
from lipsync_studio.engine.parity import seeded_state_dict

PARTS = {
    "generator.": "sadtalker_facevid2vid_generator",
    "kp_extractor.": "sadtalker_kp_detector",
    "audio2exp.": "sadtalker_audio2exp",
    "audio2pose.": "sadtalker_audio2pose",
    "face_3drecon.": "sadtalker_face_3drecon_resnet50",
}
TRAINING = ("netG.encoder.", "netD_motion.")


def entries(make):
    with torch.device("meta"):
        return {name: tuple(tensor.shape) for name, tensor in make().state_dict().items()}


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (KeypointDetector, "sadtalker_kp_detector"),
        (ExpressionNet, "sadtalker_audio2exp"),
        (Reconstruction, "sadtalker_face_3drecon_resnet50"),
        (lambda: MappingNet(70), "sadtalker_mapping_crop_coeff70"),
        (lambda: MappingNet(73), "sadtalker_mapping_full_coeff73"),
    ],
)
def test_a_network_has_exactly_the_originals_entries(make, name):
    assert entries(make) == keys(name)


def test_the_generator_has_the_originals_entries_once_its_norms_are_folded():
    with torch.device("meta"):
        net = Generator()
    assert {name: tuple(shape) for name, shape in original_shapes(net).items()} == keys(
        "sadtalker_facevid2vid_generator"
    )


def test_the_pose_network_has_the_originals_entries_but_for_what_only_training_needs():
    wanted = {
        name: shape for name, shape in keys("sadtalker_audio2pose").items() if not name.startswith(TRAINING)
    }
    assert entries(PoseNet) == wanted


@pytest.fixture(scope="module")
def published():
    """Shapes of the single file's entries."""
    return {prefix + name: shape for prefix, kind in PARTS.items() for name, shape in keys(kind).items()}


@pytest.fixture
def mapping(tmp_path):
    return write_mapping(tmp_path / "mapping_00229-model.pth.tar", "sadtalker_mapping_crop_coeff70")


def write_mapping(path, kind):
    """As it was published, with the optimiser's numbers beside the weights."""
    with torch.serialization.skip_data():
        state = {name: torch.empty(shape) for name, shape in keys(kind).items()}
        optimizer = {"state": {0: {"step": 1, "exp_avg": torch.empty(3)}}, "param_groups": []}
        torch.save({"mapping": state, "optimizer_mapping": optimizer, "epoch": 1}, path)
    return path


@pytest.mark.parametrize(
    ("side", "whole", "kind", "dtype"),
    [
        (256, False, "safetensors", torch.float32),
        (256, True, "zip", torch.float16),
        (512, False, "zip", torch.float32),
        (512, True, "safetensors", torch.float32),
    ],
)
def test_full_size_files_load(tmp_path, published, side, whole, kind, dtype):
    """With what only training needs, and with what is of no use here; each with either mapping."""
    name, coefficients = ("full_coeff73", 73) if whole else ("crop_coeff70", 70)
    mapping = write_mapping(tmp_path / "mapping.pth.tar", f"sadtalker_mapping_{name}")
    path = write_sparse(
        tmp_path / f"SadTalker_V0.0.2_{side}.pth", {**published, "he_estimator.fc_t.bias": (3,)}, kind, dtype
    )
    networks = load_networks(path, mapping, side, whole=whole)
    assert (networks.side, networks.mapping.coefficients) == (side, coefficients)
    assert {entry: tuple(each.shape) for entry, each in networks.mapping.state_dict().items()} == keys(
        f"sadtalker_mapping_{name}"
    )
    for net in vars(networks).values():
        if isinstance(net, torch.nn.Module):
            assert {parameter.dtype for parameter in net.parameters()} == {torch.float32}
            assert not net.training
            assert not any(parameter.requires_grad for parameter in net.parameters())


def test_what_is_missing_or_anothers_is_one_sentence(tmp_path, published, mapping):
    path = tmp_path / "SadTalker_V0.0.2_256.pth"
    lacking = {name: shape for name, shape in published.items() if name != "generator.fourth.bias"}
    write_sparse(path, lacking, "zip")
    with pytest.raises(WeightsError, match=r"SadTalker's generator \(1 missing: fourth\.bias\)"):
        load_networks(path, mapping, 256, whole=False)
    broken = {name: shape for name, shape in published.items() if not name.endswith("up_0.conv_s.weight_v")}
    write_sparse(path, broken, "zip")
    with pytest.raises(WeightsError, match=r"spectral norm of decoder\.up_0\.conv_s\.weight is incomplete"):
        load_networks(path, mapping, 256, whole=False)
    write_sparse(path, published, "zip")
    with pytest.raises(WeightsError, match=r"mapping of whole pictures .*70×7 instead of 1024×73×7"):
        load_networks(path, mapping, 256, whole=True)
    write_sparse(path, keys("s3fd_adrianb"), "zip")
    with pytest.raises(WeightsError, match="the weights of SadTalker's generator"):
        load_networks(path, mapping, 256, whole=False)


def test_nothing_that_a_file_may_hold_is_run(tmp_path, files, mapping):
    """Beside a good file of networks, neither is what the mapping's holds."""
    good = files / "sadtalker" / "SadTalker_V0.0.2_256.safetensors"
    mark = tmp_path / "ran"

    class Payload:
        def __reduce__(self):
            return Path.touch, (mark,)

    path = tmp_path / "SadTalker_V0.0.2_256.pth"
    for content in ({"generator.first.conv.weight": Payload()}, {"mapping": {}, "epoch": Payload()}):
        for write in (lambda value: torch.save(value, path), lambda v: path.write_bytes(pickle.dumps(v))):
            write(content)
            with pytest.raises(WeightsError):
                load_networks(path, mapping, 256, whole=False)
            path.rename(mapping)
            with pytest.raises(WeightsError, match=f"{re.escape(str(mapping))} was not opened"):
                load_networks(good, mapping, 256, whole=False)
    assert not mark.exists()


def test_folding_divides_each_kernel_by_its_norm():
    with torch.device("meta"):
        net = Generator(GeneratorConfig(**SMALL["generator"]))
    state = seeded_state_dict(original_shapes(net))
    kernel = state["decoder.up_1.conv_s.weight_orig"].flatten(1).double()
    left, singular, right = torch.linalg.svd(kernel, full_matrices=False)
    state["decoder.up_1.conv_s.weight_u"] = left[:, 0].float()
    state["decoder.up_1.conv_s.weight_v"] = right[0].float()
    done = folded(state)["decoder.up_1.conv_s.weight"]
    torch.testing.assert_close(done.flatten(1).double(), kernel / singular[0], atol=1e-6, rtol=1e-5)


def test_numbers_arrive_as_they_were(files):
    """Through the files, at another size, which lies beside them as a description."""
    folder = files / "sadtalker"
    plain = seeded(SMALL)
    loaded = load_networks(
        folder / "SadTalker_V0.0.2_256.safetensors", folder / "mapping_00229-model.pth.tar", 256, whole=False
    )
    assert (loaded.side, plain.side) == (32, 32)
    for name, net in vars(plain).items():
        if isinstance(net, torch.nn.Module):
            theirs = getattr(loaded, name).state_dict()
            assert all(torch.equal(tensor, theirs[entry]) for entry, tensor in net.state_dict().items())


def test_a_picture_that_nothing_moves_comes_from_where_it_is():
    """The field of unmoved keypoints is the identity, in half precision too."""
    net = seeded(SMALL).generator
    points = torch.rand(2, 3, 3) * 2 - 1
    with torch.inference_mode():
        volume = net.encode(torch.rand(2, 3, 32, 32))
        still = net.dense_motion_network(volume, points, points)
        depth, height, width = volume.shape[2:]
        for axis, size in enumerate((width, height, depth)):
            line = torch.linspace(-1, 1, size)
            shape = [1, 1, 1, 1]
            shape[3 - axis] = size
            torch.testing.assert_close(
                still.deformation[..., axis],
                line.reshape(shape).expand(2, depth, height, width),
                atol=2e-2,
                rtol=0,
            )
        moved = net.dense_motion_network(volume, points, points + 0.3)
        assert (moved.deformation - still.deformation).abs().max() > 0.1
        assert 0 < still.occlusion.min() <= still.occlusion.max() < 1
        assert net(volume, points, points).shape == (2, 3, 32, 32)
