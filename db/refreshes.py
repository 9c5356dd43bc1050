"""Fresh numbers of candidates: kept for good, one beside the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from bot.core.fresh import Refresh, asked_from_json, asked_to_json
from db.candidates import metrics_from_json, metrics_to_json
from db.fresh_tables import REFRESHES
from db.store import Unit
from scoring.record import recommendation_from_json, recommendation_to_json


def add(unit: Unit, made: Refresh) -> None:
    unit.execute(
        sa.insert(REFRESHES),
        {
            "id": made.id,
            "candidate_id": made.candidate_id,
            "at": made.at,
            "by": made.by,
            "asked": asked_to_json(made.asked),
            "metrics": metrics_to_json(made.metrics),
            "model": made.would.model,
            "verdict": made.would.verdict.value,
            "record": recommendation_to_json(made.would),
        },
    )


def newest(unit: Unit, candidate_id: str) -> Refresh | None:
    """The latest of this candidate."""
    return newest_of(unit, [candidate_id]).get(candidate_id)


def newest_of(unit: Unit, candidate_ids: Sequence[str]) -> dict[str, Refresh]:
    """The latest of each of these that has any."""
    if not candidate_ids:
        return {}
    later = REFRESHES.alias()
    beyond = sa.tuple_(later.c.at, later.c.id) > sa.tuple_(REFRESHES.c.at, REFRESHES.c.id)
    wanted = sa.select(REFRESHES).where(
        REFRESHES.c.candidate_id.in_(candidate_ids),
        ~sa.exists().where(later.c.candidate_id == REFRESHES.c.candidate_id, beyond),
    )
    return {row.candidate_id: _refresh(row) for row in unit.execute(wanted)}


def _refresh(row: sa.Row[Any]) -> Refresh:
    asked = asked_from_json(row.asked)
    if asked is None:
        raise LookupError(row.id)
    metrics, would = metrics_from_json(row.metrics), recommendation_from_json(row.record)
    return Refresh(row.id, row.candidate_id, row.at, row.by, asked, metrics, would)
