"""Make duet.mp4: two who sing, side by side, six seconds that loop; and duet.lrc: which line is whose.

Each is a still in front of a hand-held camera, as in clip.mp4. Needs what make_clip.py needs, and a checkout.
"""

from __future__ import annotations

import re

import cv2
import numpy as np
from make_clip import CENTRE, HERE, VIEW, film, write

SIDE = 480
PAINTING = HERE.parent / "tests" / "data" / "monalisa.jpg"
PAINTED_CENTRE, PAINTED_VIEW = (147.0, 118.0), 178.0  # as CENTRE and VIEW, pixels of the painting
SINGERS = ("v1", "v2", "v1", "D")  # of the lines; D: both


def main() -> None:
    left = film(np.asarray(cv2.imread(str(HERE / "portrait.jpg"))), CENTRE, VIEW, SIDE)
    painting = np.asarray(cv2.imread(str(PAINTING)))
    right = film(painting, PAINTED_CENTRE, PAINTED_VIEW, SIDE, begin=2.2, seed=1)
    pairs = (np.hstack(pair) for pair in zip(left, right, strict=True))
    write(HERE / "duet.mp4", pairs, (2 * SIDE, SIDE), crf=24)
    head, *lines = (HERE / "verse.lrc").read_text(encoding="utf-8").splitlines()
    named = [
        re.sub(r"^(\[[\d:.]+\])", rf"\1{singer}: ", line) for singer, line in zip(SINGERS, lines, strict=True)
    ]
    (HERE / "duet.lrc").write_text("\n".join([head, *named, ""]), encoding="utf-8")


if __name__ == "__main__":
    main()
