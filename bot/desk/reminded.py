"""What one reminder shows as things stand now: what it still asks for, what is over, what a newer one asks for."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.case import Case, Told
from bot.core.one_by_one import in_order
from bot.core.types import UserId
from bot.desk import see
from bot.desk.desk import Desk
from db import reminders
from db.reminders import Shown


def told(
    desk: Desk, ref: str, reader: UserId | None, listed: Sequence[str] = (), *, by_name: bool = False
) -> Told:  # fmt: skip
    """`reader` is who is asked to answer, None for an owner, who is asked nothing; each part the most urgent first.

    `listed` is what it shows where nothing is on record: it was said by an older version. With `by_name` it asks only
    whoever's name the review carries, and not whoever may answer besides.
    """
    with desk.store.reading() as unit:
        found = {one.review_id: one for one in reminders.of(unit, ref) or map(Shown, listed)}
    known = {case.review.id: case for case in see.cases(desk, list(found))}
    cases = [known[review.id] for review in in_order(case.review for case in known.values())]
    asks = [c for c in cases if c.review.state.awaits and _is_asked(c, reader, by_name=by_name)]
    return Told(
        ref,
        still=tuple(c for c in asks if found[c.review.id].current),
        over=tuple(c for c in cases if c not in asks),
        newer=tuple(c for c in asks if not found[c.review.id].current),
        instead={i: one.instead for i, one in found.items() if one.instead},
    )


def _is_asked(case: Case, reader: UserId | None, *, by_name: bool) -> bool:
    besides = () if by_name else (case.lead, case.review.backup)
    return reader is None or reader in (case.review.expert, *besides)
