"""The gettext catalogues, read from their .po files once; no compiled file lies in the repository.

Babel reads them; the lookup is ours, because writing and reading back a compiled catalogue doubles the time to load.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from gettext import c2py
from importlib import resources
from io import BytesIO

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

SOURCE = "en"
"""The language that every key has; another language's missing key falls back to it."""
_DOMAIN = "handoff.po"

Forms = tuple[str, ...]


@cache
def locales() -> tuple[str, ...]:
    """The languages there are, English first."""
    folder = resources.files(__package__).joinpath("locale")
    found = sorted(d.name for d in folder.iterdir() if d.joinpath("LC_MESSAGES", _DOMAIN).is_file())
    return (SOURCE, *(name for name in found if name != SOURCE))


def read_catalog(locale: str) -> Catalog:
    """One language's catalogue as it is written: for the loader and for the parity test."""
    path = resources.files(__package__).joinpath("locale", locale, "LC_MESSAGES", _DOMAIN)
    return read_po(BytesIO(path.read_bytes()), locale=locale)


@dataclass(frozen=True, slots=True)
class _Table:
    """A language's texts by key, each with one form or with its plural forms, and the rule that picks among them."""

    forms: Mapping[str, Forms]
    index: Callable[[int], int]

    def pick(self, key: str, count: int) -> str:
        forms = self.forms[key]
        return forms[min(self.index(count), len(forms) - 1)]


def _forms(string: object) -> Forms:
    return tuple(str(form) for form in string) if isinstance(string, (list, tuple)) else (str(string),)


@cache
def _table(locale: str) -> _Table:
    catalog = read_catalog(locale)
    keyed = {m.id if isinstance(m.id, str) else m.id[0]: _forms(m.string) for m in catalog if m.id}
    forms = {key: found for key, found in keyed.items() if any(found)}
    return _Table(forms, c2py(catalog.plural_expr))


class _Params(dict[str, object]):
    """A sentence with a hole is better than no sentence: a parameter that nobody gave stays visible as its name."""

    def __missing__(self, name: str) -> str:
        return "{" + name + "}"


def has(locale: str, key: str) -> bool:
    """Whether there is a text under this key."""
    return key in _table(locale).forms or key in _table(SOURCE).forms


def named(locale: str, prefix: str) -> tuple[str, ...]:
    """What follows a prefix in the keys of a language: 'BR' for 'market.'; what is no identifier is left out."""
    found = (key.removeprefix(prefix) for key in _table(locale).forms if key.startswith(prefix))
    return tuple(sorted(name for name in found if name.isupper()))


def plural(locale: str, key: str, count: int, params: Mapping[str, object]) -> str:
    """The form of a text that fits a count; `n` in it is the count unless given otherwise.

    A key that a language lacks is answered in English, one that English lacks by itself: the parity test sees to it
    that neither happens.
    """
    table = _table(locale)
    if key not in table.forms:
        table = _table(SOURCE)
    template = table.pick(key, abs(count)) if key in table.forms else key
    return template.format_map(_Params({"n": count, **params})) if "{" in template else template


def text(locale: str, key: str, params: Mapping[str, object]) -> str:
    """The text under a key, its placeholders filled in as they are."""
    return plural(locale, key, 1, params)
