"""What time does: deadlines, undo windows, half-windows, after a restart and in bulk."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.core.types import Basis, Role, State
from bot.desk import decide, hand_over, members, see, tick
from bot.desk.desk import Desk
from db import instants
from db.tables import ReviewRow
from scoring.types import Verdict
from tests.desk.world import BIA, CAIO, MAYA, START, ZOE, World, a_world, row
from tests.desk.worlds import NewWorld

SMALL = replace(World.LIMITS, open_per_expert=2)


@pytest.fixture
def full(new_world: NewWorld) -> World:
    """Two experts of Brazil with two open cards each, and six in the queue."""
    world = new_world(limits=SMALL)
    world.take_in(*(row(f"creator{n}") for n in range(10)))
    return world


def next_change(world: World) -> datetime | None:
    """When time changes a review next: reminders change none (test_desk_remind.py)."""
    with world.desk.store.reading() as unit:
        return instants.next_instants(unit).first


def states(world: World) -> Counter[str]:
    return Counter(line.state.value for line in world.lines().values())


def test_nothing_is_due_before_its_time(world: World) -> None:
    world.one()
    world.sweep()
    assert next_change(world) == START + timedelta(hours=48)
    world.clock.move(hours=48, microseconds=-1)
    world.sweep()
    assert states(world) == {"pending": 1}
    assert not world.errands("fell")


def test_an_empty_house_has_nothing_due(world: World) -> None:
    assert next_change(world) is None
    assert not tick.tick(world.desk)


def test_the_deadline_decides_once_and_the_owner_hears(world: World) -> None:
    review_id = world.one()
    world.clock.move(hours=48)
    assert not tick.tick(world.desk)
    case = see.case(world.desk, review_id)
    assert case.decision is not None
    assert (case.decision.by, case.decision.basis, case.decision.verdict) == (
        "deadline", Basis.FOLLOW_AI, Verdict.DECLINE,
    )  # fmt: skip
    assert world.errands("fell") == [("fell", "aurora", MAYA, {"reviews": [review_id]})]
    after = world.dump()
    for _ in range(3):
        assert not tick.tick(world.desk)
    assert world.dump() == after
    assert next_change(world) is None


def test_what_a_replica_of_an_older_version_wrote_falls_as_well(new_world: NewWorld) -> None:
    """It does not know where the AI's verdict stands now: the recommendation says it, and nobody's deadline stops."""
    world = new_world()
    world.take_in(*(row(f"creator{n}", verdict=list(Verdict)[n % 2]) for n in range(4)))
    world.sql("UPDATE reviews SET recommended = ?", ReviewRow.model_fields["recommended"].default)
    decide.approve(world.desk, next(iter(world.lines().values())).review_id, BIA)
    world.clock.move(hours=48)
    world.sweep()
    agreed = (
        "SELECT COUNT(*) FROM reviews r JOIN recommendations a ON a.candidate_id = r.candidate_id "
        "JOIN decisions d ON d.review_id = r.id AND d.verdict = a.verdict"
    )
    assert world.sql(agreed) == [(4,)]


def test_undo_disappears_at_its_time(world: World) -> None:
    review_id = world.one()
    decide.approve(world.desk, review_id, BIA)
    assert next_change(world) == START + timedelta(minutes=10)
    world.clock.move(minutes=10)
    world.sql("DELETE FROM outbox")
    tick.tick(world.desk)
    assert see.case(world.desk, review_id).review.undo_until is None
    assert [e[:3] for e in world.errands()] == [
        ("card", review_id, "C0BRAZIL01"), ("result", f"{review_id}:1", MAYA),
    ]  # fmt: skip
    assert next_change(world) is None


def test_deadlines_survive_a_restart_and_what_is_overdue_goes_at_once(world: World) -> None:
    review_id = world.one()
    world.clock.move(hours=30)
    world.reopen()
    assert next_change(world) == START + timedelta(hours=48)
    world.clock.move(days=9)
    world.reopen()
    assert not tick.tick(world.desk)
    case = see.case(world.desk, review_id)
    assert case.decision is not None
    assert case.decision.at == world.clock.now


def test_hold_tells_lead_and_backup_once_and_follows_the_ai_after_twelve_hours(world: World) -> None:
    review_id = world.one(campaign="grave")
    world.clock.move(hours=48)
    world.sweep()
    held = see.case(world.desk, review_id)
    assert (held.review.state, held.decision) == (State.HELD, None)
    assert held.review.deadline_at == START + timedelta(hours=60)
    assert [(ref, lane, detail["reviews"]) for _, ref, lane, detail in world.errands("held")] == [
        ("grave", ZOE, [review_id]),
        ("grave", CAIO, [review_id]),
    ]
    assert [c.review.id for c in see.inbox(world.desk, ZOE).waiting] == [review_id]
    assert [c.review.id for c in see.inbox(world.desk, CAIO).waiting] == [review_id]
    world.clock.move(hours=11, minutes=59)
    world.sweep()
    assert see.case(world.desk, review_id).review.state is State.HELD
    world.clock.move(minutes=1)
    world.sweep()
    ended = see.case(world.desk, review_id)
    assert ended.decision is not None
    assert (ended.decision.basis, ended.decision.verdict) == (Basis.HOLD_ENDED, Verdict.DECLINE)
    assert len(world.errands("held")) == 2


def test_after_a_long_sleep_a_hold_still_gives_twelve_hours(world: World) -> None:
    review_id = world.one(campaign="grave")
    world.clock.move(days=9)
    world.sweep()
    assert see.case(world.desk, review_id).review.deadline_at == world.clock.now + timedelta(hours=12)


@pytest.mark.parametrize(("campaign", "kind"), [("aurora", "fell"), ("grave", "held")])
def test_after_a_long_sleep_what_fell_is_told_of_as_it_fell(new_world: NewWorld, campaign: str, kind: str) -> None:
    """However it was worked out: what a message names first, and gives a button, is what fell first."""
    world = new_world(limits=SMALL)
    told: list[str | None] = []
    for n in range(8):
        verdict = Verdict.DECLINE if n % 2 else Verdict.PROCEED
        told += [fate.review_id for fate in world.take_in(row(f"creator{n}", verdict=verdict), campaign=campaign).fates]
        world.clock.move(minutes=1)
    world.clock.move(days=9)
    world.sweep()
    assert {tuple(detail["reviews"]) for *_, detail in world.errands(kind)} >= {tuple(told)}


def test_what_nobody_opened_is_listed_at_half_its_window_to_owner_and_lead_once(full: World) -> None:
    queued = {line.review_id for line in full.lines().values() if not line.opened}
    assert len(queued) == 6
    full.clock.move(hours=24, microseconds=-1)
    full.sweep()
    assert not full.errands("half")
    full.clock.move(microseconds=1)
    full.sweep()
    told = full.errands("half")
    assert {lane for _, _, lane, _ in told} == {MAYA, ZOE}
    assert all(set(detail["reviews"]) == queued for *_, detail in told)
    after = full.dump()
    full.clock.move(hours=1)
    full.sweep()
    assert full.dump() == after, "said twice"


def test_what_was_told_is_not_told_again_because_it_changed(full: World) -> None:
    full.clock.move(hours=24)
    full.sweep()
    full.sql("DELETE FROM outbox")
    queued = next(line for line in full.lines().values() if not line.opened)
    hand_over.disclose(full.desk, queued.review_id, BIA, "we met once")
    other = CAIO if queued.reviewer == BIA else BIA
    hand_over.pass_on(full.desk, queued.review_id, BIA, other)
    full.sweep()
    assert not [e for e in full.errands("half") if e[3]], "only what was said is brought up to date"


def test_a_queue_that_got_room_is_opened_and_not_complained_about(full: World) -> None:
    full.desk.limits = replace(SMALL, open_per_expert=10)
    full.clock.move(hours=24)
    full.sweep()
    assert all(line.opened for line in full.lines().values())
    assert not full.errands("half")


def test_the_unopened_expire_too_and_no_card_appears(full: World) -> None:
    shown = {line.review_id for line in full.lines().values() if line.opened}
    full.clock.move(hours=48)
    full.sweep()
    assert states(full) == {"decided": 10}
    assert {r for *_, detail in full.errands("fell") for r in detail["reviews"]} == {
        line.review_id for line in full.lines().values()
    }
    assert {ref for _, ref, _, _ in full.errands("card")} == shown


def test_after_a_long_sleep_nobody_hears_of_half_windows(new_world: NewWorld) -> None:
    world = new_world(limits=replace(SMALL, batch=3, deadlines=3))
    world.take_in(*(row(f"creator{n}") for n in range(10)))
    world.clock.move(days=5)
    assert world.sweep() > 3
    assert states(world) == {"decided": 10}
    assert not world.errands("half"), "half of what? it is over"
    assert not [e for e in world.errands("opened") if len(e[3]["reviews"]) > 4], "nothing opened on its way out"


def test_a_queued_review_with_stakes_is_held_and_the_lead_is_asked(new_world: NewWorld) -> None:
    world = new_world(limits=replace(SMALL, open_per_expert=1))
    world.take_in(*(row(f"creator{n}", "Russia") for n in range(2)), campaign="grave")
    world.clock.move(hours=48)
    world.sweep()
    assert states(world) == {"held": 2}
    assert {i for *_, lane, detail in world.errands("held") if lane == ZOE for i in detail["reviews"]} == {
        line.review_id for line in world.lines().values()
    }
    decide.approve(world.desk, next(r.review_id for r in world.lines().values() if not r.opened), ZOE)


def test_half_a_window_without_a_lead_is_told_to_the_owner(new_world: NewWorld) -> None:
    world = new_world(limits=SMALL)
    members.remove(world.desk, ZOE, Role.LEAD)
    world.take_in(*(row(f"creator{n}") for n in range(6)))
    world.clock.move(hours=24)
    world.sweep()
    assert [lane for _, _, lane, _ in world.errands("half")] == [MAYA]


def test_more_than_a_batch_due_at_once(new_world: NewWorld) -> None:
    """In batches, each review once; the bound is of the processor's time, and generous."""
    world = new_world()
    world.take_in(*(row(f"creator{n:04}", "Brazil" if n % 2 else "Russia") for n in range(1100)))
    world.clock.move(hours=48)
    began = time.process_time()
    assert world.sweep() == 1100 // world.limits.deadlines + 1
    assert time.process_time() - began < 5
    assert states(world) == {"decided": 1100}
    assert world.sql("SELECT COUNT(*), COUNT(DISTINCT review_id) FROM decisions") == [(1100, 1100)]
    told = [r for *_, detail in world.errands("fell") for r in detail["reviews"]]
    assert len(told) == len(set(told)) == 1100


async def test_an_answer_comes_before_most_of_many_deadlines(tmp_path: Path) -> None:
    """A batch ends at the next 350 when somebody waits to write; PostgreSQL lets them write beside it."""
    world = a_world(tmp_path, "sqlite")
    world.take_in(row("late", "Russia"), *(row(f"creator{n:03}") for n in range(600)))
    world.clock.move(hours=1)
    world.take_in(row("mine", "Brazil"))
    ((mine,),) = world.sql("SELECT id FROM reviews WHERE intake_at = (SELECT max(intake_at) FROM reviews)")
    world.clock.move(hours=47)
    begun = asyncio.Event()
    loop = asyncio.get_running_loop()

    def sweep(desk: Desk) -> bool:
        loop.call_soon_threadsafe(begun.set)
        while not desk.crowded:
            time.sleep(0.001)
        return tick.tick(desk)

    more = asyncio.create_task(world.desk.sweep(sweep))
    await begun.wait()
    await world.desk.run(decide.approve, mine, ZOE)
    assert await more
    assert states(world) == {"pending": 251, "decided": 351}
    world.sweep()
    assert states(world) == {"decided": 602}
    world.close()


def test_a_hand_that_an_answer_frees_amid_many_deadlines_is_filled_after_them(new_world: NewWorld) -> None:
    world = new_world(limits=replace(SMALL, batch=3, deadlines=3, open_per_expert=1))
    world.take_in(*(row(f"early{n}", "Russia") for n in range(8)))
    world.clock.move(hours=1)
    world.take_in(*(row(f"late{n}") for n in range(4)))
    world.clock.move(hours=47)
    assert tick.tick(world.desk)
    assert world.desk.bursting, "three of the eight have fallen"
    waiting = "SELECT id FROM reviews WHERE expert = ? AND state = 'pending' AND opened_at IS NOT NULL"
    ((mine,),) = world.sql(waiting, BIA)
    decide.approve(world.desk, mine, BIA)
    assert world.sql(waiting, BIA) == []
    world.sweep()
    assert not world.desk.bursting
    assert len(world.sql(waiting, BIA)) == 1
