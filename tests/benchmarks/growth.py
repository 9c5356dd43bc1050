"""growth: a click and an idle sweep at a thousand, ten thousand and a hundred thousand reviews, the team the same."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from itertools import islice

from bot.desk import decide
from bot.desk.desk import Desk
from bot.desk.tick import tick
from tests.benchmarks.agency import Shape, Stock, desk_of
from tests.benchmarks.crowd import crowd, run
from tests.benchmarks.lines import Goal, Line, middle

_FLAT = Goal("ratio", 1.5, 1.1)


def shapes(*, quick: bool) -> dict[str, Shape]:
    """Fifty experts with ten open and a queue; the rest is history, four fifths of it where there is most."""
    if quick:
        return {"100": Shape(4, 10, 5, 10), "200": Shape(4, 10, 20, 20), "400": Shape(4, 10, 40, 50)}
    return {"1k": Shape(50, 10, 5, 5), "10k": Shape(50, 10, 90, 100), "100k": Shape(50, 10, 390, 1600)}


def growth(stock: Stock, *, quick: bool = False) -> Iterator[Line]:
    rounds, each = (2, 4) if quick else (12, 25)
    with ExitStack() as stack:
        sized = shapes(quick=quick)
        desks = {name: desk_of(stack.enter_context(stock.copy(shape))) for name, shape in sized.items()}
        taps = {name: iter(stock.agency(shape).taps) for name, shape in sized.items()}
        clicks: dict[str, list[float]] = {name: [] for name in sized}
        sweeps: dict[str, list[float]] = {name: [] for name in sized}

        async def measure() -> None:
            for turn in range(rounds + 1):
                for name, desk in desks.items():
                    works = [_click(desk, t.review, t.expert) for t in islice(taps[name], each)]
                    found = (await crowd(works, 1)).each, (await crowd([_sweep(desk)] * each, 1)).each
                    if turn:  # the first warms up
                        clicks[name] += found[0]
                        sweeps[name] += found[1]

        run(measure())
        for desk in desks.values():
            desk.close()
    for what, waits in (("click", clicks), ("sweep", sweeps)):
        p50 = {name: 1000 * middle(each) for name, each in waits.items()}
        first, *_, last = p50
        yield Line(f"growth, {what}", p50[last], "ms", p50[first], f"{first} reviews; here {last}", _FLAT, p50)


def _click(desk: Desk, review: str, expert: str):  # noqa: ANN202
    return lambda: desk.run(decide.approve, review, expert)


def _sweep(desk: Desk):  # noqa: ANN202
    return lambda: desk.chore(tick)
