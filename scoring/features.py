"""Derived metrics, and the sieve that turns impossible numbers into said gaps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from math import isfinite
from operator import attrgetter
from typing import Any

from scoring.types import Metrics

RATE_CAP = 2.0
"""Highest believable engagement rate, as a share of followers: among Instagram's 1,000 largest the highest is 1.05."""
RATE_CAPS = {"tiktok": 20.0}
"""TikTok shows clips to people who do not follow: 15 is the 99th percentile of its most engaging 1,000."""

_INF = 1e12
_LIMITS: tuple[tuple[str, float, float], ...] = (
    ("followers", 0, 1e10),
    ("avg_engagement", 0, _INF),
    ("authentic_engagement", 0, _INF),
    ("avg_likes", 0, _INF),
    ("avg_comments", 0, _INF),
    ("avg_views", 0, _INF),
    ("avg_shares", 0, _INF),
    ("growth_14d", -1, 100),
    ("growth_90d", -1, 100),
    ("growth_z", -1e6, 1e6),
    ("credibility", 0, 1),
    ("suspicious_share", 0, 1),
    ("comment_pod_share", 0, 1),
    ("fake_follower_share", 0, 1),
    ("fake_share_low", 0, 1),
    ("fake_share_high", 0, 1),
    ("fake_sample", 1, 1e10),
    ("comments_per_100_likes", 0, 1e5),
    ("views_per_like", 1e-3, 1e6),
    ("sponsored_share", 0, 1),
)
_ROUNDING = 1.02
_FIELDS = tuple(spec.name for spec in fields(Metrics))
_everything = attrgetter(*_FIELDS)
_limited = attrgetter(*(name for name, _, _ in _LIMITS))


@dataclass(frozen=True, slots=True)
class Measured:
    """Metrics that can be believed, and the names of the fields that could not be."""

    metrics: Metrics
    dropped: tuple[str, ...]


def measured(metrics: Metrics, platform: str, today: date | None = None) -> Measured:
    """Metrics with impossible numbers taken out and derivable ones filled in; a given number is never recomputed.

    Impossible: NaN, infinite, negative counts, shares outside 0-1, growth below -100 %, an engagement rate above
    `RATE_CAP`, no views at all beside likes, audience shares that add up to more than the whole, a date after `today`.
    Filled in where missing: `engagement_rate`, `comments_per_100_likes`, `views_per_like`.

    >>> seen = measured(Metrics(followers=1000, engagement_rate=40.0, avg_likes=50.0, avg_comments=2.0), "instagram")
    >>> seen.dropped, seen.metrics.engagement_rate, seen.metrics.comments_per_100_likes
    (('engagement_rate',), 0.052, 4.0)
    """
    kept, dropped = sieved(metrics, platform, today)
    filled = derived(kept, platform)
    return Measured(_changed(kept, filled) if filled else kept, dropped)


def sieved(metrics: Metrics, platform: str, today: date | None = None) -> tuple[Metrics, tuple[str, ...]]:
    """The first half of `measured`: metrics without impossible numbers, and the names of those."""
    gone: dict[str, Any] = {}
    for value, (name, low, high) in zip(_limited(metrics), _LIMITS, strict=True):
        if value is not None and not low <= value <= high:  # NaN is in no interval
            gone[name] = None
    if metrics.engagement_rate is not None and not 0 <= metrics.engagement_rate <= _cap(platform):
        gone["engagement_rate"] = None
    if metrics.avg_views == 0 and (metrics.avg_likes or 0) > 0:
        gone["avg_views"] = None
    if metrics.fake_sample == 0:
        gone["fake_follower_share"] = None
    if today is not None and metrics.measured_on is not None and metrics.measured_on > today:
        gone["measured_on"] = None
    dropped = tuple(gone)
    if metrics.audience:
        audience, odd = _audience(metrics)
        if odd:
            gone["audience"] = audience
            dropped += odd
    return (_changed(metrics, gone) if gone else metrics), dropped


def derived(metrics: Metrics, platform: str) -> dict[str, float]:
    """The second half: what can be worked out of believable metrics and was not given, by the name of its field."""
    filled: dict[str, float] = {}
    if platform.lower() == "youtube" and metrics.avg_comments == 0:
        # Comments are switched off there (channels for children): nobody could comment, which is not nobody did.
        metrics = replace(metrics, avg_comments=None)
    if metrics.engagement_rate is None:
        rate = engagement_rate(metrics)
        if rate is not None and rate <= _cap(platform):
            filled["engagement_rate"] = rate
    if metrics.comments_per_100_likes is None and (ratio := comments_per_100_likes(metrics)) is not None:
        filled["comments_per_100_likes"] = ratio
    if metrics.views_per_like is None and (ratio := views_per_like(metrics)) is not None:
        filled["views_per_like"] = ratio
    # A ratio to next to nothing can overflow: then it says nothing.
    return {name: value for name, value in filled.items() if isfinite(value)}


def engagement_rate(metrics: Metrics) -> float | None:
    """Engagement per follower: average engagement of a post, else likes + comments, divided by followers.

    The same on every platform. Shares and saves never count, because Instagram and YouTube do not publish them and two
    creators of one market must be comparable; likes without comments give nothing rather than a number that is a little
    too low. Not the rate by views that some tools use for video: that is nearly the inverse of views per like, so one
    oddity would raise two flags.

    >>> engagement_rate(Metrics(followers=20_000, avg_likes=900.0, avg_comments=100.0))
    0.05
    >>> engagement_rate(Metrics(followers=20_000, avg_likes=900.0)) is None
    True
    """
    if not metrics.followers:
        return None
    engaged = metrics.avg_engagement
    if engaged is None:
        if metrics.avg_likes is None or metrics.avg_comments is None:
            return None
        engaged = metrics.avg_likes + metrics.avg_comments
    return engaged / metrics.followers


def comments_per_100_likes(metrics: Metrics) -> float | None:
    """100 x comments / likes of an average post; None without likes."""
    if not metrics.avg_likes or metrics.avg_comments is None:
        return None
    return 100.0 * metrics.avg_comments / metrics.avg_likes


def views_per_like(metrics: Metrics) -> float | None:
    """Views / likes of an average post (tools take the median of 18 posts: give that one where you have it)."""
    if not metrics.avg_likes or not metrics.avg_views:
        return None
    return metrics.avg_views / metrics.avg_likes


def _cap(platform: str) -> float:
    return RATE_CAPS.get(platform.lower(), RATE_CAP)


def _changed(metrics: Metrics, changes: Mapping[str, Any]) -> Metrics:
    # dataclasses.replace, at a third of its time: this is run for every row of every list
    return Metrics(**{**dict(zip(_FIELDS, _everything(metrics), strict=True)), **changes})


def _audience(metrics: Metrics) -> tuple[dict[str, float], tuple[str, ...]]:
    kept = {country: share for country, share in metrics.audience.items() if 0 <= share <= 1}
    if sum(kept.values()) > _ROUNDING:
        return {}, ("audience",)
    return kept, tuple(f"audience.{country}" for country in metrics.audience if country not in kept)
