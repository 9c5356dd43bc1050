"""Slack's answers and those that are none: what is read in them, and that nobody stumbles over one."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web
from slack_sdk.errors import SlackApiError

from bot import web_api
from bot.cards import ids
from bot.cards.blocks import section
from bot.outbox.faults import Fault, Kind, Phase, judge
from bot.slack.screens import Screens
from bot.web_api import Client
from db import outbox as table
from tests.slack.fake_slack import FakeSlack
from tests.slack.hands import House
from tests.slack.strangers import STRANGERS, Answer, json, plain

VIEW = {"type": "modal", "title": {"type": "plain_text", "text": "Details"}, "blocks": [section("x")]}
by_name = pytest.mark.parametrize("stranger", STRANGERS.values(), ids=STRANGERS)


@pytest.fixture
async def client(slack: FakeSlack) -> AsyncIterator[Client]:
    async with aiohttp.ClientSession() as session:
        yield Client(token="xoxb-x", base_url=f"{slack.base}/api/", session=session, retry_handlers=[])


def depth(house: House) -> dict[str, int]:
    with house.desk.store.reading() as unit:
        return table.depth(unit)


async def refused(client: Client) -> SlackApiError:
    with pytest.raises(SlackApiError) as caught:
        await client.api_call("auth.test")
    return caught.value


@by_name
async def test_whatever_answers_is_an_error_of_slacks_that_can_be_read(
    slack: FakeSlack, client: Client, stranger: Answer
) -> None:
    slack.strange("auth.test", stranger)
    error = await refused(client)
    assert web_api.code_of(error) == ""
    assert web_api.in_trouble(error)
    assert web_api.said(error) in {"http_502", "http_503", "unreadable"}
    assert web_api.retry_after(error) is None
    assert judge(error, Phase.SENDING).kind is Kind.AMBIGUOUS
    assert judge(error, Phase.LOOKING).kind is Kind.OFFLINE


async def test_slacks_own_words_are_read_as_before(slack: FakeSlack, client: Client) -> None:
    assert (await client.api_call("auth.test"))["team"] == "Home"
    slack.fail("auth.test", "not_in_channel")
    error = await refused(client)
    assert (web_api.said(error), web_api.status_of(error), web_api.in_trouble(error)) == ("not_in_channel", 200, False)
    slack.fail("auth.test", "internal_error")
    assert web_api.in_trouble(await refused(client))


@pytest.mark.parametrize(
    ("header", "seconds", "wait"),
    [
        ("7", 7.0, 7.0), ("0", 0.0, 0.05), ("-3", 0.0, 0.05), ("90000", 3600.0, 3600.0), ("soon", None, 30.0),
        ("Wed, 21 Oct 2026 07:28:00 GMT", None, 30.0), ("nan", None, 30.0), ("inf", None, 30.0), ("", None, 30.0),
    ],
)  # fmt: skip
@pytest.mark.parametrize("words", [plain, json])
async def test_a_limit_counts_in_whatever_words_it_is_told(
    slack: FakeSlack, client: Client, words: object, header: str, seconds: float | None, wait: float
) -> None:
    def limited() -> web.Response:
        answer = plain(429) if words is plain else json('{"ok": false, "error": "ratelimited"}', 429)
        answer.headers["Retry-After"] = header
        return answer

    slack.strange("auth.test", limited)
    error = await refused(client)
    assert web_api.retry_after(error) == seconds
    assert judge(error, Phase.SENDING) == Fault(Kind.LIMITED, "http_429" if words is plain else "ratelimited", wait)


@by_name
async def test_no_stranger_makes_a_dead_letter(house: House, stranger: Answer) -> None:
    """Many more times than what is refused four times and given up."""
    for method in ("chat.postMessage", "conversations.open"):
        house.slack.strange(method, stranger)
    for _ in range(8):
        await house.deliver()
        house.clock.move(minutes=2)
    assert house.slack.cards("C0BRAZIL") == []
    del house.slack.faults["chat.postMessage"], house.slack.faults["conversations.open"]
    for _ in range(4):
        await house.deliver()
        house.clock.move(minutes=2)
    assert depth(house) == {}
    assert len(house.slack.cards("C0BRAZIL")) == 3


@by_name
async def test_who_gets_no_form_is_told(house: House, stranger: Answer) -> None:
    house.slack.strange("views.open", stranger)
    await house.tap("U0BIA", ids.OVERRIDE, house.value("bruno"))
    assert house.whispers == ["Slack did not open the form in time, and nothing was changed. Tap once more."]


@by_name
async def test_a_view_that_nobody_changed_is_no_view_that_is_gone(
    slack: FakeSlack, client: Client, stranger: Answer
) -> None:
    slack.strange("views.update", stranger)
    with pytest.raises(SlackApiError):
        await Screens(client).update("V1", VIEW)
    slack.fail("views.update", "not_found")
    assert not await Screens(client).update("V1", VIEW)
