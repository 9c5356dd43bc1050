"""Norms: how they are built, looked up, merged and shipped."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.countries import country_codes
from scoring.norms import WORLD, NormKey, NormRow, NormTable, build_norms, merged, shipped_norms
from scoring.regions import REGIONS
from scoring.types import Band, Metrics, Tier


def row(rate: float, market: str | None = "BR", *categories: str, platform: str = "Instagram") -> NormRow:
    return NormRow(platform, market, Tier.MID, categories, Metrics(followers=100_000, engagement_rate=rate))


def test_quantiles_at_weibull_positions_by_hand() -> None:
    # 19 values: position (19 + 1)·p is 1, 10 and 19, which are the smallest, the middle and the largest.
    norms = build_norms((row(n / 100) for n in range(19, 0, -1)), least=19)
    assert norms.band("instagram", "br", Tier.MID, "engagement_rate") == Band(
        0.01, 0.19, 19, "BR", 0.10, Tier.MID, None
    )
    # 39 values: positions 2, 20 and 38.
    band = build_norms(row(n / 100) for n in range(1, 40)).band("instagram", "BR", Tier.MID, "engagement_rate")
    assert band is not None
    assert (band.low, band.median, band.high) == pytest.approx((0.02, 0.20, 0.38))


def test_a_norm_needs_creators_of_its_own_market_and_twenty_in_all() -> None:
    norms = build_norms(
        [*(row(0.03, "BR", "Beauty") for _ in range(20)), *(row(0.03, "RU", "Beauty") for _ in range(4))]
    )
    assert norms.band("instagram", "BR", Tier.MID, "engagement_rate") is not None
    assert norms.band("instagram", "RU", Tier.MID, "engagement_rate") is None, "four are too few to lean on others"
    assert norms.band("instagram", "BR", Tier.NANO, "engagement_rate") is None
    assert norms.band("instagram", "BR", None, "engagement_rate") is None
    assert norms.band("tiktok", "BR", Tier.MID, "engagement_rate") is None
    world = norms.band("instagram", WORLD, Tier.MID, "engagement_rate")
    assert world is not None
    assert (world.creators, world.market) == (24, None)
    alone = build_norms(row(0.03) for _ in range(19))
    assert not alone.bands, "nineteen, and nobody to lean on"
    with pytest.raises(ValueError, match="at least 19"):
        build_norms([], least=5)


def test_a_market_of_few_leans_on_its_region_and_that_on_the_world() -> None:
    usual = {"KR": 0.16, "JP": 0.04, "BR": 0.01}
    creators = {"KR": 10, "JP": 10, "BR": 40}
    norms = build_norms(row(usual[market], market) for market, n in creators.items() for _ in range(n))
    # All alike within a market, so that every quantile can be said by hand: the world's median is Brazil's.
    world = norms.band("instagram", WORLD, Tier.MID, "engagement_rate")
    korea = norms.band("instagram", "kr", Tier.MID, "engagement_rate")
    assert world is not None
    assert korea is not None
    assert (world.low, world.median, world.high) == (0.01, 0.01, 0.16)
    # Eastern Asia: twenty creators, half and half, so its median lies between; it counts for half against the world.
    region = (0.10 * 0.01) ** 0.5
    assert korea.median == pytest.approx(0.16 ** (1 / 3) * region ** (2 / 3))
    assert (korea.creators, korea.market) == (10, "KR"), "what a card shows is how many were measured there"
    assert korea.low is not None
    assert korea.low > world.low, "and South Koreans are not flagged for being South Korean"
    everybody = {key.market for key in norms.bands}
    assert everybody == {WORLD, "KR", "JP", "BR"}, "a region is leant on and shown nowhere"


def test_a_market_where_some_measure_nothing_keeps_its_quantiles_in_order() -> None:
    """One scale for all three: else the 5 % of these would lie above their median."""
    barely = [row(0.0, "KR"), *(row(0.00001, "KR") for _ in range(4))]
    norms = build_norms([*barely, *(row(0.4 + n / 1000, "BR") for n in range(200))])
    korea = norms.band("instagram", "KR", Tier.MID, "engagement_rate")
    assert korea is not None
    assert korea.low is not None
    assert korea.median is not None
    assert korea.high is not None
    assert korea.low <= korea.median <= korea.high


def test_every_market_has_one_region() -> None:
    codes = [code for codes in REGIONS.values() for code in codes.split()]
    assert len(codes) == len(set(codes))
    assert set(codes) | {"AQ", "BV", "HM", "GS", "IO", "TF"} >= country_codes()


def test_nothing_measured_has_no_logarithm() -> None:
    norms = build_norms([*(row(0.0, "KR") for _ in range(20)), *(row(0.04, "BR") for _ in range(60))])
    korea = norms.band("instagram", "KR", Tier.MID, "engagement_rate")
    assert korea is not None
    assert (korea.low, korea.high) == pytest.approx((0.0, 0.01)), "half and half of the region's, itself of the world's"


def test_a_category_has_its_own_norm_from_twenty_creators_on() -> None:
    norms = build_norms(
        [*(row(0.01, "BR", "Beauty", "beauty ") for _ in range(20)), *(row(0.09, "BR", "Humor") for _ in range(19))]
    )
    beauty = norms.band("instagram", "BR", Tier.MID, "engagement_rate", "BEAUTY")
    humor = norms.band("instagram", "BR", Tier.MID, "engagement_rate", "humor")
    assert beauty is not None
    assert humor is not None
    assert (beauty.category, beauty.creators) == ("beauty", 20)
    assert (beauty.low, beauty.median) == pytest.approx((0.01, 0.01)), "as everywhere in its market"
    assert (humor.category, humor.creators) == (None, 39)
    nearest = norms.nearest("instagram", "BR", Tier.MID, "engagement_rate", ("humor", "beauty"))
    assert nearest == beauty


def test_a_category_leans_on_its_market_as_that_leans_on_others() -> None:
    """Twenty creators of a category count for half, what is usual of its market for the other half."""
    few, many = [row(0.16, "KR", "Beauty") for _ in range(20)], [row(0.04, "KR", "Humor") for _ in range(60)]
    norms = build_norms([*few, *many, *(row(0.01, "BR") for _ in range(120))])
    market = norms.band("instagram", "KR", Tier.MID, "engagement_rate")
    beauty = norms.band("instagram", "KR", Tier.MID, "engagement_rate", "beauty")
    humor = norms.band("instagram", "KR", Tier.MID, "engagement_rate", "humor")
    assert market is not None
    assert beauty is not None
    assert humor is not None
    assert market.median is not None
    # All alike within a category, so that each quantile can be said by hand; Korea's median leans itself.
    assert 0.01 < market.median < 0.04
    assert beauty.median == pytest.approx((0.16 * market.median) ** 0.5)
    assert humor.median == pytest.approx(0.04 ** (60 / 80) * market.median ** (20 / 80))
    assert beauty.low is not None
    assert market.low is not None
    assert beauty.low == pytest.approx((0.16 * market.low) ** 0.5)
    assert (beauty.creators, beauty.market, beauty.category) == (20, "KR", "beauty")


def test_rows_without_tier_market_or_sense_do_not_count() -> None:
    good = [row(0.03, None) for _ in range(20)]
    odd = [row(40.0), row(float("nan")), row(0.03)._replace(tier=None)] * 30
    norms = build_norms([*good, *odd])
    assert list(norms.bands) == [NormKey("instagram", WORLD, Tier.MID, None, "engagement_rate")]


def test_own_norms_win_where_they_rest_on_enough() -> None:
    cell = NormKey("instagram", "BR", Tier.MID, None, "engagement_rate")
    other, humor = cell._replace(market="RU"), cell._replace(category="humor")
    shipped = NormTable({cell: Band(0.1, 0.2, 400), other: Band(0.3, 0.4, 400), humor: Band(0.5, 0.6, 40)})
    third = cell._replace(market="KR")
    own = NormTable({cell: Band(0.01, 0.02, 20), other: Band(0.03, 0.04, 19), third: Band(0.05, 0.06, 7)})
    both = merged(own, shipped)
    assert both.bands == {cell: own.bands[cell], other: shipped.bands[other], third: own.bands[third]}
    assert merged(NormTable(), shipped).bands == shipped.bands


@given(st.lists(st.tuples(st.floats(0, 1), st.sampled_from(["BR", "RU", None])), max_size=120))
def test_round_trip_and_order_of_quantiles(values: list[tuple[float, str | None]]) -> None:
    norms = build_norms([row(rate, market, "Beauty") for rate, market in values], provenance={"source": "a test"})
    assert NormTable.from_json(json.loads(json.dumps(norms.to_json()))) == norms
    for band in norms.bands.values():
        assert band.low is not None
        assert band.median is not None
        assert band.high is not None
        assert band.low <= band.median + 1e-12
        assert band.median <= band.high + 1e-12


@pytest.mark.parametrize("plain", [{}, {"bands": [{}]}, {"bands": 3}, {"bands": [{"platform": "x", "tier": "big"}]}])
def test_something_else_is_no_table(plain: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="not a"):
        NormTable.from_json(plain)


def test_the_shipped_norms_are_sane() -> None:
    norms = shipped_norms()
    assert norms is shipped_norms()
    medians = {}
    for key, band in norms.bands.items():
        assert band.low is not None
        assert band.median is not None
        assert band.high is not None
        assert 0 <= band.low < band.median < band.high
        assert (band.creators or 0) >= 20
        assert key.tier is Tier.MEGA
        if key.platform == "instagram" and key.category is None:
            medians[key.market] = band.median
    assert medians["KR"] > medians["ID"] > medians["RU"] > medians["IN"]
    assert medians["KR"] / medians["IN"] > 4
    assert norms.band("instagram", "KR", Tier.MEGA, "engagement_rate") != norms.band(
        "instagram", "IN", Tier.MEGA, "engagement_rate"
    )
    assert norms.band("instagram", "KR", Tier.MID, "engagement_rate") is None
    assert norms.band("tiktok", "US", Tier.MEGA, "engagement_rate") is None


def test_the_shipped_norms_say_where_they_come_from() -> None:
    provenance = shipped_norms().provenance
    assert {"what", "source", "measured", "market", "limits", "sha256"} <= set(provenance)
    assert all(len(digest) == 64 for digest in provenance["sha256"].values())
    assert replace(shipped_norms(), provenance={}).bands == shipped_norms().bands


def test_scoring_one_card_does_not_import_numpy() -> None:
    code = "import sys, scoring.recommend, scoring.record; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
