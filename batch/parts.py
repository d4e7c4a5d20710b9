"""A long clip in parts: looked at once, rendered anywhere, joined.

What looks at the whole clip (faces, words, pauses, the engine's survey) is made once, as a value that
travels; whoever renders a part opens the files again and is handed the rest. Parts are silent; they are
joined by their packets, and the sound is coded once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from ..backends.dub.backend import DubBackend, DubPlan
from ..backends.run import request_notes, settled, write
from ..backends.speech import listen_each
from ..engine.errors import InputError, SourceMismatchError
from ..engine.media.join import join_parts
from ..engine.media.tracks import soundtrack_of
from ..engine.report import PersonReport, RunReport, Span, generated
from ..overlay.style import check_style
from .cuts import choose_cuts
from .lyric_video import LyricVideoSpec, overlay_of, sung, with_words

if TYPE_CHECKING:
    from ..align.words import WordTimings
    from ..backends.render_spec import RenderSpec
    from ..backends.request import LipSyncRequest
    from ..engine.host.protocol import Host
    from ..engine.media.frames import Frame
    from ..engine.media.source import Source

# Instead of samples, which whoever renders a part reads again.
_UNHEARD = np.empty(0, np.float32)
NO_SCORE = (
    "A clip that is rendered in parts is not scored, because whoever renders a part sees that part alone: "
    "use `score` on the result."
)


@dataclass(frozen=True)
class Opened:
    """The files of a spec. samples: what is heard of each voice's sound, float32 [n] mono at 16 kHz."""

    request: LipSyncRequest
    samples: tuple[np.ndarray, ...]


@dataclass(frozen=True)
class SplitPlan:
    """dub: without the source and the samples. borders: frames at which parts begin, and the end of the last.
    key: of the source. people: who speaks, where several do. words: what is shown. notes: of the run."""

    dub: DubPlan
    borders: tuple[int, ...]
    key: str
    people: tuple[str, ...]
    words: WordTimings | None
    notes: tuple[str, ...]

    @property
    def parts(self) -> int:
        return len(self.borders) - 1

    def part(self, number: int) -> tuple[int, int]:
        """Its first frame, and the one after its last."""
        return self.borders[number], self.borders[number + 1]


def render_of(spec: RenderSpec | LyricVideoSpec) -> RenderSpec:
    """What is rendered, without what is only drawn over it."""
    return sung(spec) if isinstance(spec, LyricVideoSpec) else spec


def split(
    spec: RenderSpec | LyricVideoSpec, backend: DubBackend, host: Host, seconds: float,
    cuts: Sequence[int] | None = None,
) -> tuple[SplitPlan, Opened]:  # fmt: skip
    """All that looks at the whole clip; and its files, for who goes on to render parts.

    cuts: the frames at which parts begin, but the first; None to choose them, `seconds` apart. Raises what
    `run` does before it renders, and InputError for cuts that are no frames in order."""
    request = render_of(spec).request(host)
    words, notes = None, list[str]()
    if isinstance(spec, LyricVideoSpec):
        check_style(spec.style)
        request, words, notes = with_words(spec, request, backend, host)
    request, told = settled(backend, request, host)
    plan = backend.plan(request, host)
    jobs = [voice.job for voice in plan.voices]
    timeline = plan.job.timeline
    if cuts is None:
        cuts = choose_cuts(jobs, backend.engine.batching(timeline.fps), seconds)
    borders = (0, *cuts, len(timeline))
    if any(border >= after for border, after in zip(borders, borders[1:], strict=False)):
        raise InputError(
            f"The video can't be cut at {list(cuts)}: it has the frames 0 to {len(timeline) - 1}."
        )
    return SplitPlan(
        _without_media(plan),
        borders,
        request.source.key,
        tuple(voice.person for voice in request.voices),
        words,
        (*notes, *request_notes(backend, request, told), NO_SCORE),
    ), Opened(request, tuple(job.speech.samples for job in jobs))


def opened(spec: RenderSpec | LyricVideoSpec, plan: SplitPlan, host: Host) -> Opened:
    """The files that a plan was made of. Raises SourceMismatchError where the source is another by now."""
    request = render_of(spec).request(host)
    if request.source.key != plan.key:
        raise SourceMismatchError(
            "The source has changed since the clip was planned", "render it again, all of it"
        )
    voices = request.parts()
    if len(voices) != len(plan.dub.voices):
        # Several take turns in one sound.
        voices = voices * len(plan.dub.voices)
    return Opened(request, tuple(listen_each(voices, plan.dub.job.timeline, host)))


def render_part(
    plan: SplitPlan, number: int, opened: Opened, backend: DubBackend, host: Host, path: Path, crf: int,
    spec: RenderSpec | LyricVideoSpec,
) -> RunReport:  # fmt: skip
    """Write a part to `path`, without sound; its report counts frames from the part's first."""
    whole = _with_media(plan.dub, opened)
    rendering = backend.render_plan(backend.part(whole, *plan.part(number)), host)
    finish: Callable[[Frame], None] | None = None
    notes: list[str] = []
    if isinstance(spec, LyricVideoSpec) and plan.words is not None:
        drawn = overlay_of(rendering, plan.words, spec.style, spec.fonts)
        finish, notes = drawn.draw, drawn.notes
    report = write(
        rendering, backend.name, None, path, crf,
        people=plan.people, finish=finish, still=opened.request.source.still,
    )  # fmt: skip
    report.notes = [*notes, *report.notes]
    return report


def join(
    plan: SplitPlan, opened: Opened, files: Sequence[Path], reports: Sequence[RunReport], path: Path
) -> RunReport:
    """Write the whole video to `path`, of its parts and their reports. Raises OutputError."""
    request, timeline = opened.request, plan.dub.job.timeline
    track, heard = soundtrack_of(request.soundtrack, path.suffix, timeline.duration)
    frames = join_parts(
        path, files, timeline.times, timeline.fps, timeline.duration, track,
        variable=timeline.variable, metadata=request.source.metadata().carried(request.location),
    )  # fmt: skip
    first = reports[0]
    notes = [*plan.notes, *heard, *plan.dub.notes]
    return RunReport(
        first.backend,
        frames,
        first.fps,
        float(timeline.duration),
        first.size,
        _joined([each.spans for each in reports], plan),
        {"render": round(sum(each.seconds.get("render", 0.0) for each in reports), 3)},
        [*dict.fromkeys([*notes, *(note for each in reports for note in each.notes)])],
        people=_people(reports, plan),
    )


def report_from(values: dict[str, Any]) -> RunReport:
    """A part's report, as `to_json` wrote it down."""
    spans = [Span(**each) for each in values["spans"]]
    people = [
        PersonReport(each["person"], each["generated"], [Span(**span) for span in each["spans"]])
        for each in values["people"]
    ]
    kept = {name: values[name] for name in ("backend", "frames", "fps", "duration", "seconds", "notes")}
    return RunReport(**kept, size=tuple(values["size"]), spans=spans, people=people)


def _people(reports: Sequence[RunReport], plan: SplitPlan) -> list[PersonReport]:
    found = []
    for number, who in enumerate(plan.people):
        spans = _joined([each.people[number].spans for each in reports], plan)
        found.append(PersonReport(who, generated(spans), spans))
    return found


def _joined(parts: Sequence[Sequence[Span]], plan: SplitPlan) -> list[Span]:
    """Counted from the first frame of all; a span that goes on over a cut is one."""
    found: list[Span] = []
    for spans, first in zip(parts, plan.borders, strict=False):
        for span in spans:
            moved = Span(span.state, span.first + first, span.last + first)
            if found and found[-1].state == moved.state:
                found[-1] = replace(found[-1], last=moved.last)
            else:
                found.append(moved)
    return found


def _without_media(plan: DubPlan) -> DubPlan:
    nowhere = cast("Source", None)
    voices = [
        replace(
            voice,
            job=replace(voice.job, source=nowhere, speech=replace(voice.job.speech, samples=_UNHEARD)),
        )
        for voice in plan.voices
    ]
    return DubPlan(tuple(voices), plan.notes)


def _with_media(plan: DubPlan, opened: Opened) -> DubPlan:
    voices = [
        replace(
            voice,
            job=replace(
                voice.job,
                source=opened.request.source,
                speech=replace(voice.job.speech, samples=samples),
            ),
        )
        for voice, samples in zip(plan.voices, opened.samples, strict=True)
    ]
    return DubPlan(tuple(voices), plan.notes)
