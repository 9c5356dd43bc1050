"""Search: a document for each disagreement, the words they use, and an index of its own kind for each database"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_SEQ = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_FTS5 = (
    "CREATE VIRTUAL TABLE search_index USING fts5(tokens, content='search_texts', content_rowid='seq', "
    "detail=none, columnsize=0, tokenize=\"ascii tokenchars '!#$%&()*+,-./:;<=>?@[\\]^_`{|}~'\")"
)


def upgrade() -> None:
    op.create_table(
        "search_documents",
        sa.Column("seq", _SEQ, autoincrement=True, nullable=False),
        sa.Column("disagreement_id", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("won", sa.String(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tokens", sa.Text().with_variant(TSVECTOR(), "postgresql"), nullable=True),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("disagreement_id"),
        postgresql_with={"toast_tuple_target": 128},
    )
    op.create_table(
        "search_texts",
        sa.Column("seq", _SEQ, nullable=False),
        sa.Column("review_id", sa.String(), nullable=False),
        sa.Column("campaign", sa.String(), nullable=False),
        sa.Column("market", sa.String(), nullable=False),
        sa.Column("creator", sa.String(), nullable=False),
        sa.Column("handle", sa.String(), nullable=False),
        sa.Column("lesson", sa.String(), nullable=False),
        sa.Column("texts", sa.JSON(), nullable=False),
        sa.Column("tokens", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["seq"], ["search_documents.seq"]),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_table(
        "search_vectors",
        sa.Column("seq", _SEQ, nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["seq"], ["search_documents.seq"]),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_table(
        "search_words",
        sa.Column("word", sa.String(), nullable=False),
        sa.Column("documents", sa.Integer(), nullable=False),
        sa.Column("head", sa.String(), nullable=False),
        sa.Column("tail", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("word"),
    )
    op.create_index("ix_search_words_head", "search_words", ["head"])
    op.create_index("ix_search_words_tail", "search_words", ["tail"])
    if op.get_bind().dialect.name == "sqlite":
        op.get_bind().exec_driver_sql(_FTS5)
    else:
        op.create_index(
            "ix_search_documents_tokens", "search_documents", ["tokens"],
            postgresql_using="gin", postgresql_with={"fastupdate": "off"},
        )  # fmt: skip


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.get_bind().exec_driver_sql("DROP TABLE search_index")
    op.drop_table("search_words")
    op.drop_table("search_vectors")
    op.drop_table("search_texts")
    op.drop_table("search_documents")
