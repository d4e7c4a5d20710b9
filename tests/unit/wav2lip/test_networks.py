"""The generator from every kind of file there is of it, at full size; what fusing leaves as it was."""

import copy
import pickle
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from sparse_weights import keys, write_sparse

from lipsync_studio.backends.wav2lip.network import LOWER, build_generator, generate, load_generator, ready
from lipsync_studio.engine.errors import WeightsError


@pytest.fixture(scope="module")
def inputs():
    """Two crops and what they hear."""
    random = torch.Generator().manual_seed(1)
    crops = torch.randint(0, 256, (2, 96, 96, 3), generator=random, dtype=torch.uint8)
    return crops, torch.randn(2, 80, 16, generator=random).clamp(-4, 4)


def entries(net):
    return {name: tuple(tensor.shape) for name, tensor in net.state_dict().items()}


def test_the_network_has_exactly_the_originals_entries():
    assert entries(build_generator()) == keys("wav2lip_generator")


@pytest.mark.parametrize(
    ("form", "dtype", "prefix"),
    [
        ("checkpoint", torch.float32, "module."),
        ("zip", torch.float16, ""),
        ("legacy", torch.float32, ""),
        ("safetensors", torch.float16, "module."),
    ],
)
def test_full_size_files_load(tmp_path, form, dtype, prefix):
    """checkpoint: as it was published, with the optimiser's numbers beside the weights."""
    wanted = {prefix + name: shape for name, shape in keys("wav2lip_generator").items()}
    path = tmp_path / "wav2lip_gan.pth"
    if form == "checkpoint":
        with torch.serialization.skip_data():
            state = {name: torch.empty(shape, dtype=dtype) for name, shape in wanted.items()}
            optimizer = {"state": {0: {"step": 1, "exp_avg": torch.empty(3)}}, "param_groups": []}
            torch.save({"state_dict": state, "optimizer": optimizer, "global_step": 7}, path)
    else:
        path = write_sparse(path, wanted, form, dtype)
    net = load_generator(path)
    assert {parameter.dtype for parameter in net.parameters()} == {torch.float32}
    assert not net.training
    assert not any(parameter.requires_grad for parameter in net.parameters())


def test_numbers_arrive_as_they_were(tmp_path, plain, inputs):
    """Through a file in half precision, under a prefix, fused, and to another dtype."""
    wanted = generate(plain, *inputs)
    state = {f"module.{name}": tensor for name, tensor in plain.state_dict().items()}
    half = {name: tensor.half() if tensor.is_floating_point() else tensor for name, tensor in state.items()}
    save_file(half, tmp_path / "wav2lip.safetensors")
    for dtype, levels in ((torch.float32, 0.3), (torch.bfloat16, 4)):
        net = load_generator(tmp_path / "wav2lip.safetensors", dtype)
        assert {parameter.dtype for parameter in net.parameters()} == {dtype}
        torch.testing.assert_close(generate(net, *inputs), wanted, atol=levels, rtol=0)


def test_the_upper_half_alone_is_seen_twice(plain, inputs):
    """The first three channels are black below the middle, the others are the whole crop."""
    crops, sound = inputs
    seen = []
    plain.face_encoder_blocks[0].register_forward_pre_hook(lambda module, given: seen.append(given[0]))
    try:
        generate(plain, crops, sound)
    finally:
        plain.face_encoder_blocks[0]._forward_pre_hooks.clear()
    (faces,) = seen
    whole = crops.permute(0, 3, 1, 2) / 255
    assert torch.equal(faces[:, 3:], whole)
    assert torch.equal(faces[:, :3, :48], whole[:, :, :48])
    assert not faces[:, :3, 48:].any()


def test_the_lower_half_alone_is_that_of_the_whole(plain, inputs):
    """To the last digits, though less is worked out, and fused; above is the crop."""
    crops, sound = inputs
    whole, lower = (
        generate(plain, crops, sound),
        generate(ready(copy.deepcopy(plain)), crops, sound, lower=True),
    )
    torch.testing.assert_close(lower[:, LOWER:], whole[:, LOWER:], atol=2e-3, rtol=0)
    assert torch.equal(lower[:, :LOWER], crops[:, :LOWER].float())


def test_wrong_and_unsafe_files_are_refused(tmp_path):
    path, mark = tmp_path / "wav2lip.pth", tmp_path / "ran"
    write_sparse(path, keys("s3fd_adrianb"), "zip")
    with pytest.raises(WeightsError, match=r"weights of Wav2Lip's generator .*the face detector S3FD"):
        load_generator(path)
    wanted = keys("wav2lip_generator")
    wanted.pop("output_block.1.bias")
    write_sparse(path, wanted, "zip")
    with pytest.raises(WeightsError, match=r"1 missing: output_block\.1\.bias"):
        load_generator(path)

    class Payload:
        def __reduce__(self):
            return Path.touch, (mark,)

    for content in ({"state_dict": {"module.a": Payload()}}, {"state_dict": {}, "optimizer": Payload()}):
        torch.save(content, path)
        with pytest.raises(WeightsError, match="not opened"):
            load_generator(path)
        path.write_bytes(pickle.dumps(content))
        with pytest.raises(WeightsError):
            load_generator(path)
    assert not mark.exists()


def test_a_torchscript_archive_is_refused_with_the_way_to_convert_it(tmp_path):
    """Which works: the command is run here."""
    old = tmp_path / "Wav2Lip-SD-GAN.pt"
    torch.jit.save(torch.jit.script(torch.nn.Linear(2, 3)), str(old))
    with pytest.raises(WeightsError, match="is a TorchScript program, which is not opened") as caught:
        load_generator(old)
    command = str(caught.value).split("`")[1]
    program = (
        command.removeprefix('python -c "').removesuffix('"').replace("'Wav2Lip", f"'{tmp_path}/Wav2Lip")
    )
    exec(program)  # noqa: S102
    assert set(torch.load(tmp_path / "Wav2Lip-SD-GAN.state.pth", weights_only=True)) == {"weight", "bias"}


def test_half_precision_keeps_what_is_added_beside_the_kernels(plain):
    """A one among a kernel's small numbers would cost most of their digits."""
    for dtype, added in ((torch.float32, False), (torch.float16, True)):
        blocks = [each for each in ready(copy.deepcopy(plain), dtype).modules() if hasattr(each, "_residual")]
        assert any(block._residual for block in blocks) is added
