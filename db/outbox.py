"""What has to be said in Slack: rows enqueued with the change that caused them, claimed and marked one by one.

When a lane's next message may leave, and who serves it, is in db/lanes.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from db import tables
from db.columns import word
from db.lanes import oldest_due as oldest_due  # noqa: PLC0414 - the outbox's age is asked for here
from db.prepared import Prepared
from db.store import Unit, sliced
from db.tables import ADDED, ASIDE, READY, SENT, TO_SEND, UNSENT, PostRow

_TABLE = tables.OUTBOX


@dataclass(frozen=True, slots=True)
class Errand:
    """One message to send: its row as claimed."""

    seq: int
    id: str
    lane: str
    kind: str
    ref: str
    state: str
    """As it was found: `sending` and `unknown` must be looked up before they are sent again."""
    tries: int
    """With this claim; whoever claims it next has a higher number, and then nobody listens to us."""
    strikes: int
    created_at: datetime
    tried_at: datetime
    """When the last attempt began that may have arrived."""
    detail: Mapping[str, Any]

    @property
    def in_doubt(self) -> bool:
        return self.state != "ready"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message stands in Slack."""

    channel: str
    ts: str
    thread_ts: str | None = None
    """The first message of the thread in which people answer it, where they do."""


@dataclass(frozen=True, slots=True)
class Fresh:
    """One message to be said, not yet in the outbox."""

    id: str
    kind: str
    ref: str
    lane: str
    detail: Mapping[str, Any] | None = None


_FIELDS = ("id", "lane", "kind", "ref", "state", "tries", "strikes", "created_at", "detail")


def _upsert(made: Any) -> Any:
    """Insert, or find what says it already: that one is written too, unchanged, and so locked until the commit.

    Otherwise, on PostgreSQL, another process could claim it and write its letter from the state before this unit's
    change, and nobody would ever say what changed.
    """
    key = [_TABLE.c.kind, _TABLE.c.ref, _TABLE.c.lane]
    return made.on_conflict_do_update(index_elements=key, index_where=READY, set_={"detail": _TABLE.c.detail})


def _adding() -> Prepared:
    """On SQLite, of messages that another errand says already: their details, beside its own."""
    value = sa.func.json_each(sa.bindparam("rows", type_=sa.JSON())).table_valued("value").c.value
    each = {name: sa.func.json_extract(value, f"$.{name}") for name in _ADDED_BY}
    same = sa.and_(*(_TABLE.c[name] == each[name] for name in ("kind", "ref", "lane")))
    found = sa.select(_TABLE.c.seq, each["detail"]).where(READY, same, _TABLE.c.id != each["id"])
    return Prepared(sa.insert(ADDED).from_select(["seq", "detail"], found, include_defaults=False), ("rows",))


def _saying() -> Prepared:
    """On PostgreSQL both in one: looked up by itself, it would read all that is ready if little was when it counted."""
    columns = [sa.column(name, _TABLE.c[name].type) for name in _FIELDS]
    rows = sa.func.json_to_recordset(sa.bindparam("rows", type_=sa.JSON())).table_valued(*columns)
    given = sa.select(*rows.render_derived("fresh", with_types=True).c).cte("given")
    made = postgresql.insert(_TABLE).from_select(_FIELDS, sa.select(*given.c), include_defaults=False)
    said = _upsert(made).returning(*(_TABLE.c[name] for name in ("seq", "id", "kind", "ref", "lane"))).cte("said")
    same = sa.and_(*(said.c[name] == given.c[name] for name in ("kind", "ref", "lane")))
    others = sa.and_(said.c.id != given.c.id, sa.cast(given.c.detail, sa.Text()) != word("{}"))
    found = sa.select(said.c.seq, given.c.detail).join(given, same).where(others)
    return Prepared(sa.insert(ADDED).from_select(["seq", "detail"], found, include_defaults=False), ("rows",))


_ADDED_BY = ("id", "kind", "ref", "lane", "detail")
_SAY, _ADD = Prepared(_upsert(sqlite.insert(_TABLE)), _FIELDS), _adding()
_SAY_AND_ADD = _saying()


def enqueue(unit: Unit, fresh: Iterable[Fresh], now: datetime) -> None:
    """Say these, each once: an errand of the same kind, reference and lane that has not left yet says it already.

    Of such a pair the details are joined list by list, so that a message about several reviews names all of them: when
    it leaves, since ten thousand deadlines at one instant would write a list that grows with each batch.
    In the order given within each lane; however many they are, in one statement, and on SQLite one more for details.
    """
    alike: dict[tuple[str, str, str], list[Fresh]] = {}
    for each in fresh:
        alike.setdefault((each.kind, each.ref, each.lane), []).append(each)
    if not alike:
        return
    rows = [_values(ones, now) for ones in alike.values()]
    if unit.get_bind().dialect.name == "postgresql":
        _SAY_AND_ADD.run(unit, [{"rows": [row | {"created_at": now.isoformat()} for row in rows]}])
        return
    _SAY.run(unit, rows)
    if detailed := [{name: row[name] for name in _ADDED_BY} for row in rows if row["detail"]]:
        _ADD.run(unit, [{"rows": detailed}])


def _values(ones: Sequence[Fresh], now: datetime) -> dict[str, Any]:
    first, *more = ones
    return {
        "id": first.id, "lane": first.lane, "kind": first.kind, "ref": first.ref, "state": "ready", "tries": 0,
        "strikes": 0, "created_at": now, "detail": _joined(first.detail or {}, *(one.detail or {} for one in more)),
    }  # fmt: skip


def _joined(old: Mapping[str, Any], *new: Mapping[str, Any]) -> dict[str, Any]:
    """Lists one after the other, what they have in common once; of anything else the last.

    Thousands may have been added while a lane was held up: a list is not copied for each of them.
    """
    both = dict(old)
    lists: dict[str, dict[Any, None]] = {}
    for key, value in (pair for more in new for pair in more.items()):
        there = both.get(key)
        if isinstance(there, list) and isinstance(value, list):
            if key not in lists:
                lists[key] = dict.fromkeys(there)
            lists[key].update(dict.fromkeys(value))
        else:
            both[key] = value
            lists.pop(key, None)
    return both | {key: list(values) for key, values in lists.items()}


def take_head(unit: Unit, lane: str, now: datetime) -> Errand | None:
    """The head of a lane that is ours, marked `sending` in this unit's own commit before anything leaves the house.

    What an older attempt may have delivered keeps its time. On PostgreSQL this waits for whoever is just adding to it.
    """
    head = unit.execute(_HEAD, {"of": lane}).first()
    if head is None:
        return None
    tried_at = now if head.state == "ready" else head.tried_at or head.created_at
    row = unit.execute(_SENDING, {"at_seq": head.seq, "since": tried_at}).first()
    if row is None:
        return None
    return Errand(
        row.seq, row.id, row.lane, row.kind, row.ref, head.state, row.tries, row.strikes, row.created_at, tried_at,
        whole(unit, row.seq, row.detail),
    )  # fmt: skip


def whole(unit: Unit, seq: int, detail: Mapping[str, Any]) -> dict[str, Any]:
    """An errand's details with what was added to them, in that order."""
    return _joined(detail, *unit.execute(_MORE, {"of": seq}).scalars())


_MORE = sa.select(ADDED.c.detail).where(ADDED.c.seq == sa.bindparam("of")).order_by(ADDED.c.id)
_HEAD = (
    sa.select(_TABLE.c.seq, _TABLE.c.state, _TABLE.c.created_at, _TABLE.c.tried_at)
    .where(TO_SEND, _TABLE.c.lane == sa.bindparam("of"))
    .order_by(_TABLE.c.seq)
    .limit(1)
)
_SENDING = (
    sa.update(_TABLE)
    .where(_TABLE.c.seq == sa.bindparam("at_seq"), TO_SEND)
    .values(state="sending", tries=_TABLE.c.tries + 1, tried_at=sa.bindparam("since"))
    .returning(
        _TABLE.c.seq, _TABLE.c.id, _TABLE.c.lane, _TABLE.c.kind, _TABLE.c.ref, _TABLE.c.tries, _TABLE.c.strikes,
        _TABLE.c.created_at, _TABLE.c.detail,
    )
)  # fmt: skip


def has_more(unit: Unit, lane: str) -> bool:
    return unit.execute(_HEAD, {"of": lane}).first() is not None


def _mine(errand: Errand) -> sa.ColumnElement[bool]:
    """As long as nobody else has claimed it: a late word of a former owner changes nothing."""
    return sa.and_(_TABLE.c.seq == errand.seq, _TABLE.c.state == sa.literal("sending"), _TABLE.c.tries == errand.tries)


def _mark(unit: Unit, errand: Errand, **values: Any) -> bool:
    """Write what became of it, if it is still ours."""
    done = unit.execute(sa.update(_TABLE).where(_mine(errand)).values(**values))
    return cast("sa.CursorResult[Any]", done).rowcount == 1


def sent(unit: Unit, errand: Errand, place: Place | None, now: datetime, error: str | None = None) -> bool:
    """It is there; where it stands is kept for later changes of the same message. `error`: why it went elsewhere."""
    if not _mark(unit, errand, state="sent", sent_at=now, error=error):
        return False
    if place is not None:
        stands = {"channel": place.channel, "ts": place.ts, "at": now, "thread_ts": place.thread_ts}
        unit.execute(
            _STAND[unit.get_bind().dialect.name],
            {"kind": errand.kind, "ref": errand.ref, "lane": errand.lane, **stands},
        )
    return True


def again(unit: Unit, errand: Errand, now: datetime) -> bool:
    """It has been looked up and is not there: another attempt begins. False when it is no longer ours."""
    return _mark(unit, errand, tried_at=now)


def later(unit: Unit, errand: Errand, state: str, error: str, strikes: int) -> bool:
    """Not this time: `ready` when it surely did not arrive, `unknown` when nobody can tell.

    A newer errand may have been enqueued to say the same meanwhile; then this one says both. Raises IntegrityError when
    one is enqueued at this very moment: try again.
    """
    values: dict[str, Any] = {"state": state, "error": error[:500], "strikes": strikes}
    if state == "ready":
        # Asked first: what it takes of its twin would be in nobody's hands.
        if unit.execute(sa.select(_TABLE.c.seq).where(_mine(errand)).with_for_update()).first() is None:
            return False
        values["detail"] = _with_twin(unit, errand, errand.detail)
    return _mark(unit, errand, **values)


def _with_twin(unit: Unit, errand: Any, detail: Mapping[str, Any]) -> dict[str, Any]:
    """Its details, and those of the newer one that was to say the same and is gone: all of them in one."""
    both = dict(detail)
    same = (_TABLE.c.kind == errand.kind, _TABLE.c.ref == errand.ref, _TABLE.c.lane == errand.lane)
    twin = unit.execute(sa.select(_TABLE.c.seq, _TABLE.c.detail).where(READY, *same).with_for_update()).first()
    if twin is not None:
        both = _joined(both, whole(unit, twin.seq, twin.detail))
        unit.execute(sa.delete(_TABLE).where(_TABLE.c.seq == twin.seq))
    unit.execute(sa.delete(ADDED).where(ADDED.c.seq == errand.seq))
    return both


def lay_aside(unit: Unit, errand: Errand, state: str, error: str) -> bool:
    """Nobody tries it again by himself: `dead` when it did not arrive, `stuck` when nobody can tell."""
    return _mark(unit, errand, state=state, error=error[:500])


def revive(unit: Unit, errand_id: str) -> str | None:
    """Let one that was laid aside be tried again, first in its lane: that lane. A doubtful one is looked up first."""
    row = unit.execute(sa.select(_TABLE).where(ASIDE, _TABLE.c.id == errand_id).with_for_update()).first()
    if row is None:
        return None
    values: dict[str, Any] = {"state": "unknown", "tries": 0, "strikes": 0, "error": None}
    if row.state == "dead":
        values |= {"state": "ready", "detail": _with_twin(unit, row, whole(unit, row.seq, row.detail))}
    unit.execute(sa.update(_TABLE).where(_TABLE.c.seq == row.seq).values(**values))
    return str(row.lane)


_STAND = {
    name: (made := insert(tables.POSTS)).on_conflict_do_update(
        index_elements=["kind", "ref", "lane"], set_={c: made.excluded[c] for c in ("channel", "ts", "at", "thread_ts")}
    )
    for name, insert in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
}


def place_of(unit: Unit, kind: str, ref: str, lane: str) -> Place | None:
    row = unit.get(PostRow, (kind, ref, lane))
    return Place(row.channel, row.ts, row.thread_ts) if row is not None else None


def standing(unit: Unit, kind: str, refs: Sequence[str]) -> dict[tuple[str, str], Place]:
    """Where messages of a kind stand, by reference and lane."""
    found: dict[tuple[str, str], Place] = {}
    for part in sliced(refs):
        for row in unit.execute(
            sa.select(tables.POSTS).where(tables.POSTS.c.kind == kind, tables.POSTS.c.ref.in_(part))
        ):
            found[row.ref, row.lane] = Place(row.channel, row.ts, row.thread_ts)
    return found


def places_of(unit: Unit, kind: str, ref: str) -> tuple[str, ...]:
    """Every lane in which this message stands."""
    posts = tables.POSTS.c
    rows = unit.execute(sa.select(posts.lane).where(posts.kind == kind, posts.ref == ref).order_by(posts.lane))
    return tuple(row.lane for row in rows)


def told_since(unit: Unit, kind: str, ref: str, lane: str, since: datetime) -> bool:
    """Whether this was said since then, or is just about to be."""
    posts = tables.POSTS.c
    said = sa.select(posts.at).where(posts.kind == kind, posts.ref == ref, posts.lane == lane, posts.at >= since)
    about = sa.select(_TABLE.c.seq).where(TO_SEND, _TABLE.c.lane == lane, _TABLE.c.kind == kind, _TABLE.c.ref == ref)
    return unit.execute(said).first() is not None or unit.execute(about.limit(1)).first() is not None


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A message that did not arrive: laid aside (`dead`, `stuck`), or failing and tried again."""

    id: str
    state: str
    lane: str
    kind: str
    ref: str
    tries: int
    error: str
    created_at: datetime
    next_at: datetime | None


def undelivered(unit: Unit) -> tuple[Undelivered, ...]:
    """Oldest first."""
    lanes = tables.LANES
    rows = unit.execute(
        sa.select(_TABLE, lanes.c.next_at)
        .outerjoin(lanes, lanes.c.lane == _TABLE.c.lane)
        .where(UNSENT, sa.or_(ASIDE, _TABLE.c.error.is_not(None)))
    )
    return tuple(
        Undelivered(r.id, r.state, r.lane, r.kind, r.ref, r.tries, r.error or "", r.created_at, r.next_at)
        for r in sorted(rows, key=lambda row: row.seq)
    )


def doubt(unit: Unit) -> int:
    """Nobody knows which of the unsent have left: they are looked up before they are sent. How many."""
    since = sa.func.coalesce(_TABLE.c.tried_at, _TABLE.c.created_at)
    done = unit.execute(sa.update(_TABLE).where(READY).values(state="unknown", tried_at=since))
    return cast("sa.CursorResult[Any]", done).rowcount


def depth(unit: Unit) -> dict[str, int]:
    """How many errands are in each state but `sent`."""
    rows = unit.execute(
        sa.select(_TABLE.c.state, sa.func.count().label("how_many")).where(UNSENT).group_by(_TABLE.c.state)
    )
    return {row.state: row.how_many for row in rows}


def prune(unit: Unit, before: datetime, limit: int = 1000) -> int:
    """Forget the oldest errands that were sent before that time, so many at most; where they stand stays known.

    How many are gone: fewer than `limit` when no more are that old.
    """
    old = sa.select(_TABLE.c.seq).where(SENT, _TABLE.c.sent_at < before).order_by(_TABLE.c.sent_at).limit(limit)
    gone = unit.execute(sa.delete(_TABLE).where(_TABLE.c.seq.in_(old)))
    return cast("sa.CursorResult[Any]", gone).rowcount
