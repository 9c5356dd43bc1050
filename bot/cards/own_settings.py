"""One's own settings: the form, the two lines about them in the Home tab, and what is said of an absence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from bot.cards import blocks, ids, words
from bot.cards.blocks import Block, Message
from bot.cards.fields import choice_of, values_of
from bot.core import own_settings as rules
from bot.core.own_settings import USUAL, OwnSettings
from bot.core.types import Member
from bot.i18n.catalog import Voice

NOBODY = "-"
AS_MARKET = "-"
_DAYS = "1234567"


def form(member: Member, stand_ins: Sequence[Member], voice: Voice, *, now: datetime) -> Block:
    """Language, hours, backup, the day on which one is back: one screen."""
    hours = member.hours or USUAL
    days = [blocks.option(voice.weekday(int(day)).capitalize(), day) for day in _DAYS]
    spoken = [blocks.option(voice.t("settings.as_market"), AS_MARKET)]
    spoken += [blocks.option(voice.t(f"language.{code}"), code) for code in ("en", "ru")]
    people = [blocks.option(voice.t("settings.no_backup"), NOBODY)]
    people += [blocks.option(blocks.one_line(other.name, blocks.OPTION), other.id) for other in stand_ins]
    until = rules.back_on(member) if member.away is not None and now < member.away[1] else None
    own = {"optional": True}
    parts = [
        _absence(member, voice, now),
        blocks.field(
            ids.LANGUAGE, voice.t("settings.language"), blocks.select(ids.FIELD, spoken, member.language or AS_MARKET)
        ),
        blocks.field(
            ids.DAYS,
            voice.t("settings.days"),
            blocks.several(ids.FIELD, days, hours.days, placeholder=voice.t("settings.usual")),
            hint=voice.t("settings.days_hint", usual=voice.hours(USUAL)),
            **own,
        ),
        blocks.field(ids.FROM, voice.t("settings.from"), blocks.time_of_day(ids.FIELD, hours.start)),
        blocks.field(ids.TO, voice.t("settings.to"), blocks.time_of_day(ids.FIELD, hours.end)),
        blocks.field(ids.BACKUP, voice.t("settings.backup"), blocks.select(ids.FIELD, people, member.backup or NOBODY)),
        blocks.field(
            ids.UNTIL,
            voice.t("settings.back_on"),
            blocks.day_picker(ids.FIELD, until),
            hint=voice.t("settings.back_on_hint"),
            **own,
        ),
        blocks.context(voice.t("settings.zone", city=voice.city)),
    ]
    kept = [part for part in parts if part]
    title, submit = voice.t("settings.title"), voice.t("form.save")
    return blocks.modal(ids.SETTINGS_FORM, title, kept, close=voice.t("form.cancel"), submit=submit, meta="")


def read(view: Mapping[str, Any]) -> OwnSettings:
    """What somebody filled in; what is not ours is not there."""
    values = values_of(view)
    nothing: Mapping[str, Any] = {}

    def one(name: str) -> str | None:
        found = choice_of(values.get(name, nothing))
        return None if found == NOBODY else found

    chosen = values.get(ids.DAYS, nothing).get("selected_options")
    ticked = [str(o.get("value")) for o in chosen if isinstance(o, Mapping)] if isinstance(chosen, list) else []
    return OwnSettings(
        language=one(ids.LANGUAGE),
        days="".join(sorted(set(ticked) & set(_DAYS))),
        start=_minute(values.get(ids.FROM, nothing).get("selected_time")),
        end=_minute(values.get(ids.TO, nothing).get("selected_time")),
        backup=one(ids.BACKUP),
        back_on=_day(values.get(ids.UNTIL, nothing).get("selected_date")),
    )


def _minute(text: object) -> int | None:
    hours, colon, minutes = str(text or "").partition(":")
    return int(hours) * 60 + int(minutes) if colon and hours.isdigit() and minutes.isdigit() else None


def _day(text: object) -> date | None:
    try:
        return date.fromisoformat(str(text or ""))
    except ValueError:
        return None


def lines(member: Member, voice: Voice, *, now: datetime) -> list[Block]:
    """For the Home tab: 'Mon–Fri 09:00–18:00, São Paulo · English · backup @caio', and until when one is away."""
    spoken = voice.t(f"language.{voice.locale}")
    backup = voice.t("settings.backup_is", who=words.person(member.backup)) if member.backup else ""
    said = [f"{voice.hours(member.hours or USUAL)}, {voice.city}", spoken, backup]
    change = blocks.button(voice.t("button.settings"), ids.SETTINGS, "settings", label=voice.t("a11y.settings"))
    head, own = voice.t("settings.head"), words.SEPARATOR.join(part for part in said if part)
    away = _absence(member, voice, now)
    return [*([away] if away else []), blocks.section(head, own, accessory=change)]


def _absence(member: Member, voice: Voice, now: datetime) -> Block | None:
    """Until when they are away, with the way back; by their Slack status there is none but there."""
    if member.away is not None and now < member.away[1]:
        key = "settings.away" if member.away[0] <= now else "settings.will_be_away"
        back = blocks.button(voice.t("button.back"), ids.BACK, "back", label=voice.t("a11y.back"))
        return blocks.section(voice.t(key, day=voice.date(member.away[1])), accessory=back)
    return blocks.section(voice.t("settings.status")) if member.away_at(now) else None


def told(member: Member, voice: Voice, *, now: datetime) -> Message:
    """The answer to `/handoff away …` and `/handoff back`."""
    away = _absence(member, voice, now)
    if away is None or "accessory" not in away:
        parts = [away] if away else [blocks.section(voice.t("settings.is_back"))]
        return blocks.message(words.bare(parts[0]["text"]["text"]), parts)
    goes = voice.t("settings.goes_to", who=words.person(member.backup)) if member.backup else voice.t("settings.goes")
    return blocks.message(words.bare(f"{away['text']['text']} {goes}"), [away, blocks.context(goes)])


def which_day(voice: Voice) -> Message:
    """When nobody could tell which day was meant."""
    said = voice.t("settings.which_day")
    way = blocks.button(voice.t("button.settings"), ids.SETTINGS, "settings", label=voice.t("a11y.settings"))
    return blocks.message(words.bare(said), [blocks.section(said), blocks.actions(way)])
