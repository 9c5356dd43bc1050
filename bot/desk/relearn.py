"""A look, once a week, whether there is enough new to learn from: the lead is told, once, and nothing is fitted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from bot.core.labels import taught
from bot.desk.announce import current_lead, say
from bot.desk.desk import Desk, new_id
from bot.desk.learn import counted, lessons
from db import events, models
from db.store import Unit
from scoring.learning import FEWEST, LEAST_OF_A_KIND
from scoring.types import Target

KIND = "relearn"
LOOKED = "learning_looked"
_EVERY = timedelta(days=7)
_MORE = 0.25
"""What must be new, as a share of what was known: less would hardly move a model."""


def look(desk: Desk) -> bool:
    """Whether the lead has been told just now. Counts beside the writer; cheap unless a week has passed."""
    with desk.store.reading() as unit:
        if not _due(unit, desk):
            return False
        known = lessons(unit)
        counts = {target: counted(taught(known, target)) for target in Target}
        before = {target: _before(unit, target) for target in Target}
    new = {
        target.value: count["all"] - before[target]
        for target, count in counts.items()
        if _enough(count, before[target])
    }
    with desk.store.unit() as unit:
        if not _due(unit, desk):  # another process was faster
            return False
        now, labels = desk.clock(), {target.value: count["all"] for target, count in counts.items()}
        events.record(unit, None, "policy", LOOKED, now, {}, {"labels": labels, "told": sorted(new)})
        if new:
            say(unit, KIND, new_id("rl"), current_lead(unit), now, {"new": new})
        return bool(new)


def _due(unit: Unit, desk: Desk) -> bool:
    last = events.latest(unit, LOOKED)
    # A clock that was set back makes nobody wait for longer than a week.
    return last is None or not timedelta() <= desk.clock() - last.at < _EVERY


def _before(unit: Unit, target: Target) -> int:
    """How many labels there were when a model last learned, or when the lead was last told that there are more."""
    learned = [model.labels for model in models.every(unit) if model.target is target]
    told = [
        int(event.after["labels"][target.value])
        for event in events.every(unit, LOOKED)
        if target.value in event.after["told"]
    ]
    return max([*learned, *told], default=0)


def _enough(count: Mapping[str, int], before: int) -> bool:
    """Whether a fit could begin at all, and would see something new."""
    kinds = min(count["true"], count["all"] - count["true"])
    new = count["all"] - before
    return count["all"] >= FEWEST and kinds >= LEAST_OF_A_KIND and new >= max(FEWEST, _MORE * before)
