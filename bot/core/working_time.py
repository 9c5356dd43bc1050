"""When somebody works: hours in their own zone, less their absences; safe where clocks change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.core.errors import Invalid
from bot.core.zones import UNKNOWN, market_zone

#: From (inclusive) until (exclusive), both aware.
Span = tuple[datetime, datetime]

_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Hours:
    """Minutes after midnight on these days (ISO, '1' is Monday); until an earlier minute is until the next day.

    Raises Invalid('working_hours') for what no day has.
    """

    start: int = 9 * 60
    end: int = 18 * 60
    days: str = "12345"

    def __post_init__(self) -> None:
        good = 0 <= self.start < _DAY and 0 < self.end <= _DAY and self.start != self.end
        if not good or not self.days or set(self.days) - set("1234567"):
            raise Invalid("working_hours", start=self.start, end=self.end, days=self.days)


@cache
def zone_of(tz: str | None, market: str | None) -> ZoneInfo:
    """The zone in which somebody works: Slack's, else that of their market, else UTC.

    >>> zone_of(None, "BR").key, zone_of("Nowhere/Land", None).key
    ('America/Sao_Paulo', 'UTC')
    """
    for name in (tz, market_zone(market or "")):
        try:
            if name:
                return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            continue
    return ZoneInfo(UNKNOWN)


def worked(hours: Hours, zone: ZoneInfo, since: datetime, until: datetime) -> Iterator[Span]:
    """Working time within two moments, in UTC, in order; days that meet at midnight are one.

    >>> berlin = ZoneInfo("Europe/Berlin")
    >>> friday = datetime(2026, 10, 23, 16, tzinfo=UTC)
    >>> for start, end in worked(Hours(), berlin, friday, friday + timedelta(days=4)):
    ...     print(start.isoformat(), end.isoformat())
    2026-10-26T08:00:00+00:00 2026-10-26T17:00:00+00:00
    2026-10-27T08:00:00+00:00 2026-10-27T16:00:00+00:00
    """
    day, last = since.astimezone(zone).date() - timedelta(days=1), until.astimezone(zone).date()
    held: Span | None = None
    while day <= last:
        if str(day.isoweekday()) in hours.days:
            start = _at(day.toordinal(), hours.start, zone)
            end = _at(day.toordinal() + (hours.end <= hours.start), hours.end, zone)
            start, end = max(start, since), min(end, until)
            if start < end:
                if held is not None and start > held[1]:
                    yield held
                    held = None
                held = (start, end) if held is None else (held[0], max(held[1], end))
        day += timedelta(days=1)
    if held is not None:
        yield held


def _at(ordinal: int, minute: int, zone: ZoneInfo) -> datetime:
    """That minute of a day by the clock on the wall; one that the clocks skip is an hour later by it."""
    day = datetime.fromordinal(ordinal + minute // _DAY)
    return datetime.combine(day, time(minute % _DAY // 60, minute % 60), zone).astimezone(UTC)


def without(spans: Iterable[Span], gone: Sequence[Span]) -> Iterator[Span]:
    """What is left of spans, in order, once others are taken out of them."""
    for start, end in spans:
        left = [(start, end)]
        for off, on in gone:
            left = [part for s, e in left for part in ((s, min(e, off)), (max(s, on), e)) if part[0] < part[1]]
        yield from left
