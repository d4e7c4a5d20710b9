"""VIDEOs of later ComfyUIs, whose crop, resize or joining is still to be applied, through the nodes; prints
what came of them, in JSON. Arguments: VIDEO (320×320, with sound) AUDIO.

The stand-ins keep to the contract of those versions: the stream is the unedited one, `save_to` and
`get_components` apply what is pending, `has_pending_frame_edits` tells, and where it is missing the size
does.
"""

import asyncio
import gc
import json
import sys
import weakref
from pathlib import Path

import av
import folder_paths
import numpy as np
import torch
from comfy_api.latest import InputImpl, Types
from comfy_execution.utils import CurrentNodeContext
from server import PromptServer

from lipsync_studio.align.words import Line, Word, WordTimings
from lipsync_studio.backends.dub.backend import DubBackend
from lipsync_studio.backends.viseme.pipeline import VisemeEngine
from lipsync_studio.engine.errors import VideoError
from lipsync_studio.engine.media.colour import to_rgb
from lipsync_studio.engine.media.sound import Sound
from lipsync_studio.nodes.apply import LipSyncApply
from lipsync_studio.nodes.face_track import LipSyncFaceTrack
from lipsync_studio.nodes.inputs import to_source
from lipsync_studio.nodes.overlay import LipSyncLyricOverlay

LEFT, TOP, WIDTH, HEIGHT = 32, 16, 256, 288


class Cropped(InputImpl.VideoFromFile):
    """As ComfyUI crops since it can, without telling."""

    saved: list[dict] = []

    def __init__(self, file, left=LEFT):
        super().__init__(file)
        self.rect = left, TOP, WIDTH, HEIGHT

    def as_cropped(self, *rect):
        raise NotImplementedError

    def get_dimensions(self):
        return WIDTH, HEIGHT

    def get_components(self):
        whole = super().get_components()
        x, y, width, height = self.rect
        part = whole.images[:, y : y + height, x : x + width]
        return Types.VideoComponents(images=part, audio=whole.audio, frame_rate=whole.frame_rate)

    def save_to(self, path, format=Types.VideoContainer.AUTO, codec=Types.VideoCodec.AUTO, metadata=None,
                bit_depth=None, crf=None, color_space=None, preset=None):  # fmt: skip
        self.saved.append({"crf": crf, "preset": preset, "codec": str(getattr(codec, "value", codec))})
        whole = InputImpl.VideoFromComponents(self.get_components())
        whole.save_to(path, format=format, codec=codec, metadata=metadata, crf=crf)


class Edited(Cropped):
    """As it does since it tells."""

    def has_pending_frame_edits(self):
        return True


class Odd(Edited):
    """As it is resized to any size that is asked for."""

    def get_dimensions(self):
        return WIDTH - 1, HEIGHT - 1

    def get_components(self):
        even = super().get_components()
        part = even.images[:, :-1, :-1]
        return Types.VideoComponents(images=part, audio=even.audio, frame_rate=even.frame_rate)


class Untouched(InputImpl.VideoFromFile):
    """Of the same version, with nothing pending."""

    def has_pending_frame_edits(self):
        return False

    def as_cropped(self, *rect):
        return self

    def save_to(self, *_, **__):
        raise AssertionError("there is nothing to apply")


class VideoFromList(InputImpl.VideoFromFile):
    """Some VIDEOs in a row."""

    def __init__(self, videos):
        self.videos = videos

    def has_pending_frame_edits(self):
        return any(video.has_pending_frame_edits() for video in self.videos)

    def get_active_trim_window(self):
        return 0.0, 0.0

    def get_stream_source(self):
        raise AssertionError("it would be put together in memory")

    def save_to(self, path, format=Types.VideoContainer.AUTO, codec=Types.VideoCodec.AUTO, metadata=None,
                bit_depth=None, crf=None, color_space=None, preset=None):  # fmt: skip
        Cropped.saved.append({"crf": crf, "preset": preset, "codec": str(getattr(codec, "value", codec))})
        parts = [InputImpl.VideoFromFile(video.get_stream_source()).get_components() for video in self.videos]
        joined = Types.VideoComponents(
            images=torch.cat([part.images for part in parts]), audio=None, frame_rate=parts[0].frame_rate
        )
        InputImpl.VideoFromComponents(joined).save_to(path, format=format, codec=codec, crf=crf)


class Broken(Edited):
    fault: Exception = ValueError("Video resolution changes mid-stream")

    def save_to(self, path, **options):
        Path(path).write_bytes(b"half")
        raise self.fault


class Refused(Broken):
    fault = av.error.ExternalError(542398533, "Generic error in an external library")


def streams(video):
    with av.open(video.get_stream_source()) as container:
        return [stream.codec_context.name for stream in container.streams]


def distance(source):
    """Mean difference, in levels, to the part of the original that is to be seen."""
    shown = np.stack([to_rgb(frame) for frame in source.read()]).astype(int)
    return float(np.abs(shown - ORIGINAL[:, TOP : TOP + HEIGHT, LEFT : LEFT + WIDTH]).mean())


video, audio = sys.argv[1:]
PromptServer(asyncio.new_event_loop())
ORIGINAL = np.stack([to_rgb(frame) for frame in to_source(InputImpl.VideoFromFile(video), 25).read()])
sound = Sound.load(audio)
voice = {"waveform": torch.from_numpy(sound.samples)[None], "sample_rate": sound.rate}
words = WordTimings((Line((Word("la", 0.1, 0.3),)),))
told = {}

with CurrentNodeContext("a prompt", "1"):
    for kind in (Cropped, Edited):
        clip = kind(video)
        one, two = to_source(clip, 25), to_source(clip, 25)
        file = Path(one._file._path)
        told[kind.__name__] = {
            "size": one.size,
            "frames": one.frames,
            "fps": str(one.fps),
            "distance": distance(one),
            "same": one is two,
            "key": one.key == to_source(kind(video), 25).key,
            "other key": one.key != to_source(kind(video, LEFT + 2), 25).key,
            "seconds of sound": float(one.sound().duration),
            "temp": file.is_file(),
            "saved": Cropped.saved[:],
        }
        Cropped.saved.clear()
        ended = weakref.ref(one)
        del one, two, clip
        gc.collect()
        told[kind.__name__]["gone"] = ended() is None and not file.exists()

    odd = to_source(Odd(video), 25)
    last = to_rgb(next(odd.read(odd.frames - 1))).astype(int)[:-1, :-1]
    expected = ORIGINAL[odd.frames - 1, TOP : TOP + HEIGHT - 1, LEFT : LEFT + WIDTH - 1]
    told["odd"] = {
        "size": odd.size,
        "frames": odd.frames,
        "distance": float(np.abs(last - expected).mean()),
        "sound": odd.sound() is not None,
    }

    plain = to_source(Untouched(video), 25)
    told["Untouched"] = {"size": plain.size, "file": plain._file._path == video}

    InputImpl.VideoFromList = VideoFromList
    whole = to_source(VideoFromList([Untouched(video), Untouched(video)]), 25)
    told["list"] = {"frames": whole.frames, "saved": Cropped.saved[:]}
    Cropped.saved.clear()
    for other in (Edited(video), Untouched(video, start_time=0.2)):
        to_source(VideoFromList([Untouched(video), other]), 25)
    told["list to encode"] = Cropped.saved[:]
    Cropped.saved.clear()
    del InputImpl.VideoFromList

    clip = Edited(video)
    track, preview = LipSyncFaceTrack.execute(clip, "auto", 0.5).args
    applied = LipSyncApply.execute(
        clip, voice, DubBackend(VisemeEngine()), "video", "hold", "rest", "largest", face_track=track
    )
    result, report = asyncio.run(applied).args
    overlaid = LipSyncLyricOverlay.execute(clip, words, 0.1, "bottom", "white", "yellow", "black").args[0]
    told["nodes"] = {
        "preview": list(preview.shape[1:]),
        "generated": json.loads(report)["generated"],
        "notes": json.loads(report)["notes"],
        "result": result.get_dimensions(),
        "overlaid": overlaid.get_dimensions(),
        "streams": streams(overlaid),
        "encodes": len(Cropped.saved),
    }
    # What CreateVideo makes: its sound comes with its pictures.
    created = InputImpl.VideoFromComponents(InputImpl.VideoFromFile(video).get_components())
    overlaid = LipSyncLyricOverlay.execute(created, words, 0.1, "bottom", "white", "yellow", "black").args[0]
    told["created"] = {"streams": streams(overlaid)}

    folder = Path(folder_paths.get_temp_directory())
    before = set(folder.iterdir())
    for kind in (Broken, Refused):
        try:
            to_source(kind(video), 25)
        except VideoError as error:
            told[kind.__name__] = [str(error), set(folder.iterdir()) == before]
print(json.dumps(told))
