"""What people set for themselves: language, hours, backup, and when they are away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from bot.core.errors import Invalid, NotFound
from bot.core.types import Member, UserId
from bot.core.working_time import Hours, Span
from bot.desk import absence
from bot.desk.change import attempt
from bot.desk.desk import Desk
from db import nudges, people
from db.store import Unit

_LANGUAGES = ("en", "ru")


def save(desk: Desk, person: UserId, *, language: str | None, hours: Hours | None, backup: UserId | None) -> Member:
    """Keep somebody's settings; None leaves each to Slack, the market or the usual. Raises Invalid naming the field."""
    with desk.store.unit() as unit:
        member = _member(unit, person)
        if language is not None and language not in _LANGUAGES:
            raise Invalid("language", field="language", value=language)
        if backup is not None and not can_stand_in(people.member(unit, backup), member):
            raise Invalid("backup", field="backup", value=backup)
        changed = replace(member, language=language, hours=hours, backup=backup)
        people.set_own(unit, changed)
        nudges.look_again(unit, person)
        return changed


def away(desk: Desk, person: UserId, since: datetime | None, until: datetime | None) -> Member:
    """Away from one moment until another (None for now), or with no end at all: back. Raises Invalid('away').

    Whoever is away at once gives what waits for them to their backup at once.
    """

    def work(unit: Unit, now: datetime) -> Member:
        member = _member(unit, person)
        span = (since or now, until) if until is not None else None
        if span is not None and (span[1] <= span[0] or span[1] <= now):
            raise Invalid("away", field="until")
        changed = replace(member, away=span)
        people.set_own(unit, changed)
        nudges.look_again(unit, person)
        if changed.away_at(now):
            absence.give_up(unit, desk, changed, people.members(unit), now)
        return changed

    return attempt(desk, work)


#: How old what Slack said of Do Not Disturb may be: it tells only of the next one, and there is one every night.
_QUIET_AGE = timedelta(hours=1)


def quiet_due(desk: Desk, most: int) -> tuple[UserId, ...]:
    """Whose Do Not Disturb is to be asked for anew."""
    with desk.store.reading() as unit:
        now = desk.clock()
        return people.dnd_due(unit, now, now - _QUIET_AGE, most)


def quiet(desk: Desk, found: Mapping[UserId, Span | None]) -> None:
    """Keep when Slack next shows these people nothing; what that changes is looked at by the next sweep."""
    with desk.store.unit() as unit:
        for person in people.remember_dnd(unit, found, desk.clock()):
            nudges.look_again(unit, person)


def _member(unit: Unit, person: UserId) -> Member:
    found = people.member(unit, person)
    if found is None:
        raise NotFound("member", member=person)
    return found


def can_stand_in(backup: Member | None, member: Member) -> bool:
    """Whether one person can answer what waits for another."""
    if backup is None or backup.id == member.id or not backup.active:
        return False
    return backup.is_lead or any(backup.is_expert_of(market) for market in member.markets)
