"""What is counted of a unit of work once it is committed: decisions by who made them, and how late deadlines came."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.clock import Clock
from bot.core.types import Basis, Decision
from db.store import Unit, afterwards

_BY: Mapping[Basis, str] = {
    Basis.EXPERT: "expert",
    Basis.LEAD: "lead",
    Basis.FOLLOW_AI: "deadline",
    Basis.HOLD_ENDED: "deadline",
    Basis.DECLINE: "deadline",
    Basis.AI_ALONE: "ai",
    Basis.FAST_TRACK: "ai",
}


def decided(unit: Unit, made: Sequence[Decision]) -> None:
    """These decisions were made in this unit."""
    if not made:
        return
    by = Counter(_BY[one.basis] for one in made)

    def count() -> None:
        from bot import metrics  # the bot has it already; `handoff status` starts without it

        for who, many in by.items():
            metrics.decisions.labels(who).inc(many)

    afterwards(unit, count)


def applied(unit: Unit, clock: Clock, deadlines: Sequence[datetime]) -> None:
    """These deadlines were applied in this unit: late by what its commit took, too."""
    if not deadlines:
        return

    def count() -> None:
        from bot import metrics

        now = clock()
        for deadline in deadlines:
            metrics.deadline_lateness_seconds.observe(max((now - deadline).total_seconds(), 0.0))

    afterwards(unit, count)
