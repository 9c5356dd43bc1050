"""The form of search: what can be typed, as fields for a thumb; what it has no field for stays in its words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.cards import blocks, fields, ids
from bot.cards.blocks import Block
from bot.core.found import Choices
from bot.core.search import Won
from bot.core.search_query import Query, spelled
from bot.core.types import Reason
from bot.i18n.catalog import Voice
from scoring.types import FlagCode

_TYPED = 600
"""Characters of the first field: a question and the filters that have no field."""
_OFFERED = (Won.EXPERT, Won.AI)
_RECENT = {"month": 30, "quarter": 90, "year": 365}
_NAME = 70


def form(query: Query, choices: Choices, voice: Voice, *, now: datetime) -> Block:
    """The form with a question in it."""
    filters = query.filters
    since = _recent(query, voice, now)
    shown = {
        ids.MARKET: filters.market, ids.FLAG: filters.flag, ids.WON: filters.won, ids.REASON: filters.reason,
        ids.BY: filters.by if filters.by in dict(choices.experts) else None, ids.SINCE: since,
    }  # fmt: skip
    typed = spelled(query, voice.zone, but=[name for name, value in shown.items() if value])
    what = blocks.line_input(ids.FIELD, placeholder=voice.t("search.example"), initial=typed, limit=_TYPED)
    parts = [
        blocks.field(ids.TEXT, voice.t("search.what"), what, optional=True),
        _list(ids.MARKET, "search.market", _markets(choices, filters.market, voice), filters.market, voice),
        _list(ids.FLAG, "search.flag", _named("flag_name", FlagCode, voice), filters.flag, voice),
        _won(filters.won, voice),
        _list(ids.REASON, "search.reason", _named("reason_name", Reason, voice), filters.reason, voice),
        _list(ids.BY, "search.expert", dict(choices.experts), filters.by, voice),
        _list(ids.SINCE, "search.when", {k: voice.t(f"search.recent.{k}") for k in _RECENT}, since, voice),
    ]
    return blocks.modal(
        ids.SEARCH_FORM, voice.t("search.title"), parts, close=voice.t("form.cancel"), submit=voice.t("search.submit")
    )


def _list(name: str, label: str, options: Mapping[str, str], chosen: str | None, voice: Voice) -> Block:
    """A list whose first choice is anything: on a phone a choice cannot be cleared again."""
    listed = [blocks.option(voice.t(f"search.any.{name}"), ids.ANY)]
    listed += [blocks.option(blocks.one_line(text, _NAME), value) for value, text in options.items()]
    return blocks.field(name, voice.t(label), blocks.select(ids.FIELD, listed, chosen or ids.ANY), optional=True)


def _markets(choices: Choices, chosen: str | None, voice: Voice) -> dict[str, str]:
    codes = {*choices.markets, *([chosen] if chosen else [])}
    return dict(sorted(((code, voice.market(code)) for code in codes), key=lambda one: one[1]))


def _named(prefix: str, codes: type[FlagCode | Reason], voice: Voice) -> dict[str, str]:
    return {code.value: voice.t(f"{prefix}.{code.value}") for code in codes}


def _won(chosen: Won | None, voice: Voice) -> Block:
    """Three are enough to choose from; another that was typed is offered as well."""
    offered = list(dict.fromkeys((*_OFFERED, *([chosen] if chosen else []))))
    options = [blocks.option(voice.t("search.any.won"), ids.ANY)]
    options += [blocks.option(voice.t(f"search.winner.{won.value}"), won.value) for won in offered]
    buttons = blocks.one_of(ids.FIELD, options, chosen.value if chosen else ids.ANY)
    return blocks.field(ids.WON, voice.t("search.right"), buttons, optional=True)


def _first_day(days: int, voice: Voice, now: datetime) -> datetime:
    day = (now.astimezone(voice.zone) - timedelta(days=days)).date()
    return datetime(day.year, day.month, day.day, tzinfo=voice.zone).astimezone(UTC)


def _recent(query: Query, voice: Voice, now: datetime) -> str | None:
    """Which of the offered times the question is about."""
    since = query.filters.since
    return next((name for name, days in _RECENT.items() if since == _first_day(days, voice, now)), None)


def typed(view: Mapping[str, Any]) -> str:
    """What the form asks, as somebody could have typed it; what is no choice of ours is not there."""
    values = fields.values_of(view)
    said = [str(values.get(ids.TEXT, {}).get("value") or "")]
    for name in (ids.MARKET, ids.FLAG, ids.WON, ids.REASON, ids.BY, ids.SINCE):
        value = fields.choice_of(values.get(name, {}))
        if not value or value == ids.ANY or any(c.isspace() or c in '"<>' for c in value):
            continue
        shown = f"<@{value}>" if name == ids.BY else value
        said.append(f"{name}:{f'{_RECENT[value]}d' if value in _RECENT else shown}")
    return " ".join(said)
