"""`/lipsync/models` and `/lipsync/did`: what the page's panel shows and does.

Every change of a download or a check is told to all pages by the websocket, as `lipsync.models`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from aiohttp import web

from ..backends.catalogue import CATALOGUE
from ..engine.errors import MissingFilesError
from ..engine.host.comfy import models_folders
from ..engine.weights.jobs import BusyError, Job, WeightJobs
from ..engine.weights.status import gpus, status_data
from .did_access import did_folder, did_settings
from .did_status import balance, unfinished
from .guard import own_page_only, refusal
from .requirements import engine_imports

if TYPE_CHECKING:
    from ..did_client.journal import Job as TalkJob

MODELS = "/lipsync/models"
DID = "/lipsync/did"
EVENT = "lipsync.models"


def register_routes(server: Any) -> None:
    """server: ComfyUI's PromptServer, whose routes are not yet in use."""
    jobs = WeightJobs(CATALOGUE, models_folders, lambda job: server.send_sync(EVENT, _job_data(job)))
    panel = Panel(jobs)
    routes = server.routes
    routes.get(MODELS)(own_page_only(panel.models))
    routes.post(MODELS + "/{name}/{action}")(own_page_only(panel.act))
    routes.get(DID)(own_page_only(did))
    routes.get(DID + "/credits")(own_page_only(did_credits))


class Panel:
    """The routes of the models."""

    def __init__(self, jobs: WeightJobs) -> None:
        self._jobs = jobs

    async def models(self, request: web.Request) -> web.Response:
        """`status_data`, with "jobs" and "bundles" by name."""
        return web.json_response(await asyncio.to_thread(self._data))

    def _data(self) -> dict[str, Any]:
        found = self._jobs.status()
        return {
            **status_data(found, gpus()),
            "bundles": {name: list(members) for name, members in CATALOGUE.bundles.items()},
            "jobs": {job.set: _job_data(job) for job in self._jobs.jobs()},
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
        return web.json_response(_job_data(job))


def _job_data(job: Job) -> dict[str, Any]:
    return asdict(job)


async def did(request: web.Request) -> web.Response:
    """What is known without asking D-ID: "source" is where the key was found, "" if there is none; the key
    itself is never told. "enabled": cloud services may be used. "problem": what is wrong here. "jobs": those
    that are not finished."""
    return await _answer(_did_data)


async def did_credits(request: web.Request) -> web.Response:
    """{"remaining", "total", "plans", "spent", "allowed"}: asks D-ID."""
    return await _answer(lambda: asdict(balance()))


async def _answer(data: Callable[[], dict[str, Any]]) -> web.Response:
    """502 with a sentence where there is no answer."""
    try:
        with engine_imports():
            from ..did_client import DIDError
    except MissingFilesError as error:
        return refusal(502, str(error))
    try:
        return web.json_response(await asyncio.to_thread(data))
    except DIDError as error:
        return refusal(502, str(error))


def _did_data() -> dict[str, Any]:
    from ..did_client import DIDError, find_key
    from ..did_client.errors import KeyMissingError

    source = problem = ""
    try:
        source = find_key(did_folder()).source
    except KeyMissingError:
        pass
    except DIDError as error:
        problem = str(error)
    return {
        "source": source,
        "enabled": did_settings().cloud,
        "problem": problem,
        "jobs": [_talk_data(job) for job in unfinished()],
    }


def _talk_data(job: TalkJob) -> dict[str, Any]:
    """started: seconds since 1970. note: what stands in its way."""
    return {
        "id": job.id[:12],
        "state": job.state,
        "started": job.created,
        "credits": job.credits,
        "note": job.problem or ", ".join(job.candidates),
    }
