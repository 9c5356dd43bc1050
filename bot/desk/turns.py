"""Whose turn it is to write: on SQLite one thread, on which those that wait together are committed together."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count
from queue import Empty, PriorityQueue
from threading import Thread
from typing import Any, TypeVar

from bot.core.errors import Busy
from db.checkpoints import Checkpoints
from db.store import Store, Together, waiting_until

log = logging.getLogger(__name__)

T = TypeVar("T")

_MOST = 32
_BRIEF = 0.005
"""Seconds after which nobody else joins a commit: whoever came first waits for the last."""
CLICKS, _CHORES = 8, 3
"""How many write at once on PostgreSQL."""


_came = count()


@dataclass(slots=True, order=True)
class Turn:
    """Work that waits for its turn: who has least time left goes first, of two with as much who came first.

    So a click comes before what the outbox notes, and that is not put off for longer than it can wait. `until`
    (time.monotonic) is how long whoever asked for it waits; the work itself knows of it. `joins` when it may be
    committed together with its neighbours.
    """

    until: float
    work: Callable[[], Any] = field(compare=False)
    joins: bool = field(compare=False)
    came: int = field(default_factory=_came.__next__)
    future: Future[Any] = field(default_factory=Future, compare=False)

    def take(self) -> bool:
        """Whether it is still wanted; from here on it can no longer be cancelled."""
        return self.future.running() or self.future.set_running_or_notify_cancel()

    def run(self) -> None:
        """By itself: its units commit as they end."""
        try:
            done = self.work()
        except BaseException as error:  # noqa: BLE001 - whoever waits for it is told
            self.future.set_exception(error)
        else:
            self.future.set_result(done)


_END = Turn(math.inf, lambda: None, joins=False)
"""After all that waits."""


class Turns:
    """Writers, whoever has least time left first; `close` lets what waits come to its end.

    A commit costs far more than what is written in it (the disk must say that it has it), so whatever waits while one
    is under way goes into the next one together. Nobody is answered before it.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._queue: PriorityQueue[Turn] = PriorityQueue()
        self._mine = math.inf
        """Until when whoever writes now may."""
        self._clicks: ThreadPoolExecutor | None = None
        self._chores: ThreadPoolExecutor | None = None
        self._thread: Thread | None = None
        self._checkpoints: Checkpoints | None = None
        if store.sqlite:
            file = store.url.database
            self._checkpoints = Checkpoints(file) if file and file != ":memory:" else None
            self._thread = Thread(target=self._serve, name="desk-write", daemon=True)
            self._thread.start()
        else:
            # PostgreSQL lets several write at once, and joins their commits itself. What nobody stands in front of has
            # few threads of its own: a click waits neither for it nor, in the interpreter, behind all of it.
            self._clicks = ThreadPoolExecutor(CLICKS, thread_name_prefix="desk-write")
            self._chores = ThreadPoolExecutor(_CHORES, thread_name_prefix="desk-chore")

    def submit(self, work: Callable[[], T], *, patient: bool, joins: bool, until: float) -> Future[T]:
        """Work for its turn; it may be cancelled until that comes. Raises RuntimeError once closed."""
        pool = self._chores if patient else self._clicks
        if pool is not None:
            return pool.submit(work)
        if self._thread is None:
            raise RuntimeError("the desk is closed")
        turn = Turn(until, work, joins)
        self._queue.put(turn)
        return turn.future

    @property
    def crowded(self) -> bool:
        """Whether somebody waits who has less time than whoever writes now; on PostgreSQL nobody has to."""
        try:
            return self._queue.queue[0].until < self._mine
        except IndexError:
            return False

    def close(self) -> None:
        for pool in (self._clicks, self._chores):
            if pool is not None:
                pool.shutdown(wait=True)
        if self._thread is not None:
            self._queue.put(_END)
            self._thread.join()
            self._thread = None
            if self._checkpoints is not None:
                self._checkpoints.close()

    # The thread of SQLite's only writer

    def _serve(self) -> None:
        left: Turn | None = None
        while True:
            first = left or self._queue.get()
            left = None
            if first is _END:
                return
            if not first.take():
                continue
            self._mine, ended = first.until, False
            if not first.joins or self._queue.empty():
                first.run()
            else:
                left, ended = self._together(first)
            if self._checkpoints is not None:
                self._checkpoints.written()
            if ended:
                return

    def _together(self, first: Turn) -> tuple[Turn | None, bool]:
        """Run those that wait behind the first, too, and commit once; (who must go alone next, whether all is over).

        The first begins for all, and for no longer than it may: the others have not been taken until then. When the
        database is in trouble halfway, nothing of it has happened, and each goes by itself. Whatever comes, each is
        told, and the thread lives on: there is no other.
        """
        brief, taken, done = time.monotonic() + _BRIEF, [first], 0
        said: list[tuple[Any, BaseException | None]] = []
        left: Turn | None = None
        ended = False
        try:
            with waiting_until(first.until), self._store.together() as commit:
                while done < len(taken):
                    said.append(_outcome(taken[done].work, commit))
                    done += 1
                    if done == len(taken) < _MOST and time.monotonic() < brief:
                        left, ended = self._join(taken)
        except (Busy, Together.Broken):
            # Whoever has least time goes first: a patient one may wait for the database again.
            for turn in sorted(taken, key=lambda turn: turn.until):
                turn.run()
        except BaseException as trouble:
            log.exception("%d that were to be committed together failed", len(taken))
            for turn in taken:
                turn.future.set_exception(trouble)
        else:
            for turn, (value, error) in zip(taken, said, strict=True):
                if error is not None:
                    turn.future.set_exception(error)
                else:
                    turn.future.set_result(value)
        return left, ended

    def _join(self, taken: list[Turn]) -> tuple[Turn | None, bool]:
        """Take along whoever waits next, if they may join."""
        try:
            turn = self._queue.get_nowait()
        except Empty:
            return None, False
        if turn is _END:
            return None, True
        if not turn.joins:
            return turn, False
        if turn.take():
            taken.append(turn)
        return None, False


def _outcome(work: Callable[[], Any], commit: Together) -> tuple[Any, BaseException | None]:
    try:
        return work(), None
    except BaseException as error:  # noqa: BLE001 - whoever waits for it is told
        commit.check()
        return None, error
