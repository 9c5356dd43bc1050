"""Once a week it is found out whether there is enough to learn from: the lead is told once, nothing learns."""

from __future__ import annotations

import pytest

from bot.desk import learn, models, relearn
from scoring.types import Target
from tests.desk.answers import WIDE, answered
from tests.desk.world import ZOE, World
from tests.desk.worlds import NewWorld


@pytest.fixture
def wide(new_world: NewWorld) -> World:
    return new_world(limits=WIDE)


def told(world: World) -> list[dict[str, int]]:
    return [detail["new"] for kind, _, lane, detail in world.errands("relearn") if lane == ZOE]


def week(world: World) -> bool:
    world.clock.move(days=7)
    return relearn.look(world.desk)


def test_the_lead_is_told_once_and_again_when_there_is_a_quarter_more(wide: World) -> None:
    answered(wide, 24)
    assert relearn.look(wide.desk)
    assert told(wide) == [{"fraud": 24}]
    assert [week(wide) for _ in range(3)] == [False, False, False]
    answered(wide, 19, first=24)
    assert not week(wide), "fewer than twenty are not worth a fit"
    answered(wide, 5, first=44)
    assert week(wide)
    assert told(wide)[1:] == [{"fraud": 24}]
    assert models.every(wide.desk) == (), "nothing has learned by itself"


def test_it_looks_once_a_week(wide: World) -> None:
    assert not relearn.look(wide.desk)
    answered(wide, 24)
    wide.clock.move(days=6)
    assert not relearn.look(wide.desk)
    wide.clock.move(days=1)
    assert relearn.look(wide.desk)
    wide.clock.move(days=-30)
    assert not relearn.look(wide.desk), "it looks, and finds nothing new"


def test_what_a_model_has_learned_from_is_not_new(wide: World) -> None:
    answered(wide, 80)
    learn.retrain(wide.desk, ZOE, (Target.FRAUD,))
    assert not relearn.look(wide.desk)
    answered(wide, 20, first=80)
    assert week(wide)
    assert told(wide) == [{"fraud": 20}]


def test_labels_that_all_say_the_same_are_not_enough(wide: World) -> None:
    answered(wide, 2)
    rest = [number for number in range(2, 60) if number // 2 % 2 == 0]
    for number in rest:
        answered(wide, 1, first=number)
    assert not relearn.look(wide.desk)
