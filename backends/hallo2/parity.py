"""Hallo2 against the original's numbers (`hallo2/` of the goldens), each check over a folder of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from ...engine.errors import InputError
from ...engine.goldens import drawn_noise, read_arrays, read_json, read_picture
from ...engine.media.colour import Rect
from ...engine.media.sound import Sound
from ...engine.nets.motion_unet import build_reference_unet
from ...engine.nets.sd_vae import build_vae, pixels
from ...engine.nets.seeded import seed_motion_unet
from ...engine.nets.wav2vec2 import (
    RATE,
    build_wav2vec2,
    conv_features,
    frame_states,
    layer_states,
    normalised,
    resampled,
)
from ...engine.nets.zero_snr import zero_snr_schedule
from ...engine.parity import Checks, Finding, distance, seed
from .audio import SAMPLES_PER_FRAME, original_frames, original_padding, windows
from .conditions import AudioProjection, FaceLocator, ImageProjection
from .denoise import CARRIED, clip_bank, draws, identity
from .loop import Manner, Networks, Subject, decoded, make_clip
from .masks import drawn, inverted, located, region, soft_masks
from .unet import Scene, build_denoiser, predict

_DENOISER, _SCHEDULE = 2e-5, 2e-5
_AUDIO, _LOCATOR, _CONDITIONS = 1e-4, 1e-4, 1e-4
_FIRST_STEP, _LATENTS = 5e-5, 2e-4
_FRAMES = 2e-3
_SIDE = 512
_REGIONS = ("full", "face", "lip")


def check_denoiser(folder: Path) -> list[Finding]:
    """What both UNets together make of noise, in every file."""
    findings: list[Finding] = []
    for path in sorted(folder.glob("denoise*.npz")):
        case, golden = read_json(_beside(path, "denoise.json")), read_arrays(path)
        draw = np.random.RandomState(int(golden["seed"]))
        frames, width = int(golden["frames"]), case["denoising"]["cross_attention_dim"]
        context = drawn_noise(draw, (2, 4, width))
        reference = drawn_noise(draw, (1 + CARRIED, 4, 64, 64))
        latents = drawn_noise(draw, (1, 4, frames, 64, 64)).transpose(1, 2)
        audio = drawn_noise(draw, (1, frames, 32, case["denoising"]["audio_attention_dim"]))
        masks: dict[int, list[Tensor]] = {}
        for _ in _REGIONS:
            for side in (64, 32, 16, 8):
                uniform = draw.uniform(size=(2 * frames, side**2)).astype(np.float32)
                masks.setdefault(side**2, []).append(torch.from_numpy(uniform))
        where = drawn_noise(draw, (2, case["denoising"]["block_out_channels"][0], frames, 64, 64)) * 0.1
        bank = clip_bank(seed(build_reference_unet(case["reference"])), reference, context)
        levels = {tokens: torch.stack(each) for tokens, each in masks.items()}
        scene = Scene(bank, where.transpose(1, 2), levels, golden["motion_scale"].tolist())
        made = predict(
            seed_motion_unet(build_denoiser(case["denoising"])),
            latents.expand(2, -1, -1, -1, -1),
            int(golden["timestep"]),
            context,
            torch.cat([torch.zeros_like(audio), audio]),
            scene,
        )
        ours = made.transpose(1, 2)[..., ::2, ::2]
        findings.append(Finding(path.name, distance(ours.numpy(), golden["out_every_2"]), _DENOISER))
    return findings


def check_audio(folder: Path) -> list[Finding]:
    """From samples to tokens, of every sound; how each last minute is padded."""
    findings: list[Finding] = []
    for path in sorted(folder.glob("audio*.npz")):
        case, golden = read_json(_beside(path, "audio.json")), read_arrays(path)
        sound = path.with_suffix(".wav")
        if not sound.is_file():
            raise InputError(f"{sound} is missing: {path.name} holds numbers of that sound.")
        scale = case["seed_scale"]
        net = seed(build_wav2vec2(case["wav2vec2"]), scale=scale["wav2vec2"])
        projection = seed(_audio_projection(case["audio_proj"]), scale=scale["audio_proj"])
        samples = Sound.load(sound).mono(RATE)
        findings += [
            Finding(path.name, distance(ours, theirs), tolerance, name)
            for name, ours, theirs, tolerance in _heard(case, golden, samples, net, projection)
        ]
    for path in sorted(folder.glob("audio*.json")):
        table = read_json(path).get("padding_table", [])
        wrong = sum(_padding(row) != row for row in table)
        findings.append(Finding(path.name, float(wrong), 0.0, f"padding of {len(table)} cases"))
    return findings


def _heard(
    case: Mapping[str, Any],
    golden: Mapping[str, np.ndarray],
    samples: np.ndarray,
    net: nn.Module,
    projection: nn.Module,
) -> Iterator[tuple[str, Any, Any, float]]:
    level = normalised(samples)
    frames = original_frames(len(samples))
    features = conv_features(net, torch.from_numpy(level)[None])
    even = resampled(features, frames)
    yield "length", frames, golden["length"], 0.0
    yield "normalized", level[::97], golden["normalized_every_97"], _AUDIO
    yield "conv shape", tuple(features.shape), golden["conv_shape"], 0.0
    yield "conv", features[0].T[::7].numpy(), golden["conv_every_7"], _AUDIO
    yield "interp", even[0].numpy(), golden["interp"], _AUDIO
    stack = torch.stack([states[0] for states in layer_states(net, even)], 1)
    yield "stack", stack.numpy(), golden["stack"], _AUDIO
    more = original_padding(frames, int(golden.get("frames_before", 0)), case["clip_length"])
    padded = np.pad(level, (0, more * SAMPLES_PER_FRAME))
    yield "padded samples", len(padded), golden["padded_samples"], 0.0
    heard = torch.stack(frame_states(net, padded, frames + more), 1)
    some = golden["padded_frames"]
    around = windows(torch.arange(len(heard))[:, None], np.arange(len(heard)))[..., 0]
    with torch.inference_mode():
        tokens = projection(windows(heard, np.arange(len(heard)))).numpy()
    yield "padded length", original_frames(len(samples)), golden["padded_length"], 0.0
    yield "padded stack", heard[some].numpy(), golden["padded_stack"], _AUDIO
    yield "padded mean", heard.abs().mean(2).numpy(), golden["padded_mean_abs"], _AUDIO
    yield "window index", around[some].numpy(), golden["window_index"], 0.0
    yield "tokens", tokens[some], golden["tokens"], _AUDIO
    yield "tokens mean", np.abs(tokens).mean((1, 2)), golden["tokens_mean_abs"], _AUDIO


def _padding(row: Mapping[str, int]) -> dict[str, int]:
    samples, before, clip = row["samples"], row["frames_before"], 16
    frames = original_frames(samples)
    more = original_padding(frames, before, clip)
    return {
        "samples": samples,
        "frames_before": before,
        "frames": frames,
        "padded_samples": samples + more * SAMPLES_PER_FRAME,
        "padded_frames": frames + more,
        "total": before + frames + more,
        "clips": (before + frames + more) // clip,
    }


def check_masks(folder: Path) -> list[Finding]:
    """Rectangles, soft masks at each scale, and what the face locator sees and makes of it."""
    findings: list[Finding] = []
    for path in sorted(folder.glob("masks*.json")):
        case, golden = read_json(path), read_arrays(path.with_suffix(".npz"))
        levels = inverted(np.arange(256, dtype=np.uint8)).astype(int)
        error = distance(levels, golden["background_lut"])
        findings.append(Finding(path.with_suffix(".npz").name, error, 0.0, "background_lut"))
        config = case["face_locator"]
        locator = seed(FaceLocator(config["conditioning_embedding_channels"], config["block_out_channels"]))
        for number, each in enumerate(case["cases"]):
            size = tuple(each["size"])
            face = region(each["silhouette"], size, case["face_expand"])
            lips = region(each["lips"], size, case["lip_expand"])
            for name, rect in (("face_rect", face), ("lip_rect", lips)):
                error = distance(rect, each[name])
                findings.append(Finding(path.name, error, 0.0, f"{name} of case {number}"))
            where = torch.from_numpy(located(face, size, _SIDE).copy())
            compared = [*_mask_findings(soft_masks(face, lips, size, _SIDE), f"_{number}")]
            with torch.inference_mode():
                out = locator(where.expand(1, 3, -1, -1))[0]
            compared += [
                (f"locator_in_every_8_{number}", where[::8, ::8], _LOCATOR),
                (f"locator_in_mean_{number}", where.double().mean(), _LOCATOR),
                (f"locator_out_every_8_{number}", out[:, ::8, ::8], _LOCATOR),
                (f"locator_out_mean_{number}", out.mean(), _LOCATOR),
                (f"locator_out_std_{number}", out.std(unbiased=False), _LOCATOR),
            ]
            findings += [
                Finding(path.with_suffix(".npz").name, distance(ours, golden[name]), tolerance, name)
                for name, ours, tolerance in compared
            ]
    return findings


def _mask_findings(masks: Mapping[int, np.ndarray], end: str = "") -> Iterator[tuple[str, Any, float]]:
    for side, regions in masks.items():
        for name, mask in zip(_REGIONS, regions, strict=True):
            yield f"{name}{side}{end}", mask.astype(int), 0.0


def check_schedule(folder: Path) -> list[Finding]:
    """Time steps, and a walk of drawn predictions along each."""
    findings: list[Finding] = []
    for path in sorted(folder.glob("scheduler*.npz")):
        golden = read_arrays(path)
        for name in sorted(golden):
            if name.startswith("timesteps_"):
                findings += _walk(path.name, golden, int(name.removeprefix("timesteps_")))
        plan = zero_snr_schedule(3)
        alphas = plan.alphas_cumprod
        findings += [
            Finding(path.name, distance(ours, golden[name]), _SCHEDULE, name)
            for name, ours in (
                ("alphas_cumprod_every_37", alphas[::37]),
                ("alphas_cumprod_last", alphas[-3:]),
                ("final_alpha", plan.final_alpha_cumprod),
                ("init_noise_sigma", plan.init_noise_sigma),
            )
        ]
    return findings


def _walk(file: str, golden: Mapping[str, np.ndarray], steps: int) -> Iterator[Finding]:
    plan = zero_snr_schedule(steps)
    times = plan.timesteps.tolist()
    yield Finding(file, distance(times, golden[f"timesteps_{steps}"]), 0.0, f"timesteps of {steps}")
    leads = [time - plan.config.num_train_timesteps // steps for time in times]
    yield Finding(file, distance(leads, golden[f"previous_{steps}"]), 0.0, f"previous of {steps}")
    draw = np.random.RandomState(int(golden["seed"]) + steps)
    shape = golden[f"x_{steps}"].shape[1:]
    x, made = drawn_noise(draw, shape), []
    for time in times:
        x = plan.step(drawn_noise(draw, shape), time, x, return_dict=False)[0]
        made.append(x)
    yield Finding(file, distance(torch.stack(made), golden[f"x_{steps}"]), _SCHEDULE, f"{steps} steps")


def check_e2e(folder: Path) -> list[Finding]:
    """The whole loop over clips, each from this engine's own result of the one before."""
    findings: list[Finding] = []
    for path in sorted(folder.glob("e2e*.json")):
        case, golden = read_json(path), read_arrays(path.with_suffix(".npz"))
        found = _run(path, case, golden)
        findings += [
            Finding(path.with_suffix(".npz").name, distance(ours, golden[name]), tolerance, name)
            for name, ours, tolerance in found
            if name in golden
        ]
    return findings


def _run(
    path: Path, case: Mapping[str, Any], golden: Mapping[str, np.ndarray]
) -> Iterator[tuple[str, Any, float]]:
    networks = seeded_networks(case)
    side, length = case["size"], case["clip_length"]
    draw = np.random.RandomState(int(golden["seed"]))
    embedding = drawn_noise(draw, (case["image_proj"]["clip_embeddings_dim"],))
    projection = case["audio_proj"]
    clips = -(-case["audio_length"] // length)
    stack = drawn_noise(draw, (clips * length, projection["blocks"], projection["channels"]))
    face, lips = _rect(case["face_rect"]), _rect(case["lip_rect"])
    masks = soft_masks(face, lips, (side, side), side)
    where = torch.from_numpy(drawn(face, (side, side))).float() / 255
    picture = pixels(read_picture(_own(path, "e2e_image.png"))[None])
    subject = Subject(picture, where, masks, embedding)
    manner = Manner(case["steps"], case["cfg_scale"], tuple(case["weights_pose_face_lip"]), case["mask_rate"])
    yield "timesteps", zero_snr_schedule(case["steps"]).timesteps, 0.0
    yield "image_tokens", identity(networks.image_projection, embedding, True), _CONDITIONS
    with torch.inference_mode():
        yield "locator_every_4", networks.locator(where.expand(1, 3, -1, -1))[0, :, ::4, ::4], _LOCATOR
    yield "mask_levels", [side**2 for side in masks], 0.0
    yield from _mask_findings(masks)
    carried: Tensor | None = None
    video: list[Tensor] = []
    begun: list[np.ndarray] = []
    for clip in range(clips):
        uniform = torch.from_numpy(draw.random_sample((side, side)))
        noise = drawn_noise(draw, (1, 4, length, side // 8, side // 8))[0].transpose(0, 1)
        steps: list[tuple[Tensor, Tensor, Tensor]] = []

        def seen(done: int, asked: Tensor, towards: Tensor, latents: Tensor, steps: Any = steps) -> None:
            steps.append((asked, towards, latents))

        heard = windows(stack, np.arange(clip * length, (clip + 1) * length))
        made = make_clip(networks, subject, carried, heard, uniform, noise, manner, seen=seen)
        frames = torch.stack([decoded(networks.vae, each) for each in made.latents])
        # Truncated to 8 bits, so that a last digit may be a level.
        shown = (frames[-CARRIED:].permute(0, 2, 3, 1)[:, ::2, ::2] * 255).byte()
        begun.append(shown.numpy().astype(int))
        carried = frames[-CARRIED:] * 2 - 1
        video.append(frames)
        kept = (uniform > case["mask_rate"]) | (where > 0)
        yield f"keep_mean_{clip}", kept.double().mean(), 1e-9
        yield f"reference_latents_{clip}", made.reference, _CONDITIONS
        yield f"audio_tokens_every_5_{clip}", made.tokens[::5], _CONDITIONS
        asked, towards, _ = steps[0]
        yield f"denoiser_{clip}_every_2", asked.transpose(1, 2)[..., ::2, ::2], _FIRST_STEP
        yield f"guided_{clip}_every_2", towards.transpose(0, 1)[..., ::2, ::2], _LATENTS
        stored = len(golden[f"latents_every_2_{clip}"])
        between = torch.stack([latents for _, _, latents in steps[:stored]]).transpose(1, 2)
        yield f"latents_every_2_{clip}", between[..., ::2, ::2], _LATENTS
        yield f"latents_{clip}", made.latents.transpose(0, 1), _LATENTS
    whole = torch.cat(video)[: case["audio_length"]].transpose(0, 1)
    # Which clip's they are, the golden doesn't say.
    carried_on = min(begun, key=lambda each: distance(each, golden["motion_frames"]))
    yield "motion_frames", carried_on, 1
    yield "video_frames", whole.shape[1], 0.0
    yield "video_every_8", whole[..., ::8, ::8], _FRAMES
    yield from _generated(golden)


def _generated(golden: Mapping[str, np.ndarray]) -> Iterator[tuple[str, Any, float]]:
    """The CPU generator's draws of each clip, which decide what a seed gives."""
    generator = torch.Generator().manual_seed(int(golden["torch_seed"]))
    clip = 0
    while f"torch_rand_{clip}" in golden:
        uniform, noise = draws(generator, _SIDE)
        flat = noise.transpose(0, 1).flatten()
        yield f"torch_rand_{clip}", uniform.flatten()[:8], 0.0
        yield f"torch_randn_{clip}", flat[:8], 1e-6
        yield f"torch_randn_last_{clip}", flat[-8:], 1e-6
        clip += 1


def seeded_networks(case: Mapping[str, Any]) -> Networks:
    """Small networks, named within themselves as the original names them. case: a configuration of each, as
    the end-to-end golden has it."""
    return Networks(
        seed_motion_unet(build_denoiser(case["denoising"])),
        seed(build_reference_unet(case["reference"])),
        seed(FaceLocator(case["face_locator"]["conditioning_embedding_channels"])),
        seed(ImageProjection(case["image_proj"]["cross_attention_dim"])),
        seed(_audio_projection(case["audio_proj"])),
        seed(build_vae(case["vae"])),
    )


def _audio_projection(config: Mapping[str, int]) -> nn.Module:
    return AudioProjection(
        config["blocks"], config["channels"], config["intermediate_dim"], config["output_dim"]
    )


def _beside(path: Path, general: str) -> Path:
    """The json that belongs to a file, or the one for all of its kind."""
    own = path.with_suffix(".json")
    return own if own.is_file() else path.with_name(general)


def _own(path: Path, general: str) -> Path:
    own = path.with_name(f"{path.stem}_image.png")
    return own if own.is_file() else path.with_name(general)


def _rect(values: list[int]) -> Rect:
    x0, y0, x1, y1 = values
    return x0, y0, x1, y1


CHECKS: Checks = {
    "denoiser": check_denoiser,
    "audio": check_audio,
    "masks": check_masks,
    "schedule": check_schedule,
    "e2e": check_e2e,
}
