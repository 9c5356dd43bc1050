"""So many at once, each as soon as the one before it is answered; and how long everyone waited."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any, TypeVar

import uvloop

from tests.benchmarks.lines import middle

Work = Callable[[], Awaitable[Any]]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Timing:
    seconds: float
    each: list[float]

    @property
    def rate(self) -> float:
        return len(self.each) / self.seconds

    @property
    def p50(self) -> float:
        return middle(self.each)


async def crowd(works: Sequence[Work], at_once: int) -> Timing:
    """Every work once, `at_once` of them at any time."""
    left = iter(works)
    each: list[float] = []

    async def one() -> None:
        for work in left:
            began = perf_counter()
            await work()
            each.append(perf_counter() - began)

    began = perf_counter()
    await asyncio.gather(*(one() for _ in range(at_once)))
    return Timing(perf_counter() - began, each)


def run(main: Coroutine[Any, Any, T]) -> T:
    """On the loop that the bot runs on."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(main)
