"""A learned model as people deal with it: what it may become, and who may make it so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from bot.core.errors import TooLate
from bot.core.types import UserId
from scoring.types import Target


class State(StrEnum):
    """Where a model stands."""

    SHADOW = "shadow"
    """Says beside the active one what it would have said; nobody acts on it."""
    ACTIVE = "active"
    REJECTED = "rejected"
    RETIRED = "retired"
    """Another took its place."""


#: From which states a model may be made active, or turned down: one that was retired or rejected may come back.
PROMOTABLE = frozenset({State.SHADOW, State.RETIRED, State.REJECTED})
REJECTABLE = frozenset({State.SHADOW, State.ACTIVE})


@dataclass(frozen=True, slots=True)
class LearnedModel:
    """One row of the register; its numbers are in `text`, which carries its own SHA-256."""

    id: str
    name: str
    target: Target
    state: State
    text: str
    sha256: str
    labels: int
    """How many it was fitted on."""
    card: Mapping[str, Any]
    """How it came about and how it does: see desk.learn."""
    made_at: datetime
    made_by: UserId
    changed_at: datetime
    changed_by: UserId | None = None


def require_promotable(model: LearnedModel) -> None:
    """Raises TooLate('model_active')."""
    if model.state not in PROMOTABLE:
        raise moved_on(model)


def require_rejectable(model: LearnedModel) -> None:
    """Raises TooLate('model_rejected') or ('model_retired')."""
    if model.state not in REJECTABLE:
        raise moved_on(model)


def moved_on(model: LearnedModel) -> TooLate:
    """What is true now, for whoever saw it as it was."""
    return TooLate(f"model_{model.state.value}", model=model.name, at=model.changed_at)
