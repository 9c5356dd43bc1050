"""Fitting a correction of the scorecard on labels: outcomes, blind judgements, judgements.

Slow to import what it needs (SciPy, scikit-learn), so nothing here is imported before somebody retrains.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from scoring.model import NAMES, Model, log_odds
from scoring.types import Target

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[np.float64]]

OUTCOME, BLIND, SHOWN = 1.0, 0.5, 0.25
"""What a label weighs: what happened, what somebody said who had not seen the AI's call, and what somebody who had."""
FEWEST = 20
"""Labels below which nothing is fitted."""
LEAST_OF_A_KIND = FEWEST // 4
"""The same of the rarer class."""
_STRENGTHS = (100.0, 30.0, 10.0, 3.0)
"""Of the prior: how much a correction must earn."""
_FOLDS, _ROUNDS = 5, 4
_CALIBRATION_PRIOR = 8.0


@dataclass(frozen=True, slots=True)
class Label:
    """One case with a known answer."""

    scorecard: float
    """What the scorecard said, as a share: fraud risk, or match / 100."""
    values: tuple[float | None, ...]
    """`model.features` of its recommendation."""
    truth: bool
    weight: float = OUTCOME


@dataclass(frozen=True, slots=True)
class Fit:
    """A model and what is to be said of how it came about."""

    model: Model
    reason: str
    """"learned"; or why it stayed with the scorecard: "few_labels", "one_class", "no_better"."""
    constant: tuple[str, ...] = ()
    """Features that were the same in all labels, or never measured, and so say nothing."""


@dataclass(frozen=True, slots=True)
class _Data:
    """Labels as arrays: z is (n, features) in standard deviations from the mean, 0 where not measured."""

    offset: Array
    z: Array
    truth: Array
    weight: Array


def fit(labels: Sequence[Label], target: Target, name: str, *, seed: int, card: Mapping[str, Any] | None = None) -> Fit:
    """The correction that these labels support; the scorecard itself where they support none.

    The strength of the prior is chosen by repeated stratified cross-validation; the scorecard is one of the candidates,
    and is left only where the gain in log loss exceeds its standard error. The same labels and seed give the same
    model. Raises ValueError for a label that is not finite.
    """
    import numpy as np
    from threadpoolctl import threadpool_limits

    _require_finite(labels)
    plain = Model(target, card=dict(card or {}))
    if len(labels) < FEWEST:
        return Fit(plain, "few_labels")
    right = sum(label.truth for label in labels)
    if min(right, len(labels) - right) < LEAST_OF_A_KIND:
        return Fit(plain, "one_class")
    raw = np.array([label.values for label in labels], dtype=float)
    known = ~np.isnan(raw)
    count = np.maximum(known.sum(axis=0), 1)
    mean = np.where(known, raw, 0.0).sum(axis=0) / count
    away = np.where(known, raw - mean, 0.0)
    scale = np.sqrt((away**2).sum(axis=0) / count)
    used = scale > 1e-9
    constant = tuple(name for name, kept in zip(NAMES, used, strict=True) if not kept)
    data = _Data(
        np.array([log_odds(label.scorecard) for label in labels]),
        away[:, used] / scale[used],
        np.array([label.truth for label in labels], dtype=float),
        np.array([label.weight for label in labels]),
    )
    with threadpool_limits(1):  # twenty columns: threads would cost more than they bring, a hundredfold when it is busy
        strength, held_out = _choose(data, seed)
        if strength is None:
            return Fit(plain, "no_better", constant)
        delta, spread = _maximum(data, strength)
        slope, intercept = _calibrated(data, held_out)
    by = scale[used]
    names = tuple(name for name, kept in zip(NAMES, used, strict=True) if kept)
    model = Model(
        target, name, names, _floats(mean[used]), _floats(delta / by), slope, intercept,
        tuple(_floats(row) for row in spread / np.outer(by, by)), dict(card or {}),
    )  # fmt: skip
    return Fit(model, "learned", constant)


def _floats(values: Any) -> tuple[float, ...]:
    return tuple(float(value) for value in values)


def _require_finite(labels: Sequence[Label]) -> None:
    for place, label in enumerate(labels):
        numbers = [label.scorecard, label.weight, *(v for v in label.values if v is not None)]
        if not all(map(math.isfinite, numbers)) or label.weight <= 0 or not 0 <= label.scorecard <= 1:
            raise ValueError(f"label {place} holds a number that is none, or a share outside 0-1")
        if len(label.values) != len(NAMES):
            raise ValueError(f"label {place} has {len(label.values)} features and not {len(NAMES)}")


def _part(data: _Data, rows: Any) -> _Data:
    return _Data(data.offset[rows], data.z[rows], data.truth[rows], data.weight[rows])


def _losses(odds: Array, truth: Array) -> Array:
    import numpy as np

    return np.logaddexp(0.0, np.where(truth > 0.5, -odds, odds))


def _maximum(data: _Data, strength: float) -> tuple[Array, Array]:
    """(corrections per standard deviation, their covariance) of the greatest penalised likelihood."""
    import numpy as np

    start = np.zeros(data.z.shape[1])

    def loss(delta: Array) -> tuple[float, Array]:
        odds = data.offset + data.z @ delta
        slip = data.weight * (1 / (1 + np.exp(-odds)) - data.truth)
        total = float(data.weight @ _losses(odds, data.truth) + strength / 2 * delta @ delta)
        return total, data.z.T @ slip + strength * delta

    delta = _least(loss, start)
    share = 1 / (1 + np.exp(-(data.offset + data.z @ delta)))
    curve = (data.z.T * (data.weight * share * (1 - share))) @ data.z + strength * np.eye(len(delta))
    return delta, np.asarray(np.linalg.inv(curve), dtype=float)


def _least(loss: Callable[[Array], tuple[float, Array]], start: Array) -> Array:
    from scipy.optimize import minimize

    found: Array = minimize(loss, start, jac=True, method="L-BFGS-B", options={"gtol": 1e-8, "ftol": 1e-14}).x
    return found


def _choose(data: _Data, seed: int) -> tuple[float | None, Array]:
    """(strength of the prior, log-odds of each label by models that had not seen it); None: stay with the scorecard."""
    import numpy as np
    from sklearn.model_selection import StratifiedKFold

    odds = {strength: np.zeros(len(data.truth)) for strength in _STRENGTHS}
    loss = {strength: np.zeros(len(data.truth)) for strength in _STRENGTHS}
    for round_ in range(_ROUNDS):
        folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=seed + round_)
        for seen, unseen in folds.split(data.z, data.truth):
            for strength in _STRENGTHS:
                delta, _ = _maximum(_part(data, seen), strength)
                told = data.offset[unseen] + data.z[unseen] @ delta
                odds[strength][unseen] += told / _ROUNDS
                loss[strength][unseen] += _losses(told, data.truth[unseen]) / _ROUNDS
    share = data.weight / data.weight.sum()
    best = min(_STRENGTHS, key=lambda strength: float(share @ loss[strength]))
    gain = _losses(data.offset, data.truth) - loss[best]
    mean = float(share @ gain)
    error = math.sqrt(float((share**2) @ (gain - mean) ** 2))
    return (best if mean > error else None), odds[best]


def _calibrated(data: _Data, odds: Array) -> tuple[float, float]:
    """(slope, intercept) that make what was predicted of unseen labels true on average; pulled towards (1, 0)."""
    import numpy as np

    def loss(line: Array) -> tuple[float, Array]:
        told = line[0] * odds + line[1]
        slip = data.weight * (1 / (1 + np.exp(-told)) - data.truth)
        pull = _CALIBRATION_PRIOR * np.array([line[0] - 1, line[1]])
        total = float(data.weight @ _losses(told, data.truth) + pull @ pull / (2 * _CALIBRATION_PRIOR))
        return total, np.array([slip @ odds, slip.sum()]) + pull

    slope, intercept = _least(loss, np.array([1.0, 0.0]))
    return float(max(slope, 0.05)), float(intercept)
