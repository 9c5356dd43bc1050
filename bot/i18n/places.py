"""Markets and platforms by name, in the grammatical forms that sentences need."""

from __future__ import annotations

import re
from enum import IntEnum

from bot.i18n import messages
from bot.i18n.figures import UNKNOWN, locale_of

_CODE = re.compile(r"[^\w -]")
_LONGEST = 30


class Form(IntEnum):
    """Where each form stands in a market's entry: `Россия | России | в России | России | из России`."""

    NAME = 0
    OF = 1
    """After "for", "of" and the like: `the United States`, `для России`."""
    IN = 2
    """With its preposition: `in the United States`, `на Кипре`."""
    BY = 3
    """After «по»: `по России`; in English as OF."""
    FROM = 4
    """Of people, with its preposition: `из России`; in English as IN."""


def _tidy(code: str) -> str:
    """A code that we have no name for, as something that can stand in any text."""
    return _CODE.sub("", code).strip()[:_LONGEST] or UNKNOWN


def market(locale: str, iso: str, form: Form) -> str:
    """A market in one form; a market without an entry gets wording that needs no declension."""
    code = iso.strip().upper()
    key = f"market.{code}"
    if messages.has(locale, key):
        entry = messages.text(locale, key, {})
    else:
        name = locale_of(locale).territories.get(code) or _tidy(iso)
        entry = messages.text(locale, "market.other", {"name": name})
    return entry.split("|")[form].strip()


def platform(locale: str, name: str) -> str:
    """'instagram' -> 'Instagram'; an unknown one as it was written."""
    key = f"platform.{name.strip().lower()}"
    return messages.text(locale, key, {}) if messages.has(locale, key) else _tidy(name)
