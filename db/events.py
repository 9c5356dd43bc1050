"""The audit: what happened to a review, who did it, before and after. Append-only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.core.case import Happened
from db.prepared import Alike, Prepared
from db.store import Unit
from db.tables import EVENTS

_INSERT = Prepared(sa.insert(EVENTS), ("review_id", "actor", "what", "at", "before", "after"))
_ALIKE = Alike(EVENTS, "review_id", ("actor", "what", "at", "before", "after"))
_OF_REVIEW = (
    sa.select(EVENTS.c.at, EVENTS.c.actor, EVENTS.c.what, EVENTS.c.before, EVENTS.c.after)
    .where(EVENTS.c.review_id == sa.bindparam("review_id"))
    .order_by(EVENTS.c.seq)
)


def record(
    unit: Unit,
    review_id: str | None,
    actor: str,
    what: str,
    at: datetime,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    row = {"review_id": review_id, "actor": actor, "what": what, "at": at}
    record_many(unit, [{**row, "before": dict(before or {}), "after": dict(after or {})}])


def record_many(unit: Unit, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        _INSERT.run(unit, rows)


def record_alike(
    unit: Unit, ids: Sequence[str], actor: str, what: str, at: datetime,
    before: Mapping[str, Any], after: Mapping[str, Any],
) -> None:  # fmt: skip
    """The same event of each of these reviews."""
    same = {"actor": actor, "what": what, "at": at, "before": before, "after": after}
    if len(ids) == 1:
        record_many(unit, [{**same, "review_id": ids[0]}])
    else:
        _ALIKE.run(unit, ids, same)


_ABOUT_NO_REVIEW = (
    sa.select(EVENTS.c.at, EVENTS.c.actor, EVENTS.c.what, EVENTS.c.before, EVENTS.c.after)
    .where(EVENTS.c.review_id.is_(None))
    .order_by(EVENTS.c.seq)
)


def of_no_review(unit: Unit) -> tuple[Happened, ...]:
    """What happened to people, campaigns and the database itself, oldest first."""
    return tuple(Happened(*row) for row in unit.execute(_ABOUT_NO_REVIEW))


def every(unit: Unit, what: str) -> tuple[Happened, ...]:
    """Every event of one kind, oldest first: for kinds of which there are few."""
    wanted = sa.select(EVENTS.c.at, EVENTS.c.actor, EVENTS.c.what, EVENTS.c.before, EVENTS.c.after)
    return tuple(Happened(*row) for row in unit.execute(wanted.where(EVENTS.c.what == what).order_by(EVENTS.c.seq)))


def latest(unit: Unit, what: str) -> Happened | None:
    """The last event of one kind."""
    found = every(unit, what)
    return found[-1] if found else None


def of_review(unit: Unit, review_id: str) -> tuple[Happened, ...]:
    return tuple(Happened(*row) for row in unit.execute(_OF_REVIEW, {"review_id": review_id}))
