"""D-ID API 4.2.1, POST /talks, restated: what the published schema allows of what we send."""

from __future__ import annotations

import re
from typing import Any

IMAGE_URL = re.compile(r"(https|s3):.*\.(jpg|jpeg|png|JPG|JPEG|PNG)")
AUDIO_URL = re.compile(r"^(https|s3)://.+\.(m4a|flac|mp3|mp4|wav|M4A|FLAC|MP3|MP4|WAV)(\?[\w./=&#%-]*)?$")
USER_DATA = re.compile(r"^(?=.*\S)[^\r\n]{1,1000}$")
FILE_NAME = re.compile(r"^[A-Za-z0-9._-]{1,50}$")

_TOP = {"source_url", "script", "config", "user_data", "name"}
_CONFIG = {"stitch": bool, "fluent": bool, "pad_audio": (int, float), "result_format": str}
_TEXT = {"type", "input", "ssml", "subtitles", "provider"}
_AUDIO = {"type", "audio_url", "subtitles"}
_PROVIDERS = ("microsoft", "azure-openai", "elevenlabs", "amazon", "google")
_VOICE_REQUIRED = ("microsoft", "amazon", "azure-openai")


def problem(body: Any, strict: bool) -> str:
    """What is wrong with the body of POST /talks, "" if nothing."""
    if not isinstance(body, dict):
        return "body must be an object"
    checks = (
        _unknown(body, _TOP, strict),
        _top(body),
        _script(body.get("script"), strict),
        _config(body.get("config", {}), strict),
    )
    return next((text for text in checks if text), "")


def _unknown(body: dict[str, Any], known: set[str], strict: bool) -> str:
    extra = sorted(set(body) - known)
    return f"additional properties are not allowed: {extra}" if strict and extra else ""


def _top(body: dict[str, Any]) -> str:
    if "source_url" in body and not IMAGE_URL.search(str(body["source_url"])):
        return "source_url must be a valid image URL"
    if "user_data" in body and not USER_DATA.match(str(body["user_data"])):
        return "user_data must match the pattern"
    return ""


def _script(script: Any, strict: bool) -> str:
    if not isinstance(script, dict) or script.get("type") not in ("text", "audio"):
        return "Failed to validate script"
    if not isinstance(script.get("subtitles", False), bool):
        return "subtitles must be a boolean"
    if script["type"] == "audio":
        if not AUDIO_URL.match(str(script.get("audio_url"))):
            return "audio_url must be a valid audio URL"
        return _unknown(script, _AUDIO, strict)
    if not isinstance(script.get("input"), str) or not 3 <= len(script["input"]) <= 40_000:
        return "input must have 3 to 40000 characters"
    if not isinstance(script.get("ssml", False), bool):
        return "ssml must be a boolean"
    return _unknown(script, _TEXT, strict) or _provider(script.get("provider"), strict)


def _provider(provider: Any, strict: bool) -> str:
    if provider is None:
        return ""
    if not isinstance(provider, dict) or provider.get("type") not in _PROVIDERS:
        return "unknown provider"
    if provider["type"] in _VOICE_REQUIRED and not provider.get("voice_id"):
        return "voice_id is required"
    return _unknown(provider, {"type", "voice_id", "language"}, strict)


def _config(config: Any, strict: bool) -> str:
    if not isinstance(config, dict):
        return "config must be an object"
    for name, kind in _CONFIG.items():
        value = config.get(name)
        if name in config and (not isinstance(value, kind) or (kind is not bool and isinstance(value, bool))):
            return f"config.{name} has the wrong type"
    if not 0 <= config.get("pad_audio", 0) <= 60:
        return "pad_audio must be 0 to 60"
    if config.get("result_format", "mp4") not in ("mp4", "mov"):
        return "result_format must be mp4 or mov"
    return _unknown(config, set(_CONFIG), strict)
