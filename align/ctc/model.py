"""wav2vec 2.0 with a head that spells (Baevski et al. 2020), and what it emits over a sound of any length."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ...engine.errors import WeightsError
from ...engine.host.protocol import Host
from ...engine.weights.state_dict import load_state_dict, load_weights
from ..model_files import read_json

if TYPE_CHECKING:
    import torch
    from transformers import Wav2Vec2Config, Wav2Vec2ForCTC

RATE = 16000
FRAMES_PER_SECOND = 50
STAGE = "Aligning (CTC)"

SEPARATOR = "|"

Samples = npt.NDArray[np.float32]

# The convolutions of every wav2vec 2.0 move by 320 samples and see 400.
_HOP, _FIELD = 320, 400
# A window of half a minute, of which the edges are left to its neighbours.
_CORE, _EDGE = 26 * FRAMES_PER_SECOND, 2 * FRAMES_PER_SECOND
# A window that is quieter than this share of the whole sound's level is not brought up to full level.
_QUIET = 0.1
# Activations of one window: the first convolution's output in float32, and as much again for the rest.
_WINDOW_BYTES = 800_000_000
# How torch names the two parts of a normalised weight, and did before 2.1.
_NORMALISED = {
    ".pos_conv_embed.conv.weight_g": ".pos_conv_embed.conv.parametrizations.weight.original0",
    ".pos_conv_embed.conv.weight_v": ".pos_conv_embed.conv.parametrizations.weight.original1",
}
_UNUSED = "wav2vec2.masked_spec_embed"  # a vector that only training needs


class CtcModel:
    """A network in the host's memory management; vocabulary: letter → column of what it emits. name: of the
    checkpoint."""

    def __init__(
        self, network: Wav2Vec2ForCTC, vocabulary: Mapping[str, int], host: Host, name: str = ""
    ) -> None:
        self.name = name
        self.vocabulary = dict(vocabulary)
        self._managed = host.manage(network.eval())

    @property
    def star(self) -> int:
        """The column of the star, after the model's own."""
        return int(self._network.config.vocab_size)

    @property
    def _network(self) -> Any:
        return self._managed.module

    def emissions(self, samples16k: Samples, host: Host) -> npt.NDArray[np.float32]:
        """Log probabilities float32 [frames, columns + 1] of mono samples float32 [n]; frames of 20 ms.

        The last column, the star, is as likely as the likeliest letter or separator. Column 0 is the blank.
        Raises WeightsError where what it computes are no numbers.
        """
        import torch

        samples = np.pad(samples16k, (0, max(0, _FIELD - samples16k.size)))
        level = float(samples.std())
        frames = (samples.size - _FIELD) // _HOP + 1
        out = np.empty((frames, self.star + 1), np.float32)
        letters = [column for name, column in self.vocabulary.items() if len(name) == 1]
        with host.resident(self._managed, activation_bytes=_WINDOW_BYTES), torch.inference_mode():
            for first in range(0, frames, _CORE):
                host.progress(STAGE, first, frames)
                begin, end = max(0, first - _EDGE), min(frames, first + _CORE + _EDGE)
                window = samples[begin * _HOP : (end - 1) * _HOP + _FIELD]
                window = (window - window.mean()) / max(float(window.std()), _QUIET * level, 1e-7)
                weight = self._network.lm_head.weight
                inputs = torch.from_numpy(np.ascontiguousarray(window))[None].to(weight.device, weight.dtype)
                emitted = self._network(inputs).logits[0].float().log_softmax(-1).cpu().numpy()
                last = min(frames, first + _CORE)
                out[first:last, :-1] = emitted[first - begin : last - begin]
        if not np.isfinite(out[:, :-1]).all():
            raise WeightsError(
                f"The aligner {self.name} computes no numbers from the sound, so its weights are damaged: "
                "fetch them again."
            )
        out[:, -1] = out[:, letters].max(axis=1)
        host.progress(STAGE, frames, frames)
        return out


def load_ctc(files: Mapping[str, Path], host: Host, name: str = "") -> CtcModel:
    """The network in the files of a weight set of `models`, by their names; name: what it is called. Raises
    WeightsError for a damaged file."""
    from transformers import Wav2Vec2Config

    path = next(path for file, path in files.items() if Path(file).suffix in (".safetensors", ".bin"))
    config = Wav2Vec2Config.from_dict(read_json(files["config.json"]))
    network = build_ctc(load_state_dict(path), config, path)
    return CtcModel(network, read_json(files["vocab.json"]), host, name or path.parent.name)


def build_ctc(tensors: dict[str, torch.Tensor], config: Wav2Vec2Config, path: Path) -> Wav2Vec2ForCTC:
    """The network with these weights, under transformers' names or older ones. Raises WeightsError."""
    import torch
    from transformers import Wav2Vec2ForCTC

    with torch.device("meta"):
        network = Wav2Vec2ForCTC(config)
    expected = network.state_dict()
    renamed = {_current(name, expected): tensor for name, tensor in tensors.items()}
    if _UNUSED in expected:
        renamed.setdefault(_UNUSED, torch.zeros(expected[_UNUSED].shape))
    else:
        renamed.pop(_UNUSED, None)
    return load_weights(network, renamed, path, "wav2vec 2.0", dtype=torch.float32)


def _current(name: str, expected: Mapping[str, Any]) -> str:
    """A tensor's name in the network of this version of torch."""
    for old, new in _NORMALISED.items():
        for there, here in ((old, new), (new, old)):
            if name.endswith(there) and name not in expected:
                return name.removesuffix(there) + here
    return name
