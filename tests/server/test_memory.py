"""Memory that does not grow with the length, on a server that has done nothing else."""

import pytest

from lipsync_studio.devtools.bench import long, media
from lipsync_studio.devtools.client import ComfyClient
from lipsync_studio.devtools.memory import RETURN_MEMORY
from lipsync_studio.devtools.server import ComfyServer


@pytest.fixture
def fresh(comfy, tmp_path):
    log = tmp_path / "server.log"
    with ComfyServer(comfy, tmp_path / "base", log=log, environment=RETURN_MEMORY) as server:
        yield server


def test_a_clip_four_times_as_long_needs_no_more_than_its_sound_and_its_track(fresh, tmp_path, monkeypatch):
    monkeypatch.setattr(media, "FOLDER", tmp_path)
    peaks = {10: 0, 40: 0}
    with ComfyClient(fresh) as client:
        # Twice the short one, because what the first run loads and caches stays for the second.
        for seconds, strength in ((10, 0.9), (10, 1.0), (40, 1.0)):
            clip, audio = media.video(320, 180, seconds), media.audio(seconds)
            prompt = long.apply_prompt(fresh.add_input(clip), fresh.add_input(audio), "memory", strength)
            with fresh.watch_memory() as peak:
                run = client.run(prompt)
            assert run.error is None
            (video,) = client.output_files(run)
            frames, fps = media.frames_of(video)
            assert (frames, fps) == (seconds * 25, 25)
            peaks[seconds] = max(peaks[seconds], peak.bytes)
    allowed = long.allowed_growth(media.audio_tensor_bytes(audio), frames)
    # The frames themselves, as an IMAGE batch, would be ten times that.
    assert peaks[40] - peaks[10] <= allowed, (peaks, allowed)
