"""Loads the pack as ComfyUI does; prints the modules of Ray, and ours that need it, that are loaded then."""

import json
import sys

from loading import load_pack

loaded = load_pack()
assert "LipSyncApply" in loaded
wrong = [
    name
    for name in sys.modules
    if name.partition(".")[0] == "ray" or name.rpartition(".")[2] in ("ray_pool", "ray_actor")
]
print(json.dumps(wrong))
