"""Derived metrics and the sieve for impossible numbers."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.features import measured
from scoring.types import Metrics
from tests.scoring.builders import NUMBERS, ODD


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("followers", -5),
        ("followers", math.nan),
        ("engagement_rate", 40.0),
        ("engagement_rate", math.nan),
        ("avg_likes", -1.0),
        ("avg_views", math.inf),
        ("growth_90d", -1.5),
        ("growth_z", math.nan),
        ("credibility", 88.0),
        ("suspicious_share", -0.1),
        ("comment_pod_share", 1.01),
        ("views_per_like", 0.0),
        ("measured_on", date(2027, 1, 1)),
    ],
)
def test_an_impossible_number_becomes_a_said_gap(name: str, value: Any) -> None:
    seen = measured(replace(Metrics(), **{name: value}), "instagram", date(2026, 11, 22))
    assert getattr(seen.metrics, name) is None
    assert seen.dropped == (name,)


def test_nothing_is_dropped_from_what_is_possible_and_given_numbers_stay() -> None:
    given_ = Metrics(followers=100, engagement_rate=0.5, avg_likes=1.0, avg_comments=1.0, comments_per_100_likes=3.0)
    seen = measured(given_, "instagram")
    assert seen.metrics == given_
    assert seen.dropped == ()


def test_engagement_rate_is_average_engagement_else_likes_and_comments_over_followers() -> None:
    both = Metrics(followers=1000, avg_engagement=30.0, avg_likes=10.0, avg_comments=1.0)
    assert measured(both, "instagram").metrics.engagement_rate == 0.03
    video = Metrics(followers=1000, avg_likes=40.0, avg_comments=10.0, avg_shares=900.0, avg_views=400.0)
    for platform in ("youtube", "tiktok", "instagram"):
        assert measured(video, platform).metrics.engagement_rate == 0.05
    assert measured(video, "tiktok").metrics.views_per_like == 10.0
    assert measured(video, "tiktok").metrics.comments_per_100_likes == 25.0


def test_no_followers_no_likes_no_ratio() -> None:
    assert measured(Metrics(followers=0, avg_engagement=30.0), "instagram").metrics.engagement_rate is None
    assert measured(Metrics(avg_likes=0.0, avg_comments=0.0), "tiktok").metrics.comments_per_100_likes is None
    assert measured(Metrics(avg_likes=10.0, avg_views=0.0), "tiktok").dropped == ("avg_views",)


def test_a_rate_that_tiktok_reaches_is_impossible_elsewhere() -> None:
    viral = Metrics(followers=1000, engagement_rate=9.0)
    assert measured(viral, "tiktok").dropped == ()
    assert measured(viral, "instagram").dropped == ("engagement_rate",)
    assert measured(replace(viral, engagement_rate=40.0), "tiktok").dropped == ("engagement_rate",)


def test_audience_shares_that_cannot_be() -> None:
    some = measured(Metrics(audience={"BR": 0.5, "PT": -1.0, "US": math.nan}), "instagram")
    assert some.metrics.audience == {"BR": 0.5}
    assert some.dropped == ("audience.PT", "audience.US")
    whole = measured(Metrics(audience={"BR": 0.9, "PT": 0.9}), "instagram")
    assert (whole.metrics.audience, whole.dropped) == ({}, ("audience",))


@given(st.fixed_dictionaries(dict.fromkeys(NUMBERS, ODD)), st.sampled_from(["instagram", "TikTok", "youtube", ""]))
def test_what_is_left_is_finite_and_every_loss_is_named(values: dict[str, Any], platform: str) -> None:
    seen = measured(Metrics(**values), platform)
    for name, value in values.items():
        left = getattr(seen.metrics, name)
        assert left is None or (math.isfinite(left) and left >= -1e6)
        if value is not None and left != value:
            assert name in seen.dropped
    assert measured(seen.metrics, platform).metrics == seen.metrics


def test_a_ratio_to_next_to_nothing_says_nothing() -> None:
    assert (
        measured(Metrics(avg_likes=5e-324, avg_views=1.0, avg_comments=1.0), "instagram").metrics.views_per_like is None
    )


def test_comments_switched_off_are_no_comments_measured() -> None:
    seen = Metrics(followers=1000, avg_likes=50.0, avg_comments=0.0)
    assert measured(seen, "youtube").metrics.comments_per_100_likes is None
    assert measured(seen, "instagram").metrics.comments_per_100_likes == 0
