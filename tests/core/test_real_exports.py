"""Twelve exports as people really exchange them, written by nobody on this project and kept outside the repository."""

from __future__ import annotations

import csv
import os
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

from bot.core.candidate_file import CandidateFile, find_duplicates, read_candidate_file
from bot.core.countries import country_codes

ROOT = Path(os.environ.get("HANDOFF_DATA") or Path(__file__).parents[3] / "shared" / "data") / "creators"

pytestmark = [
    pytest.mark.data,
    pytest.mark.skipif(
        not ROOT.is_dir(), reason="the exports are not here: set HANDOFF_DATA to the folder that holds creators/"
    ),
]

ENGAGEMENT = {"engagement_auth": 9, "engagement_avg": 11}
TIKTOK = {"handle": 1, "name": 2, "followers": 4, "avg_views": 6, "avg_likes": 8, "avg_comments": 10, "avg_shares": 12}
# The position of the column that each field must come from, found by looking at the files.
MAPPINGS: dict[str, dict[str, int]] = {
    "instagram_2022_03": {"handle": 1, "name": 2, "followers": 6, "audience_country": 7, **ENGAGEMENT},
    "instagram_2022_06": {"handle": 1, "name": 2, "followers": 6, "country": 7, **ENGAGEMENT},
    "instagram_2022_09": {
        "handle": 2,
        "name": 3,
        "followers": 5,
        "audience_country": 6,
        "engagement_auth": 8,
        "engagement_avg": 10,
    },
    "instagram_2022_11": {"handle": 2, "name": 3, "followers": 6, "country": 7, **ENGAGEMENT},
    "tiktok_2022_03": TIKTOK,
    "tiktok_2022_06": TIKTOK,
    "tiktok_2022_09": {name: at + 1 for name, at in TIKTOK.items()},
    "tiktok_2022_11": {
        "handle": 2,
        "name": 3,
        "followers": 4,
        "avg_views": 5,
        "avg_likes": 6,
        "avg_comments": 7,
        "avg_shares": 8,
    },
    "youtube_2022_03": {
        "handle": 1,
        "name": 2,
        "followers": 5,
        "audience_country": 6,
        "avg_views": 8,
        "avg_likes": 10,
        "avg_comments": 12,
    },
    "youtube_2022_06": {
        "handle": 1,
        "name": 2,
        "followers": 6,
        "country": 7,
        "avg_views": 9,
        "avg_likes": 11,
        "avg_comments": 13,
    },
    "youtube_2022_09": {"handle": 3, "name": 2, "country": 4, "followers": 6, "avg_likes": 9, "avg_comments": 11},
    "youtube_2022_11": {
        "handle": 2,
        "name": 3,
        "followers": 6,
        "country": 7,
        "avg_views": 9,
        "avg_likes": 11,
        "avg_comments": 13,
    },
}
# Comments are switched off on a fifth of the YouTube channels, countries hidden on a sixth.
LEAST = {"country": 0.79, "audience_country": 0.79, "avg_comments": 0.75, "avg_likes": 0.95, "name": 0.95}

every_file = pytest.mark.parametrize("name", sorted(MAPPINGS))


@cache
def export(name: str) -> tuple[CandidateFile, list[list[str]]]:
    data = (ROOT / f"{name}.csv").read_bytes()
    with (ROOT / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return read_candidate_file(data), list(csv.reader(lines))


@every_file
def test_every_record_is_accounted_for(name: str) -> None:
    found, raw = export(name)
    filled = [r for r in raw[1:] if any(c.strip() for c in r)]
    assert len(found.rows) + len(found.rejected) == found.records == len(filled)
    assert found.blank == len(raw) - 1 - len(filled)
    assert found.rejected == ()
    assert 0 < len(find_duplicates(found.rows)) < 100


@every_file
def test_the_columns_are_the_right_ones(name: str) -> None:
    found, raw = export(name)
    assert {str(u.field): u.position for u in found.mapping if u.field not in {None, "categories"}} == MAPPINGS[name]
    assert found.platform == name.partition("_")[0]
    assert sum(u.field == "categories" for u in found.mapping) == sum("categ" in h.lower() for h in raw[0])


@every_file
def test_fields_are_filled_where_the_file_has_them(name: str) -> None:
    found, _ = export(name)
    for field in MAPPINGS[name]:
        filled = sum(getattr(r, field) is not None for r in found.rows) / len(found.rows)
        assert filled >= LEAST.get(field, 0.98), field


@every_file
def test_numbers_are_the_exact_column_and_countries_are_countries(name: str) -> None:
    found, raw = export(name)
    at = MAPPINGS[name]["followers"] - 1
    cells = [r[at] for r in raw[1:] if any(c.strip() for c in r)]
    plain = [c for c in cells if c.replace(".", "").isdigit()]
    assert sum(float(c) == r.followers for c, r in zip(cells, found.rows, strict=True) if c in plain) == len(plain)
    assert len(plain) == len(cells) or name == "tiktok_2022_11"
    for row in found.rows:
        assert {row.country, row.audience_country} - {None} <= country_codes()
        assert row.followers is None or row.followers > 1000
        for small, large in (
            (row.engagement_auth, row.engagement_avg),
            (row.avg_comments, row.avg_views),
            (row.engagement_auth, row.followers),
        ):
            assert small is None or large is None or small <= large * 1.001 or name.startswith("youtube")


def test_the_lying_headers_agree_with_the_honest_months() -> None:
    """June's headers are another sheet's; the same creators in March say whether its columns were understood."""
    march = {r.handle: r for r in export("instagram_2022_03")[0].rows}
    both = [
        (r, march[r.handle])
        for r in export("instagram_2022_06")[0].rows
        if r.handle in march and r.country and r.engagement_avg
    ]
    assert len(both) > 500
    assert sum(a.country == b.audience_country for a, b in both) > 0.9 * len(both)
    ratios = sorted((a.engagement_avg or 0) / (b.engagement_avg or 1) for a, b in both)
    authentic = sorted((a.engagement_auth or 0) / (b.engagement_auth or 1) for a, b in both)
    assert 0.5 < ratios[len(ratios) // 2] < 1.5
    assert 0.5 < authentic[len(authentic) // 2] < 1.5


def test_handles_and_names_are_not_swapped_between_months() -> None:
    for platform in ("instagram", "tiktok", "youtube"):
        months = [{r.handle for r in export(name)[0].rows} for name in sorted(MAPPINGS) if name.startswith(platform)]
        names = [{r.name for r in export(name)[0].rows} for name in sorted(MAPPINGS) if name.startswith(platform)]
        for first, second in pairwise(months):
            assert len(first & second) > 200
        if platform != "youtube":
            assert all(len(m & n) < 250 for m, n in zip(months, names, strict=True))
