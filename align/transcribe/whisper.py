"""Words of unknown text by the pack's own Whisper, which needs no further package."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from ...engine.host.protocol import Host
from ...engine.media.sound import Sound
from ..names import WHISPER, Content
from ..script import word_parts
from ..whisper.load import load_whisper
from ..whisper.model import FRAMES_PER_SECOND, MOST_TOKENS, RATE, States, WhisperModel, Writing
from ..words import Word, WordTimings
from .procedure import Heard, Samples, Session, cut, listen, timings, transcribed
from .protocol import Segment

# Shorter than the model's window, so that nothing at the edge is cut.
LONGEST_PASSAGE = 28.0
# Now and then the model loses its way and ends a text at once, with this mean log probability and less,
# although it hears a voice. It finds it again in parts of the passage.
_LOST = -1.0
_VOICELESS = 0.6
_SHORTEST_PART = 6 * RATE
# A passage is parted where it is quietest within its middle third.
_STEP = RATE // 20


class WhisperWords:
    """A `transcribe.protocol.Transcriber` with a model that is loaded, within its `resident` block. A model
    that knows English alone takes everything for it."""

    def __init__(self, model: WhisperModel) -> None:
        self._model = model
        self.name = f"{WHISPER} {model.name}"

    def transcribe(self, sound: Sound, *, language: str | None, content: Content, host: Host) -> WordTimings:
        """See `Transcriber`; every passage of half a minute is a text of its own."""
        tongue = (language or "").split("-")[0].lower()

        def listener(samples: Samples, heard: Heard) -> Iterator[Segment]:
            nonlocal tongue
            tongue = tongue or self._model.language(self._model.listen(samples))
            yield from self.recognise(samples, tongue, heard)

        parts = cut(sound, content, LONGEST_PASSAGE)
        segments = listen(parts, listener, host, late=self._model.lag)
        return timings(segments, sound, tongue, self.name)

    def recognise(self, samples: Samples, language: str, heard: Heard) -> Iterator[Segment]:
        """What is said in a passage."""
        yield from self._segments(samples, 0.0, language, heard)

    def _segments(self, samples: Samples, at: float, language: str, heard: Heard) -> Iterator[Segment]:
        """What is written to a passage that begins at `at` seconds, in parts where it can't be in one."""
        states = self._model.listen(samples)
        written = self._model.write(states, language)
        lost = written.log_probability < _LOST and written.no_speech < _VOICELESS
        if lost and samples.size >= 2 * _SHORTEST_PART:
            middle = _quietest(samples)
            yield from self._segments(samples[:middle], at, language, heard)
            yield from self._segments(samples[middle:], at + middle / RATE, language, heard)
            return
        words = self._words(states, written, samples.size, at, language)
        heard(at + samples.size / RATE)
        if words:
            text = self._model.tokenizer.decode(written.tokens).encode()
            compression = len(text) / max(1, len(zlib.compress(text)))
            yield Segment(words, written.log_probability, compression, written.no_speech)

    def _words(
        self, states: States, written: Writing, size: int, at: float, language: str
    ) -> tuple[Word, ...]:
        text = self._model.tokenizer.decode(written.tokens)
        parts = [(part, n > 0) for token in text.split() for n, part in enumerate(word_parts(token))]
        tokens = [self._model.tokenizer.encode(part if joined else f" {part}") for part, joined in parts]
        if not 0 < sum(map(len, tokens)) <= MOST_TOKENS:
            return ()
        frames = max(1, size * FRAMES_PER_SECOND // RATE)
        reading = self._model.read(states, frames, [token for word in tokens for token in word], language)
        edges = np.concatenate([[0], np.cumsum([len(word) for word in tokens])])
        sureness = np.exp(np.add.reduceat(reading.heard, edges[:-1]) / np.diff(edges))
        times = at + reading.first[edges] / FRAMES_PER_SECOND
        return tuple(
            Word(part, float(start), float(end), round(float(sure), 3))
            for (part, _), start, end, sure in zip(parts, times, times[1:], sureness, strict=False)
        )


class OwnWhisper:
    """Transcribes with a `.pt` of OpenAI's kind or a Hugging Face folder.

    The network stays loaded, in the memory management of the first host it worked for."""

    def __init__(self, path: Path, name: str = "") -> None:
        self.name = f"{WHISPER} {name or path.stem}"
        self._path = path
        self._model: WhisperModel | None = None

    def transcribe(self, sound: Sound, *, language: str | None, content: Content, host: Host) -> WordTimings:
        """See `protocol.Transcriber`."""
        if self._model is None:
            host.progress("Loading Whisper", 0, 1)
            self._model = load_whisper(self._path, host)
        model = self._model

        @contextmanager
        def opened() -> Iterator[Session]:
            with model.resident():
                yield Session(
                    list(model.tokenizer.languages) if model.tokenizer.multilingual else ["en"],
                    lambda samples: {model.language(model.listen(samples)): 1.0},
                    WhisperWords(model).recognise,
                )

        return transcribed(
            sound,
            opened,
            host,
            engine=self.name,
            language=language,
            content=content,
            longest=LONGEST_PASSAGE,
            late=model.lag,
        )


def _quietest(samples: Samples) -> int:
    third = samples.size // 3 // _STEP
    power = np.square(samples[: samples.size // _STEP * _STEP]).reshape(-1, _STEP).mean(axis=1)
    return (third + int(np.argmin(power[third : 2 * third + 1]))) * _STEP
