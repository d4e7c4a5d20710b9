"""`…/did`: what the page shows of the D-ID account, and its way to set the key and to agree. The key is
written, never read back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from aiohttp import web

from ..backends.did.spec import TERMS
from ..engine.consent import Consents
from ..engine.errors import ConsentError, MissingFilesError
from .did_account import did_folder, did_settings, open_jobs, unfinished
from .guard import Handler, add_route, is_local, refusal
from .requirements import engine_imports

if TYPE_CHECKING:
    from ..cloud_jobs.journal import Job

_KINDS = {str: "one text", bool: "true or false"}


def register_routes(server: Any) -> None:
    add_route(server, "GET", "/did", _telling(_account_data, 502))
    add_route(server, "GET", "/did/credits", _telling(_credits_data, 502))
    add_route(server, "GET", "/did/key", _telling(_key_data))
    add_route(server, "POST", "/did/key", _change_key)
    add_route(server, "GET", "/did/consent", _telling(_consent_data))
    add_route(server, "POST", "/did/consent", _change_consent)


def _telling(data: Callable[[], dict[str, Any]], failed: int = 400) -> Handler:
    """A route that tells what the function returns."""

    async def tell(request: web.Request) -> web.Response:
        return await _answer(data, failed)

    return tell


async def _change_key(request: web.Request) -> web.Response:
    """{"key": "…"} sets the key, {"key": ""} clears it."""

    def change(key: str) -> dict[str, Any]:
        from ..did_client import clear_key, store_key

        if key.strip():
            store_key(did_folder(), key)
        else:
            clear_key(did_folder())
        return _key_data()

    return await _change(request, "key", str, change)


async def _change_consent(request: web.Request) -> web.Response:
    """{"consent": true} agrees, {"consent": false} takes it back."""

    def change(consent: bool) -> dict[str, Any]:
        consents = Consents(did_folder())
        (consents.give if consent else consents.withdraw)(TERMS)
        return _consent_data()

    return await _change(request, "consent", bool, change)


async def _change(
    request: web.Request, name: str, kind: type, change: Callable[[Any], dict[str, Any]]
) -> web.Response:
    """Do it with the one value in the request's JSON, for a page that is opened on this machine."""
    try:
        value = (await request.json())[name]
    except (ValueError, KeyError, TypeError):
        value = None

    def checked() -> dict[str, Any] | web.Response:
        if not (is_local(request) or did_settings().key_from_network):
            return refusal(
                403,
                f"The {name} can be changed only on the computer that runs ComfyUI; open the page there as "
                "http://127.0.0.1, or set key_from_network in did.json.",
            )
        if not isinstance(value, kind):
            return refusal(400, f'The request must hold {_KINDS[kind]}, "{name}".')
        return change(value)

    return await _answer(checked)


async def _answer(data: Callable[[], dict[str, Any] | web.Response], failed: int = 400) -> web.Response:
    """What it returns, in another thread; the status `failed` with a sentence where there is none."""
    try:
        with engine_imports():
            from ..cloud_jobs import CloudJobsError
    except MissingFilesError as error:
        return refusal(502, str(error))
    try:
        found = await asyncio.to_thread(data)
    except (CloudJobsError, ConsentError) as error:
        return refusal(failed, str(error))
    return found if isinstance(found, web.Response) else web.json_response(found)


def _account_data() -> dict[str, Any]:
    """What is known without asking D-ID: "source" is where the key was found, "" if there is none; the key
    itself is never told. "enabled": cloud services may be used. "problem": what is wrong here. "jobs": those
    that are not finished."""
    from ..cloud_jobs import CloudJobsError
    from ..cloud_jobs.errors import KeyMissingError
    from ..did_client import find_key

    source = problem = ""
    try:
        source = find_key(did_folder()).source
    except KeyMissingError:
        pass
    except CloudJobsError as error:
        problem = str(error)
    return {
        "source": source,
        "enabled": did_settings().cloud,
        "problem": problem,
        "jobs": [_job_data(job) for job in unfinished()],
    }


def _credits_data() -> dict[str, Any]:
    """{"remaining", "total", "plans", "spent", "allowed"}: asks D-ID."""
    return open_jobs().balance().data()


def _job_data(job: Job) -> dict[str, Any]:
    """started: seconds since 1970. note: what stands in its way."""
    return {
        "id": job.id[:12],
        "state": job.state,
        "started": job.created,
        "credits": job.credits,
        "note": job.problem or ", ".join(job.candidates),
    }


def _key_data() -> dict[str, Any]:
    from ..did_client import has_key

    return {"configured": has_key(did_folder())}


def _consent_data() -> dict[str, Any]:
    """ "name", "address": of the terms there are to agree to. "path": where consent is kept. "by", "at": who
    has agreed and when, "" for nobody."""
    consents = Consents(did_folder())
    given = consents.given(TERMS)
    return {
        "name": TERMS.name,
        "address": TERMS.address,
        "path": str(consents.path),
        "by": given.by if given else "",
        "at": given.at if given else "",
    }
