"""One process of a race on one database: `python -m tests.faults.racer URL sweep|click`.

Reads one line of JSON (for clicks: who taps what), says `ready`, waits for `go` and by how many
seconds its clock is ahead, races, says in JSON what came of it.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from random import Random
from typing import Any

from bot.clock import ShiftedClock
from bot.core.errors import Busy, HandoffError
from bot.desk import decide
from bot.desk.desk import Desk
from bot.desk.opening import open_desk
from bot.desk.tick import next_due, tick
from bot.settings import Settings
from tests.faults.books import Json

_AT_ONCE = 8
_LONGEST = 90.0


def click(desk: Desk, review: str, who: str) -> Json:
    """One tap, and what the person is told."""
    began = time.perf_counter()
    try:
        decide.approve(desk, review, who)
        said: Json = {"reason": "taken"}
    except HandoffError as told:
        verdict, by = told.params.get("verdict"), told.params.get("by")
        said = {"kind": type(told).__name__, "reason": told.reason, "by": by, "verdict": verdict and str(verdict)}
    return said | {"review": review, "who": who, "seconds": time.perf_counter() - began}


def clicks(desk: Desk, taps: Sequence[tuple[str, str, float]]) -> list[Json]:
    """Each at its own moment after the start, several at once."""
    began = time.monotonic()

    def at_its_moment(tap: tuple[str, str, float]) -> Json:
        review, who, moment = tap
        time.sleep(max(0.0, began + moment - time.monotonic()))
        return click(desk, review, who)

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return list(pool.map(at_its_moment, sorted(taps, key=lambda t: t[2])))


def sweep(desk: Desk) -> Json:
    """What a ticker does, until nothing is left that will fall due soon."""
    passes, until = 0, time.monotonic() + _LONGEST
    while time.monotonic() < until:
        try:
            passes += tick(desk)
        except Busy:
            # Another replica has kept the same people's queues for two seconds: the ticker logs it and tries again.
            continue
        due = next_due(desk)
        if due is None or (due - desk.clock()).total_seconds() > 60:
            break
        time.sleep(min(0.02, max(0.0, (due - desk.clock()).total_seconds())))
    return {"passes": passes}


def main(url: str, what: str) -> None:
    told, clock = json.loads(sys.stdin.readline()), ShiftedClock()
    desk = open_desk(Settings(database_url=url, undo_minutes=600), clock=clock, rng=Random(1))
    _say("ready")
    clock.jump(timedelta(seconds=float(sys.stdin.readline().removeprefix("go "))))
    _say(json.dumps(sweep(desk) if what == "sweep" else clicks(desk, told)))
    desk.close()


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


# From the test's side


class Racer:
    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def tell(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def hear(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


@contextmanager
def racers(url: str, sweepers: int, taps: Sequence[Sequence[tuple[str, str, float]]]) -> Iterator[list[Racer]]:
    """So many processes that sweep and one for each list of taps, all ready to go; killed at the end."""
    told: list[tuple[str, Any]] = [("sweep", None)] * sweepers + [("click", list(one)) for one in taps]
    with ExitStack() as stack:
        running = []
        for what, more in told:
            command = [sys.executable, "-m", "tests.faults.racer", url, what]
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            stack.enter_context(process)
            stack.callback(process.kill)
            running.append(Racer(process))
            running[-1].tell(json.dumps(more))
        for racer in running:
            assert racer.hear() == "ready"
        yield running


if __name__ == "__main__":
    main(*sys.argv[1:])
