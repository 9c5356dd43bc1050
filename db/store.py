"""The engine and its units of work: one writer at a time on SQLite, readers beside it, the same code on PostgreSQL."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlmodel import Session

from bot.core.errors import Busy, Invalid
from db import postgres
from db.kept import KEPT, Kept

log = logging.getLogger(__name__)

#: A unit of work: everything in it is committed together or not at all.
Unit = Session

#: Seconds for which a unit waits for the database when nobody has said until when.
_PATIENCE = 2.0
#: Until when (time.monotonic) the work at hand may wait for the database; None when nobody has said.
_UNTIL: ContextVar[float | None] = ContextVar("until", default=None)
#: SQLite takes 32,766 parameters in one statement; look-ups go in slices well below.
_SLICE = 500
_Work = Callable[[], None]
#: What may stand before :// and which driver is meant; the short forms are what hosters and other programs write.
_DRIVERS = {
    "sqlite": "sqlite", "postgresql+psycopg": "postgresql+psycopg", "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
}  # fmt: skip
#: Bytes that reading units may keep between them.
_ROOM = 16 * 2**20
#: Where a unit keeps what is to be done once it is committed.
_AFTERWARDS = "afterwards"

T = TypeVar("T")


@contextmanager
def waiting_until(moment: float) -> Iterator[None]:
    """Units in here wait for the database until that moment (time.monotonic), all together, and then say Busy."""
    token = _UNTIL.set(moment)
    try:
        yield
    finally:
        _UNTIL.reset(token)


def new(unit: Unit, table: sa.Table) -> Any:
    """Insert what is not there yet, by whatever makes it unique: two replicas may meet the same person at once."""
    insert = sqlite.insert if unit.get_bind().dialect.name == "sqlite" else postgresql.insert
    return insert(table).on_conflict_do_nothing()


def sliced(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """Parts of a list of which each fits into one statement."""
    for start in range(0, len(values), _SLICE):
        yield values[start : start + _SLICE]


def afterwards(unit: Unit, work: _Work) -> None:
    """Do this once the unit is committed, and never if it is not: what is counted has happened.

    What it raises is logged: what is committed is no refusal.
    """
    unit.info.setdefault(_AFTERWARDS, []).append(work)


class Together:
    """Units of one thread that are committed together: `check` raises Broken when the database has undone them all."""

    class Broken(Exception):
        """The database is in trouble: nothing of what was done together has happened."""

    def __init__(self, connection: sa.Connection) -> None:
        self.connection = connection
        self.afterwards: list[_Work] = []
        self.broken = False

    def check(self) -> None:
        if self.broken:
            raise Together.Broken


class Store:
    """Where everything is kept. `url` is any SQLAlchemy URL of SQLite or PostgreSQL (psycopg).

    Only `unit()` commits. On SQLite a process-wide lock lets one writer in at a time: waiting in Python is fair and
    cheap, waiting inside SQLite is a sleeping poll.
    """

    def __init__(self, url: str) -> None:
        try:
            self.url = make_url(url)
        except sa.exc.ArgumentError as error:
            raise Invalid("database_url", url=url) from error
        if self.url.drivername not in _DRIVERS:
            raise Invalid("database_url", url=self.url.render_as_string(hide_password=True))
        self.url = self.url.set(drivername=_DRIVERS[self.url.drivername])
        self.sqlite = self.url.get_backend_name() == "sqlite"
        self._writing = threading.Lock()
        self._mine = threading.local()
        self._kept: Kept[Any] = Kept(_ROOM)
        if self.sqlite:
            self._prepare_folder()
            self._writer = self._sqlite_engine(begin="BEGIN IMMEDIATE")
            self._reader = self._sqlite_engine(begin="BEGIN", query_only=True)
        else:
            self._writer, self._reader = postgres.writer(self.url, _limits), postgres.reader(self.url)

    def _prepare_folder(self) -> None:
        name = self.url.database
        if name and name != ":memory:":
            Path(name).expanduser().parent.mkdir(parents=True, exist_ok=True)

    def _sqlite_engine(self, begin: str, *, query_only: bool = False) -> Engine:
        # Hidden parameters: what people wrote must not reach a log by way of an exception's text.
        arguments = {"timeout": _PATIENCE, "check_same_thread": False}
        engine = sa.create_engine(self.url, connect_args=arguments, hide_parameters=True)

        @sa.event.listens_for(engine, "connect")
        def _connect(connection: Any, _record: Any) -> None:
            # pysqlite's own transaction handling would upgrade a read to a write halfway and fail at once.
            connection.isolation_level = None
            cursor = connection.cursor()
            cursor.execute("PRAGMA journal_mode=WAL")
            cursor.execute("PRAGMA synchronous=FULL")
            # checkpoints.py works the log in beside us; at 32 MB we do it ourselves, and cut the file afterwards.
            cursor.execute("PRAGMA wal_autocheckpoint=8000")
            cursor.execute("PRAGMA journal_size_limit=33554432")
            cursor.execute("PRAGMA foreign_keys=ON")
            cursor.execute("PRAGMA temp_store=MEMORY")
            # 16 MB: what a sweep touches stays at hand, and nothing is written before the commit for want of room.
            cursor.execute("PRAGMA cache_size=-16000")
            cursor.execute(f"PRAGMA query_only={'ON' if query_only else 'OFF'}")
            cursor.close()

        @sa.event.listens_for(engine, "begin")
        def _begin(connection: sa.Connection) -> None:
            if not query_only:
                # Readers never wait for a lock; a writer waits for as long as it may this time.
                driver: Any = connection.connection.driver_connection
                driver.execute(f"PRAGMA busy_timeout={_left():.0f}").close()
            connection.exec_driver_sql(begin)

        return engine

    @property
    def engine(self) -> Engine:
        return self._writer

    def _session(self, engine: Engine) -> Session:
        if self.sqlite:
            return Session(engine, expire_on_commit=False, autoflush=False)
        try:
            return postgres.begun(engine)
        except DatabaseError as error:
            raise _plain(error) from error

    @contextmanager
    def unit(self, *, keep: bool = True) -> Iterator[Unit]:
        """A unit of work that commits at its end; without `keep` it is worked out and taken back.

        Raises Busy when the store does not let us write in time: two seconds, or what `waiting_until` says. On
        PostgreSQL, Busy('doubtful') when it went away during the commit, and nobody knows whether that arrived;
        Busy('gave_way') when somebody else's change had to go first: worth another try at once.
        """
        shared: Together | None = getattr(self._mine, "together", None)
        if shared is not None:
            with self._part(shared, keep=keep) as session:
                yield session
            return
        lock, committing = self._writing if self.sqlite else _NO_LOCK, False
        with lock, self._session(self._writer) as session:
            try:
                yield session
                if keep:
                    committing = True
                    session.commit()
                else:
                    session.rollback()
            except DatabaseError as error:
                session.rollback()
                if _is_ours(error):
                    raise
                raise _plain(error, committing=committing) from error
            except BaseException:
                session.rollback()
                raise
        if keep:
            _do(session.info.get(_AFTERWARDS, ()))

    @contextmanager
    def together(self) -> Iterator[Together]:
        """Units in here, one after the other on this thread, are committed at the end; what one refuses is its own.

        For SQLite, where each commit waits for the disk. Raises Busy when nothing of it has happened.
        """
        with self._writing:
            try:
                with self._writer.begin() as connection:
                    self._mine.together = shared = Together(connection)
                    try:
                        yield shared
                    finally:
                        del self._mine.together
                    shared.check()
            except DatabaseError as error:
                raise _plain(error) from error
        _do(shared.afterwards)

    @contextmanager
    def _part(self, shared: Together, *, keep: bool) -> Iterator[Unit]:
        """A unit within what is committed together: a savepoint of its own."""
        with Session(
            shared.connection, expire_on_commit=False, autoflush=False, join_transaction_mode="create_savepoint"
        ) as session:
            try:
                yield session
                if keep:
                    session.commit()
                    shared.afterwards += session.info.get(_AFTERWARDS, ())
                else:
                    session.rollback()
            except DatabaseError as error:
                # SQLite may have taken back the whole transaction, and not only this part of it.
                shared.broken = shared.broken or not _is_ours(error)
                if shared.broken:
                    raise Together.Broken from error
                session.rollback()
                raise
            except BaseException:
                session.rollback()
                raise

    @contextmanager
    def reading(self) -> Iterator[Unit]:
        """A consistent view that never waits for a writer and never writes."""
        with self._session(self._reader) as session:
            session.info[KEPT] = self._kept
            try:
                yield session
                # There is nothing to keep; but told ROLLBACK, psycopg forgets every statement that it has prepared.
                session.commit()
            except DatabaseError as error:
                if _is_ours(error):
                    raise
                raise _plain(error) from error
            finally:
                session.rollback()

    def close(self) -> None:
        self._writer.dispose()
        self._reader.dispose()


def _do(works: Sequence[_Work]) -> None:
    for work in works:
        try:
            work()
        except Exception:
            log.exception("what was to follow a commit failed; the commit stands")


def _left() -> float:
    """Milliseconds for which the work at hand may wait for the database."""
    until = _UNTIL.get()
    return 1000 * (_PATIENCE if until is None else max(until - time.monotonic(), 0.0))


def _limits() -> tuple[float, float | None]:
    """For PostgreSQL: seconds to wait for a lock, and for one statement where somebody has said until when."""
    left = _left() / 1000
    return left, None if _UNTIL.get() is None else left


class _NoLock:
    def __enter__(self) -> None:
        return None

    def __exit__(self, *_: object) -> None:
        return None


_NO_LOCK = _NoLock()


def _is_ours(error: DatabaseError) -> bool:
    """Whether a broken constraint or a wrong statement is at fault, and not the database or the way to it."""
    return type(error) not in (OperationalError, DatabaseError) and postgres.reason_of(error.orig) is None


def _plain(error: DatabaseError, *, committing: bool = False) -> Busy:
    """What the database said, as an error that tells somebody what to do; never its SQL, which may hold answers."""
    said = str(error.orig)
    if committing and error.connection_invalidated:
        return Busy("doubtful")
    reason = postgres.reason_of(error.orig) or _sqlite_reason(said.lower())
    return Busy(reason) if reason != "unreachable" else Busy(reason, detail=said.partition("\n")[0])


def _sqlite_reason(said: str) -> str:
    if "locked" in said:
        return "locked"
    if "is full" in said:
        return "disk_full"
    if "no such table" in said or "no such column" in said:
        return "not_migrated"
    return "unreachable"
