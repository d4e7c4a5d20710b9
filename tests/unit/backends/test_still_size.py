"""How large the video of a still becomes."""

import av
import pytest

from lipsync_studio.backends.dub.backend import DubBackend
from lipsync_studio.backends.request import LipSyncRequest
from lipsync_studio.backends.run import run
from lipsync_studio.backends.viseme.pipeline import VisemeEngine
from lipsync_studio.engine.media.images import ImageSource

# Of the templates' last encode.
CRF = 18
# A minute of the demo portrait has 20 MB at most; measured: 1.8 MB with the mouth alone, 2.7 MB with life.
# It is held to less than a third of what is allowed, so that larger pictures have room, too.
MINUTE = 6_000_000
EVERY = 10


@pytest.mark.parametrize("movement", [0.0, 0.3])
def test_a_minute_of_a_still_is_small(pictures, voice, host, tmp_path, movement):
    """By what two seconds take: whole pictures every ten seconds, the others in between."""
    portrait = pictures["astronaut"]
    assert portrait.shape == (512, 512, 3)
    source = ImageSource(portrait[None].astype("float32") / 255, 25)
    request = LipSyncRequest(source, voice(2.0), score=False)
    run(DubBackend(VisemeEngine(movement=movement)), request, host, tmp_path / "out.mp4", CRF)
    with av.open(str(tmp_path / "out.mp4")) as made:
        sizes = [(packet.size, packet.is_keyframe) for packet in made.demux(video=0) if packet.size]
    (whole,) = (size for size, is_whole in sizes if is_whole)
    others = [size for size, is_whole in sizes if not is_whole]
    assert len(others) == 49
    pictures_between = 60 * 25 - 60 // EVERY
    assert 60 // EVERY * whole + pictures_between * sum(others) / len(others) <= MINUTE
