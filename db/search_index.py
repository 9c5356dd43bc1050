"""Writing what search finds: a disagreement's document, in the unit that changes the disagreement.

`index` reads the rows and makes the document anew; nothing else needs to be known about what changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from db.search_tables import DOCUMENTS, TEXTS, VECTORS, WORDS
from db.store import Unit, sliced
from scoring import ranking
from scoring.spelling import ends, other_script
from scoring.text import LANGUAGE_OF_MARKET, plain, tokens

#: Letters of one text that are looked at: a reply holds at most 40,000.
_LONGEST = 40_000
#: PostgreSQL puts wide values beside the table only when a row has two thousand bytes, or had such values before. Rows
#: of tokens have less, and a question that visits a thousand of them would visit as many pages: so a new row is filled
#: with this, which cannot be compressed, and its tokens take that place.
ROOM = "".join(sha256(bytes([n])).hexdigest() for n in range(40))
#: What a key begins with that stands for a filter.
TAG = "="


@dataclass(frozen=True, slots=True)
class Document:
    """A disagreement as search sees it. Texts are as they were typed, markup and all."""

    disagreement_id: str
    review_id: str
    campaign: str
    channel: str
    market: str
    creator: str
    handle: str
    won: str
    opened_at: datetime
    by: str
    flags: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    lesson: str = ""
    narratives: tuple[str, ...] = ()
    comments: tuple[str, ...] = ()
    replies: tuple[str, ...] = ()


def tags(**filters: str | None) -> list[str]:
    """The keys that documents with these properties have: `market`, `flag`, `reason`, `by`, `won`, `campaign`."""
    return [TAG + f"{name}:{value}".lower().replace(" ", "_") for name, value in filters.items() if value is not None]


def tagged(document: Document) -> list[str]:
    """A document's own."""
    found = [
        *tags(market=document.market, by=document.by, won=document.won, campaign=document.campaign),
        *(tag for flag in document.flags for tag in tags(flag=flag)),
        *(tag for reason in document.reasons for tag in tags(reason=reason)),
    ]
    return list(dict.fromkeys(found))


@dataclass(frozen=True, slots=True)
class Entry:
    """What is written of a document."""

    narrow: dict[str, Any]
    """For search_documents, without what PostgreSQL indexes."""
    wide: Mapping[str, Any]
    """For search_texts, all but its number."""
    vector: bytes
    words: frozenset[str]
    """What is counted."""


def entry(document: Document, names: Mapping[str, str] | None = None) -> Entry:
    """A document as it is written. `names` are people's, by user id."""
    language = LANGUAGE_OF_MARKET.get(document.market.upper())
    said = _said(document, names or {})
    fields = [(name, tokens(text, language)) for name, text in said]
    fields.append(("creator", _name_tokens(document)))
    words = frozenset(token for _, found in fields for token in found)
    narrow = {
        "disagreement_id": document.disagreement_id, "channel": document.channel, "won": document.won,
        "opened_at": document.opened_at,
    }  # fmt: skip
    wide = {
        "review_id": document.review_id, "campaign": document.campaign, "market": document.market,
        "creator": document.creator, "handle": document.handle, "lesson": plain(document.lesson, names),
        "texts": [text for _, text in said if text], "tokens": " ".join([*sorted(words), *tagged(document)]),
    }  # fmt: skip
    return Entry(narrow, wide, ranking.vector(fields), words)


def put(unit: Unit, documents: Iterable[Document], names: Mapping[str, str] | None = None) -> None:
    """Write documents, whether or not they are there already. `names` are people's, by user id.

    The last thing that a unit does: on PostgreSQL the words that it counts are locked until it is committed.
    """
    changed: dict[str, int] = {}
    for document in documents:
        made = entry(document, names)
        seq = _number(unit, made, changed)
        for word in made.words:
            changed[word] = changed.get(word, 0) + 1
        _write(unit, seq, made)
    _count(unit, changed)


def _number(unit: Unit, made: Entry, changed: dict[str, int]) -> int:
    """The number of its narrow row, written; what else was there of it is taken out."""
    mine = DOCUMENTS.c.disagreement_id == made.narrow["disagreement_id"]
    seq: int | None = unit.execute(sa.select(DOCUMENTS.c.seq).where(mine)).scalar()
    if seq is None:
        narrow = made.narrow if unit.get_bind().dialect.name == "sqlite" else made.narrow | {"room": ROOM}
        return int(unit.execute(sa.insert(DOCUMENTS).values(**narrow).returning(DOCUMENTS.c.seq)).scalar_one())
    unit.execute(sa.update(DOCUMENTS).where(DOCUMENTS.c.seq == seq).values(**made.narrow))
    for word in _take_out(unit, seq):
        changed[word] = changed.get(word, 0) - 1
    return seq


def _write(unit: Unit, seq: int, made: Entry) -> None:
    unit.execute(sa.insert(TEXTS).values(seq=seq, **made.wide))
    unit.execute(sa.insert(VECTORS).values(seq=seq, vector=made.vector))
    found_by = made.wide["tokens"]
    if unit.get_bind().dialect.name == "sqlite":
        added = sa.text("INSERT INTO search_index (rowid, tokens) VALUES (:seq, :tokens)")
        unit.execute(added, {"seq": seq, "tokens": found_by})
        return
    lexemes = sa.func.array_to_tsvector(sa.cast(found_by.split(), postgresql.ARRAY(sa.Text())))
    unit.execute(sa.update(DOCUMENTS).where(DOCUMENTS.c.seq == seq).values(tokens=lexemes, room=None))


def forget(unit: Unit, disagreement_id: str) -> None:
    """Take a disagreement out, if it is there."""
    seq = unit.execute(sa.select(DOCUMENTS.c.seq).where(DOCUMENTS.c.disagreement_id == disagreement_id)).scalar()
    if seq is None:
        return
    changed = dict.fromkeys(_take_out(unit, seq), -1)
    unit.execute(sa.delete(DOCUMENTS).where(DOCUMENTS.c.seq == seq))
    _count(unit, changed)


def _said(document: Document, names: Mapping[str, str]) -> list[tuple[str, str]]:
    """What people wrote, by field, the most telling first."""
    parts = (
        ("lesson", (document.lesson,)), ("narrative", document.narratives), ("comment", document.comments),
        ("reply", document.replies),
    )  # fmt: skip
    return [(name, plain(text[:_LONGEST], names)) for name, texts in parts for text in texts]


def _name_tokens(document: Document) -> list[str]:
    """A creator is found by handle and by name, in the letters of either alphabet."""
    found = tokens(f"{document.creator} @{document.handle.lstrip('@')}")
    others = [other_script(word) for word in document.creator.split()]
    return [*found, *(token for word in others if word for token in tokens(word))]


def _take_out(unit: Unit, seq: int) -> set[str]:
    """Remove what is wide of a document, and its entries in the index; the words that it had."""
    keys: str = unit.execute(sa.select(TEXTS.c.tokens).where(TEXTS.c.seq == seq)).scalar_one()
    if unit.get_bind().dialect.name == "sqlite":
        unit.execute(
            sa.text("INSERT INTO search_index (search_index, rowid, tokens) VALUES ('delete', :seq, :keys)"),
            {"seq": seq, "keys": keys},
        )
    unit.execute(sa.delete(TEXTS).where(TEXTS.c.seq == seq))
    unit.execute(sa.delete(VECTORS).where(VECTORS.c.seq == seq))
    return {key for key in keys.split() if not key.startswith(TAG)}


def _count(unit: Unit, changed: Mapping[str, int]) -> None:
    """Words used by more or fewer documents. In the order of the words, so that no two units wait for each other."""
    rows: list[dict[str, Any]] = [
        {"word": word, "documents": by, "head": ends(word)[0], "tail": ends(word)[1]}
        for word, by in sorted(changed.items())
        if by
    ]
    if not rows:
        return
    insert: Any = (sqlite if unit.get_bind().dialect.name == "sqlite" else postgresql).insert(WORDS)
    more = insert.on_conflict_do_update(
        index_elements=[WORDS.c.word], set_={"documents": WORDS.c.documents + insert.excluded.documents}
    )
    for part in sliced(rows):
        unit.execute(more, part)
    for gone in sliced([row["word"] for row in rows if row["documents"] < 0]):
        unit.execute(sa.delete(WORDS).where(WORDS.c.word.in_(gone), WORDS.c.documents <= 0))
