"""Learning on a real database: what people answered becomes a model in shadow, and only a lead makes it recommend."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.core.errors import Invalid, NotAllowed, NotFound, TooLate
from bot.core.learned_model import LearnedModel, State
from bot.core.outcome import What
from bot.desk import decide, intake, learn, models, outcomes, see
from db import models as rows
from scoring.model import Model
from scoring.recommend import without
from scoring.types import FlagCode, Target, Verdict
from tests.desk.answers import WIDE, answered, numbered
from tests.desk.world import BIA, CAIO, MAYA, ZOE, World, row
from tests.desk.worlds import NewWorld

FRAUD_ONLY = (Target.FRAUD,)


@pytest.fixture
def taught(new_world: NewWorld) -> World:
    world = new_world(limits=WIDE)
    answered(world, 80)
    return world


def test_nothing_is_learned_from_nothing(world: World) -> None:
    made = learn.retrain(world.desk, None)
    assert [(one.target, one.reason, one.labels["all"]) for one in made] == [
        (Target.FRAUD, "few_labels", 0), (Target.MATCH, "few_labels", 0),
    ]  # fmt: skip
    assert models.every(world.desk) == ()


def test_from_answers_to_shadow_to_active_and_back(taught: World) -> None:
    world = taught
    (dry,) = learn.retrain(world.desk, None, FRAUD_ONLY, dry_run=True)
    assert dry.reason == "learned" and models.every(world.desk) == ()
    (made,) = learn.retrain(world.desk, ZOE, FRAUD_ONLY)
    assert made.labels == {"all": 80, "true": 40, "outcomes": 0, "blind": 0, "shown": 80}
    assert made.model == dry.model, "the same labels give the same model"
    (seen,) = models.every(world.desk)
    model = seen.model
    assert (model.name, model.state, model.made_by, model.labels) == ("fraud-1", State.SHADOW, ZOE, 80)
    assert Model.from_json(model.text).sha256 == model.sha256 == json.loads(model.text)["sha256"]
    tested = made.held_out
    assert tested is not None and tested["all"] == 24
    assert tested["figures"]["new"]["brier"] < tested["figures"]["scorecard"]["brier"]
    assert tested["changed_count"] > 0 and all(one["truth"] for one in tested["changed"])
    assert tested["markets"]["BR"]["cases"] == 24

    # In shadow nobody notices it: what it would say stands beside.
    quiet, told = _fresh(world, 102), _fresh(world, 103)
    assert (quiet.model, quiet.learned) == ("scorecard-1", ())
    (seen,) = models.every(world.desk)
    assert (seen.tried, seen.differs) == (2, 1)

    models.promote(world.desk, "fraud-1", ZOE)
    after = _fresh(world, 106)
    assert after.model == "scorecard-1+fraud-1" and after.verdict is not quiet.verdict
    assert after.risk > quiet.risk
    eased = without(after, [FlagCode.LOW_CREDIBILITY])
    assert eased.verdict is Verdict.PROCEED and eased.risk < after.risk
    assert told.model == "scorecard-1"

    models.reject(world.desk, "fraud-1", None)
    assert _fresh(world, 118).model == "scorecard-1"
    said = world.sql("SELECT actor, what FROM events WHERE what LIKE 'model_%' ORDER BY seq")
    assert said == [(ZOE, "model_shadow"), (ZOE, "model_active"), ("operator", "model_rejected")]


def _fresh(world: World, number: int) -> Any:
    report = world.take_in(numbered(number))
    return see.case(world.desk, str(report.fates[0].review_id)).recommendation


def test_outcomes_outrank_answers_and_undone_and_deadline_decisions_teach_nothing(new_world: NewWorld) -> None:
    world = new_world(limits=WIDE)
    ids = answered(world, 6)
    decide.undo(world.desk, ids[5], see.case(world.desk, ids[5]).review.expert or BIA)
    outcomes.record(world.desk, ids[0], What.FRAUD, MAYA)
    report = world.take_in(row("nobody.answers"))
    world.clock.move(hours=60)
    world.sweep()
    fallen = str(report.fates[0].review_id)
    assert see.case(world.desk, fallen).decision is not None
    (made,) = learn.retrain(world.desk, None, FRAUD_ONLY)
    assert made.labels["all"] == 5 and made.labels["outcomes"] == 1
    outcomes.record(world.desk, fallen, What.ON_PLAN, MAYA)
    (made,) = learn.retrain(world.desk, None, FRAUD_ONLY)
    assert (made.labels["all"], made.labels["outcomes"]) == (6, 2), "whoever decided, what became of it is known"


def _put(world: World, name: str, target: Target = Target.FRAUD, intercept: float = 0.5) -> LearnedModel:
    model = Model(target, name, intercept=intercept)
    now = world.clock()
    made = LearnedModel(
        f"md_{name}", name, target, State.SHADOW, model.to_json(), model.sha256, 60, {}, now, ZOE, now, ZOE
    )  # fmt: skip
    with world.desk.store.unit() as unit:
        models.register(unit, [made], now)
    return made


def _states(world: World) -> dict[str, str]:
    return {seen.model.name: seen.model.state.value for seen in models.every(world.desk)}


def test_one_per_target_recommends_and_the_one_before_may_come_back(world: World) -> None:
    for name in ("fraud-1", "fraud-2"):
        _put(world, name)
    assert _states(world) == {"fraud-1": "retired", "fraud-2": "shadow"}, "the newest is compared"
    models.promote(world.desk, "fraud-2", ZOE)
    _put(world, "match-1", Target.MATCH)
    models.promote(world.desk, "match-1", ZOE)
    models.promote(world.desk, "fraud-1", ZOE)
    assert _states(world) == {"fraud-1": "active", "fraud-2": "retired", "match-1": "active"}
    models.promote(world.desk, "md_fraud-2", None)
    assert _states(world) == {"fraud-1": "retired", "fraud-2": "active", "match-1": "active"}
    report = world.take_in(row("ana.lima"))
    said = see.case(world.desk, str(report.fates[0].review_id)).recommendation
    assert said.model == "scorecard-1+fraud-2+match-1"


def test_who_may_and_what_is_too_late(world: World) -> None:
    _put(world, "fraud-1")
    for person in (BIA, CAIO, MAYA, "U0NOBODY"):
        with pytest.raises(NotAllowed, match="not_lead"):
            models.promote(world.desk, "fraud-1", person)
        with pytest.raises(NotAllowed, match="not_lead"):
            models.reject(world.desk, "fraud-1", person)
    with pytest.raises(NotFound, match="model"):
        models.promote(world.desk, "fraud-9", ZOE)
    models.promote(world.desk, "fraud-1", ZOE)
    with pytest.raises(TooLate, match="model_active"):
        models.promote(world.desk, "fraud-1", ZOE)
    models.reject(world.desk, "fraud-1", ZOE)
    with pytest.raises(TooLate, match="model_rejected"):
        models.reject(world.desk, "fraud-1", ZOE)


def test_whoever_was_slower_changes_nothing(world: World) -> None:
    model = _put(world, "fraud-1")
    with world.desk.store.unit() as unit:
        assert rows.move(unit, model.id, State.SHADOW, State.REJECTED, ZOE, world.clock())
    with world.desk.store.unit() as unit:
        assert not rows.move(unit, model.id, State.SHADOW, State.ACTIVE, ZOE, world.clock())
    assert _states(world) == {"fraud-1": "rejected"}


def test_numbers_that_were_changed_recommend_nothing_and_are_turned_down(world: World) -> None:
    _put(world, "fraud-1")
    models.promote(world.desk, "fraud-1", ZOE)
    ((text,),) = world.sql("SELECT text FROM models")
    world.sql("UPDATE models SET text = ?", text.replace('"intercept": 0.5', '"intercept": -9.5'))
    with pytest.raises(Invalid, match="model_broken"):
        world.take_in(row("ana.lima"))
    assert world.lines() == {}
    models.reject(world.desk, "fraud-1", ZOE)
    assert isinstance(world.take_in(row("ana.lima")), intake.ImportReport)
    with pytest.raises(Invalid, match="model_broken"):
        models.promote(world.desk, "fraud-1", ZOE)
