"""Whoever is on holiday is skipped: what waits for them goes to their backup, and the clock runs on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.core import review as lifecycle
from bot.core.assignment import is_referrer
from bot.core.types import Member, Review, State, UserId
from bot.desk.change import apply, fill_hands, load
from bot.desk.desk import Desk
from db import candidates, nudges, people, reviews
from db.store import Unit


def step_aside(unit: Unit, desk: Desk, now: datetime, size: int) -> int:
    """Everybody who is away by now, by their own setting or by their status; `size` when any of their reviews went.

    Then there is somebody to be told.
    """
    members = people.members(unit)
    gone = [give_up(unit, desk, away, members, now) for away in members if away.away_at(now)]
    return size if any(gone) else 0


def give_up(unit: Unit, desk: Desk, away: Member, members: Sequence[Member], now: datetime) -> int:
    """Their reviews to whoever stands in; what nobody else can answer stays. How many went.

    Who stands in is told in their own working hours, as of a card that opens.
    """
    opened, filling = [], set()
    # What has no card yet goes first: else it would open here when what is open goes.
    waiting = sorted(reviews.awaiting_of(unit, away.id), key=lambda r: not r.queued)
    for found in waiting:
        to = _stand_in(unit, found, away, members, now)
        if to is None:
            continue
        file = load(unit, found.id, None)
        review = file.review
        left = next((m.id for m in _able(review, members, now) if m.id not in (to, away.id)), None)
        change = lifecycle.pass_on(review, to, left, now, lifecycle.STANDS_IN)
        apply(unit, desk, review, change, file.campaign, "policy", now)
        if review.queued:
            filling.add(to)
        else:
            opened.append(review.id)
    nudges.tell_anew(unit, opened)
    fill_hands(unit, desk, sorted(filling), now)
    return len(opened) + len(filling)


def _able(review: Review, members: Sequence[Member], now: datetime) -> list[Member]:
    """Who could answer it and is there: experts of its market first, then leads."""
    here = [
        m
        for m in members
        if m.active and not m.away_at(now) and (m.is_expert_of(review.market) or m.is_lead) and m.id != review.expert
    ]
    return sorted(here, key=lambda m: (not m.is_expert_of(review.market), m.id))


def _stand_in(unit: Unit, review: Review, away: Member, members: Sequence[Member], now: datetime) -> UserId | None:
    """The backup that they have chosen, else the review's, else the next who could answer; nobody's own referral."""
    if review.state is State.HELD:
        return None  # its lead has been asked
    able = _able(review, members, now)
    if not able:
        return None
    able.sort(key=lambda m: (m.id != away.backup, m.id != review.backup))
    referred = candidates.referrer(unit, review.candidate_id)
    return next((m.id for m in able if not is_referrer(m, referred)), None)
