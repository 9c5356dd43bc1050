"""The default policy, rule by rule, and what holds for whatever comes in."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.routing import (
    BUILT,
    DEFAULT_POLICY,
    Fact,
    Routed,
    comparable_fee,
    facts_of,
    route,
    stakes_of,
)
from bot.core.types import Campaign, Candidate, DecisionType, OnDeadline, Route, Stakes
from scoring.types import FlagCode, Recommendation, Severity, Verdict
from tests import factories as f

SEVERE = f.flag(FlagCode.FAKE_FOLLOWER_SHARE, severity=Severity.SEVERE)
UNSAFE = f.flag(FlagCode.BRAND_SAFETY, severity=Severity.SEVERE, value=None, norm=None, found=("casino",))
SURE_NO = f.declines(confident=True)
LOW = f.campaign(stakes=Stakes.LOW)
DISCOVERY = f.campaign(type=DecisionType.DISCOVERY)
HIGH = f.campaign(stakes=Stakes.HIGH)


class Fixed(Random):
    """Draws what it is told to."""

    def __init__(self, value: float) -> None:
        super().__init__()
        self.value = value

    def random(self) -> float:
        return self.value


UNDRAWN, DRAWN = Fixed(0.999), Fixed(0.0)


def routed(
    campaign: Campaign | None = None,
    rec: Recommendation | None = None,
    *,
    rng: Random = UNDRAWN,
    trusted: bool = False,
    capped: bool = False,
    **candidate: object,
) -> Routed:
    return route(
        campaign or f.campaign(), f.candidate(**candidate), rec or f.proceeds(), rng, trusted=trusted, capped=capped
    )


def went(found: Routed) -> tuple[Route, str, int]:
    return found.wanted, found.rule, found.number


# Rule by rule


@pytest.mark.parametrize("rec", [f.proceeds(), f.declines()])
def test_1_anomalies_go_to_an_expert(rec: Recommendation) -> None:
    campaign = f.campaign(type=DecisionType.ANOMALY, stakes=Stakes.LOW)
    assert went(routed(campaign, rec, past_outcome="signed", trusted=True)) == (Route.EXPERT, "anomaly", 1)


@pytest.mark.parametrize("campaign", [LOW, DISCOVERY, HIGH, f.campaign()])
@pytest.mark.parametrize("rec", [f.proceeds(flags=(UNSAFE,)), f.declines(flags=(UNSAFE,), confident=True)])
def test_1_brand_safety_goes_to_an_expert_whoever_vouches(campaign: Campaign, rec: Recommendation) -> None:
    assert went(routed(campaign, rec, past_outcome="signed", trusted=True)) == (Route.EXPERT, "brand_safety", 1)


@pytest.mark.parametrize("outcome", ["signed", "on_plan", "above_plan"])
def test_2_proven_partners_are_fast(outcome: str) -> None:
    assert went(routed(past_outcome=outcome)) == (Route.FAST_TRACK, "fast_track", 2)


def test_2_trusted_referrals_are_fast() -> None:
    assert went(routed(trusted=True, referred_by="Nina")) == (Route.FAST_TRACK, "fast_track", 2)
    assert routed(trusted=False, referred_by="Nina").wanted is Route.EXPERT


def test_2_a_decline_is_never_fast_and_an_expert_has_half_a_day() -> None:
    for known in ({"past_outcome": "on_plan"}, {"past_outcome": "below_plan"}, {"trusted": True}):
        found = routed(rec=SURE_NO, **known)  # type: ignore[arg-type]
        assert went(found) == (Route.EXPERT, "known_declined", 2)
        assert found.window == timedelta(hours=12)
    assert routed(f.campaign(window=timedelta(hours=6)), SURE_NO, trusted=True).window == timedelta(hours=6)


@pytest.mark.parametrize("barred", [{"campaign": HIGH}, {"rec": f.proceeds(flags=(SEVERE,))}, {"strategic": True}])
def test_2_neither_high_stakes_nor_severe_flags_are_fast(barred: dict[str, object]) -> None:
    assert routed(trusted=True, past_outcome="signed", **barred).wanted in (Route.EXPERT, Route.PANEL)  # type: ignore[arg-type]


def test_2_the_cap_is_the_referrers_and_not_the_partners() -> None:
    assert routed(trusted=True, capped=True).wanted is Route.EXPERT
    assert routed(trusted=True, capped=True, past_outcome="on_plan").wanted is Route.FAST_TRACK


def test_2_a_bad_outcome_is_no_fast_track() -> None:
    assert routed(past_outcome="below_plan").wanted is Route.EXPERT
    assert routed(past_outcome="lost_slow").wanted is Route.EXPERT


def test_3_high_stakes_want_a_panel_and_get_an_expert_until_there_is_one() -> None:
    found = routed(HIGH)
    assert went(found) == (Route.PANEL, "high_stakes", 3)
    assert found.route is Route.EXPERT


def test_3_severe_flags_go_to_an_expert_even_in_a_scan() -> None:
    assert went(routed(DISCOVERY, f.declines(flags=(SEVERE,), confident=True))) == (Route.EXPERT, "severe", 3)


@pytest.mark.parametrize("campaign", [LOW, DISCOVERY])
@pytest.mark.parametrize("rec", [f.proceeds(), SURE_NO])
def test_4_a_confident_ai_decides_low_stakes_and_scans(campaign: Campaign, rec: Recommendation) -> None:
    found = routed(campaign, rec)
    assert went(found) == (Route.AI, "baseline_ai", 4)
    assert found.propensity == pytest.approx(0.95)


def test_4_one_in_twenty_is_looked_at_blind() -> None:
    found = routed(LOW, rng=DRAWN)
    assert went(found) == (Route.BLIND, "audit_sample", 4)
    assert found.route is Route.EXPERT
    assert found.propensity == pytest.approx(0.05)


def test_4_an_unsure_ai_asks() -> None:
    assert went(routed(LOW, f.proceeds(confident=False))) == (Route.EXPERT, "default", 5)


def test_4_past_fraud_is_always_looked_at() -> None:
    assert went(routed(LOW, past_outcome="fraud")) == (Route.EXPERT, "default", 5)
    assert went(routed(LOW, past_outcome="fraud", trusted=True)) == (Route.EXPERT, "default", 5)


def test_5_the_rest_goes_to_an_expert_and_one_in_five_blind() -> None:
    seen, blind = routed(), routed(rng=DRAWN)
    assert went(seen) == (Route.EXPERT, "default", 5)
    assert went(blind) == (Route.BLIND, "default", 5)
    assert (seen.propensity, blind.propensity) == (pytest.approx(0.8), pytest.approx(0.2))


# Stakes, fees, deadlines


@pytest.mark.parametrize(
    ("fee", "currency", "high"),
    [(5000, "EUR", False), (5001, "EUR", True), (5001, None, True), (9000, "USD", False), (None, "EUR", False)],
)
def test_a_fee_above_the_line_makes_the_stakes_high(fee: float | None, currency: str | None, *, high: bool) -> None:
    campaign = f.campaign(fee_line=5000, stakes=Stakes.LOW)
    candidate = f.candidate(fee=fee, currency=currency)
    assert stakes_of(campaign, candidate) is (Stakes.HIGH if high else Stakes.LOW)
    assert routed(campaign, fee=fee, currency=currency).stakes is stakes_of(campaign, candidate)
    assert comparable_fee(campaign, candidate) == (None if currency == "USD" else fee)


def test_a_strategic_creator_is_high_stakes_in_any_campaign() -> None:
    assert routed(LOW, strategic=True).stakes is Stakes.HIGH


@pytest.mark.parametrize(
    ("own", "stakes", "wanted"),
    [
        (None, Stakes.LOW, OnDeadline.FOLLOW_AI),
        (None, Stakes.MEDIUM, OnDeadline.FOLLOW_AI),
        (None, Stakes.HIGH, OnDeadline.HOLD),
        (OnDeadline.DECLINE, Stakes.HIGH, OnDeadline.DECLINE),
        (OnDeadline.FOLLOW_AI, Stakes.HIGH, OnDeadline.FOLLOW_AI),
        (OnDeadline.HOLD, Stakes.LOW, OnDeadline.HOLD),
    ],
)
def test_what_happens_at_the_deadline(own: OnDeadline | None, stakes: Stakes, wanted: OnDeadline) -> None:
    assert routed(f.campaign(on_deadline=own, stakes=stakes)).on_deadline is wanted


# Whatever comes

campaigns = st.builds(
    lambda kind, stakes, line, own, hours: f.campaign(
        type=kind, stakes=stakes, fee_line=line, on_deadline=own, window=timedelta(hours=hours)
    ),
    st.sampled_from(list(DecisionType)),
    st.sampled_from(list(Stakes)),
    st.none() | st.floats(0, 10_000),
    st.none() | st.sampled_from(list(OnDeadline)),
    st.integers(1, 96),
)
candidates = st.builds(
    lambda fee, currency, referrer, strategic, outcome: f.candidate(
        fee=fee, currency=currency, referred_by=referrer, strategic=strategic, past_outcome=outcome
    ),
    st.none() | st.floats(0, 10_000),
    st.sampled_from([None, "EUR", "USD"]),
    st.sampled_from([None, "Nina", "U0BIA00001"]),
    st.booleans(),
    st.sampled_from([None, "signed", "on_plan", "above_plan", "below_plan", "fraud", "lost", "lost_slow"]),
)
recommendations = st.builds(
    lambda verdict, confident, flags: f.declines(verdict=verdict, confident=confident, flags=tuple(flags)),
    st.sampled_from(list(Verdict)),
    st.booleans(),
    st.lists(st.sampled_from([SEVERE, UNSAFE, f.flag()]), unique=True, max_size=3),
)


@given(campaigns, candidates, recommendations, st.booleans(), st.booleans(), st.integers(0, 999))
def test_every_candidate_has_exactly_one_owner_and_the_first_rule_wins(
    campaign: Campaign, candidate: Candidate, rec: Recommendation, trusted: bool, capped: bool, seed: int
) -> None:
    found = route(campaign, candidate, rec, Random(seed), trusted=trusted, capped=capped)
    facts = facts_of(campaign, candidate, rec, trusted=trusted, capped=capped)
    first = next(r for r in DEFAULT_POLICY if r.holds(facts))
    assert found.number == first.number
    assert found.rule in (first.code, first.sample_code)
    assert found.route in BUILT
    assert found.route is (found.wanted if found.wanted in BUILT else Route.EXPERT)
    assert 0 < found.propensity <= 1
    assert found.window <= campaign.window
    safe = not any(flag.code is FlagCode.BRAND_SAFETY for flag in rec.flags)
    if found.route in (Route.AI, Route.FAST_TRACK):
        assert safe
        assert not rec.severe
        assert found.stakes is not Stakes.HIGH
        assert candidate.past_outcome != "fraud"
        assert campaign.type is not DecisionType.ANOMALY
    if found.route is Route.FAST_TRACK:
        assert rec.verdict is Verdict.PROCEED
        assert candidate.past_outcome in ("signed", "on_plan", "above_plan") or (trusted and not capped)
    if found.route is Route.AI:
        assert rec.confident
        assert campaign.type is DecisionType.DISCOVERY or campaign.stakes is Stakes.LOW
    if campaign.on_deadline is None:
        assert (found.on_deadline is OnDeadline.HOLD) == (found.stakes is Stakes.HIGH)


@given(st.sets(st.sampled_from(list(Fact))))
def test_some_rule_holds_whatever_is_true(facts: set[Fact]) -> None:
    assert any(r.holds(facts) for r in DEFAULT_POLICY)


def test_the_policys_codes_and_numbers_are_in_order() -> None:
    assert [r.number for r in DEFAULT_POLICY] == sorted(r.number for r in DEFAULT_POLICY)
    assert len({r.code for r in DEFAULT_POLICY}) == len(DEFAULT_POLICY)


@pytest.mark.parametrize(("campaign", "share", "wanted"), [(LOW, 0.05, Route.BLIND), (f.campaign(), 0.20, Route.BLIND)])
def test_samples_are_as_large_as_they_say(campaign: Campaign, share: float, wanted: Route) -> None:
    """Within four standard errors of a binomial; seeded, so it does not flicker."""
    rng, n = Random(7), 4000
    drawn = Counter(routed(campaign, rng=rng).wanted for _ in range(n))
    assert abs(drawn[wanted] - n * share) < 4 * (n * share * (1 - share)) ** 0.5


def test_the_same_seed_draws_the_same() -> None:
    one, two = Random(3), Random(3)
    assert [routed(rng=one) for _ in range(50)] == [routed(rng=two) for _ in range(50)]


def test_what_is_certain_is_not_drawn() -> None:
    rng = Random(1)
    before = rng.getstate()
    assert routed(HIGH, rng=rng).propensity == 1.0
    assert rng.getstate() == before


def test_the_recommendation_is_not_asked_about_facts_that_it_does_not_have() -> None:
    facts = facts_of(f.campaign(), replace(f.candidate(), past_outcome=None), f.proceeds(), trusted=False)
    assert facts == {Fact.AI_PROCEEDS, Fact.CONFIDENT}
