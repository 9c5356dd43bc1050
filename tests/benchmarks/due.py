"""due_burst and due_spread: ten thousand deadlines at one instant, and two hundred a second, each with its commit."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from time import perf_counter

from bot.desk.tick import tick
from tests import postgres
from tests.benchmarks.agency import HOURS, Agency, Shape, Stock, desk_of
from tests.benchmarks.crowd import run
from tests.benchmarks.lines import Goal, Line, middle, p99, timed
from tests.benchmarks.living import Living, Meanwhile, living, tapped
from tests.benchmarks.raw import Raw, Transaction, recorded
from tests.benchmarks.taps import card_of
from tests.desk.world import Clock

_LATER = timedelta(seconds=2)
#: Time in s, stall and slowest click in ms: (must, aim) of each.
_GOALS = {
    "sqlite": ((0.9, 0.6), (10, 5), (60, 15)),
    "postgres": ((1.5, None), (15, None), (100, None)),
}


@dataclass
class Burst:
    seconds: list[float] = field(default_factory=list)
    settled: list[float] = field(default_factory=list)
    stalls: list[float] = field(default_factory=list)
    clicks: list[float] = field(default_factory=list)
    raw: list[float] = field(default_factory=list)


def due_burst(stock: Stock, *, quick: bool = False) -> Iterator[Line]:
    """10,000 of 100,000 pending: of each expert's five open ones and 45 that wait in the queue.

    Twice: with the outbox quiet, and with it sending meanwhile what falls and what is clicked, as the bot does.
    """
    due = {"due": 5, "due_queued": 5 if quick else 45, "early": 10 if quick else 50}
    shape = Shape(4, 10, 15, **due) if quick else Shape(200, 10, 490, **due)
    for kind in ("sqlite", "postgres") if postgres.why_not() is None else ("sqlite",):
        agency = stock.agency(shape, kind)
        transactions = _sweeps(stock, agency, kind)
        found = {False: Burst(), True: Burst()}
        for _ in range(1 if quick else 3):
            for sending, burst in found.items():
                with stock.copy(shape, kind) as url:
                    run(_burst(url, agency, burst, sending=sending))
            with stock.copy(shape, kind) as url:
                seconds = _play(url, transactions, shape.falling)
            for burst in found.values():
                burst.raw.append(seconds)
        for sending, burst in found.items():
            yield from _burst_lines(f"due_burst {kind}" + " sending" * sending, burst, _GOALS[kind])


def _burst_lines(name: str, found: Burst, goals: Sequence[tuple[float, float | None]]) -> Iterator[Line]:
    time, stall, click = (Goal("value", *goal) for goal in goals)
    parts = {"slowest round": max(found.seconds), "all settled after": middle(found.settled)}
    yield Line(name, middle(found.seconds), "s", middle(found.raw), "the same statements, bare driver", time, parts)
    worst = {"worst round": 1000 * max(found.stalls)}
    yield Line(f"{name}, stall", 1000 * middle(found.stalls), "ms", None, "", stall, worst)
    worst = {"worst round": 1000 * max(found.clicks)}
    yield Line(f"{name}, click", 1000 * middle(found.clicks), "ms", None, "", click, worst)


async def _burst(url: str, agency: Agency, found: Burst, *, sending: bool) -> None:
    """The seconds until the last deadline is committed. What room that made is filled afterwards: `settled`.

    The worst stall and click are of all of it.
    """
    taps = agency.taps
    card, meanwhile = card_of(url, taps[0]), Meanwhile()
    with tapped() as tap:
        async with living(url, sending=sending) as bot:
            await _early(bot, agency)
            async with meanwhile.watching(bot, taps, card):
                await asyncio.sleep(0.3)
                for waits in (meanwhile.stalls, meanwhile.clicks):
                    waits.clear()
                bot.ticker.passed.clear()
                tap.wait_for(agency.shape.falling)
                bot.clock.jump(agency.base + HOURS + _LATER - bot.clock())
                bot.ticker.wake()
                began = perf_counter()
                await asyncio.wait_for(tap.complete.wait(), 120)
                await bot.ticker.passed.wait()
                found.seconds.append(tap.at - began)
                found.settled.append(perf_counter() - began)
            found.stalls.append(max(meanwhile.stalls))
            found.clicks.append(max(meanwhile.clicks, default=0.0))


async def _early(bot: Living, agency: Agency) -> None:
    """The first few fall, and all that they cause is done."""
    bot.ticker.passed.clear()
    bot.clock.jump(agency.base + HOURS / 2 + _LATER - bot.clock())
    bot.ticker.wake()
    await bot.ticker.passed.wait()


def _sweeps(stock: Stock, agency: Agency, kind: str, *, step: timedelta | None = None) -> list[Transaction]:
    """What the sweep sends for all that fall at once, or with `step` for one after the other."""
    with stock.copy(agency.shape, kind) as url:
        clock = Clock(agency.base + HOURS / 2 + _LATER)
        desk = desk_of(url, clock=clock)
        while tick(desk):
            pass
        clock.now = agency.base + HOURS + (timedelta() if step is not None else _LATER)
        with recorded(desk.store) as done:
            for _ in range(agency.shape.falling if step is not None else 1):
                while tick(desk):
                    pass
                clock.now += step or timedelta()
        desk.close()
    return [t for t in done if any(statement.startswith("INSERT INTO decisions") for statement, _ in t)]


def _play(url: str, transactions: Sequence[Transaction], wanted: int) -> float:
    raw = Raw(url)
    with timed() as watch:
        for transaction in transactions:
            raw.play(transaction)
    assert raw.decided() == wanted
    raw.close()
    return watch.seconds


# One after the other


def due_spread(stock: Stock, *, quick: bool = False) -> Iterator[Line]:
    """200 a second, 10,000 pending."""
    step = 0.005
    experts, queued = (4, 15) if quick else (100, 90)
    shape = Shape(experts, 10, queued, due=5, due_queued=5, early=20, spread=step)
    agency = stock.agency(shape)
    transactions = _sweeps(stock, agency, "sqlite", step=timedelta(seconds=step))
    assert len(transactions) == shape.falling, "one for each deadline"
    ours: list[float] = []
    raw: list[float] = []
    for _ in range(1 if quick else 3):
        with stock.copy(shape) as url:
            ours.append(run(_spread(url, agency)))
        with stock.copy(shape) as url:
            raw.append(run(_played(url, transactions, step)))
    value, baseline = 1000 * middle(ours), 1000 * middle(raw)
    parts = {"worst round": 1000 * max(ours)}
    yield Line("due_spread", value, "ms", baseline, "a timer and the same statements", Goal("value", 20, 5), parts)


async def _spread(url: str, agency: Agency) -> float:
    """Lateness at p99."""
    with tapped() as tap:
        async with living(url) as bot:
            await _early(bot, agency)
            tap.wait_for(agency.shape.falling)
            bot.clock.jump(agency.base + HOURS - timedelta(seconds=0.5) - bot.clock())
            bot.ticker.wake()
            await asyncio.wait_for(tap.complete.wait(), 60)
    return p99(tap.late)


async def _played(url: str, transactions: Sequence[Transaction], step: float) -> float:
    raw, late = Raw(url), list[float]()
    loop = asyncio.get_running_loop()
    began = loop.time() + 0.2

    async def one(number: int, transaction: Transaction) -> None:
        due = began + number * step
        await asyncio.sleep(due - loop.time())
        await raw.run(transaction)
        late.append(loop.time() - due)

    await asyncio.gather(*(one(number, t) for number, t in enumerate(transactions)))
    assert raw.decided() == len(transactions)
    raw.close()
    return p99(late)
