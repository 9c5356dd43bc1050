"""What a column's cells look like, whatever its header says: shares of numbers, countries, handles and the rest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import median
from typing import Final, NamedTuple

from bot.core.audience import parse_audience
from bot.core.cell_text import is_address, parse_platform
from bot.core.countries import parse_country
from bot.core.money import parse_currency, parse_money
from bot.core.values import DecimalMark, decimal_mark, is_missing, parse_date, parse_flag, parse_number

SAMPLE_ROWS: Final = 300
_SPARSE: Final = 20
_HANDLE_MAX: Final = 40
_HANDLE_MARKS: Final = str.maketrans("", "", "._-")
_AGREE_WITHIN: Final = 0.1  # 1.1M may have been cut from 1,190,000

Record = Sequence[str]


class _Look(NamedTuple):
    number: float | None
    scaled: bool
    percent: bool
    digits: bool
    handle: bool
    lower: bool
    spaces: bool
    flag: bool
    money: bool
    country: bool = False
    address: bool = False
    email: bool = False
    currency: bool = False
    date: bool = False
    platform: bool = False
    audience: bool = False


@lru_cache(maxsize=16384)
def _look(cell: str) -> _Look:
    text = cell.strip()
    percent = text.endswith("%") or text.startswith("%")
    number = parse_number(text.strip("% "), grouped=True)
    bare = text.lstrip("@")
    handle = 0 < len(bare) <= _HANDLE_MAX and bare.isascii() and bare.translate(_HANDLE_MARKS).isalnum()
    flag = parse_flag(text) is not None
    plain = _Look(
        number=number,
        scaled=number is not None and text[-1:].isalpha(),
        percent=percent,
        digits=number is not None or any(c.isdigit() for c in text),
        handle=handle,
        lower=text == text.lower(),
        spaces=" " in text,
        flag=flag,
        money=number is not None and not percent,
    )
    # What is a number is nothing else below, and most cells are numbers.
    return plain if number is not None else _words(plain, text)


def _words(plain: _Look, text: str) -> _Look:
    money = parse_money(text)
    return plain._replace(
        country=not plain.flag and parse_country(text) is not None,
        address=is_address(text),
        email="@" in text[1:] and "." in text.rpartition("@")[2] and " " not in text,
        money=money is not None,
        currency=(money is not None and money[1] is not None) or parse_currency(text) is not None,
        date=parse_date(text, day_first=True) is not None or parse_date(text, day_first=False) is not None,
        platform=parse_platform(text) is not None,
        audience=not plain.flag and bool(parse_audience(text)),
    )


@dataclass(frozen=True, slots=True)
class Profile:
    """Shares (0 to 1) over the cells of one column that say anything; `filled` is how many of the sample did."""

    filled: int
    number: float = 0.0
    scaled: float = 0.0
    percent: float = 0.0
    country: float = 0.0
    wordy: float = 0.0
    """Cells without a single digit."""
    handle: float = 0.0
    lower: float = 0.0
    spaces: float = 0.0
    address: float = 0.0
    email: float = 0.0
    money: float = 0.0
    currency: float = 0.0
    flag: float = 0.0
    date: float = 0.0
    platform: float = 0.0
    audience: float = 0.0
    distinct: float = 0.0
    length: float = 0.0
    """Mean length of a cell in characters."""
    middle: float = 0.0
    """Median of the numbers' magnitudes."""
    top: float = 0.0
    decimal: DecimalMark | None = None


def sample(records: Sequence[Record]) -> Sequence[Record]:
    """Return at most `SAMPLE_ROWS` records, evenly spread."""
    step = -(-len(records) // SAMPLE_ROWS) or 1
    return records[::step]


def profile(records: Sequence[Record], sampled: Sequence[Record], column: int) -> Profile:
    """Describe a column (0-based). A sparse one is looked at in the whole file, not only in the sample."""
    cells = _cells(sampled, column)
    if len(cells) < _SPARSE and len(sampled) < len(records):
        cells = _cells(records, column)[:SAMPLE_ROWS]
    if not cells:
        return Profile(0)
    looks = [_look(cell) for cell in cells]
    count = len(cells)
    numbers = [abs(look.number) for look in looks if look.number is not None]

    def share(test: Callable[[_Look], bool]) -> float:
        return sum(map(test, looks)) / count

    return Profile(
        filled=count,
        number=len(numbers) / count,
        scaled=share(lambda x: x.scaled),
        percent=share(lambda x: x.percent),
        country=share(lambda x: x.country),
        wordy=share(lambda x: not x.digits),
        handle=share(lambda x: x.handle),
        lower=share(lambda x: x.lower),
        spaces=share(lambda x: x.spaces),
        address=share(lambda x: x.address),
        email=share(lambda x: x.email),
        money=share(lambda x: x.money),
        currency=share(lambda x: x.currency),
        flag=share(lambda x: x.flag),
        date=share(lambda x: x.date),
        platform=share(lambda x: x.platform),
        audience=share(lambda x: x.audience),
        distinct=len(set(cells)) / count,
        length=sum(map(len, cells)) / count,
        middle=median(numbers) if numbers else 0.0,
        top=max(numbers, default=0.0),
        decimal=decimal_mark(cells),
    )


def _cells(records: Sequence[Record], column: int) -> list[str]:
    return [r[column] for r in records if column < len(r) and r[column] and not is_missing(r[column])]


def number_pairs(records: Sequence[Record], left: int, right: int) -> list[tuple[float, float]]:
    """Return the numbers of two columns (0-based) in the records where both have one."""
    found = []
    for record in records:
        if max(left, right) < len(record):
            a, b = _look(record[left]).number, _look(record[right]).number
            if a is not None and b is not None:
                found.append((a, b))
    return found


def close(a: float, b: float) -> bool:
    """Say whether one number can be the rounded form of the other."""
    return abs(a - b) <= _AGREE_WITHIN * max(abs(a), abs(b))


def same_numbers(records: Sequence[Record], left: int, right: int) -> bool:
    """Say whether two columns hold the same numbers, one of them perhaps rounded (`48.5M` beside `48500000`)."""
    pairs = number_pairs(records, left, right)
    return bool(pairs) and sum(close(a, b) for a, b in pairs) >= 0.95 * len(pairs)  # a few cells may be damaged
