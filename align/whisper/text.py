"""A Whisper checkpoint's tokeniser."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from ...engine.errors import InputError, LipSyncError, MissingFilesError, WeightsError
from ..attempts import import_failed, installed
from ..whisper_checkpoint import ENGLISH_VOCABULARY

# Of an English model, whose tokens for 99 languages are never used.
_WITHOUT_LANGUAGES = ENGLISH_VOCABULARY - 99
_SPECIAL_FROM = "<|endoftext|>"


class WhisperTokenizer:
    """encode, decode: plain text ↔ ids; find: a token such as "<|en|>" → its id, or None.

    vocabulary: how many tokens the network knows."""

    def __init__(
        self,
        encode: Callable[[str], list[int]],
        decode: Callable[[list[int]], str],
        find: Callable[[str], int | None],
        vocabulary: int,
    ) -> None:
        self.encode = encode
        self._decode = decode
        self.find = find
        self.multilingual = vocabulary > ENGLISH_VOCABULARY
        self._last_plain = self.special(_SPECIAL_FROM)

    def prompt(self, language: str) -> list[int]:
        """The tokens that ask for a transcript without time stamps. Raises InputError for a language that the
        model doesn't know."""
        tokens = [self.special("<|startoftranscript|>")]
        if self.multilingual:
            asked = self.find(f"<|{language or 'en'}|>")
            if asked is None:
                raise InputError(
                    f'The Whisper model doesn\'t know the language "{language}": choose another aligner, '
                    "or a language that sounds like it."
                )
            tokens += [asked, self.special("<|transcribe|>")]
        return [*tokens, self.special("<|notimestamps|>")]

    def decode(self, tokens: Sequence[int]) -> str:
        return self._decode([token for token in tokens if token < self._last_plain])

    def special(self, name: str) -> int:
        token = self.find(name)
        if token is None:
            raise MissingFilesError(
                f"The Whisper model's tokenizer lacks {name}: put the tokenizer.json of the same model there."
            )
        return token

    @property
    def languages(self) -> dict[str, int]:
        """Code → id of the languages that the model knows."""
        from transformers.models.whisper.tokenization_whisper import LANGUAGES

        found = {code: self.find(f"<|{code}|>") for code in LANGUAGES}
        return {code: token for code, token in found.items() if token is not None}


_FAST, _SLOW = "tokenizer.json", ("vocab.json", "merges.txt")


def require_tokenizer(model: Path) -> None:
    """Before weights are read: raises MissingFilesError where load_tokenizer would. model: file or folder."""
    folder = model if model.is_dir() else model.parent
    own = (folder / _FAST).is_file() or all((folder / name).is_file() for name in _SLOW)
    if not own and not installed("whisper"):
        raise MissingFilesError(
            f"The Whisper model {model} has no tokenizer: put its tokenizer.json there, or run `pip install "
            "openai-whisper`."
        )


def load_tokenizer(folder: Path, vocabulary: int) -> WhisperTokenizer:
    """From tokenizer.json or vocab.json and merges.txt in the model's folder, else from openai-whisper.

    Raises MissingFilesError where there is none of them, WeightsError for one that can't be read.
    """
    require_tokenizer(folder)
    fast = (folder / _FAST).is_file()
    if not fast and not all((folder / name).is_file() for name in _SLOW):
        return _openai(vocabulary)
    try:
        return _fast(folder, vocabulary) if fast else _slow(folder, vocabulary)
    except LipSyncError:
        raise
    # What tokenizers raises on a damaged file is a plain Exception.
    except Exception as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise WeightsError(
            f"The tokenizer in {folder} can't be read ({reason}): fetch the model again."
        ) from error


def _fast(folder: Path, vocabulary: int) -> WhisperTokenizer:
    from tokenizers import Tokenizer

    fast = Tokenizer.from_file(str(folder / _FAST))
    return WhisperTokenizer(
        lambda text: list(fast.encode(text, add_special_tokens=False).ids),
        fast.decode,
        fast.token_to_id,
        vocabulary,
    )


def _slow(folder: Path, vocabulary: int) -> WhisperTokenizer:
    from transformers import WhisperTokenizer as Slow

    slow = Slow.from_pretrained(str(folder), local_files_only=True)
    known = slow.get_vocab()
    return WhisperTokenizer(
        lambda text: list(slow.encode(text, add_special_tokens=False)), slow.decode, known.get, vocabulary
    )


def _openai(vocabulary: int) -> WhisperTokenizer:
    try:
        from whisper.tokenizer import get_tokenizer
    except Exception as error:
        raise import_failed(error, "openai-whisper") from error

    multilingual = vocabulary > ENGLISH_VOCABULARY
    languages = vocabulary - _WITHOUT_LANGUAGES - multilingual
    tokenizer = get_tokenizer(multilingual, num_languages=languages)
    return WhisperTokenizer(tokenizer.encode, tokenizer.decode, tokenizer.special_tokens.get, vocabulary)
