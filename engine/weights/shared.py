"""Files that several engines use, whoever brings them: data alone."""

from __future__ import annotations

from .entries import MUSETALK, Twin, WeightFile, WeightSet

_APACHE = "Apache-2.0"
_PARSER_NOTE = (
    "Code MIT; the weights were trained on CelebAMask-HQ, which is for non-commercial research. A mask drawn "
    "from the face's landmarks needs no such file."
)
_VAE_REPO = ("stabilityai/sd-vae-ft-mse", "31f26fdeee1355a5c34592e401dd41e45d25a493")
_WHISPER_REPO = ("openai/whisper-tiny", "169d4a4341b33bc18d8881c4b69c2e104e1cc0af")
_DWPOSE_REPO = ("yzd-v/DWPose", "1a7144101628d69ee7a3768d1ee3a094070dc388")
_PARSER_REPO = ("ManyOtherFunctions/face-parse-bisent", "0073b233a5a3c4b1377d4dbf49245017938a72b5")

# Stable Diffusion's autoencoder, fine-tuned.
SD_VAE = (
    WeightFile(
        "vae", *_VAE_REPO, "diffusion_pytorch_model.safetensors",
        334_643_276, "a1d993488569e928462932c8c38a0760b874d166399b14414135bd9c42df5815",
        "MIT", MUSETALK, "sd-vae/diffusion_pytorch_model.safetensors",
        also=("sd-vae-ft-mse/diffusion_pytorch_model.safetensors",),
        twins=(
            Twin(
                ("sd-vae/diffusion_pytorch_model.bin", "sd-vae-ft-mse/diffusion_pytorch_model.bin"),
                334_707_217, "1b4889b6b1d4ce7ae320a02dedaeff1780ad77d415ea0d744b476155c6377ddc",
            ),
        ),
    ),
    WeightFile(
        "vae_config", *_VAE_REPO, "config.json",
        547, "92d3dfb746fca211a2c9e019e285f8597412211728dce3c5bcf4eda0f2d62e7e",
        "MIT", MUSETALK, "sd-vae/config.json", also=("sd-vae-ft-mse/config.json",), needed=False,
    ),
)  # fmt: skip

# Whose audio encoder animates mouths.
WHISPER_TINY = (
    WeightFile(
        "whisper", *_WHISPER_REPO, "model.safetensors",
        151_061_672, "7ebd0e69e78190ffe1438491fa05cc1f5c1aa3a4c4db3bc1723adbb551ea2395",
        _APACHE, MUSETALK, "whisper/model.safetensors",
        twins=(
            Twin(
                ("whisper/pytorch_model.bin",),
                151_095_027, "9607f98a2b22d9e229ae43c52ecea79dcede9e0c5cfae67e8da6eda86d8aac1d",
            ),
            # OpenAI's own file, of which the others are conversions: what the v1.0 README names.
            Twin(
                ("whisper/tiny.pt",),
                75_572_083, "65147644a518d12f04e32d6f3b26facc3f8dd46e5390956a9424a650c0ce22b9",
            ),
        ),
    ),
    WeightFile(
        "whisper_config", *_WHISPER_REPO, "config.json",
        1_983, "ffdccec4f3211f4c63310f2b7098f309fe70f3952cedc5e4d11e43f5b2379b98",
        _APACHE, MUSETALK, "whisper/config.json", needed=False,
    ),
    WeightFile(
        "whisper_preprocessor", *_WHISPER_REPO, "preprocessor_config.json",
        184_990, "9b5cd03a36fbb8a627c64d98a5b5b126ead95a77720723944487311f0110b666",
        _APACHE, MUSETALK, "whisper/preprocessor_config.json", needed=False,
    ),
)  # fmt: skip


def _single(name: str, title: str, note: str, file: WeightFile) -> WeightSet:
    return WeightSet(name, title, MUSETALK, (file,), note)


FACE_PARSING = _single(
    "face-parsing", "Face parsing (BiSeNet)", _PARSER_NOTE,
    WeightFile(
        "bisenet", *_PARSER_REPO, "79999_iter.pth",
        53_289_463, "468e13ca13a9b43cc0881a9f99083a430e9c0a38abd935431d1c28ee94b26567",
        "MIT code, non-commercial data", MUSETALK, "face-parse-bisent/79999_iter.pth",
        also=("face-parse-bisent/parsing_bisenet.pth", "parsing_bisenet.pth"),
    ),
)  # fmt: skip
DWPOSE = _single(
    "dwpose", "DWPose landmarks (ONNX)", "Apache-2.0.",
    WeightFile(
        "dwpose", *_DWPOSE_REPO, "dw-ll_ucoco_384.onnx",
        134_399_116, "724f4ff2439ed61afb86fb8a1951ec39c6220682803b4a8bd4f598cd913b1843",
        _APACHE, MUSETALK, "dwpose/dw-ll_ucoco_384.onnx",
    ),
)  # fmt: skip
DWPOSE_MMPOSE = _single(
    "dwpose-mmpose", "DWPose landmarks (mmpose checkpoint)",
    "Apache-2.0. Only for the optional mmpose adapter; the ONNX file does the same without it.",
    WeightFile(
        "dwpose_checkpoint", *_DWPOSE_REPO, "dw-ll_ucoco_384.pth",
        406_878_486, "0d9408b13cd863c4e95a149dd31232f88f2a12aa6cf8964ed74d7d97748c7a07",
        _APACHE, MUSETALK, "dwpose/dw-ll_ucoco_384.pth",
    ),
)  # fmt: skip

WEIGHTS = (FACE_PARSING, DWPOSE, DWPOSE_MMPOSE)
