"""How Handoff speaks to one reader or channel: a language and a time zone in one value, and all wording through it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.core.types import Member
from bot.core.working_time import Hours
from bot.i18n import figures, messages, places, times
from bot.i18n.errors import error_text, row_text
from bot.i18n.messages import locales

__all__ = ["Voice", "error_text", "locales", "row_text", "voice_for", "voice_of"]

_TOKENS = frozenset({"en"})
"""Languages that Slack's own date tokens speak: elsewhere a token puts English words into the sentence."""
_RUSSIAN_MARKETS = frozenset({"RU"})


@dataclass(frozen=True, slots=True)
class Voice:
    """A language, a zone, and whether one person reads it or a channel. Parameters are inserted as they are."""

    locale: str
    zone: ZoneInfo
    personal: bool
    """The reader's own zone, which needs no label; a channel's zone is the market's, and named."""
    zone_known: bool = True
    """False when a person's zone is not known and another one stands in: then it is named after all."""

    @property
    def _named(self) -> bool:
        return not (self.personal and self.zone_known)

    def t(self, key: str, /, **params: object) -> str:
        """The text under a key."""
        return messages.text(self.locale, key, params)

    def n(self, key: str, count: int, /, **params: object) -> str:
        """The form of a text that fits a count."""
        return messages.plural(self.locale, key, count, params)

    def has(self, key: str) -> bool:
        return messages.has(self.locale, key)

    def count(self, value: float) -> str:
        """84000 -> '84K'."""
        return figures.count(self.locale, value)

    def number(self, value: float, digits: int = 1) -> str:
        return figures.number(self.locale, value, digits)

    def share(self, value: float, *, digits: int | None = None, signed: bool = False) -> str:
        """.094 -> '9.4%'."""
        return figures.share(self.locale, value, digits=digits, signed=signed)

    def span(self, low: float, high: float, *, percent: bool = True) -> str:
        """.021, .068 -> '2.1–6.8%'."""
        return figures.span(self.locale, low, high, percent=percent)

    def money(self, value: float, currency: str) -> str:
        """4500, 'EUR' -> '€4,500'."""
        return figures.money(self.locale, value, currency)

    def risk(self, value: float) -> str:
        """.47 -> '47/100'."""
        return figures.risk(value)

    def interval(self, low: float, high: float) -> str:
        """.38, .55 -> '38–55'."""
        return figures.interval(low, high)

    def market(self, iso: str) -> str:
        """'Brazil', for lists and labels."""
        return places.market(self.locale, iso, places.Form.NAME)

    def market_of(self, iso: str) -> str:
        """'Brazil', 'the United States': after "for" and "of"."""
        return places.market(self.locale, iso, places.Form.OF)

    def market_for(self, iso: str) -> str:
        """'for Brazil'."""
        return self.t("market_for", market=self.market_of(iso))

    def market_in(self, iso: str) -> str:
        """'in Brazil'."""
        return places.market(self.locale, iso, places.Form.IN)

    def market_by(self, iso: str) -> str:
        """What follows «по» in Russian; in English as `market_of`."""
        return places.market(self.locale, iso, places.Form.BY)

    def market_from(self, iso: str) -> str:
        """Of an audience: 'in Brazil', 'из России'."""
        return places.market(self.locale, iso, places.Form.FROM)

    def platform(self, name: str) -> str:
        return places.platform(self.locale, name)

    def when(self, moment: datetime) -> str:
        """'Tue 24 Nov, 18:00', in a channel with its zone: absolute, never "today"."""
        return times.when(self.locale, moment, self.zone, named=self._named)

    def near(self, moment: datetime) -> str:
        """'Tue 18:00', for what lies within days: absolute all the same."""
        return times.near(self.locale, moment, self.zone, named=self._named)

    @property
    def city(self) -> str:
        """'São Paulo': where the zone's clock hangs."""
        return times.city(self.locale, self.zone)

    def clock(self, moment: datetime) -> str:
        """'18:10', with its zone where that is not the reader's own."""
        return times.clock(self.locale, moment, self.zone, named=self.personal and not self.zone_known)

    def day(self, moment: date) -> str:
        """'20 Nov'."""
        return times.day(self.locale, moment)

    def day_of(self, moment: datetime) -> str:
        """'20 Nov', on the reader's calendar."""
        return times.day_of(self.locale, moment, self.zone)

    def weekday(self, number: int) -> str:
        """'Monday' for 1, by itself."""
        return times.weekday(self.locale, number)

    def hours(self, worked: Hours) -> str:
        """'Mon–Fri 09:00–18:00'."""
        return times.hours(self.locale, worked)

    def month(self, number: int) -> str:
        """'November', by itself."""
        return times.month(self.locale, number)

    def month_of(self, moment: datetime) -> str:
        """'Mar 2026'."""
        return times.month_of(self.locale, moment, self.zone)

    def date(self, moment: datetime) -> str:
        """'20 Nov 2026'."""
        return times.date_of(self.locale, moment, self.zone)

    def ago(self, gone: timedelta) -> str:
        """'3 minutes ago'."""
        return times.ago(self.locale, gone)

    def lasted(self, spent: timedelta) -> str:
        """'2 h 10 min'."""
        return times.lasted(self.locale, spent)

    def by(self, moment: datetime) -> str:
        """'by Tue 24 Nov, 18:00 BRT', without a token: for notifications and plain text."""
        return self.t("by", when=self.when(moment))

    def by_token(self, moment: datetime) -> str:
        """As `by`; in English a token that Slack writes in each reader's own time, unless that is known here."""
        return self._token("by", moment, "{date_short_pretty}, {time}", self.by(moment))

    def until(self, moment: datetime, *, dated: bool = False) -> str:
        """'until 10:22 BRT', with the date when `dated`."""
        said = self.when(moment) if dated else times.clock(self.locale, moment, self.zone, named=self._named)
        return self.t("until", when=said)

    def until_token(self, moment: datetime, *, dated: bool = False) -> str:
        """As `until`, as a token where `by_token` gives one."""
        shape = "{date_short_pretty}, {time}" if dated else "{time}"
        return self._token("until", moment, shape, self.until(moment, dated=dated))

    def _token(self, key: str, moment: datetime, shape: str, fallback: str) -> str:
        if (self.personal and self.zone_known) or self.locale not in _TOKENS:
            return fallback
        return f"<!date^{int(moment.timestamp())}^{self.t(key, when=shape)}|{fallback}>"


def _language(locale: str | None, market: str | None) -> str:
    """A bare code is somebody's own setting; one with a region is what Slack reports, which knows no Russian."""
    asked = (locale or "").strip().replace("_", "-").lower()
    if asked in locales():
        return asked
    if market:
        return "ru" if market.strip().upper() in _RUSSIAN_MARKETS else messages.SOURCE
    spoken = asked.split("-")[0]
    return spoken if spoken in locales() else messages.SOURCE


def voice_for(locale: str | None, zone: str | None, market: str | None, personal: bool) -> Voice:  # noqa: FBT001
    """The voice for a person (own setting, else the market that they review, else Slack's) or for a channel.

    `locale` without a region ('ru') is a setting and wins; with one ('en-US') it is what Slack reports. An unknown
    zone falls back to the market's, else UTC, and is then named even to a single reader.
    """
    own = times.zone_named(zone)
    return Voice(_language(locale, market), own or times.zone_of_market(market), personal, own is not None)


def voice_of(member: Member | None) -> Voice:
    """How to speak to one person, known or not."""
    if member is None:
        return voice_for(None, None, None, personal=True)
    return voice_for(member.language or member.locale, member.tz, next(iter(member.markets), None), personal=True)
