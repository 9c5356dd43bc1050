"""kill -9 at random instants while cards go out, experts click and deadlines fire: nothing is lost, nothing twice."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest

from bot.core.types import By
from bot.desk.desk import Desk
from bot.desk.opening import open_desk
from bot.settings import Settings
from db import outbox, reviews
from tests.faults import books, town
from tests.faults.invariants import Rules, violations
from tests.faults.workspace import Beside, beside
from tests.faults.zygote import ROOT, Zygote, zygote

#: In each of four campaigns on SQLite.
KILLS = 60
_STORM = {
    "methods": {
        "chat.postMessage": {"cut_after": 0.03, "cut_before": 0.02, "broken": 0.02},
        "chat.update": {"cut_after": 0.03, "broken": 0.02},
    },
    "twice": 0.15,
    "late": 0.03,
}


class Campaign:
    """One database, one workspace, one bot that is killed again and again."""

    def __init__(self, desk: Desk, around: Beside, bot: Zygote, seed: int) -> None:
        self.desk, self.around, self.bot = desk, around, bot
        self.rng = Random(seed)
        self.feeder = town.Feeder(desk, self.rng)

    def run(self, kills: int) -> None:
        self.feeder.feed(160, "calm")
        self.feeder.feed(40)
        self.around.crowd(on=True)
        self.bot.start()
        for _ in range(kills):
            if self.rng.random() < 0.6:
                self.feeder.feed(self.rng.randint(2, 12))
            self._live()
            self.bot.kill()
            self.bot.start()
        self.around.crowd(on=False)

    def _live(self) -> None:
        """Until the next kill: while it starts, soon after it is connected, or once it has answered a few."""
        kind = self.rng.random()
        if kind < 0.25:
            time.sleep(self.rng.uniform(0.0, 0.2))
            return
        self.around.wait()
        if kind < 0.5:
            time.sleep(self.rng.uniform(0.0, 0.4))
        else:
            self.around.wait_for_answers(self.rng.randint(1, 5), seconds=1.0)
            time.sleep(self.rng.uniform(0.0, 0.05))

    def settle(self, seconds: float = 60) -> None:
        """Let everything arrive: nothing to send, and nothing that falls due soon."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            with self.desk.store.reading() as unit:
                depth, due = outbox.depth(unit), reviews.next_due(unit)
            if not depth.keys() - {"dead"} and (due is None or (due - self.desk.clock()).total_seconds() > 20):
                return
            time.sleep(0.1)
        pytest.fail(f"after {seconds} s there is still to send: {depth}; next due {due}")


@contextmanager
def campaign(url: str, folder: Path, seed: int) -> Iterator[Campaign]:
    with beside(seed) as around:
        environment = {**around.environment, **town.SETTINGS, "HANDOFF_DATABASE_URL": url}
        environment["HANDOFF_LOG_LEVEL"] = "WARNING"
        desk = open_desk(Settings(database_url=url, open_per_expert=15))
        town.hire(desk, around.said["team"])
        try:
            with zygote(environment, folder / "bot.log") as bot:
                yield Campaign(desk, around, bot, seed)
        finally:
            desk.close()


def _judged(made: Campaign, kills: int, began: float, skew: float = 0.0) -> str:
    """What is wrong is an error; what was measured is said."""
    found, record = books.read(made.desk.store), made.around.record()
    wrong = violations(found, record, Rules(skew=skew))
    assert wrong == []
    acked = [d for d in record.deeds if d.acked]
    posted = list(record.posted())
    by_deadline = sum(made.by == By.DEADLINE for made, _ in found.decisions)
    return (
        f"{kills} kills in {time.monotonic() - began:.0f} s; {len(record.deeds)} answers, {len(acked)} acknowledged, "
        f"{len(found.judgements)} counted, none lost; {len(found.decisions)} decisions, {by_deadline} by deadlines; "
        f"{len(posted)} messages, none missing, 0 twice"
    )


@pytest.mark.timeout(240)
@pytest.mark.parametrize("weather", ["fair", "storm"])
@pytest.mark.parametrize("part", range(2))
def test_killed_at_random_instants(
    tmp_path: Path, weather: str, part: int, rounds: int, seed: int, measured: Callable[[str], None]
) -> None:
    mine = 1000 * seed + 10 * part + (weather == "storm")
    with campaign(f"sqlite:///{tmp_path / 'handoff.sqlite3'}", tmp_path, mine) as made:
        if weather == "storm":
            made.around.faults(**_STORM, seed=mine)
        began = time.monotonic()
        made.run(KILLS * rounds)
        made.around.faults()
        made.settle()
        made.bot.stop()
        measured(f"seed {mine}: {_judged(made, KILLS * rounds, began)}")


@pytest.mark.postgres
@pytest.mark.timeout(240)
def test_killed_on_postgresql(
    tmp_path: Path, pg_url: str, rounds: int, seed: int, measured: Callable[[str], None]
) -> None:
    with campaign(pg_url, tmp_path, 1000 * seed + 99) as made:
        began = time.monotonic()
        made.run(40 * rounds)
        made.settle()
        made.bot.stop()
        measured(f"seed {1000 * seed + 99}: {_judged(made, 40 * rounds, began)}")


@pytest.mark.timeout(120)
def test_the_command_itself_is_killed(tmp_path: Path, rounds: int, seed: int, measured: Callable[[str], None]) -> None:
    """`python -m bot run` as anybody starts it: the zygote skips nothing that matters."""
    with campaign(f"sqlite:///{tmp_path / 'handoff.sqlite3'}", tmp_path, 1000 * seed + 50) as made:
        environment = {**os.environ, **made.around.environment, **town.SETTINGS, "PYTHONPATH": str(ROOT),
                       "HANDOFF_DATABASE_URL": made.desk.store.url.render_as_string(hide_password=False)}  # fmt: skip
        began, kills = time.monotonic(), 4 * rounds
        made.feeder.feed(60, "calm")
        made.feeder.feed(20)
        made.around.crowd(on=True)
        for _ in range(kills):
            with (tmp_path / "bot.log").open("a") as err:
                bot = subprocess.Popen([sys.executable, "-m", "bot", "run"], env=environment, cwd=tmp_path, stderr=err)
            time.sleep(made.rng.uniform(1.0, 4.0))
            assert bot.poll() is None, (tmp_path / "bot.log").read_text()
            bot.kill()
            bot.wait()
            made.feeder.feed(6)
        made.around.crowd(on=False)
        made.bot.start()
        made.settle()
        made.bot.stop()
        measured(f"seed {1000 * seed + 50}: {_judged(made, kills, began)}")
