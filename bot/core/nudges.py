"""When whom to remind of a review: pure rules over its window, people's free time, and what they have been told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.core.review import Times
from bot.core.types import Member, OnDeadline, Review, Route, State, UserId
from bot.core.working_time import Hours, Span, without, worked, zone_of

#: What part of a window is over when its expert is told: that it is theirs, then three reminders.
STEPS = (0.0, 0.5, 0.8, 0.95)
#: The same for the campaign's owner.
OWNER_STEPS = (0.75, 0.95)


@dataclass(frozen=True, slots=True)
class Pace:
    """How people are reminded, all configurable."""

    apart: timedelta = timedelta(hours=4)
    """Between two reminders of one person; hot deals and a review's last one are exempt."""
    before: timedelta = timedelta(minutes=30)
    """The last good moment lies so long before the end of somebody's day, or before the deadline."""
    scarce: timedelta = timedelta(hours=4)
    """A window with less working time than this is said to be short when it opens."""


@dataclass(frozen=True, slots=True)
class Window:
    """From when until when an answer is waited for, as far as reminders go."""

    since: datetime
    until: datetime
    before: timedelta

    def at(self, part: float) -> datetime:
        return self.since + (self.until - self.since) * part

    @property
    def latest(self) -> datetime:
        """After this a reminder comes too late to be answered; a short window has its last one there."""
        return self.until - min(self.before, (self.until - self.since) * (1 - STEPS[-1]))


@dataclass(frozen=True, slots=True)
class Next:
    """Somebody's next reminder of one review."""

    at: datetime | None
    """None when there is no good moment for one any more."""
    step: int
    """How many steps have been said or have passed once it is."""


def window_of(review: Review, times: Times, pace: Pace = Pace()) -> Window:
    """A held review's is its hold; one that was marked hot, or given more time, has a new one from then on."""
    until = review.deadline_at
    if review.state is State.HELD:
        return Window(until - times.hold, until, pace.before)
    anew = (t for t in (review.hot_at, review.extended_at, review.moved_at) if t is not None and t < until)
    return Window(max(review.intake_at, *anew, review.intake_at), until, pace.before)


def zone_for(member: Member) -> ZoneInfo:
    """The zone that somebody works in: Slack's, else that of the first market that they review."""
    return zone_of(member.tz, next(iter(member.markets), None))


def free_time(member: Member, since: datetime, until: datetime) -> tuple[Span, ...]:
    """When somebody may be written to: their hours, less holidays and Do Not Disturb. In UTC, in order."""
    gone = [span for span in (member.away, member.dnd) if span is not None]
    if member.status_until is not None:
        gone.append((since, member.status_until))
    return tuple(without(worked(member.hours or Hours(), zone_for(member), since, until), gone))


def next_good(free: Sequence[Span], at: datetime, latest: datetime) -> datetime | None:
    """The first free moment from `at` on, None when there is none until `latest`."""
    for start, end in free:
        moment = max(start, at)
        if moment < end:
            return moment if moment <= latest else None
    return None


def last_good(free: Sequence[Span], before: datetime, now: datetime, margin: timedelta) -> datetime | None:
    """The last good moment before another one: `margin` before that free time ends, but not before now."""
    for start, end in reversed(free):
        stop = min(end, before)
        if max(start, now) < stop:
            return max(start, now, stop - margin)
    return None


def is_asleep(window: Window, steps: Sequence[float], free: Sequence[Span], now: datetime) -> bool:
    """Whether all the rest of the window, from the last reminder's time on, lies outside somebody's free time."""
    return next_good(free, max(window.at(steps[-1]), now), window.latest) is None


def next_reminder(
    window: Window,
    steps: Sequence[float],
    done: int,
    free: Sequence[Span],
    now: datetime,
    *,
    last: datetime | None,
    hot: bool,
    pace: Pace = Pace(),
) -> Next:
    """The next reminder after `done` steps; several that have come to the same moment are one.

    `free` is the person's from now until the window's end, `last` when they got a reminder of any review.
    """
    moments: list[tuple[datetime, int]] = []
    for step, part in enumerate(steps[done:], done + 1):
        nominal = window.at(part)
        at = next_good(free, max(nominal, now), window.latest)
        if at is None:
            at = last_good(free, max(nominal, now), now, window.before)
        if at is not None:
            moments.append((at, step))
    if not moments:
        return Next(None, len(steps))
    at, step = _first(moments)
    says_only_whose_it_is = step == 1 and steps is STEPS
    if not (hot or says_only_whose_it_is or step == len(steps) or last is None or at >= last + pace.apart):
        rested = next_good(free, last + pace.apart, window.latest)
        ends = moments[-1][0]
        at = ends if rested is None else min(rested, ends)
        step = max(each for moment, each in moments if moment <= at)
    return Next(at, step)


def _first(moments: Sequence[tuple[datetime, int]]) -> tuple[datetime, int]:
    at = min(moment for moment, _ in moments)
    return at, max(step for moment, step in moments if moment <= at)


def when_backup(
    window: Window,
    free: Sequence[Span],
    backup: Sequence[Span],
    now: datetime,
    *,
    last: datetime | None,
    hot: bool,
    pace: Pace = Pace(),
) -> datetime | None:
    """When to ask the backup of somebody who cannot be asked again: once their free time is over.

    Where the backup is off by then, too, at their last good moment before. Of a hot deal as soon as the one is off and
    the other is not. None when the backup has no good moment either.
    """
    over = max((end for start, end in free if start < window.until), default=now)
    since = now if hot and next_good(free, now, window.latest) != now else max(now, over)
    at = next_good(backup, since, window.latest)
    if at is None:
        return last_good(backup, max(since, now), now, window.before)
    if hot or last is None or at >= last + pace.apart:
        return at
    return next_good(backup, last + pace.apart, window.latest) or at


def working_time(free: Sequence[Span], until: datetime) -> timedelta:
    """How much of free time lies before a moment."""
    return sum((min(end, until) - start for start, end in free if start < until), timedelta())


def time_left(members: Iterable[Member], now: datetime, until: datetime) -> dict[UserId, timedelta]:
    """How long everybody works between two moments."""
    return {m.id: working_time(free_time(m, now, until), until) for m in members}


def monday_noon(now: datetime, zone: ZoneInfo) -> datetime:
    """The next Monday, 12:00 in a zone: where a deadline may be moved that would fall on a weekend.

    >>> monday_noon(datetime(2026, 11, 27, 17, tzinfo=UTC), ZoneInfo("Europe/Moscow")).isoformat()
    '2026-11-30T09:00:00+00:00'
    """
    today = now.astimezone(zone).date()
    noon = today + timedelta(days=7 - today.weekday())
    return datetime.combine(noon, time(12), zone).astimezone(UTC)


#: What of a review a reminder shows.
_SHOWN = ("state", "round", "expert", "deadline_at", "hot_at", "opened_at")


def redraws(before: Review, after: Review) -> bool:
    """Whether a reminder that shows this review has to change with it."""
    return before.reminded_at is not None and any(getattr(before, x) != getattr(after, x) for x in _SHOWN)


def falls(review: Review, now: datetime) -> bool:
    """Whether what awaits an answer is in the last quarter of its window, and nobody else is asked after it."""
    waits = review.on_deadline is OnDeadline.HOLD and not review.held_once and review.state is not State.HELD
    return not waits and now >= review.deadline_at - (review.deadline_at - review.intake_at) / 4


def hides(review: Review, member: Member | None) -> bool:
    """Whether a message to this person must not name what the AI says: who answers blind, or could answer it."""
    if review.route not in (Route.BLIND, Route.PANEL) or not review.state.awaits:
        return False
    return member is None or member.is_lead or member.is_expert_of(review.market) or member.id == review.expert
