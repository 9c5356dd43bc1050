"""Country names in any of the ways that people write them, as ISO 3166 two-letter codes.

The table beside this file comes from CLDR (English, Russian, Portuguese, Spanish, and each country's own languages)
plus common short forms. It is read once, when first asked.
"""

from __future__ import annotations

import csv
import unicodedata
from functools import cache, lru_cache
from importlib import resources

_FLAG_A = 0x1F1E6
_FLAG_Z = 0x1F1FF
_LONGEST = 80


def country_key(text: str) -> str:
    """Fold case, accents and punctuation, so that `Côte d'Ivoire` and `COTE D IVOIRE` meet."""
    if text.isascii() and text.isalpha():
        return text.lower()
    folded = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(c if c.isalnum() else " " for c in folded if not unicodedata.combining(c))
    return " ".join(plain.split())


@cache
def _table() -> tuple[dict[str, str], frozenset[str]]:
    source = resources.files(__package__).joinpath("countries.csv")
    by_name: dict[str, str] = {}
    codes: set[str] = set()
    with source.open(encoding="utf-8") as lines:
        for record in csv.DictReader(lines):
            iso2 = record["iso2"]
            codes.add(iso2)
            for name in (iso2, record["iso3"], *record["names"].split("|")):
                by_name.setdefault(country_key(name), iso2)
    # "NA" is how half the world's tools write "not available". Namibia keeps its name and NAM.
    del by_name["na"]
    return by_name, frozenset(codes)


def country_codes() -> frozenset[str]:
    """Every two-letter code that `parse_country` can return."""
    return _table()[1]


@lru_cache(maxsize=8192)
def parse_country(text: str) -> str | None:
    """Return the ISO2 code of a name, ISO2, ISO3 or flag emoji, else None. Nothing with a digit in it is a country."""
    if not text or len(text) > _LONGEST or any(c.isdigit() for c in text):
        return None
    flag, rest = _split_flag(text)
    key = country_key(rest)
    if not key:
        return flag
    found = _table()[0].get(key) or _table()[0].get(key.removeprefix("the "))
    # A flag that contradicts the name beside it says nothing certain.
    return found if flag is None or found == flag else None


def _split_flag(text: str) -> tuple[str | None, str]:
    letters = [c for c in text if _FLAG_A <= ord(c) <= _FLAG_Z]
    if not letters:
        return None, text
    rest = "".join(c for c in text if not _FLAG_A <= ord(c) <= _FLAG_Z)
    if len(letters) != 2:
        return None, rest
    code = "".join(chr(ord("A") + ord(c) - _FLAG_A) for c in letters)
    return (code if code in _table()[1] else None), rest
