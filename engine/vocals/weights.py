"""The network that takes the voice out of a song, without torch: data alone."""

from __future__ import annotations

from ..weights.entries import Twin, WeightFile, WeightSet

KIND, FILE = "lipsync_vocals", "hdemucs_high_trained.safetensors"

# Revision, size and digest are the hub's for a conversion of the file that torchaudio publishes; the twin is
# that file, as `torchaudio.pipelines.HDEMUCS_HIGH_MUSDB_PLUS` keeps it in its own cache.
HDEMUCS = WeightSet(
    "hdemucs", "Vocal separator (Hybrid Demucs, torchaudio's HDEMUCS_HIGH_MUSDB_PLUS)", KIND,
    (
        WeightFile(
            "hdemucs", "set-soft/audio_separation", "8357237c8d69025030f8d5524bc2d20e16d9b873",
            "Demucs/hdemucs_high_trained.safetensors", 334_608_048,
            "26abf3f05f56f7b3618af9448e1aa0580a3ac6ef3c357840be838385b045aab5",
            "MIT (Demucs); trained on MUSDB18-HQ", KIND, FILE,
            twins=(
                Twin(
                    ("hdemucs_high_trained.pt",), 334_697_255,
                    "a004b2790d73ffeaa535db458a1a79b539dfdbafbccc31f275d07e632ebd7816",
                ),
            ),
        ),
    ),
    "The code is MIT; torchaudio states no licence of the weights' own. They were trained on MUSDB18-HQ, "
    "whose songs are for non-commercial and educational use, and on 150 songs of Meta's.",
)  # fmt: skip
WEIGHTS = (HDEMUCS,)
