"""Replies that no honest service would send end as errors of the service, not of this program."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cloud_matrix import KEY, Bench, FakeClock
from fake_cloud import FakeServer, Fault, wired
from fake_cloud.exchange import Answer, Call, json_answer

from lipsync_studio.backends.heygen.client import SERVICE as HEYGEN
from lipsync_studio.backends.syncso.client import SERVICE as SYNCSO
from lipsync_studio.backends.synthesia.client import SERVICE as SYNTHESIA
from lipsync_studio.cloud_jobs import ApiKey, Service, parse
from lipsync_studio.cloud_jobs.errors import ReplyError, ServiceError
from lipsync_studio.cloud_jobs.transport import Transport
from lipsync_studio.did_client import SERVICE as DID

from .conftest import cases

HUGE = 10**400
DEEP = b"[" * 200_000 + b"]" * 200_000


@pytest.mark.parametrize(
    ("read", "value", "found"),
    [
        (parse.number, HUGE, None),
        (parse.number, -HUGE, None),
        (parse.number, float("nan"), None),
        (parse.number, 7, 7.0),
        (parse.http_date, "Mon, 99999999999999999999999 Jan 2026 00:00:00 GMT", None),
        (parse.http_date, "Mon, 01 Jan 2026 00:00:00 +99999999999999", None),
        (lambda value: parse.retry_after(value, 0.0), "\u00b2", None),
        (lambda value: parse.retry_after(value, 0.0), "9" * 400, parse.MAX_RETRY_AFTER),
        (parse.stem, "https://[", ""),
        (parse.stem, "https://example.org/a/clip.mp4?b", "clip"),
    ],
    ids=lambda value: getattr(value, "__name__", str(value)[:20]),
)
def test_what_can_not_be_read_is_absent(read: Callable[[Any], Any], value: Any, found: Any) -> None:
    assert read(value) == found


NO_LISTS = [5, 0, True, 1.5, "text", {"a": [1]}]


@pytest.mark.parametrize("value", [None, *NO_LISTS], ids=repr)
def test_what_is_no_list_is_one_error(value: Any) -> None:
    assert parse.objects(value) == []
    with pytest.raises(ReplyError, match="Toy's list of clips is not a list"):
        parse.listed("Toy", "clips", value)
    if value is None:
        assert parse.listed("Toy", "clips", value, needed=False) == []
    else:
        with pytest.raises(ReplyError, match="not a list"):
            parse.listed("Toy", "clips", value, needed=False)


def test_what_is_no_object_in_a_list_is_passed_over() -> None:
    assert parse.listed("Toy", "clips", [1, None, {"id": "a"}, [], "b"]) == [{"id": "a"}]


def answering(service: Service, body: Any) -> Any:
    """The service's client, where every call is answered so."""

    class Answers(FakeServer):
        def answer(self, call: Call, late: float = 0.0) -> Answer:
            return json_answer(body)

    server = Answers()
    server.url = "http://127.0.0.1:9"
    key = ApiKey(KEY, "a test", service)
    session = functools.partial(wired, server)
    return service.connect(Transport(server.url, key, FakeClock(), style=key.styles()[0], session=session))


LISTS: list[tuple[Service, str, Callable[[Any], Any]]] = [
    (DID, "talks", lambda client: client.page("")),
    (DID, "credits", lambda client: client.credits()),
    (DID, "voices", lambda client: client.voices()),
    (SYNCSO, "generations", lambda client: client.page("")),
    (HEYGEN, "data", lambda client: client.page("")),
    (HEYGEN, "data", lambda client: list(client.voices())),
    (SYNTHESIA, "videos", lambda client: client.page("")),
]


@pytest.mark.parametrize("value", NO_LISTS, ids=repr)
@pytest.mark.parametrize(("service", "name", "ask"), LISTS, ids=lambda value: getattr(value, "id", None))
def test_a_list_that_is_none_is_the_services_error(
    service: Service, name: str, ask: Callable[[Any], Any], value: Any
) -> None:
    with pytest.raises(ReplyError, match=f"{service.title}'s list of .* is not a list"):
        ask(answering(service, {name: value}))


@pytest.mark.parametrize("value", NO_LISTS, ids=repr)
def test_a_clip_is_taken_whatever_else_is_told_of_it(value: Any) -> None:
    """An order's id must not be lost for something that nobody needs."""
    client = answering(SYNCSO, {"id": "gen_1", "status": "PENDING", "input": value})
    assert client.status("gen_1").id == "gen_1"
    did = answering(DID, [{"id": "voice", "languages": value}])
    assert [voice.languages for voice in did.voices()] == [()]


@pytest.mark.parametrize("duration", ["9" * 5000 + ":00:01", "0:00:" + "9" * 5000])
def test_a_length_beyond_all_bounds_is_not_told(duration: str) -> None:
    assert answering(SYNTHESIA, {"id": "vid_1", "duration": duration}).status("vid_1").duration is None


@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.parametrize("name", cases())
def test_json_without_a_bottom(name: str, status: int, folder: Path) -> None:
    case, clock = cases()[name], FakeClock()
    with case.start(True, clock.now) as server:
        bench = Bench(case, folder / "account", clock, server)
        bench.session = lambda: wired(server)
        server.faults = [Fault(case.calls[0], status=status, body=DEEP, nth=())]
        jobs = bench.jobs()
        with pytest.raises(ServiceError):
            jobs.run(jobs.start(case.order(1), consent=True).id)
        assert server.charged() == 0


@pytest.mark.parametrize("price", [1e307, "1e307", 1e308, 1e20])
def test_a_price_beyond_all_bounds_orders_nothing(price: float | str, folder: Path) -> None:
    case, clock = cases()["syncso"], FakeClock()
    with case.start(True, clock.now) as server:
        bench = Bench(case, folder / "account", clock, server)
        bench.session = lambda: wired(server)
        body = [{"estimatedGenerationCost": price}, {"estimatedGenerationCost": price}]
        server.faults = [Fault("POST /v2/analyze/cost", status=200, body=body, nth=())]
        jobs = bench.jobs(per_second=1.0)
        job = jobs.start(case.order(1), consent=True)
        with pytest.raises(ServiceError, match="price that can't be meant"):
            jobs.run(job.id)
        assert jobs.journal.get(job.id).state == "planned"
        assert not server.requests(case.paid)


def test_an_upload_to_no_address_is_not_sent(folder: Path) -> None:
    case, clock = cases()["syncso"], FakeClock()
    with case.start(True, clock.now) as server:
        bench = Bench(case, folder / "account", clock, server)
        bench.session = lambda: wired(server)
        body = {"uploadUrl": "https://[", "url": "https://["}
        server.faults = [Fault("POST /v2/assets/upload", status=200, body=body, nth=())]
        jobs = bench.jobs()
        with pytest.raises(ServiceError, match="not https; nothing was sent"):
            jobs.run(jobs.start(case.order(1), consent=True).id)
