"""Which past cases resemble the one at hand: three rankings (warnings, words, numbers), fused by their ranks.

What may be compared at all (market, a warning in common, who may see it) is the caller's to say. Sums are `fsum`: sets
have another order in every process, and equals must stay equal.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import fsum, log, log1p, sqrt
from statistics import median

from scoring.scorecard import DEFAULT, Scorecard
from scoring.types import Metrics, RiskFlag

#: Of reciprocal rank fusion: how little the very first ranks stand out (Cormack, Clarke & Büttcher 2009 chose 60).
RANK = 60
#: A number counts as no further off than this many usual differences: one wild value says no more than that.
_FURTHEST = 3.0
#: What a usual difference is while too few values are known to tell: twice as much, or half.
_DOUBLE = log(2.0)
_ENOUGH = 5
#: Makes a normal distribution's median absolute deviation its standard deviation.
_NORMAL = 1.4826
#: Shares below a thousandth are one to us: the logarithm of nothing is no number.
_LEAST = 0.001

_SHARES = (
    "engagement_rate", "credibility", "suspicious_share", "comment_pod_share", "fake_follower_share", "sponsored_share",
)  # fmt: skip
_COUNTS = ("followers", "avg_views", "comments_per_100_likes", "views_per_like")
_GROWTHS = ("growth_14d", "growth_90d")


@dataclass(frozen=True, slots=True)
class Likeness:
    """What a case is compared by."""

    flags: Mapping[str, float] = field(default_factory=dict)
    """What the AI raised: codes, as strings (an enum's hash runs in Python), with their weights (`weighed`)."""
    words: frozenset[str] = frozenset()
    """Stems of what was written about it."""
    numbers: Mapping[str, float] = field(default_factory=dict)
    """Logarithms of what was measured (`numbers`); what was not is absent, never zero."""


def weighed(flags: Iterable[RiskFlag], card: Scorecard = DEFAULT) -> dict[str, float]:
    """Each raised warning with −ln(1 − w), w of its severity: what it would add to the risk, whether or not it counts.

    >>> from scoring.types import FlagCode, Severity
    >>> weighed([RiskFlag(FlagCode.GROWTH_SPIKE, None, None, Severity.MAJOR, 0)])
    {'growth_spike': 0.2877}
    """
    return {flag.code.value: round(-log1p(-card.weights[flag.severity]), 4) for flag in flags}


def numbers(metrics: Metrics, fee: float | None = None, currency: str | None = None) -> dict[str, float]:
    """What was measured, on scales on which twice as much is everywhere as far: ln x, ln(x + .001) for shares, ln(1 + g).

    A fee is compared with fees in its own currency only.

    >>> numbers(Metrics(followers=84_000, engagement_rate=0.0, growth_14d=0.22), 4500, "EUR")
    {'engagement_rate': -6.908, 'followers': 11.339, 'growth_14d': 0.199, 'fee EUR': 8.412}
    """  # noqa: E501
    found: dict[str, float] = {}
    for name in _SHARES:
        if (share := getattr(metrics, name)) is not None and share >= 0:
            found[name] = log(share + _LEAST)
    for name in _COUNTS:
        if (count := getattr(metrics, name)) is not None and count >= 0:
            found[name] = log1p(count)
    for name in _GROWTHS:
        if (growth := getattr(metrics, name)) is not None and growth > -1:
            found[name] = log1p(growth)
    if fee is not None and fee >= 0 and currency:
        found[f"fee {currency}"] = log1p(fee)
    return {name: round(value, 3) for name, value in found.items()}


def flags_alike(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    """Weighted Jaccard index of two sets of warnings, Σ min / Σ max (Ružička 1958): 1 the same, 0 nothing in common.

    >>> flags_alike({"spike": 0.29}, {"spike": 0.29, "pod": 0.29}), flags_alike({"spike": 0.29}, {"pod": 0.29})
    (0.5, 0.0)
    """
    common = one.keys() & other.keys()
    least = fsum([min(one[code], other[code]) for code in common])
    # Σ max is what both weigh together, less what they weigh in common.
    most = fsum([*one.values(), *other.values(), -least])
    return round(least / most, 6) if most else 0.0


def words_alike(case: frozenset[str], others: Sequence[frozenset[str]]) -> list[float]:
    """How far each shares the case's words: Σ ln(1 + N / n) over the words in common, by √ of how many it has.

    A word that n of the N others have tells the less the more have it (Spärck Jones 1972); the root keeps a long text
    from winning by its length (cosine with the others' words unweighted, "btn.bnc" in SMART's notation).

    >>> found = words_alike(frozenset({"giveaway", "beauty"}), [frozenset({"giveaway"}), frozenset({"beauty", "bot"})])
    >>> [round(value, 2) for value in found]
    [1.1, 0.78]
    """
    shared = [case & words for words in others]
    having: dict[str, int] = {}
    for words in shared:
        for word in words:
            having[word] = having.get(word, 0) + 1
    told = {word: log1p(len(others) / count) for word, count in having.items()}
    return [round(fsum([told[w] for w in ours]) / sqrt(len(all_)), 6) if ours else 0.0
            for ours, all_ in zip(shared, others, strict=True)]  # fmt: skip


def usual_difference(values: Sequence[float]) -> float:
    """A robust standard deviation, 1.4826 × the median absolute deviation (Hampel 1974); ln 2 where too few are known.

    >>> round(usual_difference([1, 2, 3, 4, 100]), 2), round(usual_difference([7, 7]), 2)
    (1.48, 0.69)
    """
    if len(values) < _ENOUGH:
        return _DOUBLE
    middle = median(values)
    return _NORMAL * median(abs(value - middle) for value in values) or _DOUBLE


def numbers_apart(case: Mapping[str, float], others: Sequence[Mapping[str, float]]) -> list[float | None]:
    """The mean difference of each from the case, in usual differences; None with no number in common.

    Over the numbers that both have (Gower 1971); one of the case's that the other lacks counts as one usual difference,
    or whoever has been measured least would be nearest.

    >>> numbers_apart({"followers": 11.0}, [{"followers": 11.0}, {"followers": 11.693}, {}])
    [0.0, 0.9998, None]
    """
    usual = {
        name: usual_difference([value, *(other[name] for other in others if name in other)])
        for name, value in case.items()
    }
    found: list[float | None] = []
    for other in others:
        known = case.keys() & other.keys()
        off = fsum([min(abs(case[name] - other[name]) / usual[name], _FURTHEST) for name in known])
        found.append(round((off + len(case) - len(known)) / len(case), 4) if known else None)
    return found


def ranks(values: Sequence[float | None]) -> list[int | None]:
    """1 for the greatest; equals share the better rank, so that the order in which they come decides nothing.

    >>> ranks([0.2, None, 0.9, 0.2])
    [2, None, 1, 2]
    """
    order = sorted((value for value in values if value is not None), reverse=True)
    first: dict[float, int] = {}
    for place, value in enumerate(order, 1):
        first.setdefault(value, place)
    return [None if value is None else first[value] for value in values]


def fused(rankings: Sequence[Sequence[int | None]]) -> list[float]:
    """Σ 1 / (60 + rank) over the rankings: reciprocal rank fusion (Cormack, Clarke & Büttcher, SIGIR 2009).

    It needs no common scale: what is a distance here and a share of words there is a place in both.

    >>> [round(1000 * score, 2) for score in fused([[1, 2], [None, 1]])]
    [16.39, 32.52]
    """
    return [fsum([1 / (RANK + place) for place in places if place]) for places in zip(*rankings, strict=True)]


def alike(case: Likeness, others: Sequence[Likeness]) -> list[float]:
    """How alike each is to the case, comparable among these others only; greater is nearer.

    What shares no word with the case, or no number, takes no part in that ranking.
    """
    by_flags = [flags_alike(case.flags, other.flags) or None for other in others]
    by_words = [value or None for value in words_alike(case.words, [other.words for other in others])]
    apart = numbers_apart(case.numbers, [other.numbers for other in others])
    by_numbers = [None if value is None else -value for value in apart]
    return fused([ranks(by_flags), ranks(by_words), ranks(by_numbers)])


def nearest(case: Likeness, others: Sequence[Likeness]) -> list[int]:
    """The places of the others, the most alike first; of equals the one that stands first: give the newest first."""
    scores = alike(case, others)
    return sorted(range(len(others)), key=lambda place: (-scores[place], place))
