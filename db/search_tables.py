"""The rows that search reads: what is narrow apart from what is wide, and how often each word is used.

All of it is made of the disagreements' own rows and can be made anew. On SQLite the index itself is an FTS5 table over
`search_texts.tokens`, on PostgreSQL a GIN index on `search_documents.tokens`.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlmodel import Field

from db.columns import Row, moment, plain_json, table_of

_SEQ = sa.BigInteger().with_variant(sa.Integer, "sqlite")


class SearchDocumentRow(Row, table=True):
    """One disagreement as it is found: small rows, of which a question may visit thousands."""

    __tablename__ = "search_documents"
    # What is wide lies beside the table and not in it, or two thousand rows would be two thousand pages.
    __table_args__ = ({"postgresql_with": {"toast_tuple_target": 128}},)
    seq: int | None = Field(default=None, sa_column=sa.Column(_SEQ, primary_key=True, autoincrement=True))
    """Grows with time: the newest first."""
    disagreement_id: str = Field(unique=True)
    channel: str
    won: str
    opened_at: datetime = moment()
    tokens: str | None = Field(default=None, sa_column=sa.Column(sa.Text().with_variant(TSVECTOR(), "postgresql")))
    """PostgreSQL's index; SQLite has a table of its own for that."""
    room: str | None = None
    """On PostgreSQL, filled when the row is made and emptied when its tokens are written (`search_index._write`)."""


class SearchTextRow(Row, table=True):
    """What a hit shows, and every token that its document is found by."""

    __tablename__ = "search_texts"
    seq: int = Field(sa_column=sa.Column(_SEQ, sa.ForeignKey("search_documents.seq"), primary_key=True))
    review_id: str
    campaign: str
    market: str
    creator: str
    handle: str
    lesson: str
    texts: list[str] = plain_json()
    """What people wrote, as a reader sees it."""
    tokens: str
    """Separated by spaces."""


class SearchVectorRow(Row, table=True):
    """What a document is ranked by (`scoring.ranking`)."""

    __tablename__ = "search_vectors"
    seq: int = Field(sa_column=sa.Column(_SEQ, sa.ForeignKey("search_documents.seq"), primary_key=True))
    vector: bytes


class SearchWordRow(Row, table=True):
    """A token of the documents, how many have it, and its ends, by which a misspelt one is recognised."""

    __tablename__ = "search_words"
    word: str = Field(primary_key=True)
    documents: int
    head: str
    tail: str


DOCUMENTS = table_of(SearchDocumentRow)
TEXTS = table_of(SearchTextRow)
VECTORS = table_of(SearchVectorRow)
WORDS = table_of(SearchWordRow)
sa.Index("ix_search_words_head", WORDS.c.head)
sa.Index("ix_search_words_tail", WORDS.c.tail)
# No list of changes to be worked in later: it would be read by every question until somebody vacuums.
sa.Index(
    "ix_search_documents_tokens", DOCUMENTS.c.tokens, postgresql_using="gin", postgresql_with={"fastupdate": "off"}
).ddl_if(dialect="postgresql")

#: FTS5 with no text, positions or sizes of its own; everything that is no blank belongs to a token.
FTS5 = (
    "CREATE VIRTUAL TABLE search_index USING fts5(tokens, content='search_texts', content_rowid='seq', "
    "detail=none, columnsize=0, tokenize=\"ascii tokenchars '!#$%&()*+,-./:;<=>?@[\\]^_`{|}~'\")"
)
INDEX = sa.table("search_index", sa.column("rowid", sa.Integer()))


def _make(_table: sa.Table, connection: sa.Connection, **_how: object) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(FTS5)


sa.event.listen(TEXTS, "after_create", _make)
