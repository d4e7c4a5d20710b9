"""`…/models`: what the page's panel shows of weights, and does.

Every change of a download or a check is told to all pages by the websocket, as `lipsync.models`.
"""

from __future__ import annotations

import asyncio
from dataclasses import asdict, replace
from typing import Any

from aiohttp import web

from ..backends.catalogue import CATALOGUE
from ..engine.host.comfy import models_folders
from ..engine.weights.jobs import BusyError, WeightJobs
from ..engine.weights.status import gpus, status_data
from .guard import add_route, refusal

EVENT = "lipsync.models"


def register_routes(server: Any) -> None:
    panel = Panel(WeightJobs(CATALOGUE, models_folders, lambda job: server.send_sync(EVENT, asdict(job))))
    add_route(server, "GET", "/models", panel.models)
    add_route(server, "POST", "/models/{name}/{action}", panel.act)


class Panel:
    """The routes of the models."""

    def __init__(self, jobs: WeightJobs) -> None:
        self._jobs = jobs

    async def models(self, request: web.Request) -> web.Response:
        """`status_data`, with "jobs" and "bundles" by name."""
        return web.json_response(await asyncio.to_thread(self._data))

    def _data(self) -> dict[str, Any]:
        found = self._jobs.status()
        # What the panel can't fetch is shown once it is there.
        found = replace(found, sets=tuple(state for state in found.sets if not state.to_bring))
        return {
            **status_data(found, gpus()),
            "bundles": {name: list(members) for name, members in CATALOGUE.bundles.items()},
            "jobs": {job.set: asdict(job) for job in self._jobs.jobs()},
        }

    async def act(self, request: web.Request) -> web.Response:
        """`POST …/SET/ACTION`. install: fetch what is missing, on from where it stopped; verify; cancel.

        Answers with the job; 404 for what is not in the catalogue, 409 where another is running."""
        name, action = request.match_info["name"], request.match_info["action"]
        if name not in CATALOGUE.sets:
            return refusal(404, f"There is no set of weights called {name}.")
        try:
            if action == "cancel":
                job = self._jobs.cancel(name)
            elif action in ("install", "verify"):
                job = self._jobs.start(name, action)  # type: ignore[arg-type]
            else:
                return refusal(404, f"There is no action called {action}.")
        except BusyError as error:
            return refusal(409, str(error))
        return web.json_response(asdict(job))
