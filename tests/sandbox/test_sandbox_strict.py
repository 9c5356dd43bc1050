"""Every rule of strict.py refuses what it is for, and what Slack's own rules call an error gets through nowhere."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox import strict
from bot.sandbox.model import SlackError
from tests.sandbox.sandbox_rig import ANA, HERE, actions, button, client_of, field, modal, options, plain, served

RULES = Path(__file__).parents[1] / "slack_rules"
BAD = json.loads((RULES / "bad.json").read_text(encoding="utf-8"))
GOOD = json.loads((RULES / "good.json").read_text(encoding="utf-8"))


def section(text: str = "Hello", **more: Any) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **more}


def select(**more: Any) -> dict[str, Any]:
    return {"type": "static_select", "action_id": "v", "options": options("a", "b"), **more}


def confirm(**more: Any) -> dict[str, Any]:
    return {"title": plain("Sure?"), "text": plain("Really."), "confirm": plain("Yes"), "deny": plain("No"), **more}


IMAGE = {"type": "image", "image_url": "https://example.com/a.png", "alt_text": "A"}

REFUSED_BLOCKS = {
    "51 blocks": [section()] * 51,
    "header of 151": [{"type": "header", "text": plain("x" * 151)}],
    "header in mrkdwn": [{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}],
    "section of 3001": [section("x" * 3001)],
    "empty section": [{"type": "section"}],
    "blank text": [section("  ")],
    "11 fields": [{"type": "section", "fields": [plain("x")] * 11}],
    "field of 2001": [{"type": "section", "fields": [plain("x" * 2001)]}],
    "26 actions": [actions(*(button(str(i)) for i in range(26)))],
    "no actions": [actions()],
    "11 context elements": [{"type": "context", "elements": [plain("x")] * 11}],
    "button in context": [{"type": "context", "elements": [button("a")]}],
    "block_id twice": [actions(button("a"), block_id="x"), actions(button("a"), block_id="x")],
    "block_id of 256": [actions(button("a"), block_id="x" * 256)],
    "action_id twice": [actions(button("a"), button("a"))],
    "no action_id": [actions({"type": "button", "text": plain("x")})],
    "button text of 76": [actions(button("a", text=plain("x" * 76)))],
    "button in mrkdwn": [actions(button("a", text={"type": "mrkdwn", "text": "x"}))],
    "button value of 2001": [actions(button("a", value="x" * 2001))],
    "button style": [actions(button("a", style="green"))],
    "label of 76": [actions(button("a", accessibility_label="x" * 76))],
    "unknown field": [actions(button("a", colour="red"))],
    "confirm of 301": [actions(button("a", confirm=confirm(text=plain("x" * 301))))],
    "confirm without deny": [actions(button("a", confirm={k: v for k, v in confirm().items() if k != "deny"}))],
    "6 overflow options": [actions({"type": "overflow", "action_id": "v", "options": options(*"abcdef")})],
    "101 options": [actions(select(options=options(*map(str, range(101)))))],
    "11 ticks": [actions({"type": "checkboxes", "action_id": "v", "options": options(*"abcdefghijk")})],
    "no options": [actions({"type": "static_select", "action_id": "v"})],
    "option text of 76": [actions(select(options=[{"text": plain("x" * 76), "value": "a"}]))],
    "option value of 76": [actions(select(options=[{"text": plain("x"), "value": "a" * 76}]))],
    "option twice": [actions(select(options=options("a", "a")))],
    "foreign initial option": [actions(select(initial_option=options("c")[0]))],
    "options and groups": [actions(select(option_groups=[{"label": plain("g"), "options": options("a")}]))],
    "placeholder of 151": [actions(select(placeholder=plain("x" * 151)))],
    "date": [actions({"type": "datepicker", "action_id": "v", "initial_date": "24.11.2026"})],
    "time": [actions({"type": "timepicker", "action_id": "v", "initial_time": "25:00"})],
    "moment": [actions({"type": "datetimepicker", "action_id": "v", "initial_date_time": "2026-11-30 12:00"})],
    "image without alt": [{k: v for k, v in IMAGE.items() if k != "alt_text"}],
    "image from nowhere": [IMAGE | {"image_url": "a.png"}],
    "input in a message": [field("a", {"type": "plain_text_input", "action_id": "v"})],
    "unknown block": [{"type": "card"}],
    "not a list": {"type": "divider"},
}


@pytest.mark.parametrize("blocks", REFUSED_BLOCKS.values(), ids=REFUSED_BLOCKS)
def test_blocks_that_are_refused(blocks: Any) -> None:
    with pytest.raises(SlackError) as caught:
        strict.message({"text": "Hello", "blocks": blocks})
    assert caught.value.error == "invalid_blocks"
    assert all(said.startswith("[ERROR] ") and "[json-pointer:/blocks" in said for said in caught.value.messages)


REFUSED_MESSAGES: dict[str, tuple[dict[str, Any], str]] = {
    "nothing": ({}, "no_text"),
    "blocks without text": ({"blocks": [section()]}, "no_text"),
    "blank": ({"text": " "}, "no_text"),
    "text of 4001": ({"text": "x" * 4001}, "msg_too_long"),
    "attachments": ({"text": "x", "attachments": [{"text": "x"}]}, "invalid_attachments"),
    "half metadata": ({"text": "x", "metadata": {"event_type": "x"}}, "invalid_metadata_format"),
    "flat metadata": ({"text": "x", "metadata": {"event_type": "x", "event_payload": "1"}}, "invalid_metadata_format"),
}


@pytest.mark.parametrize(("args", "error"), REFUSED_MESSAGES.values(), ids=REFUSED_MESSAGES)
def test_messages_that_are_refused(args: dict[str, Any], error: str) -> None:
    with pytest.raises(SlackError, match=error):
        strict.message(args)


def text(**more: Any) -> dict[str, Any]:
    return field("a", {"type": "plain_text_input", "action_id": "v", **more})


REFUSED_VIEWS: dict[str, Any] = {
    "not a view": [],
    "home": {"type": "home", "blocks": []},
    "101 blocks": modal(*[section()] * 101),
    "title of 25": modal(title=plain("x" * 25)),
    "submit of 25": modal(submit=plain("x" * 25)),
    "title in mrkdwn": modal(title={"type": "mrkdwn", "text": "x"}),
    "no title": {k: v for k, v in modal().items() if k != "title"},
    "private_metadata of 3001": modal(private_metadata="x" * 3001),
    "callback_id of 256": modal(callback_id="x" * 256),
    "inputs without submit": {k: v for k, v in modal(text()).items() if k != "submit"},
    "submit without callback_id": {k: v for k, v in modal().items() if k != "callback_id"},
    "label of 2001": modal(text() | {"label": plain("x" * 2001)}),
    "max_length of 3001": modal(text(max_length=3001)),
    "number without is_decimal_allowed": modal(field("a", {"type": "number_input", "action_id": "v"})),
    "focus twice": modal(text(focus_on_load=True), text(focus_on_load=True) | {"block_id": "b"}),
    "button as a field": modal(field("a", button("v"))),
}


@pytest.mark.parametrize("view", REFUSED_VIEWS.values(), ids=REFUSED_VIEWS)
def test_views_that_are_refused(view: Any) -> None:
    with pytest.raises(SlackError, match="invalid_arguments"):
        strict.view(view, "modal")


def test_a_view_has_a_size() -> None:
    with pytest.raises(SlackError, match="view_too_large"):
        strict.view(modal(*(section("ы" * 2900) for _ in range(50))), "modal")


@pytest.mark.parametrize("payload", [
    {"response_action": "errors", "errors": {}},
    {"response_action": "errors", "errors": {"b": "no such field"}},
    {"response_action": "errors", "errors": {"a": ""}},
    {"response_action": "update", "view": {"type": "home", "blocks": []}},
    {"response_action": "shout"},
])  # fmt: skip
def test_answers_that_are_refused(payload: dict[str, Any]) -> None:
    with pytest.raises(SlackError):
        strict.ack(payload, modal(text()))


@pytest.fixture
async def client() -> AsyncIterator[AsyncWebClient]:
    async with served() as server:
        yield client_of(server)


OVER_HTTP = [call for call in BAD if call["method"] not in {"ack", "response_url"}]


async def test_what_slacks_rules_call_an_error_is_refused(client: AsyncWebClient) -> None:
    answers = []
    for call in OVER_HTTP:
        # With a channel and a person that exist, so that only the fault itself can be refused.
        real = {k: v for k, v in (("channel", HERE), ("user_id", ANA)) if k in call["args"]}
        try:
            answers.append((await client.api_call(call["method"], json=call["args"] | real)).get("error"))
        except SlackApiError as refused:
            answers.append(refused.response["error"])
    assert len(answers) == len(OVER_HTTP)
    assert not {"channel_not_found", "user_not_found", "invalid_trigger_id", None} & set(answers)


@pytest.mark.parametrize("call", [c for c in BAD if c["method"] in {"ack", "response_url"}])
def test_bad_answers_are_refused(call: dict[str, Any]) -> None:
    with pytest.raises(SlackError):
        (strict.ack(call["args"], modal(text())) if call["method"] == "ack" else strict.message(call["args"]))


def test_what_slacks_rules_call_good_is_taken_but_for_block_types_that_clients_show_differently() -> None:
    for call in GOOD:
        args = call["args"]
        if call["method"] in {"chat.postMessage", "response_url"}:
            known = [b for b in args.get("blocks", []) if b["type"] not in {"rich_text", "markdown", "table", "video"}]
            strict.message(args | ({"blocks": known} if known else {}))
        elif call["method"].startswith("views."):
            strict.view(args["view"], args["view"]["type"])


MALFORMED: list[tuple[str, dict[str, Any], str]] = [
    ("users.info", {"user": [ANA]}, "invalid_arguments"),
    ("views.publish", {"user_id": ANA, "view": {"type": []}}, "invalid_arguments"),
    ("views.publish", {"user_id": ANA, "view": {"type": "home", "blocks": [{"type": []}]}}, "invalid_arguments"),
    ("chat.postMessage", {"channel": HERE, "text": "x", "blocks": "[{"}, "invalid_blocks_format"),
    (
        "chat.postMessage",
        {"channel": HERE, "text": "x", "blocks": [section() | {"text": {"type": []}}]},
        "invalid_blocks",
    ),
    ("conversations.history", {"channel": HERE, "limit": -3}, "invalid_limit"),
    ("conversations.history", {"channel": HERE, "cursor": "-1"}, "invalid_cursor"),
]


@pytest.mark.parametrize(("method", "args", "error"), MALFORMED)
async def test_malformed_arguments_get_an_answer(
    client: AsyncWebClient, method: str, args: dict[str, Any], error: str
) -> None:
    with pytest.raises(SlackApiError) as caught:
        await client.api_call(method, json=args)
    assert caught.value.response["error"] == error
