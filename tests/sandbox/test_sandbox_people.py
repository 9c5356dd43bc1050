"""What people's gestures send to the app, and what their client would not let them do."""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.sandbox import state
from bot.sandbox.model import Refused, SlackError
from bot.sandbox.server import Server
from tests.sandbox.sandbox_rig import (
    ANA,
    BEN,
    ELSEWHERE,
    GUEST,
    HERE,
    SECRET,
    STRANGER,
    actions,
    bolt,
    button,
    client_of,
    connected,
    field,
    modal,
    options,
    plain,
    served,
)

Json = dict[str, Any]
ANYTHING = re.compile(".*")


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with served() as running:
        yield running


class Listener:
    """An app that keeps every body it is sent and acknowledges it."""

    def __init__(self, app: AsyncApp) -> None:
        self.bodies: list[Json] = []
        for registered in (app.action({"type": "block_actions", "action_id": ANYTHING}), app.view(ANYTHING)):
            registered(self._keep)
        app.view_closed(ANYTHING)(self._keep)

    async def _keep(self, ack: Any, body: Json) -> None:
        self.bodies.append(body)
        await ack()


@pytest.fixture
async def heard(server: Server) -> AsyncIterator[list[Json]]:
    app = bolt(server)
    listener = Listener(app)
    async with connected(server, app):
        yield listener.bodies


MENU: Json = {"type": "overflow", "action_id": "more", "options": options("details", "pass")}
PICK: Json = {"type": "static_select", "action_id": "pick", "options": options("a", "b")}


async def test_a_click_carries_what_slack_sends(server: Server, heard: list[Json]) -> None:
    ws = server.workspace
    message = ws.post(HERE, ws.bot_user_id, "Card", blocks=[actions(button("go", value="rv_1:3"), MENU, PICK)])
    assert (await server.people.click(ANA, HERE, message.ts, "go")).acked
    body = heard[0]
    assert body["type"] == "block_actions"
    assert body["user"] == {"id": ANA, "username": "ana", "name": "ana", "team_id": ws.team_id}
    assert body["team"]["id"] == ws.team_id
    assert body["container"] == {
        "type": "message", "message_ts": message.ts, "channel_id": HERE, "is_ephemeral": False,
    }  # fmt: skip
    assert body["channel"] == {"id": HERE, "name": "here"}
    assert (body["api_app_id"], body["enterprise"], body["is_enterprise_install"]) == (ws.app_id, None, False)
    assert body["response_url"].startswith(ws.base_url)
    assert body["message"]["blocks"] == message.blocks
    assert body["message"]["bot_id"] == ws.bot_id
    [action] = body["actions"]
    assert action.pop("action_ts")
    assert action == {"type": "button", "action_id": "go", "block_id": "acts", "value": "rv_1:3", "text": plain("go")}
    assert body["state"]["values"] == {"acts": {"pick": {"type": "static_select", "selected_option": None}}}


async def test_menus_carry_the_whole_option(server: Server, heard: list[Json]) -> None:
    ws = server.workspace
    ts = ws.post(HERE, ws.bot_user_id, "Card", blocks=[actions(MENU, PICK)]).ts
    await server.people.click(ANA, HERE, ts, "more", choice="pass")
    await server.people.click(ANA, HERE, ts, "pick", choice="b")
    assert [b["actions"][0]["selected_option"] for b in heard] == [options("pass")[0], options("b")[0]]
    assert heard[1]["state"]["values"]["acts"]["pick"]["selected_option"] == options("b")[0]
    with pytest.raises(Refused, match="not one of the options"):
        await server.people.click(ANA, HERE, ts, "more", choice="burn")


async def test_an_ephemeral_message_is_pressed_by_its_reader_only_and_not_sent_along(
    server: Server, heard: list[Json]
) -> None:
    ws = server.workspace
    ts = ws.post(HERE, ws.bot_user_id, "Psst", blocks=[actions(button("go"))], ephemeral_to=ANA).ts
    await server.people.click(ANA, HERE, ts, "go")
    assert heard[0]["container"]["is_ephemeral"]
    assert "message" not in heard[0]
    with pytest.raises(Refused, match="no such message"):
        await server.people.click(BEN, HERE, ts, "go")


async def test_a_button_that_is_gone_cannot_be_pressed(server: Server) -> None:
    ws = server.workspace
    message = ws.post(HERE, ws.bot_user_id, "Card", blocks=[actions(button("go"))])
    ws.edit(message, "Decided", None)
    with pytest.raises(Refused, match="nothing here"):
        await server.people.click(ANA, HERE, message.ts, "go")


async def test_a_screen_a_moment_behind_still_works(server: Server, heard: list[Json]) -> None:
    ws = server.workspace
    two = [{"type": "actions", "elements": [button("go", value=value)]} for value in ("r1", "r2")]
    message = ws.post(HERE, ws.bot_user_id, "Card", blocks=two)
    seen = message.blocks[1]["block_id"]
    ws.edit(message, "Card", two)
    assert seen not in [block["block_id"] for block in message.blocks]
    await server.people.click(ANA, HERE, message.ts, "go", block_id=seen, value="r2")
    assert heard[0]["actions"][0]["value"] == "r2"
    with pytest.raises(Refused, match="nothing here"):
        await server.people.click(ANA, HERE, message.ts, "go", block_id=seen, value="r3")


async def test_guests_and_outsiders_see_only_their_channels(server: Server, heard: list[Json]) -> None:
    ws = server.workspace
    ts = ws.post(HERE, ws.bot_user_id, "Card", blocks=[actions(button("go"))]).ts
    assert (await server.people.click(STRANGER, HERE, ts, "go")).acked
    assert (heard[0]["user"]["team_id"], heard[0]["team"]["id"]) == ("T0OTHER001", ws.team_id)
    for user, channel in ((GUEST, HERE), (STRANGER, ELSEWHERE), (ANA, SECRET)):
        with pytest.raises(Refused, match="does not see"):
            await server.people.click(user, channel, ts, "go")
    with pytest.raises(Refused, match="other workspaces"):
        await server.people.slash(STRANGER, HERE, "/handoff")
    with pytest.raises(Refused, match="other workspaces"):
        await server.people.open_home(STRANGER)
    ws.users[ANA].deleted = True
    with pytest.raises(Refused, match="no account"):
        await server.people.click(ANA, HERE, ts, "go")


async def test_what_cannot_be_commanded_or_written(server: Server) -> None:
    with pytest.raises(Refused, match="not a valid command"):
        await server.people.slash(ANA, HERE, "/burn")
    with pytest.raises(Refused, match="Join"):
        await server.people.post(BEN, ELSEWHERE, "Hello")
    with pytest.raises(Refused, match="archived"):
        await server.people.post(ANA, "C0OLD00001", "Hello")
    with pytest.raises(Refused, match="nothing to send"):
        await server.people.post(ANA, HERE, " ")


FIELDS: list[tuple[Json, Any, Json, Json]] = [
    ({"type": "plain_text_input"}, "hi", {"value": None}, {"value": "hi"}),
    ({"type": "number_input", "is_decimal_allowed": False}, "7", {"value": None}, {"value": "7"}),
    ({"type": "checkboxes", "options": options("a", "b")}, ["b"], {"selected_options": []},
     {"selected_options": options("b")}),
    ({"type": "radio_buttons", "options": options("a", "b"), "initial_option": options("a")[0]}, "b",
     {"selected_option": options("a")[0]}, {"selected_option": options("b")[0]}),
    ({"type": "multi_static_select", "options": options("a", "b")}, ["a", "b"], {"selected_options": []},
     {"selected_options": options("a", "b")}),
    ({"type": "users_select"}, BEN, {"selected_user": None}, {"selected_user": BEN}),
    ({"type": "multi_users_select"}, [BEN], {"selected_users": []}, {"selected_users": [BEN]}),
    ({"type": "conversations_select"}, HERE, {"selected_conversation": None}, {"selected_conversation": HERE}),
    ({"type": "datepicker"}, "2026-11-24", {"selected_date": None}, {"selected_date": "2026-11-24"}),
    ({"type": "timepicker"}, "18:00", {"selected_time": None}, {"selected_time": "18:00"}),
]  # fmt: skip


@pytest.mark.parametrize(("element", "choice", "empty", "full"), FIELDS, ids=[f[0]["type"] for f in FIELDS])
async def test_fields_come_back_in_slacks_shape(
    server: Server, heard: list[Json], element: Json, choice: Any, empty: Json, full: Json
) -> None:
    kind = {"type": element["type"]}
    view = server.workspace.open_modal(ANA, modal(field("f", {**element, "action_id": "v"})))
    assert view.values == {"f": {"v": kind | empty}}
    await server.people.type(ANA, "f", choice)
    await server.people.submit(ANA)
    assert heard[0]["view"]["state"]["values"] == {"f": {"v": kind | full}}
    assert heard[0]["view"]["id"] == view.id
    assert not server.workspace.stacks[ANA]


TEXT: Json = {"type": "plain_text_input", "action_id": "v"}
NUMBER: Json = {
    "type": "number_input", "action_id": "v", "is_decimal_allowed": False, "min_value": "2", "max_value": "9",
}  # fmt: skip


@pytest.mark.parametrize(("element", "written", "complaint"), [
    (TEXT, None, "required"), (TEXT | {"max_length": 3}, "long", "3 characters or fewer"),
    (TEXT | {"min_length": 3}, "no", "3 characters or more"), (NUMBER, "x", "a number"),
    (NUMBER, "2.5", "whole number"), (NUMBER, "1", "at least 2"), (NUMBER, "10", "at most 9"),
])  # fmt: skip
async def test_the_client_itself_holds_a_form_back(server: Server, element: Json, written: Any, complaint: str) -> None:
    server.workspace.open_modal(ANA, modal(field("f", element)))
    await server.people.type(ANA, "f", written)
    with pytest.raises(Refused) as caught:
        await server.people.submit(ANA)
    assert complaint in caught.value.errors["f"]


async def test_only_the_form_in_front_can_be_used(server: Server, heard: list[Json]) -> None:
    ws = server.workspace
    told = {"notify_on_close": True}
    under = ws.open_modal(ANA, modal(field("f", TEXT), **told))
    ws.push_modal(ANA, modal(field("f", TEXT), **told))
    with pytest.raises(Refused, match="Another form"):
        await server.people.type(ANA, "f", "x", view_id=under.id)
    with pytest.raises(Refused, match="does not have"):
        await server.people.type(BEN, "f", "x", view_id=under.id)
    await server.people.close(ANA, everything=True)
    assert [(b["type"], b["is_cleared"]) for b in heard] == [("view_closed", True)] * 2
    with pytest.raises(Refused, match="No form"):
        await server.people.submit(ANA)


def test_what_was_typed_survives_an_update_where_ids_stay() -> None:
    old = [field("a", TEXT), field("b", TEXT)]
    typed = state.values(old) | {"a": {"v": {"type": "plain_text_input", "value": "kept"}}}
    new = [field("a", TEXT | {"initial_value": "other"}), field("c", TEXT | {"initial_value": "new"})]
    assert {k: v["v"]["value"] for k, v in state.values(new, typed).items()} == {"a": "kept", "c": "new"}


async def test_triggers_run_out_and_work_once(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    ws, client = server.workspace, client_of(server)
    trigger, late = ws.trigger(ANA), ws.trigger(ANA)
    await client.views_open(trigger_id=trigger, view=modal())
    with pytest.raises(SlackApiError, match="exchanged_trigger_id"):
        await client.views_open(trigger_id=trigger, view=modal())
    real = time.monotonic
    monkeypatch.setattr("bot.sandbox.workspace.time.monotonic", lambda: real() + 3.1)
    with pytest.raises(SlackApiError, match="expired_trigger_id"):
        await client.views_open(trigger_id=late, view=modal())


async def test_response_urls_replace_delete_and_run_out(server: Server) -> None:
    ws = server.workspace
    ts = ws.post(HERE, ws.bot_user_id, "Psst", blocks=[actions(button("go"))], ephemeral_to=ANA).ts
    hook = AsyncWebhookClient(ws.response_url(HERE, ANA, ts))
    assert (await hook.send(text="Changed", replace_original=True)).status_code == 200
    assert [(m.text, m.blocks, m.ephemeral_to) for m in ws.messages[HERE]] == [("Changed", [], ANA)]
    assert (await hook.send(text="For all", response_type="in_channel")).status_code == 200
    assert (await hook.send(delete_original=True)).status_code == 200
    assert [(m.text, m.ephemeral_to) for m in ws.messages[HERE]] == [("For all", None)]
    assert "no_text" in (await hook.send(blocks=[actions(button("go"))])).body
    assert "message_not_found" in (await hook.send(delete_original=True)).body
    used = await hook.send(text="Once more")
    assert (used.status_code, "used_url" in used.body) == (404, True)
    assert [c["error"] for c in ws.calls if c["method"] == "response_url"][-1] == "used_url"


async def test_a_response_url_lives_thirty_minutes(server: Server) -> None:
    ws = server.workspace
    url = ws.response_url(HERE, ANA).rsplit("/", 1)[-1]
    await ws.clock.jump(31 * 60)  # type: ignore[attr-defined]
    with pytest.raises(SlackError, match="expired_url"):
        ws.use_response_url(url)


async def test_timestamps_grow_on_a_clock_that_stands_still(server: Server) -> None:
    stamps = [server.workspace.next_ts() for _ in range(50)]
    assert stamps == sorted(set(stamps))


async def test_a_response_url_takes_objects_only(server: Server) -> None:
    hook = AsyncWebhookClient(server.workspace.response_url(HERE, ANA))
    said = await hook.send_dict([])  # type: ignore[arg-type]
    assert (said.status_code, "invalid_payload" in said.body) == (400, True)
