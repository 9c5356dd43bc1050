"""decide_sqlite and decide_pg: decisions a second, eight at once, each on disk, beside the same statements alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from bot.desk import decide
from bot.desk.desk import Desk
from tests.benchmarks.agency import Shape, Stock, Tap, desk_of
from tests.benchmarks.crowd import crowd, run
from tests.benchmarks.lines import Goal, Line, middle
from tests.benchmarks.raw import Raw, Transaction, approvals

_GOAL = Goal("ratio", 0.35, 0.6, least=True)
_AT_ONCE = 8


def decide_sqlite(stock: Stock, *, quick: bool = False) -> Iterator[Line]:
    yield _decide("decide_sqlite", "sqlite", stock, quick=quick)


def decide_pg(stock: Stock, *, quick: bool = False) -> Iterator[Line]:
    yield _decide("decide_pg", "postgres", stock, quick=quick)


def _decide(name: str, kind: str, stock: Stock, *, quick: bool) -> Line:
    rounds, each, experts = (2, 16, 6) if quick else (10, 250, 260)
    shape = Shape(experts)
    agency = stock.agency(shape, kind)
    taps = agency.taps[: (rounds + 1) * each]
    transactions = approvals(stock, agency, taps, kind)
    with stock.copy(shape, kind) as url, stock.copy(shape, kind) as raw_url:
        desk, raw = desk_of(url), Raw(raw_url)
        ours, bare = run(_rounds(desk, raw, taps, transactions, each))
        desk.close()
        assert raw.decided() == len(taps)
        raw.close()
    parts = {"slowest round": min(ours), "fastest round": max(ours)}
    return Line(name, middle(ours), "decisions/s", middle(bare), "the same statements, bare driver", _GOAL, parts)


async def _rounds(
    desk: Desk, raw: Raw, taps: Sequence[Tap], transactions: Sequence[Transaction], each: int
) -> tuple[list[float], list[float]]:
    """Rates, one for each round but the first, which warms up."""

    def ours(tap: Tap) -> Any:
        return lambda: desk.run(decide.approve, tap.review, tap.expert)

    found: tuple[list[float], list[float]] = ([], [])
    for start in range(0, len(taps), each):
        some = slice(start, start + each)
        found[0].append((await crowd([ours(tap) for tap in taps[some]], _AT_ONCE)).rate)
        found[1].append((await crowd(raw.works(transactions[some]), _AT_ONCE)).rate)
    return found[0][1:], found[1][1:]
