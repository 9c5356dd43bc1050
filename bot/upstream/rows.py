"""Fresh numbers for a list that comes in: asked for together, in the time that a list may take, never in its way."""

from __future__ import annotations

import asyncio
import concurrent.futures
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from bot.clock import Clock
from bot.core.candidate_row import ParsedRow, metrics_of
from bot.core.fresh import Answer, Asked, Why, wanting
from bot.upstream.config import Config
from bot.upstream.source import Source

log = logging.getLogger(__name__)

_GRACE: Final = 2.0
"""Seconds for the loop to say what it has, beyond those for asking."""


class Numbers:
    """What intake calls, on a thread of its own: rows that lack numbers or whose are old come back with fresh ones.

    In the bot a source is at work already, on a loop that runs; a command has none, and one is opened while it asks.
    """

    def __init__(
        self,
        config: Config,
        clock: Clock,
        source: Source | None = None,
        loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        self._config, self._clock, self._source, self._loop = config, clock, source, loop

    def __call__(self, rows: Sequence[ParsedRow]) -> Mapping[int, ParsedRow]:
        """Raises nothing: candidates come in whatever happens to a source."""
        config, today = self._config, self._clock().date()
        wanted = [r for r in rows if config.knows(r.platform or "") and wanting(metrics_of(r), config.gives, today)]
        if not wanted:
            return {}
        try:
            return self._asked(wanted)
        except Exception as error:  # noqa: BLE001 - whatever it is, a list must come in
            log.warning("%s could not be asked: %s", config.name, type(error).__name__)
            return {row.line: replace(row, asked=self._told(Why.UNREACHABLE)) for row in wanted}

    def _asked(self, rows: Sequence[ParsedRow]) -> Mapping[int, ParsedRow]:
        if self._source is None or self._loop is None:
            return asyncio.run(self._alone(rows))
        work = asyncio.run_coroutine_threadsafe(self._together(self._source, rows), self._loop)
        try:
            return work.result(self._config.limits.intake_seconds + _GRACE)
        except concurrent.futures.TimeoutError:
            work.cancel()
            raise

    async def _alone(self, rows: Sequence[ParsedRow]) -> Mapping[int, ParsedRow]:
        source = Source(self._config, self._clock)
        try:
            return await self._together(source, rows)
        finally:
            await source.close()

    async def _together(self, source: Source, rows: Sequence[ParsedRow]) -> Mapping[int, ParsedRow]:
        """Each row with what was said of it; whoever was not reached in time has that said."""
        asking = {
            row.line: asyncio.ensure_future(
                source.look_up(row.handle, row.platform or "", row.market or row.country or "")
            )
            for row in rows
        }
        await asyncio.wait(asking.values(), timeout=self._config.limits.intake_seconds)
        for one in asking.values():
            one.cancel()
        await asyncio.gather(*asking.values(), return_exceptions=True)
        late = Answer(self._told(Why.SLOW))
        answers = {line: one.result() if not one.cancelled() else late for line, one in asking.items()}
        return {row.line: replace(row, fresh=answers[row.line].metrics, asked=answers[row.line].asked) for row in rows}

    def _told(self, why: Why) -> Asked:
        return Asked(self._config.name, self._clock(), why)
