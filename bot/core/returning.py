"""A review that was handed to somebody who does not look at it goes back: when, and to whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.nudges import next_good, working_time
from bot.core.types import UserId
from bot.core.working_time import Span

LEAST = timedelta(hours=1)
"""Of working time that whoever it was handed to has in any case; with less left than this nothing goes back."""
BEFORE = timedelta(minutes=30)
"""So long before the deadline at the latest, so that somebody can still answer."""


@dataclass(frozen=True, slots=True)
class Handed:
    """Who handed a review on, if it may go back to them, and until when it is waited for."""

    by: UserId | None
    returns_at: datetime


def returns_at(free: Sequence[Span], now: datetime, deadline: datetime) -> datetime | None:
    """Until when it is waited for whoever has got it now; None when too little is left to give it back.

    When half of what was left is over, and they have had an hour of working time (`free` is theirs from now on), but
    half an hour before the deadline at the latest.

    >>> from datetime import UTC
    >>> nine = datetime(2026, 11, 23, 9, tzinfo=UTC)
    >>> day = [(nine, nine.replace(hour=18))]
    >>> returns_at(day, nine, nine + timedelta(hours=6)).hour
    12
    >>> returns_at([(nine.replace(hour=14), nine.replace(hour=18))], nine, nine + timedelta(hours=8)).hour
    15
    >>> returns_at(day, nine, nine + timedelta(minutes=59)) is None
    True
    """
    if deadline - now < LEAST:
        return None
    latest = deadline - BEFORE
    half = now + (deadline - now) / 2
    return min(latest, max(half, _worked(free, LEAST) or latest))


def _worked(free: Sequence[Span], least: timedelta) -> datetime | None:
    """The moment at which so much working time is over."""
    for start, end in free:
        if end - start >= least:
            return start + least
        least -= end - start
    return None


def goes_back(
    order: Sequence[UserId], free: Mapping[UserId, Sequence[Span]], now: datetime, deadline: datetime
) -> tuple[UserId, datetime] | None:
    """To the first of these who still works an hour before the deadline, as soon as they do; None when nobody can.

    Where nobody has so much, to whoever is at work first. `order` is whoever handed it on, whose it was before that,
    then as reviews are assigned, of all these who could answer it; `free` is theirs from now on.
    """
    moments = [(person, next_good(free.get(person, ()), now, deadline - BEFORE)) for person in order]
    coming = [(at, place, person) for place, (person, at) in enumerate(moments) if at is not None]
    if not coming:
        return None
    enough = [one for one in coming if working_time(free[one[2]], deadline) >= LEAST]
    at, _, person = enough[0] if enough else min(coming)
    return person, at
