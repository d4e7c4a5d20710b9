"""ComfyUI's FACE_LANDMARKS through the track node and the apply node; prints what came out, in JSON.

The landmarks are measured by the embedded mesh and put into the shape that core's node gives them, because
core's own weights are no part of a test machine. Arguments: VIDEO AUDIO.
"""

import asyncio
import json
import sys

import numpy as np
import torch
from comfy_api.latest import InputImpl
from comfy_execution.utils import CurrentNodeContext
from server import PromptServer

from lipsync_studio.backends.dub import job
from lipsync_studio.backends.dub.backend import DubBackend
from lipsync_studio.backends.viseme.pipeline import VisemeEngine
from lipsync_studio.engine.faces.tracker import track_faces
from lipsync_studio.engine.host.plain import PlainHost
from lipsync_studio.engine.media.sound import Sound
from lipsync_studio.engine.media.video import VideoSource
from lipsync_studio.nodes.apply import LipSyncApply
from lipsync_studio.nodes.face_track import LipSyncFaceTrack

video, audio = sys.argv[1:]
source = VideoSource(video)
with PlainHost("cpu") as host:
    person = track_faces(source, host, smooth=False).persons[0]


def landmarks(frame: int) -> dict:
    mesh = person.at(frame).mesh
    points = np.concatenate([mesh, np.repeat(mesh[-1:], 10, axis=0)])
    return {"landmarks_xy": points[:, :2], "landmarks_3d": points, "presence": 8.0}


width, height = source.size
value = {"frames": [[landmarks(k)] for k in range(source.frames)], "image_size": (height, width)}
sound = Sound.load(audio)
voice = {"waveform": torch.from_numpy(sound.samples)[None], "sample_rate": sound.rate}
PromptServer(asyncio.new_event_loop())
with CurrentNodeContext("a prompt", "1"):
    clip = InputImpl.VideoFromFile(video)
    track, preview = LipSyncFaceTrack.execute(clip, "auto", 0.5, face_landmarks=value).args
    applied = LipSyncApply.execute(
        clip, voice, DubBackend(VisemeEngine()), "video", "hold", "rest", "largest", face_track=track
    )
    result, report = asyncio.run(applied).args
    # The settings of the track node on its other ways, and of the apply node without a track.
    twice = [[face, {**face, "landmarks_xy": face["landmarks_xy"] + 400}] for (face,) in value["frames"]]
    alone = LipSyncFaceTrack.execute(
        clip, "auto", 0.5, max_faces=1, face_landmarks={**value, "frames": twice}
    ).args[0]
    asked = []

    class Model:
        def detect_batch(self, images: list, **settings: object) -> list:
            asked.append(settings)
            return [[landmarks(0)] for _ in images]

    LipSyncFaceTrack.execute(clip, "full", 0.6, max_faces=3, face_detection_model=Model())
    tracked = []

    def track_anew(*arguments: object, **settings: object) -> object:
        tracked.append(settings)
        return track_faces(*arguments, **settings)

    job.track_faces = track_anew
    applied = LipSyncApply.execute(
        clip, voice, DubBackend(VisemeEngine()), "video", "hold", "rest", "largest", detector="full",
        max_faces=2,
    )  # fmt: skip
    asyncio.run(applied)
found = track.persons[0]
distance = np.abs(found.meshes[:, :468, :2] - person.meshes[..., :2]).max()
print(
    json.dumps(
        {
            "persons": len(track.persons),
            "alone": len(alone.persons),
            "asked": asked,
            "tracked": tracked,
            "frames": len(found.scores),
            "distance": float(distance),
            "preview": list(preview.shape),
            "report": json.loads(report),
            "result": [*result.get_dimensions(), result.get_frame_count()],
        }
    )
)
