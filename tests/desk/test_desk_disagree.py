"""What counts as a disagreement, and that one which is undone counts for nothing."""

from __future__ import annotations

from bot.core.disagreement import PATIENCE, Disagreement, Kind, Standing
from bot.core.types import Reason
from bot.desk import decide
from bot.desk import object as objections
from db import disagreements
from scoring.types import FlagCode, Verdict
from tests.desk.world import BIA, CAIO, CHANNEL, FLAGS, START, World, why


def of(world: World, review_id: str) -> tuple[Disagreement, ...]:
    with world.desk.store.reading() as unit:
        return disagreements.of_review(unit, review_id)


def test_to_agree_is_none(world: World) -> None:
    review_id = world.one()
    decide.approve(world.desk, review_id, BIA)
    assert of(world, review_id) == ()


def test_an_override_disagrees_with_the_verdict(world: World) -> None:
    review_id = world.one()
    decide.override(world.desk, review_id, BIA, why("loved here", Reason.CULTURAL_FIT, Reason.PRICE))
    (found,) = of(world, review_id)
    assert (found.kind, found.expert, found.standing) == (Kind.VERDICT, BIA, Standing.OPEN)
    assert (found.ai_verdict, found.verdict) == (Verdict.DECLINE, Verdict.PROCEED)
    assert (found.market, found.channel, found.platform, found.tier) == ("BR", CHANNEL, "instagram", "mid")
    assert set(FLAGS) <= set(found.flags)
    assert found.reasons == (Reason.CULTURAL_FIT, Reason.PRICE)
    assert (found.opened_at, found.remind_at) == (START, START + PATIENCE)


def test_a_disputed_warning_disagrees_even_when_the_verdict_is_the_ais(world: World) -> None:
    review_id = world.one()
    rationale = why(disputed=(FlagCode.GROWTH_SPIKE,))
    decide.normal(world.desk, review_id, BIA, rationale, Verdict.DECLINE)
    (found,) = of(world, review_id)
    assert (found.kind, found.disputed) == (Kind.FLAG, (FlagCode.GROWTH_SPIKE,))


def test_an_objection_to_a_person_is_between_the_two(world: World) -> None:
    review_id = world.one()
    decide.override(world.desk, review_id, BIA, why("loved here"))
    objections.dissent(world.desk, review_id, CAIO, why("not by everybody"))
    # Both are of one instant, and then their order is their ids'.
    first, second = sorted(of(world, review_id), key=lambda d: d.kind is Kind.EXPERTS)
    assert (second.kind, second.expert, second.against) == (Kind.EXPERTS, CAIO, first.judgement_id)


def test_an_objection_to_the_clock_is_one_with_the_ai(world: World) -> None:
    review_id = world.one()
    world.clock.move(hours=48)
    world.sweep()
    objections.dissent(world.desk, review_id, BIA, why("loved here"))
    (found,) = of(world, review_id)
    assert (found.kind, found.against) == (Kind.VERDICT, None)


def test_what_is_undone_counts_for_nothing_and_a_new_answer_anew(world: World) -> None:
    review_id = world.one()
    decide.override(world.desk, review_id, BIA, why("loved here"))
    decide.undo(world.desk, review_id, BIA)
    assert of(world, review_id) == ()
    decide.override(world.desk, review_id, BIA, why("loved here, all the same"))
    assert [d.round for d in of(world, review_id)] == [2]
    states = [state for (state,) in world.sql("SELECT standing FROM disagreements ORDER BY round")]
    assert states == ["void", "open"], "what was undone stays on record"
