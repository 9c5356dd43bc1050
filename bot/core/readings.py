"""How each kind of column reads one cell: a value, or None and the code of a note that says why not."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

from bot.core.audience import parse_audience
from bot.core.cell_text import is_address, parse_outcome, parse_platform, plain_text, read_name
from bot.core.columns import ColumnUse
from bot.core.countries import parse_country
from bot.core.headers import FIELDS, Kind
from bot.core.money import parse_currency, parse_money
from bot.core.theirs import read_flags, read_risk, read_score, read_verdict
from bot.core.values import (
    MAX_NUMBER,
    DecimalMark,
    is_formula,
    is_missing,
    is_sheet_error,
    parse_count,
    parse_date,
    parse_flag,
    parse_number,
    parse_share,
)

Reading = tuple[Any, str | None]
"""(value or None, note code or None)"""
_LENGTHS: Final = {"bio": 2000, "captions": 10_000, "contact": 500}
_TEXT_MAX: Final = 200
_POSTS: Final = re.compile(r"(\d{1,4})\s*(?:posts?|пост\w*|x|раз\w*)", re.IGNORECASE)
_CACHED: Final = 20_000


def why_unreadable(cell: str) -> str | None:
    """Say why a cell gave no value: None if it says that there is none."""
    if is_sheet_error(cell):
        return "sheet_error"
    if is_missing(cell):
        return None
    if is_formula(cell):
        return "formula"
    number = parse_number(cell, grouped=True)
    if number is None:
        return "unreadable"
    return "negative" if number < 0 else "too_large" if number > MAX_NUMBER else "unreadable"


def _count(cell: str, decimal: DecimalMark | None) -> Reading:
    value = parse_count(cell, decimal=decimal)
    return (value, None) if value is not None else (None, why_unreadable(cell))


def _average(cell: str, decimal: DecimalMark | None) -> Reading:
    value = parse_number(cell, decimal=decimal, grouped=True)
    return (value, None) if value is not None and 0 <= value <= MAX_NUMBER else (None, why_unreadable(cell))


def _ratio(cell: str, decimal: DecimalMark | None) -> Reading:
    value = parse_number(cell, decimal=decimal or ("," if "," in cell and "." not in cell else None))
    return (value, None) if value is not None and abs(value) <= 1e6 else (None, why_unreadable(cell))


def _share(cell: str, name: str, *, percent: bool) -> Reading:
    value = parse_share(cell, percent=percent)
    if value is None:
        return None, why_unreadable(cell)
    low, high = (-1.0, 1000.0) if name.startswith("growth") else (0.0, 10.0 if name == "engagement_rate" else 1.0)
    return (value, None) if low <= value <= high else (None, "negative" if value < low == 0 else "out_of_range")


def _country(cell: str) -> Reading:
    if is_missing(cell):
        return None, "sheet_error" if is_sheet_error(cell) else None
    found = parse_country(cell)
    if found is None and (shares := parse_audience(cell)):
        found = max(shares, key=lambda code: shares[code])
    if found is not None:
        return found, None
    if is_formula(cell):
        return None, "formula"
    return None, "number_in_country" if parse_number(cell.strip("% ")) is not None else "unknown_country"


def _text(cell: str, name: str) -> Reading:
    if is_missing(cell) or is_formula(cell):
        return None, why_unreadable(cell)
    text, limit = plain_text(cell), _LENGTHS.get(name, _TEXT_MAX)
    return (text[:limit].rstrip(), "cut") if len(text) > limit else (text or None, None)


def _list(cell: str) -> Reading:
    text, note = _text(cell.replace("\n", ";"), "captions")
    parts = (part.strip() for part in (text or "").replace("|", ";").replace(",", ";").split(";"))
    return tuple(part[:_TEXT_MAX] for part in parts if part), note


def _brand_safety(cell: str) -> Reading:
    word = cell.strip().casefold()
    if word in {"none", "clean", "ok", "safe", "nothing", "чисто", "limpo", "limpio", "0"} or parse_flag(cell) is False:
        return (), None
    if parse_flag(cell) is True or (parse_number(cell) or 0) > 0:
        return ("unspecified",), None  # something was found, and nobody wrote down what
    found, note = _list(cell)
    return _counted(found) or None, note


def _counted(hits: Sequence[str]) -> tuple[str, ...]:
    """'gambling', '2 posts' is gambling twice, as vendors write it; each hit stands as often as it was seen."""
    out: list[str] = []
    for hit in hits:
        often = _POSTS.fullmatch(hit)
        if often and out:
            out += [out[-1]] * min(int(often[1]) - 1, 99)
        else:
            out.append(hit)
    return tuple(out)


def _outcome(cell: str) -> Reading:
    if is_missing(cell) or is_formula(cell):
        return None, why_unreadable(cell)
    code = parse_outcome(cell)
    return code, None if code else "unknown_outcome"


def _checked(parse: Callable[[str], Any]) -> Callable[[str], Reading]:
    def read(cell: str) -> Reading:
        value = parse(cell)
        return (value, None) if value is not None else (None, why_unreadable(cell))

    return read


def _address(cell: str) -> Reading:
    return (plain_text(cell)[:500], None) if is_address(cell) and not is_formula(cell) else (None, why_unreadable(cell))


def _date(cell: str, *, day_first: bool | None) -> Reading:
    value = parse_date(cell, day_first=day_first)
    if value is None and day_first is None and parse_date(cell, day_first=True) is not None:
        return None, "ambiguous_date"
    return (value, None) if value is not None else (None, why_unreadable(cell))


def _ai(read: Callable[[str], Reading]) -> Callable[[str], Reading]:
    """What the team's own AI says: missing where its list is silent, a note where it says what cannot be."""

    def found(cell: str) -> Reading:
        if is_missing(cell) or is_formula(cell):
            return None, why_unreadable(cell)
        return read(cell)

    return found


def _ai_flags(cell: str) -> Reading:
    parts, note = _list(cell)
    return read_flags(parts) or None, note


# Some fields are read in their own way, most by their kind; what no table has is text.
_BY_FIELD: Final[dict[str, Callable[[str], Reading]]] = {
    "brand_safety": _brand_safety,
    "past_outcome": _outcome,
    "currency": _checked(parse_currency),
    "ai_verdict": _ai(read_verdict),
    "ai_score": _ai(read_score),
    "ai_risk": _ai(read_risk),
    "ai_flags": _ai_flags,
}
_BY_KIND: Final[dict[Kind, Callable[[str], Reading]]] = {
    Kind.AUDIENCE: _checked(lambda cell: parse_audience(cell) or None),
    Kind.COUNTRY: _country,
    Kind.NAME: read_name,
    Kind.MONEY: _checked(parse_money),
    Kind.FLAG: _checked(parse_flag),
    Kind.PLATFORM: _checked(parse_platform),
    Kind.ADDRESS: _address,
    Kind.CATEGORY: _list,
}
_BY_DECIMAL_MARK: Final[dict[Kind, Callable[[str, DecimalMark | None], Reading]]] = {
    Kind.COUNT: _count,
    Kind.AVERAGE: _average,
    Kind.RATIO: _ratio,
}


def reader_of(use: ColumnUse, *, day_first: bool | None) -> Callable[[str], Reading]:
    """Return the function that reads one cell of this column, remembering what it has read."""
    name, one_country, _ = (use.field or "").partition(":")
    kind = FIELDS[name]
    if read_number := _BY_DECIMAL_MARK.get(kind):
        return _remembering(lambda cell: read_number(cell, use.decimal))
    plain: Callable[[str], Reading]
    if kind is Kind.SHARE or (kind is Kind.AUDIENCE and one_country):
        plain = partial(_share, name=name, percent=use.percent)
    elif kind is Kind.DATE:
        plain = partial(_date, day_first=day_first)
    else:
        plain = _BY_FIELD.get(name) or _BY_KIND.get(kind) or partial(_text, name=name)
    return _remembering(plain)


def _remembering(read: Callable[[str], Reading]) -> Callable[[str], Reading]:
    seen: dict[str, Reading] = {}

    def remembered(cell: str) -> Reading:
        found = seen.get(cell)
        if found is None:
            if len(seen) > _CACHED:
                seen.clear()
            found = seen[cell] = read(cell)
        return found

    return remembered
