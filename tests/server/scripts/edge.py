"""What leaves nodes in which something goes wrong; prints kind and sentence of each by its case, in JSON."""

import asyncio
import json

import comfy.model_management as memory
import folder_paths
from comfy_api.latest import io

import lipsync_studio.nodes as nodes
from lipsync_studio.engine.errors import OutputError, VideoError
from lipsync_studio.nodes.edge import guard
from lipsync_studio.nodes.output_files import output_file

unloaded = []
memory.unload_all_models = lambda: unloaded.append(True)


def failing(error):
    class Sync(io.ComfyNode):
        @classmethod
        def define_schema(cls):
            return io.Schema(node_id="Sync", inputs=[], outputs=[])

        @classmethod
        def execute(cls, **inputs):
            raise error

    class Async(Sync):
        @classmethod
        async def execute(cls, **inputs):
            raise error

    return guard(Sync), guard(Async)


def outcome(node):
    try:
        if node.FUNCTION.endswith("ASYNC"):
            asyncio.run(node.EXECUTE_NORMALIZED_ASYNC())
        else:
            node.EXECUTE_NORMALIZED()
    except BaseException as error:
        return [type(error).__name__, str(error), type(error.__cause__).__name__]


told = {
    name: [outcome(node) for node in failing(error)]
    for name, error in {
        "system": OSError(28, "No space left on device", "/x"),
        "programming": TypeError("'NoneType' object is not iterable"),
        "ours": VideoError("Mine."),
        "memory": memory.OOM_EXCEPTION("CUDA out of memory."),
        "stopped": memory.InterruptProcessingException(),
    }.items()
}
told["unloaded"] = len(unloaded)


folder_paths.set_output_directory("/proc/nowhere")
try:
    output_file("lyrics/ComfyUI", ".srt")
except OutputError as error:
    told["output folder"] = str(error)


async def functions():
    found = await nodes.LipSyncStudio().get_node_list()
    return [[node.__name__, hasattr(node.execute, "__wrapped__")] for node in found]


told["nodes"] = asyncio.run(functions())
print(json.dumps(told))
