"""The bot's parts on the measured process's own loop, as `run` starts them: edge, clock, outbox, against another Slack.

For what must be watched from within: how long the loop stood still, when the last one was decided.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

from pydantic import SecretStr
from slack_bolt.request.async_request import AsyncBoltRequest

from bot import metrics
from bot.app import Handoff, build, keep_answering
from bot.clock import ShiftedClock
from bot.settings import Settings
from bot.ticker import Ticker
from tests.benchmarks.agency import Tap
from tests.benchmarks.served import SECRET, beside
from tests.benchmarks.taps import payload


class Watched(Ticker):
    """The real one; says when a pass has ended."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.passed = asyncio.Event()

    async def once(self) -> None:
        await super().once()
        self.passed.set()


@dataclass
class Living:
    handoff: Handoff
    clock: ShiftedClock
    ticker: Watched

    async def dispatch(self, said: dict[str, Any]) -> float:
        """Seconds until it is acknowledged."""
        began = perf_counter()
        answer = await self.handoff.once.dispatch(AsyncBoltRequest(mode="socket_mode", body=said))
        assert answer.status == 200, answer.body
        return perf_counter() - began


class Lateness:
    """Between the desk and the histogram of lateness, which keeps no exact values; observes on the writer's thread."""

    def __init__(self) -> None:
        self.late: list[float] = []
        self.at = 0.0
        """When the last one was committed."""
        self.complete = asyncio.Event()
        self._loop, self._wanted, self._histogram = asyncio.get_running_loop(), 0, metrics.deadline_lateness_seconds

    def wait_for(self, wanted: int) -> None:
        """Forget what was, set `complete` after so many."""
        self.late, self._wanted = [], wanted

    def observe(self, seconds: float) -> None:
        self._histogram.observe(seconds)
        self.late.append(seconds)
        if len(self.late) == self._wanted:
            self.at = perf_counter()
            self._loop.call_soon_threadsafe(self.complete.set)


@contextmanager
def tapped() -> Iterator[Lateness]:
    tap, kept = Lateness(), metrics.deadline_lateness_seconds
    metrics.deadline_lateness_seconds = tap  # type: ignore[assignment]
    try:
        yield tap
    finally:
        metrics.deadline_lateness_seconds = kept


@asynccontextmanager
async def living(url: str, *, sending: bool = True) -> AsyncIterator[Living]:
    """Everything up, but for the outbox without `sending`. Its clock can be moved; Slack is a process of its own."""
    async with beside("slack") as slack:
        assert slack.stdout is not None
        base = (await slack.stdout.readline()).decode().strip()
        settings = Settings(
            SLACK_BOT_TOKEN=SecretStr("xoxb-x"), SLACK_SIGNING_SECRET=SecretStr(SECRET), SLACK_API_URL=f"{base}/api/",
            database_url=url,
        )  # fmt: skip
        clock = ShiftedClock()
        handoff = build(settings, clock=clock)
        ticker = Watched(handoff.desk, handoff.outbox.resume, pause_outbox=handoff.outbox.pause)
        await handoff.open()
        keep_answering()
        running = [asyncio.create_task(ticker.run())]
        if sending:
            running.append(asyncio.create_task(handoff.outbox.run()))
        try:
            await ticker.passed.wait()
            yield Living(handoff, clock, ticker)
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
            await handoff.close(0.3)


@dataclass
class Meanwhile:
    """What others notice: how long the loop stood still, and how long each click waited."""

    stalls: list[float] = field(default_factory=list)
    clicks: list[float] = field(default_factory=list)

    @asynccontextmanager
    async def watching(self, bot: Living, taps: Sequence[Tap], card: dict[str, Any]) -> AsyncIterator[None]:
        """A click every 20 ms, whether or not the one before is answered, for as long as the block lasts."""
        every = [asyncio.create_task(self._look()), asyncio.create_task(self._click(bot, taps, card))]
        try:
            yield
        finally:
            for task in every:
                task.cancel()
            await asyncio.gather(*every, return_exceptions=True)

    async def _look(self) -> None:
        while True:
            began = perf_counter()
            await asyncio.sleep(0.001)
            self.stalls.append(perf_counter() - began - 0.001)

    async def _click(self, bot: Living, taps: Sequence[Tap], card: dict[str, Any]) -> None:
        under_way: set[asyncio.Task[None]] = set()

        async def one(tap: Tap) -> None:
            self.clicks.append(await bot.dispatch(payload(tap, card)))

        with suppress(asyncio.CancelledError):
            for tap in taps:
                task = asyncio.create_task(one(tap))
                under_way.add(task)
                task.add_done_callback(under_way.discard)
                await asyncio.sleep(0.02)
        if under_way:
            await asyncio.wait(under_way)
