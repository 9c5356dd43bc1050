"""The rows of the HTTP API: its keys, and what was answered to a request that may be sent again."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from db.columns import Row, moment, partial_index, plain_json, table_of


class ApiKeyRow(Row, table=True):
    __tablename__ = "api_keys"
    id: str = Field(primary_key=True)
    """Stands in the key itself, so that it is found without comparing secrets."""
    name: str
    digest: str
    """SHA-256 of the secret, which is 256 random bits: nothing to guess, so nothing to slow down."""
    campaigns: list[str] = plain_json()
    """Those it is for; empty: all."""
    created_at: datetime = moment()
    revoked_at: datetime | None = moment(default=None)


class ApiAnswerRow(Row, table=True):
    """What was answered, kept for as long as a program may still ask again."""

    __tablename__ = "api_answers"
    key_id: str = Field(primary_key=True, foreign_key="api_keys.id")
    token: str = Field(primary_key=True)
    """The Idempotency-Key that the program chose."""
    digest: str
    """Of the request: the same token with another one is a mistake."""
    answer: str
    """JSON, to the letter."""
    at: datetime = moment()


API_KEYS = table_of(ApiKeyRow)
API_ANSWERS = table_of(ApiAnswerRow)
IN_USE = API_KEYS.c.revoked_at.is_(None)
partial_index("uq_api_keys_name", IN_USE, API_KEYS.c.name, unique=True)
sa.Index("ix_api_answers_at", API_ANSWERS.c.at)
