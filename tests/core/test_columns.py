"""Columns are believed when header and content agree, used when content is unmistakable, else left out and said so."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.columns import MappedColumns, map_columns
from bot.core.headers import read_header

PLACES = ["Spain", "Brazil", "Indonesia", "Russia", "United States"]


def short(number: int) -> str:
    return f"{number / 1e6:.1f}M" if number >= 1_000_000 else f"{number / 1e3:.1f}K"


def made_up(count: int = 40) -> list[dict[str, str]]:
    """Invented creators, with every number once as people write it and once exactly."""
    rng = random.Random(7)
    rows = []
    for i in range(count):
        followers, views = rng.randrange(3_000_000, 90_000_000), rng.randrange(400_000, 900_000)
        engagement = followers // rng.randrange(20, 60)
        authentic, likes = engagement * rng.randrange(50, 92) // 100, views // rng.randrange(8, 15)
        numbers = {
            "followers": followers,
            "views": views,
            "likes": likes,
            "comments": likes // 90,
            "all": engagement,
            "auth": authentic,
        }
        rows.append(
            {
                "handle": f"made.up_{i}",
                "name": f"Made Up {i}",
                "country": rng.choice(PLACES),
                "category": rng.choice(["Music", "Food & Drinks", ""]),
            }
            | {k: str(v) for k, v in numbers.items()}
            | {f"{k}~": short(v) for k, v in numbers.items()}
        )
    return rows


def mapped(
    columns: list[tuple[str, str]], rows: list[dict[str, str]] | None = None, platform: str | None = None
) -> MappedColumns:
    """Map a file whose columns are (header, what they really hold)."""
    rows = rows or made_up()
    return map_columns([h for h, _ in columns], [[row[kind] for _, kind in columns] for row in rows], {}, platform)


def fields(found: MappedColumns) -> list[str | None]:
    return [use.field for use in found.uses]


def codes(found: MappedColumns) -> list[str]:
    return [w.code for w in found.warnings]


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("Views (Avg.)", "avg_views"), ("\nViews (Avg.)", "avg_views"), ("avg views", "avg_views"),
        ("avgViews", "avg_views"),
        ("средние просмотры", "avg_views"),
        ("Authentic engagement\r\n", "engagement_auth"), ("Eng. (Auth.)", "engagement_auth"),
        ("Engagement average Values \n", "engagement_avg"),
        ("Followers Numbers ", "followers"), (" Subscribers", "followers"), ("Подписчиков", "followers"),
        ("Nº de seguidores", "followers"), ("Suscriptores", "followers"),
        ("Audience country(mostly)", "audience_country"), ("Страна", "country"), ("País", "country"),
        ("Category-2", "categories"),
        ("ER, %", "engagement_rate"),
        ("S.no", "row_number"), ("№ п/п", "row_number"), ("Growth 90d", "growth_90d"), ("growth_14d", "growth_14d"),
        ("Кто рекомендовал", "referred_by"),
        ("Price per post (USD)", "fee"), ("Preço", "fee"), ("Tiktok name", "identity"), ("@username", "handle"),
        ("likes", "?ambiguous"),
        ("shoe size", None), ("", None),
    ],
)  # fmt: skip
def test_headers(header: str, field: str | None) -> None:
    assert read_header(header).field == field


def test_a_header_may_name_an_audience_country_or_a_currency() -> None:
    assert [
        read_header(h).audience_of
        for h in ("Audience BR %", "audience: Brazil", "Аудитория Россия, %", "Audience female %")
    ] == [
        "BR",
        "BR",
        "RU",
        None,
    ]
    assert [read_header(h).currency for h in ("Fee (EUR)", "Fee, €", "Fee")] == ["EUR", "EUR", None]


def test_the_exact_one_of_two_columns_wins() -> None:
    found = mapped(
        [
            ("Name", "handle"),
            ("Followers", "followers~"),
            ("Followers", "followers"),
            ("Avg views", "views"),
            ("Avg views", "views~"),
        ]
    )
    assert fields(found) == ["handle", None, "followers", "avg_views", None]
    assert [u.pair for u in found.uses] == [None, 3, 2, 5, 4]
    assert found.warnings == ()


def test_handle_and_name_are_told_apart_by_content_whatever_they_are_called() -> None:
    assert fields(mapped([("Name", "name"), ("TikToker", "handle")])) == ["name", "handle"]
    assert fields(mapped([("Name", "handle"), ("Instagram Name", "name")])) == ["handle", "name"]
    assert mapped([("Name", "handle"), ("Instagram Name", "name")]).platform == "instagram"


def test_headers_that_slipped_are_not_believed() -> None:
    found = mapped(
        [
            ("Username", "handle"),
            ("Followers", "followers"),
            ("Avg views", "country"),
            ("Avg likes", "views"),
            ("Avg comments", "likes"),
        ]
    )
    assert fields(found) == ["handle", "followers", "country", None, None]
    assert [u.how for u in found.uses][3:] == ["shifted", "shifted"]
    assert codes(found) == ["header_contradicted_used", "header_shifted", "header_shifted"]


def test_trust_returns_behind_a_column_that_its_content_confirms() -> None:
    found = mapped(
        [
            ("Username", "handle"),
            ("Avg views", "country"),
            ("Avg likes", "views"),
            ("Category", "category"),
            ("Followers", "followers"),
        ]
    )
    assert fields(found) == ["handle", "country", None, "categories", "followers"]


def test_a_slip_to_the_left_is_not_believed_either() -> None:
    found = mapped(
        [
            ("Username", "handle"),
            ("Followers", "followers"),
            ("Avg views", "likes"),
            ("Avg likes", "comments"),
            ("Avg comments", "country"),
        ]
    )
    assert fields(found) == ["handle", "followers", None, None, "country"]


def test_authentic_beside_all_engagement_is_unmistakable() -> None:
    head = [
        ("Instagram name", "handle"),
        ("Subscribers", "followers~"),
        ("Subscribers", "followers"),
        ("Views avg.", "country"),
    ]
    found = mapped(
        [*head, ("Likes", "auth~"), ("Likes avg", "auth"), ("Comments avg", "all~"), ("Comments avg", "all")]
    )
    assert fields(found) == ["handle", None, "followers", "country", None, "engagement_auth", None, "engagement_avg"]
    turned = mapped(
        [*head, ("Likes avg", "all~"), ("Likes avg", "all"), ("Comments avg", "auth~"), ("Comments avg", "auth")]
    )
    assert fields(turned)[4:] == [None, "engagement_avg", None, "engagement_auth"]
    likes = mapped(
        [
            *head,
            ("Likes avg", "likes~"),
            ("Likes avg", "likes"),
            ("Comments avg", "comments~"),
            ("Comments avg", "comments"),
        ]
    )
    assert fields(likes)[4:] == [None] * 4


def test_a_contradicted_header_is_left_out() -> None:
    found = mapped([("Username", "handle"), ("Country", "category"), ("Strategic", "name"), ("Date", "followers")])
    assert fields(found) == ["handle", None, None, None]
    assert codes(found) == ["header_contradicted"] * 3


def test_countries_are_found_under_any_header_but_numbers_never_are() -> None:
    found = mapped([("Username", "handle"), ("zzz", "country"), ("yyy", "followers")])
    assert fields(found) == ["handle", "country", None]
    assert codes(found) == ["used_by_content", "column_unknown"]


def test_impossible_orders_are_left_out() -> None:
    found = mapped([("Username", "handle"), ("Avg comments", "likes"), ("Avg likes", "comments")])
    assert fields(found) == ["handle", None, None]
    assert codes(found) == ["implausible_order"] * 2


def test_engagement_is_a_rate_or_a_number_as_its_content_says() -> None:
    rows = [{"handle": f"h{i}", "rate": f"{i / 10}%", "count": str(900 + i), "open": str(i % 60)} for i in range(30)]
    assert fields(mapped([("Username", "handle"), ("Engagement", "rate")], rows)) == ["handle", "engagement_rate"]
    assert fields(mapped([("Username", "handle"), ("Engagement", "count")], rows)) == ["handle", "engagement_avg"]
    assert fields(mapped([("Username", "handle"), ("Engagement", "open")], rows)) == ["handle", None]


def test_a_second_column_for_a_field_is_left_out_and_said() -> None:
    found = mapped([("Username", "handle"), ("Followers", "followers"), ("Followers", "views")])
    assert fields(found) == ["handle", "followers", None]
    assert codes(found) == ["second_column"]


def test_overrides_are_believed() -> None:
    rows = made_up()
    cells = [[r["handle"], r["name"], r["followers"]] for r in rows]
    found = map_columns(["a", "Name", "Avg views"], cells, {0: "name", 1: "handle", 2: "ignore"}, None)
    assert [(u.field, u.how) for u in found.uses] == [("name", "override"), ("handle", "override"), (None, "ignored")]


NUMBERS = ["followers", "followers~", "views", "views~", "likes", "comments", "all", "auth"]
HEADERS = [
    "Username", "Name", "Followers", "Views avg.", "Likes avg", "Comments avg.",
    "Country", "Audience country", "Category", "Engagement avg",
    "Authentic engagement", "Engagement", "Market", "Fee", "ER", "", "zzz", "S.no", "Audience BR %", "Posts",
]  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_country_is_ever_a_number_and_no_number_a_country(data: st.DataObject) -> None:
    kinds = data.draw(st.permutations(["handle", "name", "country", "category", *NUMBERS]))
    kinds = kinds[: data.draw(st.integers(1, len(kinds)))]
    found = mapped([(data.draw(st.sampled_from(HEADERS)), kind) for kind in kinds])
    for use, kind in zip(found.uses, kinds, strict=True):
        place = use.field in {"country", "audience_country", "market"}
        assert not place or kind == "country", use
        assert kind != "country" or use.field is None or place, use
        assert kind not in NUMBERS or use.field not in {"handle", "name", "categories"}, use


@settings(max_examples=60, deadline=None)
@given(
    st.permutations(
        ["Username", "Full name", "Country", "Category", "Followers", "Avg views", "Avg likes", "Avg comments"]
    )
)
def test_honest_columns_are_found_in_any_order(headers: list[str]) -> None:
    kinds = {
        "Username": "handle", "Full name": "name", "Country": "country", "Category": "category",
        "Followers": "followers",
        "Avg views": "views", "Avg likes": "likes", "Avg comments": "comments",
    }  # fmt: skip
    names = {"views": "avg_views", "likes": "avg_likes", "comments": "avg_comments", "category": "categories"}
    found = mapped([(h, kinds[h]) for h in headers])
    assert fields(found) == [names.get(kinds[h], kinds[h]) for h in headers]
    assert found.warnings == ()


def test_an_account_elsewhere_is_no_name() -> None:
    found = mapped([("Instagram", "handle"), ("TikTok", "handle"), ("Followers", "followers")])
    assert fields(found) == ["handle", None, "followers"]
    assert found.platform == "instagram"


HONEST = {
    "Username": "handle", "Full name": "name", "Country": "country", "Followers": "followers",
    "Avg views": "views", "Avg likes": "likes", "Avg comments": "comments", "Category": "category",
}  # fmt: skip


@pytest.mark.parametrize("at", range(len(HONEST)))
@pytest.mark.parametrize("inserted", [True, False])
def test_a_header_too_many_or_too_few_never_misnames_a_number(at: int, inserted: bool) -> None:
    headers = list(HONEST)
    slipped = [*headers[:at], "zzz", *headers[at:-1]] if inserted else [*headers[:at], *headers[at + 1 :], "zzz"]
    names = {"views": "avg_views", "likes": "avg_likes", "comments": "avg_comments", "category": "categories"}
    found = mapped(list(zip(slipped, HONEST.values(), strict=True)))
    for use, kind in zip(found.uses, HONEST.values(), strict=True):
        assert use.field in {None, names.get(kind, kind)}, use
