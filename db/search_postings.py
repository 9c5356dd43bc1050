"""Writing which documents have which word, how many have it, and when documents that follow each other were opened."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from db.prepared import among
from db.search_tables import POSTINGS, SPANS, WORDS
from db.store import Unit, sliced
from scoring import postings
from scoring.spelling import ends

#: What a key begins with that is no word: what stands for a filter, or for a channel.
TAG = "="
#: So many documents have one row that says between when and when they were opened.
SPAN = 250
_P = POSTINGS.c
_UPSERT_POSTGRES = """
INSERT INTO search_postings (word, block, places)
SELECT fresh.word, %(block)s, fresh.places FROM unnest(%(words)s::text[], %(places)s::bytea[]) AS fresh (word, places)
ON CONFLICT (word, block) DO UPDATE SET places = excluded.places
"""
_UPSERT_SQLITE = """
INSERT INTO search_postings (word, block, places) VALUES (?, ?, ?)
ON CONFLICT (word, block) DO UPDATE SET places = excluded.places
"""
_COUNT_SQLITE = """
INSERT INTO search_words (word, documents, head, tail) VALUES (:word, :documents, :head, :tail)
ON CONFLICT (word) DO UPDATE SET documents = search_words.documents + excluded.documents
"""
_COUNT_POSTGRES = """
INSERT INTO search_words (word, documents, head, tail)
SELECT * FROM unnest(%(word)s::text[], %(documents)s::int[], %(head)s::text[], %(tail)s::text[])
ON CONFLICT (word) DO UPDATE SET documents = search_words.documents + excluded.documents
"""


class Change:
    """What becomes of the index: by which keys documents are found anew, and by which no longer."""

    def __init__(self) -> None:
        self._places: dict[int, dict[str, dict[int, bool]]] = defaultdict(lambda: defaultdict(dict))
        """Of a block and a key, which place is put in (or taken out)."""

    def of(self, seq: int, before: set[str], after: set[str]) -> None:
        """A document was found by these keys, and is now found by those."""
        block, place = divmod(seq, postings.BLOCK)
        for key in before ^ after:
            places = self._places[block][key]
            if place in places:  # what the same document became a moment ago: there and back is no change
                del places[place]
            else:
                places[place] = key in after

    def write(self, unit: Unit) -> None:
        counted: dict[str, int] = defaultdict(int)
        for block, keys in self._places.items():
            for key, places in keys.items():
                if not key.startswith(TAG):
                    counted[key] += sum(1 if there else -1 for there in places.values())
            _write(unit, block, keys)
        _count(unit, counted)


def _write(unit: Unit, block: int, keys: Mapping[str, Mapping[int, bool]]) -> None:
    dialect = unit.get_bind().dialect.name
    here = sa.and_(_P.block == block, among(_P.word, "words", dialect))
    held = dict(unit.execute(sa.select(_P.word, _P.places).where(here), {"words": sorted(keys)}).all())
    kept: list[tuple[str, bytes]] = []
    for key, places in sorted(keys.items()):
        put_in, out = ([p for p, there in places.items() if there is wanted] for wanted in (True, False))
        kept.append((key, postings.changed(held.get(key, b""), put_in, out)))
    gone = [key for key, places in kept if not places]
    if gone:
        unit.execute(sa.delete(POSTINGS).where(here), {"words": gone})
    _upsert(unit, block, [(key, places) for key, places in kept if places], dialect)


def _upsert(unit: Unit, block: int, rows: Sequence[tuple[str, bytes]], dialect: str) -> None:
    if not rows:
        return
    if dialect == "sqlite":
        unit.connection().exec_driver_sql(_UPSERT_SQLITE, [(key, block, places) for key, places in rows])
        return
    words, places = zip(*rows, strict=True)
    unit.connection().exec_driver_sql(_UPSERT_POSTGRES, {"block": block, "words": list(words), "places": list(places)})


def _count(unit: Unit, changed: Mapping[str, int]) -> None:
    """Words used by more or fewer documents."""
    rows: list[dict[str, Any]] = [
        {"word": word, "documents": by, "head": ends(word)[0], "tail": ends(word)[1]}
        for word, by in sorted(changed.items())
        if by
    ]
    if not rows:
        return
    if unit.get_bind().dialect.name == "sqlite":
        unit.connection().exec_driver_sql(_COUNT_SQLITE, rows)
    else:
        columns = {name: [row[name] for row in rows] for name in rows[0]}
        unit.connection().exec_driver_sql(_COUNT_POSTGRES, columns)
    for fewer in sliced([row["word"] for row in rows if row["documents"] < 0]):
        unit.execute(sa.delete(WORDS).where(WORDS.c.word.in_(fewer), WORDS.c.documents <= 0))


def widen(unit: Unit, seq: int, opened_at: datetime) -> None:
    """Let a document's span hold the moment at which it was opened."""
    lite = unit.get_bind().dialect.name == "sqlite"
    insert: Any = (sqlite if lite else postgresql).insert(SPANS)
    made = insert.values(part=seq // SPAN, first_at=opened_at, last_at=opened_at)
    old, new = SPANS.c, made.excluded
    least, greatest = (sa.func.min, sa.func.max) if lite else (sa.func.least, sa.func.greatest)
    unit.execute(
        made.on_conflict_do_update(
            index_elements=[old.part],
            set_={"first_at": least(old.first_at, new.first_at), "last_at": greatest(old.last_at, new.last_at)},
            where=sa.or_(old.first_at > new.first_at, old.last_at < new.last_at),
        )
    )
