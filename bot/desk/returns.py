"""What was handed to somebody who does not look goes back, once: to whoever handed it on, else whose it was before."""

from __future__ import annotations

from datetime import datetime

from bot.core import nudges, returning
from bot.core import review as lifecycle
from bot.core.assignment import Able, Knowing, rank
from bot.core.types import Member, Review, State, UserId
from bot.desk import hands
from bot.desk.announce import again, say
from bot.desk.change import apply
from bot.desk.desk import Desk
from bot.desk.remind import remember
from db import campaigns, candidates, events, handing, lists, outbox, people, reviews
from db.reminders import Said, Shown
from db.store import Unit


def give_back(unit: Unit, desk: Desk, now: datetime, size: int) -> int:
    """Everything that is due to go back; who has got it and who gets it are told, each once."""
    due = handing.due(unit, now, size)
    if not due:
        return 0
    members = people.members(unit)
    for review, by in due:
        _one(unit, desk, review, by, members, now)
    return len(due)


def _one(
    unit: Unit, desk: Desk, review: Review, by: UserId | None, members: tuple[Member, ...], now: datetime
) -> None:  # fmt: skip
    silent, before = review.expert or "", hands.of(unit, review.id)
    able = tuple(one for one in _able(unit, review, members, now) if one.id not in before.too_close)
    free = {one.id: nudges.free_time(one.member, now, review.deadline_at) for one in able}
    # Open again: somebody has answered it since, so it was looked at.
    named = dict.fromkeys((by, *before.had, review.backup, *(one.id for one in able)))
    order = [p for p in named if p in free and p != silent]
    found = None if review.state is State.REOPENED else returning.goes_back(order, free, now, review.deadline_at)
    if found is None:
        handing.put_off(unit, review.id, None)
        return
    to, at = found
    if at > now:
        handing.put_off(unit, review.id, at)  # nobody is there yet: whoever has got it has so much longer
        return
    # Whoever passed it on and does not get it back is no backup; whoever did not look only where there is nobody else.
    left = [one for one in able if one.id not in (to, before.last_passer)]
    others = sorted(left, key=lambda one: (one.id == silent, not one.there))
    backup = others[0].id if others else None
    campaign = campaigns.some(unit, [review.campaign])[review.campaign]
    filling = {to} if review.queued else ()
    change = lifecycle.give_back(review, to, backup, now)
    apply(unit, desk, review, change, campaign, "policy", now, filling=filling)
    handing.hand(unit, review.id, {one.id: one.grounds for one in able if one.id in (to, backup)})
    ref = f"{review.id}:{change.review.version}"
    remember(unit, [Said("back", ref, to, (Shown(review.id, silent),))], now)
    say(unit, "gone", ref, silent, now)


def _able(unit: Unit, review: Review, members: tuple[Member, ...], now: datetime) -> tuple[Able, ...]:
    """Who could answer it and is not on holiday."""
    referred, creator = (
        candidates.referrer(unit, review.candidate_id),
        candidates.creator_of(unit, review.candidate_id),
    )
    knowing = Knowing(lists.knowers(unit, [creator]).get(creator, {}), lists.campaign_knowers(unit, review.campaign))
    awake = nudges.time_left(members, now, review.deadline_at)
    ranked = rank(
        review.market, members, reviews.load_of(unit), referred_by=referred, knowing=knowing, now=now, awake=awake
    )  # fmt: skip
    return tuple(one for one in ranked if not one.member.away_at(now))


def looked(desk: Desk, review_id: str, person: UserId) -> None:
    """Whoever has got it has opened it: it stays with them."""
    with desk.store.unit() as unit:
        note_look(unit, review_id, person, desk.clock())


def note_look(unit: Unit, review_id: str, person: UserId, now: datetime) -> None:
    """The same within a unit of work."""
    if handing.looked(unit, review_id, person):
        events.record(unit, review_id, person, "looked", now)
        outbox.enqueue(unit, again(unit, [review_id], {"passed"}), now)


def awaited(review: Review, person: UserId) -> bool:
    """Whether it may matter that this person looks at it."""
    return review.why_me == lifecycle.PASSED_ON and review.expert == person
