"""Which people of a track are meant: the one grammar of `person`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal, get_args

import numpy as np

from ..errors import InputError, NoFaceError
from .track import FaceTrack, Person

Rule = Literal["largest", "left", "right", "centre", "speaking"]

# For help and tooltips.
PERSON_HELP = "largest, left, right, centre, speaking, an id such as 2, or several such as 1+3"
_RULES = get_args(Rule)
_SPELLINGS = {"center": "centre"}
_IDS = re.compile(r"\d{1,9}(\s*\+\s*\d{1,9})*", re.ASCII)


@dataclass(frozen=True)
class Choice:
    """rule: whom to take of those who are seen. ids: of these people only; of all where there are none."""

    rule: Rule
    ids: tuple[int, ...] = ()


def parse_person(person: str) -> Choice:
    """largest, left, right, centre or center, speaking, an id, or ids joined by +; any case, with or without
    spaces.

    speaking: whoever's mouth moves with the voice; who that is only those can tell who have it. Where several
    ids are seen at once the largest face counts. Raises InputError for anything else."""
    text = person.strip().lower()
    text = _SPELLINGS.get(text, text)
    for rule in _RULES:
        if text == rule:
            return Choice(rule)
    if _IDS.fullmatch(text):
        return Choice("largest", tuple(dict.fromkeys(int(each) for each in text.split("+"))))
    raise InputError(f'"{person}" says nobody: choose {PERSON_HELP}.')


def parse_one(person: str) -> Choice:
    """Who has a voice of their own; as `parse_person`, without `speaking`."""
    choice = parse_person(person)
    if choice.rule == "speaking":
        raise InputError(
            '"speaking" is for one sound without voices: say left, right, centre, largest or an id, because '
            "each voice moves one mouth."
        )
    return choice


def meet(one: Choice, other: Choice) -> bool:
    """Whether both mean the same face, whatever the track."""
    if one.ids and other.ids:
        return bool(set(one.ids) & set(other.ids))
    return one == other


def choose(track: FaceTrack, person: str) -> Person:
    """The one person meant, over the whole clip; see `parse_person`.

    largest: most picture area, summed over the frames the face is in. left, right, centre: by the face's mean
    position. Raises NoFaceError when the track is empty or lacks an id, InputError for no such grammar.
    """
    choice = parse_person(person)
    return _best(_meant(track, choice), choice.rule, track.size[0])


def choose_people(track: FaceTrack, person: str) -> tuple[Person, ...]:
    """Who is meant in each shot, in order of time; their times never overlap.

    Of a shot those count whose times in it overlap; of people who are seen one after the other each is meant.
    A person who comes back in a later shot is one more there, numbered on from the track's last: nothing that
    is worked out over somebody's time reaches over a cut. Raises what `choose` raises."""
    choice = parse_person(person)
    meant = _meant(track, choice)
    chosen: list[Person] = []
    for start, stop in pairwise((0, *track.cuts, track.frames)):
        parts = [part for each in meant if (part := _seen_part(each, start, stop)) is not None]
        chosen += [_best(people, choice.rule, track.size[0]) for people in _stretches(parts)]
    taken: set[int] = set()
    last = max(each.id for each in track.persons)
    out = []
    for each in chosen:
        if each.id in taken:
            last += 1
            each = replace(each, id=last)
        taken.add(each.id)
        out.append(each)
    return tuple(out)


def choose_each(track: FaceTrack, persons: Sequence[str]) -> tuple[str, ...]:
    """Whom several `person`s mean, each as ids that `choose_people` takes: nobody twice.

    A rule means the one it means over the whole clip, so that nobody takes over where others are out of the
    picture. Raises InputError where two mean the same face, and what `choose` raises."""
    meant: list[tuple[str, tuple[int, ...]]] = []
    for person in persons:
        choice = parse_person(person)
        people = _meant(track, choice)
        ids = choice.ids or (_best(people, choice.rule, track.size[0]).id,)
        for other, taken in meant:
            if shared := set(ids) & set(taken):
                raise InputError(
                    f'Two voices move the same mouth: "{other}" and "{person}" both mean person '
                    f"{min(shared)}. Give each voice its own person; the face track shows their ids."
                )
        meant.append((person, ids))
    return tuple("+".join(map(str, ids)) for _, ids in meant)


def _meant(track: FaceTrack, choice: Choice) -> Sequence[Person]:
    if choice.rule == "speaking":
        raise InputError(
            '"speaking" can only be chosen where a whole video is lip-synced to its sound: choose a person '
            "here."
        )
    if not track.persons:
        seen, instead = ("video", "footage") if track.frames > 1 else ("picture", "one")
        raise NoFaceError(
            f"No face was found in the {seen}: use {instead} with a face that is larger or turned towards "
            "the camera, or the node Track Faces with a lower min_confidence."
        )
    known = {person.id: person for person in track.persons}
    for wanted in choice.ids:
        if wanted not in known:
            raise NoFaceError(
                f'There is no person "{wanted}" in the face track: choose largest, left, right, centre or an '
                f"id ({', '.join(map(str, known))})."
            )
    return [known[each] for each in choice.ids] or track.persons


def _best(people: Sequence[Person], rule: Rule, width: int) -> Person:
    measures: Mapping[Rule, Callable[[Person], float]] = {
        "largest": lambda person: -float(_areas(person).sum()),
        "left": _middle,
        "right": lambda person: -_middle(person),
        "centre": lambda person: abs(_middle(person) - width / 2),
    }
    measure = measures[rule]
    return min(people, key=lambda person: (measure(person), person.id))


def _seen_part(person: Person, start: int, stop: int) -> Person | None:
    """From where a person is first seen in frames start..stop-1 to where last; None where they aren't."""
    rows = person.first + np.flatnonzero(person.seen)
    rows = rows[(rows >= start) & (rows < stop)]
    if not rows.size:
        return None
    first, end = int(rows[0]), int(rows[-1]) + 1
    whole = first == person.first and end - first == len(person.scores)
    return person if whole else person.part(first, end)


def _stretches(people: Sequence[Person]) -> list[list[Person]]:
    """Sets of people whose times overlap."""
    stretches: list[list[Person]] = []
    end = -1
    for candidate in sorted(people, key=lambda p: (p.first, p.id)):
        if candidate.first >= end:
            stretches.append([])
        stretches[-1].append(candidate)
        end = max(end, candidate.first + len(candidate.scores))
    return stretches


def _areas(person: Person) -> np.ndarray:
    boxes = person.boxes[person.seen]
    return (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])


def _middle(person: Person) -> float:
    return float(person.boxes[person.seen][:, [0, 2]].mean())
