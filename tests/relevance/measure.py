"""How good a ranking is: nDCG and recall of its first ten."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import log2
from statistics import fmean

FIRST = 10


def ndcg(ranked: Sequence[str], grades: Mapping[str, int]) -> float:
    """Normalised discounted cumulative gain, gains 2^grade − 1 (Järvelin & Kekäläinen 2002; Burges et al. 2005)."""

    def gain(of: Sequence[int]) -> float:
        return sum((2**grade - 1) / log2(place + 2) for place, grade in enumerate(of[:FIRST]))

    return gain([grades.get(one, 0) for one in ranked]) / gain(sorted(grades.values(), reverse=True))


def recall(ranked: Sequence[str], grades: Mapping[str, int]) -> float:
    return len(set(ranked[:FIRST]) & set(grades)) / min(len(grades), FIRST)


def mean(values: Sequence[float]) -> float:
    return fmean(values) if values else 0.0
