"""What the team's own AI says of a candidate: read from cells, kept as theirs, never mixed into our numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from scoring.types import Verdict

_MOST_FLAGS: Final = 10
_FLAG_MAX: Final = 60
_PROCEED: Final = frozenset(
    "proceed approve approved accept accepted yes go ok good берём берем да одобрено sim aprovado aprobado "
    "si sí".split()
)
_DECLINE: Final = frozenset(
    "decline declined reject rejected deny no skip отказ нет отклонено não nao recusado rechazado".split()
)
_NUMBER: Final = re.compile(r"\d{1,6}(?:[.,]\d{1,6})?")


@dataclass(frozen=True, slots=True)
class Theirs:
    """Another AI's call; what it did not say is None. Match 0-100 and risk 0-1, as ours."""

    verdict: Verdict | None = None
    match: float | None = None
    risk: float | None = None
    flags: tuple[str, ...] = ()
    """In its own words."""

    def __bool__(self) -> bool:
        return self != Theirs()


def read_verdict(cell: str) -> tuple[Verdict | None, str | None]:
    """(verdict, None), or (None, why not).

    >>> read_verdict("Approved"), read_verdict("maybe")
    ((<Verdict.PROCEED: 'proceed'>, None), (None, 'unreadable'))
    """
    word = cell.strip().rstrip(".!").casefold()
    if word in _PROCEED:
        return Verdict.PROCEED, None
    return (Verdict.DECLINE, None) if word in _DECLINE else (None, "unreadable")


def read_score(cell: str) -> tuple[float | None, str | None]:
    """A match from 0 to 100. One between 0 and 1 is on another scale: nobody guesses which.

    >>> read_score("81"), read_score("0.81"), read_score("140")
    ((81.0, None), (None, 'out_of_range'), (None, 'out_of_range'))
    """
    value, _ = _number(cell.removesuffix("/100"))
    if value is None:
        return None, "unreadable"
    return (value, None) if value <= 100 and not 0 < value < 1 else (None, "out_of_range")


def read_risk(cell: str) -> tuple[float | None, str | None]:
    """A risk from 0 to 1, or with a per cent sign.

    >>> read_risk("0.3"), read_risk("30 %"), read_risk("30")
    ((0.3, None), (0.3, None), (None, 'out_of_range'))
    """
    value, percent = _number(cell)
    if value is None:
        return None, "unreadable"
    share = value / 100 if percent else value
    return (share, None) if share <= 1 else (None, "out_of_range")


def _number(cell: str) -> tuple[float | None, bool]:
    text = cell.strip()
    percent = text.endswith("%")
    body = text.removesuffix("%").strip()
    return (float(body.replace(",", ".")) if _NUMBER.fullmatch(body) else None), percent


def read_flags(parts: tuple[str, ...]) -> tuple[str, ...]:
    """At most ten, each of at most 60 characters: they stand on a phone."""
    return tuple(dict.fromkeys(part[:_FLAG_MAX] for part in parts))[:_MOST_FLAGS]


def theirs_to_json(theirs: Theirs) -> dict[str, Any]:
    """Only what was said."""
    plain = {"verdict": theirs.verdict and theirs.verdict.value, "match": theirs.match, "risk": theirs.risk}
    said = {name: value for name, value in plain.items() if value is not None}
    return said | ({"flags": list(theirs.flags)} if theirs.flags else {})


def theirs_from_json(plain: Mapping[str, Any] | None) -> Theirs | None:
    if not plain:
        return None
    verdict = Verdict(plain["verdict"]) if "verdict" in plain else None
    return Theirs(verdict, plain.get("match"), plain.get("risk"), tuple(plain.get("flags", ())))
