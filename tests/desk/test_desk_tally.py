"""What is counted is what was committed: once for each decision, by whoever made it, and never for one that lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bot.core.errors import TooLate
from bot.desk import decide
from bot.desk import object as objections
from bot.metrics import REGISTRY
from db.store import Unit, afterwards
from tests.desk.world import BIA, CAIO, ZOE, World, row, why

Counted = Callable[[], dict[str, float]]


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


@pytest.fixture
def counted() -> Counted:
    """Decisions by who made them since the test began; the counters are the process' own."""

    def now() -> dict[str, float]:
        return {by: value("handoff_decisions_total", by=by) for by in ("expert", "lead", "deadline", "ai")}

    before = now()
    return lambda: {by: n - before[by] for by, n in now().items() if n != before[by]}


def test_an_answer_counts_for_the_expert_and_a_repeated_one_does_not(world: World, counted: Counted) -> None:
    review = world.one()
    decide.approve(world.desk, review, BIA)
    with pytest.raises(TooLate):
        decide.approve(world.desk, review, BIA)
    with pytest.raises(TooLate):
        decide.override(world.desk, review, CAIO, why())
    assert counted() == {"expert": 1}


def test_a_lead_who_rules_and_one_who_reverses(world: World, counted: Counted) -> None:
    held = world.one(campaign="grave")
    world.clock.move(hours=48)
    world.sweep()
    assert counted() == {}, "held is not decided"
    decide.approve(world.desk, held, ZOE)
    assert counted() == {"lead": 1}
    world.clock.move(hours=1)
    objections.reverse(world.desk, held, ZOE)
    assert counted() == {"lead": 2}


def test_deadlines_count_in_bulk_with_how_late_they_were(world: World, counted: Counted) -> None:
    world.take_in(*(row(f"creator{n}") for n in range(3)))
    sums, counts = "handoff_deadline_lateness_seconds_sum", "handoff_deadline_lateness_seconds_count"
    late, applied = value(sums), value(counts)
    world.clock.move(hours=48, seconds=7)
    world.sweep()
    assert counted() == {"deadline": 3}
    assert value(counts) - applied == 3
    assert value(sums) - late == pytest.approx(21)


def test_a_click_that_finds_the_deadline_first_counts_it_as_the_deadlines(world: World, counted: Counted) -> None:
    review = world.one()
    counts = value("handoff_deadline_lateness_seconds_count")
    world.clock.move(hours=48)
    with pytest.raises(TooLate):
        decide.approve(world.desk, review, BIA)
    world.sweep()
    assert counted() == {"deadline": 1}
    assert value("handoff_deadline_lateness_seconds_count") - counts == 1


def test_what_the_ai_decides_at_birth(world: World, counted: Counted) -> None:
    report = world.take_in(*(row(f"creator{n}") for n in range(4)), campaign="scan")
    alone = [line for line in world.lines().values() if line.decided_by == "ai"]
    assert len(report.fates) == 4
    assert counted() == {"ai": len(alone)}
    assert alone


def test_a_dry_run_counts_nothing(world: World, counted: Counted) -> None:
    world.take_in(*(row(f"creator{n}") for n in range(4)), campaign="scan", dry_run=True)
    assert counted() == {}


@pytest.mark.parametrize("keep", [True, False])
def test_what_is_to_be_done_afterwards_is_done_after_the_commit_or_not_at_all(world: World, keep: bool) -> None:
    seen: list[Any] = []

    def look() -> None:
        seen.append(world.sql("SELECT name FROM members WHERE id = 'U9'"))

    def put(unit: Unit) -> None:
        unit.connection().exec_driver_sql(
            "INSERT INTO members (id, name, guest, deleted) VALUES ('U9', 'Nia', FALSE, FALSE)"
        )
        afterwards(unit, look)

    with world.desk.store.unit(keep=keep) as unit:
        put(unit)
        assert seen == []
    assert seen == ([[("Nia",)]] if keep else [])


def test_a_unit_that_fails_does_nothing_afterwards(world: World) -> None:
    seen: list[str] = []

    def fail() -> None:
        with world.desk.store.unit() as unit:
            afterwards(unit, lambda: seen.append("done"))
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert seen == []
