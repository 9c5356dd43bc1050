"""Which field a column's header names, in English, Russian, Portuguese, Spanish and Korean.

A header only claims a field; core/columns asks the content whether it is so. Word order, case, accents, punctuation,
line breaks and counters (`Category_2`, `Followers Numbers`) do not matter. The words are in header_words.csv; a field
there that starts with `?` is one or another, or none, as the content says.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Final, NamedTuple

from bot.core.countries import country_codes, parse_country
from bot.core.money import parse_currency


class Kind(StrEnum):
    """What a field's cells must look like."""

    HANDLE = "handle"
    NAME = "name"
    COUNT = "count"
    AVERAGE = "average"
    RATIO = "ratio"
    SHARE = "share"
    MONEY = "money"
    FLAG = "flag"
    DATE = "date"
    COUNTRY = "country"
    PLATFORM = "platform"
    ADDRESS = "address"
    CATEGORY = "category"
    TEXT = "text"
    AUDIENCE = "audience"


NUMERIC: Final = frozenset({Kind.COUNT, Kind.AVERAGE, Kind.RATIO, Kind.SHARE, Kind.MONEY})

_H, _N, _C, _A, _S, _T = Kind.HANDLE, Kind.NAME, Kind.COUNT, Kind.AVERAGE, Kind.SHARE, Kind.TEXT
FIELDS: Final[dict[str, Kind]] = {
    "handle": _H, "name": _N, "platform": Kind.PLATFORM, "profile_url": Kind.ADDRESS,
    "country": Kind.COUNTRY, "audience_country": Kind.COUNTRY, "market": Kind.COUNTRY, "categories": Kind.CATEGORY,
    "followers": _C, "following": _C, "posts": _C, "fake_sample_size": _C,
    "engagement_avg": _A, "engagement_auth": _A, "avg_views": _A, "avg_likes": _A, "avg_comments": _A, "avg_shares": _A,
    "engagement_rate": _S, "growth_14d": _S, "growth_90d": _S, "credibility": _S, "suspicious_share": _S,
    "comment_pod_share": _S, "fake_follower_share": _S, "sponsored_share": _S,
    "growth_z": Kind.RATIO, "views_per_like": Kind.RATIO, "comments_per_100_likes": Kind.RATIO,
    "audience": Kind.AUDIENCE, "brand_safety": _T, "measured_on": Kind.DATE, "bio": _T, "captions": _T, "contact": _T,
    "fee": Kind.MONEY, "currency": _T, "referred_by": _T, "strategic": Kind.FLAG, "past_outcome": _T,
    "ai_verdict": _T, "ai_score": _T, "ai_risk": _T, "ai_flags": _T,
}  # fmt: skip
MANY: Final = frozenset({"categories", "audience", "contact", "brand_safety", "captions", "ai_flags"})
"""Fields that several columns may fill together."""

IDENTITY: Final = "identity"
"""Month by month the same header (`Name`, `Tiktok name`) means the handle or the name: the content decides."""
_SAME: Final = {
    **dict.fromkeys("average mean means ср ø".split(), "avg"),
    **dict.fromkeys("percent pct percentage процент porcentagem porcentaje".split(), "%"),
}
_FILLERS: Final = frozenset(
    "number numbers count counts value values no qty mostly the of a in on from by for de do da del la el los las os "
    "as o em en com по в на за из кол во количество число numero quantidade cantidad share доля".split()
)
_AUDIENCE_WORDS: Final = frozenset("audience аудитория аудитории audiencia publico".split())
_WORDS: Final = re.compile(r"[^\W\d_]+|\d+|[%#№@]")
_CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")


class Claim(NamedTuple):
    """What a header says: a field (or `identity`, `row_number`, `?…`, None), and what else it gives away."""

    field: str | None
    percent: bool = False
    currency: str | None = None
    audience_of: str | None = None


def clean_header(text: str) -> str:
    """Fold line breaks, white space and invisible characters: how a header is shown and found."""
    if not text.isprintable():
        text = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(text.split())


def _tokens(text: str) -> list[str]:
    folded = unicodedata.normalize("NFKD", text.casefold())
    words: list[str] = _WORDS.findall("".join(c for c in folded if not unicodedata.combining(c)))
    return [_SAME.get(w, w) for w in words]


@cache
def _by_words() -> dict[frozenset[str], str]:
    source = resources.files(__package__).joinpath("header_words.csv")
    known: dict[frozenset[str], str] = {frozenset(_tokens(field.replace("_", " "))): field for field in FIELDS}
    with source.open(encoding="utf-8") as lines:
        phrases = [(_tokens(record["phrase"]), record["field"]) for record in csv.DictReader(lines)]
    # A phrase as it stands goes before any phrase with its fillers taken away.
    for words, field in phrases:
        known.setdefault(frozenset(words), field)
    for words, field in phrases:
        if plain := frozenset(w for w in words if w not in _FILLERS):
            known.setdefault(plain, field)
    return known


def read_header(text: str) -> Claim:
    """Say which field a header claims. Counters, fillers and units in it do not matter."""
    text = clean_header(text)[:200]
    percent = "%" in _tokens(text)
    parts = re.split(r"[\s()\[\],;:/_]+", text)
    currency = next((c for c in map(parse_currency, parts) if c), None)
    field = None
    for variant in (text, _CAMEL.sub(" ", text)):
        field = field or _lookup(_tokens(variant))
    if field is None and currency:
        # `Cachê (R$)`; and a rate in a currency is what somebody charges: in USD or $, while `Real rate` is none.
        bare = [word for part in parts if not parse_currency(part) for word in _tokens(part)]
        signed = any(
            parse_currency(part) and ((len(part) == 3 and part.isupper()) or not part.isalpha()) for part in parts
        )
        field = "fee" if bare == ["rate"] and signed and not text.isupper() else _lookup(bare)
    if field is None or field == "audience":
        country = _audience_of(text)
        if country:
            return Claim("audience", percent, None, country)
    return Claim(field, percent, currency if field == "fee" else None)


def _lookup(words: list[str]) -> str | None:
    known = _by_words()
    plain = [w for w in words if w not in _FILLERS]
    for candidate in (
        words,
        plain,
        [w for w in plain if w != "%"],
        [w for w in plain if not w.isdigit()],
        [w for w in plain if w not in {"#", "%", "@"} and not w.isdigit()],
        [w for w in plain if parse_currency(w) is None and w not in {"%", "per", "post"}],
    ):
        if candidate and (found := known.get(frozenset(candidate))):
            return found
    return None


def _audience_of(text: str) -> str | None:
    """The country in `Audience BR %`, `% audience: Brazil`, `Аудитория Россия`; a two-letter code only in capitals."""
    words = re.findall(r"[^\W\d_]+", text)
    rest = [w for w in words if not set(_tokens(w)) & _AUDIENCE_WORDS and not set(_tokens(w)) & {"%", "share", "доля"}]
    if len(rest) == len(words) or not rest:
        return None
    if len(rest) == 1 and len(rest[0]) == 2:
        return rest[0] if rest[0] in country_codes() else None
    plain = [w for w in rest if w.casefold() not in _FILLERS] or rest
    return parse_country(" ".join(rest)) or (parse_country(" ".join(plain)) if len(" ".join(plain)) > 2 else None)
