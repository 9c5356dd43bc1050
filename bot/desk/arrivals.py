"""Events from Slack: taken in once, claimed by one process at a time, done or given up after a few tries."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from bot.desk.desk import Desk
from db import arrivals
from db.arrivals import Arrival

_LEASE = timedelta(minutes=1)
"""For how long an event is in one process's hands: it works on it for half of that at most."""
_TRIES = 5
_AGAIN = timedelta(seconds=5)
"""Before the second try; each later pause is three times as long."""
_AT_ONCE = 20


def take_in(desk: Desk, event_id: str, body: Mapping[str, Any]) -> Arrival | None:
    """Keep an event; it is then in the hands of whoever kept it. None when it has been here before."""
    with desk.store.unit() as unit:
        now = desk.clock()
        return arrivals.add(unit, event_id, body, now, now + _LEASE)


def claim(desk: Desk) -> tuple[Arrival, ...]:
    """What a process that ended has left undone, and what is to be tried again."""
    with desk.store.reading() as unit:
        if not arrivals.due(unit, desk.clock()):
            return ()
    with desk.store.unit() as unit:
        now = desk.clock()
        return arrivals.claim(unit, now, now + _LEASE, _AT_ONCE)


def done(desk: Desk, arrival: Arrival) -> None:
    with desk.store.unit() as unit:
        arrivals.done(unit, arrival.event_id, desk.clock())


def failed(desk: Desk, arrival: Arrival) -> bool:
    """To be tried again after a pause; True when that was the last time and it is given up."""
    with desk.store.unit() as unit:
        now = desk.clock()
        if arrival.tries >= _TRIES:
            arrivals.done(unit, arrival.event_id, now)
            return True
        arrivals.later(unit, arrival, now + _AGAIN * 3 ** (arrival.tries - 1))
        return False


def recover(desk: Desk) -> int:
    """At the start: what the process before this one had in its hands is free again; how many.

    On PostgreSQL others may be at work: there a claim ends by itself, a minute after it was made.
    """
    if not desk.store.sqlite:
        return 0
    with desk.store.unit() as unit:
        return arrivals.release(unit, desk.clock())
