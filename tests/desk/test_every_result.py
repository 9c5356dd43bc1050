"""However a review ends, the campaign's owner is told, once; every way of the lifecycle is tried."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.core.review import TRANSITIONS, Event
from bot.core.types import State
from bot.desk import decide, unopened
from bot.desk import object as objections
from tests.desk.test_desk_remind import live_in
from tests.desk.world import BIA, MAYA, OLEG, ZOE, World, row, why
from tests.desk.worlds import NewWorld

Way = Callable[[World], str]


def _open(world: World) -> str:
    return world.one()


def _held(world: World) -> str:
    review_id = world.one(campaign="grave")
    world.clock.move(hours=48)
    world.sweep()
    return review_id


def _reopened(world: World) -> str:
    review_id = world.one()
    decide.override(world.desk, review_id, BIA, why("x"))
    decide.undo(world.desk, review_id, BIA)
    return review_id


def _fallen(world: World) -> str:
    review_id = world.one()
    world.clock.move(hours=48)
    world.sweep()
    return review_id


def _queued(world: World) -> str:
    world.desk.limits = replace(world.desk.limits, open_per_expert=1)
    world.take_in(*(row(f"creator{n}", "Russia") for n in range(2)))
    world.clock.move(hours=24)
    world.sweep()
    return next(line.review_id for line in world.lines().values() if not line.opened)


def _answer(world: World, review_id: str) -> None:
    decide.approve(world.desk, review_id, ZOE)


def _deadline(world: World, _review_id: str) -> None:
    world.clock.move(hours=48)
    world.sweep()


def _withdraw(world: World, review_id: str) -> None:
    decide.withdraw(world.desk, review_id, ZOE)


def _reverse(world: World, review_id: str) -> None:
    objections.reverse(world.desk, review_id, ZOE)


def _release(world: World, _review_id: str) -> None:
    ref = next(ref for _, ref, lane, _ in world.errands("half") if lane == ZOE)
    unopened.leave_all(world.desk, ref, ZOE)


BEGIN: dict[State, Way] = {State.PENDING: _open, State.HELD: _held, State.REOPENED: _reopened, State.DECIDED: _fallen}
END = {
    Event.ANSWER: _answer, Event.DEADLINE: _deadline, Event.WITHDRAW: _withdraw, Event.REVERSE: _reverse,
    Event.RELEASE: _release,
}  # fmt: skip
ENDS = [(state, event) for (state, event), to in TRANSITIONS.items() if to in (State.DECIDED, State.WITHDRAWN)]
TELLING = {"result", "fell", "reversed", "withdrawn", "left_to_ai"}


@pytest.mark.parametrize(("state", "event"), ENDS, ids=[f"{s.value}-{e.value}" for s, e in ENDS])
def test_the_owner_is_told(new_world: NewWorld, state: State, event: Event) -> None:
    world = new_world()
    live_in(world, BIA, OLEG, MAYA, ZOE)
    review_id = (_queued if event is Event.RELEASE else BEGIN[state])(world)
    world.sql("UPDATE outbox SET state = 'sent'")
    before = len(world.errands())
    END[event](world, review_id)
    fresh = world.errands()[before:]
    said = [(k, lane) for k, ref, lane, d in fresh if review_id in (ref.split(":")[0], *d.get("reviews", ()))]
    told = [kind for kind, lane in said if kind in TELLING and lane == MAYA]
    assert len(told) == 1, said


def test_who_withdraws_their_own_is_not_told_of_it(world: World) -> None:
    review_id = world.one()
    decide.withdraw(world.desk, review_id, MAYA)
    assert not world.errands("withdrawn")
