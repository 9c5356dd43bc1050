"""Lists over candidates and their reviews: what digests and progress are read from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from bot.core.case import Line, Progress
from bot.core.nudges import falls
from bot.core.types import Basis, Campaign, How, Review, Route, State
from db import tables
from db.reviews import COLUMNS, review_of
from db.store import Unit, sliced
from db.tables import AWAITING, CandidateRow, DecisionRow, JudgementRow, RecommendationRow
from scoring.types import Verdict

_R = tables.REVIEWS
_REVIEWS = sa.select(*COLUMNS)


def _lines() -> sa.Select[Any]:
    objected = sa.exists().where(
        col(JudgementRow.review_id) == _R.c.id,
        col(JudgementRow.how) == How.DISSENT.value,
        col(JudgementRow.undone_at).is_(None),
    )
    return (
        sa.select(
            _R.c.id, _R.c.version, col(CandidateRow.name), col(CandidateRow.handle), _R.c.campaign, _R.c.market,
            _R.c.route, _R.c.state, col(RecommendationRow.verdict).label("ai_verdict"),
            col(DecisionRow.verdict).label("decision"), col(DecisionRow.by), _R.c.expert, _R.c.deadline_at,
            _R.c.opened_at, objected.label("objected"),
        )
        .join(CandidateRow, col(CandidateRow.id) == _R.c.candidate_id)
        .join(RecommendationRow, col(RecommendationRow.candidate_id) == _R.c.candidate_id)
        .outerjoin(
            DecisionRow, sa.and_(col(DecisionRow.review_id) == _R.c.id, col(DecisionRow.round) == _R.c.round)
        )
        .order_by(_R.c.intake_at, _R.c.rank.desc(), _R.c.id)
    )  # fmt: skip


def _line(row: Any) -> Line:
    return Line(
        row.id, row.version, row.name, row.handle, row.campaign, row.market, Route(row.route), State(row.state),
        Verdict(row.ai_verdict), Verdict(row.decision) if row.decision else None, row.by, row.expert,
        row.deadline_at, row.opened_at is not None, bool(row.objected),
    )  # fmt: skip


def lines(
    unit: Unit,
    *,
    campaign: str | None = None,
    import_id: str | None = None,
    review_ids: Sequence[str] | None = None,
) -> tuple[Line, ...]:
    """Candidates with where they stand, by intake, then best match first."""
    wanted = _lines()
    if campaign is not None:
        wanted = wanted.where(_R.c.campaign == campaign)
    if import_id is not None:
        wanted = wanted.where(col(CandidateRow.import_id) == import_id)
    if review_ids is None:
        return tuple(_line(row) for row in unit.execute(wanted))
    found: list[Line] = []
    for part in sliced(review_ids):
        rows = unit.execute(wanted.where(_R.c.id.in_(part)))
        found.extend(_line(row) for row in rows)
    return tuple(found)


def ranked(unit: Unit, campaign: str, *, blind_last: bool) -> list[str]:
    """Reviews of a campaign in the AI's order, withdrawn ones left out; `blind_last` puts those that hide it behind."""
    said = tables.RECOMMENDATIONS.c
    hidden = sa.and_(AWAITING, _R.c.route.in_([Route.BLIND.value, Route.PANEL.value]))
    order: list[sa.ColumnElement[Any]] = [
        sa.case((said.verdict == Verdict.PROCEED.value, 0), else_=1),
        sa.func.coalesce(said.match, -1.0).desc(), said.risk, _R.c.intake_at, _R.c.id,
    ]  # fmt: skip
    if blind_last:
        # By no number of theirs: their place would tell it.
        number = sa.func.coalesce(said.match, -1.0)
        order = [
            sa.case((hidden, 1), else_=0),
            sa.case((hidden, 0), (said.verdict == Verdict.PROCEED.value, 0), else_=1),
            sa.case((hidden, 0.0), else_=number).desc(), sa.case((hidden, 0.0), else_=said.risk), _R.c.id,
        ]  # fmt: skip
    rows = unit.execute(
        sa.select(_R.c.id)
        .join(tables.RECOMMENDATIONS, said.candidate_id == _R.c.candidate_id)
        .where(_R.c.campaign == campaign, _R.c.state != State.WITHDRAWN.value)
        .order_by(*order)
    )
    return [str(row.id) for row in rows]


def open_of(unit: Unit, campaign: str) -> tuple[Review, ...]:
    """Everything unanswered of a campaign."""
    return tuple(review_of(row) for row in unit.execute(_REVIEWS.where(_R.c.campaign == campaign, AWAITING)))


def decided_lately(unit: Unit, campaigns: Sequence[str], since: datetime, most: int) -> tuple[Review, ...]:
    """What was decided in these campaigns since then, newest first; what nobody was asked is left out."""
    alone = [Basis.AI_ALONE.value, Basis.FAST_TRACK.value]
    of_this_round = sa.and_(tables.DECISIONS.c.review_id == _R.c.id, tables.DECISIONS.c.round == _R.c.round)
    found = (
        _REVIEWS.join(tables.DECISIONS, of_this_round)
        .where(_R.c.campaign.in_(campaigns), _R.c.state == State.DECIDED.value)
        .where(
            tables.DECISIONS.c.at >= since,
            tables.DECISIONS.c.basis.not_in(alone),
            tables.DECISIONS.c.undone_at.is_(None),
        )
        .order_by(tables.DECISIONS.c.at.desc(), _R.c.id)
        .limit(most)
    )
    return tuple(review_of(row) for row in unit.execute(found)) if campaigns else ()


def progress(unit: Unit, campaign: Campaign, now: datetime) -> Progress:
    """A campaign in numbers."""
    rows = unit.execute(
        sa.select(_R.c.state, col(DecisionRow.verdict), sa.func.count())
        .outerjoin(DecisionRow, sa.and_(col(DecisionRow.review_id) == _R.c.id, col(DecisionRow.round) == _R.c.round))
        .where(_R.c.campaign == campaign.key)
        .group_by(_R.c.state, col(DecisionRow.verdict))
    ).all()
    decided = {v: sum(n for s, d, n in rows if s == State.DECIDED.value and d == v.value) for v in Verdict}
    waiting = sum(n for s, _, n in rows if State(s).awaits)
    open_ones = open_of(unit, campaign.key)
    return Progress(
        campaign,
        total=sum(n for *_, n in rows),
        proceed=decided[Verdict.PROCEED],
        decline=decided[Verdict.DECLINE],
        waiting=waiting,
        last_deadline=max((r.deadline_at for r in open_ones), default=None),
        withdrawn=sum(n for s, _, n in rows if s == State.WITHDRAWN.value),
        unopened=sum(r.opened_at is None for r in open_ones),
        falling=sum(falls(r, now) for r in open_ones),
    )


def fast_tracked_since(unit: Unit, since: datetime) -> dict[str, int]:
    """How many candidates each referrer (casefolded) got onto the fast track."""
    referrer = sa.func.lower(col(CandidateRow.referred_by))
    rows = unit.execute(
        sa.select(col(CandidateRow.referred_by), sa.func.count())
        .join(_R, _R.c.candidate_id == col(CandidateRow.id))
        .where(
            _R.c.route == Route.FAST_TRACK.value, _R.c.intake_at >= since, col(CandidateRow.referred_by).is_not(None)
        )
        .group_by(referrer, col(CandidateRow.referred_by))
    )
    found: dict[str, int] = {}
    for name, count in rows:
        found[name.strip().casefold()] = found.get(name.strip().casefold(), 0) + count
    return found


def knowers(unit: Unit, creator_ids: Sequence[str]) -> dict[str, dict[str, int]]:
    """Who judged each creator before, in any campaign, and how often; what was taken back does not count."""
    found: dict[str, dict[str, int]] = {}
    for part in sliced(creator_ids):
        creator = col(CandidateRow.creator_id)
        for of, expert, often in unit.execute(_judged(creator).where(creator.in_(part))):
            found.setdefault(of, {})[expert] = often
    return found


def campaign_knowers(unit: Unit, campaign: str) -> dict[str, int]:
    """Who has judged in a campaign, and how often."""
    rows = unit.execute(_judged(_R.c.campaign).where(_R.c.campaign == campaign))
    return {expert: often for _, expert, often in rows}


def _judged(by: Any) -> sa.Select[Any]:
    expert = col(JudgementRow.expert)
    return (
        sa.select(by, expert, sa.func.count())
        .select_from(_R)
        .join(CandidateRow, col(CandidateRow.id) == _R.c.candidate_id)
        .join(JudgementRow, col(JudgementRow.review_id) == _R.c.id)
        .where(col(JudgementRow.undone_at).is_(None))
        .group_by(by, expert)
    )


def review_of_judgement(unit: Unit, judgement_id: str) -> str | None:
    row = unit.get(JudgementRow, judgement_id)
    return row.review_id if row is not None else None
