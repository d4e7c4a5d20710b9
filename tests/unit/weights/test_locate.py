"""Files are found in every layout there is, and used where they lie."""

import dataclasses
import re
from pathlib import Path

import pytest

from lipsync_studio.backends.catalogue import CATALOGUE
from lipsync_studio.engine.errors import MissingFilesError
from lipsync_studio.engine.host.plain import PlainHost
from lipsync_studio.engine.weights import locate
from lipsync_studio.engine.weights.entries import EVERYTHING
from lipsync_studio.engine.weights.locate import find, require
from lipsync_studio.engine.weights.other_packs import OTHERS

SETS = CATALOGUE.sets
V15_README = (
    "musetalk/musetalk.json",
    "musetalk/pytorch_model.bin",
    "musetalkV15/musetalk.json",
    "musetalkV15/unet.pth",
    "sd-vae/config.json",
    "sd-vae/diffusion_pytorch_model.bin",
    "whisper/config.json",
    "whisper/pytorch_model.bin",
    "whisper/preprocessor_config.json",
    "dwpose/dw-ll_ucoco_384.pth",
    "face-parse-bisent/79999_iter.pth",
    "face-parse-bisent/resnet18-5c106cde.pth",
)
V10_README = (
    "musetalk/musetalk.json",
    "musetalk/pytorch_model.bin",
    "sd-vae-ft-mse/config.json",
    "sd-vae-ft-mse/diffusion_pytorch_model.bin",
    "whisper/tiny.pt",
    "dwpose/dw-ll_ucoco_384.pth",
    "face-parse-bisent/79999_iter.pth",
)
HUB = "models--TMElyralab--MuseTalk/snapshots/3ef28bc5cff08c90ad8178a25f1b570cd800170f"


def lay(folder, names):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"x")


def relative(paths, folder):
    return {name: str(path.relative_to(folder)) for name, path in paths.items()}


@pytest.mark.parametrize(
    "place",
    [
        "models/musetalk",
        "models/diffusers/TMElyralab/MuseTalk",
        "custom_nodes/ComfyUI-MuseTalk_FSH/models",
        "custom_nodes/comfyui-musetalk_fsh/models",
        "home/.cache/imageai/musetalk",
        "home/.cache/imageai/musetalk/models",
    ],
)
def test_the_first_readmes_layout_in_every_place(host, home, place):
    lay(home / place, V10_README)
    found = require(SETS["musetalk-v1.0"], host)
    assert relative(found, home / place) == {
        "unet": "musetalk/pytorch_model.bin",
        "unet_config": "musetalk/musetalk.json",
        "vae": "sd-vae-ft-mse/diffusion_pytorch_model.bin",
        "vae_config": "sd-vae-ft-mse/config.json",
        "whisper": "whisper/tiny.pt",
    }
    assert relative(require(SETS["face-parsing"], host), home / place) == {
        "bisenet": "face-parse-bisent/79999_iter.pth"
    }
    assert set(require(SETS["dwpose-mmpose"], host)) == {"dwpose_checkpoint"}


def test_the_second_readmes_layout(host, home):
    folder = home / "models" / "musetalk"
    lay(folder, V15_README)
    assert relative(require(SETS["musetalk-v1.5"], host), folder) == {
        "unet": "musetalkV15/unet.pth",
        "unet_config": "musetalkV15/musetalk.json",
        "vae": "sd-vae/diffusion_pytorch_model.bin",
        "vae_config": "sd-vae/config.json",
        "whisper": "whisper/pytorch_model.bin",
        "whisper_config": "whisper/config.json",
        "whisper_preprocessor": "whisper/preprocessor_config.json",
    }


WRAPPER = (
    "latentsync_unet.pt",
    "whisper/tiny.pt",
    "vae/config.json",
    "vae/diffusion_pytorch_model.safetensors",
)


def of_size(path, size):
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.truncate(size)


@pytest.mark.parametrize(
    "place",
    [
        "custom_nodes/ComfyUI-LatentSyncWrapper/checkpoints",
        "custom_nodes/comfyui-latentsyncwrapper/checkpoints",
        "home/.latentsync16_models",
        "home/LatentSync/checkpoints",
    ],
)
@pytest.mark.parametrize(("version", "other"), [("1.6", "1.5"), ("1.5", "1.6")])
def test_latentsyncs_files_in_other_packs(host, home, place, version, other):
    sets = SETS[f"latentsync-{version}"], SETS[f"latentsync-{other}"]
    lay(home / place, WRAPPER)
    assert "unet" not in locate.locate(sets[0], host)  # one name for both versions, which the size tells
    of_size(home / place / "latentsync_unet.pt", sets[0].files[0].bytes)
    assert relative(require(sets[0], host), home / place) == {
        "unet": "latentsync_unet.pt",
        "vae": "vae/diffusion_pytorch_model.safetensors",
        "vae_config": "vae/config.json",
        "whisper": "whisper/tiny.pt",
    }
    assert "unet" not in locate.locate(sets[1], host)
    own = home / "models" / "latentsync" / version / "latentsync_unet.pt"
    lay(own.parent, [own.name])
    assert require(sets[0], host)["unet"] == own


def test_the_autoencoder_as_another_latentsync_pack_has_it(host, home):
    vae = home / "custom_nodes/ComfyUI-LatentSync/checkpoints/stabilityai/sd-vae-ft-mse"
    lay(vae, ["diffusion_pytorch_model.bin"])
    assert locate.locate(SETS["latentsync-1.6"], host) == {"vae": vae / "diffusion_pytorch_model.bin"}


@pytest.mark.parametrize(
    "place",
    [
        "custom_nodes/ComfyUI_wav2lip/Wav2Lip",
        "custom_nodes/comfyui_wav2lip/Wav2Lip",
        "custom_nodes/Wav2Lip",
        "home/Wav2Lip",
    ],
)
def test_wav2lips_files_in_other_packs(host, home, place):
    names = {
        "wav2lip-gan": "checkpoints/wav2lip_gan.pth",
        "wav2lip": "checkpoints/wav2lip.pth",
        "s3fd": "face_detection/detection/sfd/s3fd.pth",
    }
    for name in names:
        assert not locate.locate(SETS[name], host)
    lay(home / place, names.values())
    for name, path in names.items():
        assert list(require(SETS[name], host).values()) == [home / place / path]


@pytest.mark.parametrize(
    "place",
    [
        "home/.latentsync16_models/s3fd-e19a316812.pth",
        "home/LatentSync/checkpoints/auxiliary/s3fd-619a316812.pth",
        "home/.cache/torch/hub/checkpoints/s3fd-619a316812.pth",
    ],
)
def test_the_face_detector_where_others_fetch_it_to(host, home, place):
    lay(home, [place])
    assert require(SETS["s3fd"], host) == {"s3fd": home / place}


def test_checkouts_lie_beside_comfyui_too(home, monkeypatch):
    monkeypatch.setenv("LIPSYNC_MODELS", str(home / "ComfyUI" / "models"))
    lay(home / "Wav2Lip", ["checkpoints/wav2lip_gan.pth"])
    with PlainHost() as host:
        found = require(SETS["wav2lip-gan"], host)
    assert found == {"generator": home / "Wav2Lip" / "checkpoints" / "wav2lip_gan.pth"}


def test_the_table_of_other_packs_names_files_of_the_catalogue():
    known = {
        (file.kind, place)
        for weights in SETS.values()
        for file in weights.files
        for place, _ in file.places
    }  # fmt: skip
    named = {(layout.kind, ours) for layout in OTHERS for ours, _ in layout.names}
    assert named
    assert named <= known


def test_the_hubs_cache_serves_where_nothing_else_does(host, home):
    cache = home / "cache"
    lay(cache / HUB, ["musetalkV15/unet.pth", "musetalkV15/musetalk.json"])
    unet = SETS["musetalk-v1.5"].files[0]
    # A whole copy of MuseTalk's folder counts like any other folder of that layout.
    assert find(unet, host) == cache / HUB / "musetalkV15" / "unet.pth"
    vae = next(file for file in SETS["musetalk-v1.5"].files if file.name == "vae")
    snapshot = cache / f"models--stabilityai--sd-vae-ft-mse/snapshots/{vae.revision}"
    snapshot.mkdir(parents=True)
    with (snapshot / vae.path).open("wb") as file:
        file.truncate(vae.bytes - 1)
    assert find(vae, host) is None
    with (snapshot / vae.path).open("wb") as file:
        file.truncate(vae.bytes)
    assert find(vae, host) == snapshot / vae.path


def test_the_users_own_folder_comes_first_and_a_whole_file_before_a_broken_one(host, home):
    vae = next(file for file in SETS["musetalk-v1.5"].files if file.name == "vae")
    lay(home / "home/.cache/imageai/musetalk", ["sd-vae/diffusion_pytorch_model.safetensors"])
    lay(home / "models/musetalk", ["sd-vae-ft-mse/diffusion_pytorch_model.bin"])
    assert find(vae, host).name == "diffusion_pytorch_model.bin"
    lay(home / "models/musetalk", ["sd-vae/diffusion_pytorch_model.safetensors"])
    assert find(vae, host) == home / "models/musetalk/sd-vae/diffusion_pytorch_model.safetensors"
    with (home / "models/musetalk/sd-vae-ft-mse/diffusion_pytorch_model.bin").open("wb") as file:
        file.truncate(334_707_217)
    assert find(vae, host).name == "diffusion_pytorch_model.bin"


def test_a_pack_in_custom_nodes_looks_into_its_comfyui(host, home, monkeypatch):
    monkeypatch.setattr(locate, "_PACK", home / "ComfyUI" / "custom_nodes" / "lipsync-studio")
    lay(home / "ComfyUI" / "models" / "musetalk", V15_README)
    assert len(require(SETS["musetalk-v1.5"], host)) == 7


def test_transformers_models_are_taken_from_one_folder(host, home):
    ctc = SETS["ctc-en"]
    names = [file.path for file in ctc.files]
    own = home / "models" / "lipsync_align" / "wav2vec2-base-960h"
    lay(own, names[:3])
    snapshot = home / "cache" / f"models--facebook--wav2vec2-base-960h/snapshots/{ctc.files[0].revision}"
    lay(snapshot, names)
    assert {path.parent for path in require(SETS["ctc-en"], host).values()} == {snapshot}
    lay(own, names)
    assert {path.parent for path in require(SETS["ctc-en"], host).values()} == {own}


def test_what_is_missing_is_one_sentence_with_size_folder_node_and_command(host, home):
    with pytest.raises(MissingFilesError) as raised:
        require(SETS["musetalk-v1.5"], host)
    text = str(raised.value)
    assert text.count("\n") == 0
    for part in (
        "musetalkV15/unet.pth",
        "3.9 GB",
        str(home / "models" / "musetalk"),
        "Model Manager (LipSync)",
        "python -m lipsync_studio weights download musetalk-v1.5",
    ):
        assert part in text
    lay(home / "models" / "musetalk", V15_README[3:4])
    with pytest.raises(MissingFilesError, match="lacks sd-vae/diffusion_pytorch_model.safetensors, whisper"):
        require(SETS["musetalk-v1.5"], host)


def test_require_can_fetch_what_is_missing(hub, host, make_set, offered, content, caplog):
    with caplog.at_level("INFO"):
        found = require(make_set(offered), host, download=True)
    assert found["net"].read_bytes() == content
    assert "4.0 MB" in caplog.text
    assert "MIT" in caplog.text


# Nobody here has seen the digests of their files: what arrives is held against the hub's own, and a later
# commit of the branch would be taken.
UNSEEN = {
    "ZJYang/AniPortrait",
    "fudan-generative-ai/hallo2",
    "lambdalabs/sd-image-variations-diffusers",
    "vinthony/SadTalker-V002rc",
    *(
        f"jonatasgrosman/wav2vec2-large-xlsr-53-{language}"
        for language in ("french", "german", "italian", "polish", "portuguese", "russian", "spanish")
    ),
}


def test_the_catalogue_is_whole():
    seen = {}
    for weights in SETS.values():
        assert weights.licence_note.endswith(".")
        assert weights.kind in CATALOGUE.kinds
        assert len({file.name for file in weights.files}) == len(weights.files)
        for file in weights.files:
            if file.by_hand:
                assert (file.repo, file.revision, file.path) == ("", "", "")
            else:
                # A branch will do where the digest says what the file is.
                pinned = re.fullmatch("[0-9a-f]{40}", file.revision)
                assert pinned or (file.revision == "main" and (file.sha256 or file.repo in UNSEEN))
            assert file.licence
            assert file.kind in CATALOGUE.kinds
            assert file.sha256 is None or len(bytes.fromhex(file.sha256)) == 32
            assert not Path(file.place).is_absolute()
            # What several sets hold is the same file in the same place.
            known = seen.setdefault((file.kind, file.place), file)
            assert dataclasses.replace(known, name=file.name) == file
    assert {name for names in CATALOGUE.bundles.values() for name in names} <= set(SETS)
    assert CATALOGUE.select([EVERYTHING]) == list(SETS.values())
