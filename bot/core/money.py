"""Amounts of money as people write them in a cell, with the currency where they say it."""

from __future__ import annotations

import re
from typing import Final

from bot.core.values import MAX_NUMBER, SCALE, parse_number

_SIGNS: Final = {
    "$": "USD", "us$": "USD", "u$": "USD", "€": "EUR", "£": "GBP", "₽": "RUB", "₹": "INR", "₺": "TRY", "₴": "UAH",
    "₸": "KZT",
    "₩": "KRW", "₪": "ILS", "₫": "VND", "₱": "PHP", "฿": "THB", "₦": "NGN", "r$": "BRL", "mx$": "MXN", "ar$": "ARS",
    "cl$": "CLP", "a$": "AUD", "c$": "CAD", "ca$": "CAD", "s$": "SGD", "nt$": "TWD", "hk$": "HKD", "zł": "PLN",
    "kč": "CZK",
    "руб": "RUB", "р": "RUB", "рублей": "RUB", "тенге": "KZT", "грн": "UAH", "rs": "INR", "rp": "IDR", "rm": "MYR",
    "euro": "EUR", "euros": "EUR", "евро": "EUR", "reais": "BRL", "real": "BRL", "reales": "BRL", "dollars": "USD",
    "dólares": "USD", "долларов": "USD", "доллар": "USD", "usdt": "USD",
    "원": "KRW", "달러": "USD", "유로": "EUR", "엔": "JPY",
}  # fmt: skip
_CODES: Final = frozenset(
    "AED ARS AUD AZN BDT BGN BHD BRL BYN CAD CHF CLP CNY COP CZK DKK DZD EGP EUR GBP GEL HKD HUF IDR ILS INR IQD IRR "
    "ISK JOD JPY KES KRW KWD KZT LKR MAD MXN MYR NGN NOK NZD OMR PEN PHP PKR PLN QAR RON RSD RUB SAR SEK SGD THB TND "
    "TRY TWD UAH USD UYU UZS VES VND ZAR".split()
)
_SCALES: Final = sorted(SCALE, key=len, reverse=True)
_AMOUNT: Final = re.compile(r"([^\d.,+\-−]*)([+\-−]?[\d.,'’\s]*\d)\s*(.*)", re.DOTALL)


def parse_currency(text: str) -> str | None:
    """Return the ISO 4217 code of `EUR`, `€`, `R$`, `руб.`; None where the sign is unknown or shared (`¥`, `kr`)."""
    word = text.strip(" ()[],.:;/").casefold()
    code = word.upper()
    return code if code in _CODES else _SIGNS.get(word)


def parse_money(text: str) -> tuple[float, str | None] | None:
    """Read `€4,500`, `4500 EUR`, `R$ 2.000`, `4,5 тыс. руб.` as (amount ≥ 0, currency or None); else None.

    >>> parse_money("R$ 2.000"), parse_money("4500"), parse_money("a lot")
    ((2000.0, 'BRL'), (4500.0, None), None)
    """
    text = text.strip()
    found = _AMOUNT.fullmatch(text) if 0 < len(text) <= 40 else None
    if found is None:
        return None
    before, number, after = (part.strip() for part in found.groups())
    scale, after = _scale_and_rest(after)
    value = parse_number(number if scale == 1 else number + "M", grouped=True)
    if value is not None and scale != 1:
        value *= scale / 1e6
    sign = before or after
    currency = parse_currency(sign) if sign else None
    if value is None or not 0 <= value <= MAX_NUMBER or (before and after and parse_currency(after) != currency):
        return None
    return None if sign and currency is None else (value, currency)


def _scale_and_rest(after: str) -> tuple[float, str]:
    """Split `тыс. руб.` or `k€` into its scale and what is left. `MXN` is no million of XN."""
    if not after or parse_currency(after) is not None:
        return 1.0, after
    for word in _SCALES:
        if after.casefold().startswith(word):
            rest = after[len(word) :].lstrip(". ")
            if not rest or parse_currency(rest) is not None:
                return SCALE[word], rest
    return 1.0, after
