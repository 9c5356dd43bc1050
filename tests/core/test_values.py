"""Cells as people write them: what they say, and that an unreadable one is missing and never zero."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.audience import parse_audience
from bot.core.cell_text import parse_outcome, parse_platform, plain_text, read_handle, read_name
from bot.core.money import parse_currency, parse_money
from bot.core.values import (
    decimal_mark,
    is_formula,
    is_missing,
    parse_count,
    parse_date,
    parse_flag,
    parse_number,
    parse_share,
)

UNREADABLE = [
    "", " ", "-", "—", "N/A'", "n/a", "#VALOR!", "#REF!", "#NAME?", "#N/A", "null", "NaN", "n/d", "нет", "inf", "-inf",
    "abc", "12 34", "1,2,3", "1.2.3.4,5,6", "5 apples", "10-20", "²", "1e999", "=1+1", "0x10", "1_000", "--5", "M",
    "k", ".",
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("409.8M", 409_800_000), ("409800000", 409_800_000), ("409800000.00", 409_800_000), ("1,234", 1234),
        ("1.234", 1234), ("1.234.567", 1_234_567), ("1,234,567", 1_234_567), ("12 345", 12_345),
        ("12\u00a0345", 12_345), ("12\u202f345", 12_345), ("12'345", 12_345), ("1.234,5", 1234), ("1,234.4", 1234),
        ("12,345명", 12_345), ("1,230만명", 12_300_000), ("123,456명", 123_456), ("12.3만", 123_000),
        ("2만5천", 25_000),
        ("1억 2천만", 120_000_000), ("3백", 300), ("1,234천", 1_234_000), ("만", None), ("12만x", None),
        ("84K", 84_000), ("84k", 84_000), ("2,4 млн", 2_400_000), ("3 тыс.", 3000), ("3 mil", 3000),
        ("1,5 mi", 1_500_000), ("1.2B", 1_200_000_000), ("1.234M", 1_234_000), ("12,34,567", 1_234_567),
        ("4.5E+08", 450_000_000), ("2 lakh", 200_000), ("1.5 crore", 15_000_000), ("٣٤٥", 345), ("0", 0),
        ("348.5", 348), ("+7", 7),
    ],
)  # fmt: skip
def test_counts(text: str, count: int) -> None:
    assert parse_count(text) == count


@pytest.mark.parametrize("text", [*UNREADABLE, "-5", "200000000000", "999B", "9" * 30])
def test_unreadable_counts_are_missing(text: str) -> None:
    assert parse_count(text) is None


@pytest.mark.parametrize("text", UNREADABLE)
def test_unreadable_numbers_shares_and_money_are_missing(text: str) -> None:
    assert parse_number(text) is None
    assert parse_share(text) is None
    assert parse_money(text) is None


def test_the_columns_decimal_mark_settles_what_one_cell_cannot() -> None:
    assert decimal_mark(["12.5", "1.234"]) == "."
    assert decimal_mark(["12,5", "1.234"]) == ","
    assert decimal_mark(["1,234,567"]) == "."
    assert decimal_mark(["1.234", "1,234", "x", ""]) is None
    assert decimal_mark(["1.5", "1,5"]) is None
    assert parse_number("1.234", decimal=".", grouped=True) == 1.234
    assert parse_number("1.234", decimal=",", grouped=False) == 1234
    assert parse_number("1,234", decimal=",", grouped=True) == 1.234


@given(st.integers(0, 10**11))
def test_counts_round_trip(count: int) -> None:
    for text in (
        str(count),
        f"{count:,}",
        f"{count:,}".replace(",", "."),
        f"{count:,}".replace(",", " "),
        f"{count}.00",
        f" {count} ",
    ):
        assert parse_count(text) == count, text


@given(st.integers(1, 9999), st.sampled_from([("K", 10**3), ("M", 10**6), ("млн", 10**6), ("B", 10**9)]))
def test_scaled_counts_round_trip(tenths: int, scale: tuple[str, int]) -> None:
    word, factor = scale
    expected = tenths * factor // 10
    for text in (f"{tenths / 10:.1f}{word}", f"{tenths / 10:.1f} {word}".replace(".", ",")):
        assert parse_count(text) == (expected if expected <= 10**11 else None), text


@given(st.text())
def test_nothing_raises_and_nothing_negative_is_a_count(text: str) -> None:
    count = parse_count(text)
    assert count is None or 0 <= count <= 10**11
    for parse in (
        parse_number,
        parse_share,
        parse_money,
        parse_flag,
        parse_date,
        parse_audience,
        read_handle,
        read_name,
        parse_platform,
    ):
        parse(text)


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("9.4%", 0.094),
        ("9,4 %", 0.094),
        ("0.094", 0.094),
        ("0,094", 0.094),
        ("9.4", 0.094),
        ("100%", 1.0),
        ("-3%", -0.03),
        ("%12", 0.12),
    ],
)
def test_shares(text: str, share: float) -> None:
    assert parse_share(text) == pytest.approx(share)


def test_the_columns_scale_settles_a_small_share() -> None:
    assert parse_share("0.4", percent=True) == pytest.approx(0.004)
    assert parse_share("0.4", percent=False) == pytest.approx(0.4)
    assert parse_share("0.4%", percent=False) == pytest.approx(0.004)


@pytest.mark.parametrize(
    ("text", "money"),
    [
        ("€4,500", (4500, "EUR")), ("4500 EUR", (4500, "EUR")), ("R$ 2.000", (2000, "BRL")), ("$4.5k", (4500, "USD")),
        ("5k€", (5000, "EUR")),
        ("3 000 ₽", (3000, "RUB")), ("4,5 тыс. руб.", (4500, "RUB")), ("1.200,50 €", (1200.5, "EUR")),
        ("4500", (4500, None)),
        ("2 MXN", (2, "MXN")),
    ],
)  # fmt: skip
def test_money(text: str, money: tuple[float, str | None]) -> None:
    assert parse_money(text) == money


@pytest.mark.parametrize("text", ["¥500", "100-200", "-5 EUR", "500 per post", "EUR", "€ 5 USD"])
def test_uncertain_money_is_missing(text: str) -> None:
    assert parse_money(text) is None


def test_currencies() -> None:
    assert [parse_currency(t) for t in ("eur", "(R$)", "руб.", "kr", "XYZ")] == ["EUR", "BRL", "RUB", None, None]


def test_flags() -> None:
    assert [parse_flag(t) for t in ("Yes", "да", "SIM", "sí", "✔️", "1", "x")] == [True] * 7
    assert [parse_flag(t) for t in ("no", "нет", "Não", "false", "0")] == [False] * 5
    assert [parse_flag(t) for t in ("", "-", "maybe", "2")] == [None] * 4


@pytest.mark.parametrize(
    "text",
    [
        "2024-11-05",
        "2024/11/5",
        "05.11.2024",
        "5 Nov 2024",
        "Nov 5, 2024",
        "5 ноября 2024 г.",
        "5 de novembro de 2024",
        "2024-11-05T10:00:00Z",
    ],
)
def test_dates(text: str) -> None:
    assert parse_date(text) == date(2024, 11, 5)


def test_dates_that_could_be_two_days_are_missing_unless_settled() -> None:
    assert parse_date("05/11/2024") is None
    assert parse_date("05/11/2024", day_first=True) == date(2024, 11, 5)
    assert parse_date("05/11/2024", day_first=False) == date(2024, 5, 11)
    assert parse_date("25/11/2024") == date(2024, 11, 25)
    assert parse_date("30.02.2024") is None
    assert parse_date("44870") is None


def test_audiences() -> None:
    assert parse_audience("BR: 71%, PT: 5%") == {"BR": 0.71, "PT": 0.05}
    assert parse_audience("Brazil 0.71; Portugal 0.05") == {"BR": 0.71, "PT": 0.05}
    assert parse_audience("BR 71,5%, PT 5%") == pytest.approx({"BR": 0.715, "PT": 0.05})
    for text in ("", "BR", "71%", "BR: 80%, PT: 60%", "BR: 71%, women: 20%", "3 mil"):
        assert parse_audience(text) == {}, text


@pytest.mark.parametrize(
    ("text", "handle", "platform"),
    [
        ("ana.b", "ana.b", None), ("@ana.b", "ana.b", None), (" @Ana_B ", "Ana_B", None),
        ("https://www.instagram.com/ana.b/?hl=en", "ana.b", "instagram"),
        ("instagram.com/ana.b", "ana.b", "instagram"), ("youtube.com/@ana", "ana", "youtube"),
        ("https://youtube.com/channel/UC12", "UC12", "youtube"),
        ("https://www.tiktok.com/@ana?x=1", "ana", "tiktok"), ("a\u202en\u200ba", "ana", None), ("na", "na", None),
        ("-ana-", "-ana-", None), ("www.ana", "www.ana", None),
    ],
)  # fmt: skip
def test_handles(text: str, handle: str, platform: str | None) -> None:
    assert read_handle(text)[:2] == (handle, platform)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "no_handle"), ("-", "no_handle"), ("NULL", "no_handle"), ("#NAME?", "no_handle"), ("@", "no_handle"),
        ("=HYPERLINK(1)", "handle_is_formula"),
        ("=cmd|'x'!A1", "handle_is_formula"), ("@SUM(1)", "handle_is_formula"), ("-2+3+cmd|x", "handle_is_formula"),
        ("'=1", "handle_is_formula"),
        ("a" * 121, "handle_too_long"), ("https://example.com/ana", "handle_is_other_link"),
        ("instagram.com/p/abc", "handle_is_other_link"),
    ],
)  # fmt: skip
def test_what_is_no_handle(text: str, problem: str) -> None:
    assert read_handle(text) == (None, None, problem)


def test_names_are_plain_text() -> None:
    assert read_name("A\u202eb\u200b \x07c\n d") == ("Ab c d", None)
    assert read_name("<!channel> & co") == ("<!channel> & co", None)
    assert read_name("x" * 300) == ("x" * 200, "cut")
    assert read_name("=1+1") == (None, "formula")
    assert read_name("#NAME?") == (None, "sheet_error")
    assert plain_text("🙆‍♀️") == "🙆‍♀️"


def test_no_formulas() -> None:
    assert not any(map(is_formula, ["@ana", "-4%", "- mum of two (and cats)", "+55 11 90000-0000", "=", "", "-ana-"]))


def test_missing() -> None:
    assert all(map(is_missing, ["", "-", "N/A'", "(null)", "нет данных", "#VALOR!"]))
    assert not any(map(is_missing, ["0", "no", "#jelena", "Nana"]))


def test_outcomes_and_platforms() -> None:
    assert [parse_outcome(t) for t in ("Above plan", "signed", "lost (too slow)", "накрутка", "so so")] == [
        "above_plan",
        "signed",
        "lost_slow",
        "fraud",
        None,
    ]
    assert [parse_platform(t) for t in ("IG", "Tik-Tok", "YouTube", "Vine")] == ["instagram", "tiktok", "youtube", None]
