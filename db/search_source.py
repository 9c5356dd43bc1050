"""What search knows of a disagreement, gathered from the rows that it is made of."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from bot.core.disagreement import Standing
from db import replies
from db.columns import table_of
from db.knowledge_tables import DISAGREEMENTS, VALID
from db.search_index import Document
from db.search_tables import DOCUMENTS
from db.store import Unit, sliced
from db.tables import CANDIDATES, JUDGEMENTS, MEMBERS, REVIEWS, CommentRow

_COMMENTS = table_of(CommentRow)
_SOURCE = (
    sa.select(DISAGREEMENTS, CANDIDATES.c.name, CANDIDATES.c.handle)
    .join(REVIEWS, REVIEWS.c.id == DISAGREEMENTS.c.review_id)
    .join(CANDIDATES, CANDIDATES.c.id == REVIEWS.c.candidate_id)
    .where(VALID)
    .order_by(DISAGREEMENTS.c.opened_at, DISAGREEMENTS.c.id)
)


def documents(unit: Unit, ids: Sequence[str]) -> list[Document]:
    """Those of these disagreements that count, oldest first; a void one is absent."""
    found: list[Document] = []
    for part in sliced(ids):
        rows = unit.execute(_SOURCE.where(DISAGREEMENTS.c.id.in_(part))).mappings().all()
        judged = _narratives(unit, [one for row in rows for one in (row["judgement_id"], row["against"]) if one])
        answered = replies.of_many(unit, [row["id"] for row in rows])
        noted = _comments(unit, [row["review_id"] for row in rows])
        for row in rows:
            sides = (row["judgement_id"], row["against"])
            found.append(
                Document(
                    disagreement_id=row["id"],
                    review_id=row["review_id"],
                    campaign=row["campaign"],
                    channel=row["channel"],
                    market=row["market"],
                    creator=row["name"],
                    handle=row["handle"],
                    won=row["winner"] or "none",
                    opened_at=row["opened_at"],
                    by=row["expert"],
                    flags=tuple(dict.fromkeys([*row["flags"], *row["disputed"]])),
                    reasons=tuple(row["reasons"]),
                    lesson="" if _refuted(row) else row["lesson"],
                    narratives=tuple(judged[side] for side in sides if side and judged.get(side)),
                    comments=(
                        *noted.get(row["review_id"], ()),
                        *([row["lesson"]] if _refuted(row) and row["lesson"] else []),
                    ),
                    replies=tuple(reply.text for reply in answered.get(row["id"], ())),
                )
            )
    return found


def _refuted(row: sa.RowMapping) -> bool:
    """Whether an outcome has shown that it was not so: what was learned is found by its words, and is no lesson."""
    return row["standing"] == Standing.RESOLVED.value and row["resolved_by"] is None


def missing(unit: Unit, limit: int) -> list[str]:
    """Disagreements that count and have no document, oldest first."""
    theirs = sa.select(DOCUMENTS.c.disagreement_id).where(DOCUMENTS.c.disagreement_id == DISAGREEMENTS.c.id)
    wanted = sa.select(DISAGREEMENTS.c.id).where(VALID, ~theirs.exists())
    return list(unit.execute(wanted.order_by(DISAGREEMENTS.c.opened_at, DISAGREEMENTS.c.id).limit(limit)).scalars())


def names(unit: Unit) -> dict[str, str]:
    """Everybody's display name, for what is said to whom."""
    return dict(unit.execute(sa.select(MEMBERS.c.id, MEMBERS.c.name)).all())


def _narratives(unit: Unit, ids: Sequence[str]) -> dict[str, str]:
    wanted = sa.select(JUDGEMENTS.c.id, JUDGEMENTS.c.narrative)
    return {id_: text for part in sliced(ids) for id_, text in unit.execute(wanted.where(JUDGEMENTS.c.id.in_(part)))}


def _comments(unit: Unit, ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for part in sliced(ids):
        wanted = sa.select(_COMMENTS.c.review_id, _COMMENTS.c.text).where(_COMMENTS.c.review_id.in_(part))
        for review_id, text in unit.execute(wanted.order_by(_COMMENTS.c.at, _COMMENTS.c.id)):
            found[review_id] = (*found.get(review_id, ()), text)
    return found
