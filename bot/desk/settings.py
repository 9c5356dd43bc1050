"""What people set for themselves: language, hours, backup, and when they are away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from bot.core import own_settings
from bot.core.errors import Invalid, NotFound
from bot.core.own_settings import OwnSettings
from bot.core.types import Member, UserId
from bot.core.working_time import Hours, Span
from bot.desk import absence
from bot.desk.change import attempt
from bot.desk.desk import Desk
from db import nudges, people
from db.store import Unit

_LANGUAGES = ("en", "ru")


@dataclass(frozen=True, slots=True)
class Mine:
    """Somebody's settings, and who could stand in for them."""

    member: Member
    stand_ins: tuple[Member, ...]


def mine(desk: Desk, person: UserId) -> Mine:
    """Raises NotFound('member') for somebody of whom nothing is known yet."""
    with desk.store.reading() as unit:
        member = _member(unit, person)
        able = [other for other in people.members(unit) if can_stand_in(other, member)]
        return Mine(member, tuple(sorted(able, key=lambda m: m.name.casefold())))


def keep(desk: Desk, person: UserId, wanted: OwnSettings) -> Member:
    """Everything that the form asks, at once. Raises Invalid naming the field: language, to, backup, until.

    An absence that begins gives what waits for them to their backup; one whose day is cleared is over.
    """

    def work(unit: Unit, now: datetime) -> Member:
        member = _member(unit, person)
        changed = _checked(unit, member, wanted.language, own_settings.hours_of(wanted), wanted.backup)
        span = member.away
        if wanted.back_on != own_settings.back_on(member):
            span = own_settings.absence_of(member, wanted.back_on, now)
        return _kept(unit, desk, member, replace(changed, away=span), now)

    return attempt(desk, work)


def away_until(desk: Desk, person: UserId, back_on: date | None) -> Member:
    """Away from now on and back on a day; None for back already. Raises Invalid('away')."""

    def work(unit: Unit, now: datetime) -> Member:
        member = _member(unit, person)
        span = own_settings.absence_of(member, back_on, now)
        return _kept(unit, desk, member, replace(member, away=span), now)

    return attempt(desk, work)


def _kept(unit: Unit, desk: Desk, before: Member, changed: Member, now: datetime) -> Member:
    people.set_own(unit, changed)
    nudges.look_again(unit, changed.id)
    if changed.away_at(now) and changed.away != before.away:
        absence.give_up(unit, desk, changed, people.members(unit), now)
    return changed


def save(desk: Desk, person: UserId, *, language: str | None, hours: Hours | None, backup: UserId | None) -> Member:
    """Keep somebody's settings; None leaves each to Slack, the market or the usual. Raises Invalid naming the field."""
    with desk.store.unit() as unit:
        changed = _checked(unit, _member(unit, person), language, hours, backup)
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
        return _kept(unit, desk, member, replace(member, away=span), now)

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


def _checked(unit: Unit, member: Member, language: str | None, hours: Hours | None, backup: UserId | None) -> Member:
    if language is not None and language not in _LANGUAGES:
        raise Invalid("language", field="language", value=language)
    # One who could not be chosen any more is not in the way of everything else: absences then take the next.
    if backup not in (None, member.backup) and not can_stand_in(people.member(unit, backup or ""), member):
        raise Invalid("backup", field="backup", value=backup)
    return replace(member, language=language, hours=hours, backup=backup)


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
