"""From what must be announced to rows in the outbox, in the transaction that caused it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from bot.core.assignment import is_referrer
from bot.core.review import Announce, Change
from bot.core.types import Campaign, Member, Review, UserId
from bot.desk.desk import new_id
from db import candidates, outbox, people
from db.store import Unit


def say(
    unit: Unit, kind: str, ref: str, lane: str | None, now: datetime, detail: Mapping[str, Any] | None = None
) -> None:
    """One message to one channel or person; nobody to tell is no message."""
    if lane:
        outbox.enqueue(unit, new_id("ob"), kind, ref, lane, now, detail)


def say_all(
    unit: Unit,
    kind: str,
    ref: str,
    lanes: Iterable[str | None],
    now: datetime,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """The same to several people, each once."""
    for lane in dict.fromkeys(lane for lane in lanes if lane):
        say(unit, kind, ref, lane, now, detail)


def lead_of(members: Iterable[Member], referred_by: str | None = None) -> UserId | None:
    """Who rules: the first active lead, always the same one, but never over their own referral."""
    return next((m.id for m in members if m.is_lead and m.active and not is_referrer(m, referred_by)), None)


def current_lead(unit: Unit) -> UserId | None:
    return lead_of(people.members(unit))


def announce(
    unit: Unit,
    change: Change,
    before: Review,
    campaign: Campaign,
    now: datetime,
    skip: tuple[Announce, ...] = (),
) -> None:
    """Everybody who must know of this change, in the outbox; `skip` is told by the caller."""
    review = change.review
    for what in change.announce:
        if what in skip:
            continue
        match what:
            case Announce.CARD:
                # A review that was never shown stays unshown: its end is in its owner's message.
                if review.opened_at is not None:
                    say(unit, "card", review.id, campaign.channel, now)
            case Announce.RESULT:
                say(unit, "result", f"{review.id}:{review.round}", campaign.owner, now)
            case Announce.FELL:
                say(unit, "fell", campaign.key, campaign.owner, now, {"reviews": [review.id]})
            case Announce.UNDONE:
                ref = f"{review.id}:{before.round}"
                say(unit, "result", ref, campaign.owner, now)
                say(unit, "undone", ref, campaign.owner, now)
            case Announce.HELD:
                referred_by = candidates.referrer(unit, review.candidate_id)
                people_asked = (lead_of(people.members(unit), referred_by), review.backup)
                say_all(unit, "held", campaign.key, people_asked, now, {"reviews": [review.id]})
            case Announce.REVERSED:
                ref = f"{review.id}:{review.round}"
                say_all(unit, "reversed", ref, (campaign.owner, review.expert), now)
