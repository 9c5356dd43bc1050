"""Lengths of time as people type them: 48h, 90m, 2d, 1h30m."""

from __future__ import annotations

import re
from datetime import timedelta

from bot.core.errors import Invalid

_PART = re.compile(r"(\d+(?:\.\d+)?)\s*([smhd])")
_UNIT = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_MOST = timedelta(days=90)


def parse_duration(text: str) -> timedelta:
    """A positive duration of at most 90 days. Raises Invalid('duration').

    >>> parse_duration("48h"), parse_duration("1h30m")
    (datetime.timedelta(days=2), datetime.timedelta(seconds=5400))
    """
    said = text.strip().lower()
    parts = _PART.findall(said)
    if not parts or _PART.sub("", said).strip():
        raise Invalid("duration", value=text)
    try:
        total = sum((timedelta(**{_UNIT[unit]: float(amount)}) for amount, unit in parts), timedelta())
    except OverflowError:
        total = _MOST * 2
    if not timedelta() < total <= _MOST:
        raise Invalid("duration", value=text)
    return total
