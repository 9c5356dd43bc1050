"""Statements that are written all the time: compiled once for each kind of database, and handed to its driver."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

from db.store import Unit

_Rows = Sequence[Mapping[str, Any]]
_Turn = Callable[[Any], Any] | None


class Prepared:
    """An INSERT or UPDATE with these parameters, for one row or for many; gives how many rows it wrote.

    SQLAlchemy looks up what it compiled, and how each value is to be turned, anew for every row: a third of a click,
    and half of a sweep. Here both are worked out once. Types and errors are SQLAlchemy's all the same.
    """

    def __init__(self, statement: sa.Insert | sa.Update, parameters: Sequence[str]) -> None:
        self._statement = statement
        self._parameters = list(parameters)
        self._plans: dict[str, tuple[str, Callable[[_Rows], Any]]] = {}

    def run(self, unit: Unit, rows: _Rows) -> int:
        """Write these rows, each a value for every parameter. Raises what SQLAlchemy raises."""
        connection = unit.connection()
        plan = self._plans.get(connection.dialect.name)
        if plan is None:
            plan = self._plans[connection.dialect.name] = self._plan(connection.dialect)
        sql, turned = plan
        values = turned(rows)
        done = connection.exec_driver_sql(sql, values if len(values) > 1 else values[0])
        return cast("sa.CursorResult[Any]", done).rowcount

    def _plan(self, dialect: Dialect) -> tuple[str, Callable[[_Rows], Any]]:
        insert = isinstance(self._statement, sa.Insert)
        compiled: Any = self._statement.compile(dialect=dialect, column_keys=self._parameters if insert else None)
        fixed = {name: value for name, value in compiled.params.items() if name not in self._parameters}
        turns: dict[str, _Turn] = {
            name: bind.type.dialect_impl(dialect).bind_processor(dialect) for name, bind in compiled.binds.items()
        }
        order = [(name, turns[name]) for name in compiled.positiontup or compiled.binds]

        def one(row: Mapping[str, Any]) -> list[Any]:
            values = {**fixed, **row} if fixed else row
            return [turn(values[name]) if turn is not None else values[name] for name, turn in order]

        if compiled.positional:
            return str(compiled), lambda rows: [tuple(one(row)) for row in rows]
        names = [name for name, _ in order]
        return str(compiled), lambda rows: [dict(zip(names, one(row), strict=True)) for row in rows]
