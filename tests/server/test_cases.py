"""Every input that went wrong once, through the nodes."""

from __future__ import annotations

import shutil

import pytest
from cases import CASES, VOICE, Made, path_of
from media import write_h264
from prompts import report_of


@pytest.fixture(scope="module")
def folder(server, face_pictures):
    folder = server.base / "input"
    write_h264(folder / "somebody.mp4", face_pictures[:25], 25)
    for name in {VOICE, *(case.name for case in CASES)}:
        shutil.copy(path_of(name), folder / name)
    return folder


# What ComfyUI's own Load Audio makes of these never comes to a node of ours: it dies of the first, as PyAV
# does that reads eight planes, and takes the rate and the channels that the others begin with for all.
CORES = {"aac_7_1.m4a", "adts_mono_then_stereo.aac", "mp3_rate_changes_44100_to_48000.mp3"}


@pytest.mark.parametrize(
    "case",
    [case for case in CASES if case.name not in CORES],
    ids=lambda case: f"{case.name} as {case.what}",
)
def test_a_case(client, folder, make_prompt, case):
    """Stills too come by Load Video, whose file is opened here: Load Image shows a first tile for the whole,
    and mirrored pictures as they are stored."""
    source, audio = ("somebody.mp4", case.name) if case.what == "voice" else (case.name, VOICE)
    length = "video" if case.what == "clip" else "audio"
    run = client.run(make_prompt(source, audio, length=length))
    if run.error is None:
        (video,) = client.output_files(run)
        case.check(Made(path_of(case.name), video, report_of(run)))
    else:
        assert run.error["node_type"] == "LipSyncApply"
        case.check(Made(path_of(case.name), error=run.error["exception_message"]))
