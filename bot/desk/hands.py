"""Through whose hands a review went, as its audit has it: who had it, who did not look, who must not have it again."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.types import UserId
from db import events
from db.store import Unit

#: What an event of passing on says besides its note, where somebody is too close to the creator.
CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class Hands:
    """Who had a review before whoever has it now."""

    had: tuple[UserId, ...]
    """Each once, the latest first; without whoever did not look or is too close."""
    last_passer: UserId | None
    too_close: frozenset[UserId]
    """Who passed it on because they know the creator."""


def of(unit: Unit, review_id: str) -> Hands:
    """Read from the events of one review."""
    happened = events.of_review(unit, review_id)
    too_close = frozenset(e.actor for e in happened if e.what == "passed_on_note" and e.after.get(CONFLICT))
    silent = {e.before.get("expert") for e in happened if e.what == "returned"}
    passed = [e for e in happened if e.what == "passed_on"]
    had = dict.fromkeys(str(e.before["expert"]) for e in reversed(passed) if e.before.get("expert"))
    return Hands(
        tuple(person for person in had if person not in silent | too_close),
        passed[-1].actor if passed else None,
        too_close,
    )
