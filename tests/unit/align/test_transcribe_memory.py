"""A long sound is transcribed piece by piece."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from lipsync_studio.devtools import corpus

SCRIPT = Path(__file__).parent / "scripts" / "transcribe_memory.py"


@pytest.mark.parametrize(
    ("engine", "model", "seconds"),
    [
        # Passages are of 2 minutes at most. `dev.py bench align` takes 10 minutes.
        ("faster-whisper", "tiny_en_ct2", 150.0),
        ("whisper-timestamped", "tiny_en_openai", 40.0),
        ("pocketsphinx", "tiny_en_ct2", 30.0),
    ],
)
def test_a_gigabyte_is_enough(engine, model, seconds, request, tmp_path):
    case = corpus.long_speech(seconds)
    samples = case.samples[: round(seconds * corpus.RATE)]
    np.save(tmp_path / "samples.npy", samples)
    command = [sys.executable, SCRIPT, engine, request.getfixturevalue(model), tmp_path / "samples.npy"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    told = json.loads(result.stdout.splitlines()[-1])
    # All of it was heard.
    assert told["words"] > seconds
    assert told["end"] > seconds - 10
    assert told["megabytes"] < 1000
