"""Frames that show something else for a moment, or nothing that can be made out, have no face; frames that
only hide it do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import pytest

from lipsync_studio.engine.faces.adapters import track_from_landmarks, track_with_model
from lipsync_studio.engine.faces.cuts import Step, with_cuts
from lipsync_studio.engine.faces.track import FaceTrack
from lipsync_studio.engine.faces.tracker import track_faces
from lipsync_studio.engine.host.plain import PlainHost
from lipsync_studio.engine.media.video import VideoSource

from .conftest import DATA, DrawnSource
from .real import FACES, pictures_of

Picture = np.ndarray
AT = 6


def source_of(pictures: list[Picture]) -> DrawnSource:
    return DrawnSource(lambda i: pictures[i], len(pictures))


def replaced(name: str, length: int, other: Callable[[int, Picture], Picture]) -> list[Picture]:
    """A speaker's 12 frames; `length` of them from AT on are drawn by `other`."""
    pictures = pictures_of(f"{name}.mp4")[:12]
    return [other(i, p) if AT <= i < AT + length else p for i, p in enumerate(pictures)]


def missing(track: FaceTrack) -> list[int]:
    (person,) = track.persons
    assert (person.first, len(person.scores)) == (0, 12)
    return np.flatnonzero(~person.seen).tolist()


def fitted(picture: Picture) -> Picture:
    return cv2.resize(picture, (360, 288))


OTHERS: dict[str, Callable[[int, Picture], Picture]] = {
    "white": lambda i, p: np.full_like(p, 255),
    "black": lambda i, p: np.zeros_like(p),
    "black with grain": lambda i, p: np.random.default_rng(i).normal(16, 5, p.shape).clip(0).astype(np.uint8),
    "noise": lambda i, p: np.random.default_rng(i).integers(0, 255, p.shape).astype(np.uint8),
    "overexposed": lambda i, p: (p.astype(int) * 3 + 120).clip(0, 255).astype(np.uint8),
    "a landscape": lambda i, p: fitted(cv2.imread(str(DATA / "monalisa.jpg"))[:60, :, ::-1]),
    "a portrait": lambda i, p: fitted(cv2.imread(str(FACES / "face_upside_down.jpg"))[::-1, ::-1, ::-1]),
    "out of focus": lambda i, p: cv2.GaussianBlur(p, (0, 0), 16),
    "out of focus enough": lambda i, p: cv2.GaussianBlur(p, (0, 0), 12),
    "motion blur": lambda i, p: cv2.blur(p, (61, 1)),
    "motion blur, downwards": lambda i, p: cv2.blur(p, (1, 51)),
    "a blurred jolt": lambda i, p: np.roll(cv2.blur(p, (61, 1)), 18, axis=1),
    "out of focus and dark": lambda i, p: cv2.GaussianBlur(p // 3, (0, 0), 16),
    # The same studio, the same place of the face.
    "another speaker": lambda i, p: pictures_of("sbwe5n.mp4")[i],
}


@pytest.mark.parametrize("length", [1, 3])
@pytest.mark.parametrize("other", OTHERS)
@pytest.mark.parametrize("name", ["lbbc2a", "swwp2s"])
def test_another_picture_has_no_face(name: str, other: str, length: int, host: PlainHost) -> None:
    track = track_faces(source_of(replaced(name, length, OTHERS[other])), host)
    assert missing(track) == list(range(AT, AT + length))


def covered(i: int, p: Picture) -> Picture:
    out = p.copy()
    out[105:250, 120:240] = (150, 110, 90)
    return out


def hidden_softly(i: int, p: Picture) -> Picture:
    """By something so near that it is out of focus."""
    shape = np.zeros(p.shape[:2], np.float32)
    shape[90:265, 105:255] = 1
    shape = cv2.GaussianBlur(shape, (0, 0), 8)[..., None]
    return (p * (1 - shape) + shape * (150, 110, 90)).astype(np.uint8)


HARD_TO_SEE: dict[str, Callable[[int, Picture], Picture]] = {
    "a little out of focus": lambda i, p: cv2.GaussianBlur(p, (0, 0), 6),
    "a little motion blur": lambda i, p: cv2.blur(p, (21, 1)),
    "occluded": covered,
    "occluded softly": hidden_softly,
    "a jolt": lambda i, p: np.roll(p, (10, 20), axis=(0, 1)),
}


@pytest.mark.parametrize("length", [1, 3])
@pytest.mark.parametrize("other", HARD_TO_SEE)
@pytest.mark.parametrize("name", ["lbbc2a", "swwp2s"])
def test_the_same_picture_is_bridged(name: str, other: str, length: int, host: PlainHost) -> None:
    track = track_faces(source_of(replaced(name, length, HARD_TO_SEE[other])), host)
    assert missing(track) == []


def test_a_blur_that_stays_is_followed(host: PlainHost) -> None:
    """Only what is sharp again three frames later is passed over."""
    pictures = replaced("lbbc2a", 6, OTHERS["out of focus enough"])
    track = track_faces(source_of(pictures), host)
    assert missing(track) == []


@pytest.mark.parametrize(
    ("file", "without"), [("one_white_flash_frame.mp4", [40]), ("three_black_frames.mp4", [30, 31, 32])]
)
def test_the_cases(file: str, without: list[int], host: PlainHost) -> None:
    (person,) = track_faces(VideoSource(FACES / file), host).persons
    assert np.flatnonzero(~person.seen).tolist() == without


@pytest.mark.parametrize("length", [1, 2, 5])
@pytest.mark.parametrize("between", ["black", "a landscape"])
def test_a_moment_between_two_shots_is_a_cut(between: str, length: int) -> None:
    pictures = pictures_of("lbbc2a.mp4")[:8]
    pictures += [OTHERS[between](i, pictures[0]) for i in range(length)]
    pictures += pictures_of("brbk7n.mp4")[:8]
    steps = [step for _, step in with_cuts(source_of(pictures).read())]
    assert Step.CUT in steps[8 : 9 + length]
    assert set(steps[:8] + steps[9 + length :]) == {Step.SAME}


@pytest.mark.parametrize("other", ["white", "another speaker", "out of focus", "occluded"])
def test_faces_of_others_are_held_to_it_too(other: str, host: PlainHost) -> None:
    """A detection model and landmarks that came by wire: they see whatever face there is."""
    pictures = replaced("lbbc2a", 3, {**OTHERS, **HARD_TO_SEE}[other])
    faces = [track_faces(source_of([p]), host, smooth=False).persons for p in pictures]
    wanted = [] if other == "occluded" else [AT, AT + 1, AT + 2]

    def core(persons: Any) -> list[dict[str, Any]]:
        meshes = [np.concatenate([p.meshes[0], p.meshes[0][:10]]) for p in persons]
        return [{"landmarks_xy": m[:, :2], "landmarks_3d": m, "presence": 9.0} for m in meshes]

    class Model:
        def detect_batch(self, images: list[Picture], **_: Any) -> list[list[dict[str, Any]]]:
            return [core(found) for found in faces]

    assert missing(track_with_model(Model(), source_of(pictures), host, detector="short")) == wanted
    if other != "another speaker":
        value = {"frames": [core(found) for found in faces], "image_size": (288, 360)}
        assert missing(track_from_landmarks(value, source_of(pictures))) == wanted
