"""Make clip.mp4: six seconds of hand-held footage out of portrait.jpg (needs av, numpy, opencv).

The picture is one still, so what moves is the camera: a slow push-in with the drift and roll of a hand, and a
breath of sensor noise. Head and shoulders are enlarged to give the face a close-up's size.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import av
import cv2
import numpy as np

HERE = Path(__file__).parent
SIZE = 640
RATE = 25
SECONDS = 6
FACTOR = 3
CENTRE = (226.0, 134.0)  # between the nose and the chin, pixels of the portrait
VIEW = 262.0  # side of the square that is seen at the start, pixels of the portrait


def enlarged(picture: np.ndarray, factor: int) -> np.ndarray:
    """Lanczos, then an unsharp mask at the old pixel's scale, on the lightness only."""
    big = cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_LANCZOS4)
    lab = cv2.cvtColor(big, cv2.COLOR_BGR2LAB)
    light = lab[..., 0].astype(np.float32)
    light += 0.7 * (light - cv2.GaussianBlur(light, (0, 0), 0.6 * factor))
    lab[..., 0] = np.clip(light, 0, 255).astype(np.uint8)
    return cv2.cvtColor(lab, cv2.COLOR_LAB2BGR)


def view(time: float, centre: tuple[float, float], seen: float, side: int) -> np.ndarray:
    """Still to picture, 2×3, at a time in seconds; each movement ends where it began: the clip loops.

    centre, seen: the middle and the side of the square that is seen at the start, pixels of the still.
    """

    def wave(cycles: int, phase: float = 0.0) -> float:
        return float(np.sin(2 * np.pi * cycles * time / SECONDS + phase))

    scale = side / seen * (1.03 + 0.03 * wave(1, -np.pi / 2))
    roll = np.radians(0.9 * wave(1) + 0.35 * wave(3, 1))
    hand = seen / VIEW
    x = centre[0] + hand * (2.6 * wave(1, 2) + 0.7 * wave(4, 2))
    y = centre[1] + hand * (1.8 * wave(2, 0.7) + 0.5 * wave(5))
    turn = scale * np.array([[np.cos(roll), -np.sin(roll)], [np.sin(roll), np.cos(roll)]])
    return np.column_stack([turn, side / 2 - turn @ (x, y)])


def film(
    still: np.ndarray, centre: tuple[float, float], seen: float, side: int, begin: float = 0.0, seed: int = 0
) -> Iterator[np.ndarray]:
    """The clip's squares, uint8 BGR. still: BGR; begin: seconds by which the camera is ahead."""
    picture = enlarged(still, FACTOR)
    # Pixel centres of the enlarged picture lie at (i + 0.5) / FACTOR in the still.
    shrink = np.array([[1 / FACTOR, 0, 0.5 / FACTOR], [0, 1 / FACTOR, 0.5 / FACTOR], [0, 0, 1]])
    rng = np.random.default_rng(seed)
    for index in range(SECONDS * RATE):
        shot = cv2.warpAffine(
            picture,
            view(index / RATE + begin, centre, seen, side) @ shrink,
            (side, side),
            flags=cv2.INTER_CUBIC,
            borderMode=cv2.BORDER_REFLECT_101,
        )
        grain = cv2.GaussianBlur(rng.normal(0, 3.2, (side, side, 1)).astype(np.float32), (0, 0), 0.7)
        yield np.clip(shot + grain[..., None], 0, 255).astype(np.uint8)


def write(path: Path, pictures: Iterable[np.ndarray], size: tuple[int, int], crf: int) -> None:
    """H.264 of pictures, uint8 BGR, of a size (width, height)."""
    with av.open(str(path), "w", options={"movflags": "+faststart"}) as out:
        quality = {"crf": str(crf), "preset": "veryslow", "tune": "film"}
        stream = out.add_stream("libx264", rate=RATE, options=quality)
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        codec = stream.codec_context
        codec.colorspace = codec.color_primaries = codec.color_trc = 1  # BT.709
        codec.color_range = 1  # limited
        for picture in pictures:
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24").reformat(
                format="yuv420p", dst_colorspace="ITU709", dst_color_range="MPEG"
            )
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))


def main() -> None:
    still = np.asarray(cv2.imread(str(HERE / "portrait.jpg")))
    write(HERE / "clip.mp4", film(still, CENTRE, VIEW, SIZE), (SIZE, SIZE), crf=23)


if __name__ == "__main__":
    main()
