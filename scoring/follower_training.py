"""Fits the follower model, and measures how it does where it was not fitted: on a source that it has not seen.

A weighted logistic sum of monotone ladders with a ridge, one for every set of columns that may be known (pattern
submodels, Fletcher Mercaldo and Blume 2020). Each source counts the same whatever its size and share of fakes. The log
odds are read from scores on accounts that the sums were not fitted on.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from scoring.fake_followers import (
    COLUMNS,
    LADDERS,
    FakeShare,
    Follower,
    FollowerModel,
    digest,
    fake_share,
    read_model,
    rungs,
)

Numbers = NDArray[np.float64]

NAME: Final = "fake-followers-1"
RIDGE: Final = 0.001
ROUNDS: Final = 300
FOLDS: Final = 4
MOST_ROWS: Final = 3000
"""Of one source, drawn with a fixed seed; more changes no figure in the second digit."""
_START, _STEP, _POINTS = -7.0, 0.5, 29
_BLUR: Final = 0.6
_FLOOR: Final = 0.02
"""Every score may come from either kind with this much probability spread evenly: no profile is ever certain."""


@dataclass(frozen=True, slots=True)
class Source:
    """Labelled followers from one place."""

    name: str
    followers: tuple[Follower, ...]
    fake: tuple[bool, ...]
    about: Mapping[str, Any] = field(default_factory=dict)
    """File name, SHA-256 and whatever else the model file should say of it."""


@dataclass(frozen=True, slots=True)
class _Rows:
    """One source as numbers: per column its rungs (NaN where not known), the label, and what each row counts for."""

    name: str
    parts: Mapping[str, Numbers]
    fake: Numbers
    weight: Numbers


def train(sources: Sequence[Source], *, trained: str, only: Collection[str] = ()) -> dict[str, Any]:
    """The model's file as plain values: sums for every set of columns that the sources know; `trained` is the date.

    `only` limits it to some sets (`Follower.known`). Raises ValueError without a source, or for one of a single kind.
    """
    rows = [_rows(source) for source in sources]
    if not rows:
        raise ValueError("no source to train on")
    sums: dict[str, Any] = {}
    for known in _patterns():
        if only and " ".join(known) not in only:
            continue
        fitted = _fitted([one for one in rows if any(not np.isnan(one.parts[name]).all() for name in known)], known)
        if fitted is not None:
            sums[" ".join(known)] = fitted
    plain: dict[str, Any] = {
        "name": NAME,
        "curve": {"start": _START, "step": _STEP},
        "provenance": {
            "trained": trained,
            "sources": [
                {
                    "name": source.name,
                    **source.about,
                    "rows": len(source.fake),
                    "fake": sum(source.fake),
                }
                for source in sources
            ],
            "columns": {name: {"knots": list(k), "more_is_suspicious": up} for name, (k, up) in LADDERS.items()},
            "ridge": RIDGE,
        },
        "sums": sums,
    }
    return plain | {"sha256": digest(plain)}


def model_of(plain: Mapping[str, Any]) -> FollowerModel:
    """The model that `train`'s values are the file of."""
    import json

    return read_model(json.dumps(plain).encode())


def _patterns() -> Iterator[tuple[str, ...]]:
    for size in range(1, len(COLUMNS) + 1):
        yield from combinations(COLUMNS, size)


def _rows(source: Source) -> _Rows:
    fake = np.asarray(source.fake, dtype=float)
    if not 0 < fake.sum() < len(fake):
        raise ValueError(f"{source.name} holds only one kind of follower")
    picked = np.random.default_rng(1).permutation(len(fake))[:MOST_ROWS]
    fake = fake[picked]
    parts = {}
    for name, (knots, _) in LADDERS.items():
        unknown = (float("nan"),) * (len(knots) - 1)
        values = [getattr(source.followers[at], name) for at in picked]
        parts[name] = np.array([unknown if value is None else rungs(name, value) for value in values])
    weight = np.where(fake == 1.0, 0.5 / fake.sum(), 0.5 / (len(fake) - fake.sum()))
    return _Rows(source.name, parts, fake, weight)


def _joined(rows: Sequence[_Rows], known: Sequence[str]) -> tuple[Numbers, Numbers, Numbers]:
    x = np.vstack([np.hstack([one.parts[name] for name in known]) for one in rows])
    return x, np.concatenate([one.fake for one in rows]), np.concatenate([one.weight for one in rows])


def _fitted(rows: Sequence[_Rows], known: tuple[str, ...]) -> dict[str, Any] | None:
    """Sums and curve of one set of columns; None where no source knows all of it together or in parts."""
    if not rows or any(all(np.isnan(one.parts[name]).all() for one in rows) for name in known):
        return None
    x, fake, weight = _joined(rows, known)
    intercept, weights = _fit(x, fake, weight)
    curve = _curve(*_unseen(rows, known))
    split = np.split(weights, np.cumsum([len(LADDERS[name][0]) - 1 for name in known])[:-1])
    return {
        "intercept": round(intercept, 4),
        "weights": {name: [round(float(w), 4) for w in part] for name, part in zip(known, split, strict=True)},
        "curve": [round(float(point), 3) for point in curve],
    }


def _fit(x: Numbers, fake: Numbers, weight: Numbers) -> tuple[float, Numbers]:
    """Intercept and weights, none below zero: ridge logistic regression by accelerated projected gradient.

    A part that is not known counts as the mean of those that are (Beck and Teboulle 2009 for the descent).
    """
    weight = weight / weight.sum()
    unknown = np.isnan(x)
    shares = np.where(unknown, 0.0, weight[:, None])
    mean = (np.where(unknown, 0.0, x) * weight[:, None]).sum(0) / np.maximum(shares.sum(0), 1e-12)
    z = np.where(unknown, 0.0, x - mean)
    step = 1.0 / (np.linalg.eigvalsh((z * weight[:, None]).T @ z)[-1] * 0.25 + RIDGE)
    best = ahead = np.zeros(x.shape[1])
    middle = ahead_middle = 0.0
    speed = 1.0
    for _ in range(ROUNDS):
        wrong = weight * (1.0 / (1.0 + np.exp(-(z @ ahead + ahead_middle))) - fake)
        new = np.maximum(0.0, ahead - step * (z.T @ wrong + RIDGE * ahead))
        new_middle = ahead_middle - 3.6 * float(wrong.sum())
        faster = (1.0 + np.sqrt(1.0 + 4.0 * speed * speed)) / 2.0
        ahead, ahead_middle = new + (speed - 1.0) / faster * (new - best), new_middle
        best, middle, speed = new, new_middle, faster
    return middle - float(best @ mean), best


def _score(intercept: float, weights: Numbers, x: Numbers, mean: Numbers) -> Numbers:
    return np.asarray(np.where(np.isnan(x), mean, x) @ weights + intercept)


def _means(x: Numbers, weight: Numbers) -> Numbers:
    unknown = np.isnan(x)
    shares = np.where(unknown, 0.0, weight[:, None]).sum(0)
    return np.asarray((np.where(unknown, 0.0, x) * weight[:, None]).sum(0) / np.maximum(shares, 1e-12))


def _unseen(rows: Sequence[_Rows], known: Sequence[str]) -> tuple[Numbers, Numbers, Numbers]:
    """Scores of accounts by sums that have not seen them: by folds, and each source by all the others."""
    x, fake, weight = _joined(rows, known)
    fold = np.random.default_rng(2).permutation(len(fake)) % FOLDS
    splits = [(fold != k, fold == k) for k in range(FOLDS)]
    place = np.concatenate([np.full(len(one.fake), at) for at, one in enumerate(rows)])
    if len(rows) > 1:
        splits += [(place != at, place == at) for at in range(len(rows))]
    scores, fakes, weights = [], [], []
    for seen, rest in splits:
        fitted = _fit(x[seen], fake[seen], weight[seen])
        scores.append(_score(*fitted, x[rest], _means(x[seen], weight[seen])))
        fakes.append(fake[rest])
        weights.append(weight[rest])
    return np.concatenate(scores), np.concatenate(fakes), np.concatenate(weights)


def _curve(scores: Numbers, fake: Numbers, weight: Numbers) -> Numbers:
    """Log odds at the points of the curve: smoothed densities of the two kinds, made to rise with the score."""
    kinds = []
    edges = _START + _STEP / 4 * (np.arange(4 * _POINTS + 1) - 2)
    centres = (edges[1:] + edges[:-1]) / 2
    points = _START + _STEP * np.arange(_POINTS)
    blur = np.exp(-0.5 * ((points[:, None] - centres[None]) / _BLUR) ** 2)
    for kind in (0.0, 1.0):
        of = fake == kind
        held, _ = np.histogram(np.clip(scores[of], edges[0], edges[-1]), edges, weights=weight[of])
        density = blur @ held
        kinds.append((1.0 - _FLOOR) * density / density.sum() + _FLOOR / _POINTS)
    odds = np.log(kinds[1] / kinds[0])
    middle = int(np.argmin(np.abs(odds[_POINTS // 4 : -_POINTS // 4]))) + _POINTS // 4
    # Outwards from where nothing is known: beyond the scores that occur, the floor would lead back to nothing.
    left = np.minimum.accumulate(odds[middle::-1])[::-1]
    return np.concatenate([left[:-1], np.maximum.accumulate(odds[middle:])])


# How it does ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Figures:
    """What a model did on labelled followers, re-weighted to a share of fakes by drawing them anew."""

    truth: float
    share: float
    low: float
    high: float
    called: float
    """Share of followers whose chance is above one half."""
    pr_auc: float
    brier: float


def measure(model: FollowerModel, source: Source, truth: float, *, size: int = 2000, seed: int = 3) -> Figures:
    """Figures on `size` followers drawn from a source with replacement so that `truth` of them are fake."""
    drawn = np.random.default_rng(seed)
    kinds = np.asarray(source.fake)
    fakes = round(size * truth)
    picked = [*drawn.choice(np.flatnonzero(~kinds), size - fakes), *drawn.choice(np.flatnonzero(kinds), fakes)]
    found = fake_share([source.followers[at] for at in picked], model)
    return figures_of(found, kinds[picked], truth)


def figures_of(found: FakeShare, fake: Sequence[bool] | NDArray[np.bool_], truth: float) -> Figures:
    """A sample's answer beside the labels."""
    chance, label = np.asarray(found.probabilities), np.asarray(fake, dtype=float)
    return Figures(
        truth=truth,
        share=found.share,
        low=found.low,
        high=found.high,
        called=float((chance > 0.5).mean()),
        pr_auc=average_precision(chance, label),
        brier=float(((chance - label) ** 2).mean()),
    )


def average_precision(chance: Numbers, label: Numbers) -> float:
    """Area under precision and recall, equal chances taken together; the steps of scikit-learn's function of that name.

    >>> average_precision(np.array([0.9, 0.8, 0.2]), np.array([1.0, 0.0, 1.0]))
    0.8333333333333333
    """
    order = np.argsort(-chance, kind="stable")
    chance, label = chance[order], label[order]
    last = np.append(np.flatnonzero(np.diff(chance)), len(chance) - 1)
    hits = np.cumsum(label)[last]
    return float(np.sum(np.diff(hits, prepend=0.0) / label.sum() * hits / (last + 1)))


@dataclass(frozen=True, slots=True)
class Transfer:
    """One experiment: a model of some sources, tried on another one that it has not seen."""

    seen: str
    target: str
    columns: tuple[str, ...]
    quiet: float
    figures: Figures


LESS: Final[tuple[tuple[str, ...], ...]] = (
    ("posts", "followers", "following", "has_profile_picture"),
    ("followers", "following"),
    ("has_profile_picture", "is_private", "digit_share"),
)
"""Columns that a list may have instead of all, for the experiments."""


def transfers(sources: Sequence[Source], truths: Sequence[float]) -> list[Transfer]:
    """Every source scored by a model of all the others.

    At each share of fakes, and at 10 % with less known of everybody, or with more quiet people among the genuine ones.
    """
    found: list[Transfer] = []
    for target in sources:
        others = [one for one in sources if one is not target]
        if not others:
            continue
        seen = " + ".join(one.name for one in others)
        cut = [(columns, _with_only(target, columns)) for columns in LESS]
        only = {one.known for _, less in [(COLUMNS, target), *cut] for one in less.followers}
        model = model_of(train(others, trained="", only=only))
        found += [Transfer(seen, target.name, COLUMNS, 0.0, measure(model, target, truth)) for truth in truths]
        found += [Transfer(seen, target.name, columns, 0.0, measure(model, less, 0.10)) for columns, less in cut]
        found += [
            Transfer(seen, target.name, COLUMNS, share, measure(model, quieter(target, share), 0.10))
            for share in (0.15, 0.30)
        ]
    return found


def quieter(source: Source, share: float) -> Source:
    """The source with `share` of its genuine followers quiet: a tenth of the posts, a third of the followers, no bio.

    Invented, as a stress: who only reads is rare in the sources and common among creators' followers.
    """
    drawn = np.random.default_rng(4).random(len(source.fake))
    return replace(
        source,
        followers=tuple(
            one
            if fake or draw >= share
            else replace(one, posts=(one.posts or 0) // 10, followers=(one.followers or 0) // 3, bio_length=0.0)
            for one, fake, draw in zip(source.followers, source.fake, drawn, strict=True)
        ),
    )


def _with_only(source: Source, columns: Sequence[str]) -> Source:
    kept = tuple(Follower(**{name: getattr(one, name) for name in columns}) for one in source.followers)
    return replace(source, followers=kept)
