"""What an owner does about time: mark a deal hot, move deadlines to Monday, remind somebody out of turn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.core import hurry as rules
from bot.core import nudges as reminding
from bot.core.access import require_owner
from bot.core.case import Case
from bot.core.errors import TooLate
from bot.core.hurry import PING_APART, Ping
from bot.core.types import Member, Review, ReviewId, State, UserId
from bot.core.working_time import Span, zone_of
from bot.desk import deadline, see
from bot.desk.announce import again, say
from bot.desk.change import File, apply, attempt, load, require_open, too_late
from bot.desk.desk import Desk, new_id
from bot.desk.remind import remember
from db import events, nudges, outbox, people, reminders
from db.reminders import Said, Shown
from db.store import Unit


@dataclass(frozen=True, slots=True)
class Pinged:
    """What became of a ping: of which creator, who was to be reminded, and who is instead, if anybody."""

    candidate: str
    expert: UserId | None
    ping: Ping
    again_at: datetime | None = None
    """When it may be done again, where it was done less than an hour ago: then nobody was written to."""


def asking(desk: Desk, review_id: str, person: UserId) -> Case:
    """May this person do any of it, while it waits? Raises NotAllowed('not_owner'), and TooLate saying what is true."""
    with desk.store.reading() as unit:
        file = load(unit, review_id, person)
        allowed(file, person)
        if not file.review.state.awaits:
            raise too_late(unit, file, desk.clock())
        return see.whole(unit, desk, review_id)


def allowed(file: File, person: UserId) -> None:
    require_owner(person, file.person(person), file.campaign, file.candidate, file.lead)


def open_file(unit: Unit, review_id: str, person: UserId, now: datetime) -> File:
    """The review, if this person runs its campaign or leads, while it waits. Raises NotAllowed, TooLate, NotFound."""
    file = load(unit, review_id, person)
    allowed(file, person)
    require_open(unit, file, now)
    return file


def mark_hot(desk: Desk, review_id: str, person: UserId, until: datetime) -> Review:
    """A competing offer stands until then. Raises Invalid('expiry_soon') at the field, NotAllowed, TooLate."""

    def work(unit: Unit, now: datetime) -> Review:
        file = open_file(unit, review_id, person, now)
        change = rules.mark_hot(file.review, until, now)
        if change is None:
            return file.review
        apply(unit, desk, file.review, change, file.campaign, person, now)
        _say_if_nobody(unit, desk, replace(file, review=change.review), person, now)
        return change.review

    return deadline.answering(desk, review_id, work)


def _say_if_nobody(unit: Unit, desk: Desk, file: File, person: UserId, now: datetime) -> None:
    """Nobody is called when expert and backup are off: whoever is in a hurry must not take silence for a call."""
    found = _whom(desk, file, {m.id: m for m in people.members(unit)}, now)
    if found.to is None:
        back_at = found.back_at.isoformat() if found.back_at else None
        about = {"expert": _asked(file), "back_at": back_at}
        say(unit, "nobody_there", f"{file.review.id}:{file.review.version}", person, now, about)


def mondays(desk: Desk, cases: Sequence[Case]) -> dict[ReviewId, datetime]:
    """Where the deadlines of these may be moved, as far as they may."""
    now, members = desk.clock(), {m.id: m for m in see.everybody(desk)}
    found = {c.review.id: rules.monday_of(c.review, _zone(c.review, members), now) for c in cases}
    return {review_id: monday for review_id, monday in found.items() if monday is not None}


def _zone(review: Review, members: Mapping[UserId, Member]) -> ZoneInfo:
    """Where whoever answers it works."""
    expert = members.get(review.expert or "")
    return reminding.zone_for(expert) if expert is not None else zone_of(None, review.market)


def to_monday(desk: Desk, ref: str, person: UserId) -> int:
    """Move the deadlines that a message names to Monday, 12:00 where their expert is; how many moved.

    Raises TooLate when none of them can be moved any more, NotAllowed.
    """

    def work(unit: Unit, now: datetime) -> int:
        moved, late = 0, TooLate("no_monday")
        members = {m.id: m for m in people.members(unit)}
        for one in sorted(reminders.of(unit, ref), key=lambda one: one.review_id):
            file = load(unit, one.review_id, person)
            allowed(file, person)
            try:
                change = rules.to_monday(file.review, _zone(file.review, members), now)
            except TooLate as told:
                late = told
                continue
            apply(unit, desk, file.review, change, file.campaign, person, now)
            moved += 1
        if not moved:
            raise TooLate(late.reason)
        return moved

    return attempt(desk, work)


def ping(desk: Desk, review_id: str, person: UserId) -> Pinged:
    """One reminder more, now. Raises TooLate('pinged_already') within the hour of the last one, NotAllowed, TooLate."""

    def work(unit: Unit, now: datetime) -> Pinged:
        file = open_file(unit, review_id, person, now)
        before = {m.id: m.nudged_at for m in people.members(unit)}
        (done,) = _ping(unit, desk, [file], person, now)
        told = before.get(done.ping.to or "")
        soonest = done.again_at or (told + PING_APART if told is not None and file.review.hot_at is None else now)
        if soonest > now:
            # Twenty reviews of one person would be twenty messages; a deal that expires may interrupt.
            raise TooLate("pinged_already", until=soonest)
        return done

    return deadline.answering(desk, review_id, work)


def ping_all(desk: Desk, ref: str, person: UserId) -> tuple[Pinged, ...]:
    """The same for everything that a message still asks for, in one message to each person."""

    def work(unit: Unit, now: datetime) -> tuple[Pinged, ...]:
        files = [load(unit, one.review_id, person) for one in reminders.of(unit, ref) if one.current]
        for file in files:
            allowed(file, person)
        waiting = [f for f in files if f.review.state.awaits and now < f.review.deadline_at]
        if not waiting:
            raise TooLate("nothing_waits")
        return _ping(unit, desk, sorted(waiting, key=lambda f: f.review.deadline_at), person, now)

    return attempt(desk, work)


def _ping(unit: Unit, desk: Desk, files: Sequence[File], person: UserId, now: datetime) -> tuple[Pinged, ...]:
    members = {m.id: m for m in people.members(unit)}
    done = [_aim(unit, desk, file, members, now) for file in files]
    told: dict[UserId, list[Shown]] = {}
    for file, one in zip(files, done, strict=True):
        to = one.ping.to
        if to is None or one.again_at is not None:
            continue
        told.setdefault(to, []).append(Shown(file.review.id, one.ping.instead))
        nudges.pinged(unit, file.review.id, now, backup=one.ping.instead is not None)
        events.record(unit, file.review.id, person, "pinged", now, {}, {"pinged": to})
    remember(unit, [Said("nudge", new_id("nd"), to, tuple(shown)) for to, shown in told.items()], now)
    nudges.reminded(unit, list(told), now)
    outbox.enqueue(unit, again(unit, [one.review_id for shown in told.values() for one in shown]), now)
    return tuple(done)


def _aim(unit: Unit, desk: Desk, file: File, members: Mapping[UserId, Member], now: datetime) -> Pinged:
    review, name, asked = file.review, file.candidate.name, _asked(file)
    before = [e.at for e in events.of_review(unit, review.id) if e.what == "pinged" and e.at > now - PING_APART]
    if before:
        return Pinged(name, asked, Ping(None), before[-1] + PING_APART)
    return Pinged(name, asked, _whom(desk, file, members, now))


def _asked(file: File) -> UserId | None:
    """Its expert; whoever rules, of one that is held."""
    held = file.review.state is State.HELD
    return (file.lead or file.review.expert) if held else file.review.expert


def _whom(desk: Desk, file: File, members: Mapping[UserId, Member], now: datetime) -> Ping:
    """Who may be written to now."""
    review, asked = file.review, _asked(file)
    window = reminding.Window(now, review.deadline_at, desk.limits.pace.before)

    def free(who: UserId | None) -> tuple[Span, ...]:
        member = members.get(who or "")
        active = member is not None and member.active
        return reminding.free_time(member, now, review.deadline_at) if member is not None and active else ()

    found = rules.whom_to_ping(review, window, free(asked), free(review.backup), now)
    return Ping(asked) if found.to == review.expert else found
