"""A database for one test: SQLite in a file or PostgreSQL on the run's server, each with a way in past all our code.

Both answer a test's own SQL alike, as SQLite does: instants as UTC text, JSON as text, flags as numbers, `?` for
parameters.
"""

from __future__ import annotations

import json
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.types.datetime import TimestamptzLoader
from psycopg.types.string import TextLoader

from db.migrate import migrate
from db.store import Store
from tests import postgres

#: What parametrises a test that must hold on both.
BOTH = ("sqlite", pytest.param("postgres", marks=pytest.mark.postgres))

Fill = Callable[["Database"], None]


class Database(ABC):
    """`url` is SQLAlchemy's. Nobody else knows of it; `close` takes it away."""

    url: str

    @abstractmethod
    def beside(self) -> Any:
        """Another connection, past all our code: every statement is a transaction of its own unless it begins one."""

    @abstractmethod
    def tables(self) -> list[str]: ...

    @contextmanager
    @abstractmethod
    def held(self) -> Iterator[Callable[[], None]]:
        """Another process writes and lets nobody else; what is given lets go early. Reading goes on."""

    @abstractmethod
    def close(self) -> None: ...

    def __init__(self) -> None:
        self._own: Any = None

    def _execute(self, statement: str, parameters: tuple[object, ...]) -> Any:
        if self._own is None:
            self._own = self.beside()
        return self._own.execute(statement, parameters)

    def let_go(self) -> None:
        """Close the way in past our code, until it is next used."""
        if self._own is not None:
            self._own.close()
            self._own = None

    def sql(self, statement: str, *parameters: object) -> list[tuple[Any, ...]]:
        cursor = self._execute(statement, parameters)
        return cursor.fetchall() if cursor.description else []

    def rows(self, statement: str, *parameters: object) -> list[dict[str, Any]]:
        cursor = self._execute(statement, parameters)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]

    def errands(self) -> list[dict[str, Any]]:
        """The outbox, oldest first, each with its whole `detail`: what was added to it is in its lists."""
        every = self.rows("SELECT * FROM outbox ORDER BY seq")
        for errand in every:
            errand["detail"] = _plain(errand["detail"])
        known = {errand["seq"]: errand["detail"] for errand in every}
        for added in self.rows("SELECT seq, detail FROM outbox_added ORDER BY id"):
            detail = known[added["seq"]]
            for name, value in _plain(added["detail"]).items():
                detail[name] = detail[name] + value if isinstance(detail.get(name), list) else value
        return every

    def dump(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every table with every row."""
        everything = 'SELECT * FROM "{}" ORDER BY 1, 2'
        return {table: self.sql(everything.format(table)) for table in self.tables() if table != "alembic_version"}


def _plain(detail: Any) -> Any:
    return json.loads(detail) if isinstance(detail, str) else detail


class SqliteDatabase(Database):
    """One file."""

    def __init__(self, folder: Path, content: bytes | None) -> None:
        super().__init__()
        numbers = (folder / f"handoff{n or ''}.db" for n in count())
        self.file = next(file for file in numbers if not file.exists())
        if content is not None:
            self.file.write_bytes(content)
        self.url = f"sqlite:///{self.file}"

    def beside(self) -> sqlite3.Connection:
        made = sqlite3.connect(self.file, isolation_level=None, check_same_thread=False)
        made.execute("PRAGMA foreign_keys=ON")  # what goes with a row goes with it here, too
        return made

    def tables(self) -> list[str]:
        """Without FTS5's own, which older levels have, made of `search_texts`."""
        every = (name for (name,) in self.sql("SELECT name FROM sqlite_master WHERE type = 'table'"))
        return [name for name in every if not name.startswith("search_index")]

    @contextmanager
    def held(self) -> Iterator[Callable[[], None]]:
        other = self.beside()
        other.execute("BEGIN IMMEDIATE")

        def release() -> None:
            if other.in_transaction:
                other.execute("ROLLBACK")

        try:
            yield release
        finally:
            release()
            other.close()

    def close(self) -> None:
        self.let_go()


class PostgresDatabase(Database):
    """One database on the server of this process of tests, or on one of a test's own."""

    def __init__(self, template: str | None, server: postgres.Server | None = None) -> None:
        super().__init__()
        self.server = server or postgres.shared()
        self.name = self.server.create(template) if template else self.server.create()
        self.url = self.server.url(self.name)

    def beside(self) -> _Alike:
        return _Alike(self.server.connect(self.name))

    def tables(self) -> list[str]:
        return [name for (name,) in self.sql("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")]

    @contextmanager
    def held(self) -> Iterator[Callable[[], None]]:
        other = self.server.connect(self.name)
        every = ", ".join(f'"{table}"' for table in self.tables())
        other.execute("BEGIN")
        other.execute(f"LOCK TABLE {every} IN EXCLUSIVE MODE".encode())
        try:
            yield lambda: None if other.closed else other.rollback()
        finally:
            other.close()

    def close(self) -> None:
        self.let_go()
        self.server.drop(self.name)


class _Utc(TimestamptzLoader):
    """An instant as SQLite's rows have it."""

    def load(self, data: Any) -> Any:
        return super().load(data).astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


class _Flag(TextLoader):
    def load(self, data: Any) -> Any:
        return int(bytes(data) == b"t")


class _Alike:
    """A psycopg connection that takes `?` and answers as sqlite3 does."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection
        for kind, loader in (("timestamptz", _Utc), ("json", TextLoader), ("bool", _Flag)):
            connection.adapters.register_loader(kind, loader)

    def execute(self, statement: str, parameters: tuple[object, ...] = ()) -> psycopg.Cursor[Any]:
        said = statement.replace("%", "%%").replace("?", "%s") if parameters else statement
        return self._connection.execute(said.encode(), parameters or None)

    def close(self) -> None:
        self._connection.close()


# Fresh ones, by copying one that was filled once per process


def fresh(kind: str, folder: Path, fill: Fill | None = None) -> Database:
    """A database at the level of this code, with what `fill` puts into it; `folder` is where SQLite's file goes."""
    fill = fill or _migrate
    if kind == "sqlite":
        return SqliteDatabase(folder, _file(fill))
    return PostgresDatabase(_template(fill))


def empty(kind: str, folder: Path) -> Database:
    """A database in which nothing is yet, not even a table."""
    return SqliteDatabase(folder, None) if kind == "sqlite" else PostgresDatabase(None)


def _migrate(database: Database) -> None:
    store = Store(database.url)
    try:
        migrate(store)
    finally:
        store.close()


@cache
def _file(fill: Fill) -> bytes:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        database = SqliteDatabase(Path(folder), None if fill is _migrate else _file(_migrate))
        fill(database)
        database.close()
        return database.file.read_bytes()


@cache
def _template(fill: Fill) -> str:
    """The name of a filled database, to copy: nobody is connected to it. It stays until the server goes."""
    if fill is _migrate:
        return postgres.migrated()
    database = PostgresDatabase(postgres.migrated())
    fill(database)
    database.let_go()
    return database.name
