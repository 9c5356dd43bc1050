"""How many of a creator's followers are fake: the share in a sample of them, with its interval, from shipped numbers.

Trains nothing (`follower_training` does) and needs no library: one follower is a dozen sums. What a profile does not
say is missing and never zero: the sums of exactly the columns that are there are used, they say less, and the interval
is wider. What the numbers rest on, and where they fail, is in docs/model-card.md.
"""

from __future__ import annotations

import hashlib
import json
import math
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import Any, Final

from scoring.types import Metrics

INTERVAL: Final = 0.95
PRIOR_FAKE: Final = 1.5
PRIOR_GENUINE: Final = 13.5
"""Accounts that every sample is thought to hold besides its own: 15 with 10 % fake among them, which is what creators'
followers usually are. A handful of followers stays near that; two hundred speak for themselves."""
CEILING: Final = 200
"""No sample counts for more accounts than this: where a creator's followers differ from those that the model has seen,
more of them make the answer no truer (a coarsened posterior, Miller and Dunson 2019). It falls with the square of the
share of columns that are known: with less known, models fail more often where they have not been (docs/model-card.md),
and no likelihood knows that."""

Knots = tuple[float, ...]
LADDERS: Final[Mapping[str, tuple[Knots, bool]]] = {
    "posts": ((0, 1, 3, 10, 30, 100, 300), False),
    "followers": ((0, 10, 30, 100, 300, 1000, 3000), False),
    "following": ((50, 200, 500, 1000, 2000, 4000, 7500), True),
    "has_profile_picture": ((0, 1), False),
    "is_private": ((0, 1), False),
    "digit_share": ((0, 0.1, 0.2, 0.3, 0.5), True),
    "bio_length": ((0, 1, 20, 80), False),
}
"""Column -> knots, and whether more of it is more suspicious. The direction is the same in every source and held in the
fit: a follower never becomes more credible by following more people or by losing its picture."""
COLUMNS: Final = tuple(LADDERS)
_COUNTS: Final = frozenset({"posts", "followers", "following"})


@dataclass(frozen=True, slots=True)
class Follower:
    """What one follower's profile shows; None is not known. Counts from 0, `digit_share` from 0 to 1."""

    posts: float | None = None
    followers: float | None = None
    following: float | None = None
    has_profile_picture: bool | None = None
    is_private: bool | None = None
    digit_share: float | None = None
    """Digits in the username / its length."""
    bio_length: float | None = None

    @property
    def known(self) -> str:
        """The columns that are known, joined by spaces: the key of the model's sums for them."""
        return " ".join(name for name in COLUMNS if getattr(self, name) is not None)


@dataclass(frozen=True, slots=True)
class Sums:
    """What is added up for one set of columns, and what the total says: log odds at equal numbers of fake and genuine.

    `curve` gives those log odds at `start`, `start + step`, …; between them lines, beyond them the ends.
    """

    intercept: float
    weights: Mapping[str, tuple[float, ...]]
    curve: tuple[float, ...]
    start: float
    step: float

    def total(self, follower: Follower) -> float:
        return self.intercept + sum(
            weight * part
            for name, weights in self.weights.items()
            for weight, part in zip(weights, rungs(name, getattr(follower, name)), strict=True)
            if part
        )

    def log_odds(self, follower: Follower) -> float:
        at = (self.total(follower) - self.start) / self.step
        last = len(self.curve) - 1
        if at <= 0 or at >= last:
            return self.curve[0] if at <= 0 else self.curve[last]
        low = int(at)
        return self.curve[low] + (at - low) * (self.curve[low + 1] - self.curve[low])


@dataclass(frozen=True, slots=True)
class FollowerModel:
    """Sums by the columns that are known, and where they come from."""

    name: str
    sums: Mapping[str, Sums]
    provenance: Mapping[str, Any]
    sha256: str

    def log_odds(self, follower: Follower) -> float | None:
        """How far the profile speaks for fake (natural logarithm of the likelihood ratio); None if it says nothing."""
        known = follower.known
        return self.sums[known].log_odds(follower) if known in self.sums else None


@dataclass(frozen=True, slots=True)
class FakeShare:
    """Share of a sample that is fake, the interval that holds it with 95 %, and what each follower's chance is."""

    share: float
    low: float
    high: float
    judged: int
    """Followers of whom anything was known."""
    probabilities: tuple[float, ...] = field(repr=False)
    """Per follower, in order; for one of whom nothing is known it is the share itself."""
    model: str

    @property
    def called(self) -> tuple[bool, ...]:
        """Who is called fake, per follower in order: as many as the share says, those with the highest chances first.

        Half of chances above .5 would call too few where fakes are rare and too many where they are not; of equal
        chances the first in the list are called.

        >>> FakeShare(0.5, 0.1, 0.9, 4, (0.2, 0.9, 0.4, 0.4), "m").called
        (False, True, True, False)
        """
        many = math.floor(self.share * len(self.probabilities) + 0.5)
        order = sorted(range(len(self.probabilities)), key=lambda at: (-self.probabilities[at], at))
        fakes = frozenset(order[:many])
        return tuple(at in fakes for at in range(len(order)))


class ModelFault(ValueError):
    """A model file that may not be used: changed since it was written, or not such a file at all."""


def rungs(name: str, value: float) -> tuple[float, ...]:
    """How far a value has climbed each step of its column's ladder, 0 to 1; turned round where less is suspicious.

    >>> rungs("has_profile_picture", False), [round(part, 2) for part in rungs("bio_length", 10)]
    ((1.0,), [0.0, 0.53, 1.0])
    """
    knots, more = _ladder(name)
    at = math.log1p(max(0.0, value)) if name in _COUNTS else float(value)
    steps = (min(1.0, max(0.0, (at - low) / (high - low))) for low, high in pairwise(knots))
    return tuple(steps) if more else tuple(1.0 - part for part in steps)


@cache
def _ladder(name: str) -> tuple[Knots, bool]:
    knots, more = LADDERS[name]
    return (tuple(math.log1p(knot) for knot in knots) if name in _COUNTS else knots), more


def fake_share(followers: Iterable[Follower], model: FollowerModel | None = None) -> FakeShare:
    """The share of fake followers in a sample, and each one's chance to be one.

    The share is not assumed: expectation-maximisation on the posterior (Saerens, Latinne and Decaestecker 2002), from
    10 % worth 15 accounts. The interval is the middle 95 % of the same posterior; a sample counts for 200 accounts at
    most. An empty sample, or one of which nothing is known, is the prior itself with its wide interval.

    >>> empty = fake_share([])
    >>> round(empty.share, 2), empty.judged, empty.high > 0.25
    (0.1, 0, True)
    """
    model = model or shipped_model()
    people = list(followers)
    seen = [model.log_odds(follower) for follower in people]
    ratios = [math.exp(one) for one in seen if one is not None]
    worth = _worth([follower for follower, one in zip(people, seen, strict=True) if one is not None])
    share = _most_likely(ratios, worth)
    low, high = _interval(ratios, worth)
    chances = tuple(share if one is None else _chance(math.exp(one), share) for one in seen)
    return FakeShare(share, min(low, share), max(high, share), len(ratios), chances, model.name)


def with_sample(metrics: Metrics, followers: Sequence[Follower], model: FollowerModel | None = None) -> Metrics:
    """Metrics with what a sample of the creator's followers says: share, interval, size.

    A share that came with the candidate is kept: whoever gave it may know more than profiles show. A sample of which
    nothing is known changes nothing.
    """
    if metrics.fake_follower_share is not None:
        return metrics
    found = fake_share(followers, model)
    if not found.judged:
        return metrics
    return replace(
        metrics,
        fake_follower_share=found.share,
        fake_share_low=found.low,
        fake_share_high=found.high,
        fake_sample=found.judged,
    )


def _chance(ratio: float, share: float) -> float:
    return share * ratio / (share * ratio + 1.0 - share)


def _worth(judged: Sequence[Follower]) -> float:
    """What one follower counts for, 0 to 1."""
    if not judged:
        return 0.0
    known = sum(follower.known.count(" ") + 1 for follower in judged) / (len(judged) * len(COLUMNS))
    return min(1.0, CEILING * known * known / len(judged))


def _most_likely(ratios: Sequence[float], worth: float) -> float:
    share = PRIOR_FAKE / (PRIOR_FAKE + PRIOR_GENUINE)
    if not ratios:
        return share
    whole = worth * len(ratios) + PRIOR_FAKE + PRIOR_GENUINE
    for _ in range(500):
        before = share
        share = (worth * sum(_chance(ratio, share) for ratio in ratios) + PRIOR_FAKE) / whole
        if abs(share - before) < 1e-7:
            break
    return share


_GRID: Final = tuple((step + 0.5) / 400 for step in range(400))
_BINS: Final = 20
"""Followers alike to a twentieth of a log-odds unit are counted together: the interval is the same, and 400 times
10,000 logarithms are not taken."""


def _interval(ratios: Sequence[float], worth: float) -> tuple[float, float]:
    counts: dict[int, int] = {}
    for ratio in ratios:
        key = round(math.log(ratio) * _BINS)
        counts[key] = counts.get(key, 0) + 1
    alike = [(math.exp(key / _BINS) - 1.0, worth * count) for key, count in counts.items()]
    logs = [
        PRIOR_FAKE * math.log(p)
        + PRIOR_GENUINE * math.log1p(-p)
        + sum(count * math.log1p(p * excess) for excess, count in alike)
        for p in _GRID
    ]
    top = max(logs)
    below: list[float] = []
    total = 0.0
    for one in logs:
        total += math.exp(one - top)
        below.append(total)
    tail = (1.0 - INTERVAL) / 2.0
    ends = (bisect_right(below, tail * total), bisect_right(below, (1.0 - tail) * total))
    return _GRID[ends[0]], _GRID[min(ends[1], len(_GRID) - 1)]


@cache
def shipped_model() -> FollowerModel:
    """The model that comes with the package. Raises ModelFault when its file was changed."""
    return read_model(resources.files("scoring").joinpath("data/fake_followers.json").read_bytes())


def digest(plain: Mapping[str, Any]) -> str:
    """SHA-256 of a model's content in one canonical form, its own field `sha256` left out."""
    content = {key: value for key, value in plain.items() if key != "sha256"}
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def read_model(data: bytes) -> FollowerModel:
    """A model from the bytes of its file. Raises ModelFault for a wrong hash or anything that is no such file."""
    try:
        plain = json.loads(data)
        written = str(plain["sha256"])
        right = digest(plain) == written
        model = _from_plain(plain, written) if right else None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelFault(f"it is not a model of followers ({type(error).__name__})") from error
    if model is None:
        raise ModelFault("its numbers are not those that its SHA-256 was written for")
    for known, sums in model.sums.items():
        fitting = {name: len(LADDERS[name][0]) - 1 for name in known.split() if name in LADDERS}
        if {name: len(weights) for name, weights in sums.weights.items()} != fitting or len(sums.curve) < 2:
            raise ModelFault("its weights are for other columns than this version's")
    return model


def _from_plain(plain: Mapping[str, Any], written: str) -> FollowerModel:
    grid = plain["curve"]
    sums = {
        known: Sums(
            intercept=float(one["intercept"]),
            weights={name: tuple(map(float, one["weights"][name])) for name in known.split()},
            curve=tuple(map(float, one["curve"])),
            start=float(grid["start"]),
            step=float(grid["step"]),
        )
        for known, one in plain["sums"].items()
    }
    return FollowerModel(str(plain["name"]), sums, dict(plain["provenance"]), written)
