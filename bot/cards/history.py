"""What happened to a review, a line each, newest last: the audit as people read it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from bot.cards import blocks, words
from bot.cards.words import Pen
from bot.core.case import Happened
from scoring.types import Verdict

MOST = 12
"""Lines at most: a phone shows so many without much scrolling, and the command line has them all."""


def lines(happened: Sequence[Happened], pen: Pen) -> list[str]:
    """'*History*' and a line for each change, the last ones when there are many; nothing when nothing is known."""
    if not happened:
        return []
    left = max(len(happened) - MOST, 0)
    earlier = [pen.voice.n("history.earlier", left)] if left else []
    return [pen.t("history.head"), *earlier, *(f"• {_line(one, pen)}" for one in happened[left:])]


def _line(one: Happened, pen: Pen) -> str:
    """'Nov 23, 18:04: @bia answered *proceed*'."""
    key = f"history.{one.what}"
    if one.what == "passed_on" and words.person(one.actor) == one.actor:
        key = "history.reassigned"  # by us, and not by a person
    if one.what == "outcome" and words.person(one.actor) == one.actor:
        key = "history.outcome_recorded"
    what = pen.t(
        key if pen.voice.has(key) else "history.other",
        who=pen.who(one.actor),
        to=pen.who(_text(one.after, "expert") or _text(one.after, "pinged")),
        was=pen.who(_text(one.before, "expert")),
        verdict=_verdict(one.after, pen),
        until=_moment(one.after, pen),
        code=blocks.said(one.what, 40),
        outcome=_outcome(one.after, pen),
    )
    return pen.t("history.line", when=pen.voice.when(one.at), what=what)


def _text(values: Any, name: str) -> str | None:
    found = values.get(name)
    return found if isinstance(found, str) else None


def _verdict(values: Any, pen: Pen) -> str:
    with suppress(ValueError):
        return pen.verdict(Verdict(_text(values, "verdict") or _text(values, "wanted") or ""))
    return blocks.NOTHING


def _outcome(values: Any, pen: Pen) -> str:
    """Who was right, or what became of the deal."""
    won, became = f"winner.{_text(values, 'winner')}", f"outcome.{_text(values, 'outcome')}"
    if pen.voice.has(won):
        return pen.t(won, who=pen.who(_text(values, "right")))
    return pen.t(became) if pen.voice.has(became) else blocks.NOTHING


def _moment(values: Any, pen: Pen) -> str:
    """The deadline that it left."""
    with suppress(ValueError, OverflowError):
        moment = datetime.fromisoformat(_text(values, "deadline_at") or "")
        if moment.tzinfo is not None:
            return pen.voice.when(moment)
    return blocks.NOTHING
