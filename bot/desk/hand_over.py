"""A review changes hands: pass it on, or stay and disclose that one knows the creator. The clock runs on."""

from __future__ import annotations

from datetime import datetime

from bot.core import nudges, returning
from bot.core import review as lifecycle
from bot.core.access import require_judge, require_passer
from bot.core.assignment import Able, Assignment, Knowing, backup_of, rank
from bot.core.case import Case
from bot.core.errors import Invalid, TooLate
from bot.core.returning import Handed
from bot.core.types import Review, UserId
from bot.desk import deadline, handed, hands, late, see
from bot.desk.change import File, apply, load, open_next, require_open, too_late
from bot.desk.desk import Desk
from bot.desk.remind import remember
from db import candidates, events, handing, lists, people, reviews
from db.reminders import Said, Shown
from db.store import Unit

_DISCLOSURE = 300


def passing(desk: Desk, review_id: str, person: UserId) -> tuple[Case, tuple[Able, ...]]:
    """May this person pass it on, and to whom? In the order of assignment, but oneself last: one may take it, too."""
    with desk.store.reading() as unit:
        file = load(unit, review_id, person)
        _require_passer(file, person)
        now = desk.clock()
        if not file.review.state.awaits:
            raise too_late(unit, file, now)
        able = able_to(unit, file, now)
        return see.whole(unit, desk, review_id), tuple(sorted(able, key=lambda one: one.id == person))


def _require_passer(file: File, person: UserId) -> None:
    require_passer(person, file.person(person), file.review, file.campaign, file.candidate, file.lead)


def able_to(unit: Unit, file: File, now: datetime) -> tuple[Able, ...]:
    """Who could answer it besides whose name it carries, in the order of assignment; nobody who is too close."""
    review = file.review
    members, creator = people.members(unit), candidates.creator_of(unit, review.candidate_id)
    knowing = Knowing(lists.knowers(unit, [creator]).get(creator, {}), lists.campaign_knowers(unit, review.campaign))
    return rank(
        review.market, members, reviews.load_of(unit), referred_by=file.candidate.referred_by, knowing=knowing, now=now,
        awake=nudges.time_left(members, now, review.deadline_at),
        without={review.expert or "", *hands.of(unit, review.id).too_close},
    )  # fmt: skip


def pass_on(
    desk: Desk, review_id: str, person: UserId, to: UserId | None, note: str = "", *, conflict: bool = False
) -> Case:
    """Put somebody else's name on it: `to`, or with None whoever knows the market best now.

    With `conflict` it never comes back to whoever passed it on. Raises Invalid('person_needed') for somebody who
    could not answer it, or when nobody else could.
    """

    def work(unit: Unit, now: datetime) -> Case:
        file = load(unit, review_id, person)
        _require_passer(file, person)
        require_open(unit, file, now)
        able = able_to(unit, file, now)
        chosen = next((one for one in able if one.id == to or (to is None and one.id != person)), None)
        if chosen is None:
            raise Invalid("person_needed", field="person")
        give(unit, desk, file, chosen, able, person, now, back_to=None if conflict else _back_to(file, person))
        if note.strip() or conflict:
            said = {"note": note.strip()[:_DISCLOSURE], **({hands.CONFLICT: True} if conflict else {})}
            events.record(unit, review_id, person, "passed_on_note", now, {}, said)
        return handed.beside(unit, see.whole(unit, desk, review_id), person)

    try:
        return deadline.answering(desk, review_id, work)
    except TooLate as told:
        raise late.keep_words(desk, review_id, person, note.strip(), told) from told


def _back_to(file: File, person: UserId) -> UserId | None:
    """Whoever hands it on, if they can answer it; of an owner who cannot, whose it was."""
    member = file.person(person)
    able = member is not None and (member.is_lead or member.is_expert_of(file.review.market))
    return person if able else file.review.expert


def give(
    unit: Unit,
    desk: Desk,
    file: File,
    to: Able,
    able: tuple[Able, ...],
    by: UserId,
    now: datetime,
    *,
    back_to: UserId | None,
) -> None:
    """Write a hand-over with all that follows: whose it is now, their backup, when it goes back, and who is told."""
    review, others = file.review, [one for one in able if one.id not in (to.id, by)]
    kept = next((one.id for one in others if one.id == review.backup and one.there), None)
    backup = kept or backup_of(to.member, others)
    change = lifecycle.pass_on(review, to.id, backup, now)
    filling = {to.id} if change.review.queued else ()
    apply(unit, desk, review, change, file.campaign, by, now, filling=filling)
    free = nudges.free_time(to.member, now, review.deadline_at)
    until = returning.returns_at(free, now, review.deadline_at) if to.id != by else None
    named = {one.id: one.grounds for one in able if one.id in (to.id, backup)}
    handing.hand(unit, review.id, named, Handed(back_to, until) if until is not None else None)
    if to.id != by:
        _tell(unit, change.review, by, now)


def _tell(unit: Unit, review: Review, by: UserId, now: datetime) -> None:
    """Whoever has it now is told by whom, in a message that follows what becomes of it."""
    remember(unit, [Said("passed", f"{review.id}:{review.version}", review.expert or "", (Shown(review.id, by),))], now)


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


def release(unit: Unit, desk: Desk, person: UserId, now: datetime) -> int:
    """Give to others what carries the name of somebody who can no longer answer it; how many went.

    What nobody else could answer stays: the deadline ends it, and its owner is told.
    """
    moved = 0
    for review in reviews.awaiting_of(unit, person):
        file = load(unit, review.id, person)
        member = file.person(person)
        if member and member.active and (member.is_lead or member.is_expert_of(review.market)):
            continue
        able = [one for one in able_to(unit, file, now) if one.id != person]
        if not able:
            continue
        first, *others = able
        named = Assignment(first.id, backup_of(first.member, others), lifecycle.REASSIGNED)
        change = lifecycle.pass_on(review, named.expert, named.backup, now, named.why)
        apply(unit, desk, review, change, file.campaign, "policy", now)
        handing.hand(unit, review.id, {one.id: one.grounds for one in able if one.id in (named.expert, named.backup)})
        _tell(unit, change.review, person, now)
        moved += 1
        if change.review.queued:
            open_next(unit, desk, named.expert, now)
    return moved
