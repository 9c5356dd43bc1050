"""What search asks the databases, in their own words: few statements, each compiled once.

Tokens are parameters, lists of them one: whatever somebody typed is looked for and not obeyed.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa

from bot.core.search import Outline
from db.columns import UtcDateTime
from db.knowledge_tables import DISAGREEMENTS
from db.postgres import BINARY
from db.search_postings import SPAN
from db.store import Unit
from scoring.types import Verdict

_D = DISAGREEMENTS.c
_OUTLINES = sa.select(_D.id, _D.expert, _D.verdict, _D.ai_verdict, _D.flags, _D.disputed, _D.reasons)


class Asking:
    """One unit's database."""

    def __init__(self, unit: Unit) -> None:
        self._connection = unit.connection()
        self._sqlite = self._connection.dialect.name == "sqlite"

    def postings(self, words: Collection[str]) -> list[tuple[str, int, bytes | None]]:
        """The rows of these words (word, block, places), and first ("", the last number or 0, None)."""
        rows: list[tuple[str, int, bytes | None]] = self._bare(_postings(self._sqlite), words=json.dumps(sorted(words)))
        return rows

    def vectors(self, numbers: Sequence[int]) -> list[tuple[int, bytes]]:
        rows: list[tuple[int, bytes]] = self._bare(_vectors(self._sqlite), numbers=json.dumps(numbers))
        return rows

    def near(self, head: str, tail: str, shortest: int, longest: int) -> dict[str, int]:
        """Words that begin or end like this, and how many documents have them."""
        values = {"head": head, "tail": tail, "shortest": shortest, "longest": longest}
        return dict(self._connection.execute(_NEAR, values).all())

    def numbers(self, ids: Collection[str]) -> list[int]:
        """Of the documents of these disagreements."""
        return list(self._connection.execute(_numbers(self._sqlite), {"ids": json.dumps(sorted(ids))}).scalars())

    def outside(self, since: datetime | None, until: datetime | None) -> tuple[list[int], list[int]]:
        """What was opened before or after: the spans all of whose documents were, and the numbers in other spans."""
        given = {name: value for name, value in (("since", since), ("until", until)) if value is not None}
        found = self._connection.execute(_outside(self._sqlite, frozenset(given)), given).one()
        parts, numbers = (map(int, one.split(",")) if isinstance(one, str) else one or () for one in found)
        return list(parts), list(numbers)

    def shown(self, numbers: Sequence[int]) -> list[Any]:
        """What hits show."""
        return list(self._connection.execute(_shown(self._sqlite), {"numbers": json.dumps(numbers)}).all())

    def outlines(self, ids: Sequence[str]) -> Mapping[str, Outline]:
        """What these disagreements were about."""
        rows = self._connection.execute(_OUTLINES.where(_D.id.in_(ids)))
        return {
            row.id: Outline(
                row.expert, Verdict(row.verdict), Verdict(row.ai_verdict), tuple(row.disputed or row.flags),
                tuple(row.reasons),
            )
            for row in rows
        }  # fmt: skip

    def _bare(self, statement: str, **values: Any) -> Any:
        """Rows as the driver gives them, bytes as they are: what is asked for each question, and many at a time."""
        return self._connection.exec_driver_sql(statement, values, execution_options=BINARY).all()


def _in(column: str, name: str, *, sqlite: bool, bare: bool = False) -> str:
    if sqlite:
        return f"{column} IN (SELECT value FROM json_each(:{name}))"  # noqa: S608 - names of ours
    # By way of a SELECT, PostgreSQL does not plan anew for each list, which takes it longer than to answer. And it
    # reads JSON in less time than psycopg takes to write an array.
    each = f"json_array_elements_text(CAST({f'%({name})s' if bare else f':{name}'} AS json))"
    return f"{column} = ANY(ARRAY(SELECT {f'CAST({each} AS bigint)' if name == 'numbers' else each}))"


@cache
def _postings(sqlite: bool) -> str:  # noqa: FBT001 - the database's kind is all there is
    words = _in("word", "words", sqlite=sqlite, bare=True)
    return (
        "SELECT '', coalesce(max(seq), 0), NULL FROM search_documents "  # noqa: S608 - names of ours
        f"UNION ALL SELECT word, block, places FROM search_postings WHERE {words}"
    )


@cache
def _vectors(sqlite: bool) -> str:  # noqa: FBT001 - as above
    return f"SELECT seq, vector FROM search_vectors WHERE {_in('seq', 'numbers', sqlite=sqlite, bare=True)}"  # noqa: S608


_NEAR = sa.text(
    "SELECT word, documents FROM search_words WHERE (head = :head OR tail = :tail) "
    "AND length(word) BETWEEN :shortest AND :longest"
)


@cache
def _numbers(sqlite: bool) -> sa.TextClause:  # noqa: FBT001 - as above
    return sa.text(f"SELECT seq FROM search_documents WHERE {_in('disagreement_id', 'ids', sqlite=sqlite)}")  # noqa: S608


@cache
def _outside(sqlite: bool, given: frozenset[str]) -> sa.TextClause:  # noqa: FBT001 - as above
    def either(since: str, until: str) -> str:
        return "(" + " OR ".join(c for name, c in (("since", since), ("until", until)) if name in given) + ")"

    each = "group_concat" if sqlite else "array_agg"
    none = either("last_at < :since", "first_at >= :until")
    some = either("first_at < :since", "last_at >= :until")
    # Of the documents between the first and the last span that is partly outside, only such spans' own can be so.
    made = sa.text(
        f"WITH edge AS (SELECT min(part) AS low, max(part) AS high FROM search_spans WHERE {some} AND NOT {none}) "  # noqa: S608
        f"SELECT (SELECT {each}(part) FROM search_spans WHERE {none}), (SELECT {each}(seq) FROM search_documents "
        f"WHERE seq >= (SELECT low * {SPAN} FROM edge) AND seq < (SELECT (high + 1) * {SPAN} FROM edge) "
        f"AND {either('opened_at < :since', 'opened_at >= :until')})"
    )
    return made.bindparams(*(sa.bindparam(name, type_=UtcDateTime()) for name in sorted(given)))


@cache
def _shown(sqlite: bool) -> sa.Executable:  # noqa: FBT001 - as above
    return sa.text(
        "SELECT d.seq, d.disagreement_id, d.channel, d.won, d.opened_at, t.review_id, t.campaign, t.market, t.creator, "  # noqa: S608
        "t.handle, t.lesson, t.texts FROM search_documents d JOIN search_texts t ON t.seq = d.seq "
        f"WHERE {_in('d.seq', 'numbers', sqlite=sqlite)}"
    ).columns(opened_at=UtcDateTime(), texts=sa.JSON())
