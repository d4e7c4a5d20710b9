"""A real ComfyUI server with this pack, as a child process."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

import psutil

from .comfyui import make_base
from .memory import PeakMemory, watch_memory
from .steps import SetupError

START_SECONDS = 300
STOP_SECONDS = 10
LOG_TAIL = 3000


class ServerError(SetupError):
    """The server did not start, or went away."""


class ComfyServer:
    """`with ComfyServer(comfy, base) as server:` runs the server for as long as the block lasts.

    comfy: ComfyUI's folder. base: its base directory, made if need be. options: for ComfyUI's command line.
    port: a free one if None. environment: variables beside this process's own. log: where the server's output
    goes; to this process's own if None.
    """

    def __init__(
        self,
        comfy: Path,
        base: Path,
        options: list[str] | None = None,
        *,
        port: int | None = None,
        environment: Mapping[str, str] | None = None,
        log: Path | None = None,
    ) -> None:
        self.comfy = comfy
        self.base = make_base(base)
        self.options = ["--cpu"] if options is None else options
        self.port = port or free_port()
        self.environment = dict(environment or {})
        self.log = log
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def process(self) -> psutil.Process:
        assert self._process is not None, "the server is not started"
        return psutil.Process(self._process.pid)

    def __enter__(self) -> ComfyServer:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Returns when the server answers; `ServerError` with the end of its log if it doesn't."""
        command = [sys.executable, str(self.comfy / "main.py"), "--base-directory", str(self.base)]
        command += ["--port", str(self.port), "--disable-auto-launch", "--database-url", "sqlite:///:memory:"]
        with self.log.open("wb") if self.log else contextlib.nullcontext() as output:
            self._process = subprocess.Popen(
                [*command, *self.options],
                cwd=self.comfy,
                env={**os.environ, **self.environment},
                stdin=subprocess.DEVNULL,
                # Standard output is for results.
                stdout=output or sys.stderr,
                stderr=subprocess.STDOUT,
                # Ctrl-C in the terminal reaches us alone, and we stop the server.
                start_new_session=os.name != "nt",
            )
        try:
            self._wait_until_up()
        except BaseException:
            self.stop()
            raise

    def _wait_until_up(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            self.check_alive()
            with contextlib.suppress(OSError), urllib.request.urlopen(f"{self.url}/system_stats", timeout=10):
                return
            time.sleep(0.2)
        raise ServerError(f"ComfyUI was not up after {START_SECONDS} s.{self._tail()}")

    def check_alive(self) -> None:
        assert self._process is not None, "the server is not started"
        code = self._process.poll()
        if code is not None:
            raise ServerError(f"ComfyUI ended with exit code {code}.{self._tail()}")

    def _tail(self) -> str:
        return f" The end of its log:\n{self.log_text()[-LOG_TAIL:]}" if self.log else ""

    def log_text(self) -> str:
        """Everything the server has printed; needs `log`."""
        assert self.log is not None, "the server's output was not kept"
        return self.log.read_text(errors="replace")

    def stop(self) -> None:
        """Ask the server to end, as Ctrl-C does, and make it end if it doesn't."""
        if self._process is None or self._process.poll() is not None:
            return
        if os.name == "nt":
            self._process.terminate()
        else:
            self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def wait(self) -> None:
        """Until the server ends by itself."""
        assert self._process is not None, "the server is not started"
        self._process.wait()

    def add_input(self, path: Path, name: str | None = None) -> str:
        """Copy a file into ComfyUI's input folder and return the name that loader nodes know it by."""
        name = name or path.name
        shutil.copyfile(path, self.base / "input" / name)
        return name

    def watch_memory(self) -> contextlib.AbstractContextManager[PeakMemory]:
        """Samples the server's resident memory while the block runs."""
        return watch_memory(self.process)


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def free_port() -> int:
    """One below those that systems hand out themselves: between now and when a server listens on it, no
    connection of anybody's is given it."""
    ports = random.SystemRandom().sample(range(10_000, 30_000), 1000)
    return next(port for port in ports if is_free(port))
