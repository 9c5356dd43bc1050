"""Outcomes: what became of a candidate afterwards, each thing once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa

from bot.core.outcome import Outcome, What
from db.knowledge_tables import OUTCOMES
from db.store import Unit, new, sliced

_TABLE = OUTCOMES
_NAMES = tuple(Outcome.__dataclass_fields__)
_SELECT = sa.select(*(_TABLE.c[name] for name in _NAMES))


def _outcome_from(row: Any) -> Outcome:
    return Outcome(row.id, row.review_id, What(row.what), row.happened_at, row.by, row.at)


def add(unit: Unit, outcome: Outcome) -> bool:
    """Record it; False when this is known of this review already."""
    values = asdict(outcome) | {"what": outcome.what.value}
    return unit.execute(new(unit, _TABLE).returning(_TABLE.c.id), values).first() is not None


def restate(unit: Unit, outcome: Outcome) -> None:
    """It was known, something else was said since, and now this counts again."""
    said = {"id": outcome.id, "happened_at": outcome.happened_at, "by": outcome.by, "at": outcome.at}
    same = sa.and_(_TABLE.c.review_id == outcome.review_id, _TABLE.c.what == outcome.what.value)
    unit.execute(sa.update(_TABLE).where(same).values(said))


def remove(unit: Unit, review_id: str, whats: Collection[What]) -> None:
    """It was not so: as if nobody had said it."""
    these = sa.and_(_TABLE.c.review_id == review_id, _TABLE.c.what.in_([what.value for what in whats]))
    unit.execute(sa.delete(_TABLE).where(these))


def of_reviews(unit: Unit, ids: Sequence[str]) -> dict[str, tuple[Outcome, ...]]:
    """Everything recorded of each review, in the order in which it was; what counts says `core.outcome.standing`."""
    found: dict[str, tuple[Outcome, ...]] = {}
    for part in sliced(ids):
        for row in unit.execute(_SELECT.where(_TABLE.c.review_id.in_(part)).order_by(_TABLE.c.at, _TABLE.c.id)):
            found[row.review_id] = (*found.get(row.review_id, ()), _outcome_from(row))
    return found


def of_review(unit: Unit, review_id: str) -> tuple[Outcome, ...]:
    return of_reviews(unit, [review_id]).get(review_id, ())
