"""The sync score of a finished video, whoever made it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from ..errors import SourceMismatchError
from ..faces.choose import choose_people, parse_person
from ..faces.track import FaceTrack, Person
from ..faces.tracker import track_faces
from ..host.protocol import Host
from ..media.source import Source
from ..media.spans import Spans
from .comparison import Comparison, Repaint
from .mouth import MouthCurves
from .score import Lse, Score, score_mouth

if TYPE_CHECKING:
    from .syncnet import SyncNet

_PROGRESS_EVERY = 16


def score_clip(
    video: Source, samples16k: np.ndarray, spoken: Spans, host: Host, *,
    person: str = "largest", closures: Iterable[tuple[float, float]] = (), original: Source | None = None,
    syncnet: SyncNet | None = None,
) -> Score:  # fmt: skip
    """samples16k, spoken, closures: as in `score_mouth`. person: as in `parse_person`. original: what the
    video was made from, frame by frame. syncnet: measures LSE-D and LSE-C too.

    Raises NoFaceError for a person who isn't there, SourceMismatchError for an original of another size, and
    what tracking and reading raise. A video without any face has a score that says so."""
    if original is not None and original.size != video.size:
        raise SourceMismatchError(
            f"The source is {original.size[0]}×{original.size[1]}, the video {video.size[0]}×{video.size[1]}",
            "give the source that the video was made from, or none",
        )
    parse_person(person)
    # Smoothed faces would hide how much a mouth trembles.
    track = track_faces(video, host, smooth=False)
    people = choose_people(track, person) if track.persons else ()
    notes = [*video.notes, *_others(track, people)]
    return score_mouth(
        _curves(people, video.frames),
        video.times.seconds(),
        float(video.fps),
        samples16k,
        spoken,
        closures,
        repaint=_compared(video, original, people, host) if original is not None and people else None,
        lse=_lse(video, people, samples16k, syncnet, host),
        notes=notes,
    )


def _lse(
    video: Source, people: Sequence[Person], samples16k: np.ndarray, syncnet: SyncNet | None, host: Host
) -> Lse | None:
    if syncnet is None:
        return None
    # Networks are what it needs PyTorch for.
    from .syncnet_clip import lse_of

    return lse_of(video, people, samples16k, syncnet, host)


def _others(track: FaceTrack, people: Sequence[Person]) -> list[str]:
    known = {person.id for person in track.persons}
    scored = known & {person.id for person in people}
    if scored == known:
        return []
    ids = ", ".join(map(str, sorted(scored)))
    return [f"{len(track.persons)} people are seen; the mouth of {ids} is scored."]


def _curves(people: Sequence[Person], frames: int) -> MouthCurves:
    curves = MouthCurves.empty(frames)
    for person in people:
        rows = np.flatnonzero(person.seen)
        curves.put(person.first + rows, person.meshes[rows])
    return curves


def _compared(video: Source, original: Source, people: Sequence[Person], host: Host) -> Repaint:
    """Each frame with the one the original shows at its time; beyond the original's end nothing is known."""
    comparison = Comparison()
    begins = original.times.seconds()
    # A time that is the frame's own up to rounding.
    shown = np.searchsorted(begins, video.times.seconds() + 1e-6, "right") - 1
    last = int(np.searchsorted(video.times.seconds(), float(original.duration) - 1e-6))
    sources = original.read()
    source = None
    for frame in video.read(0, last):
        host.check_cancelled()
        while source is None or source.index < shown[frame.index]:
            source = next(sources)
        face = next((face for person in people if (face := person.at(frame.index))), None)
        if face is not None:
            comparison.add(frame, source, face.mesh)
        if frame.index % _PROGRESS_EVERY == 0:
            host.progress("Comparing with the source", frame.index, last)
    return comparison.result()
