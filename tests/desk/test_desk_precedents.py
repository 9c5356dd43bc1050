"""What a case resembles: of its market, a warning and the same call, as one reader may see it, as it now stands."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.core.disagreement import Disagreement, Standing, Winner
from bot.core.precedents import MOST, SeenBefore, Tally
from bot.core.types import Route
from bot.desk import decide, precedents, see
from bot.desk import object as objections
from db import disagreements
from db import precedents as rows
from db.tables import REVIEWS
from scoring.types import FlagCode, Verdict
from tests.desk.world import BIA, CAIO, CHANNEL, ZOE, World, row, why

HERE = frozenset({CHANNEL})


def disputed(world: World, handle: str, winner: Winner | None = Winner.EXPERT, **more: object) -> Disagreement:
    """Somebody overrode the AI, or called `disputed` normal, and it was worked out."""
    campaign, flags = str(more.pop("campaign", "aurora")), more.pop("disputed", ())
    text = str(more.pop("text", ""))
    report = world.take_in(row(handle, verdict=Verdict.DECLINE, **more), campaign=campaign)
    review_id = report.fates[0].review_id
    assert review_id is not None, report.fates
    expert = see.case(world.desk, review_id).review.expert
    assert expert is not None
    if isinstance(flags, tuple) and flags:
        decide.normal(world.desk, review_id, expert, why(text, disputed=flags), Verdict.DECLINE)
    else:
        decide.override(world.desk, review_id, expert, why(text))
    world.clock.move(minutes=15)
    with world.desk.store.unit() as unit:
        (opened,) = disagreements.of_review(unit, review_id)
    return settled(world, opened, winner) if winner is not None else opened


def settled(world: World, before: Disagreement, winner: Winner, by: str | None = ZOE) -> Disagreement:
    now = world.clock()
    after = replace(
        before, standing=Standing.RESOLVED, winner=winner, resolved_by=by, resolved_at=now, lesson="ask", remind_at=None
    )
    with world.desk.store.unit() as unit:
        assert disagreements.settle(unit, before, after)
    return after


def seen(world: World, review_id: str, channels: Collection[str] | None = None) -> SeenBefore:
    with world.desk.store.reading() as unit:
        found = precedents.of_case(unit, see.whole(unit, world.desk, review_id), channels)
    assert found is not None
    return found


def at_hand(world: World, handle: str = "new.one", verdict: Verdict = Verdict.DECLINE, **more: object) -> str:
    review_id = world.take_in(row(handle, verdict=verdict, **more)).fates[0].review_id
    assert review_id is not None
    return review_id


def ids(found: Collection[Disagreement]) -> set[str]:
    return {one.id for one in found}


def test_the_similar_are_counted_by_who_was_right(world: World) -> None:
    first, second = disputed(world, "a"), disputed(world, "b")
    third, still_open = disputed(world, "c", Winner.AI), disputed(world, "d", None)
    found = seen(world, at_hand(world))
    assert ids(found.similar) == ids([first, second, third, still_open])
    assert found.of_similar == Tally(expert=2, ai=1)
    assert (found.creator, found.other_way) == ((), None)


def test_nothing_is_like_what_nothing_looks_off_in(world: World) -> None:
    disputed(world, "a")
    assert seen(world, at_hand(world, verdict=Verdict.PROCEED)).cases == ()


def test_another_market_is_another_matter(world: World) -> None:
    disputed(world, "a", country="Russia")
    assert seen(world, at_hand(world)).cases == ()


def test_a_warning_must_be_in_common_and_a_disputed_one_stands_for_itself(world: World) -> None:
    growth = disputed(world, "a", disputed=(FlagCode.GROWTH_SPIKE,))
    assert ids(seen(world, at_hand(world)).similar) == {growth.id}
    calm = at_hand(world, "calm", growth_14d="2%")
    assert seen(world, calm).similar == (), "its other warnings were not what that was about"


def test_a_case_in_which_the_ai_said_the_opposite_proves_nothing_here(world: World) -> None:
    """That the expert was right there would point the other way here."""
    review_id = at_hand(world, "mild", Verdict.PROCEED, growth_14d="60%")
    assert see.case(world.desk, review_id).recommendation.verdict is Verdict.PROCEED
    decide.override(world.desk, review_id, BIA, why("bought"))
    assert seen(world, at_hand(world)).similar == ()
    again = at_hand(world, "mild.too", Verdict.PROCEED, growth_14d="60%")
    assert len(seen(world, again).similar) == 1


def test_a_case_is_no_precedent_of_itself(world: World) -> None:
    opened = disputed(world, "a")
    assert seen(world, opened.review_id).cases == ()


def test_this_creator_before_is_a_kind_of_its_own(world: World) -> None:
    before = disputed(world, "new.one", campaign="grave")
    other = disputed(world, "b", Winner.AI)
    found = seen(world, at_hand(world))
    assert ids(found.creator) == {before.id}
    assert ids(found.similar) == {other.id}
    assert (found.of_creator, found.of_similar) == (Tally(expert=1), Tally(ai=1))
    assert found.nearest(Winner.EXPERT) == before


def test_what_is_undone_is_gone(world: World) -> None:
    review_id = at_hand(world, "a")
    decide.override(world.desk, review_id, BIA, why("loved here"))
    decide.undo(world.desk, review_id, BIA)
    assert seen(world, at_hand(world)).cases == ()


def test_an_outcome_that_turned_it_round_counts_as_it_now_stands(world: World) -> None:
    opened = disputed(world, "a")
    settled(world, opened, Winner.AI, by=None)
    found = seen(world, at_hand(world))
    assert found.of_similar == Tally(ai=1)
    assert found.nearest(Winner.EXPERT) is None


def test_between_experts_it_is_one_case_with_what_they_disagreed_about_first(world: World) -> None:
    review_id = at_hand(world, "a")
    decide.override(world.desk, review_id, BIA, why("loved here"))
    objections.dissent(world.desk, review_id, CAIO, why("not by everybody"))
    found = seen(world, at_hand(world))
    assert len(found.similar) == 1
    assert found.of_similar == Tally()


# Who may see what


@pytest.mark.parametrize("channels", [HERE, frozenset({CHANNEL, "C0PUBLIC01"})])
def test_nothing_comes_out_of_a_channel_that_is_not_to_be_seen(world: World, channels: frozenset[str]) -> None:
    shown, secret = disputed(world, "a"), disputed(world, "b", Winner.AI, campaign="grave")
    also_secret = disputed(world, "new.one", Winner.AI, campaign="brief")
    review_id = at_hand(world)
    assert ids(seen(world, review_id, channels).cases) == {shown.id}
    assert seen(world, review_id, channels).of_similar == Tally(expert=1)
    assert ids(seen(world, review_id).cases) == ids([shown, secret, also_secret])


def test_the_one_that_ended_the_other_way_comes_out_of_no_other_channel_either(world: World) -> None:
    for n in range(MOST):
        disputed(world, f"expert{n}")
    disputed(world, "a", Winner.AI, campaign="grave", growth_14d="900%", followers=600_000)
    review_id = at_hand(world)
    assert seen(world, review_id, HERE).other_way is None
    assert seen(world, review_id).nearest(Winner.AI) is not None


def test_who_sees_no_channel_sees_nothing(world: World) -> None:
    disputed(world, "a")
    assert seen(world, at_hand(world), frozenset()).cases == ()


def test_a_blind_one_resembles_nothing_until_it_is_answered(world: World) -> None:
    disputed(world, "a")
    review_id = at_hand(world)
    with world.desk.store.unit() as unit:
        unit.execute(sa.update(REVIEWS).where(REVIEWS.c.id == review_id).values(route=Route.BLIND.value))
    with world.desk.store.reading() as unit:
        assert precedents.of_case(unit, see.whole(unit, world.desk, review_id), None) is None
    decide.approve(world.desk, review_id, BIA)
    assert len(seen(world, review_id).similar) == 1


# Which are nearest


def test_the_nearest_are_counted_and_the_other_side_is_shown_besides(world: World) -> None:
    far = disputed(world, "far", Winner.AI, growth_14d="900%", followers=600_000, engagement_rate="80%")
    for n in range(MOST + 2):
        disputed(world, f"near{n}", bio="giveaway every november")
    found = seen(world, at_hand(world, bio="giveaways"))
    assert found.of_similar == Tally(expert=MOST), "of the nearest, and no share of what was picked"
    assert found.other_way is not None
    assert found.other_way.id == far.id
    assert found.nearest(Winner.AI) == found.other_way


def test_words_numbers_and_warnings_decide_which_is_nearest(world: World) -> None:
    near = disputed(world, "near", text="Розыгрыш каждый ноябрь", growth_14d="58%")
    disputed(world, "far", Winner.AI, text="bots", growth_14d="900%", followers=400_000)
    found = seen(world, at_hand(world, bio="Розыгрыши для подписчиков"))
    assert found.similar[0].id == near.id


def test_of_equals_the_newest_is_nearest(world: World) -> None:
    every = [disputed(world, f"c{n}") for n in range(4)]
    found = seen(world, at_hand(world))
    assert [one.id for one in found.similar] == [one.id for one in reversed(every)]


def test_how_it_is_told(world: World) -> None:
    opened = disputed(world, "lia.prado", text="She runs a giveaway every November")
    with world.desk.store.reading() as unit:
        (told,) = precedents.told(unit, world.desk, [opened])
    assert (told.creator, told.handle, told.campaign) == ("Lia Prado", "lia.prado", "Aurora Summer")
    assert told.said == "She runs a giveaway every November"
    assert told.place is None, "its card has not been sent"
    assert told.found.opened_at == world.clock() - timedelta(minutes=15)


def test_an_answer_that_agrees_writes_nothing_here(world: World) -> None:
    decide.approve(world.desk, world.one(), BIA)
    assert world.sql("SELECT count(*) FROM precedents") == [(0,)]


def test_a_disagreement_finds_what_resembles_it_for_its_thread(world: World) -> None:
    first = disputed(world, "a", Winner.AI, text="bought in August")
    second = disputed(world, "b", None, text="bought? no, a giveaway")
    with world.desk.store.reading() as unit:
        found = precedents.of_disagreement(unit, second, "bought? no, a giveaway", None)
        assert ids(found.cases) == {first.id}
        assert rows.many(unit, [first.id]) == {first.id: first}


def test_a_thread_names_the_closest_for_each_side_of_what_its_channel_may_see(world: World) -> None:
    for_ai = disputed(world, "a", Winner.AI)
    disputed(world, "b", Winner.EXPERT, campaign="grave")
    new = disputed(world, "c", None)
    thread = precedents.beside(world.desk, see.thread(world.desk, new.id), CHANNEL)
    assert [(side, one.found.id) for side, one in thread.similar] == [(Winner.AI, for_ai.id)]
