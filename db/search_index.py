"""Writing what search finds: a disagreement's document, in the unit that changes the disagreement.

`index` reads the rows and makes the document anew; nothing else needs to be known about what changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from db import turns
from db.search_postings import TAG, Change, widen
from db.search_tables import DOCUMENTS, TEXTS, VECTORS
from db.store import Unit
from scoring import ranking
from scoring.spelling import other_script
from scoring.text import LANGUAGE_OF_MARKET, plain, tokens

#: Letters of one text that are looked at: a reply holds at most 40,000.
_LONGEST = 40_000


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


def channel_key(channel: str) -> str:
    """The key that documents of a channel have, to the letter: it decides who sees them."""
    return f"{TAG}channel:{channel}"


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
    """For search_documents."""
    wide: Mapping[str, Any]
    """For search_texts, all but its number."""
    vector: bytes
    words: frozenset[str]
    """What is counted."""

    @property
    def keys(self) -> set[str]:
        """All that it is found by."""
        return {*self.wide["tokens"].split(), channel_key(self.narrow["channel"])}


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

    The last thing that a unit does: on PostgreSQL one unit at a time writes here, until it is committed.
    """
    entries = [entry(document, names) for document in documents]
    turns.to_index(unit)
    change = Change()
    for made in entries:
        seq, before = _number(unit, made)
        change.of(seq, before, made.keys)
        unit.execute(sa.insert(TEXTS).values(seq=seq, **made.wide))
        unit.execute(sa.insert(VECTORS).values(seq=seq, vector=made.vector))
        widen(unit, seq, made.narrow["opened_at"])
    change.write(unit)


def forget(unit: Unit, disagreement_id: str) -> None:
    """Take a disagreement out, if it is there."""
    turns.to_index(unit)
    found = unit.execute(_NUMBER.where(DOCUMENTS.c.disagreement_id == disagreement_id)).first()
    if found is None:
        return
    change = Change()
    change.of(found.seq, _take_out(unit, found.seq, found.channel), set())
    unit.execute(sa.delete(DOCUMENTS).where(DOCUMENTS.c.seq == found.seq))
    change.write(unit)


_NUMBER = sa.select(DOCUMENTS.c.seq, DOCUMENTS.c.channel)


def _number(unit: Unit, made: Entry) -> tuple[int, set[str]]:
    """The number of its narrow row, written, and by what it was found before; what is wide of that is taken out."""
    found = unit.execute(_NUMBER.where(DOCUMENTS.c.disagreement_id == made.narrow["disagreement_id"])).first()
    if found is None:
        written = unit.execute(sa.insert(DOCUMENTS).values(**made.narrow).returning(DOCUMENTS.c.seq))
        return int(written.scalar_one()), set()
    unit.execute(sa.update(DOCUMENTS).where(DOCUMENTS.c.seq == found.seq).values(**made.narrow))
    return found.seq, _take_out(unit, found.seq, found.channel)


def _take_out(unit: Unit, seq: int, channel: str) -> set[str]:
    """Remove what is wide of a document; all that it was found by."""
    keys: str = unit.execute(sa.select(TEXTS.c.tokens).where(TEXTS.c.seq == seq)).scalar_one()
    unit.execute(sa.delete(TEXTS).where(TEXTS.c.seq == seq))
    unit.execute(sa.delete(VECTORS).where(VECTORS.c.seq == seq))
    return {*keys.split(), channel_key(channel)}


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
