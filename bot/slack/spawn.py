"""Work that somebody in front of a screen waits for, begun once their click is acknowledged.

Best effort, never lost to the garbage collector, drained on shutdown. Durable messages go through the outbox instead.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

log = logging.getLogger(__name__)

Work = Callable[[], Awaitable[object]]


class Spawn:
    """Background tasks with strong references."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False

    def start(self, what: str, work: Work) -> asyncio.Task[None] | None:
        """Begin `work` as soon as the loop is free; its failure is logged under `what` and goes no further.

        None while shutting down: then nothing begins.
        """
        if self._closed:
            log.info("not started while shutting down: %s", what)
            return None
        task = asyncio.create_task(self._run(what, work), name=what)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def settled(self) -> None:
        """Wait until everything started so far, and what that started, has ended."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def drain(self, seconds: float) -> None:
        """Take nothing new, give what runs so long to end, then cut it off."""
        self._closed = True
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)
        left = list(self._tasks)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    @staticmethod
    async def _run(what: str, work: Work) -> None:
        try:
            await work()
        except Exception as error:  # best effort: whoever waits is told by `work` itself
            # The type only: a message may hold what somebody wrote.
            log.warning("%s failed: %s", what, type(error).__name__, exc_info=log.isEnabledFor(logging.DEBUG))
