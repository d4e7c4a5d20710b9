"""The models of aligners and transcribers at Hugging Face, without torch: data alone."""

from __future__ import annotations

from collections.abc import Mapping

from ..engine.errors import InputError
from ..engine.weights.entries import WeightFile, WeightSet
from .names import MODELS

KIND = "lipsync_align"
_APACHE = "Apache-2.0"
_MEGABYTE = 1_000_000
# Bytes and sha256 by file name.
_Listing = Mapping[str, tuple[int, str | None]]


def _model(
    name: str,
    title: str,
    repo: str,
    revision: str,
    listing: _Listing,
    *,
    folder: str = "",
    licence: str = _APACHE,
) -> WeightSet:
    """Files that are of use only side by side. folder: the set's name if empty."""
    files = tuple(
        WeightFile(path, repo, revision, path, size, sha256, licence, KIND, f"{folder or name}/{path}")
        for path, (size, sha256) in listing.items()
    )
    return WeightSet(name, title, KIND, files, f"{licence}.", one_folder=True)


CTC_EN = _model(
    "ctc-en", "English aligner (wav2vec2-base-960h)",
    "facebook/wav2vec2-base-960h", "22aad52d435eb6dbaf354bdad9b0da84ce7d6156",
    {
        "model.safetensors":
            (377_607_901, "8aa76ab2243c81747a1f832954586bc566090c83a0ac167df6f31f0fa917d74a"),
        "config.json": (1_596, "d3ec255c063d9f95057b553b19c20135b259875834a4fe9deb218a6be25b4cf3"),
        "preprocessor_config.json":
            (159, "b225d617c025463b9e157e06afea8b90dc7078fc70b013c533328423e0486b4a"),
        "tokenizer_config.json": (163, "dc790594f5bc351a4311c6624f40acd95850d4aaf2a5cb3c656c9b610720b608"),
        "special_tokens_map.json": (85, "bb7068de1150661a10b55f9e4b12a0e77af8bf91f5e45e1b58afaf1d0e17f675"),
        "vocab.json": (291, "19727f8944fe6459fc3f240ae2c198395b740f6a029bd23e06656266b83bcf64"),
    },
    folder="wav2vec2-base-960h",
)  # fmt: skip


def _speller(language: str) -> WeightSet:
    """XLSR-53 (Conneau et al. 2020), trained to spell on Common Voice 6 by Jonatas Grosman. Its weights are a
    pickle of tensors, of which nothing is run. The sizes are what the hub shows."""
    folder = f"wav2vec2-large-xlsr-53-{language.lower()}"
    listing: _Listing = {
        "pytorch_model.bin": (1_260_000_000, None),
        "config.json": (1_800, None),
        "preprocessor_config.json": (262, None),
        "vocab.json": (430, None),
    }
    title = f"{language} aligner ({folder})"
    return _model(
        f"ctc-{language.lower()}", title, f"jonatasgrosman/{folder}", "main", listing, folder=folder
    )


CTC = {
    "en": CTC_EN,
    "de": _speller("German"),
    "es": _speller("Spanish"),
    "fr": _speller("French"),
    "it": _speller("Italian"),
    "pl": _speller("Polish"),
    "pt": _speller("Portuguese"),
    "ru": _speller("Russian"),
}
"""Models that spell, by Language.code: those whose licence, here Apache-2.0, allows any use.

Left out, because theirs forbids commercial use (CC BY-NC): Meta's MMS, and the models of VoxPopuli that
torchaudio and WhisperX take for French, German, Spanish and Italian."""

_GENERATION: _Listing = {"generation_config.json": (3_800, None)}
_WHISPER: _Listing = {
    **_GENERATION,
    "preprocessor_config.json": (184_990, None),
    "tokenizer.json": (2_480_466, "27fc476bfe7f17299480be2273fc0608e4d5a99aba2ab5dec5374b4482d1a566"),
    "tokenizer_config.json": (282_700, None),
    "vocab.json": (1_036_000, None),
    "merges.txt": (493_900, None),
    "normalizer.json": (52_700, None),
    "added_tokens.json": (34_600, None),
    "special_tokens_map.json": (2_200, None),
}


def _whisper(
    size: str,
    revision: str,
    model: tuple[int, str],
    config: tuple[int, str],
    **others: tuple[int, str | None],
) -> WeightSet:
    """others: files that are not those of the other sizes, by their names' stems."""
    name = f"whisper-{size}"
    listing = {"model.safetensors": model, "config.json": config, **_WHISPER}
    listing |= {f"{stem}.json": row for stem, row in others.items()}
    return _model(name, f"Whisper {size} (aligner)", f"openai/{name}", revision, listing)


_WHISPERS = (
    _whisper(
        "tiny", "169d4a4341b33bc18d8881c4b69c2e104e1cc0af",
        (151_061_672, "7ebd0e69e78190ffe1438491fa05cc1f5c1aa3a4c4db3bc1723adbb551ea2395"),
        (1_983, "ffdccec4f3211f4c63310f2b7098f309fe70f3952cedc5e4d11e43f5b2379b98"),
        preprocessor_config=(184_990, "9b5cd03a36fbb8a627c64d98a5b5b126ead95a77720723944487311f0110b666"),
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
        tokenizer=(2_480_617, "6d8cbd7cd0d8d5815e478dac67b85a26bbe77c1f5e0c6d76d1ce2abc0e5f21ca"),
        preprocessor_config=(340, None),
    ),
    _whisper(
        "large-v3-turbo", "41f01f3fe87f28c78e2fbf8b568835947dd65ed9",
        (1_617_824_864, "542566a422ae4f3fd23f1ba11add198fca01bbf82e66e6a2857b3f608b1eb9d1"),
        (1_256, "c5b526b3e3cd64cd8940dabb45e8ba726629e22d8ed389c29b552f9140daf04a"),
        tokenizer=(2_710_337, "297b13372ac43916285644fb9687add3cc62ee2a1adb60da3dc25cc94c1871fd"),
        preprocessor_config=(340, None),
    ),
)  # fmt: skip

WEIGHTS = (*CTC.values(), *_WHISPERS)
_BY_NAME = {weights.name: weights for weights in WEIGHTS}

# Megabytes of networks that are not in the catalogue, as Hugging Face has OpenAI's.
_OTHERS = {
    "tiny.en": 151, "base.en": 290, "small.en": 967, "medium.en": 3056, "large-v1": 6173, "large-v2": 6173,
}  # fmt: skip
_REPOS = {"large-v1": "openai/whisper-large"}
# Megabytes of CTranslate2's 16-bit conversions.
_CT2 = {
    "tiny": 76, "tiny.en": 76, "base": 145, "base.en": 145, "small": 484, "small.en": 484, "medium": 1528,
    "medium.en": 1528, "large-v1": 3087, "large-v2": 3087, "large-v3": 3087, "large-v3-turbo": 1618,
}  # fmt: skip
_CT2_REPOS = {"large-v3-turbo": "mobiuslabsgmbh/faster-whisper-large-v3-turbo"}
# Those with 128 mel bands come with a description of them, and with their words as JSON.
_CT2_NEWER = ("large-v3", "large-v3-turbo")


def openai_set(size: str) -> WeightSet:
    """What is fetched of a Whisper for PyTorch: OpenAI's weights at Hugging Face, as safetensors.

    Raises InputError for a size that is not one of `names.MODELS`."""
    name = f"whisper-{_known(size)}"
    if name in _BY_NAME:
        return _BY_NAME[name]
    network = _OTHERS[size] * _MEGABYTE
    listing = {"model.safetensors": (network, None), "config.json": (2_000, None), **_GENERATION}
    return _model(name, f"Whisper {size}", _REPOS.get(size, f"openai/{name}"), "main", listing)


def ct2_set(size: str) -> WeightSet:
    """What is fetched for faster-whisper. Raises InputError as `openai_set`."""
    name = f"faster-whisper-{_known(size)}"
    sizes = {"model.bin": _CT2[size] * _MEGABYTE, "config.json": 2_500, "tokenizer.json": 2_200_000}
    if size in _CT2_NEWER:
        sizes |= {"vocabulary.json": 1_070_000, "preprocessor_config.json": 340}
    else:
        sizes |= {"vocabulary.txt": 460_000}
    listing = {path: (number, None) for path, number in sizes.items()}
    repo = _CT2_REPOS.get(size, f"Systran/{name}")
    return _model(name, f"faster-whisper {size}", repo, "main", listing, licence="MIT")


def _known(size: str) -> str:
    if size not in MODELS:
        raise InputError(f'There is no Whisper model "{size}": choose among {", ".join(MODELS)}.')
    return size
