"""What people set for themselves, as they fill it in: language, working hours, backup, when they are back."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.core.errors import Invalid
from bot.core.types import Member, UserId
from bot.core.working_time import Hours, Span, zone_of

USUAL = Hours()
_MIDNIGHT = 24 * 60
_MONTHS = {
    name: number
    for number, names in enumerate(
        "jan янв|feb фев|mar мар|apr апр|may май мая|jun июн|jul июл|aug авг|sep сен|oct окт|nov ноя|dec дек".split(
            "|"
        ),
        1,
    )
    for name in names.split()
}
_DAYS = {
    name: number
    for number, names in enumerate(
        "mon пон пн|tue вто вт|wed сре ср|thu чет чт|fri пят пт|sat суб сб|sun вос вс".split("|")
    )
    for name in names.split()
}
_TOMORROW = ("tomorrow", "завтра")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.?")
_SAID = re.compile(r"(\d{1,2})\s+([a-zа-яё]{3,})\.?|([a-zа-яё]{3,})\.?\s+(\d{1,2})")


@dataclass(frozen=True, slots=True)
class OwnSettings:
    """A filled-in form. None and "" leave it to Slack, the market or the usual."""

    language: str | None = None
    days: str = ""
    """ISO days, '1' is Monday; none is the usual hours."""
    start: int | None = None
    """Minutes after midnight."""
    end: int | None = None
    backup: UserId | None = None
    back_on: date | None = None
    """The first day on which they are back."""


def hours_of(wanted: OwnSettings) -> Hours | None:
    """The working hours that these are; None for the usual ones. Raises Invalid('working_hours') at the field 'to'.

    >>> hours_of(OwnSettings(days="125", start=600, end=0))
    Hours(start=600, end=1440, days='125')
    """
    if not wanted.days:
        return None
    if wanted.start is None or wanted.end is None:
        raise Invalid("working_hours", field="to")
    try:
        found = Hours(wanted.start, wanted.end or _MIDNIGHT, "".join(sorted(set(wanted.days))))
    except Invalid as error:
        raise Invalid("working_hours", field="to") from error
    return None if found == USUAL else found


def zone_of_member(member: Member) -> ZoneInfo:
    """Where their days begin."""
    return zone_of(member.tz, next(iter(member.markets), None))


def absence_of(member: Member, back_on: date | None, now: datetime) -> Span | None:
    """When they are away if they are back on this day, by their own clock; None for not at all.

    An absence that has begun keeps its beginning. Raises Invalid('away') at the field 'until'.
    """
    if back_on is None:
        return None
    until = datetime.combine(back_on, time(), zone_of_member(member)).astimezone(UTC)
    if until <= now:
        raise Invalid("away", field="until")
    kept = member.away
    return (kept[0] if kept is not None and kept[0] <= now < kept[1] else now, until)


def back_on(member: Member) -> date | None:
    """The day on which an absence of theirs ends, by their own clock."""
    return member.away[1].astimezone(zone_of_member(member)).date() if member.away is not None else None


def day_named(text: str, today: date) -> date | None:
    """The next day that somebody means by a weekday, a date or "tomorrow", in English or Russian; else None.

    >>> day_named("until Friday", date(2026, 11, 23)), day_named("до 4 декабря", date(2026, 11, 23))
    (datetime.date(2026, 11, 27), datetime.date(2026, 12, 4))
    >>> day_named("2026-12-07", date(2026, 11, 23)), day_named("3.1", date(2026, 11, 23))
    (datetime.date(2026, 12, 7), datetime.date(2027, 1, 3))
    """
    said = re.sub(r"^(?:until|till|to|back on|back|до)\b\s*", "", text.strip().casefold())
    if said in _TOMORROW:
        return today + timedelta(days=1)
    if said[:3] in _DAYS or said in _DAYS:
        weekday = _DAYS.get(said, _DAYS.get(said[:3], 0))
        return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)
    if found := _ISO.fullmatch(said):
        return _date(*(int(part) for part in found.groups()))
    if found := _DOTTED.fullmatch(said):
        return _coming(int(found[1]), int(found[2]), today)
    if found := _SAID.fullmatch(said):
        month = _MONTHS.get((found[2] or found[3])[:3])
        return _coming(int(found[1] or found[4]), month, today) if month else None
    return None


def _coming(day: int, month: int, today: date) -> date | None:
    this = _date(today.year, month, day)
    return this if this is None or this > today else _date(today.year + 1, month, day)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
