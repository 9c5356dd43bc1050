"""The clock: wakes the desk's sweep and the outbox. Holds no state: what is due stands in the rows."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.clock import system_clock
from bot.desk.desk import Desk
from bot.desk.tick import next_of, tick
from db import lanes

log = logging.getLogger(__name__)

_DUE = "due"
_SOON = timedelta(milliseconds=1)
_NEAR = timedelta(seconds=1)
"""What is nearer than this is waited for on the loop itself: a job for each of many would cost more than its pass."""
_DENSE = timedelta(milliseconds=25)
"""Deadlines that follow each other so closely come before what they cause."""
_HOLD, _GO = 5.0, 1.0
"""Seconds for which the outbox waits for them at most, and has then for itself at least."""


class Ticker:
    """One alarm, which does no more than set an event; a loop does the work.

    `sweep` in seconds bounds how late anything is noticed that another process wrote (`handoff import`), and what
    follows when somebody sets the machine's clock: it counts by a clock that nobody can set.
    """

    def __init__(
        self,
        desk: Desk,
        wake_outbox: Callable[[], None],
        *,
        pause_outbox: Callable[[], None] = lambda: None,
        sweep: float = 5.0,
    ) -> None:
        self._desk = desk
        self._wake_outbox = wake_outbox
        self._pause_outbox = pause_outbox
        self._sweep = sweep
        self._event = asyncio.Event()
        self._left: datetime | None = None
        """What was already due after the last pass."""
        self._next: datetime | None = None
        """What the next alarm but the outbox's is for."""
        self._held: float | None = None
        """Since when (time.monotonic) the outbox has waited for deadlines that follow each other closely."""
        self._turn = 0.0
        """Until when it waits for none of them."""
        self._near: asyncio.TimerHandle | None = None
        self._scheduler = AsyncIOScheduler(timezone=UTC)

    def wake(self) -> None:
        """Look at once: the demo's clock has jumped, or somebody knows better."""
        self._event.set()

    async def run(self) -> None:
        """Until cancelled. What fell due while nobody ran is handled in the first pass."""
        self._scheduler.start()
        self._event.set()
        try:
            while True:
                # Not wait_for: until Python 3.12 that forgets an end which comes in the moment of a ring.
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._sweep):
                        await self._event.wait()
                self._event.clear()
                await self.once()
        finally:
            self._let_go()
            self._scheduler.shutdown(wait=False)
            self._wake_outbox()

    async def once(self) -> None:
        """One pass: everything due, batch by batch, then the alarm for what is next. Its failures are logged."""
        dense = False
        try:
            await self._decide()
            due, letter = await self._desk.read(_next_instants)
            self._schedule(self._ahead(due, letter))
            dense = self._is_dense()
        except Exception:
            log.exception("the next due instant could not be read; the sweep stands in")
        finally:
            (self._pause_outbox if dense else self._wake_outbox)()

    async def _decide(self) -> None:
        try:
            # Many at once come before what they cause: sending beside them would make them six times as late.
            while await self._desk.sweep(tick):
                self._pause_outbox()
                await asyncio.sleep(0)
        except Exception:
            log.exception("a sweep failed; the next one tries again")

    def _is_dense(self) -> bool:
        """Whether the outbox waits for the next one, which has its alarm. It waits neither long nor again at once."""
        now = time.monotonic()
        close = self._next is not None and self._next - self._desk.clock() <= _DENSE
        if not close or not self._scheduler.running or now < self._turn:
            self._held = None
            return False
        self._held = self._held or now
        if now - self._held > _HOLD:
            self._held, self._turn = None, now + _GO
            return False
        return True

    def _ahead(self, due: datetime | None, letter: datetime | None) -> datetime | None:
        """The earliest of both that is still to come, or what fell due behind the pass's back: that rings at once.

        Only once: what the next pass does nothing about either is left to the sweep.
        """
        now = self._desk.clock()
        left = due if due is not None and due <= now else None
        fell, self._left = left is not None and left != self._left, left
        self._next = due if due is not None and (due > now or fell) else None
        instants = [t for t in (self._next, letter) if t is not None and (t > now or t is self._next)]
        return min(instants, default=None)

    async def _ring(self) -> None:
        self._event.set()

    def _schedule(self, due: datetime | None) -> None:
        if not self._scheduler.running:
            return
        self._let_go()
        if due is None:
            if self._scheduler.get_job(_DUE):
                self._scheduler.remove_job(_DUE)
            return
        # The desk's clock may be shifted; the scheduler lives in real time.
        delay = max(due - self._desk.clock(), timedelta()) + _SOON
        if delay < _NEAR:
            self._near = asyncio.get_running_loop().call_later(delay.total_seconds(), self._event.set)
            return
        self._scheduler.add_job(
            self._ring,
            "date",
            run_date=system_clock() + delay,
            id=_DUE,
            replace_existing=True,
            # A moment that the loop missed is late, not void.
            misfire_grace_time=None,
            coalesce=True,
        )

    def _let_go(self) -> None:
        if self._near is not None:
            self._near.cancel()
            self._near = None


def _next_instants(desk: Desk) -> tuple[datetime | None, datetime | None]:
    """The earliest instants at which the desk and the outbox have something to do."""
    with desk.store.reading() as unit:
        return next_of(unit, desk), lanes.next_at(unit, desk.clock())
