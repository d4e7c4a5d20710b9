"""`…/cloud/SERVICE`: what the page shows of an account at a service, and its way to set the key and to agree.
The key is written, never read back. `…/cloud` lists the services."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from aiohttp import web

from ..backends.cloud.services import services
from ..backends.cloud.spec import CloudSpec
from ..engine.consent import Consents
from ..engine.errors import ConsentError, MissingFilesError
from .cloud_account import account_folder, account_settings, jobs_of, unfinished
from .guard import Handler, add_route, is_local, refusal
from .requirements import engine_imports

if TYPE_CHECKING:
    from ..cloud_jobs.job import Job

_KINDS = {str: "one text", bool: "true or false"}
Data = dict[str, Any]


def register_routes(server: Any) -> None:
    add_route(server, "GET", "/cloud", _list)
    add_route(server, "GET", "/cloud/{name}", _telling(_account_data, 502))
    add_route(server, "GET", "/cloud/{name}/credits", _telling(_credits_data, 502))
    add_route(server, "GET", "/cloud/{name}/key", _telling(_key_data))
    add_route(server, "POST", "/cloud/{name}/key", _changing("key", str, _set_key))
    add_route(server, "GET", "/cloud/{name}/consent", _telling(_consent_data))
    add_route(server, "POST", "/cloud/{name}/consent", _changing("consent", bool, _set_consent))


async def _list(request: web.Request) -> web.Response:
    """[{"name", "title", "terms"}], in their order."""
    listed = [{"name": spec.name, "title": spec.title, "sends": spec.sends} for spec in services().values()]
    return web.json_response(listed)


def _telling(data: Callable[[CloudSpec], Data], failed: int = 400) -> Handler:
    """A route that tells what the function returns of the service it names."""

    async def tell(request: web.Request) -> web.Response:
        spec = services().get(request.match_info["name"])
        return _nobody() if spec is None else await _answer(lambda: data(spec), failed)

    return tell


def _changing(name: str, kind: type, change: Callable[[CloudSpec, Any], Data]) -> Handler:
    """A route that changes something by the one value in the request's JSON, for a page opened on this
    machine."""

    async def act(request: web.Request) -> web.Response:
        spec = services().get(request.match_info["name"])
        if spec is None:
            return _nobody()
        try:
            value = (await request.json())[name]
        except (ValueError, KeyError, TypeError):
            value = None

        def checked() -> Data | web.Response:
            if not (is_local(request) or account_settings(spec).key_from_network):
                return refusal(
                    403,
                    f"The {name} can be changed only on the computer that runs ComfyUI; open the page there "
                    f"as http://127.0.0.1, or set key_from_network in {spec.service().settings_file}.",
                )
            if not isinstance(value, kind):
                return refusal(400, f'The request must hold {_KINDS[kind]}, "{name}".')
            return change(spec, value)

        return await _answer(checked)

    return act


def _nobody() -> web.Response:
    return refusal(404, "There is no such service.")


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


def _account_data(spec: CloudSpec) -> Data:
    """What is known without asking the service: "source" is where the key was found, "" if there is none; the
    key itself is never told. "enabled": cloud services may be used. "problem": what is wrong here. "jobs":
    those that are not finished. "units", "site", "command": for words."""
    from ..cloud_jobs import CloudJobsError, find_key
    from ..cloud_jobs.errors import KeyMissingError

    service = spec.service()
    source = problem = ""
    try:
        source = find_key(service, account_folder(spec)).source
    except KeyMissingError:
        pass
    except CloudJobsError as error:
        problem = str(error)
    return {
        "source": source,
        "enabled": account_settings(spec).cloud,
        "problem": problem,
        "units": service.units,
        "site": service.site,
        "command": service.command,
        "jobs": [_job_data(job) for job in unfinished(spec)],
    }


def _credits_data(spec: CloudSpec) -> Data:
    """{"remaining", "total", "plans", "spent", "allowed"}: asks the service."""
    return jobs_of(spec)().balance().data()


def _job_data(job: Job) -> Data:
    """started: seconds since 1970. note: what stands in its way."""
    return {
        "id": job.id[:12],
        "state": job.state,
        "started": job.created,
        "credits": job.credits,
        "note": job.problem or ", ".join(job.candidates),
    }


def _key_data(spec: CloudSpec) -> Data:
    """ "form": where a key is to be found."""
    from ..cloud_jobs import has_key

    service = spec.service()
    return {"configured": has_key(service, account_folder(spec)), "form": service.key_form}


def _set_key(spec: CloudSpec, key: str) -> Data:
    """{"key": "…"} sets the key, {"key": ""} clears it."""
    from ..cloud_jobs import clear_key, store_key

    if key.strip():
        store_key(spec.service(), account_folder(spec), key)
    else:
        clear_key(spec.service(), account_folder(spec))
    return _key_data(spec)


def _consent_data(spec: CloudSpec) -> Data:
    """ "name", "address": of the terms there are to agree to. "path": where consent is kept. "by", "at": who
    has agreed and when, "" for nobody."""
    consents = Consents(account_folder(spec))
    given = consents.given(spec.terms)
    return {
        "name": spec.terms.name,
        "address": spec.terms.address,
        "path": str(consents.path),
        "by": given.by if given else "",
        "at": given.at if given else "",
    }


def _set_consent(spec: CloudSpec, consent: bool) -> Data:
    """{"consent": true} agrees, {"consent": false} takes it back."""
    consents = Consents(account_folder(spec))
    (consents.give if consent else consents.withdraw)(spec.terms)
    return _consent_data(spec)
