"""Values for the tests of scoring: a creator with nothing off and nothing missing, to change one thing at a time."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from typing import Any

from hypothesis import strategies as st

from scoring.lines import DEFAULT_LINES, Lines
from scoring.norms import NormKey, NormTable
from scoring.recommend import recommend
from scoring.types import Band, Brief, Creator, FlagCode, Metrics, Recommendation, RiskFlag, Tier

TODAY = date(2026, 11, 22)

CLEAN = Metrics(
    followers=84_000,
    engagement_rate=0.04,
    growth_14d=0.02,
    growth_90d=0.05,
    growth_z=1.0,
    credibility=0.88,
    suspicious_share=0.14,
    comment_pod_share=0.05,
    fake_follower_share=0.12,
    fake_sample=500,
    comments_per_100_likes=1.9,
    views_per_like=6.2,
    sponsored_share=0.12,
    audience={"BR": 0.71, "PT": 0.1},
    brand_safety=(),
    measured_on=date(2026, 11, 20),
)
BRIEF = Brief(markets=("BR",), categories=("Beauty",), min_audience=0.6, budget=4500.0, tiers=(Tier.MID,))
NORMS = NormTable(
    {
        NormKey("instagram", "BR", Tier.MID, None, "engagement_rate"): Band(0.021, 0.068, 412, "BR", 0.035, Tier.MID),
        NormKey("instagram", "BR", Tier.MID, "humor", "engagement_rate"): Band(
            0.03, 0.12, 25, "BR", 0.06, Tier.MID, "humor"
        ),
    }
)

NUMBERS = tuple(
    name for name in Metrics.__slots__ if name not in {"audience", "audience_country", "brand_safety", "measured_on"}
)
"""Names of the metrics that are one number."""
OFF: dict[str, Any] = {
    "engagement_rate": 0.3,
    "growth_14d": 0.5,
    "credibility": 0.4,
    "suspicious_share": 0.5,
    "fake_follower_share": 0.3,
    "comments_per_100_likes": 0.1,
    "views_per_like": 40.0,
    "audience": {"BR": 0.3},
    "sponsored_share": 0.8,
    "comment_pod_share": 0.6,
}
ODD = st.one_of(
    st.none(), st.floats(), st.floats(0, 1), st.integers(-10, 10**9), st.sampled_from([math.nan, math.inf, -1, 0])
)
ANY_METRICS = st.builds(
    Metrics,
    **dict.fromkeys(NUMBERS, ODD),
    audience=st.dictionaries(st.sampled_from(["BR", "US", "PT"]), st.floats(), max_size=3),
    audience_country=st.sampled_from([None, "", "BR", "US"]),
    brand_safety=st.sampled_from([None, (), ("guns",)]),
    measured_on=st.none() | st.dates(date(2026, 1, 1), date(2027, 1, 1)),
)
"""Any metrics at all, most of them impossible."""


def creator(metrics: Metrics | None = None, /, **changes: Any) -> Creator:
    """An Instagram creator of Brazil; keywords of `Metrics` change the metrics, others the creator."""
    own = {name: changes.pop(name) for name in list(changes) if name in Creator.__slots__}
    base = Creator("instagram", "BR", "BR", ("Beauty",), "Ana Lima, beleza", replace(metrics or CLEAN, **changes))
    return replace(base, **own)


def judge(
    who: Creator | None = None,
    brief: Brief = BRIEF,
    *,
    norms: NormTable = NORMS,
    fee: float | None = 4500.0,
    lines: Lines = DEFAULT_LINES,
    **changes: Any,
) -> Recommendation:
    return recommend(who or creator(**changes), brief, norms, fee=fee, today=TODAY, lines=lines)


def flag_of(rec: Recommendation, code: FlagCode) -> RiskFlag | None:
    return next((flag for flag in rec.flags if flag.code is code), None)
