"""The rows that search reads: what is narrow apart from what is wide, and which documents have each word.

All of it is made of the disagreements' own rows and can be made anew; it is the same on both databases.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from db.columns import Row, moment, plain_json, table_of

_SEQ = sa.BigInteger().with_variant(sa.Integer, "sqlite")


class SearchDocumentRow(Row, table=True):
    """One disagreement as it is found."""

    __tablename__ = "search_documents"
    seq: int | None = Field(default=None, sa_column=sa.Column(_SEQ, primary_key=True, autoincrement=True))
    """Grows with time: the newest first."""
    disagreement_id: str = Field(unique=True)
    channel: str
    won: str
    opened_at: datetime = moment()


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


class SearchPostingRow(Row, table=True):
    """Which of fifteen thousand documents that follow each other have a token (`scoring.postings`).

    Tokens are the documents' words, their tags, and their channels, each as `search_texts.tokens` has them.
    """

    __tablename__ = "search_postings"
    # SQLite then has a word's rows beside each other, and not each in a place of its own.
    __table_args__ = ({"sqlite_with_rowid": False},)
    word: str = Field(primary_key=True)
    block: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    places: bytes


class SearchBlockRow(Row, table=True):
    """Whether the rows of fifteen thousand documents are still those that somebody has read.

    Another random version with each change, by a trigger on `search_postings`: whoever changes it, in whatever way.
    """

    __tablename__ = "search_blocks"
    block: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    version: str


class SearchSpanRow(Row, table=True):
    """Between when and when 250 documents that follow each other were opened: they do so nearly in order.

    Never too narrow; it may be too wide when documents are gone.
    """

    __tablename__ = "search_spans"
    part: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    first_at: datetime = moment()
    last_at: datetime = moment()


DOCUMENTS = table_of(SearchDocumentRow)
TEXTS = table_of(SearchTextRow)
VECTORS = table_of(SearchVectorRow)
WORDS = table_of(SearchWordRow)
POSTINGS = table_of(SearchPostingRow)
SPANS = table_of(SearchSpanRow)
sa.Index("ix_search_words_head", WORDS.c.head)
sa.Index("ix_search_words_tail", WORDS.c.tail)
