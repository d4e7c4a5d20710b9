"""A process that fetches one file: REPO REVISION PATH BYTES SHA256 PLACE. Prints what it waits for."""

import sys

from lipsync_studio.engine.host.plain import PlainHost
from lipsync_studio.engine.weights.download import download
from lipsync_studio.engine.weights.entries import WeightFile


class Telling(PlainHost):
    def progress(self, stage, done, total, preview=None, *, unit="frames"):
        if stage.startswith("Waiting"):
            print(stage, done, flush=True)
        super().progress(stage, done, total, preview, unit=unit)


repo, revision, path, size, sha256, place = sys.argv[1:]
file = WeightFile("net", repo, revision, path, int(size), sha256 or None, "MIT", "musetalk", place)
with Telling() as host:
    download([file], host)
