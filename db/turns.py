"""Taking turns between replicas on PostgreSQL, until the unit's end. On SQLite one writes at a time anyway.

The order that keeps two units from waiting for each other: reviews first, then what is said, then an expert's hands;
whoever fills those waits for no review (`db.reviews.queued` passes by what somebody else has taken).
"""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from db.store import Unit

_WHOSE = sa.func.unnest(sa.bindparam("whose", type_=ARRAY(sa.String()))).column_valued("one")
_TURN = sa.select(sa.func.pg_advisory_xact_lock(sa.bindparam("kind"), sa.func.hashtext(_WHOSE)))
_MIGRATING, _IMPORTING, _FILLING, _LEADING, _INDEXING = 4701, 4702, 4703, 4704, 4705


def to_fill(unit: Unit, experts: Sequence[str]) -> None:
    """Fill these experts' hands: two at once would each see room that the other is about to take.

    In one order for everybody: of two who fill for the same people, neither holds what the other waits for.
    """
    _take(unit, _FILLING, *sorted(experts))


def to_import(unit: Unit) -> None:
    """Take in a list: of two with the same creators the second finds them there."""
    _take(unit, _IMPORTING, "")


def to_lead(unit: Unit) -> None:
    """Take or give up the lead: of two who would be the first, the second finds one there."""
    _take(unit, _LEADING, "")


def to_index(unit: Unit) -> None:
    """Write what search finds: two documents share most of their words, and each word's rows are read to be changed."""
    _take(unit, _INDEXING, "")


def to_migrate(unit: Unit) -> None:
    """Change the tables: of several replicas that start together one does, the others find it done."""
    _take(unit, _MIGRATING, "")


def _take(unit: Unit, kind: int, *whose: str) -> None:
    if unit.get_bind().dialect.name == "postgresql":
        unit.execute(_TURN, {"kind": kind, "whose": list(whose)})
