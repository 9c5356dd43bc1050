"""Reviews with their judgements, decisions, comments and drafts: compare-and-set for every change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa

from bot.core.types import (
    Basis,
    Confidence,
    Decision,
    How,
    Judgement,
    OnDeadline,
    Rationale,
    Reason,
    Review,
    Route,
    Stakes,
    State,
)
from db import tables
from db.prepared import Alike, Prepared, among
from db.store import Unit, sliced
from db.tables import AWAITING, DECISIONS, JUDGEMENTS
from scoring.types import FlagCode, Verdict

_NAMES = tuple(Review.__dataclass_fields__)
_TABLE = tables.REVIEWS
COLUMNS = tuple(_TABLE.c[name] for name in _NAMES)
_SELECT = sa.select(*COLUMNS)
_ONE = _SELECT.where(_TABLE.c.id == sa.bindparam("review_id"))
#: What changes when reminders are due: they are looked at anew, which is long due since the intake.
_DUE_ANEW = frozenset({"opened_at", "expert", "deadline_at", "hot_at"})
#: What gives a review another window, with reminders of its own (core.nudges.begins).
_WINDOW = frozenset({"held_once", "hot_at", "extended_at", "moved_at"})
#: Kinds of the fields that are stored as words, by their place.
_WORDS: tuple[tuple[int, Mapping[str, Any]], ...] = tuple(
    (_NAMES.index(name), {word.value: word for word in kind})
    for name, kind in (("route", Route), ("stakes", Stakes), ("state", State), ("on_deadline", OnDeadline))
)


def review_of(row: Sequence[Any]) -> Review:
    """A review of a row with `COLUMNS`, in their order."""
    values = list(row)
    for place, meant in _WORDS:
        values[place] = meant[values[place]]
    return Review(*values)


def review_from(row: Any) -> Review:
    """A review of a row with the review's own columns, by name."""
    return review_of([getattr(row, name) for name in _NAMES])


def _to(review: Review) -> dict[str, Any]:
    return {name: getattr(review, name) for name in _NAMES}


def get(unit: Unit, review_id: str) -> Review | None:
    row = unit.execute(_ONE, {"review_id": review_id}).first()
    return review_from(row) if row is not None else None


def many(unit: Unit, ids: Sequence[str]) -> dict[str, Review]:
    """Several reviews by id; those that do not exist are absent."""
    found: dict[str, Review] = {}
    for part in sliced(ids):
        found.update((row.id, review_from(row)) for row in unit.execute(_SELECT.where(_TABLE.c.id.in_(part))))
    return found


@cache
def _save(changed: tuple[str, ...], dialect: str | None, *, still_queued: bool) -> Prepared:
    """Write these fields if the version is still the one that was read; prepared once for each way to change.

    With a dialect: the same for a list of reviews.
    """
    values: dict[str, Any] = {name: sa.bindparam(name, type_=_TABLE.c[name].type) for name in changed}
    if not still_queued:
        values["half_at"] = sa.null()
    values |= _reminders(frozenset(changed))
    which = among(_TABLE.c.id, "b_which", dialect) if dialect else _TABLE.c.id == sa.bindparam("b_which")
    unmoved = sa.and_(which, _TABLE.c.version == sa.bindparam("b_version"))
    return Prepared(sa.update(_TABLE).where(unmoved).values(values), (*changed, "b_which", "b_version"))


def _reminders(changed: frozenset[str]) -> dict[str, Any]:
    """What becomes of a review's reminders when these fields change; an answer leaves them as they are."""
    values: dict[str, Any] = {}
    if changed & _DUE_ANEW:
        values |= {"nudge_at": _TABLE.c.intake_at, "owner_at": _TABLE.c.intake_at}
    if "expert" in changed:
        # Whoever has it now was told so; what has no card yet is told of when it opens.
        one: sa.ColumnElement[int] = sa.literal_column("1", sa.Integer())
        step = _TABLE.c.nudge_step
        told = sa.case((_TABLE.c.opened_at.is_(None), sa.null()), (step > one, step), else_=one)
        values |= {"nudge_step": told, "nudges": sa.null(), "backup_at": sa.null()}
        # Nor is anybody waited for any more; who hands it on says so anew (db/handing.py).
        values |= {"handed_by": sa.null(), "returns_at": sa.null(), "grounds": sa.null()}
    if changed & _WINDOW:
        values |= {"nudge_step": sa.literal_column("0" if "hot_at" in changed else "1"), "owner_step": sa.null()}
    if "hot_at" in changed:
        # Asked before or not: of a hot deal whoever is there is called.
        values["backup_at"] = sa.null()
    return values


def save(unit: Unit, before: Review, after: Review, new: Mapping[str, Any], ids: Sequence[str]) -> bool:
    """Write what is new in a review, and the same in all that are alike: in each that is still at `before`'s version.

    `ids` are theirs and its own. False when somebody was faster at any of them: then the unit must not commit.
    `half_at` says when unopened reviews are told of, once; when a review is open or over there is nothing to tell.
    """
    one = len(ids) == 1
    write = _save(tuple(new), None if one else unit.get_bind().dialect.name, still_queued=after.queued)
    return write.run(unit, [{**new, "b_which": ids[0] if one else ids, "b_version": before.version}]) == len(ids)


def add_many(unit: Unit, rows: Sequence[Mapping[str, Any]]) -> None:
    """New reviews: the review's own fields and wanted, policy, propensity, recommended, rank, half_at."""
    if rows:
        unit.execute(sa.insert(_TABLE), list(rows))


def values(review: Review) -> dict[str, Any]:
    """The review's own columns, for `add_many`."""
    return _to(review)


def load_of(unit: Unit) -> dict[str, int]:
    """How many unanswered reviews carry each person's name, open or queued."""
    rows = unit.execute(sa.select(_TABLE.c.expert, sa.func.count()).where(AWAITING).group_by(_TABLE.c.expert))
    return {expert: count for expert, count in rows if expert}


_OPEN = sa.select(sa.func.count()).where(_TABLE.c.expert == sa.bindparam("expert"), tables.OPEN)
_OPEN_OF = {
    name: sa.select(_TABLE.c.expert, sa.func.count())
    .where(among(_TABLE.c.expert, "experts", name), tables.OPEN)
    .group_by(_TABLE.c.expert)
    for name in ("sqlite", "postgresql")
}
_QUEUED = (
    _SELECT.where(_TABLE.c.expert == sa.bindparam("expert"), tables.QUEUED, _TABLE.c.deadline_at > sa.bindparam("now"))
    .order_by(_TABLE.c.rank.desc(), _TABLE.c.intake_at, _TABLE.c.id)
    .limit(sa.bindparam("most"))
    .with_for_update(skip_locked=True)  # to be opened: what another replica is changing right now is passed by
)


def open_count(unit: Unit, expert: str) -> int:
    return int(unit.execute(_OPEN, {"expert": expert}).scalar_one())


def open_counts(unit: Unit, experts: Sequence[str]) -> dict[str, int]:
    """How many each of them has open; who has none is absent."""
    if len(experts) == 1:
        return {experts[0]: open_count(unit, experts[0])}
    rows = unit.execute(_OPEN_OF[unit.get_bind().dialect.name], {"experts": list(experts)})
    return {str(expert): count for expert, count in rows}


def queued(unit: Unit, expert: str, limit: int, now: datetime) -> tuple[Review, ...]:
    """The best unopened reviews of one person that still have time: highest match first, then first come."""
    rows = unit.execute(_QUEUED, {"expert": expert, "now": now, "most": limit})
    return tuple(review_of(row) for row in rows)


def _with_room() -> sa.Select[Any]:
    """One look into the index for each person with a queue: a scan of it would read every queued review."""
    first = sa.select(sa.func.min(_TABLE.c.expert).label("expert")).where(tables.QUEUED).cte("person", recursive=True)
    after = sa.select(sa.func.min(_TABLE.c.expert)).where(tables.QUEUED, _TABLE.c.expert > first.c.expert)
    step = sa.select(after.scalar_subquery()).select_from(first).where(first.c.expert.is_not(None))
    person = first.union_all(step)
    held = sa.select(sa.func.count()).where(_TABLE.c.expert == person.c.expert, tables.OPEN).scalar_subquery()
    return sa.select(person.c.expert).where(person.c.expert.is_not(None), held < sa.bindparam("limit"))


_WITH_ROOM = _with_room()


def with_room(unit: Unit, limit: int) -> tuple[str, ...]:
    """Who has reviews in the queue and fewer than so many open, by id."""
    return tuple(unit.execute(_WITH_ROOM, {"limit": limit}).scalars())


def queued_count(unit: Unit, expert: str) -> int:
    return int(unit.execute(sa.select(sa.func.count()).where(_TABLE.c.expert == expert, tables.QUEUED)).scalar_one())


def waiting_for(unit: Unit, expert: str) -> tuple[Review, ...]:
    """What is open with this person's name on it (or is held for a lead's ruling), soonest deadline first."""
    rows = unit.execute(
        _SELECT.where(_TABLE.c.expert == expert, tables.OPEN).order_by(_TABLE.c.deadline_at, _TABLE.c.id)
    )
    return tuple(review_from(row) for row in rows)


def shown(unit: Unit) -> tuple[Review, ...]:
    """Everything unanswered of which there is a card."""
    found = _SELECT.where(AWAITING, _TABLE.c.opened_at.is_not(None)).order_by(_TABLE.c.deadline_at, _TABLE.c.id)
    return tuple(review_of(row) for row in unit.execute(found))


def tappable(unit: Unit, campaign: str) -> tuple[str, ...]:
    """A campaign's reviews on whose cards something can still be tapped: unanswered, or to be undone."""
    live = sa.or_(sa.and_(AWAITING, _TABLE.c.opened_at.is_not(None)), tables.UNDOABLE)
    found = (
        sa.select(_TABLE.c.id).where(_TABLE.c.campaign == campaign, live).order_by(_TABLE.c.deadline_at, _TABLE.c.id)
    )
    return tuple(unit.execute(found).scalars())


def awaiting_of(unit: Unit, expert: str) -> tuple[Review, ...]:
    """Every unanswered review with this person's name on it, open or queued, best match first."""
    found = _SELECT.where(_TABLE.c.expert == expert, AWAITING).order_by(_TABLE.c.rank.desc())
    return tuple(review_from(row) for row in unit.execute(found))


def held(unit: Unit) -> tuple[Review, ...]:
    rows = unit.execute(_SELECT.where(tables.HELD).order_by(_TABLE.c.deadline_at, _TABLE.c.id))
    return tuple(review_from(row) for row in rows)


def _batch(unit: Unit, found: sa.Select[Any]) -> Any:
    """Lock what a sweep is about to change against other replicas, where there can be any."""
    if unit.get_bind().dialect.name == "postgresql":
        found = found.with_for_update(skip_locked=True, of=_TABLE)
    return unit.execute(found)


def settling(unit: Unit, now: datetime, limit: int) -> tuple[Review, ...]:
    """Decided reviews whose undo window is over."""
    found = _SELECT.where(tables.UNDOABLE, _TABLE.c.undo_until <= now).order_by(_TABLE.c.undo_until).limit(limit)
    return tuple(review_from(row) for row in _batch(unit, found))


def half_gone(unit: Unit, now: datetime, limit: int) -> tuple[Review, ...]:
    """Unopened reviews at half their window, and not yet at its end, of which nobody has been told yet."""
    found = (
        _SELECT.where(tables.HALF_UNTOLD, _TABLE.c.half_at <= now, _TABLE.c.deadline_at > now)
        .order_by(_TABLE.c.half_at)
        .limit(limit)
    )
    return tuple(review_from(row) for row in _batch(unit, found))


def tell_half(unit: Unit, ids: Sequence[str], at: datetime | None) -> None:
    """When to look again, since whoever is to be told is off; None when they have been told."""
    for part in sliced(ids):
        unit.execute(sa.update(_TABLE).where(_TABLE.c.id.in_(part)).values(half_at=at))


# Judgements and decisions

_JUDGED = Prepared(
    sa.insert(JUDGEMENTS),
    (
        "id", "review_id", "round", "expert", "verdict", "how", "reasons", "confidence", "narrative", "evidence",
        "disputed", "ai_visible", "at",
    ),
)  # fmt: skip
_DECIDED = Prepared(
    sa.insert(DECISIONS), ("review_id", "round", "verdict", "by", "basis", "at", "undone_at", "judgement_id")
)
_DECIDED_ALIKE = Alike(DECISIONS, "review_id", ("round", "verdict", "by", "basis", "at", "undone_at", "judgement_id"))
_DECISION = sa.select(DECISIONS).where(
    DECISIONS.c.review_id == sa.bindparam("review_id"), DECISIONS.c.round == sa.bindparam("round")
)


def judgement_from(row: Any) -> Judgement:
    rationale = Rationale(
        tuple(Reason(r) for r in row.reasons),
        Confidence(row.confidence) if row.confidence else None,
        row.narrative,
        row.evidence,
        tuple(FlagCode(f) for f in row.disputed),
    )
    return Judgement(
        row.id, row.review_id, row.round, row.expert, Verdict(row.verdict), How(row.how), rationale, row.ai_visible,
        row.at, row.undone_at,
    )  # fmt: skip


def add_judgement(unit: Unit, judgement: Judgement) -> None:
    rationale = judgement.rationale
    row = {
        "id": judgement.id,
        "review_id": judgement.review_id,
        "round": judgement.round,
        "expert": judgement.expert,
        "verdict": judgement.verdict.value,
        "how": judgement.how.value,
        "reasons": [r.value for r in rationale.reasons],
        "confidence": rationale.confidence.value if rationale.confidence else None,
        "narrative": rationale.narrative,
        "evidence": rationale.evidence,
        "disputed": [f.value for f in rationale.disputed],
        "ai_visible": judgement.ai_visible,
        "at": judgement.at,
    }
    _JUDGED.run(unit, [row])


def give_reasons(unit: Unit, judgement: Judgement) -> None:
    """Write the reasons that somebody gives afterwards."""
    reasons = [r.value for r in judgement.rationale.reasons]
    unit.execute(sa.update(JUDGEMENTS).where(JUDGEMENTS.c.id == judgement.id).values(reasons=reasons))


def judgements(unit: Unit, review_id: str) -> tuple[Judgement, ...]:
    return judgements_of(unit, [review_id]).get(review_id, ())


def judgements_of(unit: Unit, ids: Sequence[str]) -> dict[str, tuple[Judgement, ...]]:
    """Each review's judgements, oldest first; reviews without any are absent."""
    found: dict[str, tuple[Judgement, ...]] = {}
    for part in sliced(ids):
        wanted = sa.select(JUDGEMENTS).where(JUDGEMENTS.c.review_id.in_(part)).order_by(JUDGEMENTS.c.at)
        for row in unit.execute(wanted):
            found[row.review_id] = (*found.get(row.review_id, ()), judgement_from(row))
    return found


def decision_from(row: Any) -> Decision:
    return Decision(row.review_id, row.round, Verdict(row.verdict), row.by, Basis(row.basis), row.at, row.undone_at)


def decision(unit: Unit, review_id: str, round_: int) -> tuple[Decision, str | None] | None:
    """The decision of a round and the judgement behind it."""
    row = unit.execute(_DECISION, {"review_id": review_id, "round": round_}).first()
    return (decision_from(row), row.judgement_id) if row is not None else None


def decisions_of(unit: Unit, ids: Sequence[str]) -> dict[str, tuple[Decision, str | None]]:
    """The decision of each review's current round and the judgement behind it; undecided reviews are absent."""
    found: dict[str, tuple[Decision, str | None]] = {}
    current = sa.and_(_TABLE.c.id == DECISIONS.c.review_id, _TABLE.c.round == DECISIONS.c.round)
    for part in sliced(ids):
        rows = unit.execute(sa.select(DECISIONS).join(_TABLE, current).where(DECISIONS.c.review_id.in_(part)))
        found.update((row.review_id, (decision_from(row), row.judgement_id)) for row in rows)
    return found


def add_decision(unit: Unit, made: Decision, judgement_id: str | None = None) -> None:
    _DECIDED.run(unit, [decision_values(made, judgement_id)])


def add_decisions(unit: Unit, made: Sequence[Decision]) -> None:
    alike: dict[tuple[Any, ...], list[str]] = {}
    for one in made:
        alike.setdefault((one.round, one.verdict, one.by, one.basis, one.at, one.undone_at), []).append(one.review_id)
    for (round_, verdict, by, basis, at, undone_at), ids in alike.items():
        add_alike(unit, Decision("", round_, verdict, by, basis, at, undone_at), ids)


def add_alike(unit: Unit, made: Decision, ids: Sequence[str]) -> None:
    """The same decision of each of these reviews."""
    _DECIDED_ALIKE.run(unit, ids, decision_values(made))


def decision_values(made: Decision, judgement_id: str | None = None) -> dict[str, Any]:
    return {
        "review_id": made.review_id, "round": made.round, "verdict": str(made.verdict), "by": str(made.by),
        "basis": str(made.basis), "at": made.at, "undone_at": made.undone_at, "judgement_id": judgement_id,
    }  # fmt: skip


def mark_undone(unit: Unit, undone: Decision) -> None:
    """The decision, the judgement behind it and what was said against it no longer count; all stay on record."""
    unit.execute(
        sa.update(DECISIONS)
        .where(DECISIONS.c.review_id == undone.review_id, DECISIONS.c.round == undone.round)
        .values(undone_at=undone.undone_at)
    )
    unit.execute(
        sa.update(JUDGEMENTS)
        .where(
            JUDGEMENTS.c.review_id == undone.review_id,
            JUDGEMENTS.c.round == undone.round,
        )
        .values(undone_at=undone.undone_at)
    )
