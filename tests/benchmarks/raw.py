"""The honest baseline: every statement that our code sent is recorded, and the same ones go through the bare driver.

Recorded on one copy of a database, played on another: the same rows with the same parameters, no list made by hand.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from bot.desk import decide
from db.store import Store
from tests.benchmarks.agency import Agency, Stock, Tap, desk_of

#: Statements with their parameters, a list of them for executemany; BEGIN and COMMIT are understood.
Transaction = list[tuple[str, Any]]


@contextmanager
def recorded(store: Store) -> Iterator[list[Transaction]]:
    """What units of this store that were committed have sent to the database, in order. For one thread."""
    done: list[Transaction] = []
    now: Transaction = []

    def sent(_c: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        if not statement.startswith("BEGIN"):
            now.append((statement, parameters))

    def committed(_connection: Any) -> None:
        if now:
            done.append(list(now))
        now.clear()

    listeners = (("before_cursor_execute", sent), ("commit", committed), ("rollback", lambda _c: now.clear()))
    for name, listener in listeners:
        sa.event.listen(store.engine, name, listener)
    try:
        yield done
    finally:
        for name, listener in listeners:
            sa.event.remove(store.engine, name, listener)


def approvals(stock: Stock, agency: Agency, taps: Sequence[Tap], kind: str = "sqlite") -> list[Transaction]:
    """What each of these approvals sends, on a copy of their own."""
    with stock.copy(agency.shape, kind) as url:
        desk = desk_of(url)
        with recorded(desk.store) as done:
            for tap in taps:
                decide.approve(desk, tap.review, tap.expert)
        desk.close()
    assert len(done) == len(taps), "an approval is one transaction"
    return done


class Raw:
    """A bare driver: one connection on one thread for SQLite, eight on eight for PostgreSQL, as the desk has them."""

    def __init__(self, url: str) -> None:
        where = make_url(url)
        self.sqlite = where.get_backend_name() == "sqlite"
        self._where = where
        self._mine = threading.local()
        self._open: list[Any] = []
        self._pool = ThreadPoolExecutor(1 if self.sqlite else 8)

    def _connection(self) -> Any:
        found = getattr(self._mine, "connection", None)
        if found is None:
            found = self._mine.connection = self._sqlite() if self.sqlite else self._postgres()
            self._open.append(found)
        return found

    def _sqlite(self) -> sqlite3.Connection:
        made = sqlite3.connect(str(self._where.database), isolation_level=None, check_same_thread=False)
        for pragma in (
            "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "temp_store=MEMORY",
            "cache_size=-16000",
        ):  # fmt: skip
            made.execute(f"PRAGMA {pragma}").close()
        return made

    def _postgres(self) -> psycopg.Connection[Any]:
        host = str(self._where.query["host"])
        return psycopg.connect(host=host, user=self._where.username, dbname=self._where.database, autocommit=True)

    def play(self, transaction: Transaction) -> None:
        """All its statements with every row fetched, then the commit."""
        cursor = self._connection().cursor()
        cursor.execute("BEGIN IMMEDIATE" if self.sqlite else "BEGIN")
        for statement, parameters in transaction:
            if isinstance(parameters, list):
                cursor.executemany(statement, parameters)
            else:
                cursor.execute(statement, parameters)
            if cursor.description is not None:
                cursor.fetchall()
        cursor.execute("COMMIT")
        cursor.close()

    def decided(self) -> int:
        """How many decisions are there: what was played has happened, and was not passed over."""
        cursor = self._connection().cursor()
        return int(cursor.execute("SELECT count(*) FROM decisions").fetchone()[0])

    async def run(self, transaction: Transaction) -> None:
        await asyncio.get_running_loop().run_in_executor(self._pool, self.play, transaction)

    def works(self, transactions: Sequence[Transaction]) -> list[Callable[[], Any]]:
        return [lambda t=t: self.run(t) for t in transactions]  # type: ignore[misc]

    def close(self) -> None:
        self._pool.shutdown(wait=True)
        for connection in self._open:
            connection.close()


# To another process


def save(file: Path, transactions: Sequence[Transaction]) -> None:
    """SQLite's parameters are plain values."""
    file.write_text(json.dumps(transactions), encoding="utf-8")


def load(file: Path) -> list[Transaction]:
    def parameters(said: Any) -> Any:
        many = bool(said) and isinstance(said[0], list)
        return [tuple(row) for row in said] if many else tuple(said)

    return [[(statement, parameters(p)) for statement, p in t] for t in json.loads(file.read_text(encoding="utf-8"))]
