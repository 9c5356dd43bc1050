"""Dates, clocks and spans of time in a language and a zone; labels for zones that people know by letters."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.dates import (
    format_date,
    format_datetime,
    format_timedelta,
    get_day_names,
    get_month_names,
    get_timezone_location,
)

from bot.core.working_time import Hours
from bot.core.zones import UNKNOWN, market_zone
from bot.i18n import messages
from bot.i18n.figures import locale_of

#: Zone -> keys of its label in winter and in summer. Only letters that mean one zone to their readers: IST, CST and
#: the like mean several, so those zones are written as GMT±N.
_LABELS: Mapping[str, tuple[str, str]] = {
    "UTC": ("zone.utc", "zone.utc"),
    "America/Sao_Paulo": ("zone.brt", "zone.brt"),
    "America/Argentina/Buenos_Aires": ("zone.art", "zone.art"),
    "America/New_York": ("zone.est", "zone.edt"),
    "America/Toronto": ("zone.est", "zone.edt"),
    "America/Los_Angeles": ("zone.pst", "zone.pdt"),
    "Asia/Seoul": ("zone.kst", "zone.kst"),
    "Asia/Tokyo": ("zone.jst", "zone.jst"),
    "Asia/Singapore": ("zone.sgt", "zone.sgt"),
    "Asia/Jakarta": ("zone.wib", "zone.wib"),
    "Australia/Sydney": ("zone.aest", "zone.aedt"),
    "Africa/Johannesburg": ("zone.sast", "zone.sast"),
    "Europe/London": ("zone.gmt", "zone.bst"),
    "Europe/Moscow": ("zone.msk", "zone.msk"),
    **{
        f"Europe/{city}": ("zone.cet", "zone.cest")
        for city in (
            "Amsterdam Belgrade Berlin Bratislava Brussels Budapest Copenhagen Ljubljana Luxembourg Madrid Oslo Paris "
            "Prague Rome Stockholm Vienna Warsaw Zagreb Zurich"
        ).split()
    },
    **{
        f"Europe/{city}": ("zone.eet", "zone.eest")
        for city in "Athens Bucharest Helsinki Kyiv Riga Sofia Tallinn Vilnius".split()
    },
}


@cache
def zone_named(name: str | None) -> ZoneInfo | None:
    """The zone of an IANA name, None when there is none of that name."""
    if not name:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def zone_of_market(market: str | None) -> ZoneInfo:
    """A market's own zone, UTC when it is not known."""
    return zone_named(market_zone(market or "")) or ZoneInfo(UNKNOWN)


def _local(moment: datetime, zone: ZoneInfo) -> datetime:
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    try:
        return aware.astimezone(zone)
    except OverflowError:
        return aware


def zone_label(locale: str, moment: datetime, zone: ZoneInfo) -> str:
    """'BRT', 'МСК', else 'GMT+5:30'."""
    local = _local(moment, zone)
    known = _LABELS.get(zone.key)
    if known:
        return messages.text(locale, known[bool(local.dst())], {})
    minutes = round((local.utcoffset() or timedelta()).total_seconds() / 60)
    sign = "−" if minutes < 0 else "+"
    hours, rest = divmod(abs(minutes), 60)
    return f"GMT{sign}{hours}" + (f":{rest:02}" if rest else "") if minutes else "GMT"


def when(locale: str, moment: datetime, zone: ZoneInfo, *, named: bool) -> str:
    """'Tue 24 Nov, 18:00', with the zone's label when `named`."""
    return _dated(locale, "format.when", moment, zone, named=named)


def near(locale: str, moment: datetime, zone: ZoneInfo, *, named: bool) -> str:
    """'Tue 18:00', with the zone's label when `named`."""
    return _dated(locale, "format.near", moment, zone, named=named)


def city(code: str, zone: ZoneInfo) -> str:
    """A zone by its city.

    >>> city("en", ZoneInfo("America/Sao_Paulo")), city("ru", ZoneInfo("America/Sao_Paulo"))
    ('São Paulo', 'Сан-Паулу')
    """
    return str(get_timezone_location(zone, locale=locale_of(code), return_city=True))


def clock(locale: str, moment: datetime, zone: ZoneInfo, *, named: bool) -> str:
    """'18:10', with the zone's label when `named`."""
    return _dated(locale, "format.clock", moment, zone, named=named)


def _dated(locale: str, pattern: str, moment: datetime, zone: ZoneInfo, *, named: bool) -> str:
    local = _local(moment, zone)
    plain = format_datetime(local.replace(tzinfo=None), messages.text(locale, pattern, {}), locale=locale_of(locale))
    if not named:
        return plain
    return messages.text(locale, "format.zoned", {"when": plain, "zone": zone_label(locale, moment, zone)})


def day(locale: str, moment: date) -> str:
    """'20 Nov'."""
    return format_date(moment, messages.text(locale, "format.day", {}), locale=locale_of(locale))


def day_of(locale: str, moment: datetime, zone: ZoneInfo) -> str:
    """'20 Nov', on the zone's calendar."""
    return _dated(locale, "format.day", moment, zone, named=False)


def month_of(locale: str, moment: datetime, zone: ZoneInfo) -> str:
    """'Mar 2026'."""
    return _dated(locale, "format.month", moment, zone, named=False)


def date_of(locale: str, moment: datetime, zone: ZoneInfo) -> str:
    """'20 Nov 2026'."""
    return _dated(locale, "format.date", moment, zone, named=False)


def ago(locale: str, gone: timedelta) -> str:
    """'3 minutes ago'. What lies ahead by a slow clock counts as this second."""
    past = -max(gone, timedelta(seconds=1))
    said = format_timedelta(past, add_direction=True, locale=locale_of(locale))
    head, _, tail = said.partition(" ")
    return f"{head}\u00a0{tail}" if locale != messages.SOURCE and head.isdigit() else said


def lasted(locale: str, spent: timedelta) -> str:
    """'2 h 10 min'; at least a minute, and days without minutes."""
    minutes = max(1, round(spent.total_seconds() / 60))
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    amounts = {"days": days, "hours": hours, "minutes": 0 if days else minutes}
    parts = [messages.plural(locale, f"time.{unit}", n, {}) for unit, n in amounts.items() if n]
    return " ".join(parts)


def month(code: str, number: int) -> str:
    """11 -> 'November' / 'ноябрь', as it stands by itself.

    >>> month("en", 11), month("ru", 11)
    ('November', 'ноябрь')
    """
    return str(get_month_names("wide", "stand-alone", locale_of(code))[number])


def weekday(code: str, number: int) -> str:
    """1 -> 'Monday' / 'понедельник', as it stands by itself.

    >>> weekday("en", 1), weekday("ru", 7)
    ('Monday', 'воскресенье')
    """
    return str(get_day_names("wide", "stand-alone", locale_of(code))[number - 1])


def hours(code: str, worked: Hours) -> str:
    """'Mon–Fri 09:00–18:00', days that follow each other drawn together.

    >>> hours("en", Hours(600, 1440, "1245")).replace("\u2060", ""), hours("ru", Hours()).replace("\u2060", "")
    ('Mon–Tue, Thu–Fri 10:00–24:00', 'пн–пт 09:00–18:00')
    """
    names = get_day_names("abbreviated", "stand-alone", locale_of(code))
    runs: list[list[int]] = []
    for day in sorted(int(found) for found in worked.days):
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    days = ", ".join(_range(*(names[day - 1] for day in (run[0], run[-1])[: len(run)])) for run in runs)
    start, end = (f"{minute // 60:02}:{minute % 60:02}" for minute in (worked.start, worked.end))
    return f"{days} {_range(start, end)}"


def _range(first: str, last: str | None = None) -> str:
    return first if last is None else f"{first}–\u2060{last}"
