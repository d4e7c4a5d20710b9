"""LatentSync against the original's numbers (`latentsync/` of the goldens), each check over a folder of
them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from ...engine.errors import InputError
from ...engine.goldens import drawn_noise, read_arrays, read_json, read_picture
from ...engine.media.sound import Sound
from ...engine.nets.audio_windows import parity_windows
from ...engine.nets.mel import RATE
from ...engine.nets.sd_vae import LATENT_CHANNELS, PIXELS, build_vae, decode_exactly, pixels
from ...engine.nets.seeded import seed_motion_unet
from ...engine.nets.whisper_encoder import WHISPER_TINY_CONFIG, build_whisper_encoder, encoder_entries
from ...engine.nets.whisper_states import STATES_PER_SECOND, encode_audio
from ...engine.parity import Checks, Finding, distance, seed, seeded_state_dict
from .alignment import Smoother, crop, similarity, squared
from .denoise import clips, condition, denoise, masked, with_surroundings
from .loop import CLIP, CONVENTION, FPS, frame_count, kept_samples, mirrored
from .mask import keep_mask, latent_mask
from .paste import crop_sized, paste, soft_mask
from .unet import build_unet, predict

_UNET = 2e-5
_AUDIO = 1e-4
_LINEAR, _SHIFT = 1e-5, 1e-3
_SOFT = 1e-4
_PIXELS = 1e-6
_LATENTS, _FACES = 2e-4, 1e-4
_DIFFERENT = 0.01
# Faces are pasted that leave −1..1, so that what cuts them off is seen.
_CONTRAST = 1.25
_SIDES = (256, 512)
# Entries of Whisper's encoder: OpenAI's names and those of our network.
_WHISPER_NAMES = (
    ("positional_embedding", "embed_positions.weight"),
    (".attn_ln.", ".self_attn_layer_norm."),
    (".mlp_ln.", ".final_layer_norm."),
    ("ln_post.", "layer_norm."),
    ("blocks.", "layers."),
    (".attn.query.", ".self_attn.q_proj."),
    (".attn.key.", ".self_attn.k_proj."),
    (".attn.value.", ".self_attn.v_proj."),
    (".attn.out.", ".self_attn.out_proj."),
    (".mlp.0.", ".fc1."),
    (".mlp.2.", ".fc2."),
)


def check_unet(folder: Path) -> list[Finding]:
    """What the network makes of noise at each time step of every file."""
    findings: list[Finding] = []
    for path in sorted(folder.glob("unet3d*.npz")):
        net = seeded_unet(read_json(_beside(path, "unet3d.json")))
        golden = read_arrays(path)
        frames, draws = int(golden["frames"]), np.random.RandomState(int(golden["seed"]))
        steps = [name for name in golden if name.startswith("out_t")]
        size = golden[steps[0]].shape[-2:]
        latents = drawn_noise(draws, (1, net.config["in_channels"], frames, *size))[0].transpose(0, 1)
        tokens = drawn_noise(draws, (frames, 50, 384))
        for name in steps:
            noise = predict(net, latents[None], tokens[None], int(name.removeprefix("out_t")))
            error = distance(noise.transpose(1, 2).numpy(), golden[name])
            findings.append(Finding(path.name, error, _UNET, name))
    return findings


def check_audio(folder: Path) -> list[Finding]:
    """States and windows of every sound: shape, count, some frames' tokens, mean of each frame."""
    findings: list[Finding] = []
    for path in sorted(folder.glob("audio*.npz")):
        golden, sound = read_arrays(path), path.with_suffix(".wav")
        if not sound.is_file():
            raise InputError(f"{sound} is missing: {path.name} holds numbers of that sound.")
        samples = Sound.load(sound).mono(RATE)
        states = encode_audio(samples, _seeded_whisper(), CONVENTION, parity=True)
        count = frame_count(len(samples))
        tokens = parity_windows(states, np.arange(count), FPS, CONVENTION).numpy()
        some = golden["windows"]
        every = tokens.shape[2] // some.shape[2]
        exact: list[tuple[Any, Any]] = [
            (tuple(states.shape), golden["features_shape"]),
            (count, golden["count"]),
        ]
        close = [
            (tokens[golden["frames"], :, ::every], some),
            (np.abs(tokens).mean((1, 2)), golden["mean_abs"]),
        ]
        findings += [Finding(path.name, distance(ours, theirs), 0.0, "counts") for ours, theirs in exact]
        findings += [Finding(path.name, distance(ours, theirs), _AUDIO, "tokens") for ours, theirs in close]
    return findings


def check_alignment(folder: Path) -> list[Finding]:
    """Matrices with and without smoothing, crops, squares and pastes of every file's frames."""
    findings: list[Finding] = []
    for path in sorted(folder.glob("align*.json")):
        case, golden = read_json(path), read_arrays(path.with_suffix(".npz"))
        rounded = np.round(case["points_raw"])
        findings.append(Finding(path.name, distance(rounded, golden["points"]), 0.0, "points"))
        for side in _SIDES:
            findings += _matrices(path.with_suffix(".npz").name, golden, side)
            for number in case["frames_stored"]:
                findings += _crops(folder, path.with_suffix(".npz"), case, golden, side, number)
    return findings


def _matrices(name: str, golden: Mapping[str, np.ndarray], side: int) -> Iterator[Finding]:
    smoother = Smoother()
    smooth: list[np.ndarray] = []
    biases: list[Any] = []
    for points in golden["points"]:
        smooth.append(smoother.matrix(points, side))
        biases.append(smoother.bias)
    plain = [similarity(points, side)[0] for points in golden["points"]]
    cases = [similarity(points, side)[0] for points in golden["case_points"]]
    for ours, theirs in ((smooth, f"M{side}"), (plain, f"M{side}_plain"), (cases, f"case_M{side}")):
        found, wanted = np.stack(ours), golden[theirs]
        yield Finding(name, distance(found[..., :2], wanted[..., :2]), _LINEAR, f"{theirs}, linear")
        yield Finding(name, distance(found[..., 2], wanted[..., 2]), _SHIFT, f"{theirs}, translation")
    yield Finding(name, distance(np.stack(biases), golden[f"bias{side}"]), _LINEAR, f"bias{side}")


def _crops(
    folder: Path,
    arrays: Path,
    case: Mapping[str, Any],
    golden: Mapping[str, np.ndarray],
    side: int,
    number: int,
) -> Iterator[Finding]:
    """Of one frame; each from the golden's own matrix and, where it is stored, its own picture before."""
    stem, key = arrays.stem, f"{side}_{number}"
    if f"soft{key}" not in golden:
        return
    frame, matrix = read_picture(folder / f"{stem}_frame{number}.png"), golden[f"M{side}"][number]
    ours = crop(frame, matrix, side)
    square = squared(ours, side)
    yield from _levels(folder, stem, f"crop{key}", ours, golden, 8, most=1)
    yield from _levels(folder, stem, f"square{key}", square, golden, 8, most=2)
    stored = folder / f"{stem}_crop{key}.png"
    if stored.is_file():
        exact, square = squared(read_picture(stored), side), read_picture(folder / f"{stem}_square{key}.png")
        yield Finding(stored.name, distance(exact.astype(int), square.astype(int)), 0.0, "its square")
    face = pixels(square[None, :, ::-1].copy())[0] * _CONTRAST
    if stored.is_file():
        sized = crop_sized(face, side).numpy()[:, ::16, ::16]
        yield Finding(arrays.name, distance(sized, golden[f"face{key}"]), _SOFT, f"face{key}")
    mask = soft_mask(matrix, side, (frame.shape[1], frame.shape[0]))
    yield Finding(arrays.name, distance(mask.alpha[::4, ::4], golden[f"soft{key}"]), _SOFT, f"soft{key}")
    wanted = case["paste"][key]
    yield Finding(f"{stem}.json", float(mask.edge != wanted["w_edge"]), 0.0, f"w_edge of {key}")
    yield Finding(f"{stem}.json", abs(mask.area / wanted["area"] - 1), 1e-5, f"area of {key}")
    yield from _levels(folder, stem, f"out{key}", paste(frame, face, matrix, side), golden, 4, most=1)


def _levels(
    folder: Path,
    stem: str,
    name: str,
    ours: np.ndarray,
    golden: Mapping[str, np.ndarray],
    every: int,
    most: int,
) -> list[Finding]:
    """A picture against its file, or against every n-th pixel of it among the arrays."""
    path = folder / f"{stem}_{name}.png"
    if path.is_file():
        return _compared(path.name, ours, read_picture(path), most)
    if name in golden:
        return _compared(f"{stem}.npz", ours[::every, ::every], golden[name], most, f"{name}, ")
    return []


def _compared(file: str, ours: np.ndarray, theirs: np.ndarray, most: int, name: str = "") -> list[Finding]:
    """8-bit pictures: the largest difference, and the share of pixels that differ at all."""
    levels = distance(ours.astype(np.int16), theirs.astype(np.int16))
    share = float((ours != theirs).any(axis=-1).mean()) if ours.shape == theirs.shape else float("inf")
    return [
        Finding(file, levels, most, f"{name}levels"),
        Finding(file, share, _DIFFERENT, f"{name}share of different pixels"),
    ]


def check_pixels(folder: Path) -> list[Finding]:
    """The mask, and the pixels that the networks see."""
    findings: list[Finding] = []
    for path in sorted(folder.glob("image_processor*.npz")):
        golden = read_arrays(path)
        for side in _SIDES:
            square = folder / f"align_square{side}_0.png"
            if f"mask{side}" not in golden:
                continue
            findings += [
                Finding(path.name, distance(np.rint(ours * 255), golden[name]), 0.0, name)
                for name, ours in (
                    (f"mask{side}", keep_mask(side)),
                    (f"mask{side}_latent", latent_mask(side)),
                )
            ]
            pictures = pixels(read_picture(square)[None])
            hidden = masked(pictures)
            combined = with_surroundings(pictures.flip(3) * _CONTRAST, pictures)
            stats = [float(value) for each in (pictures, hidden) for value in (each.mean(), each.std())]
            for name, values in (
                ("pixel", pictures[0, :, ::16, ::16]),
                ("masked", hidden[0, :, ::16, ::16]),
                ("combined", combined[0, :, 6::16, 6::16]),
                ("stats", torch.tensor([stats])),
            ):
                error = distance(values.numpy(), golden[f"{name}{side}"])
                findings.append(Finding(path.name, error, _PIXELS, f"{name}{side}"))
    return findings


def check_loop(folder: Path) -> list[Finding]:
    """Frame numbers and counts; the error is how many cases differ."""
    findings: list[Finding] = []
    for path in sorted(folder.glob("loop*.json")):
        golden = read_json(path)
        wrong = sum(
            mirrored(case["video_frames"], case["audio_frames"]).tolist() != case["index"]
            for case in golden["loops"]
        )
        wrong += sum(_counts(case["samples"]) != case for case in golden["counts"])
        total = len(golden["loops"]) + len(golden["counts"])
        findings.append(Finding(path.name, float(wrong), 0.0, f"{total} cases"))
    return findings


def _counts(samples: int) -> dict[str, int]:
    frames = frame_count(samples)
    return {
        "samples": samples,
        "states50": samples * STATES_PER_SECOND // RATE,
        "frames": frames,
        "chunks": len(list(clips(frames, CLIP))),
        "audio_kept": kept_samples(samples),
    }


def check_e2e(folder: Path) -> list[Finding]:
    """The whole way from squares and states to the pasted frames, with the VAE's mean and sampled, each step
    from this engine's own result of the one before."""
    findings: list[Finding] = []
    for path in sorted(folder.glob("e2e*.json")):
        case, golden = read_json(path), read_arrays(path.with_suffix(".npz"))
        nets = seeded_unet(read_json(_beside(path, "unet3d.json"))), seed(build_vae(case["vae"]))
        for kind in ("mean", "sample"):
            if f"latents_{kind}" in golden:
                findings += _run(path, case, golden, kind, *nets)
    return findings


def _run(
    path: Path,
    case: Mapping[str, Any],
    golden: Mapping[str, np.ndarray],
    kind: str,
    unet: nn.Module,
    vae: nn.Module,
) -> Iterator[Finding]:
    draws = np.random.RandomState(case["seed"])
    states = drawn_noise(draws, (case["T50"], 5, 384))
    shown = mirrored(len(case["video_frames"]), case["frames"])
    tokens = parity_windows(states, np.arange(case["frames"]), FPS, CONVENTION)
    squares = np.stack([_square(path, number) for number in case["video_frames"]])
    small = (LATENT_CHANNELS, *(length // PIXELS for length in squares.shape[1:3]))
    noise = drawn_noise(draws, small)
    made: list[tuple[Tensor, ...]] = []
    for clip in clips(case["frames"], case["chunk"]):
        seen = pixels(squares[shown[clip]])
        sampled = None
        if kind == "sample":
            sampled = drawn_noise(draws, (len(seen), *small)), drawn_noise(draws, (len(seen), *small))
        told = condition(vae, seen, sampled)
        latents = denoise(unet, noise, told, tokens[clip], case["steps"], case["guidance"])
        decoded = decode_exactly(vae, latents)
        made.append((told, latents, decoded, with_surroundings(decoded, seen)))
    told, latents, decoded, faces = (torch.cat(parts) for parts in zip(*made, strict=True))
    ends = [0, case["frames"] - 1]
    compared = [
        (f"latents_{kind}", latents[golden["frames"]], _LATENTS),
        (f"latents_{kind}_meanabs", latents.abs().mean((1, 2, 3)), _LATENTS),
        (f"decoded_{kind}", decoded[ends, :, 2::4, 2::4], _FACES),
        (f"faces_{kind}", faces[ends, :, 2::4, 2::4], _FACES),
        (f"faces_{kind}_mean", faces.mean((1, 2, 3)), _FACES),
    ]
    if kind == "mean":
        some = [0, case["chunk"]]
        compared += [
            ("masked_latents", told[some, 1:5], _LATENTS),
            ("ref_latents", told[some, 5:], _LATENTS),
        ]
    arrays = path.with_suffix(".npz").name
    for name, ours, tolerance in compared:
        yield Finding(arrays, distance(ours.numpy(), golden[name]), tolerance, name)
    frames = [read_picture(path.parent / f"align_frame{number}.png") for number in case["video_frames"]]
    video = [
        paste(frames[place], face, golden["M"][place], squares.shape[1])
        for place, face in zip(shown.tolist(), faces, strict=True)
    ]
    means = np.array([frame.mean() for frame in video])
    # A hundredth of the pixels may be one level off.
    yield Finding(arrays, distance(means, golden[f"video_{kind}_means"]), _DIFFERENT, f"video_{kind}_means")
    if f"video_{kind}" in golden:
        shots = np.stack([video[number][::4, ::4] for number in (0, 7, -1)])
        yield from _compared(arrays, shots, golden[f"video_{kind}"], 1, f"video_{kind}, ")


def seeded_unet(config: Mapping[str, Any]) -> Any:
    """Entries are named as the original names them; positions are kept."""
    return seed_motion_unet(build_unet(config))


def _seeded_whisper() -> nn.Module:
    """Whisper-tiny's encoder; entries are named as OpenAI names them, positions are kept."""
    from transformers.models.whisper.modeling_whisper import sinusoids

    net = build_whisper_encoder(WHISPER_TINY_CONFIG)
    names = {_openai_name(name): tensor for name, tensor in net.state_dict().items()}
    seeded = seeded_state_dict(names)
    positions = "encoder.positional_embedding"
    seeded[positions] = sinusoids(*seeded[positions].shape)
    net.load_state_dict(encoder_entries(seeded), strict=True, assign=True)
    return net.requires_grad_(False)


def _openai_name(name: str) -> str:
    for theirs, ours in _WHISPER_NAMES:
        name = name.replace(ours, theirs)
    return f"encoder.{name}"


def _square(path: Path, number: int) -> np.ndarray:
    """Of a frame of a run: its own, or that of the alignment."""
    names = (f"{path.stem}_square{number}.png", f"e2e_square{number}.png")
    own = [path.with_name(name) for name in names if path.with_name(name).is_file()]
    return read_picture(own[0] if own else path.with_name(f"align_square256_{number}.png"))


def _beside(path: Path, general: str) -> Path:
    """The json that belongs to a file, or the one for all of its kind."""
    own = path.with_name(f"{path.stem.replace('e2e', 'unet3d')}.json")
    return own if own.is_file() else path.with_name(general)


CHECKS: Checks = {
    "unet": check_unet,
    "audio": check_audio,
    "alignment": check_alignment,
    "pixels": check_pixels,
    "loop": check_loop,
    "e2e": check_e2e,
}
