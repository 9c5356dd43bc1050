"""The rows of learned models: the models themselves, and what those in shadow would have said."""

from datetime import datetime
from typing import Any

from sqlmodel import Field

from db.columns import Row, moment, partial_index, plain_json, table_of, word


class ModelRow(Row, table=True):
    __tablename__ = "models"
    id: str = Field(primary_key=True)
    name: str = Field(unique=True)
    target: str
    state: str
    text: str
    """The model's JSON, with its SHA-256 in it."""
    sha256: str
    labels: int
    card: dict[str, Any] = plain_json()
    made_at: datetime = moment()
    made_by: str
    changed_at: datetime = moment()
    changed_by: str | None = None


class ShadowCallRow(Row, table=True):
    """What a model in shadow would have said of a candidate at intake; nobody has acted on it."""

    __tablename__ = "shadow_calls"
    candidate_id: str = Field(primary_key=True, foreign_key="candidates.id")
    model_id: str = Field(primary_key=True, foreign_key="models.id", index=True)
    verdict: str
    match: float | None = None
    risk: float
    confident: bool


MODELS = table_of(ModelRow)
SHADOW_CALLS = table_of(ShadowCallRow)
ACTIVE = MODELS.c.state == word("active")
SHADOW = MODELS.c.state == word("shadow")
# Whatever races: one of a kind recommends, and one of a kind is compared with it.
partial_index("uq_models_active", ACTIVE, MODELS.c.target, unique=True)
partial_index("uq_models_shadow", SHADOW, MODELS.c.target, unique=True)
