"""Fresh numbers at intake and afterwards: a snapshot is never overwritten, a recommendation never changed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from bot.core.candidate_row import ParsedRow
from bot.core.errors import NotAllowed
from bot.core.fresh import Answer, Asked, Why, changes, joined
from bot.core.types import Route
from bot.desk import refresh, see
from db import candidates
from db.tables import REVIEWS
from scoring.types import FlagCode, Metrics, Verdict
from tests.desk.world import BIA, MAYA, START, ZOE, World, row

TODAY = START.date()


def answer(world: World, why: Why | None = None, **numbers: Any) -> Answer:
    metrics = None if why else Metrics(measured_on=numbers.pop("measured_on", TODAY), **numbers)
    return Answer(Asked("Metrica", world.clock(), why), metrics)


CALM = {"followers": 90_000, "engagement_rate": 0.04, "growth_14d": 0.02, "credibility": 0.9}


def test_what_is_looked_up_stands_beside_and_changes_nothing(world: World) -> None:
    review = world.one()
    before = see.case(world.desk, review)
    kept = world.sql("SELECT metrics FROM candidates"), world.sql("SELECT record FROM recommendations")
    case = refresh.keep(world.desk, review, BIA, answer(world, **CALM))
    assert case.refresh is not None
    assert (before.recommendation.verdict, case.refresh.would.verdict) == (Verdict.DECLINE, Verdict.PROCEED)
    assert not case.refresh.would.flags
    assert (world.sql("SELECT metrics FROM candidates"), world.sql("SELECT record FROM recommendations")) == kept
    after = see.case(world.desk, review)
    assert (after.recommendation, after.review) == (before.recommendation, before.review)
    assert replace(case, refresh=None) == after
    assert [c.name for c in changes(after.candidate.metrics, case.refresh.metrics)] == [
        "followers", "engagement_rate", "growth_14d", "credibility",
    ]  # fmt: skip
    world.clock.move(hours=48)
    world.sweep()
    decided = see.case(world.desk, review).decision
    assert decided is not None
    assert decided.verdict is Verdict.DECLINE, "the deadline follows the recommendation that was on the card"


def test_each_is_kept_beside_the_one_before_and_the_same_answer_once(world: World) -> None:
    review = world.one()
    first = answer(world, **CALM)
    for _ in range(3):
        refresh.keep(world.desk, review, BIA, first)
    world.clock.move(hours=1)
    case = refresh.keep(world.desk, review, ZOE, answer(world, **CALM | {"followers": 95_000}))
    assert world.sql("SELECT count(*) FROM refreshes") == [(2,)]
    assert case.refresh is not None
    assert (case.refresh.by, case.refresh.metrics.followers) == (ZOE, 95_000)
    told = [event for event in see.history(world.desk, review) if event.what == "numbers_refreshed"]
    assert [event.actor for event in told] == [BIA, ZOE]
    assert not any("verdict" in event.after for event in told), "the audit is read by who answers blind"


def test_a_source_that_is_down_leaves_no_trace(world: World) -> None:
    review = world.one()
    case = refresh.keep(world.desk, review, BIA, answer(world, Why.SLOW))
    assert case.refresh is None
    assert world.sql("SELECT count(*) FROM refreshes") == [(0,)]


def test_who_has_no_role_may_not_spend_our_money(world: World) -> None:
    review = world.one()
    for person in ("U0STRANGER", "U0GIL00001"):
        with pytest.raises(NotAllowed, match="no_role"):
            refresh.keep(world.desk, review, person, answer(world, **CALM))
    assert refresh.allowed(world.desk, review, MAYA).review.id == review


def test_who_answers_blind_does_not_see_what_the_ai_would_say(world: World) -> None:
    review = world.one()
    with world.desk.store.unit() as unit:
        unit.execute(REVIEWS.update().values(route=Route.BLIND.value))
    assert refresh.keep(world.desk, review, BIA, answer(world, **CALM)).refresh is None
    assert see.case_with_history(world.desk, review, BIA)[0].refresh is None
    assert see.case_with_history(world.desk, review, MAYA)[0].refresh is not None


def test_it_is_judged_by_the_norms_of_intake(world: World) -> None:
    """Who came in later, and this very list, say nothing of what was usual then."""
    review = world.one()
    crowd = [row(f"later{n}", engagement_rate="29%") for n in range(40)]
    world.clock.move(hours=1)
    world.take_in(*crowd)
    case = refresh.keep(world.desk, review, BIA, answer(world, **CALM | {"engagement_rate": 0.30}))
    assert case.refresh is not None
    would, was = (
        next(check for check in rec.checks if check.code is FlagCode.ENGAGEMENT_OFF_NORM).norm
        for rec in (case.refresh.would, case.recommendation)
    )
    assert would == was
    (fate,) = world.take_in(row("much.later")).fates
    later = see.case(world.desk, str(fate.review_id)).recommendation
    assert next(c for c in later.checks if c.code is FlagCode.ENGAGEMENT_OFF_NORM).norm != was


# At intake


class Source:
    """What intake calls: says the same of everybody, and remembers of whom."""

    def __init__(self, world: World, why: Why | None = None, **numbers: Any) -> None:
        self.answer, self.asked = answer(world, why, **numbers), list[str]()

    def __call__(self, rows: Sequence[ParsedRow]) -> Mapping[int, ParsedRow]:
        self.asked += [one.handle for one in rows]
        return {one.line: replace(one, fresh=self.answer.metrics, asked=self.answer.asked) for one in rows}


def test_fresh_numbers_are_there_before_a_candidate_is_scored(world: World) -> None:
    source = Source(world, **CALM)
    world.take_in(row("ana.lima", verdict=Verdict.DECLINE, measured_on="2026-09-01"), numbers_of=source)
    (line,) = see.all_lines(world.desk)
    case = see.case(world.desk, line.review_id)
    assert case.recommendation.verdict is Verdict.PROCEED
    assert (case.candidate.metrics.followers, case.candidate.metrics.measured_on) == (90_000, TODAY)
    assert case.candidate.asked == source.answer.asked
    assert not case.recommendation.stale
    (snapshot,) = world.sql("SELECT metrics FROM snapshots")
    assert json.loads(snapshot[0])["followers"] == 90_000


def test_only_who_is_new_here_is_asked_about(world: World) -> None:
    source = Source(world, **CALM)
    rows = [row("ana.lima"), row("ana.lima"), row("bruno")]
    world.take_in(*rows, numbers_of=source)
    world.take_in(*rows, row("carla"), numbers_of=source)
    assert source.asked == ["ana.lima", "bruno", "carla"]


def test_a_source_that_is_down_stops_nobody_and_the_card_can_say_so(world: World) -> None:
    report = world.take_in(row("ana.lima"), numbers_of=Source(world, Why.UNREACHABLE))
    assert report.count("accepted") == 1
    (line,) = see.all_lines(world.desk)
    candidate = see.case(world.desk, line.review_id).candidate
    assert candidate.asked == Asked("Metrica", START, Why.UNREACHABLE)
    assert candidate.metrics.followers == 84_000
    with world.desk.store.reading() as unit:
        assert candidates.get(unit, candidate.id) == candidate


# What is kept of what we had


HAD = Metrics(followers=100, credibility=0.8, growth_14d=0.1, audience_country="BR", measured_on=date(2026, 11, 20))


def test_numbers_of_two_days_are_as_old_as_the_older_one() -> None:
    both = joined(HAD, Metrics(followers=120, measured_on=TODAY), TODAY)
    assert both == replace(HAD, followers=120)
    whole = joined(HAD, Metrics(followers=120, credibility=0.7, growth_14d=0.2, measured_on=TODAY), TODAY)
    assert (whole.measured_on, whole.audience_country) == (TODAY, "BR")
    undated = joined(replace(HAD, measured_on=None), Metrics(followers=120, measured_on=TODAY), TODAY)
    assert undated.measured_on is None, "nobody knows how old the rest is"


def test_what_is_too_old_is_a_gap_rather_than_todays() -> None:
    old = replace(HAD, measured_on=date(2026, 9, 1), fake_follower_share=0.1, fake_share_low=0.05, fake_share_high=0.2)
    both = joined(old, Metrics(followers=120, measured_on=TODAY), TODAY)
    assert both == Metrics(
        followers=120, audience_country="BR", fake_follower_share=0.1, fake_share_low=0.05, fake_share_high=0.2,
        measured_on=TODAY,
    )  # fmt: skip
    theirs = joined(old, Metrics(fake_follower_share=0.3, measured_on=TODAY), TODAY)
    assert (theirs.fake_follower_share, theirs.fake_share_low) == (0.3, None)


def test_a_source_that_lags_behind_the_list_does_not_make_it_older() -> None:
    assert joined(HAD, Metrics(followers=90, measured_on=date(2026, 11, 1)), TODAY) == HAD
    gap = joined(replace(HAD, credibility=None), Metrics(credibility=0.7, measured_on=date(2026, 11, 1)), TODAY)
    assert gap == replace(HAD, credibility=0.7, measured_on=date(2026, 11, 1))
