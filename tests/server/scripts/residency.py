"""Networks on a device that counts what is moved to it: by ComfyUI's dynamic patcher alone, in a host's
hands, and MuseTalk with an upscale model; prints the counts.

Arguments: VIDEO AUDIO. The models folder holds seeded networks.
"""

import asyncio
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2] / "support"))

import comfy.model_management as memory
import comfy.model_patcher
import torch
from comfy_api.latest import InputImpl
from comfy_execution.utils import CurrentNodeContext
from comfy_extras.nodes_upscale_model import UpscaleModelLoader
from counted_device import DEVICE, CountedDevice
from server import PromptServer

from lipsync_studio.engine.host.comfy import ComfyHost
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
load_models_gpu = memory.load_models_gpu


def load_and_note(models: list[Any], **options: Any) -> None:
    loads.append(len(models))
    load_models_gpu(models, **options)


memory.load_models_gpu = load_and_note


def network() -> torch.nn.Module:
    return torch.nn.Sequential(torch.nn.Linear(64, 64), torch.nn.BatchNorm1d(64)).eval().requires_grad_(False)


def users_own(device: CountedDevice) -> Any:
    """A network of the user's, as ComfyUI's own nodes load it; plain layers, as upscale models have."""
    net = network()
    device.follow("user's", net)
    return comfy.model_patcher.CoreModelPatcher(net, DEVICE, torch.device("cpu"))


def dynamic_patcher(device: CountedDevice) -> dict[str, Any]:
    """What four loads of a network by ComfyUI's own patcher move, in sizes of the network."""
    patcher = users_own(device)
    for _ in range(4):
        memory.load_models_gpu([patcher])
    moved = device.uploaded.pop("user's") / sum(w.nbytes for w in patcher.model.parameters())
    memory.unload_all_models()
    return {"dynamic": patcher.is_dynamic(), "moved": moved}


def hosts_hands(device: CountedDevice) -> dict[str, Any]:
    host, told = ComfyHost(), {}
    first, second = network(), network()
    size = device.follow("first", first)
    device.follow("second", second)
    one, other = host.manage(first), host.manage(second)
    user = users_own(device)
    memory.load_models_gpu([user])
    loads.clear()
    with host.resident(one, other, activation_bytes=1 << 20):
        for _ in range(3):
            with host.resident(one, activation_bytes=1 << 30):
                one.module(torch.ones(2, 64))
        told["loads in a stage"] = list(loads)
        emptied = device.emptied
        host.free_memory()
        told["left by making room"] = sorted(device.there(each) for each in (first, second, user.model))
        told["given back"] = device.emptied > emptied
        host.convert(one, torch.bfloat16)
        told["converted"] = [
            str(first[0].weight.dtype),
            device.there(first),
            one.patcher.model_size() <= size,
        ]
        told["moved by converting"] = device.uploaded["first"] / size
    with host.resident(one, other):
        pass
    told["moved by a second stage"] = device.uploaded["second"] / size
    host.free_memory()
    told["left at the end"] = [device.there(first), device.there(second)]
    device.capacity = device.used + 1000
    with host.resident(one):
        told["whole on a full device"] = device.there(first)
    device.capacity = 8 << 30
    memory.unload_all_models()
    return told


def musetalk(device: CountedDevice) -> dict[str, Any]:
    device.uploaded.clear()
    (model,) = LipSyncMuseTalkLoader.execute(version="v1.5").args
    (upscaler,) = UpscaleModelLoader.execute("twice.pth").args
    networks = {name: getattr(model, name).module for name in ("unet", "vae", "whisper", "parser")}
    networks["upscaler"] = upscaler.model
    sizes = {name: device.follow(name, network) for name, network in networks.items()}
    called: Counter[str] = Counter()
    elsewhere: set[str] = set()
    for name, net in networks.items():

        def note(*_: Any, name: str = name, net: torch.nn.Module = net) -> None:
            called[name] += 1
            if not device.there(net):
                elsewhere.add(name)

        # What is called of a VAE are its halves.
        for part in (net.encoder, net.decoder) if name == "vae" else (net,):
            part.register_forward_pre_hook(note)
    loads.clear()
    (backend,) = LipSyncMuseTalkBackend.execute(
        version="v1.5", quality="balanced", model=model, upscale_model=upscaler, batch_size=4
    ).args
    clip = InputImpl.VideoFromFile(video)
    applied = LipSyncApply.execute(clip, voice, backend, "audio", "hold", "source", "largest")
    frames = len(asyncio.run(applied).args[0].get_components().images)
    return {
        "dynamic": upscaler.patcher.is_dynamic(),
        "frames": frames,
        "called": called,
        "elsewhere": sorted(elsewhere),
        "loads": loads,
        "moved": {name: device.uploaded[name] / size for name, size in sizes.items()},
    }


with CountedDevice() as device, torch.inference_mode(), CurrentNodeContext("a prompt", "1"):
    parts = {part.__name__: part(device) for part in (dynamic_patcher, hosts_hands, musetalk)}
print(json.dumps(parts))
