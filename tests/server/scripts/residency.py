"""MuseTalk with an upscale model on a device that counts what is moved to it; prints the counts.

Arguments: VIDEO AUDIO. The models folder holds seeded networks.
"""

import asyncio
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "support"))

import comfy.model_management as memory
import torch
from comfy_api.latest import InputImpl
from comfy_execution.utils import CurrentNodeContext
from comfy_extras.nodes_upscale_model import UpscaleModelLoader
from counted_device import CountedDevice
from server import PromptServer

from lipsync_studio.engine.media.sound import Sound
from lipsync_studio.nodes.apply import LipSyncApply
from lipsync_studio.nodes.musetalk import LipSyncMuseTalkBackend, LipSyncMuseTalkLoader

video, audio = sys.argv[1:]
torch.set_flush_denormal(True)
sound = Sound.load(audio)
voice = {"waveform": torch.from_numpy(sound.samples)[None], "sample_rate": sound.rate}
PromptServer(asyncio.new_event_loop())
PromptServer.instance.send_progress_text = lambda text, node: None
loads: list[int] = []
load = memory.load_models_gpu
memory.load_models_gpu = lambda models, **options: (loads.append(len(models)), load(models, **options))[1]

with CountedDevice() as device, torch.inference_mode(), CurrentNodeContext("a prompt", "1"):
    (model,) = LipSyncMuseTalkLoader.execute(version="v1.5").args
    (upscaler,) = UpscaleModelLoader.execute("twice.pth").args
    networks = {name: getattr(model, name).module for name in ("unet", "vae", "whisper", "parser")}
    networks["upscaler"] = upscaler.model
    sizes = {name: device.follow(name, network) for name, network in networks.items()}
    calls = dict.fromkeys(("unet", "vae", "upscaler"), 0)

    def count(name):
        def called(*_):
            calls[name] += 1

        return called

    for name in ("unet", "upscaler"):
        networks[name].register_forward_pre_hook(count(name))
    (backend,) = LipSyncMuseTalkBackend.execute(
        version="v1.5", quality="balanced", model=model, upscale_model=upscaler, batch_size=4
    ).args
    applied = LipSyncApply.execute(
        InputImpl.VideoFromFile(video), voice, backend, "audio", "hold", "source", "largest"
    )
    frames = len(asyncio.run(applied).args[0].get_components().images)
    print(
        json.dumps(
            {
                "dynamic": upscaler.patcher.is_dynamic(),
                "frames": frames,
                "batches": calls["unet"],
                "upscaled": calls["upscaler"],
                "loads": loads,
                "sizes": sizes,
                "uploaded": device.uploaded,
                "fetched": device.fetched,
            }
        )
    )
