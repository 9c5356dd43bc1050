"""Search: which documents have each word, in rows of our own, alike on both databases; their own indexes go"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import groupby

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_BLOCK = 15_000
_SPAN = 250
_AT_ONCE = 2_000
_FAR = 253
_STRIDES = ((255, 36 * _FAR), (254, 6 * _FAR), (253, _FAR))
_FTS5 = (
    "CREATE VIRTUAL TABLE search_index USING fts5(tokens, content='search_texts', content_rowid='seq', "
    "detail=none, columnsize=0, tokenize=\"ascii tokenchars '!#$%&()*+,-./:;<=>?@[\\]^_`{|}~'\")"
)


def upgrade() -> None:
    postings = op.create_table(
        "search_postings",
        sa.Column("word", sa.String(), nullable=False),
        sa.Column("block", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("places", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("word", "block"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "search_spans",
        sa.Column("part", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("part"),
    )
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE search_index")
    else:
        op.drop_index("ix_search_documents_tokens", "search_documents")
        op.execute("ALTER TABLE search_documents RESET (toast_tuple_target)")
    op.drop_column("search_documents", "tokens")
    op.drop_column("search_documents", "room")
    op.execute(
        "INSERT INTO search_spans (part, first_at, last_at) "  # noqa: S608 - a number of ours
        f"SELECT seq / {_SPAN}, min(opened_at), max(opened_at) FROM search_documents GROUP BY 1"
    )
    for block, found in groupby(_documents(), lambda one: one[0] // _BLOCK):
        places: dict[str, list[int]] = defaultdict(list)
        for seq, keys in found:
            for key in keys:
                places[key].append(seq % _BLOCK)
        rows = [{"word": word, "block": block, "places": _packed(places[word])} for word in sorted(places)]
        for start in range(0, len(rows), _AT_ONCE):
            op.bulk_insert(postings, rows[start : start + _AT_ONCE])


def _documents() -> Iterator[tuple[int, set[str]]]:
    """Each document's number and all that it is found by, in their order."""
    asked = sa.text(
        "SELECT d.seq, t.tokens, d.channel FROM search_documents d JOIN search_texts t ON t.seq = d.seq "
        "WHERE d.seq > :last ORDER BY d.seq LIMIT :most"
    )
    last: int | None = -1
    while last is not None:
        rows = op.get_bind().execute(asked, {"last": last, "most": _AT_ONCE}).all()
        for seq, tokens, channel in rows:
            yield seq, {*tokens.split(), f"=channel:{channel}"}
        last = rows[-1].seq if len(rows) == _AT_ONCE else None


def _packed(places: list[int]) -> bytes:
    """As `scoring.postings` has them: the steps between them, or a bit for each that there could be."""
    steps, last = bytearray(), 0
    for place in places:
        step = place - last
        for sign, stride in _STRIDES:
            steps += bytes([sign]) * (step // stride)
            step %= stride
        steps.append(step)
        last = place
    if len(steps) < _BLOCK // 8:
        return bytes(steps)
    bits = bytearray(_BLOCK // 8)
    for place in places:
        bits[place >> 3] |= 1 << (place & 7)
    return bytes(bits)


def downgrade() -> None:
    connection = op.get_bind()
    op.add_column("search_documents", sa.Column("tokens", sa.Text().with_variant(TSVECTOR(), "postgresql")))
    op.add_column("search_documents", sa.Column("room", sa.String(), nullable=True))
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(_FTS5)
        connection.exec_driver_sql("INSERT INTO search_index (rowid, tokens) SELECT seq, tokens FROM search_texts")
    else:
        op.execute("ALTER TABLE search_documents SET (toast_tuple_target = 128)")
        op.execute(
            "UPDATE search_documents d SET tokens = array_to_tsvector(string_to_array(t.tokens, ' ')) "
            "FROM search_texts t WHERE t.seq = d.seq"
        )
        op.create_index(
            "ix_search_documents_tokens", "search_documents", ["tokens"],
            postgresql_using="gin", postgresql_with={"fastupdate": "off"},
        )  # fmt: skip
    op.drop_table("search_spans")
    op.drop_table("search_postings")
