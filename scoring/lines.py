"""The lines beyond which a number is worth a second look, per platform, market and follower tier."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from functools import lru_cache
from typing import Any, NamedTuple

from scoring.types import Tier


class Scope(NamedTuple):
    """Where an override holds; None is "everywhere". Platforms are lower case, markets upper-case ISO codes."""

    platform: str | None = None
    market: str | None = None
    tier: Tier | None = None

    def covers(self, platform: str, market: str, tier: Tier | None) -> bool:
        return (
            (self.platform is None or self.platform == platform)
            and (self.market is None or self.market == market)
            and (self.tier is None or self.tier is tier)
        )

    @property
    def narrowness(self) -> int:
        return sum(part is not None for part in self)


def _sponsored() -> dict[Tier, float]:
    # The tools' table starts at micro; nano takes micro's line, because the smaller account is the nearest one.
    return {Tier.NANO: 0.15, Tier.MICRO: 0.15, Tier.MID: 0.20, Tier.MACRO: 0.25, Tier.MEGA: 0.35}


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """Usual lines of vetting tools; the plain `Lines()` is the table of the domain, number for number.

    Shares are fractions, growth is a fraction of the earlier followers, ages are days. A value on the line is not off.
    `overrides` maps a `Scope` to changed fields by name; the narrower scope wins, and among equals the later one.
    Compared by identity, so that what holds where is worked out once. Raises ValueError for an override of a line that
    does not exist.

    >>> lines = Lines(overrides={Scope(market="BR"): {"comment_pod": 0.4}})
    >>> lines.for_("instagram", "BR", Tier.MID).comment_pod, lines.for_("instagram", "RU", Tier.MID).comment_pod
    (0.4, 0.25)
    """

    credibility: float = 0.75
    suspicious_share: float = 0.25
    comments_per_100_likes: tuple[float, float] = (0.5, 5.0)
    views_per_like: tuple[float, float] = (2.0, 10.0)
    growth_z: float = 4.0
    growth_90d: float = 0.47
    growth_14d: float | None = None
    """None derives it from the 90-day line: see `fortnight`."""
    comment_pod: float = 0.25
    fake_followers: float = 0.20
    fake_followers_severe: float = 0.35
    sponsored: Mapping[Tier, float] = field(default_factory=_sponsored)
    tiers: tuple[int, int, int, int] = (10_000, 50_000, 500_000, 1_000_000)
    """First follower count of micro, mid, macro and mega."""
    stale_days: int = 30
    audience_listed: float = 0.5
    """Countries that are not listed count as no audience only where the listed ones make up at least this share."""
    overrides: Mapping[Scope, Mapping[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        known = {f.name for f in fields(self)} - {"overrides"}
        for scope, changed in self.overrides.items():
            if unknown := set(changed) - known:
                raise ValueError(f"no such line: {', '.join(sorted(unknown))}")
            if scope.tier is not None and "tiers" in changed:
                raise ValueError("tier lines cannot depend on the tier")

    @property
    def fortnight(self) -> float:
        """Line of 14-day growth.

        Formula: (1 + line of 90 days) ** sqrt(14 / 90) - 1. Log growth is taken as a random walk, whose spread grows
        with the square root of time, so that about the same share of honest creators (1 %) lies beyond both lines.
        Compounding instead (exponent 14 / 90: 6 %) would call a steady +47 % a quarter a jump every fortnight.

        >>> round(Lines().fortnight, 3)
        0.164
        """
        if self.growth_14d is not None:
            return self.growth_14d
        return float((1.0 + self.growth_90d) ** math.sqrt(14 / 90)) - 1.0

    def tier_of(self, followers: int | None) -> Tier | None:
        """Follower tier; None when the followers are not known.

        >>> [str(Lines().tier_of(n)) for n in (9_999, 10_000, 84_000, 999_999, 1_000_000)]
        ['nano', 'micro', 'mid', 'macro', 'mega']
        """
        if followers is None:
            return None
        micro, mid, macro, mega = self.tiers
        if followers < mid:
            return Tier.NANO if followers < micro else Tier.MICRO
        if followers < macro:
            return Tier.MID
        return Tier.MACRO if followers < mega else Tier.MEGA

    def for_(self, platform: str, market: str, tier: Tier | None = None) -> Lines:
        """The lines that hold there, overrides applied (none are left in the answer)."""
        return _scoped(self, platform.lower(), market.upper(), tier) if self.overrides else self


@lru_cache(maxsize=4096)
def _scoped(lines: Lines, platform: str, market: str, tier: Tier | None) -> Lines:
    hits = [scope for scope in lines.overrides if scope.covers(platform, market, tier)]
    changed: dict[str, Any] = {"overrides": {}}
    for scope in sorted(hits, key=lambda scope: scope.narrowness):
        changed.update(lines.overrides[scope])
    return replace(lines, **changed)


MEASURED: Mapping[Scope, Mapping[str, Any]] = {
    Scope("youtube"): {"comments_per_100_likes": (0.95, 14.0), "views_per_like": (9.0, 220.0)},
    Scope("tiktok"): {"comments_per_100_likes": (0.15, 3.0), "views_per_like": (4.0, 20.0)},
}
"""5th to 95th percentile of the 1,000 largest creators (HypeAuditor exports of 2022, rounded). The tools' lines are
Instagram's: on those exports 92 % of YouTube's creators lie outside 2-10 views per like, and half of TikTok's below
0.5 comments per 100 likes. A flag that nearly everybody has says nothing."""

DEFAULT_LINES = Lines(overrides=MEASURED)
