"""Requests to a running ComfyUI."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any


def call(server: Any, path: str, body: object = None, **headers: str) -> tuple[int, str]:
    """Status and content; body: goes as JSON, by POST."""
    data = None if body is None else json.dumps(body).encode()
    kind = {"Content-Type": "application/json"} if data else {}
    request = urllib.request.Request(server.url + path, data, {**kind, **headers})
    try:
        with urllib.request.urlopen(request, timeout=180) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def ask(server: Any, path: str, body: object = None, **headers: str) -> tuple[int, Any]:
    """As `call`, with the content's JSON; {} where it is none."""
    status, text = call(server, path, body, **headers)
    return status, json.loads(text) if text.startswith(("{", "[")) else {}
