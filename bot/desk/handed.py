"""What stands beside a case for whoever looks closely: who was named and why, whether it goes back, opinions."""

from __future__ import annotations

from dataclasses import replace

from bot.core.case import Case, Happened
from bot.core.nudges import hides
from bot.core.types import Member, UserId
from bot.desk import see
from bot.desk.desk import Desk
from db import handing, opinions, people
from db.store import Unit


def beside(unit: Unit, case: Case, reader: UserId | None) -> Case:
    """The case with all that, as this reader may see it."""
    handed, grounds = handing.of(unit, case.review.id)
    said = opinions.of_review(unit, case.review.id)
    if hides(case.review, people.member(unit, reader or "") or Member(reader or "", "")):
        # Whoever answers by themselves first reads no opinion but those that they asked for or gave.
        said = tuple(one for one in said if reader in (one.asker, one.colleague))
    authors = people.names(unit, {person for one in said for person in (one.asker, one.colleague)} - case.names.keys())
    return replace(case, handed=handed, grounds=grounds, opinions=said, names={**case.names, **authors})


def with_history(desk: Desk, review_id: str, reader: UserId) -> tuple[Case, tuple[Happened, ...]]:
    """Everything about one review, and who did what to it, oldest first. Raises NotFound('review')."""
    case, happened = see.case_with_history(desk, review_id, reader)
    with desk.store.reading() as unit:
        return beside(unit, case, reader), happened


def case(desk: Desk, review_id: str, reader: UserId) -> Case:
    """The same without its history."""
    with desk.store.reading() as unit:
        return beside(unit, see.whole(unit, desk, review_id), reader)
