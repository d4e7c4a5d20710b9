"""Exercises ComfyHost in the place of a node that is being executed; prints what ComfyUI was told."""

import asyncio
import json
import time
from pathlib import Path
from types import SimpleNamespace

import comfy.model_management as memory
import comfy.utils
import folder_paths
import torch
from comfy_execution.utils import CurrentNodeContext
from PIL import Image
from server import PromptServer

import lipsync_studio.engine.host.comfy as module
from lipsync_studio.engine.host.comfy import ComfyHost


class Network(torch.nn.Linear):
    """Like a diffusers model, it has a `device` that can't be set."""

    @property
    def device(self) -> torch.device:
        return self.weight.device


server = PromptServer(asyncio.new_event_loop())
texts: list[tuple[str, str]] = []
PromptServer.instance.send_progress_text = lambda text, node: texts.append((text, node))
bars: list[list] = []
comfy.utils.set_progress_bar_global_hook(
    lambda value, total, preview, node_id=None: bars.append([node_id, value, total, preview is not None])
)

with CurrentNodeContext("a prompt", "7"):
    host = ComfyHost()
picture = Image.new("RGB", (8, 8))
wanted = [host.wants_preview()]
server.client_id = "a page"
wanted.append(host.wants_preview())
server.sockets["a page"] = None
wanted.append(host.wants_preview())
host.progress("Finding faces", 5, 5, picture)
wanted.append(host.wants_preview())
host.progress("Painting mouths", 1, 100, picture)
clock = [time.monotonic()]
module.time = SimpleNamespace(monotonic=lambda: clock[0])
for done in (10, 20, 30):
    clock[0] += 2
    host.progress("Painting mouths", done, 100)
wanted.append(host.wants_preview())
host.progress("Painting mouths", 100, 100)

memory.interrupt_current_processing()
try:
    host.progress("Painting mouths", 100, 100)
    interrupted = False
except memory.InterruptProcessingException:
    interrupted = True

network = Network(4, 2)
model = host.manage(network)
with host.resident(model, activation_bytes=1 << 20):
    host.free_memory(1 << 20)
    output = model.module(torch.ones(3, 4, device=model.device))

temp = host.temp_file(".mp4")
print(
    json.dumps(
        {
            "texts": texts,
            "bars": bars,
            "wanted": wanted,
            "interrupted": interrupted,
            "same module": model.module is network,
            "device": str(model.device),
            "output": list(output.shape),
            "out of memory": [
                host.is_out_of_memory(torch.AcceleratorError("CUDA error: out of memory")),
                host.is_out_of_memory(torch.OutOfMemoryError("CUDA out of memory.")),
                host.is_out_of_memory(RuntimeError("cuDNN error: CUDNN_STATUS_ALLOC_FAILED")),
                host.is_out_of_memory(RuntimeError("shapes differ")),
            ],
            "loaded": len(memory.current_loaded_models),
            "temp in comfy": temp.parent == Path(folder_paths.get_temp_directory()),
            "temp folder made": temp.parent.is_dir(),
            "temp file made": temp.exists(),
            "models": str(host.models_folder("lipsync_test")),
            "known": "lipsync_test" in folder_paths.folder_names_and_paths,
            "detection": str(host.models_folder("detection")),
        }
    )
)
