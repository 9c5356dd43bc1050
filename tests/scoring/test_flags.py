"""Every flag on and off at its line, and what it carries for its sentence."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from scoring.lines import DEFAULT_LINES, Lines, Scope
from scoring.norms import NormTable
from scoring.types import Brief, FlagCode, Metrics, Severity, Tier
from tests.scoring.builders import BRIEF, CLEAN, creator, flag_of, judge

F, S = FlagCode, Severity
NEXT = 1e-6
FORTNIGHT = 1.47 ** ((14 / 90) ** 0.5) - 1


@pytest.mark.parametrize(
    ("metric", "on_the_line", "beyond", "code", "severity"),
    [
        ("engagement_rate", 0.068, 0.068 + NEXT, F.ENGAGEMENT_OFF_NORM, S.MAJOR),
        ("engagement_rate", 0.021, 0.021 - NEXT, F.ENGAGEMENT_OFF_NORM, S.MAJOR),
        ("growth_z", 4.0, 4.0 + NEXT, F.GROWTH_SPIKE, S.MAJOR),
        ("growth_90d", 0.47, 0.47 + NEXT, F.GROWTH_SPIKE, S.MAJOR),
        ("growth_14d", FORTNIGHT, FORTNIGHT + NEXT, F.GROWTH_SPIKE, S.MAJOR),
        ("credibility", 0.75, 0.75 - NEXT, F.LOW_CREDIBILITY, S.MAJOR),
        ("suspicious_share", 0.25, 0.25 + NEXT, F.SUSPICIOUS_AUDIENCE, S.MAJOR),
        ("fake_follower_share", 0.20, 0.20 + NEXT, F.FAKE_FOLLOWER_SHARE, S.MAJOR),
        ("fake_follower_share", 0.20, 0.35, F.FAKE_FOLLOWER_SHARE, S.MAJOR),
        ("fake_follower_share", 0.20, 0.35 + NEXT, F.FAKE_FOLLOWER_SHARE, S.SEVERE),
        ("comments_per_100_likes", 0.5, 0.5 - NEXT, F.COMMENT_LIKE_RATIO, S.MINOR),
        ("comments_per_100_likes", 5.0, 5.0 + NEXT, F.COMMENT_LIKE_RATIO, S.MINOR),
        ("views_per_like", 2.0, 2.0 - NEXT, F.VIEWS_PER_LIKE, S.MINOR),
        ("views_per_like", 10.0, 10.0 + NEXT, F.VIEWS_PER_LIKE, S.MINOR),
        ("comment_pod_share", 0.25, 0.25 + NEXT, F.COMMENT_POD, S.MAJOR),
        ("audience", {"BR": 0.6}, {"BR": 0.6 - NEXT}, F.AUDIENCE_GEO_MISMATCH, S.MINOR),
        ("sponsored_share", 0.20, 0.20 + NEXT, F.SPONSORED_SATURATION, S.MINOR),
        ("brand_safety", (), ("alcohol",), F.BRAND_SAFETY, S.SEVERE),
    ],
)
def test_a_flag_is_off_on_its_line_and_raised_beyond_it(
    metric: str, on_the_line: Any, beyond: Any, code: FlagCode, severity: Severity
) -> None:
    assert judge(**{metric: on_the_line}).flags == ()
    raised = judge(**{metric: beyond}).flags
    assert [(flag.code, flag.severity) for flag in raised] == [(code, severity)]


@pytest.mark.parametrize(
    ("followers", "line"), [(9_999, 0.15), (49_999, 0.15), (499_999, 0.20), (999_999, 0.25), (1_000_000, 0.35)]
)
def test_sponsored_posts_are_judged_by_tier(followers: int, line: float) -> None:
    for share, off in ((line, False), (line + NEXT, True)):
        rec = judge(followers=followers, sponsored_share=share, norms=NormTable())
        flag = flag_of(rec, F.SPONSORED_SATURATION)
        assert (flag is not None) is off


def test_a_missing_metric_is_never_a_flag() -> None:
    rec = judge(creator(Metrics()), Brief(("BR",)))
    assert rec.flags == ()
    assert set(rec.unmeasured) == set(FlagCode)


def test_checks_come_in_the_order_of_the_codes() -> None:
    assert [check.code for check in judge().checks] == list(FlagCode)


def test_growth_tells_the_window_that_is_off_and_days_before_z() -> None:
    flag = flag_of(judge(growth_14d=0.22, growth_z=9.0), F.GROWTH_SPIKE)
    assert flag is not None
    assert flag.norm is not None
    assert flag.norm.high is not None
    assert (flag.value, flag.window, round(flag.norm.high, 3)) == (0.22, 14, 0.164)
    quarter = flag_of(judge(growth_14d=0.01, growth_90d=0.6), F.GROWTH_SPIKE)
    assert quarter is not None
    assert (quarter.value, quarter.window) == (0.6, 90)
    jump = flag_of(judge(growth_14d=None, growth_90d=None, growth_z=5.0), F.GROWTH_SPIKE)
    assert jump is not None
    assert (jump.value, jump.window) == (5.0, None)


def test_the_fortnight_follows_the_quarter_unless_it_is_set() -> None:
    assert round(Lines(growth_90d=0.2).fortnight, 4) == round(1.2 ** ((14 / 90) ** 0.5) - 1, 4)
    assert Lines(growth_14d=0.09).fortnight == 0.09


def test_fake_followers_carry_their_sample() -> None:
    flag = flag_of(judge(fake_follower_share=0.24), F.FAKE_FOLLOWER_SHARE)
    assert flag is not None
    assert (flag.value, flag.sample) == (0.24, 500)


def test_engagement_carries_the_market_and_the_number_of_creators() -> None:
    rec = judge(engagement_rate=0.094)
    (flag,) = rec.flags
    assert flag.norm is not None
    assert (flag.norm.market, flag.norm.creators, flag.norm.low, flag.norm.high) == ("BR", 412, 0.021, 0.068)
    assert rec.similar == 412


def test_a_category_with_a_norm_of_its_own_is_judged_by_it() -> None:
    rec = judge(creator(engagement_rate=0.094, categories=("Beauty", "Humor")))
    assert rec.flags == ()
    assert rec.similar == 25


def test_without_a_norm_engagement_is_seen_but_not_measured() -> None:
    rec = judge(creator(market="RU", engagement_rate=0.9))
    check = rec.checks[0]
    assert (check.value, check.norm, check.measured, check.off) == (0.9, None, False, False)
    assert rec.similar is None


@pytest.mark.parametrize(
    ("audience", "share"),
    [
        ({"BR": 0.5, "US": 0.2}, 0.5),
        ({"br": 0.7}, 0.7),
        ({"US": 0.5}, 0.0),
        ({"US": 0.2}, None),
        ({}, None),
    ],
)
def test_audience_share_is_known_only_where_enough_is_listed(audience: dict[str, float], share: float | None) -> None:
    check = judge(audience=audience).checks[list(F).index(F.AUDIENCE_GEO_MISMATCH)]
    assert check.value == share
    assert check.measured is (share is not None)


def test_without_a_minimum_the_audience_is_never_off() -> None:
    rec = judge(creator(audience={"US": 0.9}), replace(BRIEF, min_audience=None))
    assert F.AUDIENCE_GEO_MISMATCH not in {flag.code for flag in rec.flags}


def test_avoid_words_are_looked_up_in_the_text_and_counted() -> None:
    brief = replace(BRIEF, avoid=("ставки", "casino"))
    rec = judge(creator(text="Ставка! СТАВОК нет. Casinos", brand_safety=("alcohol", "alcohol")), brief)
    (flag,) = rec.flags
    assert (flag.found, flag.counts) == (("alcohol", "ставки", "casino"), (2, 2, 1))
    assert (flag.severity, flag.contribution, flag.disputable) == (S.SEVERE, 0.0, False)


@pytest.mark.parametrize(
    ("scan", "avoid", "text", "looked"),
    [
        (None, (), "text", False),
        (None, ("casino",), "", False),
        (None, ("casino",), "text", True),
        ((), (), "", True),
    ],
)
def test_brand_safety_is_clear_only_when_somebody_looked(
    scan: tuple[str, ...] | None, avoid: tuple[str, ...], text: str, looked: bool
) -> None:
    rec = judge(creator(brand_safety=scan, text=text), replace(BRIEF, avoid=avoid))
    assert rec.flags == ()
    assert (F.BRAND_SAFETY in rec.unmeasured) is not looked


def test_overrides_hold_where_they_say_and_the_narrower_wins() -> None:
    lines = Lines(
        overrides={
            Scope("instagram", "BR"): {"comment_pod": 0.4},
            Scope(market="BR"): {"comment_pod": 0.3, "credibility": 0.5},
            Scope(tier=Tier.NANO): {"comment_pod": 0.9},
        }
    )
    assert lines.for_("Instagram", "br", Tier.MID).comment_pod == 0.4
    assert lines.for_("instagram", "BR", Tier.MID).credibility == 0.5
    assert lines.for_("tiktok", "BR", Tier.MID).comment_pod == 0.3
    assert lines.for_("tiktok", "RU", Tier.NANO).comment_pod == 0.9
    assert judge(comment_pod_share=0.39, lines=lines).flags == ()


def test_tiers_can_differ_by_market() -> None:
    lines = Lines(overrides={Scope(market="BR"): {"tiers": (1, 2, 3, 4)}})
    rec = judge(sponsored_share=0.34, lines=lines, norms=NormTable())
    assert rec.flags == ()


def test_a_line_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="no such line: credibilty"):
        Lines(overrides={Scope(): {"credibilty": 0.5}})
    with pytest.raises(ValueError, match="tier"):
        Lines(overrides={Scope(tier=Tier.MID): {"tiers": (1, 2, 3, 4)}})


def test_video_platforms_have_measured_lines_and_plain_lines_are_the_table() -> None:
    assert DEFAULT_LINES.for_("youtube", "US", Tier.MEGA).views_per_like == (9.0, 220.0)
    assert DEFAULT_LINES.for_("instagram", "US", Tier.MEGA).views_per_like == (2.0, 10.0)
    assert Lines().for_("youtube", "US", Tier.MEGA).views_per_like == (2.0, 10.0)
    video = creator(CLEAN, platform="youtube", views_per_like=33.0, comments_per_100_likes=5.5)
    assert judge(video).flags == ()
