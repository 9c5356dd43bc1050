"""The rows of fresh numbers: what a source said of a candidate after intake, beside the snapshot that stays."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from db.columns import Row, moment, plain_json, table_of


class RefreshRow(Row, table=True):
    """Only ever added: numbers of one day, and what the AI would have said of them. Nobody has acted on it."""

    __tablename__ = "refreshes"
    id: str = Field(primary_key=True)
    candidate_id: str = Field(foreign_key="candidates.id")
    at: datetime = moment()
    by: str
    asked: dict[str, Any] = plain_json()
    metrics: dict[str, Any] = plain_json()
    model: str
    verdict: str
    record: dict[str, Any] = plain_json()


REFRESHES = table_of(RefreshRow)
sa.Index("ix_refreshes_candidate_id", REFRESHES.c.candidate_id, REFRESHES.c.at)
