"""Whisper by transformers' network, in the host's memory management.

Radford et al., "Robust Speech Recognition via Large-Scale Weak Supervision" (2022). Reading word times from
the cross-attention of chosen heads follows OpenAI's `whisper.timing`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

import numpy as np

from ...engine.errors import WeightsError
from ...engine.host.protocol import Host
from .model import MEDIAN_WIDTH, MOST_TOKENS, RATE, Reading, Samples, Writing, turns
from .text import WhisperTokenizer

if TYPE_CHECKING:
    import torch
    from transformers import WhisperFeatureExtractor, WhisperForConditionalGeneration

# Longer texts of half a minute are repetitions without end.
_MOST_WRITTEN = 224
# Encoder states and attention of one window, per channel of the network, in bytes.
_WINDOW_BYTES = 1500 * 4 * 40


class TorchWhisper:
    """See `model.WhisperModel`.

    heads: (decoder layer, head) pairs whose cross-attention follows time. suppressed: tokens that the model
    does not write of its own accord.
    """

    def __init__(
        self,
        network: WhisperForConditionalGeneration,
        features: WhisperFeatureExtractor,
        tokenizer: WhisperTokenizer,
        heads: Sequence[tuple[int, int]],
        host: Host,
        name: str,
        *,
        lag: float,
        suppressed: Sequence[int] = (),
    ) -> None:
        self.name = name
        self.lag = lag
        self._host = host
        self._managed = host.manage(network.eval())
        self._features = features
        self.tokenizer = tokenizer
        self._heads = heads
        self._suppressed = list(suppressed)
        self._silence: torch.Tensor | None = None
        self._queries: dict[int, torch.Tensor] = {}
        layers: Any = network.get_decoder().layers
        for layer in sorted({layer for layer, _ in heads}):
            layers[layer].encoder_attn.register_forward_pre_hook(self._note(layer), with_kwargs=True)

    def resident(self) -> AbstractContextManager[None]:
        needed = _WINDOW_BYTES * self._network.config.d_model
        return self._host.resident(self._managed, activation_bytes=needed)

    def listen(self, samples16k: Samples) -> torch.Tensor:
        """Encoder states [1, 1500, width]."""
        import torch

        inputs = self._features(samples16k, sampling_rate=RATE, return_tensors="pt").input_features
        network = self._network
        with torch.inference_mode():
            weight = next(network.parameters())
            states = network.get_encoder()(inputs.to(weight.device, weight.dtype)).last_hidden_state
        return self._finite(states)

    def language(self, states: torch.Tensor) -> str:
        import torch

        codes = self.tokenizer.languages
        if not self.tokenizer.multilingual or not codes:
            return "en"
        start = self.tokenizer.special("<|startoftranscript|>")
        with torch.inference_mode():
            logits = self._logits(torch.tensor([[start]]), states)[0, 0]
        return max(codes, key=lambda code: float(logits[codes[code]]))

    def read(self, states: torch.Tensor, frames: int, tokens: Sequence[int], language: str) -> Reading:
        import torch

        if not 0 < len(tokens) <= MOST_TOKENS:
            raise ValueError(f"{len(tokens)} tokens at once; there may be 1 to {MOST_TOKENS}.")
        if self._silence is None:
            self._silence = self.listen(np.zeros(RATE, np.float32))
        before = self.tokenizer.prompt(language)
        text = [*before, *tokens, self.tokenizer.special("<|endoftext|>")]
        rows = slice(len(before) - 1, len(before) + len(tokens))
        with torch.inference_mode():
            both = torch.cat([states, self._silence.to(states)])
            logits = self._finite(self._logits(torch.tensor([text, text]), both)[:, rows][:, :-1]).float()
            index = torch.tensor(tokens, device=logits.device).expand(2, -1)[..., None]
            written = logits.gather(-1, index)[..., 0] - logits.logsumexp(-1)
            heard, imagined = written.cpu().numpy()
            first, peak = turns(self._attention(states, frames)[rows].cpu().numpy())
        return Reading(first, peak, heard, imagined)

    def write(self, states: torch.Tensor, language: str) -> Writing:
        import torch

        end = self.tokenizer.special("<|endoftext|>")
        following = torch.tensor([self.tokenizer.prompt(language)])
        cache: Any = None
        tokens: list[int] = []
        total = 0.0
        silent = math.nan
        decoder: Any = self._network.get_decoder()
        with torch.inference_mode():
            while len(tokens) < _MOST_WRITTEN:
                output = decoder(
                    input_ids=following.to(states.device),
                    encoder_hidden_states=states,
                    past_key_values=cache,
                    use_cache=True,
                )
                cache = output.past_key_values
                logits = self._network.get_output_embeddings()(output.last_hidden_state)[0]
                logits = self._finite(logits).float()
                if not tokens:
                    silent = self._no_speech(logits[0])
                scores = torch.log_softmax(logits[-1], dim=-1)
                scores[self._suppressed] = -math.inf
                # Everything above is special.
                scores[end + 1 :] = -math.inf
                chosen = int(scores.argmax())
                total += float(scores[chosen])
                if chosen == end:
                    break
                tokens.append(chosen)
                following = torch.tensor([[chosen]])
        return Writing(tokens, total / (len(tokens) + 1), silent)

    def _no_speech(self, logits: torch.Tensor) -> float:
        """From what would follow the start token alone."""
        token = self.tokenizer.find("<|nospeech|>") or self.tokenizer.find("<|nocaptions|>")
        return float(logits.softmax(-1)[token]) if token is not None else 0.0

    def _finite(self, values: torch.Tensor) -> torch.Tensor:
        """The values. Raises WeightsError where some are no numbers, of which words would be timed anyhow."""
        if bool(values.isfinite().all()):
            return values
        raise WeightsError(
            f"Whisper {self.name} computes no numbers from the sound, so its weights are damaged: fetch it "
            "again."
        )

    @property
    def _network(self) -> Any:
        return self._managed.module

    def _logits(self, tokens: torch.Tensor, states: torch.Tensor) -> torch.Tensor:
        network = self._network
        output = network.get_decoder()(
            input_ids=tokens.to(states.device), encoder_hidden_states=states, use_cache=False
        )
        return network.get_output_embeddings()(output.last_hidden_state)

    def _note(self, layer: int) -> Any:
        """A hook that keeps what a layer asks of the sound, of the first text in the batch."""

        def keep(module: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
            hidden = kwargs["hidden_states"] if "hidden_states" in kwargs else args[0]
            self._queries[layer] = module.q_proj(hidden[:1])

        return keep

    def _attention(self, states: torch.Tensor, frames: int) -> torch.Tensor:
        """Float32 [tokens, frames]: the heads' attention to the sound, standardised over the tokens,
        filtered, and averaged."""
        import torch

        network: Any = self._managed.module
        layers = network.get_decoder().layers
        weights = []
        for layer, head in self._heads:
            module = layers[layer].encoder_attn
            part = slice(head * module.head_dim, (head + 1) * module.head_dim)
            keys = module.k_proj(states)[0, :frames, part]
            query = self._queries[layer][0, :, part] * module.head_dim**-0.5
            weights.append(torch.softmax((query @ keys.T).float(), dim=-1))
        self._queries.clear()
        attention = torch.stack(weights)
        deviation, mean = torch.std_mean(attention, dim=-2, keepdim=True, unbiased=False)
        return _median((attention - mean) / deviation.clamp(min=1e-9)).mean(0)


def _median(values: torch.Tensor) -> torch.Tensor:
    """The median of MEDIAN_WIDTH neighbours along the last axis."""
    import torch

    half = MEDIAN_WIDTH // 2
    if values.shape[-1] <= half:
        return values
    padded = torch.nn.functional.pad(values, (half, half), mode="reflect")
    return padded.unfold(-1, MEDIAN_WIDTH, 1).median(dim=-1).values
