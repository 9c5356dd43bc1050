"""Disagreements: one row each, written with the judgement that disagrees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa

from bot.core.disagreement import Disagreement, Kind, Standing, Winner
from bot.core.precedents import won
from bot.core.types import Reason
from db.knowledge_tables import DISAGREEMENTS, VALID
from db.precedent_tables import BY_FLAG, PRECEDENTS
from db.store import Unit, sliced
from scoring.types import FlagCode, Verdict

_TABLE = DISAGREEMENTS
_NAMES = tuple(Disagreement.__dataclass_fields__)
#: At one instant an objection follows what it objects to.
OLDEST_FIRST = (_TABLE.c.opened_at, _TABLE.c.against.is_not(None), _TABLE.c.id)
SELECT = sa.select(*(_TABLE.c[name] for name in _NAMES))


def disagreement_from(row: Any) -> Disagreement:
    """A disagreement of a row with its columns, by name."""
    values = {name: getattr(row, name) for name in _NAMES}
    values |= {
        "kind": Kind(row.kind),
        "ai_verdict": Verdict(row.ai_verdict),
        "verdict": Verdict(row.verdict),
        "flags": tuple(FlagCode(code) for code in row.flags),
        "disputed": tuple(FlagCode(code) for code in row.disputed),
        "reasons": tuple(Reason(code) for code in row.reasons),
        "standing": Standing(row.standing),
        "winner": Winner(row.winner) if row.winner else None,
    }
    return Disagreement(**values)


def add(unit: Unit, opened: Disagreement) -> None:
    values = asdict(opened)
    for name in ("flags", "disputed", "reasons"):
        values[name] = [code.value for code in values[name]]
    for name in ("kind", "ai_verdict", "verdict", "standing"):
        values[name] = values[name].value
    values["winner"] = opened.winner.value if opened.winner else None
    unit.execute(sa.insert(_TABLE).values(**values))


def get(unit: Unit, disagreement_id: str) -> Disagreement | None:
    row = unit.execute(SELECT.where(_TABLE.c.id == disagreement_id)).first()
    return disagreement_from(row) if row is not None else None


def of_reviews(unit: Unit, ids: Sequence[str]) -> dict[str, tuple[Disagreement, ...]]:
    """What counts of each review's disagreements, oldest first; reviews without any are absent."""
    found: dict[str, tuple[Disagreement, ...]] = {}
    for part in sliced(ids):
        wanted = SELECT.where(_TABLE.c.review_id.in_(part), VALID).order_by(*OLDEST_FIRST)
        for row in unit.execute(wanted):
            found[row.review_id] = (*found.get(row.review_id, ()), disagreement_from(row))
    return found


def of_judgements(unit: Unit, ids: Sequence[str]) -> tuple[Disagreement, ...]:
    """What counts of the disagreements that these judgements opened, oldest first within each part asked for."""
    found: list[Disagreement] = []
    for part in sliced(ids):
        wanted = SELECT.where(_TABLE.c.judgement_id.in_(part), VALID).order_by(_TABLE.c.opened_at, _TABLE.c.id)
        found.extend(disagreement_from(row) for row in unit.execute(wanted))
    return tuple(found)


def of_review(unit: Unit, review_id: str) -> tuple[Disagreement, ...]:
    return of_reviews(unit, [review_id]).get(review_id, ())


def void(unit: Unit, review_id: str, round_: int) -> tuple[tuple[str, str], ...]:
    """What was opened in a round that is undone no longer counts; the ids, each with its channel."""
    gone = (
        sa.update(_TABLE)
        .where(_TABLE.c.review_id == review_id, _TABLE.c.round == round_, VALID)
        .values(standing=Standing.VOID.value, remind_at=None)
        .returning(_TABLE.c.id, _TABLE.c.channel)
    )
    return tuple((row.id, row.channel) for row in unit.execute(gone))


def settle(unit: Unit, before: Disagreement, after: Disagreement) -> bool:
    """Write how far it is, who was right and when it is looked at next; False when somebody was faster.

    As a precedent it is looked for by whoever was right, from now on.
    """
    unmoved = sa.and_(
        _TABLE.c.id == before.id,
        _TABLE.c.standing == before.standing.value,
        _same(_TABLE.c.winner, before.winner.value if before.winner else None),
        _same(_TABLE.c.resolved_at, before.resolved_at),
        _TABLE.c.reminded == before.reminded,
    )
    values = {
        "standing": after.standing.value,
        "winner": after.winner.value if after.winner else None,
        "lesson": after.lesson,
        "resolved_by": after.resolved_by,
        "resolved_at": after.resolved_at,
        "remind_at": after.remind_at,
        "reminded": after.reminded,
    }
    written = cast("sa.CursorResult[Any]", unit.execute(sa.update(_TABLE).where(unmoved).values(values))).rowcount == 1
    if written:
        seq = sa.select(PRECEDENTS.c.seq).where(PRECEDENTS.c.disagreement_id == after.id).scalar_subquery()
        unit.execute(sa.update(BY_FLAG).where(BY_FLAG.c.seq == seq).values(won=won(after)))
    return written


def _same(column: sa.Column[Any], value: Any) -> sa.ColumnElement[bool]:
    return column.is_(None) if value is None else column == value


def unsettled(unit: Unit, most: int) -> tuple[Disagreement, ...]:
    """What nobody has ended yet, the one of which the clock has to do something first coming first."""
    wanted = SELECT.where(_TABLE.c.remind_at.is_not(None)).order_by(_TABLE.c.remind_at).limit(most)
    return tuple(disagreement_from(row) for row in unit.execute(wanted))


def due(unit: Unit, now: datetime, limit: int) -> tuple[Disagreement, ...]:
    """Unresolved ones of which the lead must hear, or which have waited long enough, oldest first."""
    wanted = SELECT.where(_TABLE.c.remind_at.is_not(None), _TABLE.c.remind_at <= now).order_by(_TABLE.c.remind_at)
    if unit.get_bind().dialect.name == "postgresql":
        wanted = wanted.with_for_update(skip_locked=True)
    return tuple(disagreement_from(row) for row in unit.execute(wanted.limit(limit)))
