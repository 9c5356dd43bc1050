"""Learned models in the recommendation: the scorecard without them, exact with them, right when flags are disputed."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.learned import SCORECARD, InUse, base_of, contributions, corrected
from scoring.model import NAMES, PLACE, Model, features, log_odds, share_of
from scoring.recommend import recommend, without
from scoring.record import recommendation_from_json, recommendation_to_json
from scoring.types import FlagCode, MatchPart, Recommendation, Target, Verdict
from tests.scoring.builders import BRIEF, NORMS, OFF, TODAY, creator

_MEAN = 0.3
FRAUD = Model(
    Target.FRAUD, "fraud-1", NAMES, (_MEAN,) * len(NAMES), tuple(0.9 - 0.15 * place for place in range(len(NAMES))),
    slope=0.8, intercept=-0.2,
    spread=tuple(tuple(0.04 if one == other else 0.0 for other in NAMES) for one in NAMES),
)  # fmt: skip
MATCH = replace(FRAUD, target=Target.MATCH, name="match-2", delta=(0.0,) * (len(NAMES) - 4) + (2.0, 0.0, 1.0, 0.0))
BOTH = InUse(FRAUD, MATCH)
FLAGS = (FlagCode.GROWTH_SPIKE, FlagCode.ENGAGEMENT_OFF_NORM, FlagCode.LOW_CREDIBILITY, FlagCode.COMMENT_POD)


def said(models: InUse = SCORECARD, **metrics: object) -> Recommendation:
    return recommend(creator(**metrics), BRIEF, NORMS, fee=6000.0, today=TODAY, models=models)


def test_without_models_and_with_empty_ones_it_is_the_scorecard_to_the_last_digit() -> None:
    plain = said(**OFF)
    empty = InUse(Model(Target.FRAUD), Model(Target.MATCH))
    assert said(empty, **OFF) == plain
    assert corrected(plain, SCORECARD) == plain
    assert not plain.learned


def test_risk_and_match_are_the_models_and_the_name_says_so() -> None:
    plain, told = said(**OFF), said(BOTH, **OFF)
    values = features(plain)
    assert told.model == "scorecard-1+fraud-1+match-2"
    assert told.risk == FRAUD.predict(plain.risk, values) != plain.risk
    assert plain.match is not None
    assert told.match == 100 * MATCH.predict(plain.match / 100, values) != plain.match
    assert (told.flags, told.checks, told.match_parts) == (plain.flags, plain.checks, plain.match_parts)
    assert corrected(told, SCORECARD) == plain, "the scorecard's numbers are not lost"


@given(off=st.sets(st.sampled_from(sorted(OFF))), gone=st.sets(st.sampled_from(["credibility", "growth_14d"])))
def test_contributions_add_up_exactly_and_doubt_widens_the_interval(off: set[str], gone: set[str]) -> None:
    metrics = {name: OFF[name] for name in off} | dict.fromkeys(gone)
    plain, told = said(**metrics), said(InUse(fraud=FRAUD), **metrics)
    (one,) = told.learned
    total = one.slope * log_odds(plain.risk) + one.intercept + sum(contributions(told, one).values())
    assert told.risk == share_of(total)
    assert told.risk_low <= told.risk <= told.risk_high
    doubt = FRAUD.doubt(features(plain))
    assert one.deviation == doubt > 0
    high = log_odds(FRAUD.predict(plain.risk_high, features(plain)))
    assert told.risk_high == pytest.approx(share_of(high + 1.959963984540054 * doubt))


def test_a_wide_interval_makes_a_close_call() -> None:
    sure = said(InUse(fraud=replace(FRAUD, spread=())), growth_14d=0.02)
    vague = tuple(tuple(9.0 if one == other else 0.0 for other in NAMES) for one in NAMES)
    unsure = said(InUse(fraud=replace(FRAUD, spread=vague)), growth_14d=0.02)
    assert (sure.confident, unsure.confident) == (True, False)
    assert sure.verdict is unsure.verdict


def test_a_severe_flag_declines_whatever_the_model_says() -> None:
    mild = InUse(fraud=replace(FRAUD, intercept=-9.0))
    told = said(mild, brand_safety=("guns",))
    assert told.risk < 0.01
    assert told.verdict is Verdict.DECLINE


@given(off=st.sets(st.sampled_from(sorted(OFF))), codes=st.sets(st.sampled_from(FLAGS)))
def test_disputed_flags_are_taken_out_of_the_model_too(off: set[str], codes: set[FlagCode]) -> None:
    """As if the check had never been off: its share is 0 and its number says nothing."""
    told = said(BOTH, **{name: OFF[name] for name in off})
    left = without(told, codes)
    raised = {flag.code for flag in told.flags} & codes
    assert left == (told if not raised else corrected(left, BOTH)) or _apart(left, corrected(left, BOTH)) < 1e-12
    values = features(left)
    assert all(values[PLACE[f"off.{code.value}"]] == 0.0 for code in raised)
    if FlagCode.ENGAGEMENT_OFF_NORM in raised:
        assert values[PLACE["engagement"]] is None
        assert values[PLACE["match.engagement"]] == 1.0
    assert without(left, codes) == left
    assert left.model == told.model
    assert base_of(left) == base_of(without(said(**{name: OFF[name] for name in off}), codes))


def _apart(one: Recommendation, other: Recommendation) -> float:
    return max(abs(one.risk - other.risk), abs((one.match or 0) - (other.match or 0)))


def test_a_recommendation_survives_its_record_with_its_models() -> None:
    told = said(BOTH, **OFF)
    back = recommendation_from_json(json.loads(json.dumps(recommendation_to_json(told))))
    assert back == told
    assert without(back, FLAGS[:1]) == without(told, FLAGS[:1])
    assert "learned" not in recommendation_to_json(said(**OFF)), "what has no model takes no room"


def test_nothing_measured_of_the_match_stays_nothing() -> None:
    bare = recommend(
        replace(creator(), categories=()), replace(BRIEF, categories=(), budget=None, tiers=(), markets=()), NORMS,
        today=TODAY, models=BOTH,
    )  # fmt: skip
    parts = dict.fromkeys(bare.match_parts)
    nothing = corrected(replace(bare, match_parts={}), BOTH)
    assert nothing.match is None, parts
    assert MatchPart.CATEGORY not in bare.match_parts
    assert math.isfinite(nothing.risk)
