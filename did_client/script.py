"""What the face says: a text spoken by a provider's voice, or a recording.

Field names, ranges and lengths: D-ID API 4.2.1, POST /talks."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import Any

from ..cloud_jobs import spoken as speech
from ..cloud_jobs.errors import InvalidRequestError

MIN_TEXT, MAX_TEXT, MAX_SSML = 3, 10_000, 40_000
_TAG = re.compile(r"<[^<>]*>")
_SAYS = re.compile(r"""\b(alias|ph|src)\s*=\s*["'][^"']*\w""", re.IGNORECASE)
_BREAK = re.compile(r"""<break\s[^<>]*?time\s*=\s*["']\s*([0-9]*\.?[0-9]+)\s*(ms|s)\s*["']""", re.IGNORECASE)


PROVIDERS = ("microsoft", "elevenlabs", "amazon", "google", "azure-openai")


@dataclass(frozen=True)
class Provider:
    """Who speaks a text. type: one of PROVIDERS. voice_id: as listed by GET /tts/voices. language: name or
    locale, where the voice speaks several."""

    type: str
    voice_id: str
    language: str = ""

    @classmethod
    def parse(cls, text: str) -> Provider:
        """Of "microsoft:en-US-JennyNeural". Raises InvalidRequestError."""
        kind, _, voice = text.partition(":")
        if kind not in PROVIDERS or not voice.strip():
            raise InvalidRequestError(
                f"The voice {text!r} is not of the form PROVIDER:VOICE with a "
                f"provider among {', '.join(PROVIDERS)}."
            )
        return cls(kind, voice.strip())

    def payload(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if value}

    def check(self) -> None:
        """Raises InvalidRequestError."""
        if not self.voice_id.strip():
            raise InvalidRequestError("No voice is chosen; pick one from the list of voices.")


@dataclass(frozen=True)
class TextScript:
    """text: 3 to 10 000 characters, not counting SSML tags. The provider is always sent: without one D-ID has
    refused plain text, and its default is not documented."""

    text: str
    provider: Provider
    ssml: bool = False

    def check(self) -> None:
        """Raises InvalidRequestError."""
        self.provider.check()
        spoken = self.spoken()
        if len(spoken.strip()) < MIN_TEXT:
            raise InvalidRequestError(
                f"The text is shorter than {MIN_TEXT} characters; write what the face shall say."
            )
        speech.check_characters(self.text)
        # What SSML says in place of its text stands in attributes: alias, ph, src.
        if not _SAYS.search(self.text * self.ssml):
            speech.check_says_something(spoken)
        if len(spoken) > MAX_TEXT or len(self.text) > MAX_SSML:
            raise InvalidRequestError(
                f"The text has {len(spoken)} characters ({len(self.text)} with "
                f"tags), more than the {MAX_TEXT} ({MAX_SSML}) D-ID takes; split it.",
            )

    def spoken(self) -> str:
        return _TAG.sub("", self.text) if self.ssml else self.text

    def guess_seconds(self) -> float:
        """A guess at how long the voice will speak, the breaks of SSML included."""
        seconds = speech.guess_seconds(self.spoken())
        if self.ssml:
            seconds += sum(
                float(time) / (1000 if unit.lower() == "ms" else 1)
                for time, unit in _BREAK.findall(self.text)
            )
        return max(1.0, seconds)

    def payload(self) -> dict[str, Any]:
        return {
            "type": "text",
            "input": self.text,
            "ssml": self.ssml,
            "subtitles": False,
            "provider": self.provider.payload(),
        }
