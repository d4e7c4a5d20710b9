"""Requests to a running ComfyUI."""

from __future__ import annotations

import json
from typing import Any

import requests


def call(server: Any, path: str, body: object = None, **headers: str) -> tuple[int, str]:
    """Status and content; body: goes as JSON, by POST."""
    method = "GET" if body is None else "POST"
    answer = requests.request(method, server.url + path, json=body, headers=headers, timeout=180)
    return answer.status_code, answer.content.decode()


def ask(server: Any, path: str, body: object = None, **headers: str) -> tuple[int, Any]:
    """As `call`, with the content's JSON; {} where it is none."""
    status, text = call(server, path, body, **headers)
    return status, json.loads(text) if text.startswith(("{", "[")) else {}
