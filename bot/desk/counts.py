"""How many reviews, messages and people there are: all that `handoff status` needs, and so apart from `see`."""

from __future__ import annotations

from typing import Any

from bot.core.types import Role
from bot.desk.desk import Desk
from db import counts as reviews
from db import instants, outbox, people


def counts(desk: Desk) -> dict[str, Any]:
    """Reviews by state and route, the next deadline, how much is still to be sent."""
    with desk.store.reading() as unit:
        due, to_say = instants.next_instants(unit).deadline, outbox.depth(unit)
        return {
            "reviews": reviews.by_state_and_route(unit),
            "open": reviews.open_(unit),
            "queued": reviews.queued(unit),
            "next_deadline": due.isoformat(timespec="seconds").replace("+00:00", "Z") if due else None,
            "overdue": reviews.overdue(unit, desk.clock()),
            "outbox": {"depth": sum(n for s, n in to_say.items() if s not in {"dead", "stuck"})} | to_say,
            "experts": sum(any(r is Role.EXPERT for r, _ in m.roles) for m in people.members(unit)),
        }
