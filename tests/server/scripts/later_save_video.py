"""The SaveVideo nodes of prompts as a ComfyUI takes them whose SaveVideo has the codec inside of its format;
prints for each its prompt's name, the errors that ComfyUI found and the inputs that the node gets, in JSON.
Argument: the prompts' FOLDER."""

import asyncio
import json
import sys
from pathlib import Path

import execution
from comfy_api.latest import _io, io
from comfy_execution.graph import DynamicPrompt
from server import PromptServer

import nodes


class Clip(io.ComfyNode):
    @classmethod
    def define_schema(cls):
        return io.Schema(node_id="Clip", outputs=[io.Video.Output()])

    @classmethod
    def execute(cls):
        raise NotImplementedError("nothing is run")


def codec(**options):
    kinds = [io.DynamicCombo.Option("auto", []), io.DynamicCombo.Option("h264", [])]
    return io.DynamicCombo.Input("codec", options=kinds, **options)


class SaveVideo(io.ComfyNode):
    """With the inputs that it has there; the last one is hidden, for prompts of old."""

    @classmethod
    def define_schema(cls):
        formats = [io.DynamicCombo.Option(name, [codec()]) for name in ("auto", "mp4", "mkv")]
        return io.Schema(
            node_id="SaveVideo",
            inputs=[
                io.Video.Input("video"),
                io.String.Input("filename_prefix"),
                io.DynamicCombo.Input("format", options=formats),
                codec(optional=True),
            ],
            is_output_node=True,
        )

    @classmethod
    def execute(cls, **inputs):
        raise NotImplementedError("nothing is run")


nodes.NODE_CLASS_MAPPINGS.clear()
nodes.NODE_CLASS_MAPPINGS.update(Clip=Clip, SaveVideo=SaveVideo)
loop = asyncio.new_event_loop()
PromptServer(loop)
told = []
for path in sorted(Path(sys.argv[1]).glob("*.json")):
    for node in json.loads(path.read_text(encoding="utf-8")).values():
        if node["class_type"] != "SaveVideo":
            continue
        node["inputs"]["video"] = ["clip", 0]
        prompt = {"clip": {"class_type": "Clip", "inputs": {}}, "save": node}
        _, error, _, errors = loop.run_until_complete(execution.validate_prompt("a prompt", prompt, None))
        found, _, v3 = execution.get_input_data(
            node["inputs"], SaveVideo, "save", None, DynamicPrompt(prompt), {}
        )
        plain = {name: values[0] for name, values in found.items()}
        inputs = _io.build_nested_inputs(plain, v3)
        told.append((path.stem, errors or (error or {}), inputs))
print(json.dumps(told))
