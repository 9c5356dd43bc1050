"""Who may see what was said in a channel: what is not known, or not known lately, is hidden."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.types import Member, UserId

#: For how long Slack's word on a channel and on who is in it is taken.
FRESH = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Place:
    """A channel as Slack last told of it, and whether the person at hand was in it."""

    id: str
    private: bool | None = None
    """None: Slack has not told us, or tells us nothing any more."""
    shared: bool = True
    """Whether people of other teams may be in it."""
    checked_at: datetime | None = None
    inside: bool = False
    members_at: datetime | None = None
    """When `inside` was true."""


def is_fresh(at: datetime | None, now: datetime) -> bool:
    """Whether what was read then still counts; what was read in the future was read by another clock, and does not."""
    return at is not None and timedelta() <= now - at < FRESH


def is_public(place: Place, now: datetime) -> bool:
    """Whether every member of the workspace may read it."""
    return place.private is False and is_fresh(place.checked_at, now)


def in_sight(person: Member | None, team: str, places: Iterable[Place], now: datetime) -> frozenset[str]:
    """The channels of which this person may be shown something: nobody less than Slack would show, and nobody more.

    A full member of `team` sees public channels and those they are in, a guest only the latter, anybody else nothing.
    """
    if person is None or person.deleted or person.team is None or person.team != team:
        return frozenset()
    return frozenset(place.id for place in places if _sees(person, place, now))


def _sees(person: Member, place: Place, now: datetime) -> bool:
    if place.private is None or not is_fresh(place.checked_at, now):
        return False
    if is_public(place, now) and not person.guest:
        return True
    return place.inside and is_fresh(place.members_at, now)


def unsure(person: Member, places: Iterable[Place], now: datetime) -> dict[str, bool]:
    """The channels of which Slack has to be asked before this person can be told.

    True: who is in it, also when it turns out to be a public one.
    """
    asked = {}
    for place in places:
        known = is_fresh(place.checked_at, now)
        inside = person.guest or place.private is True
        if not known or (place.private is not None and inside and not is_fresh(place.members_at, now)):
            asked[place.id] = inside
    return asked


def shown_in(channel: str, places: Iterable[Place], now: datetime) -> frozenset[str]:
    """The channels of which something may be shown to everybody in this one: itself, and what our whole team may read.

    Where people of other teams may be, or nobody knows, only itself.
    """
    known = {place.id: place for place in places}
    here = known.get(channel)
    if here is None or here.shared or not is_fresh(here.checked_at, now):
        return frozenset({channel})
    return frozenset({channel, *(place.id for place in known.values() if is_public(place, now))})


def added(inside: frozenset[UserId], found: Iterable[UserId]) -> tuple[frozenset[UserId], frozenset[UserId]]:
    """Who has come into a channel and who has gone, compared with who was in it."""
    now_in = frozenset(found)
    return now_in - inside, inside - now_in
