"""The default recommendation at cold start: fraud risk with its interval, match, verdict, and how sure."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import itemgetter

from scoring.flags import how_far
from scoring.types import Check, FlagCode, MatchPart, RiskFlag, Severity, Verdict

# Tuples and no sets: looking up an enum in a set runs its hash in Python, which this is too often used for.
NEVER_FRAUD = (FlagCode.AUDIENCE_GEO_MISMATCH, FlagCode.SPONSORED_SATURATION, FlagCode.BRAND_SAFETY)
"""Lower the match or are severe by themselves; no part of the fraud risk."""
AUDIENCE_QUALITY = (FlagCode.LOW_CREDIBILITY, FlagCode.SUSPICIOUS_AUDIENCE, FlagCode.FAKE_FOLLOWER_SHARE)
"""Three measures of one thing: only the heaviest counts."""

_ORDER = {code: place for place, code in enumerate(FlagCode)}
_GRAVITY = {Severity.SEVERE: 0, Severity.MAJOR: 1, Severity.MINOR: 2}


def _weights() -> dict[Severity, float]:
    return {Severity.MINOR: 0.10, Severity.MAJOR: 0.25, Severity.SEVERE: 0.50}


def _part_weights() -> dict[MatchPart, float]:
    return {
        MatchPart.CATEGORY: 0.35,
        MatchPart.AUDIENCE: 0.30,
        MatchPart.ENGAGEMENT: 0.20,
        MatchPart.PRICE_TIER: 0.15,
    }


@dataclass(frozen=True, slots=True)
class Scorecard:
    """Every number of the default recommendation. Raises ValueError for numbers that make no score.

    >>> round(DEFAULT.risk([0.25, 0.25]), 9)
    0.465625
    """

    base: float = 0.05
    """Fraud risk with nothing off."""
    weights: Mapping[Severity, float] = field(default_factory=_weights)
    decline_risk: float = 0.40
    """Decline from here up."""
    decline_match: float = 50.0
    """Decline below."""
    match_margin: float = 10.0
    """Nearer than this to `decline_match` is a close call."""
    parts: Mapping[MatchPart, float] = field(default_factory=_part_weights)
    price_zero: float = 2.0
    """Times the budget at which the price is worth nothing."""
    sponsored_loss: float = 0.10
    """Share of the match that sponsored saturation takes."""

    def __post_init__(self) -> None:
        shares = (self.base, self.decline_risk, self.sponsored_loss, *self.weights.values())
        if not all(0.0 <= share < 1.0 for share in shares) or set(self.weights) != set(Severity):
            raise ValueError("base, lines and weights of a scorecard are shares below 1, one weight per severity")
        if self.price_zero <= 1.0 or set(self.parts) != set(MatchPart) or not all(w > 0 for w in self.parts.values()):
            raise ValueError("price_zero is above 1 and every part of the match weighs something")

    def risk(self, weights: Iterable[float]) -> float:
        """Fraud risk 1 - (1 - base)·Π(1 - w) of the weights that count."""
        return 1.0 - (1.0 - self.base) * math.prod(1.0 - weight for weight in weights)

    def weight(self, flag: RiskFlag) -> float:
        """What a flag weighs: by its severity, less where a market norm eases it.

        >>> from scoring.types import Eased
        >>> eased = Eased("nm_1", 0.4, 0.24, 5)
        >>> DEFAULT.weight(RiskFlag(FlagCode.GROWTH_SPIKE, 0.22, None, Severity.MAJOR, 0.0, eased=eased))
        0.1
        """
        whole = self.weights[flag.severity]
        return whole if flag.eased is None else whole * flag.eased.factor

    def match(self, parts: Mapping[MatchPart, float], *, saturated: float = 0.0) -> float | None:
        """Weighted mean 0-100 of the measured parts, less `saturated` (0-1) of `sponsored_loss`; None without any part.

        >>> DEFAULT.match({MatchPart.CATEGORY: 100.0, MatchPart.PRICE_TIER: 0.0})
        70.0
        """
        if not parts:
            return None
        total = sum(self.parts[part] for part in parts)
        mean = sum(self.parts[part] * parts[part] for part in parts) / total
        mean = min(100.0, max(0.0, round(mean, 9)))  # 0.35 + 0.15 must not miss the line of 50 by a rounding error
        return mean * (1.0 - self.sponsored_loss * saturated)

    def price(self, fee: float, budget: float) -> float:
        """100 within budget, falling linearly to 0 at `price_zero` times the budget.

        >>> DEFAULT.price(4500, 4500), DEFAULT.price(6750, 4500), DEFAULT.price(9001, 4500)
        (100.0, 50.0, 0.0)
        """
        over = (fee / budget - 1.0) / (self.price_zero - 1.0)
        return 100.0 * min(1.0, max(0.0, 1.0 - over))


DEFAULT = Scorecard()


@dataclass(frozen=True, slots=True)
class Judged:
    """What a scorecard makes of flags, gaps and match parts; the fields are those of `Recommendation`."""

    verdict: Verdict
    match: float | None
    risk: float
    risk_low: float
    risk_high: float
    confident: bool


def weighed(flags: Iterable[RiskFlag], card: Scorecard = DEFAULT) -> tuple[RiskFlag, ...]:
    """The flags with their contributions, worst first: severity, contribution, how far outside, order of the checks.

    Contribution of a flag that counts is -ln(1 - w), so that the sum of all is -ln((1 - risk) / (1 - base)) exactly; of
    the three measures of audience quality only the heaviest has one, of equals the first.
    """
    flags = list(flags)
    shares = _contributions([(flag.code, card.weight(flag)) for flag in flags])
    return _worst_first([replace(flag, contribution=share) for flag, share in zip(flags, shares, strict=True)])


def raised(checks: Iterable[Check], card: Scorecard = DEFAULT) -> tuple[RiskFlag, ...]:
    """The flags of the checks that are off, weighed, worst first."""
    off = [(check, check.severity) for check in checks if check.off and check.severity is not None]
    shares = _contributions([(check.code, card.weights[severity]) for check, severity in off])
    return _worst_first(
        [
            RiskFlag(c.code, c.value, c.norm, severity, share, c.found, c.counts, c.window, c.sample)
            for (c, severity), share in zip(off, shares, strict=True)
        ]
    )


def judged(
    flags: Collection[RiskFlag],
    unmeasured: Collection[FlagCode],
    parts: Mapping[MatchPart, float],
    *,
    stale: bool = False,
    card: Scorecard = DEFAULT,
) -> Judged:
    """Verdict and numbers of raised flags (weighed, in any order), gaps and match parts.

    Interval: all gaps together once as clear (which is the point estimate), once as one major flag. Stale numbers are
    one gap more of the same one flag. A gap among the measures of audience quality competes with those that are raised,
    because only the heaviest counts. Nothing missing: the interval is the point; the scorecard knows of no other doubt.
    Confident: the interval on one side of `decline_risk`, and a match that is known and not near its line.
    """
    risk, high = _interval(flags, unmeasured, card, stale=stale)
    return concluded(flags, card.match(parts, saturated=_saturated(flags)), risk, (risk, high), card)


def concluded(
    flags: Iterable[RiskFlag],
    match: float | None,
    risk: float,
    interval: tuple[float, float],
    card: Scorecard = DEFAULT,
) -> Judged:
    """The verdict on these numbers, whoever worked them out, and how sure it is."""
    low, high = interval
    severe = any(flag.severity is Severity.SEVERE for flag in flags)
    poor = match is not None and match < card.decline_match
    verdict = Verdict.DECLINE if severe or risk >= card.decline_risk or poor else Verdict.PROCEED
    one_side = high < card.decline_risk or low >= card.decline_risk
    clear_match = match is not None and abs(match - card.decline_match) >= card.match_margin
    return Judged(verdict, match, risk, low, high, one_side and clear_match)


def _saturated(flags: Iterable[RiskFlag]) -> float:
    """How much of its loss sponsored saturation takes from the match."""
    for flag in flags:
        if flag.code is FlagCode.SPONSORED_SATURATION:
            return 1.0 if flag.eased is None else flag.eased.factor
    return 0.0


def _interval(
    flags: Iterable[RiskFlag], unmeasured: Iterable[FlagCode], card: Scorecard, *, stale: bool
) -> tuple[float, float]:
    """(fraud risk, upper end of its interval); the lower end is the risk itself."""
    quality, other = 0.0, []
    for flag in flags:
        if flag.contribution:
            if flag.code in AUDIENCE_QUALITY:
                quality = card.weight(flag)
            else:
                other.append(card.weight(flag))
    other.sort()  # the same flags in another order give the same float
    risk = card.risk([*other, quality])
    gaps = [code for code in unmeasured if code not in NEVER_FRAUD]
    if stale or any(code not in AUDIENCE_QUALITY for code in gaps):
        return risk, card.risk([*other, quality, card.weights[Severity.MAJOR]])
    if gaps:
        return risk, card.risk([*other, max(quality, card.weights[Severity.MAJOR])])
    return risk, risk


def _contributions(found: Sequence[tuple[FlagCode, float]]) -> list[float]:
    """-ln(1 - w) per flag, with its weight, that enters the fraud risk, 0 for the others."""
    quality = [(weight, -_ORDER[code], code) for code, weight in found if code in AUDIENCE_QUALITY]
    heaviest = max(quality)[2] if quality else None
    return [
        0.0 if code in NEVER_FRAUD or (code in AUDIENCE_QUALITY and code is not heaviest) else -math.log1p(-weight)
        for code, weight in found
    ]


def _worst_first(flags: list[RiskFlag]) -> tuple[RiskFlag, ...]:
    keyed = [((_GRAVITY[f.severity], -f.contribution, -how_far(f), _ORDER[f.code]), f) for f in flags]
    keyed.sort(key=itemgetter(0))
    return tuple(flag for _, flag in keyed)
