"""One's own month: what is counted, for whose eyes, and what is not an answer."""

from __future__ import annotations

from datetime import timedelta

from bot.core.case import Month
from bot.core.disagreement import Winner
from bot.desk import decide, investigate, see
from bot.desk import object as objections
from tests.desk.world import BIA, CAIO, MAYA, OLEG, World, row, why


def month(world: World, person: str) -> Month | None:
    return see.inbox(world.desk, person).month


def disagreement(world: World, review_id: str) -> str:
    return see.case(world.desk, review_id).investigations[-1].disagreement.id


def test_answers_how_fast_half_of_them_were_and_what_became_of_those_against_the_ai(world: World) -> None:
    fates = world.take_in(*(row(f"creator{n}", "Russia") for n in range(5))).fates
    ids = [str(fate.review_id) for fate in fates]
    assert month(world, OLEG) is None, "no answer, no line"
    world.clock.move(minutes=10)
    decide.approve(world.desk, ids[0], OLEG)
    for minutes, review_id in ((20, ids[1]), (30, ids[2])):
        world.clock.move(minutes=minutes)
        decide.override(world.desk, review_id, OLEG, why("a giveaway every November"))
    assert month(world, OLEG) == Month(3, timedelta(minutes=30), 2, 0, 2)
    investigate.resolve(world.desk, disagreement(world, ids[1]), MAYA, Winner.EXPERT, "look at the dates first")
    assert month(world, OLEG) == Month(3, timedelta(minutes=30), 2, 1, 1)
    # What is undone was no answer, and no disagreement.
    decide.undo(world.desk, ids[2], OLEG)
    assert month(world, OLEG) == Month(2, timedelta(minutes=30), 1, 1, 0)
    assert month(world, BIA) is None, "it is nobody else's"
    world.clock.move(days=30)
    assert month(world, OLEG) is None


def test_an_objection_to_what_fell_to_the_ai_decides_nothing_and_counts_for_nobody(world: World) -> None:
    review_id = world.one()
    world.clock.move(hours=49)
    world.sweep()
    objections.dissent(world.desk, review_id, BIA, why("we know her"))
    assert (month(world, BIA), month(world, CAIO)) == (None, None)
