"""Three processes sweep thousands of deadlines on PostgreSQL while clicks race them: one decision each, all told."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from bot.core.types import By
from bot.desk import members
from bot.desk.desk import Desk
from bot.desk.intake import take_in
from bot.desk.opening import open_desk
from bot.settings import Settings
from db.tables import REVIEWS
from tests.desk.world import row, sheet
from tests.faults import books, town
from tests.faults.books import Json, Record
from tests.faults.invariants import Rules, violations
from tests.faults.racer import racers

#: In a round; more rounds make it no larger.
REVIEWS_DUE, CLICKS = 10_000, 2_000
#: Of the clicks, on a machine that is busy with other tests: so many may be told that the database was.
BUSY = 0.05
#: The clicks are spread over these seconds, half before the deadline and half after it.
SPREAD = 6.0


def _furnished(url: str, due: int) -> Desk:
    desk = open_desk(Settings(database_url=url), rng=Random(1))
    town.hire(desk, "T0AURORA01")
    members.add_campaign(desk, replace(town.CAMPAIGNS[-1], key="race", name="Race", window=timedelta(days=9)))
    rows = (row(f"creator.{n}", followers=50_000 + n) for n in range(due))
    take_in(desk, sheet(rows), file_name="list.csv", platform="instagram", campaign="race")
    return desk


def _ahead(desk: Desk) -> float:
    """By how many seconds the racers' clocks are ahead: the one instant at which all fall due is in their middle."""
    with desk.store.reading() as unit:
        (due,) = {row.deadline_at for row in unit.execute(REVIEWS.select().with_only_columns(REVIEWS.c.deadline_at))}
    return float((due - desk.clock()).total_seconds() - SPREAD / 2)


def _taps(desk: Desk, rng: Random, clicks: int) -> list[list[tuple[str, str, float]]]:
    """Each review that is tapped, by two people from two processes, at about the same moment."""
    with desk.store.reading() as unit:
        every = [str(found.id) for found in unit.execute(REVIEWS.select().with_only_columns(REVIEWS.c.id))]
    first, second = [], []
    for review in rng.sample(every, clicks // 2):
        moment = rng.uniform(0.0, SPREAD)
        one, two = rng.sample(town.EXPERTS, 2)
        first.append((review, one, moment))
        second.append((review, two, max(0.0, moment + rng.uniform(-0.01, 0.01))))
    return [first, second]


@pytest.mark.postgres
@pytest.mark.timeout(200)
def test_thousands_of_deadlines_against_clicks(
    pg_url: str, seed: int, many: Callable[[float], int], measured: Callable[[str], None]
) -> None:
    due, clicks = min(many(REVIEWS_DUE), REVIEWS_DUE), min(many(CLICKS), CLICKS)
    desk, rng = _furnished(pg_url, due), Random(seed)
    try:
        with racers(pg_url, 3, _taps(desk, rng, clicks)) as running:
            began, ahead = time.monotonic(), _ahead(desk)
            for racer in running:
                racer.tell(f"go {ahead}")
            answers = [json.loads(racer.hear()) for racer in running]
            took = time.monotonic() - began
        found = books.read(desk.store)
        told: list[Json] = [one for said in answers[3:] for one in said]
        assert (len(found.reviews), len(found.decisions), len(told)) == (due, due, clicks)
        _judge(found, told)
        assert sum(said["passes"] > 0 for said in answers[:3]) == 3, "one process did all the work"
        reasons = Counter(one["reason"] for one in told)
        assert {"taken", "decided", "decided_by_deadline"} == set(reasons) - {"locked"}, "each kind of end"
        assert reasons["locked"] <= BUSY * clicks
        waits = sorted(one["seconds"] for one in told)
        measured(f"seed {seed}: {due} due, {clicks} clicks, {took:.1f} s, {dict(reasons)}, "
                 f"a click p50 {1000 * waits[len(told) // 2]:.0f} ms, slowest {1000 * waits[-1]:.0f} ms")  # fmt: skip
    finally:
        desk.close()


def _judge(found: books.Books, told: list[Json]) -> None:
    assert violations(found, Record({}, {}), Rules(settled=False, skew=1.0)) == []
    decided = {made.review_id: made for made, _ in found.decisions}
    wrong = []
    for one in told:
        made = decided[one["review"]]
        if one["reason"] == "taken":
            true = made.by == one["who"]
        elif one["kind"] == "Busy":
            true = made.by != one["who"]  # nothing was changed, as they were told
        else:
            reason = "decided_by_deadline" if made.by == By.DEADLINE else "decided"
            true = (one["kind"], one["reason"]) == ("TooLate", reason)
            true = true and (one["by"], one["verdict"]) == (str(made.by), made.verdict.value)
        if not true:
            wrong.append((one, made))
    assert wrong == []
