"""Small inputs that went wrong once (data/cases/cases.json says what is right), rendered in whatever way."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

import av
import ffmpeg
import numpy as np
from media import read_pictures
from PIL import Image, ImageOps

from lipsync_studio.engine.faces.geometry import LIPS
from lipsync_studio.engine.faces.tracker import track_faces
from lipsync_studio.engine.host.plain import PlainHost
from lipsync_studio.engine.media.images import ImageSource

_DATA = Path(__file__).parents[1] / "data"
VOICE = "speech_short.wav"
NO_FACE = "No face was found"


@dataclass(frozen=True)
class Made:
    """What became of a case. source: its file. result: None where there is `error`, the sentence. exact: it
    was encoded so finely that what is unchanged has 45 dB."""

    source: Path
    result: Path | None = None
    report: dict[str, Any] | None = None
    error: str = ""
    exact: bool = False


@dataclass(frozen=True)
class Case:
    """what: it is used as, a voice or pictures. check: fails where the result is not right."""

    name: str
    what: Literal["clip", "still", "voice"]
    check: Callable[[Made], None]


def path_of(name: str) -> Path:
    return next(path for folder in ("cases", "faces", ".") if (path := _DATA / folder / name).exists())


def right_answers() -> dict[str, dict[str, str]]:
    answers: dict[str, dict[str, str]] = json.loads(path_of("cases.json").read_text())
    return answers


def whole(made: Made) -> tuple[Path, dict[str, Any]]:
    assert made.error == ""
    assert made.result is not None
    assert made.report is not None
    return made.result, made.report


def spoken(seconds: float) -> Callable[[Made], None]:
    """Somebody's mouth moves, as long as the sound."""

    def check(made: Made) -> None:
        result, report = whole(made)
        assert report["generated"] == report["frames"] == len(read_pictures(result))
        assert abs(report["duration"] - seconds) < 0.041
        assert not any("no voice" in note for note in report["notes"])

    return check


def as_recorded(made: Made) -> None:
    """At the right pitch throughout, for as long as it was recorded, as ffmpeg hears it."""
    result, report = whole(made)
    with av.open(str(result)) as container:
        rate = container.streams.audio[0].rate
        heard = np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])
    assert abs(report["duration"] - 3.077) < 0.03
    raw = result.with_suffix(".raw")
    ffmpeg.ffmpeg("-i", made.source, "-ac", "1", "-ar", str(rate), "-f", "f32le", raw)
    wanted = np.fromfile(raw, np.float32)
    raw.unlink()
    for second in (0.3, 1.2, 2.3):
        # The same at its time, but for the coder and a few milliseconds.
        part = wanted[round(second * rate) :][: rate // 2]
        place = round((second - 0.03) * rate)
        around = heard[place : place + len(part) + round(0.06 * rate)]
        alike = np.correlate(around, part, "valid").max() / np.square(part).sum()
        assert alike > 0.9


def as_seen(share: float, aspect: Fraction = Fraction(1)) -> Callable[[Made], None]:
    """So much of every picture, from the top, is what was there, as ffmpeg and Pillow show it."""

    def check(made: Made) -> None:
        result, _ = whole(made)
        got = read_pictures(result)
        if made.source.suffix == ".mp4":
            seen = ffmpeg.decode(made.source, "rgb24")
            wanted: Sequence[np.ndarray] = [each.reshape(*seen.size[::-1], 3) for each in seen.frames]
            assert len(got) == len(wanted)
            assert ffmpeg.decode(result, "gray").aspect == aspect
        else:
            still = ImageOps.exif_transpose(Image.open(made.source))
            wanted = [np.asarray(still.convert("RGB"))] * len(got)
        for one, other in zip(got, wanted, strict=True):
            assert one.shape == other.shape
            rows = round(share * len(one))
            error = np.square(one[:rows].astype(float) - other[:rows]).mean()
            # Of the colours half are kept: an edge between two may be off.
            quality = 10 * np.log10(255**2 / max(error, 1e-3))
            assert quality > 36, f"{quality:.1f} dB"

    return check


def without_face(*frames: int) -> Callable[[Made], None]:
    def check(made: Made) -> None:
        _, report = whole(made)
        passed = [span for span in report["spans"] if span["state"] != "generated"]
        assert passed == [{"state": "passed: no face", "first": frames[0], "last": frames[-1]}]
        as_seen(0.2)(made)

    return check


def face_in(picture: np.ndarray) -> np.ndarray:
    """The mesh [468, 2] of an upright face in RGB."""
    with PlainHost("cpu", progress=False) as host:
        track = track_faces(ImageSource(picture[None].astype(np.float32) / 255), host)
    found: np.ndarray = track.persons[0].meshes[0][:, :2]
    return found


def box_around(points: np.ndarray, more: float) -> tuple[slice, slice]:
    """Rows and columns of a box around points, larger by that share of itself on each side."""
    low, high = points.min(axis=0), points.max(axis=0)
    low, high = low - more * (high - low), high + more * (high - low)
    (x0, y0), (x1, y1) = np.maximum(low, 0).astype(int), np.ceil(high).astype(int)
    return slice(y0, y1), slice(x0, x1)


def upside_down(made: Made) -> None:
    """The mouth moves where it is, and the forehead, below, is as it was."""
    result, report = whole(made)
    assert report["generated"] == report["frames"]
    wanted = np.asarray(Image.open(made.source).convert("RGB")).astype(float)
    half = len(wanted) // 2
    frames = np.stack(read_pictures(result)).astype(float)
    for got in frames:
        assert 10 * np.log10(255**2 / np.square(got[half:] - wanted[half:]).mean()) > 36
    mesh = face_in(wanted[::-1, ::-1].astype(np.uint8))
    height, width = wanted.shape[:2]
    lips, lower = (np.array([width, height]) - mesh[which] for which in (list(LIPS), mesh[:, 1] > mesh[4, 1]))
    moved = (frames.max(axis=0) - frames.min(axis=0) > 40).any(axis=-1)
    # Much of the mouth's box, and hardly anything but mouth and chin.
    assert moved[box_around(lips, 0.5)].mean() > 0.2
    assert moved[box_around(lower, 0.15)].sum() > 0.9 * moved.sum()


def as_decoded(made: Made) -> None:
    """Beside the lower face every plane is what ffmpeg decodes the picture to."""
    result, _ = whole(made)
    seen, got = ffmpeg.decode(made.source, "yuv420p"), ffmpeg.decode(result, "yuv420p")
    assert got.size == seen.size
    width, height = seen.size
    mesh = face_in(np.asarray(Image.open(made.source).convert("RGB")))
    outside = np.ones((height, width), bool)
    rows, columns = box_around(mesh[mesh[:, 1] > mesh[4, 1]], 0.15)
    # The chin goes down with the mouth.
    outside[rows.start : rows.stop + (rows.stop - rows.start) // 2, columns] = False
    masks = outside.ravel(), outside[::2, ::2].ravel(), outside[::2, ::2].ravel()
    borders = width * height, width * height * 5 // 4
    for frame in got.frames:
        parts = zip(np.split(frame, borders), np.split(seen.frames[0], borders), masks, strict=True)
        for one, other, mask in parts:
            error = np.square(one[mask].astype(float) - other[mask]).mean()
            quality = 10 * np.log10(255**2 / max(error, 1e-3))
            assert quality > (45 if made.exact else 36), f"{quality:.1f} dB"


def grey(made: Made) -> None:
    result, _ = whole(made)
    assert all(abs(picture.mean() - 178) < 3 for picture in read_pictures(result))


def at_rest(made: Made) -> None:
    result, report = whole(made)
    assert any("no voice in the sound: the mouth stays at rest" in note for note in report["notes"])
    pictures = read_pictures(result)
    assert len(pictures) == 75


def refused(words: str) -> Callable[[Made], None]:
    def check(made: Made) -> None:
        assert made.result is None
        assert words in made.error
        assert "\n" not in made.error.strip()

    return check


CASES = (
    Case("aac_7_1.m4a", "voice", spoken(0.5)),
    Case("adts_mono_then_stereo.aac", "voice", spoken(3.06)),
    Case("anamorphic_sar_4_3.mp4", "clip", as_seen(0.3, Fraction(4, 3))),
    Case("avif_grid_2x2.avif", "still", as_seen(0.2)),
    Case("avif_imir_1.avif", "still", refused(NO_FACE)),
    Case("exif_orientation_5.png", "still", refused(NO_FACE)),
    Case("exif_orientation_5.webp", "still", refused(NO_FACE)),
    Case("face_upside_down.jpg", "still", upside_down),
    Case("front_camera_mirrored_exif2.jpg", "still", as_seen(0.3)),
    Case("height_322_is_2_mod_4.jpg", "still", as_decoded),
    Case("mp3_rate_changes_44100_to_48000.mp3", "voice", as_recorded),
    Case("obs_tracks_mix_then_silent_mic.mp4", "clip", as_seen(0.3)),
    Case("obs_tracks_mix_then_silent_mic.mp4", "voice", spoken(1.0)),
    Case("one_white_flash_frame.mp4", "clip", without_face(40)),
    Case("orient_mp4_hflip.mp4", "clip", refused(NO_FACE)),
    Case("png_gray16_white_at_did.png", "still", grey),
    Case("silence_3s.wav", "voice", at_rest),
    Case("speech_short.wav", "voice", spoken(1.5)),
    Case("stereo_opposite_phase.wav", "voice", spoken(1.5)),
    Case("three_black_frames.mp4", "clip", without_face(30, 31, 32)),
    Case("trimmed_0.35s_without_reencode.mp4", "clip", as_seen(0.3)),
    Case("trimmed_by_edit_list.mp4", "clip", as_seen(0.3)),
    Case("wav_8_channels_segfault.wav", "voice", spoken(0.5)),
    Case("wav_float_nan.wav", "voice", refused("not numbers")),
)
