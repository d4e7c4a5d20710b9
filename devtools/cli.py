"""The commands of `dev.py`."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from pathlib import Path

from . import environment
from .paths import BASE, ROOT
from .steps import SetupError, say

DEFAULT_PORT = 8188
# Each process of tests has a ComfyUI server and a browser of its own: 1.5 GB.
_TEST_PROCESSES = 4


def main(arguments: list[str]) -> int:
    """Runs one command and returns the exit code."""
    parser, options, further = _parse(arguments)
    if options.command in ("demo", "web") and further:
        parser.error(f"unrecognized arguments: {' '.join(further)}")
    # Like Ctrl-C, so that a server that was started here is stopped.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        if not environment.inside():
            environment.enter(arguments)
        comfy = environment.prepare(tests=options.command == "test")
        if options.command == "demo":
            return _demo(comfy, keep_serving=options.serve)
        if options.command == "serve":
            return _serve(comfy, further)
        if options.command == "test":
            return _test(further)
        if options.command == "web":
            return _web()
        return _bench(further)
    except SetupError as error:
        say(f"dev.py: {error}")
        return 1
    except KeyboardInterrupt:
        return 128 + signal.SIGINT


def _parse(arguments: list[str]) -> tuple[argparse.ArgumentParser, argparse.Namespace, list[str]]:
    parser = argparse.ArgumentParser(
        prog="dev.py",
        description="Everything happens inside the checkout: .venv holds the Python packages, "
        ".cache holds ComfyUI and its files.",
    )
    commands = parser.add_subparsers(
        dest="command", required=True, metavar="demo | serve | test | web | bench"
    )
    demo = commands.add_parser("demo", help="make the sample lyric video on a real ComfyUI server")
    demo.add_argument("--serve", action="store_true", help="keep the server up with the workflow to load")
    for name, summary in (
        ("serve", "run ComfyUI with this pack; further arguments go to ComfyUI"),
        ("test", "run all tests; further arguments go to pytest"),
        ("web", "check, test and build the front end's TypeScript"),
        ("bench", "measure speed and memory; further arguments go to the benchmark"),
    ):
        commands.add_parser(name, help=summary, allow_abbrev=False)
    return parser, *parser.parse_known_args(arguments)


def _demo(comfy: Path, *, keep_serving: bool) -> int:
    from . import demo

    return demo.run(comfy, BASE, keep_serving=keep_serving)


def _serve(comfy: Path, options: list[str]) -> int:
    import torch

    from .server import ComfyServer, free_port, is_free

    if not torch.cuda.is_available() and not torch.backends.mps.is_available():
        options = ["--cpu", *options]
    port = DEFAULT_PORT if is_free(DEFAULT_PORT) else free_port()
    with ComfyServer(comfy, BASE, options, port=port) as server:
        print(server.url, flush=True)
        server.wait()
    return 0


def _test(options: list[str]) -> int:
    import pytest

    from . import chromium

    os.environ[chromium.VARIABLE] = str(chromium.obtain())
    os.chdir(ROOT)
    return int(pytest.main(options or _everything()))


def _everything() -> list[str]:
    """All tests, a file of them to each process at a time."""
    processes = min(os.cpu_count() or 1, _TEST_PROCESSES)
    if processes == 1:
        return []
    # More threads than cores wait for each other most of the time.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    # In their own order: what comes after the browser's tests can't start a browser.
    return ["-n", str(processes), "--dist", "loadfile", "--no-loadscope-reorder"]


def _web() -> int:
    from . import frontend

    frontend.check_types()
    frontend.test()
    frontend.build()
    return 0


def _bench(options: list[str]) -> int:
    from .bench import main as bench

    return bench(options)
