"""From a request to a finished video and its report: what the apply node and the command line share."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..engine.host.protocol import Host
from ..engine.media.frames import Frame
from ..engine.media.metadata import LOCATION_LEFT_OUT
from ..engine.media.sound import Sound
from ..engine.media.tracks import soundtrack_of
from ..engine.media.writer import Mp4Writer
from ..engine.report import Caution, FrameState, PersonReport, RunReport, generated, spans
from .dub.job import find_faces
from .protocol import Footage, LipSyncBackend, Rendering
from .request import LipSyncRequest, check_people, check_picture
from .scoring import RunScore
from .turns import by_turns, speaks

# Made for a rendering, then handed each of its frames, to change it in place.
Finish = Callable[[Rendering], Callable[[Frame], None]]


def run(
    backend: LipSyncBackend,
    request: LipSyncRequest,
    host: Host,
    path: Path,
    crf: int = 12,
    *,
    finish: Finish | None = None,
) -> RunReport:
    """Write the lip-synced video to `path`; nothing is left there unless it is whole.

    finish: what is done to frames that are scored already, such as drawing lyrics over them.
    Raises LipSyncError for bad input, and what the host raises when the user stops the run, be it while the
    score is worked out."""
    started = time.monotonic()
    request, told = settled(backend, request, host)
    rendering = backend.render(request, host)
    if rendering.sound is not None:
        request = replace(request, soundtrack=rendering.sound, driving=None)
    prepared = time.monotonic()
    voices = request.parts()
    footage: Sequence[Footage | None] = rendering.footage or (None,) * len(voices)
    scores = [
        RunScore(voice, rendering, mouths, host)
        for voice, mouths in zip(voices, footage, strict=True)
        if request.score
    ]
    report = write(
        rendering,
        backend.name,
        request.soundtrack,
        path,
        crf,
        scores,
        people=[voice.person for voice in request.voices],
        finish=None if finish is None else finish(rendering),
        metadata=request.source.metadata().carried(request.location),
        still=request.source.still,
    )
    report.seconds = {"prepare": round(prepared - started, 3), **report.seconds}
    report.notes = [*request_notes(backend, request, told), *report.notes]
    return report


def settled(backend: LipSyncBackend, request: LipSyncRequest, host: Host) -> tuple[LipSyncRequest, list[str]]:
    """The request as the backend is asked it, with voices for who is found to speak, and what is to be said
    of that. Raises InputError for what the backend can't do."""
    if backend.spec.task == "portrait":
        check_picture(request.source, backend.name, backend.takes_footage)
    check_people(backend.name, backend.spec.task, request.person, bool(request.voices))
    if speaks(request):
        return by_turns(request, find_faces(request, None, host), host)
    return request, []


def request_notes(backend: LipSyncBackend, request: LipSyncRequest, told: Sequence[str]) -> list[str]:
    """What a run report says of the request itself. told: of `settled`."""
    voices = request.parts()
    heard_too = [voice.voice for voice in voices]
    sounds = {id(sound): sound for sound in (request.soundtrack, *heard_too)}.values()
    heard = [note for sound in sounds for note in sound.all_notes()]
    left_out = [LOCATION_LEFT_OUT] if request.source.metadata().location and not request.location else []
    unused = []
    if request.voices and request.person.strip().lower() != "largest":
        unused.append(f'Person "{request.person}" was not used: the voices say whose mouths move.')
    return [
        *(note for voice in voices for note in _unused_text(backend, voice)),
        *request.source.notes,
        *heard,
        *left_out,
        *unused,
        *told,
    ]


def _unused_text(backend: LipSyncBackend, request: LipSyncRequest) -> list[Caution]:
    """What is said of lyrics that make no difference."""
    if not request.lyrics.strip():
        return []
    if request.words is not None and request.words.lines:
        return [
            Caution("The text was not used: the words that are connected say what is heard.", "unused_words")
        ]
    if not backend.spec.reads_lyrics:
        title = backend.spec.title
        return [
            Caution(
                f"The text was not used: {title} takes the mouth's shapes from the sound alone.",
                "unused_engine",
                engine=title,
            )
        ]
    return []


def write(
    rendering: Rendering, name: str, soundtrack: Sound | None, path: Path, crf: int = 12,
    scores: Sequence[RunScore] = (), *, people: Sequence[str] = (),
    finish: Callable[[Frame], None] | None = None, metadata: Mapping[str, str] | None = None,
    still: bool = False,
) -> RunReport:  # fmt: skip
    """Write what a backend of that name makes to `path`, in the format that its ending names; nothing is left
    there unless it is whole.

    soundtrack: of the whole; of a part, the file has what is heard in it and begins at 0. It is copied as it
    is coded where the file can have all of it so. scores: of each voice, are shown every frame. people: who
    has those voices, where they are several. finish: is shown every frame, too, after that, and may change
    it. metadata, still: as Mp4Writer takes them."""
    started = time.monotonic()
    states: list[FrameState] = []
    voices: list[list[FrameState]] = []
    seconds: dict[str, float] = {}
    scored: list[dict[str, Any]] = []
    if rendering.start and soundtrack is not None:
        soundtrack = soundtrack.cut(rendering.start, rendering.duration)
    track, heard = None, list[str]()
    if soundtrack is not None:
        track, heard = soundtrack_of(soundtrack, path.suffix, rendering.duration)
    with Mp4Writer(
        path, rendering.size, rendering.fps, rendering.colour, track, rendering.duration,
        crf=crf, variable=rendering.variable, aspect=rendering.aspect, metadata=metadata,
        still=still,
    ) as writer, closing(rendering.chunks) as chunks:  # fmt: skip
        for chunk in chunks:
            of_voices = chunk.voices or [[state] for state in chunk.states]
            for frame, each in zip(chunk.frames, of_voices, strict=True):
                for score, state in zip(scores, each, strict=False):
                    score.see(frame, state)
                if finish is not None:
                    finish(frame)
                frame.pts -= rendering.start
                writer.write(frame)
            states.extend(chunk.states)
            voices.extend(of_voices if people else ())
        rendered = time.monotonic()
        if scores:
            # A run that is stopped here leaves no file behind, as one that is stopped anywhere else.
            scored = [score.result().to_dict() for score in scores]
            seconds["score"] = round(sum(score.seconds for score in scores), 3)
        started += time.monotonic() - rendered
    return RunReport(
        backend=name,
        frames=len(states),
        fps=str(rendering.fps),
        duration=float(rendering.duration),
        size=rendering.size,
        spans=spans(states),
        seconds={"render": round(time.monotonic() - started, 3), **seconds},
        # Of several voices each may have the same to say.
        notes=[*heard, *dict.fromkeys(rendering.notes)],
        score=scored[0] if scored and not people else None,
        people=[
            _person(who, [each[number] for each in voices], scored[number] if scored else None)
            for number, who in enumerate(people)
        ],
    )


def _person(person: str, states: Sequence[FrameState], score: dict[str, Any] | None) -> PersonReport:
    found = spans(states)
    return PersonReport(person, generated(found), found, score)
