"""Unopened at half its window: the three ways out, each done by whoever may."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.errors import Invalid, NotAllowed, TooLate
from bot.core.types import Basis, By
from bot.desk import decide, see, unopened
from tests.desk.test_desk_remind import live_in
from tests.desk.world import BIA, CAIO, MARKETER, MAYA, OLEG, ZOE, World, row
from tests.desk.worlds import NewWorld


@pytest.fixture
def full(new_world: NewWorld) -> World:
    """Oleg has one open and three in the queue; half of their time is over."""
    world = new_world(limits=replace(World.LIMITS, open_per_expert=1))
    live_in(world, BIA, CAIO, OLEG, MAYA, ZOE)
    world.take_in(*(row(f"creator{n}", "Russia") for n in range(4)))
    world.clock.move(hours=24)
    world.sweep()
    return world


def message(world: World, lane: str = MAYA) -> str:
    (ref,) = [ref for _, ref, who, detail in world.errands("half") if who == lane and detail]
    return ref


def queued(world: World) -> set[str]:
    return {line.review_id for line in world.lines().values() if not line.opened and line.state.awaits}


def test_owner_and_lead_each_have_a_message_of_their_own(full: World) -> None:
    assert len(queued(full)) == 3
    assert message(full, MAYA) != message(full, ZOE)
    found = unopened.unopened(full.desk, message(full), MAYA)
    assert (found.count, found.kept, [m.id for m in found.able]) == (3, 0, [ZOE])


@pytest.mark.parametrize("person", [OLEG, BIA, MARKETER])
def test_nobody_else_may(full: World, person: str) -> None:
    before, ref = full.dump(), message(full)
    for verb in (unopened.unopened, unopened.open_all, unopened.leave_all):
        with pytest.raises(NotAllowed, match="not_owner"):
            verb(full.desk, ref, person)
    with pytest.raises(NotAllowed, match="not_owner"):
        unopened.hand_all(full.desk, ref, person, ZOE)
    assert full.dump() == before


def test_open_over_the_limit(full: World) -> None:
    full.sql("UPDATE outbox SET state = 'sent'")
    assert unopened.open_all(full.desk, message(full), MAYA) == 3
    assert not queued(full)
    assert len(see.inbox(full.desk, OLEG).waiting) == 4
    again = [(ref, lane) for _, ref, lane, detail in full.errands("half") if not detail]
    assert {lane for _, lane in again} == {MAYA, ZOE}, "both messages change"
    with pytest.raises(TooLate, match="nothing_unopened"):
        unopened.open_all(full.desk, message(full), ZOE)


def test_hand_to_somebody_who_can_answer(full: World) -> None:
    with pytest.raises(Invalid, match="person_needed"):
        unopened.hand_all(full.desk, message(full), MAYA, BIA)
    with pytest.raises(Invalid, match="person_needed"):
        unopened.hand_all(full.desk, message(full), MAYA, None)
    deadlines = {line.review_id: line.deadline_at for line in full.lines().values()}
    gone = queued(full)
    assert unopened.hand_all(full.desk, message(full), MAYA, ZOE) == 3
    lines = {line.review_id: line for line in full.lines().values()}
    assert {lines[i].reviewer for i in gone} == {ZOE}
    assert {i: line.deadline_at for i, line in lines.items()} == deadlines
    assert sum(lines[i].opened for i in gone) == 1, "as far as she has room"
    moved = [e for i in gone for e in see.history(full.desk, i) if e.what == "passed_on"]
    assert {(e.actor, e.before["expert"], e.after["expert"]) for e in moved} == {(MAYA, OLEG, ZOE)}


def test_the_ai_decides_at_once_and_the_owner_is_told(full: World) -> None:
    gone = queued(full)
    assert unopened.leave_all(full.desk, message(full), MAYA) == 3
    made = [see.case(full.desk, i).decision for i in gone]
    assert {(d.by, d.basis) for d in made if d} == {(By.AI, Basis.AI_ALONE)}
    assert all(see.case(full.desk, i).differs is False for i in gone)
    ((_, key, lane, detail),) = full.errands("left_to_ai")
    assert (key, lane, set(detail["reviews"])) == ("aurora", MAYA, gone)
    assert not queued(full)


def test_what_the_policy_holds_only_a_lead_may_leave_to_it(new_world: NewWorld) -> None:
    world = new_world(limits=replace(World.LIMITS, open_per_expert=1))
    live_in(world, OLEG, MAYA, ZOE)
    world.take_in(*(row(f"creator{n}", "Russia") for n in range(3)), campaign="grave")
    world.clock.move(hours=24)
    world.sweep()
    assert unopened.unopened(world.desk, message(world), MAYA).kept == 2
    assert unopened.unopened(world.desk, message(world), ZOE).kept == 0
    with pytest.raises(NotAllowed, match="lead_leaves"):
        unopened.leave_all(world.desk, message(world), MAYA)
    assert unopened.leave_all(world.desk, message(world, ZOE), ZOE) == 2


def test_what_was_answered_meanwhile_is_left_alone(full: World) -> None:
    first = min(queued(full))
    decide.approve(full.desk, first, ZOE)
    assert unopened.leave_all(full.desk, message(full), MAYA) == 2
    made = see.case(full.desk, first).decision
    assert made is not None
    assert made.by == ZOE


def test_it_is_listed_by_day(new_world: NewWorld) -> None:
    world = new_world(limits=replace(World.LIMITS, open_per_expert=1))
    live_in(world, MAYA, ZOE, tz="America/Los_Angeles")
    world.take_in(*(row(f"creator{n}", "Russia") for n in range(4)))
    for hours in (24, 7):
        world.clock.move(hours=hours)
        world.sweep()
        assert not world.errands("half"), "it is night where they live"
    world.clock.move(hours=1)
    world.sweep()
    assert {lane for _, _, lane, _ in world.errands("half")} == {MAYA, ZOE}
