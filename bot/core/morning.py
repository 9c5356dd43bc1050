"""The morning digest of whoever owns campaigns: when it comes, and what one can say. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.nudges import free_time, zone_for
from bot.core.types import Campaign, Member, ReviewId
from scoring.types import Verdict

#: How far ahead a working day is looked for: a longer holiday is looked at anew when it is over.
_AHEAD = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Ended:
    """One creator of whom something became known."""

    review_id: ReviewId
    candidate: str
    verdict: Verdict | None = None
    """What was decided; None of a deal that was lost."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One creator who waits."""

    review_id: ReviewId
    candidate: str
    deadline_at: datetime


@dataclass(frozen=True, slots=True)
class News:
    """One campaign since the last morning."""

    campaign: Campaign
    decided: tuple[Ended, ...] = ()
    """By people."""
    on_the_ai: tuple[Ended, ...] = ()
    """Because nobody answered, or because nobody was asked."""
    waiting: tuple[Waiting, ...] = ()
    """Soonest deadline first."""
    lost: tuple[Ended, ...] = ()
    """Signed elsewhere while it waited."""

    @property
    def anything(self) -> bool:
        return bool(self.decided or self.on_the_ai or self.waiting or self.lost)


@dataclass(frozen=True, slots=True)
class Morning:
    """What one owner is told."""

    since: datetime
    campaigns: tuple[News, ...]

    @property
    def anything(self) -> bool:
        return bool(self.campaigns)


def next_morning(member: Member, now: datetime) -> datetime:
    """The first working moment of somebody's next day at work, by the clock on their wall.

    Of somebody who is away for longer than two weeks: then, to look again.
    """
    zone = zone_for(member)
    today = now.astimezone(zone).date()
    for start, _ in free_time(member, now, now + _AHEAD):
        if start > now and start.astimezone(zone).date() > today:
            return start
    return now + _AHEAD
