"""Newer numbers that turn the AI's call are news on what is drawn: once, for who may see it, and change nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.core.types import Route
from bot.desk import newer, one_by_one, refresh, see
from db import refreshes
from db.tables import OUTBOX, REVIEWS
from scoring.types import FlagCode, Verdict
from tests.desk.test_desk_refresh import CALM, answer
from tests.desk.world import BIA, CHANNEL, MAYA, ZOE, World, row

#: What the row of intake says, as a source would.
AS_BEFORE = {"followers": 84_000, "engagement_rate": 0.30, "growth_14d": 0.60, "credibility": 0.61}


def to_draw(world: World) -> list[tuple[str, str]]:
    """(review, lane) of every card that is still to be drawn."""
    return [
        (ref, lane) for ref, lane in world.sql("SELECT ref, lane FROM outbox WHERE kind = 'card' AND state='ready'")
    ]


def everything_said(world: World) -> None:
    with world.desk.store.unit() as unit:
        unit.execute(OUTBOX.update().values(state="sent", sent_at=world.clock()))


def test_the_card_is_drawn_again_once_and_everybody_who_may_sees_it(world: World) -> None:
    review = world.one()
    everything_said(world)
    refresh.keep(world.desk, review, BIA, answer(world, **CALM))
    assert to_draw(world) == [(review, CHANNEL)]
    world.clock.move(minutes=1)
    refresh.keep(world.desk, review, ZOE, answer(world, **CALM | {"followers": 95_000}))
    assert to_draw(world) == [(review, CHANNEL)], "what has not left yet says it already"
    case = newer.case(world.desk, review, MAYA)
    assert case.turn is not None
    assert (case.recommendation.verdict, case.turn.verdict, case.turn.turned) == (
        Verdict.DECLINE, Verdict.PROCEED, True,
    )  # fmt: skip
    assert FlagCode.GROWTH_SPIKE in case.turn.gone
    assert case.turn.came == ()
    assert newer.drawn(world.desk, see.case(world.desk, review), None).turn == case.turn
    stop = one_by_one.begin(world.desk, BIA)
    assert stop.case is not None
    assert stop.case.turn == case.turn


def test_what_changes_nothing_is_no_news_and_draws_nothing(world: World) -> None:
    review = world.one()
    everything_said(world)
    refresh.keep(world.desk, review, BIA, answer(world, **AS_BEFORE))
    assert world.sql("SELECT count(*) FROM refreshes") == [(1,)]
    refresh.keep(world.desk, review, BIA, answer(world, **AS_BEFORE | {"followers": 84_500}))
    assert newer.case(world.desk, review, MAYA).turn is None
    assert to_draw(world) == []


def test_numbers_that_turn_back_take_the_line_away(world: World) -> None:
    review = world.one()
    refresh.keep(world.desk, review, BIA, answer(world, **CALM))
    everything_said(world)
    world.clock.move(hours=2)
    refresh.keep(world.desk, review, BIA, answer(world, **AS_BEFORE))
    assert to_draw(world) == [(review, CHANNEL)]
    assert newer.case(world.desk, review, MAYA).turn is None


def test_a_warning_that_came_is_news_although_the_call_stays(world: World) -> None:
    review = world.one(verdict=Verdict.PROCEED)
    everything_said(world)
    numbers = CALM | {"followers": 84_000, "comments_per_100_likes": 9.0}
    refresh.keep(world.desk, review, BIA, answer(world, **numbers))
    news = newer.case(world.desk, review, MAYA).turn
    assert news is not None
    assert (news.turned, news.verdict, news.came, news.gone) == (
        False, Verdict.PROCEED, (FlagCode.COMMENT_LIKE_RATIO,), (),
    )  # fmt: skip
    assert to_draw(world) == [(review, CHANNEL)]


def test_whoever_answers_blind_and_their_channel_see_nothing(world: World) -> None:
    review = world.one()
    with world.desk.store.unit() as unit:
        unit.execute(REVIEWS.update().values(route=Route.BLIND.value))
    refresh.keep(world.desk, review, MAYA, answer(world, **CALM))
    case = see.case(world.desk, review)
    assert newer.case(world.desk, review, BIA).refresh is None
    assert newer.drawn(world.desk, case, None).refresh is None, "in a channel anybody reads"
    assert one_by_one.begin(world.desk, BIA).case == case
    assert newer.case(world.desk, review, MAYA).refresh is not None


def test_what_is_over_or_has_no_card_is_not_drawn_again(world: World) -> None:
    opened = world.one()
    world.clock.move(hours=49)
    world.sweep()
    report = world.take_in(*(row(f"more{n}") for n in range(21)))
    waiting = [str(fate.review_id) for fate in report.fates]
    queued = next(r for r in waiting if see.case(world.desk, r).review.opened_at is None)
    everything_said(world)
    refresh.keep(world.desk, opened, MAYA, answer(world, **CALM))
    refresh.keep(world.desk, queued, MAYA, answer(world, **CALM))
    assert to_draw(world) == []
    assert newer.case(world.desk, opened, MAYA).refresh is None
    assert newer.case(world.desk, queued, MAYA).refresh is not None


def test_the_latest_of_many_in_one_statement(world: World) -> None:
    report = world.take_in(row("ana.lima"), row("bruno"), row("carla"))
    ids = [str(fate.review_id) for fate in report.fates]
    for n in range(3):
        for review in ids[:2]:
            refresh.keep(world.desk, review, MAYA, answer(world, **CALM | {"followers": 90_000 + n}))
        world.clock.move(hours=1)
    cases = [see.case(world.desk, review) for review in ids]
    with world.desk.store.reading() as unit:
        found = refreshes.newest_of(unit, [case.candidate.id for case in cases])
        assert refreshes.newest_of(unit, []) == {}
    assert [getattr(found.get(c.candidate.id), "metrics", None) for c in cases] == [
        found[cases[0].candidate.id].metrics, found[cases[1].candidate.id].metrics, None,
    ]  # fmt: skip
    assert {one.metrics.followers for one in found.values()} == {90_002}


def test_two_of_one_instant_are_told_apart(world: World) -> None:
    review = world.one()
    first = refresh.keep(world.desk, review, BIA, answer(world, **CALM)).refresh
    assert first is not None
    with world.desk.store.unit() as unit:
        for name in ("rf_zz", "rf_zy"):
            refreshes.add(unit, replace(first, id=name, at=first.at + timedelta(hours=1)))
    with world.desk.store.reading() as unit:
        found = refreshes.newest(unit, first.candidate_id)
    assert found is not None
    assert found.id == "rf_zz"
