"""What filters may be called in any language that Handoff speaks, whatever the asker's own is."""

from __future__ import annotations

from functools import cache

from bot.core.search_query import Vocabulary
from bot.core.types import Reason
from bot.i18n import messages, places
from scoring.types import FlagCode, Verdict


@cache
def labels() -> Vocabulary:
    """Markets, warnings and reasons by all their names; people and campaigns are not ours to know."""
    flags: dict[str, str] = {}
    reasons: dict[str, str] = {}
    markets: dict[str, str] = {}
    for locale in messages.locales():
        for flag in FlagCode:
            for key in (f"flag_name.{flag.value}", f"check.{flag.value}"):
                flags[messages.text(locale, key, {})] = flag.value
        for reason in Reason:
            keys = [f"reason_name.{reason.value}", *(f"reason.{verdict.value}.{reason.value}" for verdict in Verdict)]
            reasons |= {messages.text(locale, key, {}): reason.value for key in keys if messages.has(locale, key)}
        markets |= {places.market(locale, iso, places.Form.NAME): iso for iso in messages.named(locale, "market.")}
    return Vocabulary(markets, flags, reasons)
