"""The nodes of cloud services where ComfyUI runs with --disable-api-nodes; prints what each says, in JSON."""

import asyncio
import json

import torch
from comfy.cli_args import args, parser
from comfy_execution.utils import CurrentNodeContext
from loading import load_pack

args.disable_api_nodes = parser.parse_args(["--disable-api-nodes"]).disable_api_nodes
nodes = load_pack()
picture = torch.full((1, 320, 320, 3), 0.5)
voice = {"waveform": torch.rand(1, 1, 32000) - 0.5, "sample_rate": 16000}
permission = {"consent": True, "max_credits": 4, "again": 22}


async def talk():
    voices = {"text": "", "provider": "microsoft", "voice": "Jenny", "ssml": False}
    return await nodes["LipSyncDIDTalk"].execute(image=picture, audio=voice, **voices, **permission)


async def apply():
    (backend,) = nodes["LipSyncDIDBackend"].execute(use_first_frame=False, **permission).args
    return await nodes["LipSyncApply"].execute(
        picture, voice, backend, "audio", "pingpong", "rest", "largest"
    )


async def animate():
    choices = {"use_first_frame": False, "resolution": "720p", "expressiveness": "low"}
    (backend,) = nodes["LipSyncHeyGenBackend"].execute(**choices, **permission).args
    return await nodes["LipSyncApply"].execute(
        picture, voice, backend, "audio", "pingpong", "rest", "largest"
    )


async def dub():
    (backend,) = nodes["LipSyncSyncSoBackend"].execute(model="sync-3", **permission).args
    return await nodes["LipSyncApply"].execute(
        picture, voice, backend, "audio", "pingpong", "rest", "largest"
    )


async def avatar():
    return await nodes["LipSyncSynthesiaVideo"].execute(
        avatar="anna_costume1_cameraA", text="Hello", test=True, consent=True, max_credits=4
    )


async def status():
    return await nodes["LipSyncDIDStatus"].execute()


def said(work) -> str:
    try:
        with CurrentNodeContext("a prompt", "1"):
            return str(asyncio.run(work()).args[0])
    except Exception as error:
        return str(error)


print(json.dumps([said(work) for work in (talk, apply, animate, dub, avatar, status)]))
