"""What search asks the databases, in their own words: few statements, each made once.

Tokens are parameters, lists of them one: whatever somebody typed is looked for and not obeyed.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from bot.core.search import Outline
from db import bare
from db.columns import UtcDateTime
from db.knowledge_tables import DISAGREEMENTS
from db.search_postings import SPAN
from db.store import Unit
from scoring.types import Verdict

_D = DISAGREEMENTS.c
_OUTLINES = sa.select(_D.id, _D.expert, _D.verdict, _D.ai_verdict, _D.flags, _D.disputed, _D.reasons)
_MOMENT = UtcDateTime()


class Shown(NamedTuple):
    """What a hit shows of a document."""

    seq: int
    disagreement_id: str
    channel: str
    won: str
    review_id: str
    campaign: str
    market: str
    creator: str
    handle: str
    lesson: str
    opened_at: datetime
    texts: list[str]


class Asking:
    """One unit's database."""

    def __init__(self, unit: Unit) -> None:
        self._connection = unit.connection()
        self._sqlite = self._connection.dialect.name == "sqlite"

    def postings(
        self, words: Collection[str], held: Collection[str] = (), versions: Collection[str] = ()
    ) -> tuple[int, dict[int, str], list[tuple[str, int, bytes]]]:
        """The last number or 0, the version of each block, and rows (word, block, places).

        All of `words`, and of those that somebody holds what is in blocks that have none of these versions.
        """
        asked = {"words": sorted(words), "held": sorted(held), "versions": sorted(versions)}
        rows = self._rows(_postings(self._sqlite), **{name: json.dumps(values) for name, values in asked.items()})
        blocks = {version: block for version, block, places in rows if places is None}
        last = blocks.pop("")
        now = {block: version for version, block in blocks.items()}
        return last, now, [row for row in rows if row[2] is not None]

    def vectors(self, numbers: Sequence[int]) -> list[tuple[Any, ...]]:
        """(number, vector) of each."""
        return self._rows(_vectors(self._sqlite), numbers=json.dumps(numbers))

    def near(self, head: str, tail: str, shortest: int, longest: int) -> dict[str, int]:
        """Words that begin or end like this, and how many documents have them."""
        return dict(self._rows(_NEAR, head=head, tail=tail, shortest=shortest, longest=longest))

    def numbers(self, ids: Collection[str]) -> list[int]:
        """Of the documents of these disagreements."""
        return [number for (number,) in self._rows(_numbers(self._sqlite), ids=json.dumps(sorted(ids)))]

    def outside(self, since: datetime | None, until: datetime | None) -> tuple[list[int], list[int]]:
        """What was opened before or after: the spans all of whose documents were, and the numbers in other spans."""
        turned: Any = _MOMENT.bind_processor(self._connection.dialect)
        asked = (("since", since), ("until", until))
        given = {name: turned(value) for name, value in asked if value is not None}
        [found] = self._rows(_outside(self._sqlite, frozenset(given)), **given)
        parts, numbers = (map(int, one.split(",")) if isinstance(one, str) else one or () for one in found)
        return list(parts), list(numbers)

    def shown(self, numbers: Sequence[int]) -> list[Shown]:
        """What hits show."""
        turned: Any = _MOMENT.result_processor(self._connection.dialect, None)
        made = [Shown(*row) for row in self._rows(_shown(self._sqlite), numbers=json.dumps(numbers))]
        read: Any = json.loads if self._sqlite else list
        return [one._replace(opened_at=turned(one.opened_at), texts=read(one.texts)) for one in made]

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

    def _rows(self, statement: str, **values: Any) -> list[tuple[Any, ...]]:
        return bare.rows(self._connection, statement, values)


def _in(column: str, name: str, *, sqlite: bool) -> str:
    """Whether a column is in the list that a parameter is."""
    if sqlite:
        return _any(column, f"SELECT value FROM json_each(:{name})", sqlite=True)  # noqa: S608 - names of ours
    # PostgreSQL reads JSON in less time than psycopg takes to write an array.
    each = f"json_array_elements_text(CAST(:{name} AS json))"
    return _any(column, f"SELECT {f'CAST({each} AS bigint)' if name == 'numbers' else each}", sqlite=False)


def _any(column: str, select: str, *, sqlite: bool) -> str:
    # As an array, PostgreSQL does not plan anew for each list, which takes it longer than to answer.
    return f"{column} IN ({select})" if sqlite else f"{column} = ANY(ARRAY({select}))"


@cache
def _postings(sqlite: bool) -> str:  # noqa: FBT001 - the database's kind is all there is
    nothing = "NULL" if sqlite else "CAST(NULL AS bytea)"
    words, held, versions = (
        _in(column, name, sqlite=sqlite)
        for column, name in (("word", "words"), ("word", "held"), ("version", "versions"))
    )
    changed = _any("block", f"SELECT block FROM search_blocks WHERE NOT ({versions})", sqlite=sqlite)  # noqa: S608
    rows = "SELECT word, block, places FROM search_postings"
    return (
        f"SELECT '', coalesce(max(seq), 0), {nothing} FROM search_documents "  # noqa: S608 - names of ours
        f"UNION ALL SELECT version, block, {nothing} FROM search_blocks "
        f"UNION ALL {rows} WHERE {words} UNION ALL {rows} WHERE {held} AND {changed}"
    )


@cache
def _vectors(sqlite: bool) -> str:  # noqa: FBT001 - as above
    return f"SELECT seq, vector FROM search_vectors WHERE {_in('seq', 'numbers', sqlite=sqlite)}"  # noqa: S608


_NEAR = (
    "SELECT word, documents FROM search_words WHERE (head = :head OR tail = :tail) "
    "AND length(word) BETWEEN :shortest AND :longest"
)


@cache
def _numbers(sqlite: bool) -> str:  # noqa: FBT001 - as above
    return f"SELECT seq FROM search_documents WHERE {_in('disagreement_id', 'ids', sqlite=sqlite)}"  # noqa: S608


@cache
def _outside(sqlite: bool, given: frozenset[str]) -> str:  # noqa: FBT001 - as above
    def either(since: str, until: str) -> str:
        return "(" + " OR ".join(c for name, c in (("since", since), ("until", until)) if name in given) + ")"

    each = "group_concat" if sqlite else "array_agg"
    none = either("last_at < :since", "first_at >= :until")
    some = either("first_at < :since", "last_at >= :until")
    # Of the documents between the first and the last span that is partly outside, only such spans' own can be so.
    return (
        f"WITH edge AS (SELECT min(part) AS low, max(part) AS high FROM search_spans WHERE {some} AND NOT {none}) "  # noqa: S608
        f"SELECT (SELECT {each}(part) FROM search_spans WHERE {none}), (SELECT {each}(seq) FROM search_documents "
        f"WHERE seq >= (SELECT low * {SPAN} FROM edge) AND seq < (SELECT (high + 1) * {SPAN} FROM edge) "
        f"AND {either('opened_at < :since', 'opened_at >= :until')})"
    )


@cache
def _shown(sqlite: bool) -> str:  # noqa: FBT001 - as above
    columns = ", ".join(f"{'d' if name in _NARROW else 't'}.{name}" for name in Shown._fields)
    return (
        f"SELECT {columns} FROM search_documents d JOIN search_texts t ON t.seq = d.seq "  # noqa: S608 - names of ours
        f"WHERE {_in('d.seq', 'numbers', sqlite=sqlite)}"
    )


_NARROW = ("seq", "disagreement_id", "channel", "won", "opened_at")
