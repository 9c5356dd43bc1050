"""What learned models make of the scorecard's call: risk, match, interval and verdict, and what each feature added."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from scoring.model import PLACE, Model, features, log_odds, share_of
from scoring.scorecard import DEFAULT, Judged, Scorecard, concluded, judged
from scoring.types import Learned, Recommendation, Target

_TWO_SIDED_95 = 1.959963984540054
_JOIN = "+"


@dataclass(frozen=True, slots=True)
class InUse:
    """The learned models that recommend, at most one per target; the empty one is the scorecard."""

    fraud: Model | None = None
    match: Model | None = None

    def with_(self, model: Model) -> InUse:
        """The same with this model in its target's place."""
        return replace(self, **{model.target.value: model})


SCORECARD = InUse()


def corrected(rec: Recommendation, models: InUse, card: Scorecard = DEFAULT) -> Recommendation:
    """The recommendation as these models make it, whatever made it before; its name says which."""
    values = features(rec)
    learned = tuple(_part(m, values) for m in (models.fraud, models.match) if m is not None and not m.neutral)
    base = rec.model.partition(_JOIN)[0]
    return called(replace(rec, learned=learned, model=_JOIN.join((base, *(one.model for one in learned)))), card)


def called(rec: Recommendation, card: Scorecard = DEFAULT) -> Recommendation:
    """The recommendation with verdict and numbers worked out again from its flags, gaps, match parts and models."""
    call = _corrected(rec, base_of(rec, card), card) if rec.learned else base_of(rec, card)
    return replace(
        rec,
        verdict=call.verdict,
        match=call.match,
        risk=call.risk,
        risk_low=call.risk_low,
        risk_high=call.risk_high,
        confident=call.confident,
    )


def base_of(rec: Recommendation, card: Scorecard = DEFAULT) -> Judged:
    """What the scorecard alone says of it."""
    return judged(rec.flags, rec.unmeasured, rec.match_parts, stale=rec.stale, card=card)


def share_in(call: Judged, target: Target) -> float | None:
    """What a model of this target corrects: the fraud risk, or the match as a share; None when there is none."""
    if target is Target.FRAUD:
        return call.risk
    return None if call.match is None else call.match / 100


def contributions(rec: Recommendation, one: Learned) -> dict[str, float]:
    """Log-odds that each feature adds to what the scorecard says, exactly; the intercept stands beside them."""
    return _model(one).contributions(features(rec))


def _part(model: Model, values: Sequence[float | None]) -> Learned:
    """What a recommendation keeps of a model: the features that were measured, and the doubt about all of them."""
    kept = [place for place, name in enumerate(model.names) if values[PLACE[name]] is not None]
    return Learned(
        model.name, model.target, model.slope, model.intercept, model.doubt(values),
        tuple(model.names[place] for place in kept),
        tuple(model.mean[place] for place in kept),
        tuple(model.delta[place] for place in kept),
    )  # fmt: skip


def _model(one: Learned) -> Model:
    return Model(one.target, one.model, one.names, one.mean, one.delta, one.slope, one.intercept)


def _corrected(rec: Recommendation, base: Judged, card: Scorecard) -> Judged:
    """The scorecard's numbers moved by each model; its interval moves with it and is widened by the model's doubt."""
    values = features(rec)
    risk, match, interval = base.risk, base.match, (base.risk_low, base.risk_high)
    for one in rec.learned:
        model = _model(one)
        if one.target is Target.FRAUD:
            risk = model.predict(base.risk, values)
            wide = _TWO_SIDED_95 * one.deviation
            low, high = (log_odds(model.predict(end, values)) for end in interval)
            interval = (min(risk, share_of(low - wide)), max(risk, share_of(high + wide)))
        elif base.match is not None:
            match = 100 * model.predict(base.match / 100, values)
    return concluded(rec.flags, match, risk, interval, card)
