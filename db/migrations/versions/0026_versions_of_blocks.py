"""Search: a version for each block of the index, so that what was read of it need not be read for each question"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

# What of a changed row says which block is another: also the one that it was in.
_SQLITE = """
CREATE TRIGGER search_postings_{name} AFTER {event} ON search_postings BEGIN
  INSERT INTO search_blocks (block, version) VALUES ({row}.block, hex(randomblob(16)))
  ON CONFLICT (block) DO UPDATE SET version = excluded.version;
END
"""
_ON_SQLITE = (
    ("insert", "INSERT", "NEW"), ("update", "UPDATE", "NEW"), ("move", "UPDATE OF block", "OLD"),
    ("delete", "DELETE", "OLD"),
)  # fmt: skip
# Once for each statement, which may change hundreds of words' rows; and a new version once for each transaction, for
# nobody else sees what is between: a thousand statements in one would leave as many dead rows to be read.
_CHANGED = """
CREATE FUNCTION search_postings_changed() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$ BEGIN
  INSERT INTO search_blocks (block, version)
  SELECT block, gen_random_uuid()::text FROM (SELECT DISTINCT block FROM changed ORDER BY block) AS blocks
  ON CONFLICT (block) DO UPDATE SET version = excluded.version
  WHERE search_blocks.xmin <> pg_current_xact_id()::xid;
  RETURN NULL;
END $$
"""
_POSTGRES = """
CREATE TRIGGER search_postings_{name} AFTER {event} ON search_postings REFERENCING {row} TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION search_postings_changed()
"""
_ON_POSTGRES = (
    ("insert", "INSERT", "NEW"), ("update", "UPDATE", "NEW"), ("move", "UPDATE", "OLD"), ("delete", "DELETE", "OLD"),
)  # fmt: skip
_EMPTIED = """
CREATE FUNCTION search_postings_emptied() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$ BEGIN
  UPDATE search_blocks SET version = gen_random_uuid()::text;
  RETURN NULL;
END $$
"""


def upgrade() -> None:
    op.create_table(
        "search_blocks",
        sa.Column("block", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("block"),
    )
    if op.get_bind().dialect.name == "sqlite":
        version = "hex(randomblob(16))"
        for name, event, row in _ON_SQLITE:
            op.execute(_SQLITE.format(name=name, event=event, row=row))
    else:
        version = "gen_random_uuid()::text"
        op.execute(_CHANGED)
        for name, event, row in _ON_POSTGRES:
            op.execute(_POSTGRES.format(name=name, event=event, row=row))
        op.execute(_EMPTIED)
        op.execute(
            "CREATE TRIGGER search_postings_truncate AFTER TRUNCATE ON search_postings "
            "FOR EACH STATEMENT EXECUTE FUNCTION search_postings_emptied()"
        )
    op.execute(
        f"INSERT INTO search_blocks (block, version) SELECT block, {version} "  # noqa: S608 - words of ours
        "FROM (SELECT DISTINCT block FROM search_postings) AS blocks"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for name, _, _ in _ON_SQLITE:
            op.execute(f"DROP TRIGGER search_postings_{name}")
    else:
        for name in (*(name for name, _, _ in _ON_POSTGRES), "truncate"):
            op.execute(f"DROP TRIGGER search_postings_{name} ON search_postings")
        op.execute("DROP FUNCTION search_postings_emptied()")
        op.execute("DROP FUNCTION search_postings_changed()")
    op.drop_table("search_blocks")
