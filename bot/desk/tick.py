"""What time does: deadlines, the end of undo windows, and half-windows in which nothing opened."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.core import review as lifecycle
from bot.core.errors import Busy
from bot.core.types import Review
from bot.desk import absence, expire, morning, norms, patience, remind, returns
from bot.desk.announce import current_lead
from bot.desk.change import Lost, Made, apply_all, fill_hands
from bot.desk.desk import Desk, new_id
from db import arrivals, campaigns, instants, outbox, reminders, reviews, uploads
from db.reminders import Said, Shown
from db.store import Unit

#: For how long a sent errand is kept, for whoever asks what was said.
_KEEP_SENT = timedelta(days=7)
_SOME = 20
"""People whose hands are filled in one unit after many deadlines."""
_FORGET_EVERY = timedelta(minutes=1)
#: Deadlines that follow each other within this come before reminders, which then wait for so long at most.
_CLOSELY, _HELD = timedelta(seconds=1), timedelta(seconds=5)
#: How often market norms are looked at of which too little is left; what applies one looks at what is left itself.
_FADE_EVERY = timedelta(days=1)
#: For how long an event from Slack is known again; Slack repeats one for some minutes.
_KEEP_ARRIVED = timedelta(days=2)
#: For how long a reminder changes with what it shows: nobody scrolls back further to answer.
_KEEP_SHOWN = timedelta(days=14)
_KEEP_LISTS = timedelta(days=90)
"""The account of a list that somebody brought; its candidates stay."""


def tick(desk: Desk) -> bool:
    """One batch of everything that is due; True when there may be more that somebody waits for.

    Safe to run twice and beside clicks: whoever waits to write meanwhile comes after the batch at hand, and not after
    all of them. What nobody waits for is left to the next pass.
    """
    with desk.store.reading() as unit:
        due, now = instants.next_instants(unit), desk.clock()
    # Deadlines first, and nothing else while there are more of them: everybody waits for these.
    if _is_due(due.deadline, now) and _sweep(desk, expire.due, desk.limits.deadlines):
        return True
    opened = _is_due(due.deadline, now) or desk.fill_hands or _is_due(due.half, now)
    if desk.fill_hands and _fill(desk):
        return True
    desk.bursting = False
    more = False
    for instant, step in ((due.undo, _settle_due), (due.half, _tell_half), (due.returns, returns.give_back)):
        if _is_due(instant, now) and _sweep(desk, step):
            more = True
            if desk.crowded:
                return True  # only from a full batch: what comes after these must have its turn
    if opened:
        # What has just got a card is told of in the same pass.
        with desk.store.reading() as unit:
            due = instants.next_instants(unit)
    more |= _remind(desk, due, now)
    if _is_due(desk.forget_at, now):
        # Nobody waits for the minute in which a week is over.
        more |= _sweep(desk, absence.step_aside)
        left = _sweep(desk, patience.run_out)
        _sweep(desk, morning.begin)
        desk.forget_at = now if _sweep(desk, _forget) | left else now + _FORGET_EVERY
        more |= left
    if _is_due(desk.fade_at, now):
        desk.fade_at = now if _sweep(desk, norms.fade) else now + _FADE_EVERY
    return more


def _is_due(instant: datetime | None, now: datetime) -> bool:
    return instant is not None and instant <= now


def _fill(desk: Desk) -> bool:
    """Fill some people's hands; whether to come again. An answer that frees one meanwhile says so after our look."""
    desk.fill_hands = False
    try:
        desk.fill_hands |= _sweep(desk, _fill_hands)
    except BaseException:
        desk.fill_hands = True
        raise
    return desk.fill_hands


def next_due(desk: Desk) -> datetime | None:
    """The earliest instant at which `tick` will have something to do."""
    with desk.store.reading() as unit:
        return next_of(unit, desk)


def next_of(unit: Unit, desk: Desk) -> datetime | None:
    """The same as this unit of work sees it."""
    due = instants.next_instants(unit)
    reminder = max(due.reminder, desk.remind_at) if due.reminder is not None else None
    return min((t for t in (due.first, reminder) if t is not None), default=None)


def _remind(desk: Desk, due: instants.Instants, now: datetime) -> bool:
    """Reminders that are due; now and then while deadlines follow each other closely, since those come first."""
    dense = due.deadline is not None and due.deadline - now < _CLOSELY
    if not _is_due(due.reminder, now) or (dense and now < desk.remind_at):
        return False
    desk.remind_at = now + _HELD
    more = False
    for instant, step in ((due.nudge, remind.experts), (due.owner, remind.owners), (due.morning, morning.step)):
        if _is_due(instant, now) and _sweep(desk, step):
            more = True
            if desk.crowded:
                break
    return more


def _sweep(desk: Desk, step: Callable[[Unit, Desk, datetime, int], int], most: int | None = None) -> bool:
    """One batch; True when it was a full one, or when somebody else came first."""
    size = most or desk.limits.batch
    try:
        with desk.store.unit() as unit:
            return step(unit, desk, desk.clock(), size) >= size
    except Lost:
        return True
    except Busy as busy:
        if busy.reason != "gave_way":
            raise
        return True


def _fill_hands(unit: Unit, desk: Desk, now: datetime, size: int) -> int:
    """Whoever has room and a queue gets the next: after many deadlines, and at the start of a process.

    A few people at a time: their clicks wait for it, and what opens is a message each.
    """
    people = reviews.with_room(unit, desk.limits.open_per_expert)
    for start in range(0, len(people), _SOME):
        if fill_hands(unit, desk, people[start : start + _SOME], now):
            return size
    return 0


def _settle_due(unit: Unit, _desk: Desk, now: datetime, size: int) -> int:
    due = reviews.settling(unit, now, size)
    every = campaigns.some(unit, (review.campaign for review in due)) if due else {}
    settled = [Made(r, change, every[r.campaign]) for r in due if (change := lifecycle.settle(r, now)) is not None]
    apply_all(unit, settled, "deadline", now)
    return len(due)


def _tell_half(unit: Unit, desk: Desk, now: datetime, size: int) -> int:
    """List what is still unopened at half its window to the campaign's owner and to the lead, once."""
    due = reviews.half_gone(unit, now, size)
    experts = sorted({r.expert for r in due if r.expert})
    opened = fill_hands(unit, desk, experts, now)
    still = [r for r in due if r.queued and r.id not in opened]
    by_campaign: dict[str, list[Review]] = defaultdict(list)
    for review in still:
        by_campaign[review.campaign].append(review)
    for key, unopened in by_campaign.items():
        campaign = campaigns.get(unit, key)
        if campaign is not None:
            told = dict.fromkeys(who for who in (campaign.owner, current_lead(unit)) if who)
            later = remind.good_for(unit, tuple(told), now, max(r.deadline_at for r in unopened))
            if later > now:
                reviews.tell_half(unit, [r.id for r in unopened], later)
                due = tuple(r for r in due if r not in unopened)
                continue
            shown = tuple(Shown(r.id) for r in unopened)
            remind.remember(unit, [Said("half", new_id("nd"), who, shown) for who in told], now)
    reviews.tell_half(unit, [r.id for r in due], None)
    return len(due)


def _forget(unit: Unit, _desk: Desk, now: datetime, size: int) -> int:
    """Errands sent long ago (where their messages stand is kept apart), old events, reminders and accounts."""
    gone = (
        outbox.prune(unit, now - _KEEP_SENT, size),
        arrivals.prune(unit, now - _KEEP_ARRIVED, size),
        reminders.prune(unit, now - _KEEP_SHOWN, size),
        uploads.prune(unit, now - _KEEP_LISTS, size),
    )
    return max(gone)
