"""What can be done about a review's time: hot, moved to Monday, more of it, a reminder out of turn; pure rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.core import nudges
from bot.core.errors import Invalid, TooLate
from bot.core.nudges import Window
from bot.core.review import Announce, Change
from bot.core.types import OnDeadline, Review, State, UserId
from bot.core.working_time import Span

#: What a lead gives, once.
MORE = timedelta(hours=24)
#: Between two pings of one review; a person is pinged no sooner after any reminder, but for a hot deal.
PING_APART = timedelta(hours=1)
#: A competing offer that ends sooner leaves nobody time to answer.
_SOONEST = timedelta(minutes=15)
#: A deadline that lies no longer before a Monday noon may be moved there: since Friday noon.
_WEEKEND = timedelta(days=3)


class Asked(StrEnum):
    """What an owner asks the lead for."""

    TIME = "time"
    RULING = "ruling"


@dataclass(frozen=True, slots=True)
class Ping:
    """Whom a ping reaches: the expert, or the backup in their place; nobody when both are off."""

    to: UserId | None
    instead: UserId | None = None
    """Whose place the backup takes."""
    back_at: datetime | None = None
    """When the expert is there again, if that is before it is too late."""


#: How a request can be answered, but for a ruling, which ends the review.
GIVEN, LEFT = "time_given", "left_as_is"


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody asked the lead for, and what became of it."""

    by: UserId
    what: Asked
    note: str = ""
    answer: str | None = None
    """GIVEN or LEFT."""
    answered_by: UserId | None = None


def mark_hot(review: Review, until: datetime, now: datetime) -> Change | None:
    """Somebody else's offer stands until then: by then it must be answered. None when that is known.

    It shortens the deadline and never lengthens it, and opens at once what has no card yet. Raises TooLate, Invalid.
    """
    _require_open(review, now)
    if until < now + _SOONEST:
        raise Invalid("expiry_soon", field="until")
    if review.hot_at is not None and review.hot_until == until:
        return None
    holds = review.on_deadline is OnDeadline.HOLD and review.state is not State.HELD and not review.held_once
    # What the lead rules without an answer is left to the lead while the other offer still stands.
    due = now + (until - now) / 2 if holds else until
    hot = replace(
        review,
        hot_at=now,
        hot_until=until,
        deadline_at=min(review.deadline_at, due),
        opened_at=review.opened_at or now,
        version=review.version + 1,
    )
    return Change(hot, "marked_hot", None, (Announce.CARD,))


def give_time(review: Review, now: datetime) -> Change:
    """More time, once, and never beyond a competing offer. Raises TooLate saying why it cannot be given."""
    _require_open(review, now)
    require_time(review)
    until = review.deadline_at + MORE
    if review.hot_until is not None:
        until = max(min(until, review.hot_until), review.deadline_at)
    given = replace(review, extended_at=now, deadline_at=until, version=review.version + 1)
    return Change(given, "time_given", None, (Announce.CARD,))


def require_time(review: Review) -> None:
    """Raises TooLate when more time cannot be given: a second time, after a hold, beyond a competing offer."""
    if review.state is State.HELD or review.held_once:
        raise TooLate("held_already")
    if review.extended_at is not None:
        raise TooLate("extended_already", deadline=review.deadline_at)
    if review.hot_until is not None and review.hot_until <= review.deadline_at:
        raise TooLate("hot_ends", until=review.hot_until)


def can_have_time(review: Review) -> bool:
    """Whether there is any to be given."""
    try:
        require_time(review)
    except TooLate:
        return False
    return review.state.awaits


def monday_of(review: Review, zone: ZoneInfo, now: datetime) -> datetime | None:
    """Where its deadline may be moved when it has just opened: the next Monday, 12:00, after a deadline near a weekend.

    None when it was moved or given time before, is hot or held, or when half its window is over.
    """
    used = review.moved_at or review.extended_at or review.hot_at
    half = review.intake_at + (review.deadline_at - review.intake_at) / 2
    if used or review.state is not State.PENDING or now >= half:
        return None
    monday = nudges.monday_noon(review.deadline_at, zone)
    early = monday - timedelta(days=7)
    noon = early if early > review.deadline_at else monday
    return noon if timedelta() < noon - review.deadline_at <= _WEEKEND else None


def to_monday(review: Review, zone: ZoneInfo, now: datetime) -> Change:
    """Move the deadline there, once. Raises TooLate('no_monday') where it may not be moved."""
    _require_open(review, now)
    monday = monday_of(review, zone, now)
    if monday is None:
        raise TooLate("moved_already" if review.moved_at else "no_monday")
    moved = replace(review, moved_at=now, deadline_at=monday, version=review.version + 1)
    return Change(moved, "moved_to_monday", None, (Announce.CARD,))


def whom_to_ping(
    review: Review, window: Window, free: Sequence[Span], backup: Sequence[Span], now: datetime
) -> Ping:  # fmt: skip
    """The expert when they may be written to now, else the backup, else nobody; each `free` from now on."""
    if nudges.next_good(free, now, now) is not None:
        return Ping(review.expert)
    back_at = nudges.next_good(free, now, window.latest)
    if review.backup is not None and nudges.next_good(backup, now, now) is not None:
        return Ping(review.backup, review.expert, back_at)
    return Ping(None, None, back_at)


def _require_open(review: Review, now: datetime) -> None:
    if now.tzinfo is None:
        raise ValueError(f"a naive time reached the core: {now!r}")
    if not review.state.awaits:
        raise TooLate(review.state.value)
    if now >= review.deadline_at:
        raise TooLate("deadline_due")
