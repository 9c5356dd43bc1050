"""How columns, tables and partial indexes are declared: UTC times, plain JSON, conditions that an index can prove."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC in, aware UTC out: SQLite forgets the zone, and a naive time is refused before it gets there."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a naive time reached the database: {value!r}")
        return value.astimezone(UTC)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None] | None:
        """One step instead of TypeDecorator's three: a review has nine times, and a sweep reads thousands."""
        return _from_text if dialect.name == "sqlite" else _in_utc


class Row(SQLModel):
    """What every table's row is.

    Each start makes all of them anew. So pydantic builds a validator when somebody asks for it, which nobody does, and
    the modules of tables do without `from __future__ import annotations`: what stands in their annotations would be
    read back from text, twice.
    """

    model_config = {"defer_build": True}


def _from_text(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value).replace(tzinfo=UTC)


def _in_utc(value: datetime | None) -> datetime | None:
    return None if value is None else value.astimezone(UTC)


def plain_json(**kwargs: Any) -> Any:
    return Field(sa_type=sa.JSON, **kwargs)


def moment(**kwargs: Any) -> Any:
    return Field(sa_type=UtcDateTime, **kwargs)


def word(value: str) -> sa.ColumnElement[str]:
    """A word of ours, written into the statement: a database proves from bound parameters nothing about an index."""
    return sa.literal_column(f"'{value}'", sa.String())


def table_of(row: type[SQLModel]) -> sa.Table:
    return cast("sa.Table", row.__table__)  # type: ignore[attr-defined]


def partial_index(name: str, where: sa.ColumnElement[bool], *columns: Any, unique: bool = False) -> None:
    """An index on the rows of a condition; a query that states the same condition, as the same object, can use it."""
    sa.Index(name, *columns, unique=unique, sqlite_where=where, postgresql_where=where)
