"""ComfyUI's own reading of the pack's description, which its Manager and the registry go by."""

import json
import subprocess
import sys

from lipsync_studio.devtools.paths import ROOT

READ = """
import json, sys
sys.path.insert(0, sys.argv[1])
from comfy_config.config_parser import extract_node_configuration
print(extract_node_configuration(sys.argv[2]).model_dump_json())
"""


def test_comfyui_reads_all_of_it(comfy):
    done = subprocess.run(
        [sys.executable, "-c", READ, str(comfy), str(ROOT)], capture_output=True, text=True, check=True
    )
    read = json.loads(done.stdout)
    project, tool = read["project"], read["tool_comfy"]
    assert project["name"] == "lipsync-studio"
    assert project["supported_os"] == ["OS Independent"]
    # A single one that ComfyUI doesn't know empties the list.
    assert len(project["supported_accelerators"]) == 4
    assert project["supported_comfyui_version"] == ">=0.30.0"
    assert "av>=18" in project["dependencies"]
    assert project["urls"]["repository"].endswith("/lipsync-studio/lipsync-studio")
    assert project["urls"]["issues"]
    assert project["license"]["file"] == "LICENSE"
    assert (tool["publisher_id"], tool["display_name"]) == ("lipsync-studio", "LipSync Studio")
    assert tool["icon"].endswith("/docs/icon.png")
