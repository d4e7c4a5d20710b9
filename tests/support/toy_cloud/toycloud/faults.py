"""From a refusal by the toy to an exception."""

from __future__ import annotations

from typing import Any

from ...cloud_jobs import parse
from ...cloud_jobs.errors import ServiceError
from ...cloud_jobs.faults import Faults, json_object, one_line

_FAULTS = Faults("Toy", "TOY_API_URL")


def error_for(status: int, body: bytes, headers: Any, server_now: float) -> ServiceError:
    content = json_object(body)
    kind, said = parse.text(content.get("kind")), one_line(parse.text(content.get("description")))
    return _FAULTS.error(status, _FAULTS.verdict(status), kind, said, headers, server_now)
