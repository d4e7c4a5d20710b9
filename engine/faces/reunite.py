"""Who comes back after a cut: the persons of each shot against everybody of the shots before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from .roster import Member


def reunited(members: Iterable[Member]) -> list[Member]:
    """Members (shot by shot) with those who are surely one person made one; they take over what is kept.

    Where a look fits two people, or two faces of a shot fit one person, nobody is joined: a wrong id is worse
    than a new one."""
    people: list[Member] = []
    for _, shot in groupby(members, key=lambda member: member.shot):
        newcomers = list(shot)
        fits = {new.id: [p for p in people if new.look.unlikeness(p.look) <= 1] for new in newcomers}
        strangers = []
        for new in newcomers:
            person = _only(new, fits)
            if person is None:
                strangers.append(new)
            else:
                person.join(new)
        people += strangers
    return people


def _only(new: Member, fits: Mapping[int, Sequence[Member]]) -> Member | None:
    """The one person whom a newcomer can be, and no other newcomer."""
    if len(fits[new.id]) != 1:
        return None
    (person,) = fits[new.id]
    rivals = sum(person in others for others in fits.values())
    return person if rivals == 1 else None
