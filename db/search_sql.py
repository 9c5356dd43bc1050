"""What search asks the databases, in their own words: few statements, each compiled once.

Tokens are quoted where they stand in a MATCH or a tsquery: whatever somebody typed is looked for and not obeyed.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import sqlalchemy as sa

from bot.core.search import Filters, Outline, Won
from db.columns import UtcDateTime
from db.knowledge_tables import DISAGREEMENTS
from db.store import Unit
from scoring.types import Verdict

_D = DISAGREEMENTS.c
_OUTLINES = sa.select(_D.id, _D.expert, _D.verdict, _D.ai_verdict, _D.flags, _D.disputed, _D.reasons)
_COUNTS = ", ".join(f"count(*) FILTER (WHERE d.won = '{won.value}')" for won in Won)


@dataclass(frozen=True, slots=True)
class Match:
    """What the index is asked: all of the tags, and of one of these sets of words every word by any of its tokens."""

    tags: tuple[str, ...]
    ways: tuple[tuple[tuple[str, ...], ...], ...] = ()

    def said(self, *, sqlite: bool) -> str:
        both, either = (" AND ", " OR ") if sqlite else (" & ", " | ")
        one = _fts5 if sqlite else _lexeme
        parts = [one(tag) for tag in self.tags]
        if self.ways:
            ways = (both.join("(" + either.join(map(one, word)) + ")" for word in way) for way in self.ways)
            parts.append("(" + either.join(f"({way})" for way in ways) + ")")
        return both.join(parts)


def _fts5(token: str) -> str:
    return '"' + token.replace('"', '""') + '"'


def _lexeme(token: str) -> str:
    return "'" + token.replace("\\", "\\\\").replace("'", "''") + "'"


class Asking:
    """One unit's database, asked by one person: `channels` is what they see, None everything; but not `hidden`."""

    def __init__(self, unit: Unit, channels: Collection[str] | None, hidden: Collection[str] = ()) -> None:
        self._connection = unit.connection()
        self._sqlite = self._connection.dialect.name == "sqlite"
        if not self._sqlite:
            # The planner knows nothing of what it costs to fetch a row's tokens, and would rather read them all.
            self._connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        self._channels = None if channels is None else self._several(sorted(set(channels)))
        self._hidden = self._several(sorted(set(hidden))) if hidden else None

    def known(self, tokens: Collection[str]) -> dict[str, int]:
        """How many documents have each of these, and under "" how many there are."""
        rows = self._connection.execute(_known(self._sqlite), {"words": self._several(sorted(tokens))})
        return {word: documents or 0 for word, documents in rows}

    def near(self, head: str, tail: str, shortest: int, longest: int) -> dict[str, int]:
        """Words that begin or end like this, and how many documents have them."""
        values = {"head": head, "tail": tail, "shortest": shortest, "longest": longest}
        return dict(self._connection.execute(_NEAR, values).all())

    def matching(self, match: Match, filters: Filters | None = None) -> tuple[list[int], dict[Won, int]]:
        """The numbers of all that match and may be seen, newest first, and how many of them ended how."""
        said = match.said(sqlite=self._sqlite)
        since, until = (filters.since, filters.until) if filters else (None, None)
        kept = self._given(match=said, since=since, until=until)
        statement = _matching(self._sqlite, frozenset(kept))
        numbers, *counts = self._connection.execute(statement, kept).one()
        if not numbers:
            return [], {}
        every = map(int, numbers.split(",")) if self._sqlite else numbers
        by_won = {won: count for won, count in zip(Won, counts, strict=True) if count}
        return sorted(every, reverse=True), by_won

    def sees(self, tokens: Sequence[str]) -> bool:
        """Whether any of what may be seen has one of these: always so for whom nothing is hidden."""
        if self._channels is None and self._hidden is None:
            return True
        kept = self._given(match=Match((), ((tuple(tokens),),)).said(sqlite=self._sqlite))
        return self._connection.execute(_any(self._sqlite, frozenset(kept)), kept).first() is not None

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

    def _given(self, **values: Any) -> dict[str, Any]:
        """What a question is about, and what of everything its asker sees."""
        every = {**values, "channels": self._channels, "hidden": self._hidden}
        return {name: value for name, value in every.items() if value not in (None, "")}

    def vectors(self, numbers: Sequence[int]) -> list[tuple[int, bytes]]:
        rows = self._connection.execute(_wanted(self._sqlite, "vectors"), {"numbers": self._several(numbers)})
        return [(seq, vector) for seq, vector in rows]

    def shown(self, numbers: Sequence[int]) -> Mapping[int, Any]:
        """What a hit shows, by number."""
        rows = self._connection.execute(_wanted(self._sqlite, "texts"), {"numbers": self._several(numbers)})
        return {row.seq: row for row in rows}

    def _several(self, values: Sequence[Any]) -> Any:
        return json.dumps(values) if self._sqlite else list(values)


def _in(column: str, name: str, *, sqlite: bool) -> str:
    if sqlite:
        return f"{column} IN (SELECT value FROM json_each(:{name}))"  # noqa: S608 - names of ours
    return f"{column} = ANY(:{name})"


@cache
def _known(sqlite: bool) -> sa.TextClause:  # noqa: FBT001 - the database's kind is all there is
    words = _in("word", "words", sqlite=sqlite)
    return sa.text(
        f"SELECT word, documents FROM search_words WHERE {words}"  # noqa: S608 - names of ours
        " UNION ALL SELECT '', max(seq) FROM search_documents"
    )


_NEAR = sa.text(
    "SELECT word, documents FROM search_words WHERE (head = :head OR tail = :tail) "
    "AND length(word) BETWEEN :shortest AND :longest"
)


@cache
def _matching(sqlite: bool, given: frozenset[str]) -> sa.TextClause:  # noqa: FBT001 - as above
    numbers = "group_concat(d.seq)" if sqlite else "array_agg(d.seq)"
    made = sa.text(f"SELECT {numbers}, {_COUNTS} {_from_where(sqlite, given)}")
    times = [sa.bindparam(name, type_=UtcDateTime()) for name in ("since", "until") if name in given]
    return made.bindparams(*times)


@cache
def _any(sqlite: bool, given: frozenset[str]) -> sa.TextClause:  # noqa: FBT001 - as above
    return sa.text(f"SELECT 1 {_from_where(sqlite, given)} LIMIT 1")


def _from_where(sqlite: bool, given: frozenset[str]) -> str:  # noqa: FBT001 - as above
    # The index first, whatever the planner thinks of it: rows are looked up one by one.
    joined = "search_index i CROSS JOIN search_documents d" if sqlite and "match" in given else "search_documents d"
    conditions = {
        "match": "search_index MATCH :match AND d.seq = i.rowid" if sqlite else "d.tokens @@ CAST(:match AS tsquery)",
        "channels": _in("d.channel", "channels", sqlite=sqlite),
        "hidden": f"NOT ({_in('d.disagreement_id', 'hidden', sqlite=sqlite)})",
        "since": "d.opened_at >= :since",
        "until": "d.opened_at < :until",
    }
    where = " AND ".join(condition for name, condition in conditions.items() if name in given) or "true"
    return f"FROM {joined} WHERE {where}"


@cache
def _wanted(sqlite: bool, what: str) -> sa.Executable:  # noqa: FBT001 - as above
    if what == "vectors":
        return sa.text(f"SELECT seq, vector FROM search_vectors WHERE {_in('seq', 'numbers', sqlite=sqlite)}")  # noqa: S608
    return sa.text(
        "SELECT d.seq, d.disagreement_id, d.channel, d.won, d.opened_at, t.review_id, t.campaign, t.market, t.creator, "  # noqa: S608
        "t.handle, t.lesson, t.texts FROM search_documents d JOIN search_texts t ON t.seq = d.seq "
        f"WHERE {_in('d.seq', 'numbers', sqlite=sqlite)}"
    ).columns(opened_at=UtcDateTime(), texts=sa.JSON())
