"""Rows as the database's driver gives them: for statements of which somebody waits for several, each with many rows.

SQLAlchemy takes a tenth of a millisecond for each statement, and makes something of its own of each row.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import sqlalchemy as sa


def rows(connection: sa.Connection, statement: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """What a statement of ours with parameters like :this finds. Raises what SQLAlchemy raises."""
    driver: Any = connection.connection.driver_connection
    try:
        if connection.dialect.name == "sqlite":
            found: list[tuple[Any, ...]] = driver.execute(statement, values).fetchall()
        else:
            # Binary: else bytes come as twice as many letters.
            found = driver.execute(_psycopgs(statement), values, binary=True).fetchall()
    except connection.dialect.loaded_dbapi.Error as error:
        raise _told(connection, error) from error
    return found


@cache
def _psycopgs(statement: str) -> str:
    return re.sub(r":(\w+)", r"%(\1)s", statement)


def _told(connection: sa.Connection, error: Any) -> BaseException:
    """The driver's error as SQLAlchemy tells it; a connection that it lost is not used again."""
    dialect = connection.dialect
    lost = dialect.is_disconnect(error, connection.connection.dbapi_connection, None)
    if lost:
        connection.invalidate(error)
    told: BaseException = sa.exc.DBAPIError.instance(
        None, None, error, dialect.loaded_dbapi.Error, hide_parameters=True, connection_invalidated=lost,
        dialect=dialect,
    )  # fmt: skip
    return told
