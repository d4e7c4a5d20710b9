"""What a node says whose face track is another clip's; prints the sentences by how it is wired, in JSON."""

import json
from types import SimpleNamespace

from comfy_execution.graph import DynamicPrompt
from comfy_execution.utils import CurrentNodeContext

from lipsync_studio.engine.errors import SourceMismatchError
from lipsync_studio.nodes.apply import LipSyncApply
from lipsync_studio.nodes.face_track import LipSyncFaceTrack
from lipsync_studio.nodes.wiring import same_source


def said(source, wire, *, known=True):
    prompt = {
        "1": {"class_type": "LoadVideo", "inputs": {"file": "a.mp4"}},
        "2": {"class_type": "LoadVideo", "inputs": {"file": "b.mp4"}},
        "5": {"class_type": "LipSyncFaceTrack", "inputs": {"source": ["1", 0]}, "_meta": {"title": "Faces"}},
        "6": {"class_type": "AnySwitch", "inputs": {"on": True, "one": ["2", 0], "two": ["5", 0]}},
        "7": {"class_type": "LipSyncApply", "inputs": {"source": source, "face_track": wire}},
    }
    hidden = SimpleNamespace(dynprompt=DynamicPrompt(prompt)) if known else None
    node = type("Clone", (LipSyncApply,), {"hidden": hidden})
    try:
        with CurrentNodeContext("a prompt", "7"), same_source(node, "face_track", LipSyncFaceTrack):
            raise SourceMismatchError("They differ", "connect them")
    except SourceMismatchError as error:
        return str(error)


told = {
    "direct": said(["2", 0], ["5", 0]),
    "through a switch": said(["2", 0], ["6", 0]),
    "one wire": said(["1", 0], ["5", 0]),
    "from elsewhere": said(["2", 0], ["1", 0]),
    "unknown": said(["2", 0], ["5", 0], known=False),
}
print(json.dumps(told))
