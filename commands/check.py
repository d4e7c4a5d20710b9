"""`check`: an engine's real weights on this machine, as a block of text for an issue.

Nobody who builds the pack has all weights and all devices: what is known is what users send in.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import platform
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..backends.registry import backends
from ..backends.render_spec import RenderSpec
from ..backends.spec import BackendSpec
from ..engine.host.plain import PlainHost
from ..engine.report import RunReport
from ..engine.weights.entries import readable
from . import flags
from .backend_flags import add_backend_flags, announce, chosen_settings
from .outputs import check_inputs
from .parser import UsageError, add_command
from .version import version

if TYPE_CHECKING:
    import torch
    from PIL.Image import Image

_DEMO = Path(__file__).parents[1] / "demo"
# What numbers depend on.
_LIBRARIES = ("torch", "diffusers", "transformers", "numpy", "av", "onnxruntime")
_MEMORY_INTERVAL = 0.05


def add_parser(commands: argparse._SubParsersAction) -> None:
    parser = add_command(
        commands,
        "check",
        "render the demo with an engine's real weights and print what to send in with an issue",
        "check musetalk",
        "check wav2lip --source clip.mp4 --audio voice.wav --device cpu",
    )
    parser.add_argument("backend", metavar="ENGINE", choices=sorted(backends()))
    parser.add_argument(
        "--source", type=Path, metavar="FILE", help="instead of the demo clip, or the demo picture"
    )
    flags.add_audio(parser, "instead of the demo verse")
    parser.add_argument("--device", help="cuda, mps, cpu …: the best there is by default")
    flags.add_running(parser)
    add_backend_flags(parser)
    parser.set_defaults(run=_check, audio=_DEMO / "verse.mp3")


def _check(options: argparse.Namespace) -> None:
    from ..backends.run import run

    spec = backends()[options.backend]
    if spec.remote:
        raise UsageError(f"{spec.title} works at a service: `check` is for engines that run here.")
    settings = chosen_settings(options)
    animates = spec.task == "portrait"
    source = options.source or _DEMO / ("portrait.jpg" if animates else "clip.mp4")
    if animates:
        settings = replace(settings, use_first_frame=True)
    check_inputs({"--source": source, "--audio": options.audio})
    if options.device is not None:
        _check_device(options.device)
    host = _CheckHost(options.device, not options.quiet)
    with host:
        announce(spec.name, settings, host)
        render = RenderSpec(source, options.audio, spec.name, settings, length="shortest")
        started = time.monotonic()
        backend = render.make_backend(host)
        loaded = time.monotonic() - started
        with _peak_memory(host.device) as peak:
            request = render.request(host)
            report = run(backend, request, host, host.temp_file(".mp4"))
        rows = [
            ("engine", f"{report.backend}, {_told(settings) or 'as it comes'}"),
            *_files(spec, settings, host),
            ("machine", _machine(host.device)),
            ("versions", _versions()),
            *_networks(host),
            *_work(report, host, loaded),
            ("memory", ", ".join(f"{name} {readable(int(size))}" for name, size in peak.items())),
            *(("check", _placeless(said, host)) for said in (spec.check(source, host) if spec.check else ())),
            *(("note", note) for note in report.notes),
        ]
    print("```")
    for name, value in rows:
        print(f"{name:10} {value}")
    print("```")


def _placeless(said: str, host: PlainHost) -> str:
    """Without the user's folders: the block is for others to read."""
    return said.replace(str(host.models_folder("any").parent), "models")


def _check_device(name: str) -> None:
    """Raises UsageError for what is no device, and for one that this machine doesn't have."""
    import torch

    try:
        torch.zeros(1, device=name).cpu()
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        cause = (str(error).splitlines() or [type(error).__name__])[0].rstrip(". ")
        raise UsageError(
            f"argument --device: {name} can't be used here ({cause}): choose another device, or leave it out "
            "for the best there is."
        ) from error


def _told(settings: Any) -> str:
    default = type(settings)()
    changed = {name: value for name, value in vars(settings).items() if value != getattr(default, name)}
    return ", ".join(f"{name} {value}" for name, value in changed.items())


def _files(spec: BackendSpec, settings: Any, host: PlainHost) -> Iterator[tuple[str, str]]:
    """Each file that is read, against its published digest."""
    from ..engine.weights.status import verify

    said = {True: "as published", False: "NOT as published", None: "unknown"}
    for each in verify(spec.weights(settings), host):
        yield "file", f"{each.file.place}: {said[each.right]}{f' ({each.note})' if each.note else ''}"


def _machine(device: torch.device) -> str:
    import torch

    name = platform.processor() or platform.machine()
    if device.type == "cuda":
        seen = torch.cuda.get_device_properties(device)
        name = f"{seen.name}, {readable(seen.total_memory)}, CUDA {torch.version.cuda or torch.version.hip}"
    return f"{name} ({device}), {platform.platform()}"


def _versions() -> str:
    found = [f"LipSync Studio {version()}", f"Python {platform.python_version()}"]
    for name in _LIBRARIES:
        try:
            found.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            found.append(f"no {name}")
    return ", ".join(found)


def _networks(host: _CheckHost) -> Iterator[tuple[str, str]]:
    for module in host.networks:
        parameters = list(module.parameters())
        count = sum(each.numel() for each in parameters)
        dtype = str(parameters[0].dtype).removeprefix("torch.")
        times = host.moved.get(id(module), 0)
        yield "network", f"{type(module).__name__}: {count / 1e6:.1f} M in {dtype}, uploaded {times} times"


def _work(report: RunReport, host: _CheckHost, loaded: float) -> Iterator[tuple[str, str]]:
    width, height = report.size
    yield "frames", f"{report.frames} of {width}x{height}, {report.generated} generated"
    seconds = {"loading": loaded, **host.stages}
    yield "seconds", ", ".join(f"{name} {spent:.1f}" for name, spent in seconds.items())
    yield "speed", f"{report.frames / report.seconds['render']:.1f} frames/s while rendering"
    if report.score is not None:
        yield "score", _scored(report.score)


def _scored(score: dict[str, Any]) -> str:
    """As figures, by which engines can be compared, and in a sentence; the sentence alone where there is too
    little to measure."""
    sync = score["sync"]
    if sync is None:
        return str(score["verdict"])
    lag = f"lag {sync['lag']:+d} frames ({score['lag_ms']:+.0f} ms)"
    return f"{sync['score']:.3f}, p {sync['p']:.3f}, {lag}: {score['verdict']}"


class _CheckHost(PlainHost):
    """Notes what goes by. networks: in the order they were managed. moved: how often each was brought to the
    device, by id. stages: seconds from one stage's first report to the next one's."""

    def __init__(self, device: str | None, progress: bool) -> None:
        super().__init__(device, progress=progress)
        self.networks: list[torch.nn.Module] = []
        self.moved: dict[int, int] = {}
        self.stages: dict[str, float] = {}
        self._last: tuple[str, float] | None = None

    def manage(self, module: torch.nn.Module) -> Any:
        self.networks.append(module)
        return super().manage(module)

    @contextmanager
    def resident(self, *models: Any, activation_bytes: int = 0) -> Iterator[None]:
        for model in models:
            if model.waiting_bytes(self.device):
                self.moved[id(model.module)] = self.moved.get(id(model.module), 0) + 1
        with super().resident(*models, activation_bytes=activation_bytes):
            yield

    def progress(
        self, stage: str, done: int, total: int, preview: Image | None = None, *, unit: str = "frames"
    ) -> None:
        now = time.monotonic()
        if self._last is not None:
            name, before = self._last
            self.stages[name] = self.stages.get(name, 0.0) + now - before
        self._last = stage, now
        super().progress(stage, done, total, preview, unit=unit)


@contextmanager
def _peak_memory(device: torch.device) -> Iterator[dict[str, float]]:
    """Filled at the end: the most that was taken, in bytes, of the device and of the machine."""
    import torch

    peak: dict[str, float] = {}
    cuda = device.type == "cuda"
    if cuda:
        torch.cuda.reset_peak_memory_stats(device)
    most, done = [0], threading.Event()

    def watch() -> None:
        while not done.wait(_MEMORY_INTERVAL):
            most[0] = max(most[0], _resident_bytes())

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield peak
    finally:
        done.set()
        watcher.join()
        if cuda:
            peak["device"] = torch.cuda.max_memory_allocated(device)
        if most[0]:
            peak["machine"] = most[0]


def _resident_bytes() -> int:
    """Of this process; 0 where nothing tells."""
    try:
        import psutil
    except ImportError:
        return 0
    return int(psutil.Process().memory_info().rss)
