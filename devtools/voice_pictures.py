"""Makes docs/voices.jpg: four moments of the demo's duet. The first two are the left singer's and the right
one's, then the left one's again, and both sing the last.

Run as `python -m lipsync_studio.devtools.voice_pictures`.
"""

from __future__ import annotations

import numpy as np
from PIL import Image

from ..engine.media.sound import Sound
from .paths import ROOT
from .workflow_thumbnails import DEMO, duet

SUNG = "star", "are", "high", "sky"
HEIGHT = 320  # of each moment


def main() -> None:
    one, other, again, both = duet(Sound.load(DEMO / "verse.mp3"), SUNG, HEIGHT)
    picture = np.vstack([np.hstack([one, other]), np.hstack([again, both])])
    Image.fromarray(picture).save(ROOT / "docs" / "voices.jpg", quality=85, optimize=True)


if __name__ == "__main__":
    main()
