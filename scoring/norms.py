"""Market norms: what is usual per platform, market and follower tier, and per category where enough creators are known.

A market's own creators count for as much as there are of them: its quantiles are drawn towards those of its region, and
a region's towards the world's; a category's towards those of its market. Where there are hardly any creators of the
market, or nobody to learn the rest from, the answer is "no norm yet"; another market's norm never stands in for it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

from scoring.categories import category_key
from scoring.features import derived, sieved
from scoring.regions import REGIONS, region_of
from scoring.types import Band, Metrics, Tier

WORLD = "*"
"""Key of the rows over all markets together. Only found by asking for it: for shrinkage, never as a silent stand-in."""
LEAST = 20
"""Fewest creators behind a norm that stands alone. From 19 on the 5 % and 95 % quantiles lie inside the sample."""
FEW = 5
"""Fewest creators of a market whose norm may lean on others: docs/norms.md has what that was measured to hold."""
KAPPA = 20
"""As how many creators the market counts in a category's norm, the region in a market's, the world in a region's
(DOMAIN.md)."""
METRICS = ("engagement_rate", "comments_per_100_likes", "views_per_like")

_Cell = tuple[str, str, Tier, str | None]


class NormKey(NamedTuple):
    """Platform in lower case, market in upper case, category by `scoring.categories` (None: the whole tier)."""

    platform: str
    market: str
    tier: Tier
    category: str | None
    metric: str


class NormRow(NamedTuple):
    """One creator that a norm is built from, counted once; market None counts for `WORLD` alone."""

    platform: str
    market: str | None
    tier: Tier | None
    categories: Sequence[str]
    metrics: Metrics


@dataclass(frozen=True, slots=True)
class NormTable:
    """Bands by `NormKey`, and where they come from."""

    bands: Mapping[NormKey, Band] = field(default_factory=dict)
    provenance: Mapping[str, Any] = field(default_factory=dict)

    def band(
        self, platform: str, market: str, tier: Tier | None, metric: str, category: str | None = None
    ) -> Band | None:
        """The category's band where there is one, else the whole tier's (`Band.category` says which), else None."""
        if tier is None:
            return None
        platform, market = platform.lower(), market.upper()
        if category is not None:
            own = self.bands.get(NormKey(platform, market, tier, category_key(category), metric))
            if own is not None:
                return own
        return self.bands.get(NormKey(platform, market, tier, None, metric))

    def nearest(
        self, platform: str, market: str, tier: Tier | None, metric: str, categories: Iterable[str]
    ) -> Band | None:
        """As `band`, for the first of a creator's categories that has a norm of its own."""
        for category in categories:
            found = self.band(platform, market, tier, metric, category)
            if found is None or found.category is not None:
                return found
        return self.band(platform, market, tier, metric)

    def to_json(self) -> dict[str, Any]:
        """Plain values for `json.dump`; `from_json` gives an equal table back."""
        rows = [
            {
                "platform": key.platform,
                "market": key.market,
                "tier": str(key.tier),
                **({} if key.category is None else {"category": key.category}),
                "metric": key.metric,
                "creators": band.creators,
                "q05": band.low,
                "q50": band.median,
                "q95": band.high,
            }
            for key, band in sorted(self.bands.items(), key=lambda item: (item[0][:3], item[0][3] or "", item[0][4]))
        ]
        return {"provenance": dict(self.provenance), "bands": rows}

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> NormTable:
        """A table from `to_json`'s values. Raises ValueError when they are something else."""
        try:
            pairs = dict(_row(row) for row in plain["bands"])
            return cls(pairs, dict(plain.get("provenance", {})))
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"not a table of norms: {error!r}") from error


@cache
def shipped_norms() -> NormTable:
    """The aggregates that come with the package; their provenance says what they are good for."""
    text = resources.files("scoring").joinpath("data/norms.json").read_text(encoding="utf-8")
    return NormTable.from_json(json.loads(text))


def merged(own: NormTable, shipped: NormTable, least: int = LEAST) -> NormTable:
    """Own norms where they rest on enough creators, else shipped ones, else own ones of few creators.

    Where own numbers decide a platform, market, tier and metric, the shipped categories of that cell go as well.
    """
    mine = {key: band for key, band in own.bands.items() if (band.creators or 0) >= least}
    covered = {key._replace(category=None) for key in mine}
    rest = {key: band for key, band in shipped.bands.items() if key._replace(category=None) not in covered}
    bands = {**own.bands, **rest, **mine}
    return NormTable(bands, {"own": dict(own.provenance), "shipped": dict(shipped.provenance)})


def build_norms(
    rows: Iterable[NormRow], *, least: int = LEAST, provenance: Mapping[str, Any] | None = None
) -> NormTable:
    """Norms of earlier creators (one row each, never the batch that is being judged), where at least `least` are known.

    A market's has at least `FEW`, if there are `least` in all, and leans on its region and the world: of n creators,
    the logarithm of each quantile is (n · own + `KAPPA` · region's) / (n + `KAPPA`), and so for the region. A category
    has one from `least` creators on, and leans on its market the same way.

    Quantiles of 5, 50 and 95 % at position (n + 1)·p of the sorted values (Weibull; Hyndman and Fan 1996, type 6): a
    further creator of the same kind falls inside the band with probability 90 % however small the sample, where the
    usual type 7 would reject 19 % instead of 10 % at n = 20. Impossible numbers are left out (`features.sieved`).
    Raises ValueError for `least` below 19.
    """
    if least < LEAST - 1:
        raise ValueError(f"a 5-95 % band needs at least {LEAST - 1} creators, not {least}")
    groups: dict[_Cell, int] = {}
    places: dict[tuple[Any, ...], list[int]] = {}
    values: dict[str, list[float]] = {metric: [] for metric in METRICS}
    owners: dict[str, list[int]] = {metric: [] for metric in METRICS}
    for row in rows:
        if row.tier is None:
            continue
        place = (row.platform, row.market, str(row.tier), *row.categories)
        cells = places.get(place)
        if cells is None:
            cells = places[place] = [groups.setdefault(cell, len(groups)) for cell in _cells(row, row.tier)]
        seen, _ = sieved(row.metrics, row.platform)
        filled = derived(seen, row.platform)
        for metric in METRICS:
            value = filled.get(metric, getattr(seen, metric))
            if value is not None:
                values[metric].extend([value] * len(cells))
                owners[metric].extend(cells)
    bands: dict[NormKey, Band] = {}
    names = list(groups)
    for metric in METRICS:
        found = {names[group]: counted for group, *counted in _quantiles(owners[metric], values[metric])}
        bands.update(_bands(found, metric, least))
    return NormTable(bands, provenance or {})


def _bands(found: Mapping[_Cell, Sequence[Any]], metric: str, least: int) -> Iterator[tuple[NormKey, Band]]:
    for cell, (creators, *own) in found.items():
        platform, market, tier, category = cell
        if market in REGIONS:
            continue
        if market == WORLD:
            quantiles = own if creators >= least else None
        else:
            quantiles = _leaning(found, cell, least) if category is None or creators >= least else None
        if quantiles is not None:
            low, median, high = quantiles
            where = None if market == WORLD else market
            yield (
                NormKey(platform, market, tier, category, metric),
                Band(low, high, creators, where, median, tier, category),
            )


def _leaning(found: Mapping[_Cell, Sequence[Any]], cell: _Cell, least: int) -> list[float] | None:
    """A market's quantiles, drawn towards its region's and those towards the world's; None with nobody to lean on.

    A category's are drawn towards its market's as they then are.
    """
    platform, market, tier, category = cell
    world = found.get((platform, WORLD, tier, None))
    if world is None or world[0] < least:
        return None
    leant: Sequence[float] = world[1:]
    places: list[_Cell] = [(platform, region_of(market) or "", tier, None), (platform, market, tier, None)]
    places += [cell] if category is not None else []
    for creators, *own in (found[place] for place in places if place in found):
        leant = _between(leant, own, creators / (creators + KAPPA))
    return list(leant)


def _between(parent: Sequence[float], own: Sequence[float], share: float) -> list[float]:
    """Quantiles with `own` counting for that share, on the scale of logarithms.

    On the plain scale where one of them has no logarithm: all of them then, or a median could fall below the 5 %.
    """
    pairs = list(zip(parent, own, strict=True))
    if min(*parent, *own) <= 0:
        return [share * mine + (1 - share) * theirs for theirs, mine in pairs]
    return [
        mine if mine == theirs else math.exp(share * math.log(mine) + (1 - share) * math.log(theirs))
        for theirs, mine in pairs
    ]


def _cells(row: NormRow, tier: Tier) -> list[_Cell]:
    platform = row.platform.lower()
    cells: list[_Cell] = [(platform, WORLD, tier, None)]
    if row.market and row.market != WORLD:
        market = row.market.upper()
        cells.append((platform, market, tier, None))
        if (region := region_of(market)) is not None:
            cells.append((platform, region, tier, None))
        names = dict.fromkeys(map(category_key, row.categories))
        cells.extend((platform, market, tier, name) for name in names if name)
    return cells


def _quantiles(owners: Sequence[int], values: Sequence[float]) -> list[tuple[int, int, float, float, float]]:
    """(group, creators, 5 %, 50 %, 95 %) per group of at least `FEW`; one sort for all groups."""
    if not values:
        return []
    import numpy as np  # only batches pay for numpy

    group, value = np.asarray(owners), np.asarray(values, dtype=float)
    order = np.lexsort((value, group))
    group, value = group[order], value[order]
    found, first, count = np.unique(group, return_index=True, return_counts=True)
    enough = count >= FEW
    found, first, count = found[enough], first[enough], count[enough]
    columns = []
    for p in (0.05, 0.5, 0.95):
        position = np.clip((count + 1) * p, 1.0, count) - 1.0
        below = np.floor(position).astype(np.int64)
        above = np.minimum(below + 1, count - 1)
        share = position - below
        columns.append(value[first + below] * (1.0 - share) + value[first + above] * share)
    return list(zip(found.tolist(), count.tolist(), *(column.tolist() for column in columns), strict=True))


def _row(row: Mapping[str, Any]) -> tuple[NormKey, Band]:
    key = NormKey(row["platform"], row["market"], Tier(row["tier"]), row.get("category"), row["metric"])
    where = None if key.market == WORLD else key.market
    return key, Band(row["q05"], row["q95"], row["creators"], where, row["q50"], key.tier, key.category)
