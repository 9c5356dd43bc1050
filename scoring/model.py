"""What answers and outcomes teach: the scorecard's log-odds, corrected feature by feature, and calibrated.

logit p = a·(logit(scorecard) + Σ δ·(x - μ)) + b, with an L2 prior at δ = 0, a = 1, b = 0: without labels it is the
scorecard to the last digit, and labels move it only where they predict better than the scorecard on cases that were
held out. A feature that was not measured stands at μ and moves nothing. Source of the offset: McCullagh and Nelder,
Generalized Linear Models, 1989, 4.3; of the calibration: Platt 1999.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from operator import mul
from typing import Any

from scoring.types import Check, FlagCode, MatchPart, Recommendation, Target

#: Log-odds are cut here: a scorecard that says 0 or 100 must not be beyond all evidence.
_FAR = 6.0
_FORMAT = 1


def _off(check: Check, left: Mapping[FlagCode, float]) -> float | None:
    """1 for a warning, less where a market norm eases it, 0 where somebody called it normal."""
    return (left.get(check.code, 0.0) if check.off else 0.0) if check.measured else None


def _settled(check: Check, left: Mapping[FlagCode, float]) -> bool:
    """Whether its number was called normal: then it says nothing any more."""
    return check.off and check.code not in left


def _engagement(check: Check) -> float | None:
    median = check.norm.median if check.norm is not None else None
    if check.value is None or median is None or check.value <= 0 or median <= 0:
        return None
    return math.log(check.value / median)


def _growth(check: Check) -> float | None:
    return math.log1p(check.value) if check.value is not None and check.window == 14 and check.value > -1 else None


def _names() -> tuple[str, ...]:
    off = tuple(f"off.{code.value}" for code in FlagCode)
    return (*off, "engagement", "growth", "credibility", *(f"match.{part.value}" for part in MatchPart))


NAMES = _names()
"""Every feature, in the order of `features`."""


def features(rec: Recommendation) -> tuple[float | None, ...]:
    """What a model looks at, of a recommendation as the scorecard made it; None is not measured.

    Per check whether it is off (1 or 0, and what a market norm left of it); ln(engagement / the norm's median);
    ln(1 + growth in 14 days); the credible share; each part of the match as a share. What `without` has taken out of a
    recommendation is not off here either, and its number says nothing.
    """
    left = {flag.code: 1.0 if flag.eased is None else flag.eased.factor for flag in rec.flags}
    by_code = {check.code: check for check in rec.checks}
    off = tuple(_off(by_code[code], left) if code in by_code else None for code in FlagCode)
    known = {code: check for code, check in by_code.items() if not _settled(check, left)}
    engagement, growth = known.get(FlagCode.ENGAGEMENT_OFF_NORM), known.get(FlagCode.GROWTH_SPIKE)
    credible = known.get(FlagCode.LOW_CREDIBILITY)
    parts = (rec.match_parts.get(part) for part in MatchPart)
    return (
        *off,
        _engagement(engagement) if engagement else None,
        _growth(growth) if growth else None,
        credible.value if credible else None,
        *(None if value is None else value / 100 for value in parts),
    )


def log_odds(share: float) -> float:
    """ln(p / (1 - p)), cut at ±6.

    >>> log_odds(0.5), log_odds(0.0), round(log_odds(0.4), 6)
    (0.0, -6.0, -0.405465)
    """
    if not 0 < share < 1:
        return -_FAR if share <= 0 else _FAR
    return min(_FAR, max(-_FAR, math.log(share / (1 - share))))


def share_of(odds: float) -> float:
    """The inverse of `log_odds` within the cut.

    >>> share_of(0.0), round(share_of(log_odds(0.4)), 12)
    (0.5, 0.4)
    """
    return 1 / (1 + math.exp(-odds)) if odds >= 0 else math.exp(odds) / (1 + math.exp(odds))


class Broken(ValueError):
    """A model's file that is not what it says it is."""


@dataclass(frozen=True, slots=True)
class Model:
    """A learned correction of the scorecard; the empty one, `Model(target)`, changes nothing."""

    target: Target
    name: str = "scorecard-1"
    names: tuple[str, ...] = ()
    """The features that it looks at."""
    mean: tuple[float, ...] = ()
    """μ: the mean of each among the labels."""
    delta: tuple[float, ...] = ()
    """δ: log-odds per unit."""
    slope: float = 1.0
    """a"""
    intercept: float = 0.0
    """b"""
    spread: tuple[tuple[float, ...], ...] = ()
    """Covariance of δ (Laplace's approximation), for the interval."""
    card: Mapping[str, Any] = field(default_factory=dict)
    """Where it comes from: labels, date, figures on cases that were held out."""

    @property
    def neutral(self) -> bool:
        return not self.delta and self.slope == 1.0 and self.intercept == 0.0

    def contributions(self, values: Sequence[float | None]) -> dict[str, float]:
        """Log-odds that each feature adds, exactly: `a·logit(scorecard) + b + Σ` is the prediction.

        `values` as `features` gives them.
        """
        found = {}
        for name, mean, delta in zip(self.names, self.mean, self.delta, strict=True):
            value = values[PLACE[name]]
            if value is not None and delta:
                found[name] = self.slope * delta * (value - mean)
        return found

    def predict(self, scorecard: float, values: Sequence[float | None]) -> float:
        """The corrected share 0-1 of the scorecard's (risk, or match / 100) and the features."""
        if self.neutral:
            return scorecard
        return share_of(self.slope * log_odds(scorecard) + self.intercept + sum(self.contributions(values).values()))

    def doubt(self, values: Sequence[float | None]) -> float:
        """Standard deviation of the prediction's log-odds that comes from having few labels; 0 if not known."""
        if not self.spread:
            return 0.0
        at = [
            0.0 if (value := values[PLACE[name]]) is None else value - mean
            for name, mean in zip(self.names, self.mean, strict=True)
        ]
        variance = sum(a * sum(map(mul, at, row)) for a, row in zip(at, self.spread, strict=True) if a)
        return abs(self.slope) * math.sqrt(max(variance, 0.0))

    def predict_many(self, scorecard: Sequence[float], values: Sequence[Sequence[float | None]]) -> list[float]:
        """As `predict`, for a batch, with numpy."""
        if self.neutral or not len(scorecard):
            return list(scorecard)
        import numpy as np  # only batches pay for numpy

        share = np.asarray(scorecard, dtype=float)
        with np.errstate(divide="ignore"):
            odds = np.clip(np.log(share) - np.log1p(-share), -_FAR, _FAR)
        places = [PLACE[name] for name in self.names]
        x = np.array(values, dtype=float)[:, places] - np.asarray(self.mean)
        total = self.slope * (odds + np.nan_to_num(x) @ np.asarray(self.delta)) + self.intercept
        return list(map(float, 1 / (1 + np.exp(-total))))

    def to_json(self) -> str:
        """One JSON text with its own SHA-256; `from_json` refuses it when a digit has changed."""
        plain = self._plain()
        return json.dumps({**plain, "sha256": _digest(plain)}, indent=1, sort_keys=True)

    def _plain(self) -> dict[str, Any]:
        plain: dict[str, Any] = json.loads(json.dumps({"format": _FORMAT, **asdict(self)}))
        return plain

    @property
    def sha256(self) -> str:
        """Of everything in it, as `to_json` writes it down."""
        return _digest(self._plain())

    @classmethod
    def from_json(cls, text: str) -> Model:
        """Raises Broken when it is no model, or not the one that was written."""
        try:
            plain = dict(json.loads(text))
            told = plain.pop("sha256")
            if told != _digest(plain):
                raise Broken("the model's SHA-256 is not that of its numbers: it was changed or cut short")
            if plain.pop("format") != _FORMAT:
                raise Broken(f"this is not a model of format {_FORMAT}")
            plain |= {name: tuple(plain[name]) for name in ("names", "mean", "delta")}
            plain["spread"] = tuple(tuple(row) for row in plain["spread"])
            made = cls(**{**plain, "target": Target(plain["target"])})
        except (KeyError, TypeError, ValueError) as error:
            if isinstance(error, Broken):
                raise
            raise Broken(f"this is not a model: {type(error).__name__}") from error
        made.check()
        return made

    def check(self) -> None:
        """Raises Broken when its numbers make no prediction."""
        count = len(self.names)
        numbers = [self.slope, self.intercept, *self.mean, *self.delta, *(n for row in self.spread for n in row)]
        if not (
            len(self.mean) == len(self.delta) == count
            and len(self.spread) in (0, count)
            and all(len(row) == count for row in self.spread)
            and all(map(math.isfinite, numbers))
            and set(self.names) <= set(NAMES)
        ):
            raise Broken("the model's numbers do not belong together")


PLACE = {name: place for place, name in enumerate(NAMES)}


def _digest(plain: Mapping[str, Any]) -> str:
    canonical = json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode()).hexdigest()
