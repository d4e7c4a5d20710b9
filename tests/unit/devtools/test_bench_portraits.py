"""`dev.py bench portraits`, on small networks."""

import json

from lipsync_studio.devtools.bench import portraits
from lipsync_studio.devtools.bench.sadtalker_case import measured
from lipsync_studio.devtools.seeded_sadtalker import SMALL


def test_stages_and_memory_are_told(monkeypatch, tmp_path, capsys):
    found = measured(3, 256, SMALL)
    assert found["frames"] == 3
    assert {"generator", "expressions", "poses", "reconstruction", "everything else"} <= set(found["seconds"])
    assert sum(found["seconds"].values()) <= found["total"] * 1.01
    assert found["peak_bytes"] > 0
    monkeypatch.setattr(portraits, "run_case", lambda module, *words: found)
    assert portraits.main(["sadtalker", "--out", str(tmp_path / "out.json")]) == 0
    told = capsys.readouterr().out
    assert "sadtalker, 3 frames of 256²" in told
    assert "most memory" in told
    assert json.loads((tmp_path / "out.json").read_text())["sadtalker"]["frames"] == 3
