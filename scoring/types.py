"""The values that scoring speaks in: what was measured, what the brief asks, what is usual, and what the AI says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class Verdict(StrEnum):
    """What to do with a candidate."""

    PROCEED = "proceed"
    DECLINE = "decline"

    @property
    def opposite(self) -> Verdict:
        return Verdict.DECLINE if self is Verdict.PROCEED else Verdict.PROCEED


class Severity(StrEnum):
    MINOR = "minor"
    MAJOR = "major"
    SEVERE = "severe"


class Tier(StrEnum):
    """Follower tier; the lines are configurable (`Lines.tiers`)."""

    NANO = "nano"
    MICRO = "micro"
    MID = "mid"
    MACRO = "macro"
    MEGA = "mega"


class FlagCode(StrEnum):
    """One reason for concern, in the order in which Details lists the checks."""

    ENGAGEMENT_OFF_NORM = "engagement_off_norm"
    GROWTH_SPIKE = "growth_spike"
    LOW_CREDIBILITY = "low_credibility"
    SUSPICIOUS_AUDIENCE = "suspicious_audience"
    FAKE_FOLLOWER_SHARE = "fake_follower_share"
    COMMENT_LIKE_RATIO = "comment_like_ratio"
    VIEWS_PER_LIKE = "views_per_like"
    AUDIENCE_GEO_MISMATCH = "audience_geo_mismatch"
    SPONSORED_SATURATION = "sponsored_saturation"
    BRAND_SAFETY = "brand_safety"
    COMMENT_POD = "comment_pod"


@dataclass(frozen=True, slots=True)
class Metrics:
    """A creator's numbers as measured once. Shares are fractions (0.094 is 9.4 %); None is not measured, never zero."""

    followers: int | None = None
    engagement_rate: float | None = None
    avg_engagement: float | None = None
    authentic_engagement: float | None = None
    avg_likes: float | None = None
    avg_comments: float | None = None
    avg_views: float | None = None
    avg_shares: float | None = None
    growth_14d: float | None = None
    growth_90d: float | None = None
    growth_z: float | None = None
    credibility: float | None = None
    suspicious_share: float | None = None
    comment_pod_share: float | None = None
    fake_follower_share: float | None = None
    fake_share_low: float | None = None
    fake_share_high: float | None = None
    """The 95 % interval of `fake_follower_share`, where our own model measured it in a sample."""
    fake_sample: int | None = None
    comments_per_100_likes: float | None = None
    views_per_like: float | None = None
    sponsored_share: float | None = None
    audience: Mapping[str, float] = field(default_factory=dict)
    """ISO country -> share of the audience, where it is known."""
    audience_country: str | None = None
    """The audience's main country (ISO), where only that is known."""
    brand_safety: tuple[str, ...] | None = None
    """What a brand-safety scan found; () is "looked, nothing found", None is "nobody looked"."""
    measured_on: date | None = None


@dataclass(frozen=True, slots=True)
class Creator:
    """Who is judged: the parts of a profile that scoring reads."""

    platform: str
    market: str
    """ISO country of the market in which the candidate is judged."""
    country: str | None
    """The creator's or audience's own country, where known."""
    categories: tuple[str, ...]
    text: str
    """Name, bio, captions, notes in one: what the brief's avoid words are looked up in."""
    metrics: Metrics


@dataclass(frozen=True, slots=True)
class Brief:
    """What a campaign asks of a creator."""

    markets: tuple[str, ...]
    categories: tuple[str, ...] = ()
    min_audience: float | None = None
    """Least share of the audience in the campaign's markets (0.6)."""
    avoid: tuple[str, ...] = ()
    budget: float | None = None
    """The most for one creator, in the campaign's currency."""
    tiers: tuple[Tier, ...] = ()


@dataclass(frozen=True, slots=True)
class Band:
    """What is usual: 5th to 95th percentile of one metric. One-sided lines leave the other end None."""

    low: float | None
    high: float | None
    creators: int | None = None
    """From how many creators; None for a fixed line that vetting tools use."""
    market: str | None = None
    """The market the band was measured in; None when it is not a market's."""
    median: float | None = None
    tier: Tier | None = None
    """The follower tier the band was measured in, or that a fixed line is for."""
    category: str | None = None
    """The category the band was measured in; None when it is the whole tier's."""

    def holds(self, value: float) -> bool:
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)


@dataclass(frozen=True, slots=True)
class Eased:
    """What a market norm of experts left of a flag's weight (scoring.market_norms)."""

    norm_id: str
    factor: float
    """0.30-1: the flag's weight was multiplied by it."""
    reach: float
    """Up to which value, or down to which, experts call it normal."""
    cases: int
    """How many said so."""


@dataclass(frozen=True, slots=True)
class RiskFlag:
    """One reason for concern, with what was seen, what is usual and how much it weighs."""

    code: FlagCode
    value: float | None
    """Observed value in the metric's own unit (a share for percentages); None for brand safety."""
    norm: Band | None
    severity: Severity
    contribution: float
    """-ln(1 - w) for a flag that enters the fraud risk, else 0; w is less where a market norm eases it."""
    found: tuple[str, ...] = ()
    """Brand safety: what was hit."""
    counts: tuple[int, ...] = ()
    """Brand safety: how often each of `found` was hit, in the same order."""
    window: int | None = None
    """Growth: days that `value` covers (14, 90); None when it is a robust z."""
    sample: int | None = None
    """Fake followers: how many were looked at."""
    eased: Eased | None = None
    """The market norm that was applied, if any."""

    @property
    def disputable(self) -> bool:
        return self.code is not FlagCode.BRAND_SAFETY


@dataclass(frozen=True, slots=True)
class Check:
    """One line of "All checks": measured or not, off or not."""

    code: FlagCode
    value: float | None
    norm: Band | None
    measured: bool
    """False with a value is "no norm yet", False without one is "no data"."""
    off: bool
    found: tuple[str, ...] = ()
    severity: Severity | None = None
    """How grave it is, when it is off."""
    counts: tuple[int, ...] = ()
    window: int | None = None
    sample: int | None = None


class MatchPart(StrEnum):
    CATEGORY = "category"
    AUDIENCE = "audience"
    ENGAGEMENT = "engagement"
    PRICE_TIER = "price_tier"


class Target(StrEnum):
    """What a learned model predicts."""

    FRAUD = "fraud"
    MATCH = "match"


@dataclass(frozen=True, slots=True)
class Learned:
    """What a learned model brought to one recommendation: all that working it out again needs (scoring.learned)."""

    model: str
    target: Target
    slope: float
    intercept: float
    deviation: float
    """Standard deviation of the prediction's log-odds that comes from having few labels."""
    names: tuple[str, ...] = ()
    """The features that it looks at and that were measured here, with μ and δ of each."""
    mean: tuple[float, ...] = ()
    delta: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Recommendation:
    """What the AI says of a candidate. Immutable; names its model."""

    verdict: Verdict
    match: float | None
    """0-100; None when nothing of it could be measured."""
    risk: float
    """Fraud risk 0-1."""
    risk_low: float
    risk_high: float
    confident: bool
    """False is "a close call": the interval crosses the line, or match is within 10 of 50."""
    flags: tuple[RiskFlag, ...]
    """Worst first."""
    checks: tuple[Check, ...]
    """Every check in FlagCode order, measured or not."""
    match_parts: Mapping[MatchPart, float]
    """0-100 per measured part; a missing part is absent."""
    model: str
    similar: int | None = None
    """From how many similar creators the engagement band comes; None: "no norm yet"."""
    measured_on: date | None = None
    """When the numbers were measured, where that is known."""
    age_days: int | None = None
    """How old the numbers were when this was recommended."""
    stale: bool = False
    """Too old to trust (`Lines.stale_days`): widens the interval as missing numbers do, is never a flag."""
    dropped: tuple[str, ...] = ()
    """Which numbers were impossible as given and so count as not measured (names of `Metrics`' fields, or "fee")."""
    learned: tuple[Learned, ...] = ()
    """The learned models that corrected the scorecard, at most one per target."""
    ours: Verdict | None = None
    """What these numbers say, where the verdict is that of the team's own AI (`adopted`); None where it is ours."""

    @property
    def theirs(self) -> bool:
        """Whether the verdict is that of the team's own AI."""
        return self.ours is not None

    @property
    def sure(self) -> bool:
        """Whether the call is no close one: ours is not, and the team's own AI, where that has the word, agrees."""
        return self.confident and not self.disputed

    @property
    def disputed(self) -> bool:
        """Whether the team's own AI has the word and ours says otherwise."""
        return self.ours not in (None, self.verdict)

    @property
    def unmeasured(self) -> tuple[FlagCode, ...]:
        return tuple(c.code for c in self.checks if not c.measured)

    @property
    def missing_parts(self) -> tuple[MatchPart, ...]:
        return tuple(part for part in MatchPart if part not in self.match_parts)

    @property
    def eased(self) -> tuple[Eased, ...]:
        """The market norms that were applied."""
        return tuple(flag.eased for flag in self.flags if flag.eased is not None)

    @property
    def severe(self) -> bool:
        return any(f.severity is Severity.SEVERE for f in self.flags)
