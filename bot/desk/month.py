"""What somebody's own answers of a month came to: for their eyes only, and nobody is compared with anybody."""

from __future__ import annotations

from datetime import datetime, timedelta
from statistics import median_high

from bot.core.case import MONTH, Month
from bot.core.disagreement import Standing, Winner
from bot.core.types import UserId
from db import answers
from db.store import Unit


def of(unit: Unit, person: UserId, now: datetime) -> Month | None:
    """The last 30 days; None where there is no answer. An objection is no answer: it decides nothing."""
    found = answers.since(unit, person, now - timedelta(days=MONTH))
    if not found:
        return None
    took = [one.at - (one.opened_at or one.at) for one in found]
    against = [one for one in found if one.standing is not None]
    return Month(
        answers=len(found),
        half_within=max(timedelta(), median_high(took)),
        against=len(against),
        right=sum(one.winner is Winner.EXPERT for one in against),
        open=sum(one.standing is Standing.OPEN for one in against),
    )
