"""What Slack told of channels, kept for some minutes: who may be shown what was said there."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core import visibility
from bot.core.types import Member, UserId
from bot.core.visibility import Place
from bot.desk.desk import Desk
from db import channels, people
from db.store import Unit

_PROFILE = timedelta(hours=6)
"""After this long somebody may have become a guest and we were not told."""
_EARLY = timedelta(seconds=210)
"""A channel is asked about again so long after the last time: before what is known is too old."""
_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Known:
    """What the books say of a person and of every channel, for deciding what they may see."""

    person: Member | None
    recently: bool
    """Whether Slack has told us of this person lately."""
    places: tuple[Place, ...]


def known(desk: Desk, person: UserId) -> Known:
    with desk.store.reading() as unit:
        member, now = people.member(unit, person), desk.clock()
        seen = people.seen_at(unit, person)
        recently = member is not None and member.team is not None and seen is not None and now - seen < _PROFILE
        return Known(member, recently, channels.places(unit, person))


def shown_in(unit: Unit, channel: str, now: datetime) -> frozenset[str]:
    """The channels of which something may be shown to everybody in this one: itself, and public ones."""
    return visibility.shown_in(channel, channels.places(unit), now)


def in_sight(unit: Unit, person: UserId, team: str, now: datetime) -> frozenset[str]:
    """The channels of which this person may be shown something, as far as Slack has told us of late."""
    return visibility.in_sight(people.member(unit, person), team, channels.places(unit, person), now)


def due(desk: Desk) -> tuple[Place, ...]:
    """Channels of which Slack should be asked soon, the longest unasked first."""
    with desk.store.reading() as unit:
        return channels.stale(unit, desk.clock() - _EARLY, _AT_ONCE)


def remember(desk: Desk, place: Place, name: str | None) -> None:
    """What Slack said of a channel."""
    with desk.store.unit() as unit:
        channels.remember(unit, place, name)


def remember_members(desk: Desk, channel: str, members: Collection[UserId], at: datetime) -> None:
    with desk.store.unit() as unit:
        channels.remember_members(unit, channel, members, at)


def left(desk: Desk, channel: str, member: UserId) -> None:
    with desk.store.unit() as unit:
        channels.left(unit, channel, member)


def ask_anew(desk: Desk, channel: str) -> None:
    """Something about the channel has changed: nothing that is known of it counts any more."""
    with desk.store.unit() as unit:
        channels.forget(unit, channel)


def is_known(desk: Desk, channel: str) -> bool:
    with desk.store.reading() as unit:
        return channels.is_known(unit, channel)
