"""Numbers as each language writes them: counts, shares, ranges, money, risks. Never raises, whatever the number."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from functools import cache

from babel import Locale
from babel.numbers import format_compact_decimal, format_currency, format_decimal, format_percent

JOINER = "–\u2060"
"""The dash of a range, with a word joiner that keeps both ends on one line."""
UNKNOWN = "?"
_FINE = 20
"""Below this many percent one decimal is shown."""
_CURRENCY = re.compile(r"[A-Z]{3}")
_HUGE = 1e15


@cache
def locale_of(code: str) -> Locale:
    return Locale.parse(code)


def _sane(value: float) -> bool:
    return math.isfinite(value) and abs(value) < _HUGE


def number(code: str, value: float, digits: int = 1) -> str:
    """4500 -> '4,500' / '4 500'; at most `digits` decimals.

    >>> number("en", 9.4), number("ru", 9.4), number("en", 2.0)
    ('9.4', '9,4', '2')
    """
    if not _sane(value):
        return UNKNOWN
    rounded = Decimal(repr(round(value, digits)))
    return format_decimal(rounded + 0, "#,##0." + "#" * digits if digits else "#,##0", locale=locale_of(code))


def count(code: str, value: float) -> str:
    r"""84000 -> '84K' / '84 тыс.'; one decimal below ten of a unit.

    >>> count("en", 84300), count("en", 999_999), count("ru", 1_230_000)
    ('84K', '1M', '1,2\xa0млн')
    """
    if not _sane(value):
        return UNKNOWN
    if abs(value) < 1000:
        return number(code, value, 0)
    whole = int(float(f"{value:.3g}"))
    lead = abs(whole) / 1000 ** ((len(str(abs(whole))) - 1) // 3)
    return format_compact_decimal(whole, locale=locale_of(code), fraction_digits=int(lead < 9.95))


def _digits(value: float, digits: int | None) -> int:
    return digits if digits is not None else int(abs(value) * 100 < _FINE)


def share(code: str, value: float, *, digits: int | None = None, signed: bool = False) -> str:
    """.094 -> '9.4%' / '9,4 %'; whole percents from 20 on, unless `digits` says otherwise.

    >>> share("en", .094), share("en", .61), share("en", .22, signed=True)
    ('9.4%', '61%', '+22%')
    """
    if not _sane(value):
        return UNKNOWN
    places = _digits(value, digits)
    locale = locale_of(code)
    pattern = locale.percent_formats[None].pattern.replace("#,##0", "#,##0." + "#" * places if places else "#,##0")
    exact = Decimal(repr(round(value, 2 + places)))
    plus = "+" if signed and exact > 0 else ""
    return plus + format_percent(exact + 0, pattern, locale=locale)


def span(code: str, low: float, high: float, *, percent: bool = True) -> str:
    """.021, .068 -> '2.1–6.8%': the unit once, after the second number."""
    if not percent:
        return f"{number(code, low)}{JOINER}{number(code, high)}"
    left = number(code, low * 100, _digits(low, None)) if _sane(low) else UNKNOWN
    return f"{left}{JOINER}{share(code, high)}"


def money(code: str, value: float, currency: str) -> str:
    """4500, 'EUR' -> '€4,500' / '4 500 €'; cents only when there are any."""
    if not _sane(value):
        return UNKNOWN
    if not _CURRENCY.fullmatch(currency):
        return number(code, value, 2)
    locale = locale_of(code)
    pattern = locale.currency_formats["standard"].pattern
    if float(value).is_integer():
        pattern = pattern.replace(".00", "")
    exact = Decimal(repr(round(value, 2)))
    return format_currency(exact, currency, pattern, locale=locale, currency_digits=False)


def hundredths(value: float) -> int | None:
    """.466 -> 47; None for what is no number."""
    return max(0, min(100, math.floor(value * 100 + 0.5))) if _sane(value) else None


def risk(value: float) -> str:
    """.47 -> '47/100': not a percentage until enough outcomes are known."""
    whole = hundredths(value)
    return f"{UNKNOWN if whole is None else whole}/100"


def interval(low: float, high: float) -> str:
    """.38, .55 -> '38–55', on the scale of `risk`."""
    ends = [UNKNOWN if end is None else str(end) for end in (hundredths(low), hundredths(high))]
    return ends[0] if ends[0] == ends[1] else JOINER.join(ends)
