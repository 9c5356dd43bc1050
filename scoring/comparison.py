"""How two models do on the same labels that neither has seen: ranking, error, calibration.

Imported where somebody retrains, and never before: scikit-learn is slow to import.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

from scoring.learning import Label
from scoring.model import Model

_BINS = 5
"""Of the calibration curve: with some hundred labels ten would each hold next to nothing."""
UNSEEN = 0.3
"""Share of the labels, the latest, on which models are compared; they learn from the ones before."""


@dataclass(frozen=True, slots=True)
class Figures:
    """How one model did. Labels weigh here what they weigh in learning."""

    auc: float | None
    """Area under the ROC curve; None where all labels are alike."""
    pr_auc: float | None
    """Average precision, which is the area under the precision-recall curve without its optimism."""
    brier: float
    """Mean squared error of the probability; Brier 1950."""
    calibration_error: float
    """Mean distance between what was predicted and what was true, over five groups of equal size."""
    curve: tuple[tuple[float, float, int], ...]
    """(mean prediction, true share, labels) per group."""

    def plain(self) -> Mapping[str, Any]:
        return asdict(self)


def split(count: int) -> int:
    """How many of so many labels, in the order of time, are learned from when the rest is to be unseen.

    >>> split(100)
    70
    """
    return count - math.ceil(count * UNSEEN)


def figures(model: Model, labels: Sequence[Label]) -> Figures:
    """What this model makes of labels that it has not learned from. Raises ValueError for none at all."""
    from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

    if not labels:
        raise ValueError("no label to measure on")
    told = model.predict_many([label.scorecard for label in labels], [label.values for label in labels])
    truth, weight = [label.truth for label in labels], [label.weight for label in labels]
    both = len(set(truth)) == 2
    return Figures(
        float(roc_auc_score(truth, told, sample_weight=weight)) if both else None,
        float(average_precision_score(truth, told, sample_weight=weight)) if both else None,
        float(brier_score_loss(truth, told, sample_weight=weight, pos_label=True)),
        *_calibration(told, labels),
    )


def _calibration(told: Sequence[float], labels: Sequence[Label]) -> tuple[float, tuple[tuple[float, float, int], ...]]:
    """(calibration error, curve): groups of equal size in the order of the prediction."""
    ordered = sorted(zip(told, labels, strict=True), key=lambda pair: pair[0])
    groups = min(_BINS, len(ordered))
    edges = [round(len(ordered) * place / groups) for place in range(groups + 1)]
    curve, error, total = [], 0.0, math.fsum(label.weight for label in labels)
    for start, end in pairwise(edges):
        part = ordered[start:end]
        weight = math.fsum(label.weight for _, label in part)
        mean = math.fsum(p * label.weight for p, label in part) / weight
        true = math.fsum(label.weight for _, label in part if label.truth) / weight
        curve.append((mean, true, len(part)))
        error += weight / total * abs(mean - true)
    return error, tuple(curve)
