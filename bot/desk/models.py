"""The register of learned models: which recommend, which are tried beside them, and what a lead makes of them.

`person` None is the operator on the command line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.core.access import require_lead
from bot.core.errors import Busy, Invalid, NotFound
from bot.core.learned_model import LearnedModel, State, moved_on, require_promotable, require_rejectable
from bot.core.types import UserId
from bot.desk.announce import current_lead, lead_of, say
from bot.desk.desk import Desk
from db import events, models, people
from db.store import Unit
from scoring.learned import SCORECARD, InUse, corrected
from scoring.model import Broken, Model
from scoring.types import Recommendation, Target

OPERATOR = "operator"
KIND = "model"
"""The message in which a lead reads how it does, and which shows what has become of it."""
CURVE = "model_curve"
"""Its calibration as a picture, beneath that message."""


@dataclass(frozen=True, slots=True)
class Serving:
    """What recommends now, and what is tried beside it."""

    active: InUse = SCORECARD
    shadows: tuple[tuple[str, Model], ...] = ()
    """(id, model) of each model in shadow."""

    def beside(self, rec: Recommendation) -> list[tuple[str, Recommendation]]:
        """What each model in shadow would have said in its target's place."""
        return [(model_id, corrected(rec, self.active.with_(model))) for model_id, model in self.shadows]


@dataclass(frozen=True, slots=True)
class Seen:
    """A model with what it would have said so far, where it was tried."""

    model: LearnedModel
    tried: int
    """Candidates that came in while it was in shadow."""
    differs: int
    """Of them, those of which it would have said the opposite."""


def opened(model: LearnedModel) -> Model:
    """Its numbers. Raises Invalid('model_broken') when they are not those that were registered."""
    try:
        found = Model.from_json(model.text)
    except Broken as error:
        raise Invalid("model_broken", model=model.name) from error
    if found.name != model.name or found.target is not model.target:
        raise Invalid("model_broken", model=model.name)
    return found


def serving(unit: Unit) -> Serving:
    """Raises Invalid('model_broken'): what is changed or cut short recommends nothing."""
    active, shadows = SCORECARD, []
    for model in models.in_state(unit, State.ACTIVE, State.SHADOW):
        if model.state is State.ACTIVE:
            active = active.with_(opened(model))
        else:
            shadows.append((model.id, opened(model)))
    return Serving(active, tuple(shadows))


def every(desk: Desk) -> tuple[Seen, ...]:
    with desk.store.reading() as unit:
        return tuple(_seen(unit, model) for model in models.every(unit))


def one(desk: Desk, name: str) -> Seen:
    """One model by its name or id. Raises NotFound('model')."""
    with desk.store.reading() as unit:
        return _seen(unit, _known(unit, name))


def promote(desk: Desk, name: str, person: UserId | None, *, seen: State | None = None) -> LearnedModel:
    """From now on it recommends, and the one before it is retired; what was recommended stays as it was.

    Raises NotFound('model'), NotAllowed('not_lead'), TooLate (core.learned_model.moved_on), Invalid('model_broken').
    """
    with desk.store.unit() as unit:
        now = desk.clock()
        model = _may(unit, name, person, seen)
        require_promotable(model)
        opened(model)
        for other in models.in_state(unit, State.ACTIVE):
            if other.target is model.target:
                _move(unit, other, State.RETIRED, person, now)
        return _move(unit, model, State.ACTIVE, person, now)


def reject(desk: Desk, name: str, person: UserId | None, *, seen: State | None = None) -> LearnedModel:
    """It will not recommend, or not any more: then the scorecard does, until another one is promoted.

    Raises as `promote`, but never Invalid: what is broken can always be turned down.
    """
    with desk.store.unit() as unit:
        now = desk.clock()
        model = _may(unit, name, person, seen)
        require_rejectable(model)
        return _move(unit, model, State.REJECTED, person, now)


def register(unit: Unit, made: Sequence[LearnedModel], now: datetime) -> None:
    """Put them into shadow; one that was there before and that nobody ruled on gives way.

    Raises Busy('gave_way') when somebody else has just registered one.
    """
    for model in made:
        for other in models.in_state(unit, State.SHADOW):
            if other.target is model.target:
                _move(unit, other, State.RETIRED, model.made_by, now)
        if not models.add(unit, model):
            raise Busy("gave_way")
        events.record(unit, None, model.made_by, "model_shadow", now, {}, _told(model, model.state))
        say(unit, KIND, model.id, current_lead(unit), now)
        say(unit, CURVE, model.id, current_lead(unit), now)


def next_name(unit: Unit, target: Target) -> str:
    """'fraud-3': the third model of the fraud risk that was ever registered."""
    return f"{target.value}-{models.numbered(unit, target) + 1}"


def _move(unit: Unit, model: LearnedModel, to: State, person: UserId | None, now: datetime) -> LearnedModel:
    if not models.move(unit, model.id, model.state, to, person or OPERATOR, now):
        # Only on PostgreSQL: somebody else was between our reading and our writing.
        raise moved_on(_known(unit, model.id))
    events.record(unit, None, person or OPERATOR, f"model_{to.value}", now, _told(model, model.state), _told(model, to))
    say(unit, KIND, model.id, current_lead(unit), now)
    return _known(unit, model.id)


def _told(model: LearnedModel, state: State) -> dict[str, object]:
    return {"model": model.name, "state": state.value, "sha256": model.sha256}


def _known(unit: Unit, name: str) -> LearnedModel:
    found = models.by_name(unit, name)
    if found is None:
        raise NotFound("model", model=name)
    return found


def _may(unit: Unit, name: str, person: UserId | None, seen: State | None) -> LearnedModel:
    """The model, if this person may rule on it and it still is what they saw."""
    if person is not None:
        members = people.concerned(unit, person)
        require_lead(next((m for m in members if m.id == person), None), lead_of(members))
    model = _known(unit, name)
    if seen is not None and model.state is not seen:
        raise moved_on(model)
    return model


def _seen(unit: Unit, model: LearnedModel) -> Seen:
    counted = models.calls(unit, model.id)
    differs = sum(cases for (said, would), cases in counted.items() if said is not would)
    return Seen(model, sum(counted.values()), differs)
