"""`handoff doctor`: which way in it looks at, and that it names what to set and never what is set."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import SecretStr

from bot.doctor import Finding, examine
from bot.settings import Settings
from tests.slack.hands import House
from tests.slack.strangers import STRANGERS, Answer

APP, SECRET = "xapp-secretive", "signing-secretive"


async def findings(house: House, **tokens: Any) -> dict[str, Finding]:
    """What is found, by what it is about."""
    settings = Settings(
        SLACK_BOT_TOKEN=SecretStr("xoxb-secretive"), SLACK_API_URL=f"{house.slack.base}/api",
        database_url=house.handoff.settings.database_url, **{name: SecretStr(token) for name, token in tokens.items()},
    )  # fmt: skip
    found = [finding async for finding in examine(settings)]
    assert not [f for f in found if "secretive" in f.what + f.advice]
    return {f.what.partition(":")[0]: f for f in found}


@pytest.mark.parametrize(
    ("tokens", "about", "good"),
    [
        ({"SLACK_APP_TOKEN": APP}, "App token", True),
        ({"SLACK_SIGNING_SECRET": SECRET}, "Signing secret", True),
        ({"SLACK_APP_TOKEN": APP, "SLACK_SIGNING_SECRET": SECRET}, "App token", True),
        ({"SLACK_APP_TOKEN": "", "SLACK_SIGNING_SECRET": SECRET}, "Signing secret", True),
        ({}, "App token", False),
        ({"SLACK_APP_TOKEN": "", "SLACK_SIGNING_SECRET": ""}, "App token", False),
    ],
)
async def test_the_way_in_is_the_one_that_is_set_up(
    house: House, tokens: dict[str, str], about: str, good: bool
) -> None:
    found = await findings(house, **tokens)
    assert {"App token", "Signing secret"} & set(found) == {about}
    assert found[about].good is good
    asked = bool(house.slack.to("apps.connections.open"))
    assert asked is (about == "App token" and good), "Socket Mode is asked after only where it is the way in"


async def test_what_is_missing_names_both_ways(house: House) -> None:
    advice = (await findings(house))["App token"].advice
    assert "connections:write" in advice
    assert "SLACK_SIGNING_SECRET" in advice


@pytest.mark.parametrize("stranger", STRANGERS.values(), ids=STRANGERS)
async def test_who_answers_in_slacks_place_refuses_no_token(house: House, stranger: Answer) -> None:
    """Nobody installs the app again because a proxy is down."""
    for method in ("auth.test", "apps.connections.open"):
        house.slack.strange(method, stranger)
    found = await findings(house, SLACK_APP_TOKEN=APP)
    for about in ("Bot token", "App token"):
        assert not found[about].good
        assert "cannot be reached" in found[about].what
        assert "Check the network" in found[about].advice
