"""The deadline decides: what the policy says, exactly once, for one review or for all that are due."""

from __future__ import annotations

from datetime import datetime

from bot.core import review as lifecycle
from bot.core.errors import TooLate
from bot.desk import tally
from bot.desk.change import File, T, Work, apply, attempt, load
from bot.desk.desk import Desk
from db import reviews
from db.store import Unit


def expire(unit: Unit, desk: Desk, file: File, now: datetime) -> None:
    """Apply the deadline to a review that awaits an answer and is due."""
    change = lifecycle.expire(file.review, file.ai, now, desk.limits.times)
    apply(unit, desk, file.review, change, file.campaign, "deadline", now)
    if change.decision is not None:
        reviews.add_decision(unit, change.decision)
        tally.decided(unit, [change.decision])
    tally.applied(unit, desk.clock, [file.review.deadline_at])


def expire_one(desk: Desk, review_id: str) -> None:
    """The same for one review, if it is due: a click found it before the sweep did."""

    def work(unit: Unit, now: datetime) -> None:
        file = load(unit, review_id, None)
        if file.review.state.awaits and now >= file.review.deadline_at:
            expire(unit, desk, file, now)

    attempt(desk, work)


def answering(desk: Desk, review_id: str, work: Work[T]) -> T:
    """Run an answer. When the deadline has passed and the sweep has not come by, it is applied first.

    The answer is then tried once more: a review that is now held for a ruling still takes it, any other says who won.
    """
    try:
        return attempt(desk, work)
    except TooLate as late:
        if late.reason != "deadline_due":
            raise
    expire_one(desk, review_id)
    return attempt(desk, work)
