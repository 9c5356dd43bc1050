"""PostgreSQL's side of the store: how a transaction begins there, and what its errors mean.

The first statement of every transaction carries all that has to be said at its beginning, in one round trip: its kind
and for how long it may wait. It is also what finds out that a pooled connection is dead, before anything was done on
it, so that no connection has to be tried out for every click.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL, Engine
from sqlmodel import Session

#: The desk's threads: one connection each and nobody queues for one; more are opened for whoever else asks.
_WRITERS, _READERS = 11, 4
#: A host that is gone answers nothing, and Slack gives up a click after three seconds. 0.8 s without a sign that it
#: got what was sent are several attempts of TCP's, and leave the two seconds in which a new connection must be had.
#: A host that goes after it got a statement is noticed by unanswered probes.
_CONNECT = {
    "connect_timeout": 2, "tcp_user_timeout": 800, "keepalives_idle": 5, "keepalives_interval": 1,
    "keepalives_count": 2, "application_name": "handoff",
}  # fmt: skip

#: SQLSTATE to the reason of a Busy. What stands for a whole class is its first two characters.
_REASONS = {
    "55P03": "locked",  # lock_timeout
    "57014": "locked",  # statement_timeout
    "40P01": "gave_way",  # deadlock: we were chosen
    "40001": "gave_way",
    "53100": "disk_full",
    "42P01": "not_migrated",  # no such table
    "42703": "not_migrated",  # no such column
    "25006": "unreachable",  # a standby, which takes no changes
    "57": "unreachable",  # it is being shut down or is starting
    "53": "unreachable",  # it has no room for another connection
    "08": "unreachable",
}

#: (seconds to wait for a lock, seconds for one statement or None for no limit)
Patience = Callable[[], tuple[float, float | None]]


class _Dead(Exception):
    """The connection was dead before anything was done on it."""


def writer(url: URL, patience: Patience) -> Engine:
    """READ COMMITTED; every change of a review is a compare-and-set by its version."""

    def begin() -> str:
        lock, statement = patience()
        # 0 would mean to wait for ever.
        limits = f"SET LOCAL lock_timeout = {max(int(lock * 1000), 1)}"
        if statement is not None:
            limits += f"; SET LOCAL statement_timeout = {max(int(statement * 1000), 1)}"
        return f"BEGIN; {limits}"

    return _engine(url, _WRITERS, begin)


def reader(url: URL) -> Engine:
    """One consistent view for all statements of a unit, which the database keeps from writing."""
    return _engine(url, _READERS, lambda: "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")


def _engine(url: URL, size: int, begin: Callable[[], str]) -> Engine:
    given = {name: value for name, value in _CONNECT.items() if name not in url.query}
    engine = sa.create_engine(
        url, pool_size=size, max_overflow=-1, connect_args=given, hide_parameters=True, use_native_hstore=False
    )

    @sa.event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        # psycopg would send a plain BEGIN of its own, one more round trip; we send ours below.
        connection.autocommit = True

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        driver: Any = connection.connection.driver_connection
        try:
            # Never prepared: its text differs each time, and would push out of psycopg's memory what is worth it.
            driver.execute(begin(), prepare=False)
        except engine.dialect.loaded_dbapi.OperationalError as error:
            with suppress(sa.exc.DBAPIError):
                connection.exec_driver_sql("SELECT 1")  # SQLAlchemy finds it dead, and forgets the others in the pool
            raise _Dead from error

    return engine


def begun(engine: Engine) -> Session:
    """A session in its transaction. A pooled connection that died meanwhile is replaced once.

    Raises SQLAlchemy's OperationalError when there is no way to the database.
    """
    try:
        return _begun(engine)
    except _Dead:
        pass  # the pool is forgotten: the next connection is a new one, or there is none to be had
    try:
        return _begun(engine)
    except _Dead as dead:
        # Whoever let us in has nothing behind it, as a pooler whose PostgreSQL is down: that is for a person to hear.
        raise sa.exc.OperationalError("BEGIN", None, dead.__cause__ or dead) from dead


def _begun(engine: Engine) -> Session:
    session = Session(engine, expire_on_commit=False, autoflush=False)
    try:
        session.connection()
    except BaseException:
        session.close()
        raise
    return session


def reason_of(error: BaseException | None) -> str | None:
    """What PostgreSQL's error means to whoever waits, None when it is our own mistake or no such error at all."""
    state = getattr(error, "sqlstate", None)
    return None if state is None else _REASONS.get(state) or _REASONS.get(state[:2])
