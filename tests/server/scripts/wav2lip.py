"""Wav2Lip's node in ComfyUI: without and with consent, and with upscale models of both kinds; prints what
came of it.

Arguments: MODELS VIDEO AUDIO.
"""

import asyncio
import json
import sys
from pathlib import Path
from types import SimpleNamespace

sys.path.insert(0, str(Path(__file__).parents[2] / "support"))

import comfy.model_management as memory
import comfy.model_patcher
import folder_paths
import numpy as np
import torch
from comfy_api.latest import InputImpl
from comfy_execution.utils import CurrentNodeContext
from musetalk_media import repeating_upscaler
from server import PromptServer
from spandrel import ImageModelDescriptor, ModelLoader, SizeRequirements
from spandrel.architectures.GFPGAN import GFPGAN

from lipsync_studio.backends.wav2lip.spec import TERMS
from lipsync_studio.engine.consent import Consents
from lipsync_studio.engine.errors import ConsentError
from lipsync_studio.engine.media.sound import Sound
from lipsync_studio.engine.parity import seed
from lipsync_studio.nodes.apply import LipSyncApply
from lipsync_studio.nodes.restore import face_restorer
from lipsync_studio.nodes.wav2lip import LipSyncWav2LipBackend

models, video, audio = sys.argv[1:]
SIDE = 64
torch.set_flush_denormal(True)
PromptServer(asyncio.new_event_loop())
PromptServer.instance.send_progress_text = lambda text, node: None
folder_paths.add_model_folder_path("wav2lip", models, is_default=True)
sound = Sound.load(audio)
voice = {"waveform": torch.from_numpy(sound.samples)[None], "sample_rate": sound.rate}


def with_patcher(descriptor: ImageModelDescriptor) -> ImageModelDescriptor:
    """As the core's loader gives it."""
    descriptor.patcher = comfy.model_patcher.CoreModelPatcher(
        descriptor.model, load_device=memory.get_torch_device(), offload_device=torch.device("cpu")
    )
    return descriptor


def small_gfpgan() -> ImageModelDescriptor:
    """spandrel's own, seeded, for faces of 64 pixels."""
    net = GFPGAN(
        out_size=SIDE, num_style_feat=32, channel_multiplier=1, decoder_load_path=None, fix_decoder=False,
        num_mlp=2, input_is_latent=True, different_w=True, narrow=0.125, sft_half=True,
    )  # fmt: skip
    seed(net)
    return with_patcher(
        ImageModelDescriptor(
            net, net.state_dict(), architecture=SimpleNamespace(id="GFPGAN", name="GFPGAN"),
            purpose="FaceSR", tags=[],
            supports_half=False, supports_bfloat16=True, scale=1, input_channels=3, output_channels=3,
            size_requirements=SizeRequirements(minimum=SIDE), call_fn=lambda model, image: model(image)[0],
        )
    )  # fmt: skip


def render(**inputs: object) -> torch.Tensor:
    choices = {"version": "wav2lip_gan", "quality": "fast", "pad_bottom": 10.0, "mask": "jaw", **inputs}
    (backend,) = LipSyncWav2LipBackend.execute(**choices).args
    clip = InputImpl.VideoFromFile(video)
    applied = LipSyncApply.execute(clip, voice, backend, "audio", "hold", "source", "largest")
    return asyncio.run(applied).args[0].get_components().images


gfpgan = small_gfpgan()
upscaler = with_patcher(ModelLoader().load_from_state_dict(repeating_upscaler()))
face = np.random.default_rng(0).integers(0, 256, (SIDE, SIDE, 3)).astype(np.uint8)
whole, enlarging = face_restorer(gfpgan, 0.7, 96), face_restorer(upscaler, 0.5, 96)
with torch.inference_mode(), CurrentNodeContext("a prompt", "1"):
    once, again = whole.restore(face[None]), whole.restore(face[None])
    given = torch.from_numpy(face).permute(2, 0, 1)[None] / 127.5 - 1
    wanted = (gfpgan.model(given, randomize_noise=False)[0] + 1).clamp(0, 2) * 127.5
    try:
        render()
        said = ""
    except ConsentError as error:
        said = str(error)
    Consents(Path(folder_paths.get_system_user_directory("lipsync_studio"))).give(TERMS)
    plain, restored = render(), render(upscale_model=gfpgan, upscale_strength=0.7)
    enlarged = render(upscale_model=upscaler)
print(
    json.dumps(
        {
            "said": said,
            "sides": [whole.side, enlarging.side],
            "strengths": [whole.strength, enlarging.strength],
            "enlarged": list(enlarging.enlarge([face])[0].shape),
            "deterministic": bool((once == again).all()),
            "off": float(np.abs(once[0] - wanted[0].permute(1, 2, 0).numpy()).max()),
            "frames": len(plain),
            "restored": float((restored - plain).abs().amax((1, 2, 3)).min()),
            "repeated": float((enlarged - plain).abs().mean()),
            "changed": float(((restored - plain).abs().amax((0, 3)) > 0.1).float().mean()),
        }
    )
)
