"""What people wrote beside an answer: notes on a card, and drafts of answers that came too late."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select

from bot.core.types import Comment, Confidence, Rationale, Reason
from db.store import Unit, sliced
from db.tables import CommentRow, DraftRow
from scoring.types import FlagCode, Verdict


def add_comment(unit: Unit, comment: Comment) -> None:
    unit.execute(sa.insert(CommentRow).values(**asdict(comment)))


def comments(unit: Unit, review_id: str) -> tuple[Comment, ...]:
    return comments_of(unit, [review_id]).get(review_id, ())


def comments_of(unit: Unit, ids: Sequence[str]) -> dict[str, tuple[Comment, ...]]:
    """Each review's notes, oldest first; reviews without any are absent."""
    found: dict[str, tuple[Comment, ...]] = {}
    for part in sliced(ids):
        wanted = select(CommentRow).where(col(CommentRow.review_id).in_(part)).order_by(col(CommentRow.at))
        for r in unit.exec(wanted):
            note = Comment(r.id, r.review_id, r.author, r.text, r.at)
            found[r.review_id] = (*found.get(r.review_id, ()), note)
    return found


def rationale_to_json(rationale: Rationale) -> dict[str, Any]:
    return {
        "reasons": [r.value for r in rationale.reasons],
        "confidence": rationale.confidence.value if rationale.confidence else None,
        "narrative": rationale.narrative,
        "disputed": [f.value for f in rationale.disputed],
    }


def rationale_from_json(data: Mapping[str, Any]) -> Rationale:
    return Rationale(
        tuple(Reason(r) for r in data["reasons"]),
        Confidence(data["confidence"]) if data["confidence"] else None,
        data["narrative"],
        None,
        tuple(FlagCode(f) for f in data["disputed"]),
    )


def keep_draft(
    unit: Unit, draft_id: str, review_id: str, author: str, verdict: Verdict | None, rationale: Rationale, at: datetime
) -> None:
    unit.execute(
        sa.insert(DraftRow).values(
            id=draft_id,
            review_id=review_id,
            author=author,
            verdict=verdict.value if verdict else None,
            rationale=rationale_to_json(rationale),
            at=at,
        )
    )


def draft_like(unit: Unit, review_id: str, author: str, verdict: Verdict | None, rationale: Rationale) -> str | None:
    """The id of a draft of the same words by the same person, if there is one."""
    wanted = (verdict.value if verdict else None, rationale_to_json(rationale))
    rows = unit.exec(select(DraftRow).where(col(DraftRow.review_id) == review_id, col(DraftRow.author) == author))
    return next((row.id for row in rows if (row.verdict, row.rationale) == wanted), None)


def draft(unit: Unit, draft_id: str) -> tuple[str, str, Verdict | None, Rationale] | None:
    """(review, author, verdict, rationale) of a kept draft."""
    row = unit.get(DraftRow, draft_id)
    if row is None:
        return None
    verdict = Verdict(row.verdict) if row.verdict else None
    return row.review_id, row.author, verdict, rationale_from_json(row.rationale)


def drop_draft(unit: Unit, draft_id: str) -> None:
    unit.execute(sa.delete(DraftRow).where(col(DraftRow.id) == draft_id))
