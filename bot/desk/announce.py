"""From what must be announced to rows in the outbox, in the transaction that caused it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from bot.core.assignment import is_referrer
from bot.core.review import Announce, Change
from bot.core.types import Campaign, Member, Review, UserId
from bot.desk.desk import new_id
from db import candidates, outbox, people, reminders
from db.outbox import Fresh
from db.store import Unit


def say(
    unit: Unit, kind: str, ref: str, lane: str | None, now: datetime, detail: Mapping[str, Any] | None = None
) -> None:
    """One message to one channel or person; nobody to tell is no message."""
    say_all(unit, kind, ref, (lane,), now, detail)


def say_all(
    unit: Unit,
    kind: str,
    ref: str,
    lanes: Iterable[str | None],
    now: datetime,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """The same to several people, each once."""
    outbox.enqueue(unit, _fresh(kind, ref, *lanes, detail=detail), now)


def lead_of(members: Iterable[Member], referred_by: str | None = None) -> UserId | None:
    """Who rules: the first active lead, always the same one, but never over their own referral."""
    return next((m.id for m in members if m.is_lead and m.active and not is_referrer(m, referred_by)), None)


def current_lead(unit: Unit) -> UserId | None:
    return lead_of(people.concerned(unit, None))


def rulers(unit: Unit, held: Collection[Review]) -> Mapping[str, UserId | None]:
    """Who is to rule on what is held, by candidate: asked once for all of them."""
    if not held:
        return {}
    members, referrers = people.concerned(unit, None), candidates.referrers(unit, [r.candidate_id for r in held])
    return {candidate: lead_of(members, referrer) for candidate, referrer in referrers.items()}


def told(
    change: Change, before: Review, campaign: Campaign, ruler: UserId | None, skip: Collection[Announce] = ()
) -> Iterator[Fresh]:
    """What must be said of this change and to whom; `skip` is told by the caller."""
    for what in change.announce:
        if what not in skip:
            yield from _letters(what, change.review, before, campaign, ruler)


def card(review_id: str, campaign: Campaign) -> Fresh:
    """The card of a review that has one shows the new state."""
    return Fresh(new_id("ob"), "card", review_id, campaign.channel)


def again(unit: Unit, review_ids: Collection[str], kinds: Collection[str] = ()) -> list[Fresh]:
    """The reminders that show these are said anew, where they stand; nothing is asked where there are none.

    All of them, or those of some kinds only.
    """
    if not review_ids:
        return []
    shown = [one for one in reminders.showing(unit, review_ids) if not kinds or one[0] in kinds]
    return [Fresh(new_id("ob"), kind, ref, lane) for kind, ref, lane in shown]


def _letters(what: Announce, review: Review, before: Review, campaign: Campaign, ruler: UserId | None) -> list[Fresh]:
    this, that = f"{review.id}:{review.round}", f"{review.id}:{before.round}"
    match what:
        case Announce.CARD:
            # A review that was never shown stays unshown: its end is in its owner's message.
            return _fresh("card", review.id, campaign.channel if review.opened_at is not None else None)
        case Announce.RESULT:
            return _fresh("result", this, campaign.owner)
        case Announce.FELL:
            return _fresh("fell", campaign.key, campaign.owner, detail={"reviews": [review.id]})
        case Announce.UNDONE:
            return _fresh("result", that, campaign.owner) + _fresh("undone", that, campaign.owner)
        case Announce.HELD:
            return _fresh("held", campaign.key, ruler, review.backup, detail={"reviews": [review.id]})
        case Announce.REVERSED:
            return _fresh("reversed", this, campaign.owner, review.expert)


def _fresh(kind: str, ref: str, *lanes: str | None, detail: Mapping[str, Any] | None = None) -> list[Fresh]:
    """The same for each of them once; nobody to tell is no message."""
    once = dict.fromkeys(lane for lane in lanes if lane)
    return [Fresh(new_id("ob"), kind, ref, lane, detail) for lane in once]
