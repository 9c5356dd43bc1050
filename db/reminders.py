"""Which reminder shows which reviews: written when it is said, asked when a review changes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa

from db import tables
from db.reminder_tables import CURRENT, REMINDERS
from db.store import Unit, sliced

_R = REMINDERS.c
_TABLE = tables.REVIEWS
_MESSAGE = sa.select(_R.kind, _R.ref, _R.lane).distinct().where(CURRENT)
_OF_ONE = _MESSAGE.where(_R.review_id == sa.bindparam("one"))
#: A message: its kind, its reference, and whose it is.
Message = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Shown:
    """One review in a reminder."""

    review_id: str
    instead: str | None = None
    """Whose place the reader takes; of what was passed on, by whom."""
    current: bool = True
    """Whether no newer one asks for it."""


@dataclass(frozen=True, slots=True)
class Said:
    """A reminder that is being said."""

    kind: str
    ref: str
    lane: str
    shown: tuple[Shown, ...]


def keep(unit: Unit, said: Sequence[Said], now: datetime) -> tuple[Message, ...]:
    """Remember what these show; which older ones do not ask for all of it any more, since a newer one does.

    One that is known, and goes on, shows it besides. The same few statements however many they are.
    """
    if not said:
        return ()
    asks = {(one.kind, one.lane, each.review_id) for one in said for each in one.shown}
    ids = sorted({review_id for _, _, review_id in asks})
    older: dict[Message, list[str]] = {}
    refs, there = {one.ref for one in said}, set[tuple[str, str]]()
    for part in sliced(ids):
        rows = unit.execute(
            sa.select(_R.kind, _R.ref, _R.lane, _R.review_id).where(CURRENT, _R.review_id.in_(part))
        ).all()
        for kind, ref, lane, review_id in rows:
            if ref in refs:
                there.add((ref, review_id))
            elif (kind, lane, review_id) in asks:
                older.setdefault((kind, ref, lane), []).append(review_id)
    gone = [(ref, review_id) for (_, ref, _), each in older.items() for review_id in each]
    for pairs in sliced(gone):
        unit.execute(sa.update(REMINDERS).where(sa.tuple_(_R.ref, _R.review_id).in_(pairs)).values(newer_at=now))
    shown = [
        {
            "ref": one.ref, "review_id": each.review_id, "kind": one.kind, "lane": one.lane, "at": now,
            "instead": each.instead,
        }
        for one in said for each in one.shown if (one.ref, each.review_id) not in there
    ]  # fmt: skip
    if shown:
        unit.execute(sa.insert(REMINDERS), shown)
    for part in sliced(ids):
        unit.execute(sa.update(_TABLE).where(_TABLE.c.id.in_(part)).values(reminded_at=now))
    return tuple(older)


def showing(unit: Unit, review_ids: Collection[str]) -> tuple[Message, ...]:
    """The newest message of each kind and person that shows any of these."""
    if len(review_ids) == 1:
        return tuple(map(_message, unit.execute(_OF_ONE, {"one": next(iter(review_ids))})))
    found: dict[Message, None] = {}
    for part in sliced(sorted(review_ids)):
        found |= dict.fromkeys(map(_message, unit.execute(_MESSAGE.where(_R.review_id.in_(part)))))
    return tuple(found)


def _message(row: Any) -> Message:
    kind, ref, lane = row
    return kind, ref, lane


def begun(unit: Unit, kind: str, lane: str, since: datetime, until: datetime) -> str | None:
    """The newest message of this kind to somebody, if all of it was said between these times and nothing is newer.

    What is added to a message counts as said when it was added: one that was begun before does not go on for ever.
    """
    then = _R.at.between(since, until)
    mine = sa.select(_R.ref).where(then, _R.kind == kind, _R.lane == lane).order_by(_R.at.desc()).limit(1)
    ref: str | None = unit.execute(mine).scalar()
    other = sa.select(_R.ref).where(_R.ref == ref, sa.or_(~then, ~CURRENT)).limit(1)
    return None if ref is None or unit.execute(other).first() is not None else ref


def of(unit: Unit, ref: str) -> tuple[Shown, ...]:
    """What a message shows, in no order; nothing of one that is not known, or no longer."""
    rows = unit.execute(sa.select(_R.review_id, _R.instead, _R.newer_at).where(_R.ref == ref))
    return tuple(Shown(row.review_id, row.instead, row.newer_at is None) for row in rows)


def over(unit: Unit, ref: str) -> bool:
    """Whether any review that a message shows has been answered."""
    open_ = sa.exists().where(_TABLE.c.id == _R.review_id, tables.AWAITING)
    return unit.execute(sa.select(_R.review_id).where(_R.ref == ref, ~open_).limit(1)).first() is not None


def prune(unit: Unit, before: datetime, limit: int) -> int:
    """Forget what was said before that time, so much at most: such a message stays as it is. How much is gone."""
    old = sa.select(_R.ref).where(_R.at < before).order_by(_R.at).limit(limit)
    gone = unit.execute(sa.delete(REMINDERS).where(_R.ref.in_(old)))
    return cast("sa.CursorResult[Any]", gone).rowcount
