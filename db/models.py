"""Learned models: a register in which each is kept for good, and what those in shadow would have said."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.core.learned_model import LearnedModel, State
from db.model_tables import MODELS, SHADOW_CALLS
from db.store import Unit, new
from db.tables import RECOMMENDATIONS
from scoring.types import Recommendation, Target, Verdict

_NAMES = tuple(LearnedModel.__dataclass_fields__)
_SELECT = sa.select(*(MODELS.c[name] for name in _NAMES))


def _from(row: Any) -> LearnedModel:
    values = {name: getattr(row, name) for name in _NAMES}
    return LearnedModel(**{**values, "target": Target(row.target), "state": State(row.state)})


def add(unit: Unit, model: LearnedModel) -> bool:
    """Register it; False when its name is taken, or its place is: somebody else has just added one."""
    values = {name: getattr(model, name) for name in _NAMES}
    values |= {"target": model.target.value, "state": model.state.value, "card": dict(model.card)}
    return unit.execute(new(unit, MODELS).returning(MODELS.c.id), values).first() is not None


def every(unit: Unit) -> tuple[LearnedModel, ...]:
    """All of them, the newest first."""
    return tuple(map(_from, unit.execute(_SELECT.order_by(MODELS.c.made_at.desc(), MODELS.c.id))))


def by_name(unit: Unit, name: str) -> LearnedModel | None:
    row = unit.execute(_SELECT.where(sa.or_(MODELS.c.name == name, MODELS.c.id == name))).first()
    return None if row is None else _from(row)


def in_state(unit: Unit, *states: State) -> tuple[LearnedModel, ...]:
    """Those of these states, in the order of their names."""
    wanted = MODELS.c.state.in_([state.value for state in states])
    return tuple(map(_from, unit.execute(_SELECT.where(wanted).order_by(MODELS.c.name))))


def numbered(unit: Unit, target: Target) -> int:
    """How many there have been for this target."""
    counted = sa.select(sa.func.count()).where(MODELS.c.target == target.value)
    return int(unit.execute(counted).scalar_one())


def move(unit: Unit, model_id: str, before: State, after: State, by: str | None, now: datetime) -> bool:
    """Change its state if it is still the one that was read; False when somebody was faster."""
    values = {"state": after.value, "changed_at": now, "changed_by": by}
    same = sa.and_(MODELS.c.id == model_id, MODELS.c.state == before.value)
    return bool(unit.execute(sa.update(MODELS).where(same).values(values).returning(MODELS.c.id)).first())


def add_calls(unit: Unit, rows: Iterable[tuple[str, str, Recommendation]]) -> None:
    """(candidate, model, what it would have said) of each."""
    values = [
        {
            "candidate_id": candidate_id, "model_id": model_id, "verdict": rec.verdict.value, "match": rec.match,
            "risk": rec.risk, "confident": rec.confident,
        }
        for candidate_id, model_id, rec in rows
    ]  # fmt: skip
    if values:
        unit.execute(sa.insert(SHADOW_CALLS), values)


def calls(unit: Unit, model_id: str) -> dict[tuple[Verdict, Verdict], int]:
    """How often it was (what the AI said, what this model would have said) of the same candidate."""
    said, would = RECOMMENDATIONS.c.verdict, SHADOW_CALLS.c.verdict
    counted = (
        sa.select(said.label("said"), would.label("would"), sa.func.count().label("cases"))
        .join(SHADOW_CALLS, SHADOW_CALLS.c.candidate_id == RECOMMENDATIONS.c.candidate_id)
        .where(SHADOW_CALLS.c.model_id == model_id)
        .group_by(said, would)
    )
    return {(Verdict(row.said), Verdict(row.would)): row.cases for row in unit.execute(counted)}
