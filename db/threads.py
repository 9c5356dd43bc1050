"""Where the investigation of a disagreement stands in Slack, and which thread is whose."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from bot.core.disagreement import Disagreement, Standing
from db.disagreements import OLDEST_FIRST, SELECT, disagreement_from
from db.knowledge_tables import DISAGREEMENTS, VALID
from db.outbox import Place
from db.store import Unit, sliced
from db.tables import POSTS, THREADED

KIND = "investigation"
"""The kind of its message (bot/outbox/letters.py); the reference is the disagreement's id."""

_ITS = sa.and_(POSTS.c.kind == KIND, POSTS.c.ref == DISAGREEMENTS.c.id)


def of_thread(unit: Unit, channel: str, thread_ts: str) -> tuple[Disagreement, ...]:
    """What is being worked out in this thread, oldest first: several people may have disagreed under one card."""
    found = (
        SELECT.join(POSTS, _ITS)
        .where(THREADED, POSTS.c.channel == channel, POSTS.c.thread_ts == thread_ts, VALID)
        .order_by(*OLDEST_FIRST)
    )
    return tuple(disagreement_from(row) for row in unit.execute(found))


def open_ones(unit: Unit) -> tuple[tuple[str, str], ...]:
    """(channel, thread_ts) of every thread in which something is still open."""
    found = (
        sa.select(POSTS.c.channel, POSTS.c.thread_ts)
        .join(DISAGREEMENTS, _ITS)
        .where(THREADED, DISAGREEMENTS.c.standing == Standing.OPEN.value)
        .distinct()
        .order_by(POSTS.c.channel, POSTS.c.thread_ts)
    )
    return tuple((row.channel, row.thread_ts) for row in unit.execute(found))


def places(unit: Unit, ids: Sequence[str]) -> dict[str, dict[str, Place]]:
    """For each disagreement the lanes in which its message stands, and where."""
    found: dict[str, dict[str, Place]] = {}
    for part in sliced(ids):
        for row in unit.execute(sa.select(POSTS).where(POSTS.c.kind == KIND, POSTS.c.ref.in_(part))):
            found.setdefault(row.ref, {})[row.lane] = Place(row.channel, row.ts, row.thread_ts)
    return found
