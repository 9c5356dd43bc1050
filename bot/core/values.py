"""What one cell of an exchanged list says: counts, shares, money, flags, dates.

Every `parse_*` returns None for what is missing or unreadable; nothing here ever turns an unreadable cell into a zero,
and nothing raises. Countries are in core/countries, handles and names in core/cell_text.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from math import isfinite
from typing import Final, Literal

DecimalMark = Literal[".", ","]

MAX_NUMBER: Final = 1e11  # no platform has that many people: what is larger is a damaged cell

_MISSING: Final = frozenset([
    *"- -- --- — – − . .. ... … ? ?? * / n/a na n.a. n.a nan null none nil nul n/d nd n.d. s/d sd n/c nc н/д нд н.д. "
    "нет unknown undefined tbd tba empty blank missing hidden private неизвестно пусто desconhecido desconocido "
    "vazio 없음 미상 비공개 해당없음".split(),
    "데이터 없음", "해당 없음",
    "no data", "not available", "нет данных", "sem dados", "sin datos", "not applicable", "no disponible",
])  # fmt: skip
_SHEET_ERROR_WORDS: Final = frozenset({"#N/A", "#N/D", "#Н/Д", "#NV", "#N/DISP"})
SCALE: Final[dict[str, float]] = {
    **dict.fromkeys("k к т тыс тысяч тысячи mil thousand th".split(), 1e3),
    **dict.fromkeys(["lakh", "lac", "lakhs"], 1e5),
    **dict.fromkeys(
        "m м mm mn mln mi mio mill млн миллион миллиона миллионов million millions "
        "milhão milhões milhoes millón millones millon".split(),
        1e6,
    ),
    **dict.fromkeys(["cr", "crore", "crores"], 1e7),
    # Korean, Japanese and Chinese count in ten thousands.
    "백": 1e2,
    "천": 1e3,
    "백만": 1e6,
    "천만": 1e7,
    **dict.fromkeys("만万萬", 1e4),
    **dict.fromkeys("억億亿", 1e8),
    **dict.fromkeys("b bn bi bln млрд миллиард миллиарда миллиардов billion billions bilhão bilhões".split(), 1e9),
}
_NUMBER: Final = re.compile(r"([+\-−–]?)\s*(\d[\d.,'’\s]*|[.,]\d+)(?:[eE]([+\-]?\d{1,3}))?\s*([^\W\d_]*)\.?")
#: Where those units are, a comma groups, and there may be several: 2만5천.
_EASTERN: Final = re.compile(r"(\d[\d.,]*)\s*(백만|천만|백|천|[만万萬억億亿])\s*")
_GROUPS: Final = re.compile(r"\d{1,3}(,\d{3})+(\.\d+)?")
_LAKHS: Final = re.compile(r"\d{1,2}(,\d{2})+,\d{3}")
# A call, a command (cmd|), a reference into a sheet, or plain arithmetic behind a sign.
_CALCULATES: Final = re.compile(r"[+\-@][\w.+\-]*(?:[(|]|!\$?[A-Za-z]{1,3}\$?\d)|[+\-]\d[\d.,]*[+*/^]\d")


def is_sheet_error(text: str) -> bool:
    """Say whether a spreadsheet wrote this in place of a value: `#VALOR!`, `#REF!`, `#NAME?`, `#N/A`."""
    text = text.strip()
    if len(text) < 3 or text[0] != "#" or len(text) > 12:
        return False
    return text in _SHEET_ERROR_WORDS or (text[-1] in "!?" and text == text.upper() and text[1].isalpha())


def is_missing(text: str) -> bool:
    """Say whether a cell says "nothing here": blank, `-`, `N/A'`, `null`, `нет данных`, `#VALOR!`."""
    text = text.strip()
    if not text:
        return True
    return text.strip("'\"`´’()[]").strip().casefold() in _MISSING or is_sheet_error(text)


def is_formula(text: str) -> bool:
    """Say whether a spreadsheet would run this cell. `@ana`, `-4%`, `- mum of two` and `+55 11 90000` are none."""
    text = text.lstrip(" \t\r\n'\"\ufeff")
    if not text or text[0] not in "=＝+-@":
        return False
    return len(text) > 1 if text[0] in "=＝" else _CALCULATES.match(text) is not None


def parse_number(text: str, *, decimal: DecimalMark | None = None, grouped: bool = False) -> float | None:
    """Read a finite number in any common notation, with K/M/B, тыс/млн, mil/mi, lakh/crore after it.

    `decimal` is the column's decimal mark where its other cells prove one. `1.234` and `1,234` alone are ambiguous:
    with `grouped` (counts) both are 1234; without it `1.234` is a decimal and `1,234` is not.
    """
    text = text.strip()
    if text.isascii() and text.isdigit():
        return float(text) if len(text) <= 15 else None
    if len(text) > 40 or not any(c.isdigit() for c in text):
        return None
    if not text.isascii():
        text = _western_digits(text)
        counted = text.rstrip("명人 ")  # 12,345명: so many people
        if counted != text or _EASTERN.search(text):
            return _eastern(counted, decimal, grouped=grouped)
    found = _NUMBER.fullmatch(text)
    if found is None:
        return None
    sign, mantissa, exponent, unit = found.groups()
    scale = SCALE.get(unit.casefold()) if unit else 1.0
    plain = _plain(mantissa.strip(), decimal, grouped=grouped and not unit and not exponent, scaled=bool(unit))
    if scale is None or plain is None:
        return None
    value = float(f"{plain}e{exponent or 0}") * scale
    if not isfinite(value):
        return None
    return -value if sign and sign != "+" else value


def _eastern(text: str, decimal: DecimalMark | None, *, grouped: bool) -> float | None:
    parts, rest = _EASTERN.findall(text), _EASTERN.sub("", text)
    if not parts:
        return parse_number(text, decimal=decimal, grouped=grouped)
    if rest and not (rest.isascii() and rest.isdigit()):
        return None
    total = float(rest or 0)
    for written, unit in parts:
        value = parse_number(written.replace(",", "") if _GROUPS.fullmatch(written) else written, decimal=decimal)
        if value is None:
            return None
        total += value * SCALE[unit]
    return total


def _western_digits(text: str) -> str:
    return "".join(c if c.isascii() or not c.isdecimal() else str(unicodedata.decimal(c)) for c in text)


def _plain(mantissa: str, decimal: DecimalMark | None, *, grouped: bool, scaled: bool) -> str | None:
    """Reduce `1.234,5` to `1234.5`: which mark groups thousands and which one is the decimal point."""
    parts = mantissa.replace("'", " ").replace("’", " ").split()
    if len(parts) > 1:
        head, *middle, last = parts
        tail = re.split(r"[.,]", last, maxsplit=1)
        if len(head) > 3 or not all(len(p) == 3 and p.isdigit() for p in [*middle, tail[0]]) or not head.isdigit():
            return None
        return _joined("".join([head, *middle, tail[0]]), tail[1] if len(tail) > 1 else "")
    dots, commas = mantissa.count("."), mantissa.count(",")
    if not dots and not commas:
        return mantissa
    if dots and commas:
        mark = "." if mantissa.rfind(".") > mantissa.rfind(",") else ","
        whole, _, rest = mantissa.rpartition(mark)
        return None if mark in whole else _grouped(whole, "," if mark == "." else ".", rest)
    mark = "." if dots else ","
    if dots + commas > 1:
        return _grouped(mantissa, mark, "")
    whole, _, rest = mantissa.partition(mark)
    ambiguous = len(rest) == 3 and 0 < len(whole) <= 3 and whole[0] != "0"
    if not ambiguous or decimal == mark:
        return _joined(whole, rest)
    thousands = decimal is not None or (grouped if scaled or mark == "." else True)
    return whole + rest if thousands and not scaled else _joined(whole, rest)


def _joined(whole: str, rest: str) -> str | None:
    return f"{whole or '0'}.{rest or '0'}" if not rest or rest.isdigit() else None


def _grouped(whole: str, mark: str, rest: str) -> str | None:
    head, *groups = whole.split(mark)
    regular = 0 < len(head) <= 3 and head.isdigit() and all(len(g) == 3 and g.isdigit() for g in groups)
    if regular or (mark == "," and _LAKHS.fullmatch(whole)):
        return _joined(whole.replace(mark, ""), rest)
    return None


def parse_count(text: str, *, decimal: DecimalMark | None = None) -> int | None:
    """Read how many: a whole number from 0 to 10¹¹. Negative, absurd and unreadable are None.

    >>> parse_count("409.8M"), parse_count("1.234.567"), parse_count("2,4 млн"), parse_count("3 mil"), parse_count("-")
    (409800000, 1234567, 2400000, 3000, None)
    """
    value = parse_number(text, decimal=decimal, grouped=True)
    return None if value is None or not 0 <= value <= MAX_NUMBER else round(value)


def decimal_mark(cells: list[str]) -> DecimalMark | None:
    """Return the decimal mark that a column's cells prove between them, or None if none or both are proven."""
    dot = comma = False
    for cell in cells:
        body = cell.strip().rstrip("%").strip()
        dots, commas = body.count("."), body.count(",")
        if (not dots and not commas) or parse_number(body) is None:
            continue
        if dots and commas:
            dot, comma = dot or body.rfind(".") > body.rfind(","), comma or body.rfind(",") > body.rfind(".")
        elif dots + commas > 1:
            dot, comma = dot or bool(commas), comma or bool(dots)
        else:
            after = body[max(body.rfind("."), body.rfind(",")) + 1 :]
            digits = len(after) - len(after.lstrip("0123456789"))
            if digits != 3 or body[0] == "0":
                dot, comma = dot or bool(dots), comma or bool(commas)
    if dot == comma:
        return None
    return "." if dot else ","


def parse_share(text: str, *, percent: bool | None = None) -> float | None:
    """Read a share as a fraction: `9.4%`, `9,4 %` and `0.094` are all 0.094. May be negative or above 1.

    `percent` is the scale of the column; None (a cell on its own) takes a bare number above 1 as a percentage.
    """
    body = text.strip()
    signed = body.endswith(("%", "٪")) or body.startswith("%")
    body = body.strip("%٪").strip()
    # Shares never reach thousands, so a lone comma is the decimal mark.
    value = parse_number(body, decimal="," if body.count(",") == 1 and "." not in body else ".")
    if value is None or abs(value) > 1e6:
        return None
    return value / 100 if signed or percent or (percent is None and abs(value) > 1) else value


_TRUE: Final = frozenset("yes y true t 1 да д истина sim s sí si verdadeiro verdadero x v + ✓ ✔ ✅ ☑ on".split())
_FALSE: Final = frozenset("no n false f 0 нет н ложь não nao falso ✗ ✘ ❌ ☐ off".split())


def parse_flag(text: str) -> bool | None:
    """Read yes or no in English, Russian, Portuguese, Spanish, or as a tick."""
    word = text.strip().rstrip(".").replace("\ufe0f", "").casefold()
    if word in _TRUE:
        return True
    return False if word in _FALSE else None


_MONTHS: Final = {
    word: number
    for number, words in enumerate(
        (
            "jan янв ene", "feb fev фев", "mar мар", "apr abr апр", "may mai май мая", "jun июн", "jul июл",
            "aug ago авг", "sep set сен", "oct out окт", "nov ноя", "dec dez dic дек",
        ),
        start=1,
    )
    for word in words.split()
}  # fmt: skip
_YEAR_FIRST: Final = re.compile(r"(\d{4})[-/.](\d{1,2})(?:[-/.](\d{1,2})(?:[T ]\d{1,2}:\d{2}.*)?)?")
_DAY_OR_MONTH_FIRST: Final = re.compile(r"(\d{1,2})([-/.])(\d{1,2})[-/.](\d{4})(?:[ ,]+\d{1,2}:\d{2}.*)?")
_WORDED: Final = re.compile(
    r"(?:(\d{1,2})(?:st|nd|rd|th|º)?\s+)?(?:de\s+)?([^\W\d_]{3,10})\.?(?:\s+(\d{1,2}),?)?(?:\s+de)?\s+(\d{4})(?:\s*г\.?)?"
)


def parse_date(text: str, *, day_first: bool | None = None) -> date | None:
    """Read a calendar day; a month alone is its first day. `05/11/2022` is None unless `day_first` decides."""
    text = " ".join(text.split())
    if not 6 <= len(text) <= 40:
        return None
    if found := _YEAR_FIRST.fullmatch(text):
        return _day(found[1], found[2], found[3] or "1")
    if found := _DAY_OR_MONTH_FIRST.fullmatch(text):
        first, mark, second, year = found.groups()
        if mark == "." or int(first) > 12 or first == second:
            day_first = True
        elif int(second) > 12:
            day_first = False
        if day_first is None:
            return None
        return _day(year, second, first) if day_first else _day(year, first, second)
    if found := _WORDED.fullmatch(text.casefold()):
        before, word, after, year = found.groups()
        month = _MONTHS.get(word[:3])
        return _day(year, str(month), before or after or "1") if month and not (before and after) else None
    return None


def _day(year: str, month: str, day: str) -> date | None:
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        return None
    return found if 2000 <= found.year < 2100 else None
