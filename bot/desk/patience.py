"""What becomes of an investigation that nobody ends: the lead hears of it once, then it is closed."""

from __future__ import annotations

from datetime import datetime

from bot.core.disagreement import Disagreement, Standing, overturned, ran_out
from bot.core.outcome import right, standing
from bot.desk import investigate, investigations
from bot.desk.announce import say
from bot.desk.change import File, Lost, load
from bot.desk.desk import Desk
from db import disagreements, events, outcomes, reviews, search
from db.store import Unit


def run_out(unit: Unit, desk: Desk, now: datetime, size: int) -> int:
    """One batch of those whose time is over, oldest first; how many they were. Raises Lost."""
    due = disagreements.due(unit, now, size)
    closed = []
    for before in due:
        file = load(unit, before.review_id, None)
        if before.reminded:
            _close(unit, desk, file, before, now)
            closed.append(before.id)
        else:
            _remind(unit, file, before, now)
    search.index(unit, *closed)
    return len(due)


def _remind(unit: Unit, file: File, before: Disagreement, now: datetime) -> None:
    if not disagreements.settle(unit, before, ran_out(before, now)):
        raise Lost
    say(unit, "unresolved", before.id, file.lead, now)
    events.record(unit, before.review_id, "deadline", "lead_reminded", now, {}, {"disagreement": before.id})


def _close(unit: Unit, desk: Desk, file: File, before: Disagreement, now: datetime) -> None:
    """As not resolved, unless what became of the deal says by now who was right."""
    winner = right(before, standing(outcomes.of_review(unit, before.review_id)))
    after = ran_out(before, now) if winner is None else overturned(before, winner, now)
    investigate.changed(unit, file, before, after, now)
    seen = investigations.one(unit, desk, before.id, reviews.judgements(unit, before.review_id))
    what = "closed_unresolved" if after.standing is Standing.CLOSED else "overturned"
    told = investigate.told(seen, before), investigate.told(seen, after)
    events.record(unit, before.review_id, "deadline", what, now, *told)
