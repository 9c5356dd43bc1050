"""ack_http and ack_socket: from a click to its acknowledgement with the decision on disk, beside doing nothing at all.

Ours is the bot as people run it, outbox and clock included. All run on one core, in turn, and whoever clicks on the
other. Bare is Bolt with a listener that only acknowledges; stock is the same as Bolt comes; raw is what an approval
sends to the database, through sqlite3 alone.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

from bot.cards import ids
from tests.benchmarks.agency import Agency, Shape, Stock, Tap
from tests.benchmarks.crowd import Timing, crowd, run
from tests.benchmarks.lines import Goal, Line, middle
from tests.benchmarks.machine import cores
from tests.benchmarks.raw import Transaction, approvals, save
from tests.benchmarks.served import PATH, SECRET, beside
from tests.benchmarks.taps import Wire, card_of, payload, posts, request
from tests.slack.fake_slack import FakeSlack

_C1, _C16 = Goal("ratio", 3.0, 1.7), Goal("ratio", 0.33, 0.7, least=True)
_BELOW = Goal("ratio", 1.0)
_MANY = 16

Measure = Callable[[Sequence[Tap], int], Awaitable[Timing]]


@dataclass(frozen=True, slots=True)
class Size:
    """Clicks in each round."""

    rounds: int
    alone: int
    together: int
    warm: int
    experts: int

    @property
    def taps(self) -> int:
        return self.warm + self.rounds * (self.alone + self.together)


FULL, QUICK = Size(8, 50, 250, 100, 260), Size(2, 4, 16, 4, 6)


@dataclass
class Found:
    """What was measured of one of them: each wait alone, and the rate of each round together."""

    alone: list[float] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)

    @property
    def p50(self) -> float:
        return 1000 * middle(self.alone)

    @property
    def rate(self) -> float:
        return middle(self.rates)


def ack_http(stock: Stock, *, quick: bool = False) -> Iterator[Line]:
    yield from _ack("ack_http", stock, QUICK if quick else FULL, _http)


def ack_socket(stock: Stock, *, quick: bool = False) -> Iterator[Line]:
    yield from _ack("ack_socket", stock, QUICK if quick else FULL, _socket)


def _ack(name: str, stock: Stock, size: Size, doors: Any) -> Iterator[Line]:
    shape = Shape(size.experts)
    agency = stock.agency(shape)
    taps = agency.taps[: size.taps]
    transactions = approvals(stock, agency, taps)
    with _client_core() as core, stock.copy(shape) as url, stock.copy(shape) as raw_url:
        bench = _Bench(stock, agency, size, url, raw_url, core)
        found = run(bench.measure(doors, taps, transactions))
        _all_decided(url, len(taps))
    ours, bare, raw, stock_bolt = (found[who] for who in ("ours", "bare", "raw", "stock"))
    both = bare.p50 + raw.p50
    parts = {"bare": bare.p50, "raw": raw.p50, "stock": stock_bolt.p50}
    yield Line(f"{name} c=1", ours.p50, "ms", both, "bare Bolt + raw decision", _C1, parts)
    yield Line(f"{name} c=1, stock", ours.p50, "ms", stock_bolt.p50, "stock Bolt, deciding nothing", _BELOW)
    rates = {"bare": bare.rate, "raw": raw.rate, "stock": stock_bolt.rate}
    together = 1 / (1 / bare.rate + 1 / raw.rate)
    yield Line(f"{name} c=16", ours.rate, "clicks/s", together, "bare Bolt, then raw decision", _C16, rates)


@contextmanager
def _client_core() -> Iterator[int | None]:
    """We click on the first core; the other one, where there is one, is for what is measured."""
    known = cores()
    if len(known) < 2 or not hasattr(os, "sched_setaffinity"):
        yield None
        return
    os.sched_setaffinity(0, {known[0]})
    try:
        yield known[-1]
    finally:
        os.sched_setaffinity(0, set(known))


def _all_decided(url: str, wanted: int) -> None:
    """Whoever acknowledges without having decided is fast for nothing."""
    file = url.removeprefix("sqlite:///")
    with sqlite3.connect(file) as connection:
        (decided,) = connection.execute("SELECT count(*) FROM decisions WHERE basis = 'expert'").fetchone()
    connection.close()
    assert decided == wanted, f"{wanted} clicks were acknowledged and {decided} decided"


@dataclass
class _Bench:
    stock: Stock
    agency: Agency
    size: Size
    url: str
    raw_url: str
    core: int | None

    async def measure(self, doors: Any, taps: Sequence[Tap], transactions: Sequence[Transaction]) -> dict[str, Found]:
        card = card_of(self.url, taps[0])
        async with AsyncExitStack() as stack:
            measures: dict[str, Measure] = {
                who: await stack.enter_async_context(doors(self, who, card)) for who in ("ours", "bare", "stock")
            }
            measures["raw"] = await stack.enter_async_context(self._raw(taps, transactions))
            return await self._rounds(measures, taps)

    async def _rounds(self, measures: dict[str, Measure], taps: Sequence[Tap]) -> dict[str, Found]:
        """Everybody gets the same clicks, a few at a time, in turn: a machine that drifts drifts for all."""
        found = {who: Found() for who in measures}
        left = iter(taps)

        def some(many: int) -> list[Tap]:
            return [next(left) for _ in range(many)]

        warm = some(self.size.warm)
        for measure in measures.values():
            await measure(warm, 1)
        for _ in range(self.size.rounds):
            mine = some(self.size.alone)
            for who, measure in measures.items():
                found[who].alone += (await measure(mine, 1)).each
            mine = some(self.size.together)
            for who, measure in measures.items():
                found[who].rates.append((await measure(mine, _MANY)).rate)
        return found

    @asynccontextmanager
    async def _raw(self, taps: Sequence[Tap], transactions: Sequence[Transaction]) -> AsyncIterator[Measure]:
        file = self.stock.folder / "transactions.json"
        save(file, transactions)
        places = {tap: place for place, tap in enumerate(taps)}
        async with beside("raw", core=self.core, url=self.raw_url, file=str(file)) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            asked, said = process.stdin, process.stdout

            async def measure(some: Sequence[Tap], at_once: int) -> Timing:
                first = places[some[0]]
                asked.write(json.dumps([first, first + len(some), at_once]).encode() + b"\n")
                return Timing(*json.loads(await said.readline()))

            yield measure

    def environment(self, slack: FakeSlack) -> dict[str, str]:
        return {
            "SLACK_BOT_TOKEN": "xoxb-x", "SLACK_APP_TOKEN": "xapp-x", "SLACK_SIGNING_SECRET": SECRET,
            "SLACK_API_URL": f"{slack.base}/api/", "HANDOFF_DATABASE_URL": self.url, "HANDOFF_HEALTH": "",
            "HANDOFF_LOG_LEVEL": "ERROR",
        }  # fmt: skip


@asynccontextmanager
async def a_slack() -> AsyncIterator[FakeSlack]:
    slack = FakeSlack()
    await slack.start()
    try:
        yield slack
    finally:
        await slack.server.close()


@asynccontextmanager
async def _http(bench: _Bench, who: str, card: dict[str, Any]) -> AsyncIterator[Measure]:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = int(found.getsockname()[1])
    told: dict[str, Any] = {"core": bench.core, "port": port, "stock": who == "stock", "action": ids.APPROVE}
    async with a_slack() as slack, AsyncExitStack() as stack:
        if who == "ours":
            arguments = {"arguments": ["--http", str(port)], "environment": bench.environment(slack)}
            await stack.enter_async_context(beside("ours", core=bench.core, **arguments))
        else:
            await stack.enter_async_context(beside("http", **told))
        wires = [await Wire.to(port) for _ in range(_MANY)]

        async def measure(some: Sequence[Tap], at_once: int) -> Timing:
            requests = [request(tap, card, PATH) for tap in some]
            return await crowd(posts(wires, requests), at_once)

        yield measure
        for wire in wires:
            await wire.close()


@asynccontextmanager
async def _socket(bench: _Bench, who: str, card: dict[str, Any]) -> AsyncIterator[Measure]:
    async with a_slack() as slack, AsyncExitStack() as stack:
        if who == "ours":
            told: dict[str, Any] = {"arguments": [], "environment": bench.environment(slack)}
            await stack.enter_async_context(beside("ours", core=bench.core, **told))
        else:
            told = {"api": f"{slack.base}/api/", "stock": who == "stock", "action": ids.APPROVE}
            await stack.enter_async_context(beside("socket", core=bench.core, **told))
        await asyncio.wait_for(slack._linked.wait(), 30)

        async def measure(some: Sequence[Tap], at_once: int) -> Timing:
            async def click(said: dict[str, Any]) -> None:
                await (await slack.envelope("interactive", said))

            payloads = [payload(tap, card) for tap in some]
            return await crowd([lambda said=said: click(said) for said in payloads], at_once)  # type: ignore[misc]

        yield measure
