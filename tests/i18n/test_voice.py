"""Numbers, dates and places as each language writes them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.zones import market_zone
from bot.i18n.catalog import Voice, voice_for

EN = voice_for("en", None, "BR", False)
RU = voice_for("ru", None, "RU", False)
MINE = voice_for("en", "America/Sao_Paulo", "BR", True)
MOMENT = datetime(2026, 11, 24, 21, 0, tzinfo=UTC)


def even(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u2060", "")


@pytest.mark.parametrize(
    ("said", "english", "russian"),
    [
        (lambda v: v.count(84_000), "84K", "84 тыс."),
        (lambda v: v.count(421), "421", "421"),
        (lambda v: v.count(999_999), "1M", "1 млн"),
        (lambda v: v.count(409_800_000), "410M", "410 млн"),
        (lambda v: v.share(0.094), "9.4%", "9,4 %"),
        (lambda v: v.share(0.61), "61%", "61 %"),
        (lambda v: v.share(0.22, signed=True), "+22%", "+22 %"),
        (lambda v: v.span(0.021, 0.068), "2.1–6.8%", "2,1–6,8 %"),
        (lambda v: v.span(0.5, 5, percent=False), "0.5–5", "0,5–5"),
        (lambda v: v.money(4500, "EUR"), "€4,500", "4 500 €"),
        (lambda v: v.money(99.5, "USD"), "$99.50", "99,50 $"),
        (lambda v: v.risk(0.466), "47/100", "47/100"),
        (lambda v: v.interval(0.38, 0.55), "38–55", "38–55"),
        (lambda v: v.interval(0.08, 0.08), "8", "8"),
        (lambda v: v.lasted(timedelta(hours=2, minutes=10)), "2 h 10 min", "2 ч 10 мин"),
        (lambda v: v.lasted(timedelta(seconds=5)), "1 min", "1 мин"),
        (lambda v: v.lasted(timedelta(days=2, hours=3, minutes=4)), "2 d 3 h", "2 д 3 ч"),
        (lambda v: v.ago(timedelta(minutes=3)), "3 minutes ago", "3 минуты назад"),
        (lambda v: v.day(date(2026, 11, 20)), "20 Nov", "20 ноября"),
        (lambda v: v.market_in("BR"), "in Brazil", "в Бразилии"),
        (lambda v: v.market_for("US"), "for the United States", "для США"),
        (lambda v: v.market_in("GB"), "in the UK", "в Великобритании"),
        (lambda v: v.market_in("NL"), "in the Netherlands", "в Нидерландах"),
        (lambda v: v.market_in("CY"), "in Cyprus", "на Кипре"),
        (lambda v: v.market_from("PH"), "in the Philippines", "с Филиппин"),
        (lambda v: v.market_in("CI"), "in Côte d’Ivoire", "на рынке «Кот-д’Ивуар»"),
        (lambda v: v.market_for("<b>"), "for b", "для рынка «b»"),
        (lambda v: v.market(""), "?", "?"),
        (lambda v: v.platform("INSTAGRAM"), "Instagram", "Instagram"),
        (lambda v: v.platform("<x>"), "x", "x"),
    ],
)
def test_both_languages(said: object, english: str, russian: str) -> None:
    assert callable(said)
    assert (even(said(EN)), even(said(RU))) == (english, russian)


def test_ranges_hold_together() -> None:
    assert EN.span(0.021, 0.068) == "2.1–\u20606.8%"
    assert RU.money(4500, "EUR") == "4\u00a0500\u00a0€"


def test_a_channel_names_its_zone_and_a_person_needs_no_name() -> None:
    assert EN.when(MOMENT) == "Tue 24 Nov, 18:00 BRT"
    assert even(RU.when(MOMENT)) == "ср 25 ноября, 00:00 МСК"
    assert MINE.when(MOMENT) == "Tue 24 Nov, 18:00"
    assert EN.clock(MOMENT) == "18:00"


def test_a_person_whose_zone_is_not_known_sees_which_one_is_meant() -> None:
    assert voice_for("en", None, "BR", True).when(MOMENT) == "Tue 24 Nov, 18:00 BRT"
    unknown = voice_for("en", "no/where", None, True)
    assert unknown.when(MOMENT) == "Tue 24 Nov, 21:00 UTC"
    assert (unknown.clock(MOMENT), MINE.clock(MOMENT)) == ("21:00 UTC", "18:00")


@pytest.mark.parametrize(
    ("zone", "label"),
    [("Asia/Kolkata", "GMT+5:30"), ("Europe/Berlin", "CET"), ("America/New_York", "EST"), ("Asia/Almaty", "GMT+5"),
     ("America/Bogota", "GMT−5"), ("Africa/Accra", "GMT"), ("Asia/Manila", "GMT+8")],
)  # fmt: skip
def test_zone_labels(zone: str, label: str) -> None:
    assert voice_for("en", zone, None, False).when(MOMENT).endswith(f" {label}")


def test_summer_time_has_its_own_label() -> None:
    assert voice_for("en", "Europe/Berlin", None, False).when(datetime(2026, 7, 1, tzinfo=UTC)).endswith(" CEST")


def test_tokens_only_in_english_and_where_the_readers_zone_is_not_known() -> None:
    token = "<!date^1795554000^by {date_short_pretty}, {time}|by Tue 24 Nov, 18:00 BRT>"
    assert EN.by_token(MOMENT) == token
    assert EN.until_token(MOMENT) == "<!date^1795554000^until {time}|until 18:00 BRT>"
    assert MINE.by_token(MOMENT) == "by Tue 24 Nov, 18:00"
    assert voice_for("en", None, None, True).by_token(MOMENT).startswith("<!date^1795554000^by ")
    assert even(voice_for("ru", None, None, True).by_token(MOMENT)) == "до вт 24 ноября, 21:00 UTC"
    assert even(RU.by_token(MOMENT)) == "до ср 25 ноября, 00:00 МСК"


@pytest.mark.parametrize(
    ("locale", "market", "language"),
    [
        ("ru", "BR", "ru"),
        ("en", "RU", "en"),
        ("en-US", "RU", "ru"),
        ("en-US", "BR", "en"),
        ("pt-BR", None, "en"),
        ("ru-RU", None, "ru"),
        (None, "RU", "ru"),
        (None, None, "en"),
    ],
)
def test_own_setting_then_market_then_slack(locale: str | None, market: str | None, language: str) -> None:
    assert voice_for(locale, None, market, True).locale == language


@pytest.mark.parametrize(
    ("n", "said"),
    [
        (1, "1 блогер ждёт"),
        (2, "2 блогера ждут"),
        (5, "5 блогеров ждут"),
        (11, "11 блогеров ждут"),
        (21, "21 блогер ждёт"),
    ],
)
def test_russian_plurals(n: int, said: str) -> None:
    assert even(RU.n("inbox.head", n)).startswith(said)


def test_a_missing_key_is_no_crash() -> None:
    assert EN.t("no.such.key") == "no.such.key"
    assert RU.n("no.such.key", 3) == "no.such.key"
    assert EN.t("by") == "by {when}"


@given(st.floats(), st.floats(), st.text(max_size=5), st.sampled_from((EN, RU)))
def test_no_number_is_refused(one: float, two: float, code: str, voice: Voice) -> None:
    said = [voice.count(one), voice.share(one), voice.span(one, two), voice.money(one, code), voice.risk(one)]
    assert all([*said, voice.interval(one, two), voice.number(two), voice.span(one, two, percent=False)])


def test_markets_have_zones() -> None:
    assert market_zone("BR") == "America/Sao_Paulo"
    assert market_zone("ru") == "Europe/Moscow"
    assert market_zone("??") == "UTC"


def test_every_zone_of_a_market_exists() -> None:
    from zoneinfo import available_timezones

    from bot.core import zones

    assert set(zones._ZONES.values()) <= available_timezones()
