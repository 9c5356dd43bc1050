"""What every verb works with: the store, the clock, the limits; and how the async edge calls a synchronous verb."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Concatenate, ParamSpec, TypeVar

from bot.clock import Clock, system_clock
from bot.core.errors import Busy
from bot.core.nudges import Pace
from bot.core.review import Times
from bot.desk.turns import Turns
from db.store import Store, waiting_until
from scoring.norms import NormTable

P = ParamSpec("P")
T = TypeVar("T")

_READERS = 4
_CLICK = 2.0
"""Seconds from a click's arrival until it is done or refused: Slack waits for three."""
_CHORE = 10.0
"""The same for what nobody stands in front of: a sweep, a mark of the outbox."""
_TURN = 1.0
"""Seconds in which a writer has a turn for whoever only asks whether they go on."""
#: Crockford's alphabet: no letter that can be misread when an id is told over the phone.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_FIRST = 1767225600
"""The first second of 2026, from which those in ids are counted."""


def new_id(prefix: str) -> str:
    """An opaque id such as rv_0WK3QA7Q2K0M3X: the second in which it was made, and 40 random bits."""
    return id_of(prefix, int(system_clock().timestamp()), secrets.randbits(40))


def id_of(prefix: str, second: int, bits: int) -> str:
    """An id that was made in this second, since 1970.

    What is made together lies together in every index then: ten thousand reviews of one list that fall at one instant
    change a few hundred pages, and at random each would be a page of its own. It begins anew after 34 years.
    """
    number = ((second - _FIRST) % (1 << 30)) << 40 | bits
    return prefix + "_" + "".join([_ALPHABET[number >> shift & 31] for shift in range(65, -5, -5)])


@dataclass(frozen=True, slots=True)
class Limits:
    """What a lead may set."""

    open_per_expert: int = 10
    referrals_per_month: int = 10
    """Most fast-tracked candidates per trusted referrer in 30 days."""
    times: Times = field(default_factory=Times)
    pace: Pace = field(default_factory=Pace)
    batch: int = 400
    """Reviews per sweep: larger ones make a click wait, smaller ones write the same pages more often."""
    deadlines: int = 1000
    """The same for deadlines: most are written alike, and cost far less each."""


class Desk:
    """One per process. Verbs are plain functions `verb(desk, ...)`; on SQLite they write one at a time."""

    def __init__(
        self, store: Store, clock: Clock, norms: NormTable, limits: Limits = Limits(), rng: Random | None = None
    ) -> None:
        self.store = store
        self.clock = clock
        self.norms = norms
        self.limits = limits
        self.rng = rng or Random()  # noqa: S311 - draws samples, guards nothing
        self.site: str | None = None
        """The workspace's address, for links to messages: Slack tells it at the start."""
        self.fill_hands = True
        """Whether somebody may have room and a queue that nothing else will look at: the sweep does."""
        self.bursting = False
        """Whether many deadlines fall at once: whoever has room then is seen to after them, and not by each answer."""
        self.forget_at = clock()
        """When the sweep looks next for what need not be kept any longer."""
        self.remind_at = clock()
        """When the sweep looks next at reminders, while deadlines follow each other closely."""
        self.fade_at = clock()
        """When the sweep looks next for market norms that have faded."""
        self._turns = Turns(store)
        self._readers = ThreadPoolExecutor(_READERS, thread_name_prefix="desk-read")

    async def run(self, verb: Callable[Concatenate[Desk, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """A verb that writes, on the writer's thread, so that the event loop never waits for a disk.

        Somebody waits in front of it: Busy('locked') two seconds after it arrived, however many wait before it.
        """
        return await self._write(_CLICK, partial(verb, self, *args, **kwargs), joins=True)

    async def chore(self, verb: Callable[Concatenate[Desk, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """A verb that writes and that nobody waits in front of: patient, since one that fails costs another round."""
        return await self._write(_CHORE, partial(verb, self, *args, **kwargs), joins=True)

    async def sweep(self, verb: Callable[Concatenate[Desk, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The same for one that writes much: by itself, so that no click is committed only with all of it."""
        return await self._write(_CHORE, partial(verb, self, *args, **kwargs), joins=False)

    async def beside(self, verb: Callable[Concatenate[Desk, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """A verb that works for long before it writes: on a reader's thread, so that clicks go on meanwhile.

        What it writes waits for the database as a chore does, from when it begins.
        """

        def work() -> T:
            with waiting_until(time.monotonic() + _CHORE):
                return verb(self, *args, **kwargs)

        return await self._on(self._readers, work)

    async def take_turn(self) -> None:
        """Do nothing, in turn: Busy('locked') when no writer has come to it in time."""
        await self._write(_TURN, lambda: None, joins=False)

    @property
    def crowded(self) -> bool:
        """Whether somebody waits for whoever writes now: a sweep then ends what it is at, and goes on after them."""
        return self._turns.crowded

    async def read(self, verb: Callable[Concatenate[Desk, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """A verb that only reads, beside the writer."""
        return await self._on(self._readers, partial(verb, self, *args, **kwargs))

    async def _write(self, patience: float, work: Callable[[], T], *, joins: bool) -> T:
        """On a writer's thread until `patience` seconds from now; Busy('locked') when its turn has not come by then.

        What has begun goes on to its end: it waits for the database no longer than that either.
        """
        until = time.monotonic() + patience

        def timed() -> T:
            with waiting_until(until):
                return work()

        in_time = partial(copy_context().run, timed)
        turn = self._turns.submit(in_time, patient=patience > _CLICK, joins=joins, until=until)
        late = False

        def give_up() -> None:
            nonlocal late
            late = turn.cancel()

        timer = asyncio.get_running_loop().call_later(patience, give_up)
        try:
            return await asyncio.wrap_future(turn)
        except asyncio.CancelledError:
            if late:
                raise Busy("locked") from None
            raise
        finally:
            timer.cancel()

    @staticmethod
    async def _on(pool: ThreadPoolExecutor, work: Callable[[], T]) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(pool, copy_context().run, work)

    def close(self) -> None:
        """Finish what has begun, then let go of the database."""
        self._turns.close()
        self._readers.shutdown(wait=True)
        self.store.close()
