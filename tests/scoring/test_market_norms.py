"""Market norms of experts: when one begins, how it fades, what ends it, and what it leaves of a warning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring import market_norms
from scoring.beta import above
from scoring.market_norms import (
    FLOOR,
    HALF_LIFE,
    MarketNorm,
    Scope,
    State,
    Tally,
    Vote,
    Why,
    Word,
    book,
    count,
    ends,
    fades_at,
    following,
    measure_of,
)
from scoring.recommend import recommend, without
from scoring.record import recommendation_from_json, recommendation_to_json
from scoring.types import Band, FlagCode, MatchPart, Recommendation, RiskFlag, Severity, Tier, Verdict
from tests.scoring.builders import BRIEF, NORMS, TODAY, creator

NOW = datetime(2026, 11, 24, tzinfo=UTC)
F = FlagCode


def vote(person: str = "bia", campaign: str = "aurora", word: Word = Word.NORMAL, **more: object) -> Vote:
    value = None if word is Word.CONFIRMED else 0.22
    return replace(Vote(person, campaign, word, NOW, value), **more)  # type: ignore[arg-type]


def votes(normal: int, fraud: int = 0, *, people: int = 2, campaigns: int = 2) -> list[Vote]:
    words = [Word.NORMAL] * normal + [Word.FRAUD] * fraud
    return [vote(f"e{i % people}", f"c{i % campaigns}", word) for i, word in enumerate(words)]


def state_of(said: Sequence[Vote], before: State = State.FORMING) -> State:
    return following(before, count(said, NOW))[0]


@given(st.floats(0.05, 0.95), st.floats(0.2, 60), st.floats(0.2, 60))
def test_the_tail_is_scipys(line: float, a: float, b: float) -> None:
    from scipy.special import betainc

    assert above(line, a, b) == pytest.approx(1.0 - betainc(a, b, line), abs=1e-11)


def test_scoring_starts_without_scipy() -> None:
    import subprocess
    import sys

    code = "import sys, scoring.recommend, scoring.market_norms; assert not {'scipy', 'sklearn'} & set(sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(("normal", "fraud"), [(4, 0), (6, 1), (8, 2)])
def test_so_many_are_enough(normal: int, fraud: int) -> None:
    assert state_of(votes(normal, fraud)) is State.ACTIVE


@pytest.mark.parametrize(("normal", "fraud"), [(3, 0), (4, 1), (5, 1), (7, 2), (8, 3)])
def test_so_many_are_not(normal: int, fraud: int) -> None:
    assert state_of(votes(normal, fraud)) is State.FORMING


def test_one_expert_or_one_campaign_makes_no_norm_however_often() -> None:
    assert state_of(votes(20, people=1)) is State.FORMING
    assert state_of(votes(20, campaigns=1)) is State.FORMING


def test_one_normal_and_the_lead_are_enough() -> None:
    said = [vote(), vote("zoe", word=Word.CONFIRMED)]
    assert state_of(said[:1]) is State.FORMING
    assert state_of(said[1:]) is State.FORMING, "a lead alone has no case"
    assert state_of(said) is State.ACTIVE
    assert count(said, NOW).factor == 0.5


def test_a_lead_does_not_outvote_what_speaks_against() -> None:
    said = [vote(), vote("zoe", word=Word.CONFIRMED)]
    assert state_of([*said, vote("c", word=Word.FRAUD)]) is State.ACTIVE
    assert state_of([*said, *votes(0, 3)]) is State.FORMING


def test_blind_ones_count_double() -> None:
    two = [vote(blind=True), vote("caio", "luma", blind=True)]
    assert state_of(two) is State.ACTIVE
    assert count(two, NOW).cases == 2


def test_confirmed_fraud_turns_a_case_and_three_of_four_end_the_norm() -> None:
    said = votes(4)
    states = []
    for turned in range(1, 4):
        turned_ones = [replace(v, turned=i < turned) for i, v in enumerate(said)]
        states.append(following(State.ACTIVE, count(turned_ones, NOW)))
    assert states == [(State.ACTIVE, None), (State.ACTIVE, None), (State.RETIRED, Why.AGAINST)]


def test_when_its_only_case_was_fraud_the_leads_word_does_not_hold_it() -> None:
    said = [vote(turned=True), vote("zoe", word=Word.CONFIRMED)]
    assert following(State.ACTIVE, count(said, NOW)) == (State.RETIRED, Why.AGAINST)


def test_it_reaches_to_the_most_extreme_value_that_stands() -> None:
    said = [vote(value=0.2), vote(value=0.5, turned=True), vote(value=0.3), vote(word=Word.FRAUD, value=0.9)]
    assert count(said, NOW).reach == 0.3
    assert count(said, NOW, above_band=False).reach == 0.2


def test_it_fades_and_is_retired_when_hardly_anything_is_left() -> None:
    now = count(votes(4), NOW)
    assert now.later(NOW + HALF_LIFE).for_ == pytest.approx(2.0)
    end = fades_at(now)
    assert following(State.ACTIVE, now.later(end - timedelta(hours=1)))[0] is State.ACTIVE
    assert following(State.ACTIVE, now.later(end + timedelta(hours=1))) == (State.RETIRED, Why.FADED)
    later = count(votes(4), end + timedelta(hours=1))
    assert later.effective == pytest.approx(now.later(end + timedelta(hours=1)).effective), "two ways to the same"


def test_a_rejected_one_stays_rejected() -> None:
    assert state_of(votes(40), State.REJECTED) is State.REJECTED


_VOTES = st.lists(
    st.builds(
        Vote,
        person=st.sampled_from("abc"),
        campaign=st.sampled_from("xyz"),
        word=st.sampled_from(Word),
        at=st.integers(0, 700).map(lambda days: NOW - timedelta(days=days)),
        value=st.floats(0.1, 2.0),
        blind=st.booleans(),
        turned=st.booleans(),
    ),
    max_size=12,
)
_ONE_MORE = st.builds(
    Vote, person=st.sampled_from("abcd"), campaign=st.sampled_from("xyz"), word=st.just(Word.NORMAL),
    at=st.just(NOW), value=st.floats(0.1, 2.0), blind=st.booleans(),
)  # fmt: skip


@given(_VOTES, _ONE_MORE)
def test_one_more_normal_never_weakens_and_one_more_fraud_never_strengthens(said: list[Vote], more: Vote) -> None:
    before, after = count(said, NOW), count([*said, more], NOW)
    worse = count([*said, replace(more, word=Word.FRAUD)], NOW)
    assert worse.probability <= before.probability <= after.probability + 1e-12
    assert after.factor <= before.factor <= worse.factor
    if market_norms.begins(before):
        assert market_norms.begins(after)
    if market_norms.begins(worse):
        assert market_norms.begins(before)
    if ends(before) is None:
        assert ends(after) is None


@given(_VOTES)
def test_what_is_left_of_a_warning_is_never_under_thirty_percent_nor_over_half(said: list[Vote]) -> None:
    assert FLOOR <= count(said, NOW).factor <= 0.5


@given(_VOTES, st.integers(0, 2000))
def test_time_alone_makes_no_norm_and_takes_from_each(said: list[Vote], days: int) -> None:
    now = count(said, NOW)
    later = now.later(NOW + timedelta(days=days))
    assert later.factor >= now.factor
    assert later.effective <= now.effective
    if days > 0 and ends(now) is not None:
        assert ends(later) is not None
    if market_norms.begins(later):
        assert market_norms.begins(now)


@given(_VOTES)
def test_turning_a_case_never_helps(said: list[Vote]) -> None:
    clean = [replace(v, turned=False) for v in said]
    assert count(said, NOW).probability <= count(clean, NOW).probability + 1e-12


# Applying it


def norm(flag: FlagCode = F.GROWTH_SPIKE, measure: str = "above.14", reach: float = 0.24, **more: object) -> MarketNorm:
    made = MarketNorm("nm_1", "instagram", "BR", flag, measure, reach, 0.4, 5)
    return replace(made, **more)  # type: ignore[arg-type]


def judged(*norms: MarketNorm, categories: tuple[str, ...] = ("Beauty",), **metrics: object) -> Recommendation:
    who = replace(creator(**metrics), categories=categories)
    return recommend(who, BRIEF, NORMS, accepted=book(norms), today=TODAY)


def test_the_warning_weighs_less_stays_and_says_why() -> None:
    plain, rec = judged(growth_14d=0.22), judged(norm(), growth_14d=0.22)
    assert (plain.risk, rec.risk) == (pytest.approx(1 - 0.95 * 0.75), pytest.approx(1 - 0.95 * 0.9))
    (flag,) = rec.flags
    assert flag.severity is Severity.MAJOR and flag.eased is not None
    assert (flag.eased.norm_id, flag.eased.factor, flag.eased.reach, flag.eased.cases) == ("nm_1", 0.4, 0.24, 5)
    assert recommendation_from_json(recommendation_to_json(rec)) == rec
    assert plain.eased == ()


def test_two_warnings_of_which_one_is_normal_no_longer_decline() -> None:
    numbers = {"growth_14d": 0.22, "comment_pod_share": 0.34}
    assert judged(**numbers).verdict is Verdict.DECLINE
    assert judged(norm(), **numbers).verdict is Verdict.PROCEED


@pytest.mark.parametrize(
    "other",
    [
        norm(reach=0.21),
        norm(measure="above.90"),
        norm(measure="below.14"),
        norm(market="RU"),
        norm(platform="youtube"),
        norm(flag=F.COMMENT_POD, measure="above"),
        norm(scope=Scope(tier=Tier.MEGA)),
        norm(scope=Scope(category="gaming")),
        norm(scope=Scope(months=(1, 2))),
    ],
)
def test_what_was_not_called_normal_weighs_as_before(other: MarketNorm) -> None:
    assert judged(other, growth_14d=0.22) == judged(growth_14d=0.22)


def test_a_norm_that_was_narrowed_holds_for_its_own() -> None:
    scope = Scope(Tier.MID, "beauty", (11,))
    assert judged(norm(scope=scope), growth_14d=0.22).eased


def test_the_other_side_of_the_band_is_another_matter() -> None:
    low = norm(F.ENGAGEMENT_OFF_NORM, "below", 0.001)
    assert judged(low, engagement_rate=0.3) == judged(engagement_rate=0.3)
    assert judged(low, engagement_rate=0.002).eased


def test_the_match_loses_only_what_is_left() -> None:
    rec = judged(norm(F.ENGAGEMENT_OFF_NORM, "above", 0.3), engagement_rate=0.3)
    assert rec.match_parts[MatchPart.ENGAGEMENT] == pytest.approx(60.0)
    full = judged(sponsored_share=0.5).match
    rec = judged(norm(F.SPONSORED_SATURATION, "above", 0.5), sponsored_share=0.5)
    assert full is not None and rec.match == pytest.approx(full / 0.9 * (1 - 0.1 * 0.4))


def test_a_severe_warning_stays_severe() -> None:
    rec = judged(norm(F.FAKE_FOLLOWER_SHARE, "above", 0.5), fake_follower_share=0.4)
    assert rec.verdict is Verdict.DECLINE and rec.risk == pytest.approx(1 - 0.95 * 0.8)


def test_the_heaviest_of_the_audience_measures_is_the_heaviest_after_easing() -> None:
    numbers = {"fake_follower_share": 0.4, "credibility": 0.4}
    rec = judged(norm(F.FAKE_FOLLOWER_SHARE, "above", 0.5, factor=0.3), **numbers)
    assert rec.risk == pytest.approx(1 - 0.95 * 0.75)
    assert {f.code for f in rec.flags if f.contribution} == {F.LOW_CREDIBILITY}


def test_brand_safety_and_the_briefs_own_minimum_are_never_normal() -> None:
    assert measure_of(RiskFlag(F.BRAND_SAFETY, None, None, Severity.SEVERE, 0.0)) is None
    assert measure_of(RiskFlag(F.AUDIENCE_GEO_MISMATCH, 0.1, Band(0.6, None), Severity.MINOR, 0.0)) is None


@given(st.floats(0, 1))
def test_no_norm_takes_more_than_seventy_percent(factor: float) -> None:
    (flag,) = judged(norm(factor=factor), growth_14d=0.22).flags
    assert flag.eased is not None and flag.eased.factor >= FLOOR


def test_what_an_expert_disputes_goes_and_the_rest_keeps_its_norm() -> None:
    rec = judged(norm(), growth_14d=0.22, comment_pod_share=0.34)
    left = without(rec, {F.COMMENT_POD})
    assert left.risk == pytest.approx(1 - 0.95 * 0.9)
    assert without(rec, {F.GROWTH_SPIKE}).risk == pytest.approx(1 - 0.95 * 0.75)


def test_a_tally_counts_what_people_see() -> None:
    said = [*votes(3), vote("gil", turned=True), vote("oleg", word=Word.FRAUD), vote("zoe", word=Word.CONFIRMED)]
    tally = count(said, NOW)
    assert (tally.cases, tally.opposed, tally.turned, tally.experts, tally.campaigns) == (3, 2, 1, 2, 2)
    assert (tally.for_, tally.against, tally.confirmed) == (4.0, 2.0, True)
    assert isinstance(tally, Tally)
