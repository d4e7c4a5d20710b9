"""Dialogue in one sound: each stretch of it to whoever is seen to speak it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ..engine.errors import InputError
from ..engine.faces.choose import parse_person
from ..engine.faces.finish import runs
from ..engine.faces.track import FaceTrack, Person
from ..engine.faces.turns import Turn, turns_text
from ..engine.host.protocol import Host
from ..engine.media.spans import Spans
from ..engine.media.timeline import Timeline, plan
from ..engine.media.voice import gate
from ..engine.score.mouth import MouthCurves
from ..engine.score.turns import NOBODY, who_speaks
from ..engine.score.voice_level import voice_level
from .request import LipSyncRequest, Voice
from .speech import listen, mouth_spans

# A pause within what one person says, in seconds; what one says in less time is no turn.
_PAUSE, _SHORTEST = 1.0, 0.3
# Before and after a turn its speaker's mouth may still move, in seconds.
_MARGIN = 0.15


def by_turns(request: LipSyncRequest, track: FaceTrack, host: Host) -> tuple[LipSyncRequest, list[str]]:
    """A request whose `person` is `speaking` with a voice for everybody who speaks, and what is to be said
    of it. track: of the request's source; its own turns count, where it has some.

    Raises InputError where its turns name somebody who isn't in it, or nobody is seen to speak."""
    timeline = plan(request.source, request.soundtrack.duration, request.length, request.fill)
    turns = track.turns or _found(request, track, timeline, host)
    known = {person.id for person in track.persons}
    for turn in turns:
        if turn.person not in known:
            raise InputError(
                f"There is no person {turn.person} to speak from {turn.start:.2f} s on: the face track has "
                f"{', '.join(map(str, sorted(known))) or 'nobody'}."
            )
    if not turns:
        raise InputError(
            "Nobody in the picture is seen to speak this sound: choose a person, or say in Track Faces who "
            "speaks when."
        )
    voices = tuple(
        Voice(
            str(person), request.driving, request.words, request.lyrics,
            turns=_turns_of(person, turns),
        )
        for person in dict.fromkeys(turn.person for turn in turns)
    )  # fmt: skip
    asked = replace(
        request, track=track, driving=None, words=None, lyrics="", person="largest", voices=voices
    )
    return asked, [f"Who speaks: {turns_text(turns)}"]


def speaks(request: LipSyncRequest) -> bool:
    """Whether it is for the sound to say whose mouth moves."""
    return not request.voices and parse_person(request.person).rule == "speaking"


def _found(request: LipSyncRequest, track: FaceTrack, timeline: Timeline, host: Host) -> tuple[Turn, ...]:
    times = timeline.times.seconds()
    ends = np.append(times[1:], float(timeline.duration))
    samples = listen(request, timeline, host)
    spans = mouth_spans(samples, request.words, request.content, request.driving is not None, host)
    voiced = gate((times + ends) / 2, spans, 0.0) > 0.5
    level = voice_level(samples, (times + ends) / 2)
    openings = {person.id: _opening(person, timeline.source_index) for person in track.persons}
    speakers = who_speaks(openings, level, voiced, float(timeline.fps))
    turns = []
    for person in dict.fromkeys(speakers[speakers != NOBODY].tolist()):
        said = [(times[run.start], ends[run.stop - 1]) for run in runs(speakers == person)]
        others = (speakers != person) & (speakers != NOBODY)
        turns += [
            Turn(float(start), float(end), person)
            for start, end in _bridged(said, others, times)
            if end - start >= _SHORTEST
        ]
    return tuple(sorted(turns, key=lambda turn: turn.start))


def _bridged(
    said: Sequence[tuple[float, float]], others: np.ndarray, times: np.ndarray
) -> list[tuple[float, float]]:
    """Over pauses in which nobody else speaks. others: bool [frames], where they do."""
    joined: list[tuple[float, float]] = []
    for start, end in said:
        before = joined[-1][1] if joined else -np.inf
        between = others[np.searchsorted(times, before) : np.searchsorted(times, start)]
        if start - before < _PAUSE and not between.any():
            joined[-1] = joined[-1][0], end
        else:
            joined.append((start, end))
    return joined


def _opening(person: Person, shown: np.ndarray) -> np.ndarray:
    """Of a person's mouth in some source frames: float64 [n], NaN where they aren't seen."""
    stop = max(int(shown.max()) + 1, person.first + len(person.scores))
    curves = MouthCurves.empty(stop)
    rows = np.flatnonzero(person.seen)
    if len(rows):
        curves.put(person.first + rows, person.meshes[rows])
    return curves.opening[shown]


def _turns_of(person: int, turns: Sequence[Turn]) -> Spans:
    """A person's turns, and the moments around them in which nobody else speaks."""
    own = Spans((turn.start, turn.end) for turn in turns if turn.person == person)
    others = Spans((turn.start, turn.end) for turn in turns if turn.person != person)
    edges = [0.0, *(edge for span in others for edge in span), float("inf")]
    free = Spans(zip(edges[::2], edges[1::2], strict=True))
    return Spans([*own, *own.padded(_MARGIN, 0.0).shared(free)])
