"""Lenient readers for replies: a field of the wrong type is treated as absent, unless what it
must hold is missed."""

from __future__ import annotations

import email.utils
import json
import math
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from .errors import ReplyError

MAX_RETRY_AFTER = 120.0


def json_value(body: bytes) -> Any:
    """Raises ValueError for what is no JSON, or is nested too deeply to be read."""
    try:
        return json.loads(body)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def objects(value: Any) -> list[dict[str, Any]]:
    """The objects in a list; what else stands in it is passed over."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def listed(title: str, what: str, value: Any, *, needed: bool = True) -> list[dict[str, Any]]:
    """The objects in a list that matters: what is no list raises ReplyError, since nobody knows what it
    leaves out.

    title, what: of the service and the list, for the message. needed: else an absent list is empty."""
    if not isinstance(value, list) and (needed or value is not None):
        raise ReplyError(f"{title}'s list of {what} is not a list; try again later.")
    return objects(value)


def number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        found = float(value)
    except OverflowError:  # JSON has whole numbers of any length
        return None
    return found if math.isfinite(found) else None


def epoch(value: Any) -> float | None:
    """Seconds since 1970 from ISO 8601; without a zone it is UTC."""
    try:
        moment = datetime.fromisoformat(text(value).strip().replace("Z", "+00:00"))
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


def http_date(value: str | None) -> float | None:
    """Seconds since 1970 from a Date header."""
    try:
        return email.utils.parsedate_to_datetime(value or "").timestamp()
    except (TypeError, ValueError, OverflowError):
        return None


def retry_after(value: str | None, server_now: float) -> float | None:
    """Seconds to wait, from either form of Retry-After (RFC 9110, 10.2.3), at most MAX_RETRY_AFTER."""
    if value is None:
        return None
    if value.strip().isdecimal():
        seconds = float(value)
    else:
        moment = http_date(value)
        if moment is None:
            return None
        seconds = moment - server_now
    return min(max(seconds, 0.0), MAX_RETRY_AFTER)


def stem(url: str) -> str:
    """File name without extension at the end of an address: what services keep of one. "" of no address."""
    try:
        return PurePosixPath(unquote(urlsplit(url).path)).stem
    except ValueError:
        return ""
