"""start: from the start of the process to its first connection, and the memory that it holds then."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import Any

from bot.cards import ids
from tests.benchmarks.ack import a_slack
from tests.benchmarks.agency import Shape, Stock
from tests.benchmarks.crowd import run
from tests.benchmarks.lines import Goal, Line, middle
from tests.benchmarks.served import beside

_SHAPE = Shape(6)
_CALM = 1.0
"""Seconds after which a process holds what it will hold: profiles are asked for, the first sweep is done."""


def start(stock: Stock, *, quick: bool = False) -> Iterator[Line]:
    ours: list[tuple[float, float]] = []
    bolt: list[tuple[float, float]] = []
    with stock.copy(_SHAPE) as url:
        for number in range(1 if quick else 8):
            measured = (
                run(_once(url, 0.1 if quick else _CALM, ours=True)),
                run(_once(url, 0.1 if quick else _CALM, ours=False)),
            )
            if quick or number:  # the first reads the disk
                ours.append(measured[0])
                bolt.append(measured[1])
    seconds, held = zip(*ours, strict=True)
    least_seconds, least_held = zip(*bolt, strict=True)
    what = "Bolt and SQLAlchemy, connected"
    yield Line("start", middle(seconds), "s", middle(least_seconds), what, Goal("value", 1.3, 0.8))
    yield Line("start, memory", middle(held), "MB", middle(least_held), what, Goal("value", 130, 100))


async def _once(url: str, calm: float, *, ours: bool) -> tuple[float, float]:
    """(seconds to the first connection, MB resident a little later)."""
    async with a_slack() as slack:
        api = f"{slack.base}/api/"
        told: dict[str, Any] = {"api": api, "stock": False, "with_database": True, "action": ids.APPROVE}
        if ours:
            told = {"arguments": [], "environment": {
                "SLACK_BOT_TOKEN": "xoxb-x", "SLACK_APP_TOKEN": "xapp-x", "SLACK_API_URL": api,
                "HANDOFF_DATABASE_URL": url, "HANDOFF_HEALTH": "", "HANDOFF_LOG_LEVEL": "ERROR",
            }}  # fmt: skip
        began = perf_counter()
        async with beside("ours" if ours else "socket", **told) as process:
            await asyncio.wait_for(slack._linked.wait(), 60)
            seconds = perf_counter() - began
            await asyncio.sleep(calm)
            return seconds, _resident(process.pid)


def _resident(process: int) -> float:
    """Counted in pages, by the system."""
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return float("nan")
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
