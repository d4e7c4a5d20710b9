"""Which weight files there are, where they come from and under what licence: data alone.

Revisions, sizes and digests are the ones that the hub publishes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..errors import WeightsError
from .entries import Twin, WeightFile, WeightSet

MUSETALK = "musetalk"
ALIGN = "lipsync_align"
KINDS = (MUSETALK, ALIGN)

_OPENRAIL = "CreativeML OpenRAIL-M"
_APACHE = "Apache-2.0"
_MUSETALK_NOTE = (
    "The MuseTalk repository (MIT) calls its models free for any purpose, even commercial; their card says "
    "CreativeML OpenRAIL-M, whose use restrictions have to be passed on. VAE: MIT. Whisper: Apache-2.0."
)
_PARSER_NOTE = (
    "Code MIT; the weights were trained on CelebAMask-HQ, which is for non-commercial research. A mask drawn "
    "from the face's landmarks needs no such file."
)

_MUSETALK_REPO = ("TMElyralab/MuseTalk", "3ef28bc5cff08c90ad8178a25f1b570cd800170f")
_VAE_REPO = ("stabilityai/sd-vae-ft-mse", "31f26fdeee1355a5c34592e401dd41e45d25a493")
_WHISPER_REPO = ("openai/whisper-tiny", "169d4a4341b33bc18d8881c4b69c2e104e1cc0af")
_DWPOSE_REPO = ("yzd-v/DWPose", "1a7144101628d69ee7a3768d1ee3a094070dc388")
_PARSER_REPO = ("ManyOtherFunctions/face-parse-bisent", "0073b233a5a3c4b1377d4dbf49245017938a72b5")

# The architecture is the same in both versions, and so is its description.
_UNET_CONFIG = (748, "5b6923aee04d71692e0e9846c471e0a4ea07a4f686d39545e472bd4ba17e1b47")

_COMMON = (
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

_V15 = WeightSet(
    "musetalk-v1.5", "MuseTalk 1.5", MUSETALK,
    (
        WeightFile(
            "unet", *_MUSETALK_REPO, "musetalkV15/unet.pth",
            3_400_074_924, "7ebf6c98c181e20838e4c0054e96e944ac60d5d692cc01db42839fe11b787007",
            _OPENRAIL, MUSETALK, "musetalkV15/unet.pth",
        ),
        WeightFile(
            "unet_config", *_MUSETALK_REPO, "musetalkV15/musetalk.json", *_UNET_CONFIG,
            _OPENRAIL, MUSETALK, "musetalkV15/musetalk.json", needed=False,
        ),
        *_COMMON,
    ),
    _MUSETALK_NOTE,
)  # fmt: skip

_V10 = WeightSet(
    "musetalk-v1.0", "MuseTalk 1.0", MUSETALK,
    (
        WeightFile(
            "unet", *_MUSETALK_REPO, "musetalk/pytorch_model.bin",
            3_400_076_549, "0ee7d5ea03ea75d8dca50ea7a76df791e90633687a135c4a69393abfc0475ffe",
            _OPENRAIL, MUSETALK, "musetalk/pytorch_model.bin",
        ),
        WeightFile(
            "unet_config", *_MUSETALK_REPO, "musetalk/musetalk.json", *_UNET_CONFIG,
            _OPENRAIL, MUSETALK, "musetalk/musetalk.json", needed=False,
        ),
        *_COMMON,
    ),
    _MUSETALK_NOTE,
)  # fmt: skip

_PARSING = WeightSet(
    "face-parsing", "Face parsing (BiSeNet)", MUSETALK,
    (
        WeightFile(
            "bisenet", *_PARSER_REPO, "79999_iter.pth",
            53_289_463, "468e13ca13a9b43cc0881a9f99083a430e9c0a38abd935431d1c28ee94b26567",
            "MIT code, non-commercial data", MUSETALK, "face-parse-bisent/79999_iter.pth",
            also=("face-parse-bisent/parsing_bisenet.pth", "parsing_bisenet.pth"),
        ),
    ),
    _PARSER_NOTE,
)  # fmt: skip

_DWPOSE = WeightSet(
    "dwpose", "DWPose landmarks (ONNX)", MUSETALK,
    (
        WeightFile(
            "dwpose", *_DWPOSE_REPO, "dw-ll_ucoco_384.onnx",
            134_399_116, "724f4ff2439ed61afb86fb8a1951ec39c6220682803b4a8bd4f598cd913b1843",
            _APACHE, MUSETALK, "dwpose/dw-ll_ucoco_384.onnx",
        ),
    ),
    "Apache-2.0.",
)  # fmt: skip

_DWPOSE_MMPOSE = WeightSet(
    "dwpose-mmpose", "DWPose landmarks (mmpose checkpoint)", MUSETALK,
    (
        WeightFile(
            "dwpose_checkpoint", *_DWPOSE_REPO, "dw-ll_ucoco_384.pth",
            406_878_486, "0d9408b13cd863c4e95a149dd31232f88f2a12aa6cf8964ed74d7d97748c7a07",
            _APACHE, MUSETALK, "dwpose/dw-ll_ucoco_384.pth",
        ),
    ),
    "Apache-2.0. Only for the optional mmpose adapter; the ONNX file does the same without it.",
)  # fmt: skip


def _align_files(
    folder: str, source: tuple[str, str], listing: Iterable[tuple[str, int, str | None]]
) -> tuple[WeightFile, ...]:
    """Files of a transformers model; listing: file name, bytes, sha256."""
    return tuple(
        WeightFile(name, *source, name, size, digest, _APACHE, ALIGN, f"{folder}/{name}")
        for name, size, digest in listing
    )


_CTC_FILES = (
    ("model.safetensors", 377_607_901, "8aa76ab2243c81747a1f832954586bc566090c83a0ac167df6f31f0fa917d74a"),
    ("config.json", 1_596, "d3ec255c063d9f95057b553b19c20135b259875834a4fe9deb218a6be25b4cf3"),
    ("preprocessor_config.json", 159, "b225d617c025463b9e157e06afea8b90dc7078fc70b013c533328423e0486b4a"),
    ("tokenizer_config.json", 163, "dc790594f5bc351a4311c6624f40acd95850d4aaf2a5cb3c656c9b610720b608"),
    ("special_tokens_map.json", 85, "bb7068de1150661a10b55f9e4b12a0e77af8bf91f5e45e1b58afaf1d0e17f675"),
    ("vocab.json", 291, "19727f8944fe6459fc3f240ae2c198395b740f6a029bd23e06656266b83bcf64"),
)
_CTC_REPO = ("facebook/wav2vec2-base-960h", "22aad52d435eb6dbaf354bdad9b0da84ce7d6156")
_CTC_EN = WeightSet(
    "ctc-en", "English aligner (wav2vec2-base-960h)", ALIGN,
    _align_files("wav2vec2-base-960h", _CTC_REPO, _CTC_FILES),
    "Apache-2.0.", one_folder=True,
)  # fmt: skip

_TOKENIZER = ("tokenizer.json", 2_480_466, "27fc476bfe7f17299480be2273fc0608e4d5a99aba2ab5dec5374b4482d1a566")
_PREPROCESSOR = (
    "preprocessor_config.json", 184_990, "9b5cd03a36fbb8a627c64d98a5b5b126ead95a77720723944487311f0110b666",
)  # fmt: skip


def _whisper(
    size: str,
    revision: str,
    model: tuple[int, str],
    config: tuple[int, str],
    tokenizer: tuple[str, int, str] = _TOKENIZER,
    preprocessor: tuple[str, int, str | None] = ("preprocessor_config.json", 184_990, None),
) -> WeightSet:
    name = f"whisper-{size}"
    listing: tuple[tuple[str, int, str | None], ...] = (
        ("model.safetensors", *model),
        ("config.json", *config),
        ("generation_config.json", 3_800, None),
        preprocessor,
        tokenizer,
        ("tokenizer_config.json", 282_700, None),
        ("vocab.json", 1_036_000, None),
        ("merges.txt", 493_900, None),
        ("normalizer.json", 52_700, None),
        ("added_tokens.json", 34_600, None),
        ("special_tokens_map.json", 2_200, None),
    )
    files = _align_files(name, (f"openai/{name}", revision), listing)
    return WeightSet(name, f"Whisper {size} (aligner)", ALIGN, files, "Apache-2.0.", one_folder=True)


_WHISPERS = (
    _whisper(
        "tiny", "169d4a4341b33bc18d8881c4b69c2e104e1cc0af",
        (151_061_672, "7ebd0e69e78190ffe1438491fa05cc1f5c1aa3a4c4db3bc1723adbb551ea2395"),
        (1_983, "ffdccec4f3211f4c63310f2b7098f309fe70f3952cedc5e4d11e43f5b2379b98"),
        preprocessor=_PREPROCESSOR,
    ),
    _whisper(
        "base", "e37978b90ca9030d5170a5c07aadb050351a65bb",
        (290_403_936, "07cadb9f25677c8d50df603e66a98fbd842cce45047139baeb16e6219a1e807b"),
        (1_983, "a153c53883a6799b6f056b4a8d1a515c9926d03994682ba88a7616618d7da0c1"),
    ),
    _whisper(
        "small", "973afd24965f72e36ca33b3055d56a652f456b4d",
        (966_995_080, "1d7734884874f1a1513ed9aa760a4f8e97aaa02fd6d93a3a85d27b2ae9ca596b"),
        (1_967, "e6a2b489da1b5aed65a8eb8d1e7466fa867ad5643a8bc138ba708bd56b2875c4"),
    ),
    _whisper(
        "medium", "abdf7c39ab9d0397620ccaea8974cc764cd0953e",
        (3_055_544_304, "62f73550fa6db24b0c6f6c5962bd0dae80fa644e93cde9cd9c3792971b47fd28"),
        (1_991, "18706810eb740d1dc54d1db181358d5f8578600d0f449e51dfd4798c0223a1f5"),
    ),
    _whisper(
        "large-v3", "06f233fe06e710322aca913c1bc4249a0d71fce1",
        (3_087_130_976, "a8e94b85976e5864ba3e9525c7e6c83b2a1eca42d4b797a0c7c24d778e40fd95"),
        (1_272, "ad0e8d1e46f4d01f7861a21509e5d0f977d6cc1f367a370603c92541d819807b"),
        ("tokenizer.json", 2_480_617, "6d8cbd7cd0d8d5815e478dac67b85a26bbe77c1f5e0c6d76d1ce2abc0e5f21ca"),
        ("preprocessor_config.json", 340, None),
    ),
    _whisper(
        "large-v3-turbo", "41f01f3fe87f28c78e2fbf8b568835947dd65ed9",
        (1_617_824_864, "542566a422ae4f3fd23f1ba11add198fca01bbf82e66e6a2857b3f608b1eb9d1"),
        (1_256, "c5b526b3e3cd64cd8940dabb45e8ba726629e22d8ed389c29b552f9140daf04a"),
        ("tokenizer.json", 2_710_337, "297b13372ac43916285644fb9687add3cc62ee2a1adb60da3dc25cc94c1871fd"),
        ("preprocessor_config.json", 340, None),
    ),
)  # fmt: skip

SETS: Mapping[str, WeightSet] = {
    each.name: each for each in (_V15, _V10, _PARSING, _DWPOSE, _DWPOSE_MMPOSE, _CTC_EN, *_WHISPERS)
}

# What is of use together, by the names that commands and the node offer beside those of the sets.
BUNDLES: Mapping[str, tuple[str, ...]] = {
    "all-musetalk-v1.5": ("musetalk-v1.5", "face-parsing", "dwpose"),
    "all-musetalk-v1.0": ("musetalk-v1.0", "face-parsing", "dwpose"),
    "all-musetalk": ("musetalk-v1.5", "musetalk-v1.0", "face-parsing", "dwpose"),
}
EVERYTHING = "everything"


def select(names: Iterable[str]) -> list[WeightSet]:
    """The sets that are meant by names of sets and bundles, each once; all sets for "everything".

    Raises WeightsError for an unknown name."""
    wanted: dict[str, WeightSet] = {}
    for name in names:
        members = tuple(SETS) if name == EVERYTHING else BUNDLES.get(name, (name,))
        for member in members:
            if member not in SETS:
                known = ", ".join((*BUNDLES, *SETS, EVERYTHING))
                raise WeightsError(f"There is no set of weights called {member}: choose among {known}.")
            wanted[member] = SETS[member]
    return list(wanted.values())
