"""A review changes hands: pass it on, or stay and disclose that one knows the creator. The clock runs on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.core import review as lifecycle
from bot.core.access import require_judge
from bot.core.assignment import assign, is_referrer
from bot.core.case import Case
from bot.core.errors import Invalid, TooLate
from bot.core.types import Member, UserId
from bot.desk import deadline, late, see
from bot.desk.announce import say
from bot.desk.change import File, apply, load, open_next, require_open, too_late
from bot.desk.desk import Desk
from db import events, people, reviews
from db.store import Unit

_DISCLOSURE = 300


def passing(desk: Desk, review_id: str, person: UserId) -> tuple[Case, tuple[Member, ...]]:
    """May this person pass it on, and to whom? Experts of the market first, then leads."""
    with desk.store.reading() as unit:
        file = load(unit, review_id, person)
        require_judge(file.person(person), file.review, file.campaign, file.candidate, file.lead)
        if not file.review.state.awaits:
            raise too_late(unit, file, desk.clock())
        to = _able(file, people.members(unit))
    return see.case(desk, review_id), to


def _able(file: File, members: Sequence[Member]) -> tuple[Member, ...]:
    review = file.review
    able = [
        m
        for m in members
        if m.active
        and m.id != review.expert
        and (m.is_lead or m.is_expert_of(review.market))
        and not is_referrer(m, file.candidate.referred_by)
    ]
    return tuple(sorted(able, key=lambda m: (not m.is_expert_of(review.market), m.name.casefold())))


def pass_on(desk: Desk, review_id: str, person: UserId, to: UserId, note: str = "") -> Case:
    """Put somebody else's name on it. Raises Invalid('person_needed') for somebody who could not answer it."""

    def work(unit: Unit, now: datetime) -> Case:
        file = load(unit, review_id, person)
        require_judge(file.person(person), file.review, file.campaign, file.candidate, file.lead)
        require_open(unit, file, now)
        able = _able(file, people.members(unit))
        if to not in {m.id for m in able}:
            raise Invalid("person_needed", field="person")
        change = lifecycle.pass_on(file.review, to, _backup(file, able, to, person), now)
        filling = {to} if change.review.queued else ()
        apply(unit, desk, file.review, change, file.campaign, person, now, filling=filling)
        if note.strip():
            events.record(unit, review_id, person, "passed_on_note", now, {}, {"note": note.strip()[:_DISCLOSURE]})
        say(unit, "passed", f"{review_id}:{change.review.version}", to, now, {"by": person})
        return see.whole(unit, desk, review_id)

    try:
        return deadline.answering(desk, review_id, work)
    except TooLate as told:
        raise late.keep_words(desk, review_id, person, note.strip(), told) from told


def disclose(desk: Desk, review_id: str, person: UserId, text: str) -> Case:
    """Stay, and say on the card how one knows the creator. Raises Invalid('text_needed'); late words become a note."""
    said = text.strip()[:_DISCLOSURE]

    def work(unit: Unit, now: datetime) -> Case:
        if not said:
            raise Invalid("text_needed", field="narrative")
        file = load(unit, review_id, person)
        require_judge(file.person(person), file.review, file.campaign, file.candidate, file.lead)
        require_open(unit, file, now)
        change = lifecycle.disclose(file.review, person, said)
        apply(unit, desk, file.review, change, file.campaign, person, now)
        return see.whole(unit, desk, review_id)

    try:
        return deadline.answering(desk, review_id, work)
    except TooLate as told:
        raise late.keep_words(desk, review_id, person, said, told) from told


def _backup(file: File, able: Sequence[Member], to: UserId, passed_by: UserId) -> UserId | None:
    """The backup it had, else the next who could answer: never whoever has just passed it on."""
    out = {to, passed_by, file.review.expert}
    if file.review.backup not in out:
        return file.review.backup
    return next((m.id for m in able if m.id not in out), None)


def release(unit: Unit, desk: Desk, person: UserId, now: datetime) -> int:
    """Give to others what carries the name of somebody who can no longer answer it; how many went.

    What nobody else could answer stays: the deadline ends it, and its owner is told.
    """
    moved = 0
    load_by, members = reviews.load_of(unit), people.members(unit)
    for review in reviews.awaiting_of(unit, person):
        file = load(unit, review.id, person)
        member = file.person(person)
        if member and member.active and (member.is_lead or member.is_expert_of(review.market)):
            continue
        named = assign(review.market, members, load_by, referred_by=file.candidate.referred_by, now=now)
        if named is None or named.expert == person:
            continue
        change = lifecycle.pass_on(review, named.expert, named.backup, now)
        apply(unit, desk, review, change, file.campaign, "policy", now)
        say(unit, "passed", f"{review.id}:{change.review.version}", named.expert, now, {"by": person})
        load_by[named.expert] = load_by.get(named.expert, 0) + 1
        moved += 1
        if change.review.queued:
            open_next(unit, desk, named.expert, now)
    return moved
