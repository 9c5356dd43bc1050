"""Disagreements with all that was said about them, a slice at a time: what an export writes."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from db.knowledge_tables import DISAGREEMENTS, VALID
from db.store import Unit
from db.tables import CANDIDATES, JUDGEMENTS, RECOMMENDATIONS, REVIEWS

_D = DISAGREEMENTS.c
_SAID, _OTHER = JUDGEMENTS.alias("said"), JUDGEMENTS.alias("other")
_SIDE = ("expert", "verdict", "reasons", "confidence", "narrative", "evidence")


def _columns() -> list[sa.ColumnElement[Any]]:
    of_side = [
        side.c[name].label(f"{prefix}_{name}")
        for prefix, side in (("said", _SAID), ("other", _OTHER))
        for name in _SIDE
    ]
    ai = [RECOMMENDATIONS.c[name].label(f"ai_{name}") for name in ("risk", "match", "confident", "model")]
    return [*_D, CANDIDATES.c.name.label("creator"), CANDIDATES.c.handle, *of_side, *ai]


_EVERY = (
    sa.select(*_columns())
    .join(REVIEWS, REVIEWS.c.id == _D.review_id)
    .join(CANDIDATES, CANDIDATES.c.id == REVIEWS.c.candidate_id)
    .join(RECOMMENDATIONS, RECOMMENDATIONS.c.candidate_id == REVIEWS.c.candidate_id)
    .join(_SAID, _SAID.c.id == _D.judgement_id)
    .outerjoin(_OTHER, _OTHER.c.id == _D.against)
    .where(VALID)
    .order_by(_D.opened_at, _D.id)
)


def after(
    unit: Unit, last: tuple[datetime, str] | None, limit: int, channels: Collection[str] | None, hidden: Collection[str]
) -> list[Any]:
    """The next ones, oldest first, of what this reader may see; `channels` None is everything."""
    wanted = _EVERY
    if last is not None:
        at, of = last
        wanted = wanted.where(sa.or_(_D.opened_at > at, sa.and_(_D.opened_at == at, _D.id > of)))
    if channels is not None:
        wanted = wanted.where(_D.channel.in_(sorted(channels)))
    if hidden:
        wanted = wanted.where(_D.id.not_in(sorted(hidden)))
    return list(unit.execute(wanted.limit(limit)))
