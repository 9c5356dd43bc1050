"""The real SDK and a real Bolt app against the served workspace: calls, round trips, faults, reconnecting."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.sandbox import faults
from bot.sandbox.model import Refused
from bot.sandbox.server import Server
from tests.sandbox.sandbox_rig import (
    ANA,
    BEN,
    ELSEWHERE,
    HERE,
    OLD,
    STRANGER,
    actions,
    bolt,
    button,
    client_of,
    connected,
    field,
    modal,
    options,
    served,
    text_field,
)  # fmt: skip


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with served() as running:
        yield running


@pytest.fixture
def client(server: Server) -> AsyncWebClient:
    return client_of(server)


async def code(call: Any) -> str:
    with pytest.raises(SlackApiError) as caught:
        await call
    return str(caught.value.response["error"])


async def post(client: AsyncWebClient, *blocks: dict[str, Any], **more: Any) -> str:
    said = await client.chat_postMessage(channel=HERE, text="Hello", blocks=list(blocks) or None, **more)
    return str(said["ts"])


async def test_posts_updates_deletes_and_finds_by_metadata(server: Server, client: AsyncWebClient) -> None:
    mark = {"event_type": "handoff", "event_payload": {"id": "1"}}
    ts = await post(client, actions(button("go")), metadata=mark)
    await client.chat_update(channel=HERE, ts=ts, text="Changed")
    found = await client.conversations_history(channel=HERE, include_all_metadata=True, oldest="0", limit=5)
    assert [(m["text"], m.get("blocks"), m["metadata"]) for m in found["messages"]] == [("Changed", None, mark)]
    assert "chat:write" in found.headers["x-oauth-scopes"]
    await client.chat_delete(channel=HERE, ts=ts)
    assert server.workspace.messages[HERE] == []
    assert [c["method"] for c in server.workspace.calls] == [
        "chat.postMessage", "chat.update", "conversations.history", "chat.delete",
    ]  # fmt: skip
    assert not any("token" in c["args"] for c in server.workspace.calls)


async def test_who_may_call(server: Server) -> None:
    assert (await client_of(server).auth_test())["user_id"] == server.workspace.bot_user_id
    assert await code(client_of(server, "").auth_test()) == "not_authed"
    assert await code(client_of(server, "xoxb-wrong").auth_test()) == "invalid_auth"
    server.workspace.token_error = "token_revoked"
    assert await code(client_of(server).auth_test()) == "token_revoked"


async def test_a_missing_scope_is_named(server: Server, client: AsyncWebClient) -> None:
    server.workspace.scopes.discard("chat:write")
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel=HERE, text="Hello")
    assert caught.value.response["error"] == "missing_scope"
    assert caught.value.response["needed"] == "chat:write"
    assert "chat:write" not in caught.value.response["provided"]


async def test_what_is_refused(server: Server, client: AsyncWebClient) -> None:
    theirs = (await server.people.post(BEN, HERE, "Mine")).ts
    view = modal(text_field())
    assert await code(client.api_call("chat.nonsense")) == "unknown_method"
    assert await code(client.chat_postMessage(channel=HERE, text="x", colour="red")) == "invalid_arguments"
    assert await code(client.chat_postMessage(channel=ELSEWHERE, text="x")) == "not_in_channel"
    assert await code(client.chat_postMessage(channel="C0NOWHERE", text="x")) == "channel_not_found"
    assert await code(client.chat_postMessage(channel=OLD, text="x")) == "is_archived"
    assert await code(client.chat_update(channel=HERE, ts="1.1", text="x")) == "message_not_found"
    assert await code(client.chat_update(channel=HERE, ts=theirs, text="x")) == "cant_update_message"
    assert await code(client.chat_postEphemeral(channel=HERE, user="U0GUEST001", text="x")) == "user_not_in_channel"
    assert await code(client.conversations_open(users=STRANGER)) == "user_not_visible"
    assert await code(client.views_open(trigger_id="1.2.3", view=view)) == "invalid_trigger_id"
    too_long = actions(button("go", value="x" * 2001))
    assert await code(client.chat_postMessage(channel=HERE, text="x", blocks=[too_long])) == "invalid_blocks"
    double = actions(button("go"), button("go"))
    assert await code(client.chat_postMessage(channel=HERE, text="x", blocks=[double])) == "invalid_blocks"


async def test_a_trigger_opens_one_view_and_a_stale_hash_changes_none(server: Server, client: AsyncWebClient) -> None:
    trigger = server.workspace.trigger(ANA)
    opened = (await client.views_open(trigger_id=trigger, view=modal(text_field())))["view"]
    with pytest.raises(SlackApiError):
        await client.views_open(trigger_id=trigger, view=modal(text_field()))
    await client.views_update(view_id=opened["id"], hash=opened["hash"], view=modal(text_field()))
    stale = client.views_update(view_id=opened["id"], hash=opened["hash"], view=modal(text_field()))
    assert await code(stale) == "hash_conflict"
    for _ in range(2):
        await client.views_push(trigger_id=server.workspace.trigger(ANA, opened["id"]), view=modal(text_field()))
    fourth = client.views_push(trigger_id=server.workspace.trigger(ANA, opened["id"]), view=modal(text_field()))
    assert await code(fourth) == "push_limit_reached"


async def test_a_click_goes_round_and_its_answer_comes_by_response_url(server: Server, client: AsyncWebClient) -> None:
    app, seen = bolt(server), {}

    @app.action("go")
    async def _(ack: Any, body: Any) -> None:
        await ack()
        seen.update(body)
        await AsyncWebhookClient(body["response_url"]).send(text="Only for you")

    menu = {"type": "overflow", "action_id": "more", "options": options("one", "two")}
    ts = await post(client, actions(button("go", value="7"), menu))
    async with connected(server, app):
        assert (await server.people.click(STRANGER, HERE, ts, "go")).acked
        private = await server.workspace.until(lambda: [m for m in server.workspace.messages[HERE] if m.ephemeral_to])
        unheard = await server.people.click(ANA, HERE, ts, "more", choice="two")
    assert seen["user"] == {"id": STRANGER, "username": "sia", "name": "sia", "team_id": "T0OTHER001"}
    assert seen["actions"][0]["value"] == "7"
    assert seen["container"]["message_ts"] == seen["message"]["ts"] == ts
    assert [(m.text, m.ephemeral_to) for m in private] == [("Only for you", STRANGER)]
    assert [c["args"]["text"] for c in server.workspace.calls if c["method"] == "response_url"] == ["Only for you"]
    assert not unheard.acked
    await client.chat_update(channel=HERE, ts=ts, text="Done")
    with pytest.raises(Refused):
        await server.people.click(ANA, HERE, ts, "go")


async def test_a_form_from_opening_to_sending(server: Server, client: AsyncWebClient) -> None:
    app, sent = bolt(server), []
    kind = field("kind", {"type": "static_select", "action_id": "pick", "options": options("a", "b")},
                 dispatch_action=True)  # fmt: skip

    @app.action("go")
    async def _(ack: Any, body: Any, client: Any) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=modal(kind, text_field()))

    @app.action("pick")
    async def _(ack: Any, body: Any, client: Any) -> None:
        await ack()
        view = body["view"]
        await client.views_update(
            view_id=view["id"], hash=view["hash"], view=modal(kind, text_field(), text_field("b"))
        )

    @app.view("form")
    async def _(ack: Any, view: Any) -> None:
        sent.append(view["state"]["values"])
        if len(sent) == 1:
            await ack(response_action="errors", errors={"why": "Say more."})
        elif len(sent) == 2:
            await ack(response_action="update", view=modal(text_field("last", optional=True)))
        else:
            await ack()

    people, workspace = server.people, server.workspace
    ts = await post(client, actions(button("go")))
    async with connected(server, app):
        await people.click(ANA, HERE, ts, "go")
        await workspace.until(lambda: workspace.stacks.get(ANA))
        with pytest.raises(Refused) as caught:
            await people.submit(ANA)
        assert caught.value.errors.keys() == {"kind", "why"}
        assert await people.type(ANA, "why", "I know them") is None
        reply = await people.type(ANA, "kind", "b")
        assert reply is not None
        assert reply.acked
        await workspace.until(lambda: len(workspace.top_view(ANA).blocks) == 3)
        await people.type(ANA, "b", "more")
        assert (await people.submit(ANA)).payload["response_action"] == "errors"
        assert workspace.top_view(ANA).errors == {"why": "Say more."}
        await people.submit(ANA)
        assert [b["block_id"] for b in workspace.top_view(ANA).blocks] == ["last"]
        await people.submit(ANA)
    assert workspace.stacks[ANA] == []
    assert sent[0]["why"]["text"] == {"type": "plain_text_input", "value": "I know them"}
    assert sent[0]["kind"]["pick"]["selected_option"]["value"] == "b"


async def test_slash_command_home_closing_and_replies(server: Server, client: AsyncWebClient) -> None:
    app, heard = bolt(server), []

    @app.command("/handoff")
    async def _(ack: Any, command: Any) -> None:
        await ack(f"You said {command['text']}")

    @app.event("app_home_opened")
    async def _(event: Any, client: Any) -> None:
        await client.views_publish(user_id=event["user"], view={"type": "home", "blocks": [actions(button("go"))]})

    @app.event("message")
    async def _(event: Any) -> None:
        heard.append((event["user"], event["text"], event["thread_ts"]))

    @app.action("go")
    async def _(ack: Any, body: Any, client: Any) -> None:
        await ack()
        view = modal(text_field(), notify_on_close=True)
        await client.views_open(trigger_id=body["trigger_id"], view=view)

    @app.view_closed("form")
    async def _(ack: Any, body: Any) -> None:
        await ack()
        heard.append(("closed", body["is_cleared"]))

    people, workspace = server.people, server.workspace
    async with connected(server, app):
        ts = await post(client)
        assert (await people.slash(ANA, HERE, "/handoff", "inbox")).acked
        assert [(m.text, m.ephemeral_to) for m in workspace.messages[HERE]][1:] == [("You said inbox", ANA)]
        await people.open_home(ANA)
        await workspace.until(lambda: ANA in workspace.homes)
        await people.click_home(ANA, "go")
        await workspace.until(lambda: workspace.stacks.get(ANA))
        await people.close(ANA)
        await people.post(BEN, HERE, "A reply", thread_ts=ts)
        await server.socket.settled()
    assert heard == [("closed", False), (BEN, "A reply", ts)]


async def test_faults(server: Server, client: AsyncWebClient) -> None:
    workspace = server.workspace
    workspace.fault = faults.plan(workspace, {"chat.postMessage": [
        partial(faults.ratelimited, 2), faults.broken, partial(faults.slow, 0.01), faults.cut_before, faults.cut_after,
    ]})  # fmt: skip
    with pytest.raises(SlackApiError) as limited:
        await post(client)
    assert (limited.value.response.status_code, limited.value.response.headers["Retry-After"]) == (429, "2")
    with pytest.raises(SlackApiError):
        await post(client)
    await post(client)
    for standing in (1, 2):
        with pytest.raises(aiohttp.ClientError):
            await post(client)
        assert len(workspace.messages[HERE]) == standing
    await post(client)
    assert [c["ok"] for c in workspace.calls] == [False, False, True, False, True, True]


async def test_the_app_comes_back_after_its_connection_was_cut(server: Server, client: AsyncWebClient) -> None:
    app = bolt(server)

    @app.action("go")
    async def _(ack: Any) -> None:
        await ack()

    ts = await post(client, actions(button("go")))
    async with connected(server, app):
        first = server.socket.connections[0]
        await server.socket.ask_to_reconnect()
        await server.workspace.until(
            lambda: server.socket.connections and first not in server.socket.connections, seconds=20
        )
        assert (await server.people.click(ANA, HERE, ts, "go")).acked


async def test_an_unanswered_click_is_told(server: Server, client: AsyncWebClient) -> None:
    ts = await post(client, actions(button("go")))
    reply = await server.people.click(ANA, HERE, ts, "go")
    assert (reply.acked, reply.problem) == (False, "the app is not connected")
    assert server.workspace.failures[-1]["what"] == "block_actions"


async def test_closing_waits_for_nobody() -> None:
    async with served() as server, aiohttp.ClientSession() as session:
        stream = await session.get(f"{server.page_url}sandbox/events")
        assert await stream.content.readline() == f'data: {{"revision":{server.workspace.revision}}}\n'.encode()
        async with asyncio.timeout(5):
            await server.aclose()
        stream.close()
