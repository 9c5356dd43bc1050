"""What filters may be called in any language that Handoff speaks, whatever the asker's own is."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from bot.core.search_names import Name, name
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
    return Vocabulary(markets, flags, reasons, names=tuple(_names()))


def _names() -> Iterator[Name]:
    """What is short enough to be typed; a reason's labels on a form are sentences."""
    for locale in messages.locales():
        for flag in FlagCode:
            for key in ("flag_name", "check"):
                yield name(messages.text(locale, f"{key}.{flag.value}", {}), "flag", flag.value)
        for reason in Reason:
            yield name(messages.text(locale, f"reason_name.{reason.value}", {}), "reason", reason.value)
