"""Plain words that are the name of a warning or a reason, so that whoever does not know filters finds by them, too."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from scoring.text import is_stop, plain, words


@dataclass(frozen=True, slots=True)
class Name:
    """What a warning or a reason is called in some language."""

    stems: frozenset[str]
    kind: str
    """A field of Filters: `flag` or `reason`."""
    code: str


@dataclass(frozen=True, slots=True)
class Named:
    """A warning or a reason that a question names, and by which of its words."""

    kind: str
    code: str
    stems: frozenset[str]


def name(label: str, kind: str, code: str) -> Name:
    return Name(stems(label), kind, code)


def stems(text: str) -> frozenset[str]:
    """The stems of the words that say something."""
    return frozenset(word.tokens[0] for word in words(plain(text)) if not is_stop(word.tokens))


def named(text: str, names: Iterable[Name]) -> tuple[Named, ...]:
    """What the question names: all of it stands in the name ("growth"), or all of the name in it ("price too high").

    Of a longer question words that only stand in some name, such as "followers", name nothing.
    """
    asked = stems(text)
    found: dict[tuple[str, str], frozenset[str]] = {}
    for one in names:
        if asked and one.stems and (asked <= one.stems or one.stems <= asked):
            key = one.kind, one.code
            found[key] = found.get(key, frozenset()) | (asked & one.stems)
    return tuple(Named(kind, code, by) for (kind, code), by in found.items())
