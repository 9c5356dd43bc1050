"""Country names in every spelling that a list may hold."""

from __future__ import annotations

import pytest
from babel import Locale

from bot.core.countries import country_codes, parse_country

# Regions that CLDR names like countries and ISO 3166 does not hold.
NOT_COUNTRIES = {"EU", "EZ", "UN", "XA", "XB", "ZZ", "QO", "AC", "CP", "CQ", "DG", "EA", "IC", "TA"}


@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_cldr_name_is_known(language: str) -> None:
    names = {
        c: n for c, n in Locale(language).territories.items() if len(c) == 2 and c.isalpha() and c not in NOT_COUNTRIES
    }
    assert {c: parse_country(n) for c, n in names.items()} == {c: c for c in names}
    assert country_codes() == set(names)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Brazil", "BR"), ("Brasil", "BR"), ("  BRAZIL ", "BR"), ("BRA", "BR"), ("br", "BR"), ("Бразилия", "BR"),
        ("🇧🇷", "BR"), ("🇧🇷 Brazil", "BR"), ("USA", "US"), ("U.S.A.", "US"), ("EE.UU.", "US"), ("США", "US"),
        ("UK", "GB"), ("England", "GB"), ("UAE", "AE"), ("ОАЭ", "AE"), ("South Korea", "KR"), ("Korea", "KR"),
        ("Korea, South", "KR"), ("Russia", "RU"), ("РФ", "RU"), ("Россия", "RU"), ("Türkiye", "TR"), ("TURKIYE", "TR"),
        ("Turkey", "TR"), ("Deutschland", "DE"), ("España", "ES"), ("日本", "JP"), ("Cote d'Ivoire", "CI"),
        ("The Netherlands", "NL"), ("Namibia", "NA"), ("NAM", "NA"), ("México", "MX"), ("Méjico", "MX"),
    ],
)  # fmt: skip
def test_spellings(text: str, code: str) -> None:
    assert parse_country(text) == code


@pytest.mark.parametrize(
    "text",
    ["", "-", "N/A", "NA", "0", "10.2M", "Brazil 2", "Europe", "Music", "#VALOR!", "🇧🇷 Spain", "🇧🇷🇪🇸", "a" * 500],
)
def test_what_is_no_country(text: str) -> None:
    assert parse_country(text) is None


def test_every_code_reads_as_itself_but_na() -> None:
    assert [c for c in country_codes() if parse_country(c) != c] == ["NA"]
