"""A learned model in Slack: the lead reads how it does and rules on it; nobody else can, and nobody twice."""

from __future__ import annotations

import pytest

from bot.cards import ids
from bot.core.learned_model import LearnedModel, State
from bot.desk import models
from scoring.model import Model
from scoring.types import Target
from tests.slack.hands import House, Json


def put(house: House, name: str = "fraud-1") -> LearnedModel:
    model, now = Model(Target.FRAUD, name, intercept=0.5), house.clock()
    made = LearnedModel(
        f"md_{name}", name, Target.FRAUD, State.SHADOW, model.to_json(), model.sha256, 60, {}, now, "U0ZOE", now
    )
    with house.desk.store.unit() as unit:
        models.register(unit, [made], now)
    return made


def state(house: House, name: str = "fraud-1") -> State:
    return models.one(house.desk, name).model.state


def said(house: House, method: str) -> list[Json]:
    return [call for call in house.slack.to(method) if "fraud-1 has learned" in str(call.get("text"))]


def buttons(call: Json) -> list[str]:
    rows = [block["elements"] for block in call["blocks"] if block["type"] == "actions"]
    return [one["action_id"] for row in rows for one in row]


async def test_the_lead_promotes_and_the_message_says_so(house: House) -> None:
    model = put(house)
    await house.deliver()
    (told,) = said(house, "chat.postMessage")
    assert buttons(told) == [ids.MODEL_PROMOTE, ids.MODEL_REJECT]
    assert str(told["blocks"]).count("'confirm': {'title'") == 2, "each asks once more"
    await house.tap("U0ZOE", ids.MODEL_PROMOTE, ids.model(model))
    assert state(house) is State.ACTIVE
    await house.deliver()
    (changed,) = said(house, "chat.update")
    assert "Recommends now" in str(changed["blocks"]) and buttons(changed) == [ids.MODEL_REJECT]
    assert len(said(house, "chat.postMessage")) == 1


@pytest.mark.parametrize("action", [ids.MODEL_PROMOTE, ids.MODEL_REJECT])
@pytest.mark.parametrize("person", ["U0BIA", "U0MAYA"])
async def test_others_are_told_whom_to_ask(house: House, person: str, action: str) -> None:
    await house.tap(person, action, ids.model(put(house)))
    assert "U0ZOE" in house.whispers[-1]
    assert state(house) is State.SHADOW


async def test_a_button_that_has_been_overtaken_does_nothing(house: House) -> None:
    model = put(house)
    models.promote(house.desk, "fraud-1", "U0ZOE")
    await house.tap("U0ZOE", ids.MODEL_REJECT, ids.model(model))
    assert "recommends already" in house.whispers[-1]
    assert state(house) is State.ACTIVE, "whoever rejects must have seen that it recommends"


async def test_the_lead_rejects(house: House) -> None:
    await house.tap("U0ZOE", ids.MODEL_REJECT, ids.model(put(house)))
    assert state(house) is State.REJECTED


@pytest.mark.parametrize("value", ["", "md_0:shadow", "md_fraud-1", "md_fraud-1:best", "<!channel>:shadow"])
async def test_rubbish_is_answered_kindly(house: House, value: str) -> None:
    put(house)
    answer = await house.tap("U0ZOE", ids.MODEL_PROMOTE, value)
    assert answer.status == 200
    assert "no learned model" in house.whispers[-1] and "<!channel>" not in house.whispers[-1]
    assert state(house) is State.SHADOW
