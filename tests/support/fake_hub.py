"""A model hub that runs here and answers as huggingface.co does: metadata in headers, large files by redirect
to a second server, ranges; with the faults that a test asks for."""

import hashlib
import re
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

LARGE = 10_000  # bytes from which a file is stored apart, as with LFS
BLOCK = 1 << 16


@dataclass
class Faults:
    """cut: bytes after which the connection is closed, for each coming transfer. hold: bytes after which
    transfers wait for `released`. whole: no ranges, 200 with the whole file. shift: a range begins so many
    bytes late. gated, refused: 401 and 403. down: how often 503 comes first. extra: bytes sent beyond the
    file. no_etag: nothing is said of the content."""

    cut: list[int] = field(default_factory=list)
    hold: int | None = None
    whole: bool = False
    shift: int = 0
    gated: bool = False
    refused: bool = False
    down: int = 0
    extra: bytes = b""
    no_etag: bool = False


@dataclass(frozen=True)
class Request:
    server: str
    method: str
    path: str
    range: str
    token: str


class FakeHub:
    def __init__(self):
        self.files = {}
        self.contents = {}
        self.faults = Faults()
        self.log = []
        self.released = threading.Event()

    def __enter__(self):
        self._servers = {}
        for name in ("hub", "cdn"):
            handler = type("Handler", (_Handler,), {"hub": self, "server_name": name})
            server = _Server(("127.0.0.1", 0), handler)
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
            self._servers[name] = server
        return self

    def __exit__(self, *_):
        self.released.set()
        for server in self._servers.values():
            server.shutdown()
            server.server_close()

    def url(self, name="hub"):
        # The redirect leads to another host, as it does from the real hub.
        host = "127.0.0.1" if name == "hub" else "localhost"
        return f"http://{host}:{self._servers[name].server_address[1]}"

    def add(self, repo, revision, path, content, served=None):
        """served: what is sent, where that is not what was published."""
        self.files[repo, revision, path] = content
        self.contents[hashlib.sha256(content).hexdigest()] = content if served is None else served

    def transfers(self):
        """(where each transfer began, and on which server) of file contents."""
        return [
            (request.server, request.range)
            for request in self.log
            if request.method == "GET" and (request.server == "cdn" or "/resolve/" in request.path)
        ]


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """Clients may go away: some are killed."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_HEAD(self):
        self._answer()

    def do_GET(self):
        self._answer()

    def _answer(self):
        hub = self.hub
        token = self.headers.get("Authorization", "")
        hub.log.append(
            Request(self.server_name, self.command, self.path, self.headers.get("Range", ""), token)
        )
        with suppress(BrokenPipeError, ConnectionResetError):
            if self.server_name == "cdn":
                self._content(hub.contents[self.path.strip("/")], {})
            else:
                self._resolve()

    def _resolve(self):
        hub, faults = self.hub, self.hub.faults
        if faults.down:
            faults.down -= 1
            return self._refuse(503, "", "")
        match = re.fullmatch(r"/([^/]+/[^/]+)/resolve/([^/]+)/(.+)", self.path)
        if not match:
            return self._refuse(404, "", "")
        repo, revision, path = match.groups()
        if faults.gated:
            return self._refuse(401, "GatedRepo", f"Access to model {repo} is restricted.")
        if faults.refused:
            return self._refuse(403, "", "Forbidden")
        if repo not in {key[0] for key in hub.files}:
            # So that nobody learns which private repositories there are.
            return self._refuse(401, "RepoNotFound", "Invalid username or password.")
        if (repo, revision) not in {key[:2] for key in hub.files}:
            return self._refuse(404, "RevisionNotFound", f"Invalid rev id: {revision}")
        if match.groups() not in hub.files:
            return self._refuse(404, "EntryNotFound", "Entry not found")
        content = hub.files[match.groups()]
        sha256 = hashlib.sha256(content).hexdigest()
        headers = {"X-Repo-Commit": revision}
        if len(content) < LARGE:
            etag = hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
            if not faults.no_etag:
                headers["ETag"] = f'"{etag}"'
            return self._content(hub.contents[sha256], headers)
        headers |= {"X-Linked-Size": str(len(content)), "Location": f"{hub.url('cdn')}/{sha256}"}
        if not faults.no_etag:
            headers |= {"X-Linked-ETag": f'"{sha256}"', "ETag": f'"{sha256}"'}
        self._head(302, 0, headers)

    def _content(self, content, headers):
        faults = self.hub.faults
        start = 0
        wanted = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        if wanted and not faults.whole:
            start = int(wanted[1])
            if start >= len(content):
                return self._head(416, 0, {"Content-Range": f"bytes */{len(content)}"})
            start += faults.shift
            headers = {**headers, "Content-Range": f"bytes {start}-{len(content) - 1}/{len(content)}"}
        body = content[start:] + faults.extra
        self._head(206 if "Content-Range" in headers else 200, len(body), headers)
        if self.command == "HEAD":
            return None
        cut = faults.cut.pop(0) if faults.cut else len(body)
        hold = faults.hold
        if hold is not None and start < hold <= start + cut:
            self._send(body[: hold - start])
            self.hub.released.wait(300)
            body, cut = body[hold - start :], cut - hold + start
        self._send(body[:cut])
        if cut < len(body):
            self.close_connection = True
        return None

    def _send(self, body):
        for at in range(0, len(body), BLOCK):
            self.wfile.write(body[at : at + BLOCK])
        self.wfile.flush()

    def _refuse(self, status, code, message):
        headers = {"X-Error-Code": code, "X-Error-Message": message} if code or message else {}
        self._head(status, 0, headers)

    def _head(self, status, length, headers):
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(length), "Accept-Ranges": "bytes"}.items():
            self.send_header(name, value)
        self.end_headers()


def wait_for(condition, seconds=180):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.02)
