"""Who makes clips: one job, or one part of a job, at a time, with engines that stay loaded.

Every task says what became of it as a value, so that an error of the clip's own is told from one of the
machine: the first would come again, the second may not.
"""

from __future__ import annotations

import hashlib
import os
import platform
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ..backends.dub.backend import DubBackend
from ..backends.run import run
from ..engine.boundary import own_error
from ..engine.errors import (
    Cancelled,
    DeviceMemoryError,
    InputError,
    LipSyncError,
    OutputError,
    UnexpectedError,
)
from ..engine.host.plain import PlainHost
from ..engine.media.join import PartsError
from ..engine.media.writer import encoder_setting
from ..engine.report import RunReport
from . import parts
from .inputs import Inputs, sha256
from .job import Job
from .lyric_video import LyricVideoSpec, make_lyric_video
from .manifest import ENDING, PART_NAME, Found, Manifest, Origin, look_up, part_name, parts_folder
from .parts import Opened, SplitPlan
from .store import Store, open_store

if TYPE_CHECKING:
    from ..backends.protocol import LipSyncBackend
    from ..backends.render_spec import RenderSpec

# Engines that stay loaded: of more, the one used longest ago goes.
_WARM = 2
# The machine's, and worth another try, maybe elsewhere.
_MACHINE = (DeviceMemoryError, OutputError, UnexpectedError)

Kind = Literal["made", "kept", "split", "input", "machine"]


@dataclass(frozen=True)
class Outcome:
    """kind: `made`; `kept`, which was whole already; `split`, there is a plan of so many `parts`; an error of
    an `input`, or of the `machine`. text: of the error. frames: of the video, or the part."""

    kind: Kind
    text: str = ""
    frames: int = 0
    seconds: float = 0.0
    parts: int = 0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Planned:
    """A plan, and the inputs it was made of."""

    split: SplitPlan
    inputs: dict[str, Origin]


class Worker:
    """out: where results are published. interrupt: whether Ctrl-C stops it, as in a process of its own."""

    def __init__(self, out: str, *, interrupt: bool = False) -> None:
        self._store: Store = open_store(out)
        self._host = _WorkerHost(None if interrupt else threading.Event())
        self._host.__enter__()
        self._warm: OrderedDict[str, LipSyncBackend] = OrderedDict()
        # The files of the clip whose parts are being rendered.
        self._opened: tuple[str, Opened] | None = None
        self._inputs = Inputs(self._host.temp_file, self._host.check_cancelled)
        self._current = ""

    def facts(self) -> dict[str, Any]:
        return {"pid": os.getpid(), "machine": platform.node()}

    def progress(self) -> int:
        """Frames of the task under way."""
        return self._host.frames

    def close(self) -> None:
        self._inputs.close()
        self._host.close()

    def make(self, job: Job) -> Outcome:
        """The whole clip."""
        return self._guarded(job, lambda: self._make(job))

    def plan(self, job: Job, seconds: float) -> tuple[Outcome, Planned | None]:
        """What its parts are rendered by, if it is not whole already. A clip that can't be rendered in parts
        is made at once."""
        made: list[Planned] = []
        outcome = self._guarded(job, lambda: self._plan(job, seconds, made))
        return outcome, made[0] if made else None

    def part(self, job: Job, plan: Planned, number: int) -> Outcome:
        return self._guarded(job, lambda: self._part(job, plan, number))

    def join(self, job: Job, plan: Planned) -> Outcome:
        """Of all parts, once they are rendered."""
        return self._guarded(job, lambda: self._join(job, plan))

    def _make(self, job: Job, notes: Sequence[str] = ()) -> Outcome:
        found = look_up(job, self._store, self._inputs)
        if found.state == "whole":
            return _kept(found)
        told: list[str] = [*notes]
        spec = self._spec(job, told)
        backend = self._backend(parts.render_of(spec))
        path = self._host.temp_file(Path(job.out).suffix)
        try:
            if isinstance(spec, LyricVideoSpec):
                report = make_lyric_video(spec, self._host, path, job.crf, backend)
            else:
                report = run(backend, spec.request(self._host), self._host, path, job.crf)
            report.notes[:0] = told
            return self._publish(job, found, path, report)
        finally:
            path.unlink(missing_ok=True)

    def _plan(self, job: Job, seconds: float, made: list[Planned]) -> Outcome:
        found = look_up(job, self._store, self._inputs)
        if found.state == "whole":
            return _kept(found)
        spec = self._spec(job, [])
        backend = self._backend(parts.render_of(spec))
        if not isinstance(backend, DubBackend):
            return self._make(job, (f"{backend.name} makes a clip as a whole, and was asked for no parts.",))
        plan, opened = parts.split(spec, backend, self._host, seconds)
        self._opened = found.key, opened
        made.append(Planned(plan, found.inputs))
        return Outcome("split", parts=plan.parts)

    def _part(self, job: Job, planned: Planned, number: int) -> Outcome:
        found, plan = self._unchanged(job, planned), planned.split
        name, key = part_name(job, *plan.part(number)), f"{found.key} {_encoder()}"
        known = Manifest.read(self._store.text(name + ENDING))
        if known and known.key == key and self._store.size(name) == known.bytes:
            return Outcome("kept", frames=known.frames)
        spec = self._spec(job, [])
        render = parts.render_of(spec)
        backend = self._backend(render)
        assert isinstance(backend, DubBackend)
        if self._opened is None or self._opened[0] != found.key:
            self._opened = found.key, parts.opened(spec, plan, self._host)
        path = self._host.temp_file(".mp4")
        try:
            report = parts.render_part(
                plan, number, self._opened[1], backend, self._host, path, job.crf, spec
            )  # fmt: skip
            return self._published(name, replace(found, key=key), path, report)
        finally:
            path.unlink(missing_ok=True)

    def _join(self, job: Job, planned: Planned) -> Outcome:
        found, plan = self._unchanged(job, planned), planned.split
        if found.state == "whole":
            return _kept(found)
        told: list[str] = []
        spec = self._spec(job, told)
        if self._opened is None or self._opened[0] != found.key:
            self._opened = found.key, parts.opened(spec, plan, self._host)
        copies, files, reports = [], [], []
        path = self._host.temp_file(Path(job.out).suffix)
        try:
            for number in range(plan.parts):
                name = part_name(job, *plan.part(number))
                known = Manifest.read(self._store.text(name + ENDING))
                if known is None or known.key.partition(" ")[0] != found.key:
                    raise OutputError(f"The part {name} is gone: run the batch again.")
                copies.append(self._host.temp_file(".mp4"))
                files.append(self._store.fetch(name, copies[-1]))
                reports.append(parts.report_from(known.report))
            try:
                report = parts.join(plan, self._opened[1], files, reports, path)
            except PartsError:
                # Else they would be kept, and refused, for ever.
                self._store.clear(parts_folder(job), PART_NAME)
                raise
            report.notes[:0] = told
            outcome = self._publish(job, found, path, report)
        finally:
            for each in (path, *copies):
                each.unlink(missing_ok=True)
        return outcome

    def _unchanged(self, job: Job, planned: Planned) -> Found:
        """Raises InputError where an input holds something else than what the clip was planned of."""
        found = look_up(job, self._store, self._inputs, planned.inputs)
        for use, origin in planned.inputs.items():
            if found.inputs[use].sha256 != origin.sha256:
                raise InputError(f"The {use} has changed since the clip was planned: run the batch again.")
        return found

    def _publish(self, job: Job, found: Found, path: Path, report: RunReport) -> Outcome:
        outcome = self._published(job.out, found, path, report)
        self._store.clear(parts_folder(job), PART_NAME)
        return outcome

    def _published(self, name: str, found: Found, path: Path, report: RunReport) -> Outcome:
        """The video first, the manifest once it is there."""
        told, size = report.to_dict(), path.stat().st_size
        manifest = Manifest(found.key, name, report.frames, size, sha256(path), found.inputs, told)
        self._store.put(path, name)
        self._store.put_text(name + ENDING, manifest.to_json())
        return Outcome("made", frames=report.frames, notes=tuple(report.notes))

    def _spec(self, job: Job, notes: list[str]) -> RenderSpec | LyricVideoSpec:
        return job.spec(self._inputs.local, self._host.models_folders("fonts"), notes)

    def _backend(self, render: RenderSpec) -> LipSyncBackend:
        """The engine with these settings, loaded once."""
        which = f"{render.backend} {render.settings!r}"
        if which not in self._warm:
            render.check_ready(self._host)
            while len(self._warm) >= _WARM:
                self._warm.popitem(last=False)
            self._warm[which] = render.make_backend(self._host)
        self._warm.move_to_end(which)
        return self._warm[which]

    def _guarded(self, job: Job, task: Callable[[], Outcome]) -> Outcome:
        """Ends with an outcome whatever happens, but for a stop."""
        started = time.monotonic()
        self._host.frames = 0
        if job.out != self._current:
            self._inputs.close()
            self._opened, self._current = None, job.out
        try:
            outcome = task()
        except Cancelled:
            raise
        except Exception as error:
            known = own_error(error)
            machine = isinstance(known, _MACHINE) or not isinstance(error, LipSyncError)
            machine = machine and not _is_final(error)
            outcome = Outcome("machine" if machine else "input", str(known))
        return replace(outcome, seconds=round(time.monotonic() - started, 3))


# How engines of footage, of one picture, and those at services call the stage that hands on the result.
_FRAME_BY_FRAME = ("Lip-syncing", "Animating", "Taking over")


class _WorkerHost(PlainHost):
    """frames: that are done of the task."""

    def __init__(self, cancel: threading.Event | None) -> None:
        super().__init__(cancel=cancel)
        self.frames = 0

    def progress(
        self, stage: str, done: int, total: int, preview: Any = None, *, unit: str = "frames"
    ) -> None:
        super().progress(stage, done, total, preview, unit=unit)
        if stage.startswith(_FRAME_BY_FRAME):
            self.frames = done


def _is_final(error: BaseException | None) -> bool:
    """Whether the machine's fault comes again: parts that can't be joined, rights, a name that can't be."""
    while error is not None:
        if isinstance(error, (PartsError, PermissionError, NotADirectoryError, IsADirectoryError)):
            return True
        error = error.__cause__
    return False


def _encoder() -> str:
    return hashlib.sha256(encoder_setting().encode()).hexdigest()


def _kept(found: Found) -> Outcome:
    return Outcome("kept", frames=found.manifest.frames if found.manifest else 0)
