"""MuseTalk's networks in ComfyUI's hands: fetched where nothing may be fetched, then loaded, unloaded by
ComfyUI and used again; prints what came of it.

Arguments: MODELS VIDEO AUDIO.
"""

import asyncio
import json
import sys

import comfy.model_management as memory
import folder_paths
import torch
from comfy_api.latest import InputImpl
from comfy_execution.utils import CurrentNodeContext
from server import PromptServer

from lipsync_studio.engine.errors import WeightsError
from lipsync_studio.engine.media.sound import Sound
from lipsync_studio.nodes.apply import LipSyncApply
from lipsync_studio.nodes.musetalk import LipSyncMuseTalkBackend, LipSyncMuseTalkLoader

models, video, audio = sys.argv[1:]
torch.set_flush_denormal(True)
sound = Sound.load(audio)
voice = {"waveform": torch.from_numpy(sound.samples)[None], "sample_rate": sound.rate}
PromptServer(asyncio.new_event_loop())
shown: list[str] = []
PromptServer.instance.send_progress_text = lambda text, node: shown.append(text)
with CurrentNodeContext("a prompt", "1"):
    try:
        LipSyncMuseTalkLoader.execute(version="v1.5", download_missing=True)
        said = ""
    except WeightsError as error:
        said = str(error)
announced = list(shown)
folder_paths.add_model_folder_path("musetalk", models, is_default=True)


def render(model: object) -> torch.Tensor:
    (backend,) = LipSyncMuseTalkBackend.execute(version="v1.5", quality="fast", model=model).args
    clip = InputImpl.VideoFromFile(video)
    applied = LipSyncApply.execute(clip, voice, backend, "audio", "hold", "source", "largest")
    return asyncio.run(applied).args[0].get_components().images


loaded: list[int] = []
with torch.inference_mode(), CurrentNodeContext("a prompt", "1"):
    (model,) = LipSyncMuseTalkLoader.execute(version="v1.5").args
    loaded.append(len(memory.current_loaded_models))
    first = render(model)
    loaded.append(len(memory.current_loaded_models))
    memory.unload_all_models()
    loaded.append(len(memory.current_loaded_models))
    second = render(model)
    loaded.append(len(memory.current_loaded_models))
print(
    json.dumps(
        {
            "announced": announced,
            "said": said,
            "loaded": loaded,
            "distance": float((first - second).abs().max()),
            "frames": len(first),
        }
    )
)
