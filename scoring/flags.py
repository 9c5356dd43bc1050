"""The risk flags: one function per flag says what was seen, what is usual, whether it is off and how grave that is.

A metric that was not measured is never off. What a flag weighs is the scorecard's business, its text is i18n's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from scoring.avoid import hits
from scoring.lines import Lines
from scoring.types import Band, Brief, Check, FlagCode, Metrics, RiskFlag, Severity, Tier


@dataclass(frozen=True, slots=True)
class Case:
    """What the flags look at: believable metrics (`features.measured`), and the lines and norm that hold for them."""

    metrics: Metrics
    tier: Tier | None
    text: str
    brief: Brief
    lines: Lines
    norm: Band | None
    """Engagement rates usual for the platform, market and tier; None is "no norm yet"."""


def engagement_off_norm(case: Case) -> Check:
    """Engagement rate outside the 5-95 % band of the market; major. Without a band: not measured."""
    return _check(FlagCode.ENGAGEMENT_OFF_NORM, case.metrics.engagement_rate, case.norm, Severity.MAJOR)


def growth_spike(case: Case) -> Check:
    """Followers grew unusually fast: in 14 days, in 90 days, or by the robust z of the largest jump; major.

    Of several readings the first that is off is told, else the first that is known: days come before z, because
    "+22 % in 14 days" is read and a z is not.
    """
    metrics, lines = case.metrics, case.lines
    seen: Check | None = None
    for value, line, window in (
        (metrics.growth_14d, lines.fortnight, 14),
        (metrics.growth_90d, lines.growth_90d, 90),
        (metrics.growth_z, lines.growth_z, None),
    ):
        if value is not None:
            check = _check(FlagCode.GROWTH_SPIKE, value, _line(None, line), Severity.MAJOR, window=window)
            if check.off:
                return check
            seen = seen or check
    return seen or _check(FlagCode.GROWTH_SPIKE, None, _line(None, lines.fortnight), Severity.MAJOR, window=14)


def low_credibility(case: Case) -> Check:
    """Credible followers below the line (75 %); major."""
    return _check(
        FlagCode.LOW_CREDIBILITY, case.metrics.credibility, _line(case.lines.credibility, None), Severity.MAJOR
    )


def suspicious_audience(case: Case) -> Check:
    """Mass followers and suspicious accounts above the line (25 %); major."""
    band = _line(None, case.lines.suspicious_share)
    return _check(FlagCode.SUSPICIOUS_AUDIENCE, case.metrics.suspicious_share, band, Severity.MAJOR)


def fake_follower_share(case: Case) -> Check:
    """Share of a follower sample called fake above the line (20 %); major, severe above the second line (35 %)."""
    share, lines = case.metrics.fake_follower_share, case.lines
    grave = Severity.SEVERE if share is not None and share > lines.fake_followers_severe else Severity.MAJOR
    band = _line(None, lines.fake_followers)
    return _check(FlagCode.FAKE_FOLLOWER_SHARE, share, band, grave, sample=case.metrics.fake_sample)


def comment_like_ratio(case: Case) -> Check:
    """Comments per 100 likes outside the lines (0.5-5); minor."""
    band = _line(*case.lines.comments_per_100_likes)
    return _check(FlagCode.COMMENT_LIKE_RATIO, case.metrics.comments_per_100_likes, band, Severity.MINOR)


def views_per_like(case: Case) -> Check:
    """Views per like outside the lines (2-10); minor."""
    return _check(
        FlagCode.VIEWS_PER_LIKE, case.metrics.views_per_like, _line(*case.lines.views_per_like), Severity.MINOR
    )


def audience_geo_mismatch(case: Case) -> Check:
    """Share of the audience in the campaign's markets below the brief's minimum; minor.

    Where only the main country is known there is no share, so nothing is off; without a minimum neither.
    """
    least = case.brief.min_audience
    band = None if least is None else _line(least, None)
    share = audience_share(case)
    check = _check(FlagCode.AUDIENCE_GEO_MISMATCH, share, band, Severity.MINOR)
    return check if band else Check(check.code, share, None, share is not None, off=False)


def sponsored_saturation(case: Case) -> Check:
    """Sponsored share of the posts of three months above the tier's line; minor. Without a tier: not measured."""
    line = None if case.tier is None else case.lines.sponsored.get(case.tier)
    band = None if line is None else _line(None, line, case.tier)
    return _check(FlagCode.SPONSORED_SATURATION, case.metrics.sponsored_share, band, Severity.MINOR)


def brand_safety(case: Case) -> Check:
    """Any hit of a scan, or of the brief's avoid words in the creator's text; severe.

    Looked at when a scan was made, or when there are both words to avoid and a text to look in.
    """
    scan = case.metrics.brand_safety
    found = Counter(name.strip() for name in scan or () if name.strip())
    looked = scan is not None
    if case.brief.avoid and case.text.strip():
        looked = True
        for term, count in hits(case.text, case.brief.avoid).items():
            found[term] = max(found[term], count)
    return Check(
        FlagCode.BRAND_SAFETY,
        None,
        None,
        measured=looked,
        off=bool(found),
        found=tuple(found),
        severity=Severity.SEVERE if found else None,
        counts=tuple(found.values()),
    )


def comment_pod(case: Case) -> Check:
    """Share of comments that come from pods above the line (25 %); major."""
    return _check(
        FlagCode.COMMENT_POD, case.metrics.comment_pod_share, _line(None, case.lines.comment_pod), Severity.MAJOR
    )


CHECKS: tuple[Callable[[Case], Check], ...] = (
    engagement_off_norm,
    growth_spike,
    low_credibility,
    suspicious_audience,
    fake_follower_share,
    comment_like_ratio,
    views_per_like,
    audience_geo_mismatch,
    sponsored_saturation,
    brand_safety,
    comment_pod,
)
"""In the order of `FlagCode`."""


def checks(case: Case) -> tuple[Check, ...]:
    """Every check, in the order of `FlagCode`."""
    return tuple(check(case) for check in CHECKS)


def audience_share(case: Case) -> float | None:
    """Share of the audience in the campaign's markets, 0-1; None when it is not known.

    A market that is not listed counts as no audience where another of the campaign's is listed, or where the listed
    countries make up at least `Lines.audience_listed` (tools list the largest countries); else nobody knows.
    """
    audience = case.metrics.audience
    if not audience or not case.brief.markets:
        return None
    wanted = {market.upper() for market in case.brief.markets}
    listed = [share for country, share in audience.items() if country.upper() in wanted]
    if not listed and sum(audience.values()) < case.lines.audience_listed:
        return None
    return min(1.0, sum(listed))


def how_far(flag: RiskFlag) -> float:
    """How far outside the usual range, relative to the line that was crossed; 0 where there is no range.

    >>> how_far(RiskFlag(FlagCode.COMMENT_POD, 0.5, Band(None, 0.25), Severity.MAJOR, 0.0))
    1.0
    """
    if flag.value is None or flag.norm is None:
        return 0.0
    low, high = flag.norm.low, flag.norm.high
    if high is not None and flag.value > high:
        return flag.value / high - 1.0 if high > 0 else float("inf")
    if low is not None and flag.value < low:
        return low / flag.value - 1.0 if flag.value > 0 else float("inf")
    return 0.0


@lru_cache(maxsize=1024)
def _line(low: float | None, high: float | None, tier: Tier | None = None) -> Band:
    return Band(low, high, tier=tier)


def _check(
    code: FlagCode,
    value: float | None,
    band: Band | None,
    severity: Severity,
    *,
    window: int | None = None,
    sample: int | None = None,
) -> Check:
    if value is None or band is None:
        return Check(code, value, band, measured=False, off=False, window=window, sample=sample)
    off = not band.holds(value)
    grave = severity if off else None
    return Check(code, value, band, measured=True, off=off, severity=grave, window=window, sample=sample)
