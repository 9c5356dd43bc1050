"""What counts of past disagreements: towards which call, who was right as it now stands, one of each review."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.disagreement import Kind, Standing, Winner
from bot.core.precedents import (
    SeenBefore,
    Tally,
    about,
    hidden,
    missing_side,
    one_each,
    overturned,
    tally,
    towards,
    whose,
)
from bot.core.types import Route, State
from scoring.types import FlagCode, Verdict
from tests import factories as f

PROCEED, DECLINE = Verdict.PROCEED, Verdict.DECLINE


@pytest.mark.parametrize(
    ("kind", "ai", "against"),
    [
        (Kind.VERDICT, DECLINE, PROCEED),
        (Kind.VERDICT, PROCEED, DECLINE),
        (Kind.EXPERTS, DECLINE, PROCEED),
        (Kind.FLAG, DECLINE, PROCEED),
        (Kind.FLAG, PROCEED, PROCEED),
    ],
)
def test_which_call_spoke_against_the_ais(kind: Kind, ai: Verdict, against: Verdict) -> None:
    assert towards(f.disagreement(kind=kind, ai_verdict=ai)) is against


@pytest.mark.parametrize(
    ("winner", "verdict", "who"),
    [
        (Winner.EXPERT, PROCEED, Winner.EXPERT),
        (Winner.OTHER, PROCEED, Winner.AI),
        (Winner.EXPERT, DECLINE, Winner.AI),
        (Winner.OTHER, DECLINE, Winner.EXPERT),
        (Winner.BOTH, DECLINE, Winner.BOTH),
    ],
)
def test_between_experts_the_one_who_was_right_had_the_ai_for_or_against(
    winner: Winner, verdict: Verdict, who: Winner
) -> None:
    assert whose(f.resolved(winner, kind=Kind.EXPERTS, ai_verdict=DECLINE, verdict=verdict)) is who


@pytest.mark.parametrize("standing", [Standing.OPEN, Standing.CLOSED, Standing.VOID])
def test_nobody_was_right_while_nobody_has_said(standing: Standing) -> None:
    assert whose(f.resolved(Winner.EXPERT, standing=standing)) is None


def test_an_outcome_that_turned_it_round_counts_as_it_now_stands() -> None:
    before = f.resolved(Winner.EXPERT)
    after = replace(before, winner=Winner.AI, resolved_by=None)
    assert not overturned(before)
    assert overturned(after)
    assert tally([before]) == Tally(expert=1)
    assert tally([after]) == Tally(ai=1)
    assert not overturned(f.disagreement())


def test_what_could_not_be_told_says_nothing_either_way() -> None:
    found = tally([f.resolved(winner) for winner in Winner if winner is not Winner.OTHER] + [f.disagreement()])
    assert (found, found.cases) == (Tally(1, 1, 1), 3)


def test_a_disputed_warning_is_found_by_itself_alone_and_a_call_by_all() -> None:
    flags = (FlagCode.GROWTH_SPIKE, FlagCode.LOW_CREDIBILITY)
    assert about(f.disagreement(kind=Kind.FLAG, flags=flags, disputed=flags[:1])) == flags[:1]
    assert about(f.disagreement(flags=flags, disputed=flags[:1])) == flags


def test_two_disagreements_about_one_review_are_one_case() -> None:
    newer, older = f.disagreement("dg_2", review_id="rv_1"), f.resolved(Winner.AI, "dg_1", review_id="rv_1")
    other = f.disagreement("dg_3", review_id="rv_2")
    assert [d.id for d in one_each([newer, other, older])] == ["dg_1", "dg_3"], "what was worked out stands for it"
    assert [d.id for d in one_each([newer, replace(newer, id="dg_9")])] == ["dg_2"]


def test_a_blind_one_resembles_nothing_until_it_is_answered() -> None:
    for state in State:
        blind = f.review(route=Route.BLIND, state=state)
        assert hidden(blind) is state.awaits
        assert not hidden(replace(blind, route=Route.EXPERT))


def test_only_cases_that_turned_on_the_same_call_are_counted_of_this_creator() -> None:
    same = f.resolved(Winner.EXPERT, "dg_1")
    other = f.resolved(Winner.EXPERT, "dg_2", ai_verdict=PROCEED, verdict=DECLINE)
    seen = SeenBefore(PROCEED, creator=(other, same))
    assert seen.of_creator == Tally(expert=1)
    assert seen.nearest(Winner.EXPERT) == same
    assert seen.nearest(Winner.AI) is None
    assert len(seen.cases) == 2


def test_a_reader_should_see_one_of_each_side() -> None:
    expert, ai, both = f.resolved(Winner.EXPERT), f.resolved(Winner.AI), f.resolved(Winner.BOTH)
    assert missing_side([expert, both]) is Winner.AI
    assert missing_side([ai]) is Winner.EXPERT
    assert missing_side([ai, expert]) is None
    assert missing_side([both, f.disagreement()]) is None
    assert SeenBefore(PROCEED, similar=(expert,), other_way=ai).of_similar == Tally(expert=1), "shown, not counted"
