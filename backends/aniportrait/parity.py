"""AniPortrait against the original's numbers (`aniportrait/` of the goldens), each check over a folder of
them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import cv2
import numpy as np
import torch
from diffusers.models.embeddings import SinusoidalPositionalEmbedding
from torch import Tensor, nn

from ...engine.errors import InputError
from ...engine.goldens import drawn_noise, read_arrays, read_json, read_picture
from ...engine.media.sound import Sound
from ...engine.nets.motion_unet import build_motion_unet, build_reference_unet
from ...engine.nets.reference_bank import reference_bank
from ...engine.nets.sd_vae import LATENT_CHANNELS, build_vae, decode_exactly, encode, pixels
from ...engine.nets.seeded import seed_motion_unet
from ...engine.nets.wav2vec2 import RATE
from ...engine.nets.zero_snr import zero_snr_schedule
from ...engine.parity import Checks, Finding, distance, seed
from .audio2mesh import build_audio2mesh, face_movements
from .audio2pose import LONGEST, build_audio2pose, head_poses
from .denoise import Seen, denoise, velocity
from .frame_file import frame_files
from .head_motion import joined_poses, smoothed, to_and_fro
from .listening import frame_count, hidden_states, pose_pieces, prepared
from .portrait import build_clip, embedding
from .pose_guider import build_pose_guider, guide
from .pose_picture import CANVAS, PARTS, draw
from .projection import project
from .unet import predict
from .windows import windows

_UNET, _AUDIO = 2e-5, 1e-4
_PIXEL = 1e-3
_FIRST_FEATURE, _FEATURES = 1e-5, 1e-3
_CLIP, _STEP, _LATENTS = 1e-4, 1e-4, 1e-4
_MEAN = 1e-6


def check_denoiser(folder: Path) -> list[Finding]:
    """What the painting network makes of noise, of a portrait and of pose features."""
    findings: list[Finding] = []
    for path in sorted(folder.glob("denoise*.npz")):
        case, golden = read_json(_beside(path, "denoise.json")), read_arrays(path)
        unet = seed_motion_unet(build_motion_unet(case["denoising"]))
        reference = seed(build_reference_unet(case["reference"]))
        draws, frames = np.random.RandomState(int(golden["seed"])), int(golden["frames"])
        side, width = case["denoising"]["sample_size"], case["denoising"]["cross_attention_dim"]
        portrait = drawn_noise(draws, (1, LATENT_CHANNELS, side, side))
        token = drawn_noise(draws, (1, 1, width))
        latents = drawn_noise(draws, (1, LATENT_CHANNELS, frames, side, side))[0].transpose(0, 1)
        channels = case["denoising"]["block_out_channels"]
        sizes = zip([channels[0], *channels], (1, 2, 4, 8, 8), strict=True)
        features = [
            drawn_noise(draws, (2, each, frames, side // less, side // less)).transpose(1, 2) * 0.1
            for each, less in sizes
        ]
        bank = reference_bank(reference, portrait, token)
        for told in (False, True):
            context = token if told else torch.zeros_like(token)
            pose, step = [each[int(told)] for each in features], int(golden["timestep"])
            made = predict(unet, latents, step, context, bank, pose, told=told).transpose(0, 1)
            error = distance(made.numpy(), golden["out"][int(told)])
            findings.append(Finding(path.name, error, _UNET, "cond" if told else "uncond"))
    return findings


def check_projection(folder: Path) -> list[Finding]:
    """Moved faces as pixels, in pictures of several sizes."""
    findings: list[Finding] = []
    for path in sorted(folder.glob("projection*.npz")):
        golden = read_arrays(path)
        meshes = golden["lmks3d"] + golden["delta"]
        for name in golden:
            if name.startswith("points_"):
                height, width = map(int, name.removeprefix("points_").split("x"))
                ours = project(meshes, golden["trans_mat"], golden["pose"], (width, height))
                findings.append(Finding(path.name, distance(ours, golden[name]), _PIXEL, name))
    return findings


def check_pose_pictures(folder: Path) -> list[Finding]:
    """What is drawn, in which order and colour, and the pictures."""
    findings: list[Finding] = []
    for path in sorted(folder.glob("pose_image*.json")):
        case = read_json(path)
        parts = [(part["edges"], part["color"]) for part in case["parts_in_drawing_order"]]
        ours = [([list(edge) for edge in edges], list(colour)) for edges, colour in PARTS]
        findings.append(Finding(path.name, float(parts != ours), 0.0, "parts"))
        projected = read_arrays(_beside(path, "projection.npz", "pose_image", "projection"))
        points = projected[f"points_{CANVAS}x{CANVAS}"]
        for each in case["images"]:
            frame, size = points[each["frame"]], tuple(each["size"])
            drawn = draw(frame, (CANVAS, CANVAS))
            made = drawn if size == (CANVAS, CANVAS) else cv2.resize(drawn, size)
            wanted = read_picture(folder / each["file"])
            lit = wanted.any(axis=2)
            different = (made != wanted).any(axis=2).sum() / lit.sum()
            findings.append(Finding(each["file"], float(different), 0.0, "share of lit pixels"))
            if "points_outside" in each:
                outside = int(((frame < 0) | (frame > CANVAS)).any(axis=1).sum())
                findings.append(
                    Finding(path.name, abs(outside - each["points_outside"]), 0.0, "points outside")
                )
                counts = [int((made == colour).all(axis=2).sum()) for _, colour in PARTS]
                findings.append(
                    Finding(path.name, distance(counts, each["pixels_per_part"]), 0.0, "pixels per part")
                )
            if "mean" in each:
                mean = made.mean((0, 1))
                findings.append(Finding(path.name, distance(mean, each["mean"]), _MEAN, "mean"))
    return findings


def check_template(folder: Path) -> list[Finding]:
    """Rows of a template to and fro, and moving averages."""
    findings: list[Finding] = []
    for path in sorted(folder.glob("pose_template*.npz")):
        golden = read_arrays(path)
        for name, wanted in golden.items():
            kind, _, rest = name.partition("_")
            if kind == "index":
                ours = to_and_fro(*map(int, rest.split("_")))
            elif kind.startswith("smooth") and rest == "out":
                ours = smoothed(golden["smooth_in"], int(kind.removeprefix("smooth")))
            else:
                continue
            findings.append(Finding(path.name, distance(ours, wanted), 0.0, name))
    return findings


def check_audio2mesh(folder: Path) -> list[Finding]:
    """What is heard in each frame, and how the face moves by it."""
    findings: list[Finding] = []
    for path in sorted(folder.glob("audio2mesh*.npz")):
        case, golden = read_json(_beside(path, "audio.json", "audio2mesh", "audio")), read_arrays(path)
        net = seed(build_audio2mesh(case["audio2mesh"], case["wav2vec2"]), scale=case["seed_scale"])
        hidden = hidden_states(net.audio_encoder, prepared(_sound(path)))  # type: ignore[arg-type]
        moved = face_movements(net, hidden).numpy()
        for name, ours, wanted in (
            ("hidden", hidden.numpy(), golden["hidden"]),
            ("delta", moved[golden["frames"], ::9], golden["delta_every_9"]),
            ("mean of delta", np.abs(moved).mean((1, 2)), golden["delta_mean_abs"]),
        ):
            findings.append(Finding(path.name, distance(ours, wanted), _AUDIO, name))
        findings.append(Finding(path.name, abs(len(hidden) - int(golden["seq_len"])), 0.0, "frames"))
    return findings


def check_audio2pose(folder: Path) -> list[Finding]:
    """How the head moves by a sound, piece after piece, before and after smoothing."""
    findings: list[Finding] = []
    for path in sorted(folder.glob("audio2pose*.npz")):
        case, golden = read_json(_beside(path, "audio.json", "audio2pose", "audio")), read_arrays(path)
        net = seed(build_audio2pose(case["audio2pose"], case["wav2vec2"]), scale=case["seed_scale"])
        _, _, width = net.get_buffer("PPE.pe").shape
        net.get_submodule("PPE").pe = SinusoidalPositionalEmbedding(width, LONGEST).pe
        samples = _sound(path)
        heard, pieces = prepared(samples), pose_pieces(len(samples))
        raw = [
            head_poses(net, hidden_states(net.audio_encoder, heard[piece]), int(golden["id"]))  # type: ignore[arg-type]
            for piece in pieces
        ]
        found: list[tuple[str, Any, str, float]] = [
            ("samples of pieces", [each.stop - each.start for each in pieces], "chunk_samples", 0.0),
            ("frames of pieces", [len(each) for each in raw], "chunk_frames", 0.0),
            ("raw", torch.cat(raw).numpy(), "raw", _AUDIO),
            ("pose", joined_poses([each.numpy() for each in raw]), "pose", _AUDIO),
        ]
        for name, ours, wanted, tolerance in found:
            findings.append(Finding(path.name, distance(ours, golden[wanted]), tolerance, name))
    return findings


def check_lengths(folder: Path) -> list[Finding]:
    """Pieces of sounds of several lengths: as the original has them where it makes a pose for each frame,
    else one that does. The error is how many cases differ."""
    findings: list[Finding] = []
    for path in sorted(folder.glob("audio*.json")):
        cases = read_json(path).get("upstream_lengths", [])
        wrong = 0
        for case in cases:
            pieces = pose_pieces(case["samples"])
            ours = [[each.stop - each.start, frame_count(each.stop - each.start)] for each in pieces]
            frames = sum(count for _, count in ours)
            right = case["pose_frames"] == case["frames"]
            wrong += frame_count(case["samples"]) != case["frames"] or frames != case["frames"]
            wrong += right and ours != case["chunks"]
        findings.append(Finding(path.name, float(wrong), 0.0, f"{len(cases)} lengths"))
    return findings


def check_pose_guider(folder: Path) -> list[Finding]:
    """What the pose guider makes of windows of pose pictures."""
    findings: list[Finding] = []
    for path in sorted(folder.glob("pose_guider*.npz")):
        case, golden = read_json(_beside(path, "e2e.json", "pose_guider", "e2e")), read_arrays(path)
        net = seed(build_pose_guider(case["pose_guider"]))
        for name in golden:
            if not name.startswith("frames_"):
                continue
            window = name.removeprefix("frames_")
            for number, feature in enumerate(guide(net, golden["pose_images"][golden[name]])):
                key, tolerance = f"{window}_{number}", _FEATURES if number else _FIRST_FEATURE
                wanted = golden[f"fea_{key}"]
                every = feature.shape[-1] // wanted.shape[-1]
                some = feature.transpose(0, 1)[::2, :, ::every, ::every].numpy()
                stats = [float(feature.mean()), float(feature.std())]
                known = [float(golden[f"mean_{key}"]), float(golden[f"std_{key}"])]
                findings += [
                    Finding(path.name, distance(some, wanted), tolerance, f"fea_{key}"),
                    Finding(path.name, distance(stats, known), tolerance, f"mean and std of fea_{key}"),
                ]
    return findings


def check_windows(folder: Path) -> list[Finding]:
    """Which frames are seen together; the error is how many lengths differ."""
    findings: list[Finding] = []
    for path in sorted(folder.glob("context*.json")):
        cases = read_json(path)["lengths"]
        wrong = 0
        for frames, case in cases.items():
            plan = windows(int(frames))
            counts, numbers = np.zeros(int(frames)), np.zeros(int(frames))
            for number, window in enumerate(plan, 1):
                counts[window] += 1
                numbers[window] += number
            ours = {
                "windows": [window.tolist() for window in plan],
                "starts": [int(window[0]) for window in plan],
                "ends": [int(window[-1]) for window in plan],
                "counts": counts.tolist(),
            }
            wrong += any(case[name] not in (None, value) for name, value in ours.items())
            wrong += distance(numbers / counts, case["mean_window_number"]) > _MEAN
        findings.append(Finding(path.name, float(wrong), 0.0, f"{len(cases)} lengths"))
    return findings


def check_e2e(folder: Path) -> list[Finding]:
    """The whole way from a portrait and pose pictures to the last latents and the pictures."""
    findings: list[Finding] = []
    for path in sorted(folder.glob("e2e*.npz")):
        findings += _run(path, read_json(_beside(path, "e2e.json")), read_arrays(path))
    return findings


def _run(path: Path, case: Mapping[str, Any], golden: Mapping[str, np.ndarray]) -> Iterator[Finding]:
    own = path.with_name(f"{path.stem}_image.png")
    picture = read_picture(own if own.is_file() else path.with_name("e2e_image.png"))
    vae, clip = seed(build_vae(case["vae"])), seed(build_clip(case["clip_vision"]))
    unet, guider = seed_motion_unet(build_motion_unet(case["denoising"])), seed(_guider(case))
    context, portrait = embedding(clip, picture), encode(vae, pixels(picture[None]))
    seen = Seen(reference_bank(seed(build_reference_unet(case["reference"])), portrait, context), context)
    schedule = zero_snr_schedule(case["steps"])
    frames, side = case["frames"], case["size"] // 8
    compared: list[tuple[str, Any, Any, float]] = [
        ("clip_embed", context[0, 0], golden["clip_embed"], _CLIP),
        ("reference_latents", portrait[0], golden["reference_latents"], _CLIP),
        ("timesteps", schedule.timesteps, golden["timesteps"], 0.0),
        ("windows", np.stack(windows(frames)), golden["windows"], 0.0),
    ]
    shape = (LATENT_CHANNELS, side, side)
    noise = drawn_noise(np.random.RandomState(int(golden["noise_seed"])), (1, 4, frames, side, side))[0]
    noise = noise.transpose(0, 1)
    total, counts = torch.zeros(frames, *shape), np.zeros(frames, np.float32)
    for number, window in enumerate(golden["windows"]):
        features = guide(guider, golden["pose_images"][window])
        stats = [[float(each.mean()), float(each.std())] for each in features]
        known = golden["guider_mean_std"][number]
        compared.append((f"guider of window {number}", stats, known, _FEATURES))
        step = int(golden["timesteps"][0])
        halves = [velocity(unet, noise[window], step, seen, features, told=told) for told in (False, True)]
        both = torch.stack(halves).transpose(1, 2)[..., ::2, ::2]
        compared.append((f"window {number}", both, golden[f"window{number}_every_2"], _STEP))
        total[window] += halves[0] + case["cfg_scale"] * (halves[1] - halves[0])
        counts[window] += 1
    guided = (total / torch.from_numpy(counts)[:, None, None, None]).transpose(0, 1)[..., ::2, ::2]
    compared.append(("guided", guided, golden["guided_0_every_2"], _STEP))

    made: list[Tensor] = []
    everything = np.arange(frames)
    with (
        TemporaryDirectory() as place,
        frame_files((Path(place) / name for name in ("latents", "velocities")), frames, shape) as files,
    ):
        latents, velocities = files
        latents.write(everything, noise)
        denoise(
            unet, guider, seen, lambda window: golden["pose_images"][window], latents, velocities,
            case["steps"], case["cfg_scale"], step_done=lambda step: made.append(latents.read(everything)),
        )  # fmt: skip
    every = torch.stack(made).transpose(1, 2)
    early = golden["latents_every_2"]
    video = (decode_exactly(vae, made[-1]) / 2 + 0.5).clamp(0, 1).transpose(0, 1)[..., ::8, ::8]
    compared += [
        ("latents of the first steps", every[: len(early), ..., ::2, ::2], early, _LATENTS),
        ("latents", every[-1], golden["latents"], _LATENTS),
        ("video", video, golden["video_every_8"], _LATENTS),
    ]
    for name, ours, wanted, tolerance in compared:
        yield Finding(path.name, distance(ours, wanted), tolerance, name)


def _guider(case: Mapping[str, Any]) -> nn.Module:
    return build_pose_guider(case["pose_guider"])


def _sound(path: Path) -> np.ndarray:
    sound = path.with_suffix(".wav")
    if not sound.is_file():
        raise InputError(f"{sound} is missing: {path.name} holds numbers of that sound.")
    return Sound.load(sound).mono(RATE)


def _beside(path: Path, general: str, kind: str = "", other: str = "") -> Path:
    """What belongs to a golden: the file called as it is, with one kind's name for the other's, or the
    general one."""
    own = path.with_name(path.stem.replace(kind, other) + Path(general).suffix)
    found = own if own.is_file() else path.with_name(general)
    if not found.is_file():
        raise InputError(f"{found} is missing: {path.name} needs it.")
    return found


CHECKS: Checks = {
    "denoiser": check_denoiser,
    "projection": check_projection,
    "pose pictures": check_pose_pictures,
    "template": check_template,
    "audio2mesh": check_audio2mesh,
    "audio2pose": check_audio2pose,
    "lengths": check_lengths,
    "pose guider": check_pose_guider,
    "windows": check_windows,
    "e2e": check_e2e,
}
