"""The default recommendation by hand and by property."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.recommend import MODEL, without
from scoring.scorecard import DEFAULT, Scorecard, judged, weighed
from scoring.types import Brief, FlagCode, MatchPart, Metrics, RiskFlag, Severity, Tier, Verdict
from tests.scoring.builders import ANY_METRICS, BRIEF, OFF, TODAY, creator, flag_of, judge

F = FlagCode
MAJOR, SEVERE = 0.25, 0.50

CODES = st.sets(st.sampled_from([code for code in FlagCode if code is not F.BRAND_SAFETY]))


def risk_of(*weights: float) -> Any:
    return pytest.approx(1 - 0.95 * math.prod(1 - w for w in weights))


def test_a_clean_candidate_proceeds_at_the_base_risk_and_nothing_is_in_doubt() -> None:
    rec = judge()
    assert rec.verdict is Verdict.PROCEED
    assert rec.risk == pytest.approx(0.05)
    assert (rec.risk_low, rec.risk_high) == (rec.risk, rec.risk)
    assert rec.match == pytest.approx(35 + 30 * 0.71 + 20 + 15)
    assert (rec.confident, rec.flags, rec.unmeasured, rec.model) == (True, (), (), MODEL)


def test_two_major_flags_by_hand() -> None:
    rec = judge(growth_14d=0.22, comment_pod_share=0.34)
    assert rec.risk == pytest.approx(0.465625)
    assert rec.verdict is Verdict.DECLINE
    assert [round(flag.contribution, 4) for flag in rec.flags] == [0.2877, 0.2877]


def test_only_the_heaviest_measure_of_audience_quality_counts() -> None:
    rec = judge(credibility=0.5, suspicious_share=0.5, fake_follower_share=0.3)
    assert rec.risk == risk_of(MAJOR)
    assert [flag.contribution > 0 for flag in rec.flags] == [True, False, False]
    worst = judge(credibility=0.5, fake_follower_share=0.4)
    assert worst.risk == risk_of(SEVERE)
    assert (worst.flags[0].code, worst.flags[0].severity) == (F.FAKE_FOLLOWER_SHARE, Severity.SEVERE)
    assert worst.flags[1].contribution == 0


def test_three_flags_never_enter_the_risk() -> None:
    rec = judge(sponsored_share=0.9, audience={"BR": 0.3}, brand_safety=("guns",))
    assert rec.risk == risk_of()
    assert {flag.contribution for flag in rec.flags} == {0.0}
    assert (rec.verdict, rec.severe) == (Verdict.DECLINE, True)


def test_contributions_add_up_to_the_risk() -> None:
    rec = judge(**OFF)
    assert sum(flag.contribution for flag in rec.flags) == pytest.approx(-math.log((1 - rec.risk) / 0.95))


def test_flags_are_worst_first() -> None:
    rec = judge(**{**OFF, "fake_follower_share": 0.4, "brand_safety": ("guns",)})
    assert [flag.code for flag in rec.flags[:2]] == [F.FAKE_FOLLOWER_SHARE, F.BRAND_SAFETY]
    severities = [flag.severity for flag in rec.flags]
    assert severities == sorted(severities, key=[Severity.SEVERE, Severity.MAJOR, Severity.MINOR].index)
    farther = judge(comment_pod_share=0.9, growth_90d=0.48)
    assert [flag.code for flag in farther.flags] == [F.COMMENT_POD, F.GROWTH_SPIKE]


@pytest.mark.parametrize("gone", [{"comment_pod_share"}, {"views_per_like"}, {"comment_pod_share", "views_per_like"}])
def test_all_that_is_missing_counts_once_as_clear_and_once_as_one_major_flag(gone: set[str]) -> None:
    rec = judge(creator(**dict.fromkeys(gone)))
    assert (rec.risk, rec.risk_low, rec.risk_high) == (risk_of(), rec.risk, risk_of(MAJOR))
    assert rec.confident


def test_a_missing_measure_of_audience_quality_competes_with_the_raised_one() -> None:
    assert judge(fake_follower_share=None).risk_high == risk_of(MAJOR)
    raised = judge(fake_follower_share=None, credibility=0.5)
    assert (raised.risk, raised.risk_high) == (risk_of(MAJOR), risk_of(MAJOR))


def test_what_is_missing_outside_the_fraud_risk_does_not_widen_it() -> None:
    rec = judge(audience={}, sponsored_share=None, brand_safety=None)
    assert rec.risk_high == rec.risk


def test_a_norm_that_is_missing_widens_too() -> None:
    assert judge(creator(market="RU")).risk_high == risk_of(MAJOR)


@pytest.mark.parametrize(("age", "stale"), [(0, False), (30, False), (31, True)])
def test_stale_numbers_widen_as_missing_ones_do_and_are_no_flag(age: int, stale: bool) -> None:
    rec = judge(measured_on=TODAY - timedelta(days=age))
    assert (rec.age_days, rec.stale, rec.flags) == (age, stale, ())
    assert rec.risk_high == (risk_of(MAJOR) if stale else risk_of())
    missing_too = judge(measured_on=TODAY - timedelta(days=age), views_per_like=None)
    assert missing_too.risk_high == risk_of(MAJOR)


def test_an_unknown_age_is_not_stale_and_a_date_to_come_is_a_gap() -> None:
    assert judge(measured_on=None).stale is False
    future = judge(measured_on=TODAY + timedelta(days=1))
    assert (future.measured_on, future.age_days, future.dropped) == (None, None, ("measured_on",))


def test_one_major_flag_and_a_gap_is_a_close_call() -> None:
    rec = judge(growth_14d=0.22, comment_pod_share=None)
    assert (rec.verdict, rec.confident) == (Verdict.PROCEED, False)
    assert judge(growth_14d=0.22).confident


@pytest.mark.parametrize(
    ("match", "verdict", "confident"),
    [(49.9, "decline", False), (50.0, "proceed", False), (59.9, "proceed", False), (60.0, "proceed", True),
     (40.0, "decline", True), (40.1, "decline", False)],
)  # fmt: skip
def test_match_lines(match: float, verdict: str, confident: bool) -> None:
    call = judged((), (), {MatchPart.AUDIENCE: match})
    assert (call.verdict, call.confident) == (verdict, confident)


def test_fifty_is_fifty_whatever_the_floats_say() -> None:
    rec = judge(creator(categories=("Beauty",), audience={"BR": 0.0}, engagement_rate=0.3), fee=None)
    assert rec.match == 50.0


def test_no_match_part_is_no_match_and_never_confident() -> None:
    rec = judge(creator(Metrics(), categories=()), Brief(()), fee=None)
    assert (rec.match, rec.verdict, rec.confident) == (None, Verdict.PROCEED, False)
    assert rec.missing_parts == tuple(MatchPart)
    assert judged((), (), {}).confident is False


@pytest.mark.parametrize(("fee", "part"), [(4500.0, 100), (5625.0, 75), (9000.0, 0), (20_000.0, 0), (0.0, 100)])
def test_price(fee: float, part: float) -> None:
    rec = judge(creator(), replace(BRIEF, tiers=()), fee=fee)
    assert rec.match_parts[MatchPart.PRICE_TIER] == pytest.approx(part)


def test_price_and_tier_share_their_part_and_each_stands_alone() -> None:
    other = replace(BRIEF, tiers=(Tier.NANO,))
    assert judge(brief=other, fee=4500.0).match_parts[MatchPart.PRICE_TIER] == 50
    assert judge(brief=other, fee=None).match_parts[MatchPart.PRICE_TIER] == 0
    neither = judge(brief=replace(BRIEF, tiers=(), budget=None))
    assert neither.missing_parts == (MatchPart.PRICE_TIER,)
    assert neither.match == pytest.approx((35 + 30 * 0.71 + 20) / 0.85)


@pytest.mark.parametrize("fee", [math.nan, math.inf, -1.0])
def test_an_impossible_fee_is_a_said_gap(fee: float) -> None:
    assert judge(fee=fee).dropped == ("fee",)


@pytest.mark.parametrize(("country", "part"), [("BR", 100), ("us", 0), (None, None), ("", None)])
def test_only_the_main_country_known(country: str | None, part: float | None) -> None:
    rec = judge(audience={}, audience_country=country)
    assert rec.match_parts.get(MatchPart.AUDIENCE) == part
    assert F.AUDIENCE_GEO_MISMATCH in rec.unmeasured


def test_sponsored_saturation_lowers_the_match() -> None:
    clean, saturated = judge(), judge(sponsored_share=0.5)
    assert clean.match is not None
    assert saturated.match == pytest.approx(clean.match * 0.9)


def test_a_disputed_flag_is_taken_out() -> None:
    rec = judge(engagement_rate=0.094, growth_14d=0.22, sponsored_share=0.5)
    assert rec.match is not None
    assert (rec.verdict, rec.match_parts[MatchPart.ENGAGEMENT]) == (Verdict.DECLINE, 0)
    normal = without(rec, {F.ENGAGEMENT_OFF_NORM})
    assert (normal.risk, normal.verdict) == (risk_of(MAJOR), Verdict.PROCEED)
    assert normal.match_parts[MatchPart.ENGAGEMENT] == 100
    assert normal.checks == rec.checks
    less = without(rec, {F.SPONSORED_SATURATION})
    assert less.match == pytest.approx(rec.match / 0.9)


def test_a_disputed_audience_moves_nobody() -> None:
    rec = judge(audience={"BR": 0.3})
    assert without(rec, {F.AUDIENCE_GEO_MISMATCH}).match == rec.match


def test_the_next_heaviest_steps_in_when_the_heaviest_is_disputed() -> None:
    rec = judge(fake_follower_share=0.4, credibility=0.5)
    left = without(rec, {F.FAKE_FOLLOWER_SHARE})
    assert left.risk == risk_of(MAJOR)
    flag = flag_of(left, F.LOW_CREDIBILITY)
    assert flag is not None
    assert flag.contribution == pytest.approx(-math.log(0.75))


def test_brand_safety_is_not_disputable() -> None:
    with pytest.raises(ValueError, match="brand safety"):
        without(judge(brand_safety=("guns",)), {F.BRAND_SAFETY})


@pytest.mark.parametrize(
    "numbers",
    [{"base": 1.0}, {"weights": {Severity.MINOR: 0.1}}, {"price_zero": 1.0}, {"parts": {MatchPart.AUDIENCE: 1.0}},
     {"decline_risk": math.nan}],
)  # fmt: skip
def test_numbers_that_make_no_scorecard_are_refused(numbers: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"scorecard|price_zero"):
        Scorecard(**numbers)


@given(st.sets(st.sampled_from(sorted(OFF))), st.sampled_from(sorted(OFF)))
def test_one_flag_more_never_lowers_the_risk(names: set[str], one_more: str) -> None:
    fewer, more = judge(**{n: OFF[n] for n in names}), judge(**{n: OFF[n] for n in names | {one_more}})
    assert more.risk >= fewer.risk
    assert more.risk_high >= fewer.risk_high


@given(st.sets(st.sampled_from(sorted(OFF))), st.sampled_from(sorted(set(OFF) - {"audience"})))
def test_a_missing_metric_never_raises_the_point_and_never_narrows_below_it(names: set[str], gone: str) -> None:
    whole = judge(**{n: OFF[n] for n in names})
    part = judge(**{**{n: OFF[n] for n in names}, gone: None})
    assert part.risk <= whole.risk
    assert part.risk_high >= part.risk


@given(ANY_METRICS, CODES, st.none() | st.floats())
def test_whatever_comes_in_the_numbers_make_sense(metrics: Metrics, codes: set[FlagCode], fee: float | None) -> None:
    rec = judge(creator(metrics), fee=fee)
    assert rec.risk >= 0.05 - 1e-12
    assert rec.risk_low <= rec.risk <= rec.risk_high < 1
    assert rec.match is None or 0 <= rec.match <= 100
    assert all(0 <= value <= 100 for value in rec.match_parts.values())
    assert all(check.measured or not check.off for check in rec.checks)
    less = without(rec, codes)
    assert less.risk <= rec.risk
    assert less.risk_high <= rec.risk_high
    assert (less.match or 0) >= (rec.match or 0)
    assert {flag.code for flag in less.flags} == {flag.code for flag in rec.flags} - codes
    assert without(rec, set()) is rec
    assert without(less, codes) == less


@given(st.permutations(list(judge(**OFF).flags)))
def test_the_order_in_which_flags_come_does_not_matter(flags: list[RiskFlag]) -> None:
    rec = judge(**OFF)
    assert weighed(flags) == rec.flags
    assert judged(flags, (), rec.match_parts) == judged(rec.flags, (), rec.match_parts)


def test_the_scorecard_is_a_value() -> None:
    strict = replace(DEFAULT, decline_risk=0.04)
    assert judged((), (), {MatchPart.CATEGORY: 100.0}, card=strict).verdict is Verdict.DECLINE
