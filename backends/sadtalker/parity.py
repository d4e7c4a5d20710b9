"""SadTalker against the original's numbers (`sadtalker/` of the goldens), each check over a folder."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch

from ...engine.errors import InputError
from ...engine.goldens import read_arrays, read_json
from ...engine.media.sound import Sound
from ...engine.nets.wav2lip_mel import RATE, column_count, mel_columns
from ...engine.parity import Checks, Finding, distance, seed, seeded_state_dict
from .audio_nets import LATENT, ExpressionNet, PoseNet
from .crop import face_crop, frame_size
from .generator import Generator, folded, original_shapes, spectral_norm
from .keypoints import KeypointDetector, MappingNet, Motion, degrees, moved, rotation
from .motion import (
    CROP,
    EXPRESSION,
    WHOLE,
    camera,
    closed_eyes,
    heard_columns,
    looped,
    pose_chunks,
    posed,
    smoothed,
    windows_at,
    with_reference,
)
from .reconstruction import MEAN_POINTS, align, aligned

NETS, GENERATOR, NUMBERS, ARRAYS = "nets.npz", "generator.npz", "preprocess.json", "preprocess.npz"
NET_TOLERANCE = 1e-4
PREDICTION_TOLERANCE, PREDICTION_MEAN_TOLERANCE, STATS_TOLERANCE = 5e-3, 5e-5, 1e-5
SCALE_TOLERANCE, SHIFT_TOLERANCE = 1e-5, 1e-3
SMALL_TOLERANCE, EXACT = 1e-6, 0.0
# The generator's networks are seeded with.
GENERATOR_SCALE = 1.3
# Pixels of a frame whose size is in the goldens; a sample of sounds' frames.
_SIDE, _FRAME_SAMPLES = 256, 640
_STYLE = 7
# Where the goldens of other engines lie, beside this one's.
_SOUND = ("audio.wav", "../wav2lip/audio.wav")
_PICTURE = ("align_square256_0.png", "../latentsync/align_square256_0.png")


def check_nets(folder: Path) -> list[Finding]:
    """Every network but the generator, one call of each."""
    found = []
    for golden in _arrays(folder, NETS):
        random = np.random.RandomState(int(golden["seed"]))

        def normal(*shape: int, random: np.random.RandomState = random) -> torch.Tensor:
            return torch.from_numpy(random.standard_normal(shape).astype(np.float32))

        def uniform(*shape: int, random: np.random.RandomState = random) -> torch.Tensor:
            return torch.from_numpy(random.uniform(size=shape).astype(np.float32))

        made: dict[str, torch.Tensor] = {}
        with torch.inference_mode():
            for name, coefficients in (("crop", CROP), ("full", WHOLE)):
                heads = _seeded(MappingNet(coefficients)).heads(normal(2, coefficients, 27))
                made |= {f"mapping_{name}_{head}": each for head, each in heads.items()}
            mel, reference, closed = normal(10, 1, 80, 16), normal(1, 10, EXPRESSION), uniform(1, 10, 1)
            made["audio2exp"] = _seeded(ExpressionNet())(mel, reference[0], closed[0])[None]
            latent, mel, pose = normal(1, LATENT), normal(1, 32, 1, 80, 16), normal(1, 6)
            net = _pose_net()
            heard = net.hear(mel[0])[None]
            made["audio2pose_embedding"] = heard
            made["audio2pose_motion"] = net(latent, heard, pose, _STYLE)
            made["kp"] = _seeded(KeypointDetector())(uniform(1, 3, 256, 256))
        found += [
            Finding(NETS, distance(each, golden[name]), NET_TOLERANCE, name) for name, each in made.items()
        ]
    return found


def _seeded(net: Any) -> Any:
    return seed(net)


def _pose_net() -> PoseNet:
    """Its parts are networks of their own in the goldens."""
    net = PoseNet()
    seed(net.audio_encoder)
    seed(net.netG.decoder)  # type: ignore[arg-type]
    return net.eval()


def check_generator(folder: Path) -> list[Finding]:
    found = []
    for golden in _arrays(folder, GENERATOR):
        net, norms = seeded_generator()
        names = [str(name) for name in golden["sigma_names"]]
        sigma = [norms[_full_name(name, norms)] for name in names]
        random = np.random.RandomState(int(golden["seed"]))
        picture = torch.from_numpy(random.uniform(size=(1, 3, 256, 256)).astype(np.float32))
        source = random.uniform(-0.8, 0.8, (1, 15, 3))
        driving = torch.from_numpy((source + 0.15 * random.standard_normal((1, 15, 3))).astype(np.float32))
        with torch.inference_mode():
            volume = net.encode(picture)
            field = net.dense_motion_network(volume, torch.from_numpy(source.astype(np.float32)), driving)
            painted = net.painted(volume, field)[0].numpy()
        mask, deformation, occlusion = (each[0].numpy() for each in field)
        off = np.abs(painted[:, 2::4, 2::4] - golden["prediction"])
        compared = {
            "sigma": (distance(sigma, golden["sigma"]), NET_TOLERANCE),
            "mask": (distance(mask[:, 1::4, 2::8, 2::8], golden["mask"]), NET_TOLERANCE),
            "mask_below": (
                distance((mask < 1e-3).mean(), golden["mask_below"]),
                NET_TOLERANCE,
            ),
            "deformation": (
                distance(deformation[1::4, 2::4, 2::4], golden["deformation"]),
                NET_TOLERANCE,
            ),
            "deformation_mean": (
                distance(deformation.mean(axis=(0, 1, 2)), golden["deformation_mean"]),
                NET_TOLERANCE,
            ),
            "deformation_std": (
                distance(deformation.std(axis=(0, 1, 2)), golden["deformation_std"]),
                NET_TOLERANCE,
            ),
            "occlusion": (distance(occlusion[0, ::2, ::2], golden["occlusion"]), NET_TOLERANCE),
            "prediction": (float(off.max()), PREDICTION_TOLERANCE),
            "prediction on average": (float(off.mean()), PREDICTION_MEAN_TOLERANCE),
            "prediction_mean": (
                distance(painted.mean(axis=(1, 2)), golden["prediction_mean"]),
                STATS_TOLERANCE,
            ),
            "prediction_std": (distance(painted.std(axis=(1, 2)), golden["prediction_std"]), STATS_TOLERANCE),
        }
        found += [Finding(GENERATOR, error, limit, name) for name, (error, limit) in compared.items()]
    return found


def seeded_generator() -> tuple[Generator, dict[str, float]]:
    """The generator as the goldens' is filled, and the spectral norm of each of its kernels that has one."""
    with torch.device("meta"):
        net = Generator()
    state = seeded_state_dict(original_shapes(net), scale=GENERATOR_SCALE)
    norms = {}
    for name in [each for each in state if each.endswith("_orig")]:
        base = name.removesuffix("_orig")
        kernel = state[name].flatten(1).double()
        # The first singular vectors, without the others: kernels are much wider than high.
        left = torch.linalg.eigh(kernel @ kernel.T).eigenvectors[:, -1]
        right = left @ kernel
        state[f"{base}_u"] = left.float()
        state[f"{base}_v"] = (right / right.norm()).float()
        norms[base] = float(spectral_norm(state[name], state[f"{base}_u"], state[f"{base}_v"]))
    net.load_state_dict(folded(state), strict=True, assign=True)
    return net.eval().requires_grad_(False), norms


def _full_name(name: str, norms: Mapping[str, float]) -> str:
    """Of a kernel that is called by a part of its name."""
    return next(each for each in norms if name.removesuffix(".weight") in each)


def check_alignment(folder: Path) -> list[Finding]:
    """Where a face lies for the reconstruction, and what it sees."""
    found = []
    for numbers, golden in _numbers(folder):
        found.append(Finding(ARRAYS, distance(MEAN_POINTS, golden["lm3d"]), SMALL_TOLERANCE, "lm3d"))
        places = [
            align(points, tuple(case["size"]))
            for points, case in zip(golden["pos_landmarks"], numbers["pos"], strict=True)
        ]
        for number, (place, case) in enumerate(zip(places, numbers["pos"], strict=True)):
            found += _placed(place, case["trans_params"], f"pos {number}")
            exact = {"resized": place.resized, "crop": place.crop}
            found += [
                Finding(NUMBERS, distance(ours, case[name]), EXACT, f"pos {number} {name}")
                for name, ours in exact.items()
            ]
        found += _placed(align(None, (256, 256)), numbers["pos_no_face_256"], "pos without a face")
        for number, place in enumerate(places[:2]):
            wanted = _picture(folder, f"pos_crop{number}.png")
            source = _picture(folder, *_PICTURE) if wanted is not None else None
            if wanted is not None and source is not None:
                off = distance(aligned(source, place).astype(int), wanted.astype(int))
                found.append(Finding(f"pos_crop{number}.png", off, EXACT, "levels"))
    return found


def _placed(place: Any, wanted: list[float], name: str) -> Iterator[Finding]:
    yield Finding(NUMBERS, abs(place.scale - wanted[2]), SCALE_TOLERANCE, f"{name} scale")
    yield Finding(NUMBERS, distance((place.x, place.y), wanted[3:]), SHIFT_TOLERANCE, f"{name} shift")


def check_crop(folder: Path) -> list[Finding]:
    found = []
    for numbers, golden in _numbers(folder):
        cases = zip(golden["crop_landmarks"], numbers["crop"], strict=True)
        for number, (points, case) in enumerate(cases):
            crop = face_crop(points, tuple(case["size"]), parity=True)
            box = crop.box
            made = {
                "rsize": crop.resized,
                "crop": crop.outer,
                "box": box,
                "shape": _shape(crop.inside(extended=False)),
                "shape_ext": _shape(crop.inside(extended=True)),
                "frame256": frame_size((box[2] - box[0], box[3] - box[1]), _SIDE),
            }
            found += [
                Finding(NUMBERS, distance(ours, case[name]), EXACT, f"crop {number} {name}")
                for name, ours in made.items()
            ]
            # The numbers are sums of floats, whose last digits are the machine's.
            off = distance(crop.quad, case["quad"])
            found.append(Finding(NUMBERS, off, SMALL_TOLERANCE, f"crop {number} quad"))
    return found


def _shape(rect: tuple[int, int, int, int]) -> tuple[int, int]:
    return rect[3] - rect[1], rect[2] - rect[0]


def check_keypoints(folder: Path) -> list[Finding]:
    found = []
    for _, golden in _numbers(folder):
        bins = [torch.from_numpy(golden[f"kp_{name}"]) for name in ("yaw", "pitch", "roll")]
        turned = torch.stack([degrees(each) for each in bins], dim=1)
        t, canonical = torch.from_numpy(golden["kp_t"]), torch.from_numpy(golden["kp_canonical"])
        own = torch.from_numpy(golden["kp_exp"]).unflatten(1, (-1, 3))
        given = torch.from_numpy(golden["kp_override"])
        made = {
            "kp_degrees": (distance(turned, golden["kp_degrees"]), NET_TOLERANCE),
            "kp_rotation": (distance(rotation(turned), golden["kp_rotation"]), STATS_TOLERANCE),
            "kp_out": (distance(moved(canonical, Motion(turned, t, own)), golden["kp_out"]), STATS_TOLERANCE),
            "kp_out_override": (
                distance(moved(canonical, Motion(given, t, own)), golden["kp_out_override"]),
                STATS_TOLERANCE,
            ),
        }
        found += [Finding(ARRAYS, error, limit, name) for name, (error, limit) in made.items()]
    return found


def check_sound(folder: Path) -> list[Finding]:
    """The spectrogram, and which columns a frame hears."""
    found = []
    for numbers, golden in _numbers(folder):
        for number, case in enumerate(numbers["mel_windows"]):
            frames = case["samples"] // _FRAME_SAMPLES
            columns = column_count(frames * _FRAME_SAMPLES)
            windows = heard_columns(np.arange(frames), columns)
            off = max(
                distance(frames, case["frames"]),
                distance(columns, case["mel_columns"]),
                distance(windows[:, 0], case["first"]),
                *(distance(windows[int(at)], wanted) for at, wanted in case["windows"].items()),
            )
            found.append(Finding(NUMBERS, off, EXACT, f"mel windows {number}"))
        sound = next((path for name in _SOUND if (path := folder / name).is_file()), None)
        if sound is not None:
            samples = Sound.load(sound).mono(RATE)
            samples = samples[: len(samples) // _FRAME_SAMPLES * _FRAME_SAMPLES]
            mel = mel_columns(samples, 0, column_count(samples.size)).numpy()
            off = distance(mel[:, golden["mel_columns"]], golden["mel"])
            found.append(Finding(ARRAYS, off, NET_TOLERANCE, "mel"))
            found.append(Finding(ARRAYS, distance(mel.shape, golden["mel_shape"]), EXACT, "mel_shape"))
    return found


def check_motion(folder: Path) -> list[Finding]:
    """Blinks, smoothing, references, the pose network's calls, the renderer's windows and the camera."""
    return [
        finding
        for numbers, golden in _numbers(folder)
        for part in (_blinks, _poses, _renders, _cameras)
        for finding in part(numbers, golden)
    ]


def _blinks(numbers: Any, golden: Mapping[str, np.ndarray]) -> Iterator[Finding]:
    for case in numbers["blink"]:
        draws = iter(case["draws"])
        asked: list[Any] = []

        def draw(low: int, high: int, draws: Iterator[int] = draws, asked: list[Any] = asked) -> int:
            asked.append([low, high])
            return int(next(draws))

        wanted = np.zeros(case["frames"])
        for at, value in case["nonzero"].items():
            wanted[int(at)] = value
        off = distance(closed_eyes(case["frames"], draw), wanted.astype(np.float32))
        told = [case["draw_range"]] * len(case["draws"])
        left = len(list(draws)) + (asked != told)
        yield Finding(NUMBERS, off + left, EXACT, f"blinks of {case['frames']} frames")
    case = numbers["eyeblink_ref"]
    rows = np.arange(case["reference_frames"])[:, None]
    off = distance(looped(rows, case["frames"])[:, 0], case["index"])
    yield Finding(NUMBERS, off, EXACT, "reference of blinks")


def _poses(numbers: Any, golden: Mapping[str, np.ndarray]) -> Iterator[Finding]:
    for length in numbers["pose_smooth"]["lengths"]:
        off = distance(smoothed(golden[f"pose_in{length}"]), golden[f"pose_out{length}"])
        yield Finding(ARRAYS, off, SMALL_TOLERANCE, f"smoothing of {length}")
    moved_too = with_reference(smoothed(golden["pose_in14"]), golden["refpose"])
    yield Finding(ARRAYS, distance(moved_too, golden["refpose_out14"]), SMALL_TOLERANCE, "refpose")
    for case in numbers["pose_chunks"]:
        chunks = list(pose_chunks(case["frames"]))
        calls = [each.heard.tolist() for each in chunks]
        shown: list[list[int] | None] = [None]
        for number, chunk in enumerate(chunks):
            shown += [[number, place] for place in range(len(chunk.heard) - chunk.kept, len(chunk.heard))]
        wrong = _differ(calls, [_whole(each) for each in case["chunks"]])
        wrong += _differ(shown, case["out"])
        yield Finding(NUMBERS, float(wrong), EXACT, f"pose calls of {case['frames']} frames")


def _whole(chunk: list[int]) -> list[int]:
    """Of 32 frames that follow each other the goldens have the first and the last."""
    return list(range(chunk[0], chunk[1] + 1)) if len(chunk) == 3 else chunk


def _differ(ours: list[Any], theirs: list[Any]) -> int:
    return sum(a != b for a, b in zip(ours, theirs, strict=False)) + abs(len(ours) - len(theirs))


def _renders(numbers: Any, golden: Mapping[str, np.ndarray]) -> Iterator[Finding]:
    generated, source = golden["render_generated"], golden["render_source"][0]
    for number, case in enumerate(numbers["render"]):
        whole = case["preprocess"] == "full"
        coefficients = posed(
            generated, source, scale=case["expression_scale"], still=case["still"], whole=whole
        )
        seen = windows_at(coefficients, np.arange(len(coefficients)))
        # Contiguous rows, one for each of a batch, the last window again where they are too few.
        batch = case["batch"]
        count = math.ceil(len(seen) / batch) * batch
        laid = seen[np.minimum(np.arange(count), len(seen) - 1)].reshape(batch, -1, *seen.shape[1:])
        off = distance(laid[:, :, case["rows"]], golden[f"render_target{number}"])
        shape = distance(laid.shape, case["target_shape"])
        yield Finding(ARRAYS, max(off, shape), EXACT, f"windows {number}")


def _cameras(numbers: Any, golden: Mapping[str, np.ndarray]) -> Iterator[Finding]:
    for number, case in enumerate(numbers["camera"]):
        turned = camera(case["degrees"], case["frames"])
        count = math.ceil(len(turned) / case["batch"]) * case["batch"]
        laid = turned[np.minimum(np.arange(count), len(turned) - 1)].reshape(case["batch"], -1)
        yield Finding(NUMBERS, distance(laid, case["sequence"]), SMALL_TOLERANCE, f"camera {number}")


def _arrays(folder: Path, name: str) -> Iterator[dict[str, np.ndarray]]:
    path = folder / name
    if path.is_file():
        yield read_arrays(path)


def _numbers(folder: Path) -> Iterator[tuple[Any, dict[str, np.ndarray]]]:
    path = folder / NUMBERS
    for golden in _arrays(folder, ARRAYS):
        if not path.is_file():
            raise InputError(f"{path} is missing: the goldens in {ARRAYS} belong to it.")
        yield read_json(path), golden


def _picture(folder: Path, *names: str) -> np.ndarray | None:
    """uint8 [h, w, 3], RGB, of the first that is there."""
    for name in names:
        path = folder / name
        image = cv2.imread(str(path)) if path.is_file() else None
        if image is not None:
            return np.ascontiguousarray(image[..., ::-1])
    return None


CHECKS: Checks = {
    "networks": check_nets,
    "generator": check_generator,
    "alignment": check_alignment,
    "crop": check_crop,
    "keypoints": check_keypoints,
    "sound": check_sound,
    "motion": check_motion,
}
