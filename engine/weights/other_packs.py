"""Where packs, scripts and checkouts of the originals keep weight files, by names of their own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from ..host.protocol import Host
from .entries import MUSETALK, WeightFile

_CHECKPOINTS = (
    "custom_nodes/*latentsync*/checkpoints",
    "~/.latentsync16_models",
    "checkout/LatentSync/checkpoints",
)
_WAV2LIP = ("custom_nodes/*wav2lip*/Wav2Lip", "custom_nodes/*wav2lip*", "checkout/Wav2Lip")
_VAE = (
    "sd-vae/config.json",
    "sd-vae/diffusion_pytorch_model.safetensors",
    "sd-vae/diffusion_pytorch_model.bin",
)
_S3FD = "s3fd-619a316812.pth"


@dataclass(frozen=True)
class Layout:
    """How files of one kind lie in a folder of someone else's.

    folders: the first part is `custom_nodes` or `diffusers` of each ComfyUI, `~`, or `checkout`, which is
    beside ComfyUI or in the home folder; `*` stands in the name of a pack, whose case doesn't count.
    names: pairs of the place in our models folder and the one that the same file has there; none where the
    places are ours, as in copies of the `models` folder of MuseTalk's READMEs.
    """

    kind: str
    folders: tuple[str, ...]
    names: tuple[tuple[str, str], ...] = ()

    def theirs(self, file: WeightFile) -> Iterator[tuple[str, int | None]]:
        """Where the file may lie there, and the size by which it is known; any size (None) does where the
        name stands for one file only."""
        for place, size in file.places:
            for ours, theirs in self.names:
                if ours == place:
                    is_shared = [name for _, name in self.names].count(theirs) > 1
                    yield theirs, size if is_shared else None


OTHERS = (
    # ComfyUI-MuseTalk, ComfyUI-MuseTalk_FSH, imageai's node.
    Layout(
        MUSETALK,
        (
            "diffusers/TMElyralab/MuseTalk",
            "custom_nodes/*musetalk*/models",
            "~/.cache/imageai/musetalk",
            "~/.cache/imageai/musetalk/models",
        ),
    ),
    # ComfyUI-LatentSyncWrapper, ComfyUI-LatentSync and ByteDance's checkout: both versions by one name.
    Layout(
        "latentsync",
        _CHECKPOINTS,
        tuple((f"{version}/latentsync_unet.pt", "latentsync_unet.pt") for version in ("1.6", "1.5")),
    ),
    Layout(
        MUSETALK,
        _CHECKPOINTS,
        (
            ("whisper/tiny.pt", "whisper/tiny.pt"),
            *((ours, ours.replace("sd-vae/", "vae/")) for ours in _VAE),
            *((ours, ours.replace("sd-vae/", "stabilityai/sd-vae-ft-mse/")) for ours in _VAE),
        ),
    ),
    Layout("wav2lip", _CHECKPOINTS, ((_S3FD, f"auxiliary/{_S3FD}"), (_S3FD, "s3fd-e19a316812.pth"))),
    # ComfyUI_wav2lip, which has the original in a folder of its own, and the original.
    Layout(
        "wav2lip",
        _WAV2LIP,
        (
            ("wav2lip_gan.pth", "checkpoints/wav2lip_gan.pth"),
            ("wav2lip.pth", "checkpoints/wav2lip.pth"),
            (_S3FD, "face_detection/detection/sfd/s3fd.pth"),
        ),
    ),
    # Where PyTorch puts what face-alignment and the original fetch.
    Layout("wav2lip", ("~/.cache/torch/hub/checkpoints",), ((_S3FD, _S3FD),)),
)


def copies(kind: str, models: list[Path], host: Host) -> Iterator[Path]:
    """Folders, which may not exist, in which files of a kind have our places. models: of each ComfyUI."""
    for layout in OTHERS:
        if layout.kind == kind and not layout.names:
            yield from _folders(layout, models, host)


def renamed(file: WeightFile, models: list[Path], host: Host) -> Path | None:
    """The file where it has another place than ours, or None. models: of each ComfyUI."""
    for layout in OTHERS:
        places = list(layout.theirs(file)) if layout.kind == file.kind else []
        for folder in _folders(layout, models, host) if places else ():
            for place, size in places:
                path = folder / place
                if path.is_file() and (path.stat().st_size == size if size else path.stat().st_size > 0):
                    return path
    return None


def _folders(layout: Layout, models: list[Path], host: Host) -> Iterator[Path]:
    roots = {
        "custom_nodes": [base.parent / "custom_nodes" for base in models],
        "diffusers": [*host.models_folders("diffusers"), *(base / "diffusers" for base in models)],
        "checkout": [*(base.parent.parent for base in models), Path.home()],
        "~": [Path.home()],
    }
    for pattern in layout.folders:
        first, name, *rest = pattern.split("/")
        for root in dict.fromkeys(roots[first]):
            named = [root / name] if "*" not in name else _packs(root, name)
            yield from (each.joinpath(*rest) for each in named)


def _packs(custom_nodes: Path, name: str) -> list[Path]:
    return [each for each in sorted(custom_nodes.glob("*")) if fnmatch(each.name.lower(), name)]
