"""The audit: what happened to a review, who did it, before and after. Append-only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select

from db.store import Unit
from db.tables import EventRow

_INSERT = sa.insert(EventRow)


@dataclass(frozen=True, slots=True)
class Happened:
    at: datetime
    actor: str
    what: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]


def record(
    unit: Unit,
    review_id: str | None,
    actor: str,
    what: str,
    at: datetime,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    unit.execute(
        _INSERT,
        {
            "review_id": review_id,
            "actor": actor,
            "what": what,
            "at": at,
            "before": dict(before or {}),
            "after": dict(after or {}),
        },
    )


def record_many(unit: Unit, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        unit.execute(_INSERT, list(rows))


def of_review(unit: Unit, review_id: str) -> tuple[Happened, ...]:
    rows = unit.exec(select(EventRow).where(EventRow.review_id == review_id).order_by(col(EventRow.seq)))
    return tuple(Happened(r.at, r.actor, r.what, r.before, r.after) for r in rows)
