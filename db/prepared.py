"""Statements that are written all the time: compiled once for each kind of database, and handed to its driver."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

from db.store import Unit

_Rows = Sequence[Mapping[str, Any]]
_Turn = Callable[[Any], Any] | None
#: A statement for the driver, and what makes its parameters of rows.
_Plan = tuple[str, Callable[[_Rows], Any]]


def among(column: sa.ColumnElement[str], name: str, dialect: str) -> sa.ColumnElement[bool]:
    """Whether a column's value is in a list that is one parameter: one statement, however many they are."""
    if dialect == "postgresql":
        return column == sa.any_(sa.func.array(each_of(name, dialect).scalar_subquery()))
    return column.in_(each_of(name, dialect))


def each_of(name: str, dialect: str) -> sa.Select[tuple[str]]:
    """The values of such a list, a row each."""
    return sa.select(_each_of(name, dialect))


def _each_of(name: str, dialect: str) -> sa.ColumnElement[str]:
    """As JSON for PostgreSQL, too: psycopg turns an array value by value."""
    those = sa.bindparam(name, type_=sa.JSON())
    if dialect == "postgresql":
        return sa.func.json_array_elements_text(those).column_valued("one")
    return sa.func.json_each(those).table_valued(sa.column("value", sa.String())).c.value


class Alike:
    """Rows of a table that differ in one column, of text: one INSERT with a list for that one, however many."""

    def __init__(self, table: sa.Table, differ: str, same: Sequence[str]) -> None:
        self._table, self._differ, self._same = table, differ, tuple(same)
        self._made: dict[str, Prepared] = {}

    def run(self, unit: Unit, each: Sequence[str], values: Mapping[str, Any]) -> None:
        """A row with these values for each of the list. Raises what SQLAlchemy raises."""
        name = unit.get_bind().dialect.name
        if name not in self._made:
            same = [sa.bindparam(column, type_=self._table.c[column].type) for column in self._same]
            rows = sa.select(_each_of("each", name), *same)
            statement = sa.insert(self._table).from_select([self._differ, *self._same], rows, include_defaults=False)
            self._made[name] = Prepared(statement, ("each", *self._same))
        self._made[name].run(unit, [{**values, "each": each}])


class Prepared:
    """An INSERT or UPDATE with these parameters, for one row or for many; gives how many rows it wrote.

    SQLAlchemy looks up what it compiled, and how each value is to be turned, anew for every row: a third of a click,
    and half of a sweep. Here both are worked out once. Types and errors are SQLAlchemy's all the same.
    """

    def __init__(self, statement: sa.Insert | sa.Update, parameters: Sequence[str]) -> None:
        # What an INSERT wrote is not asked for: else PostgreSQL gives back every row's number.
        self._statement = statement.inline() if isinstance(statement, sa.Insert) else statement
        self._parameters = list(parameters)
        self._plans: dict[str, tuple[_Plan, _Plan]] = {}

    def run(self, unit: Unit, rows: _Rows) -> int:
        """Write these rows, each a value for every parameter. Raises what SQLAlchemy raises."""
        connection = unit.connection()
        plans = self._plans.get(connection.dialect.name)
        if plans is None:
            one = _each(self._statement, self._parameters, connection.dialect)
            plans = self._plans[connection.dialect.name] = (one, self._together(connection.dialect) or one)
        sql, turned = plans[len(rows) > 1]
        done = connection.exec_driver_sql(sql, turned(rows))
        return cast("sa.CursorResult[Any]", done).rowcount

    def _together(self, dialect: Dialect) -> _Plan | None:
        """PostgreSQL takes the rows of an INSERT as one parameter: else each is a statement of its own to it."""
        statement = self._statement
        if isinstance(statement, sa.Insert) and statement.select is None and dialect.name == "postgresql":
            return _as_one(statement, self._parameters, dialect)
        return None


def _each(statement: sa.Insert | sa.Update, parameters: list[str], dialect: Dialect) -> _Plan:
    """A parameter for each value: a row's, or a list of them for executemany."""
    insert = isinstance(statement, sa.Insert)
    compiled: Any = statement.compile(dialect=dialect, column_keys=parameters if insert else None)
    fixed = {name: value for name, value in compiled.params.items() if name not in parameters}
    names = compiled.positiontup or list(compiled.binds)
    turns = [_turn(compiled.binds[name].type, dialect) for name in names]

    def turned(rows: _Rows) -> Any:
        columns = (
            [fixed[name]] * len(rows) if name in fixed else _column([row[name] for row in rows], turn)
            for name, turn in zip(names, turns, strict=True)
        )
        made: list[Any] = list(zip(*columns, strict=True))
        if not compiled.positional:
            made = [dict(zip(names, values, strict=True)) for values in made]
        return made if len(made) > 1 else made[0]

    return str(compiled), turned


def _turn(kind: sa.types.TypeEngine[Any], dialect: Dialect) -> _Turn:
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _column(values: list[Any], turn: _Turn) -> list[Any]:
    """Values for the driver. Rows that are written together have much in common: what is the same is turned once."""
    if turn is None:
        return values
    done: dict[int, Any] = {}
    made = []
    for value in values:
        if (key := id(value)) not in done:
            done[key] = turn(value)
        made.append(done[key])
    return made


def _as_one(statement: sa.Insert, parameters: list[str], dialect: Dialect) -> _Plan:
    """All rows in one parameter, which PostgreSQL takes apart again: sent one by one, each costs it a statement."""
    columns = [statement.table.c[name] for name in parameters]
    compiled = str(statement.compile(dialect=dialect, column_keys=parameters))
    head, _, rest = compiled.partition(" VALUES (")
    kinds = ", ".join(f"{_quoted(c, dialect)} {dialect.type_compiler_instance.process(c.type)}" for c in columns)
    names = ", ".join(_quoted(c, dialect) for c in columns)
    rows = f"SELECT {names} FROM json_to_recordset(%(rows)s::json) AS fresh({kinds})"  # noqa: S608 - our own names
    sql = f"{head.partition(' (')[0]} ({names}) {rows}{_after(rest)}"
    turns = [None if isinstance(c.type, sa.JSON) else _turn(c.type, dialect) for c in columns]

    def turned(rows: _Rows) -> Any:
        columns = (_column([row[n] for row in rows], turn) for n, turn in zip(parameters, turns, strict=True))
        made = [dict(zip(parameters, values, strict=True)) for values in zip(*columns, strict=True)]
        return {"rows": json.dumps(made, default=str)}

    return sql, turned


def _quoted(column: sa.ColumnElement[Any], dialect: Dialect) -> str:
    return dialect.identifier_preparer.quote(cast("sa.Column[Any]", column).name)


def _after(rest: str) -> str:
    """What follows the parentheses after VALUES, as ON CONFLICT."""
    depth = 1
    for place, letter in enumerate(rest):
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if not depth:
            return rest[place + 1 :]
    raise ValueError(rest)
