"""Whether a call that failed was sent: only one that certainly was not may be repeated, since the repetition
may be paid for too. Against sockets that really refuse, stall and break off."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator

import pytest
import requests
from urllib3.exceptions import (
    ConnectTimeoutError,
    MaxRetryError,
    NameResolutionError,
    NewConnectionError,
    ProtocolError,
    ProxyError,
    ReadTimeoutError,
    SSLError,
)

from lipsync_studio.cloud_jobs import ApiKey
from lipsync_studio.cloud_jobs.errors import NoReplyError, UnreachableError
from lipsync_studio.cloud_jobs.transport import Timeouts, Transport, nothing_sent
from lipsync_studio.did_client import SERVICE

from .conftest import KEY, FakeClock

Peer = Callable[[socket.socket], None]
IMPATIENT = Timeouts(connect=5.0, read=0.2, create=0.2, upload=0.2, download=0.2)


def receive(peer: socket.socket) -> None:
    """The head of a request and the first of its body."""
    data = b""
    while b"\r\n\r\n" not in data and (more := peer.recv(65_536)):
        data += more


def read_and_reset(peer: socket.socket) -> None:
    receive(peer)
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # RST rather than FIN


def read_and_stall(peer: socket.socket) -> None:
    receive(peer)
    peer.recv(1)  # returns when the client has hung up


def half_header(peer: socket.socket) -> None:
    receive(peer)
    peer.sendall(b"HTTP/1.1 20")


def no_http(peer: socket.socket) -> None:
    receive(peer)
    peer.sendall(b"SSH-2.0-dropbear\r\n")


def no_tunnel(peer: socket.socket) -> None:
    receive(peer)
    peer.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")


def no_tls(peer: socket.socket) -> None:
    peer.recv(65_536)
    peer.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


def tunnel_then_no_tls(peer: socket.socket) -> None:
    receive(peer)
    peer.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    peer.recv(65_536)


@contextlib.contextmanager
def listening(act: Peer | None) -> Iterator[int]:
    """A port of this machine behind which each connection is treated so; None: nobody listens there."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        if act is None:
            server.close()
            yield port
            return

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    peer = server.accept()[0]
                    with peer, contextlib.suppress(OSError):
                        act(peer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield port
        server.shutdown(socket.SHUT_RDWR)
        thread.join(10)


def outcome(act: Peer | None, scheme: str, proxied: bool) -> type[Exception]:
    """What a POST that must not be repeated is answered with."""
    with listening(act) as port:
        session = requests.Session()
        session.trust_env = False
        address = f"{scheme}://127.0.0.1:{port}"
        if proxied:
            session.proxies = {scheme: f"http://127.0.0.1:{port}"}
            address = f"{scheme}://api.d-id.invalid"
        transport = Transport(
            address, ApiKey(KEY, "a test", SERVICE), FakeClock(), timeouts=IMPATIENT, session=lambda: session
        )
        with pytest.raises((NoReplyError, UnreachableError)) as caught:
            transport.call("POST", "/talks", once=True, json={"script": "x" * 1000})
        return caught.type


SENT, NOT_SENT = NoReplyError, UnreachableError


@pytest.mark.parametrize("handling", [False, True], ids=["", "while a refused connection is handled"])
@pytest.mark.parametrize(
    ("act", "scheme", "proxied", "expected"),
    [
        (None, "http", False, NOT_SENT),
        (None, "https", False, NOT_SENT),
        (None, "http", True, NOT_SENT),
        (None, "https", True, NOT_SENT),
        (no_tunnel, "https", True, NOT_SENT),
        (read_and_stall, "http", False, SENT),
        (read_and_stall, "http", True, SENT),
        (read_and_reset, "http", False, SENT),
        (read_and_reset, "http", True, SENT),
        (receive, "http", False, SENT),
        (receive, "http", True, SENT),
        (half_header, "http", False, SENT),
        (no_http, "http", False, SENT),
        # Not sent either, but nothing in the exception says so.
        (no_tls, "https", False, SENT),
        (tunnel_then_no_tls, "https", True, SENT),
    ],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_sockets(
    act: Peer | None, scheme: str, proxied: bool, expected: type[Exception], handling: bool
) -> None:
    if not handling:
        assert outcome(act, scheme, proxied) is expected
        return
    with listening(None) as port:
        try:
            requests.get(f"http://127.0.0.1:{port}", timeout=5, proxies={"http": ""})
        except requests.ConnectionError:
            assert outcome(act, scheme, proxied) is expected


def wrapped(inner: Exception, *, retried: bool = True) -> requests.ConnectionError:
    """As requests wraps what urllib3 raises: by argument, without a cause."""
    return requests.ConnectionError(MaxRetryError(None, "/talks", inner) if retried else inner)  # type: ignore[arg-type]


def caused(
    error: Exception, cause: BaseException | None = None, context: BaseException | None = None
) -> Exception:
    error.__cause__, error.__context__ = cause, context
    return error


REFUSED = NewConnectionError(None, "refused")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("error", "unsent"),
    [
        (wrapped(REFUSED), True),
        (wrapped(NameResolutionError("api.d-id.com", None, socket.gaierror(-2, "unknown"))), True),  # type: ignore[arg-type]
        (requests.ConnectTimeout(MaxRetryError(None, "/talks", ConnectTimeoutError())), True),  # type: ignore[arg-type]
        (wrapped(SSLError(ssl.SSLCertVerificationError(1, "self-signed certificate"))), True),
        (requests.exceptions.ProxyError(MaxRetryError(None, "/talks", ProxyError("no", REFUSED))), True),  # type: ignore[arg-type]
        # urllib3 1 calls every failure behind a proxy so, a reset after the request included.
        (
            requests.exceptions.ProxyError(
                ProxyError("Cannot connect to proxy.", ConnectionResetError(104, "x"))
            ),
            False,
        ),
        (wrapped(SSLError(ssl.SSLEOFError(8, "EOF in violation of protocol"))), False),
        (requests.ReadTimeout(ReadTimeoutError(None, "/talks", "read timed out")), False),  # type: ignore[arg-type]
        (
            wrapped(ProtocolError("Connection aborted.", ConnectionResetError(104, "reset")), retried=False),
            False,
        ),
        (caused(requests.ReadTimeout("late"), context=wrapped(REFUSED)), False),
        (
            caused(
                requests.ReadTimeout(
                    caused(
                        ReadTimeoutError(None, "/", "late"),  # type: ignore[arg-type]
                        cause=caused(TimeoutError("late"), context=REFUSED),
                    )
                )
            ),
            False,
        ),
        (caused(RuntimeError("in other words"), cause=wrapped(REFUSED)), True),
        (OSError("Tunnel connection failed: 403 Forbidden"), True),
        (OSError("no tunnel"), False),
        (None, False),
    ],
    ids=str,
)
def test_chains(error: BaseException | None, unsent: bool) -> None:
    assert nothing_sent(error) is unsent


def test_a_chain_may_bite_its_tail() -> None:
    first, second = RuntimeError("a"), RuntimeError("b")
    first.__cause__, second.__cause__ = second, first
    assert not nothing_sent(first)
