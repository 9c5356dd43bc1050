"""Alembic's entry: runs on the connection that db.migrate hands over."""

from __future__ import annotations

from typing import Any, Literal

import sqlalchemy as sa
from alembic import context
from sqlmodel import AutoString, SQLModel

from db import (
    api_tables,
    channel_tables,
    columns,
    fresh_tables,
    handover_tables,
    knowledge_tables,
    model_tables,
    norm_tables,
    precedent_tables,
    reminder_tables,
    search_tables,
    tables,
)

#: Whose tables alembic compares with the database's: importing them declares them.
DECLARED = (
    tables, knowledge_tables, channel_tables, search_tables, norm_tables, precedent_tables, model_tables, api_tables,
    reminder_tables, fresh_tables, handover_tables,
)  # fmt: skip


def _plain(kind: str, thing: Any, _context: Any) -> str | Literal[False]:
    """Write plain SQLAlchemy types into migrations: they must not change when our classes do."""
    if kind != "type":
        return False
    if isinstance(thing, columns.UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if isinstance(thing, sa.String | AutoString):
        return "sa.String()"
    return False


def run() -> None:
    connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        render_item=_plain,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


run()
