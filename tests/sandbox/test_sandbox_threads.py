"""Threads in the local workspace: what people write there, and the events by which an app hears of it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.model import Refused
from bot.sandbox.server import Server
from tests.sandbox.sandbox_rig import ANA, BEN, ELSEWHERE, HERE, client_of, connected, served

Json = dict[str, Any]


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with served() as running:
        yield running


@pytest.fixture
async def heard(server: Server) -> AsyncIterator[list[Json]]:
    # Bolt keeps an app's own messages from it unless told; here we want to see that they come.
    app = AsyncApp(client=client_of(server), request_verification_enabled=False, ignoring_self_events_enabled=False)
    events: list[Json] = []

    async def keep(event: Json) -> None:
        events.append(event)

    app.event(re.compile("message"))(keep)
    async with connected(server, app):
        yield events


async def until(server: Server, heard: list[Json], many: int) -> None:
    await server.socket.settled()
    async with asyncio.timeout(5):
        while len(heard) < many:  # noqa: ASYNC110 - Bolt runs its listeners after the answer
            await asyncio.sleep(0.01)


async def parent(server: Server, client: AsyncWebClient) -> str:
    return str((await client.chat_postMessage(channel=HERE, text="Card"))["ts"])


async def test_a_reply_arrives_as_slack_sends_it(server: Server, heard: list[Json]) -> None:
    ts = await parent(server, client_of(server))
    reply = await server.people.post(ANA, HERE, "I know her", ts)
    await until(server, heard, 2)
    event = next(e for e in heard if e["user"] == ANA)
    assert event == {
        "type": "message", "user": ANA, "text": "I know her", "ts": reply.ts, "event_ts": reply.ts, "thread_ts": ts,
        "parent_user_id": server.workspace.bot_user_id, "channel": HERE, "channel_type": "channel",
        "team": server.workspace.team_id, "client_msg_id": event["client_msg_id"],
    }  # fmt: skip


async def test_the_app_hears_its_own_messages_and_their_changes_too(server: Server, heard: list[Json]) -> None:
    client = client_of(server)
    ts = await parent(server, client)
    await client.chat_update(channel=HERE, ts=ts, text="Card, changed")
    await client.chat_delete(channel=HERE, ts=ts)
    await until(server, heard, 3)
    assert {e.get("subtype") for e in heard} == {None, "message_changed", "message_deleted"}
    said = next(e for e in heard if "subtype" not in e)
    assert said["bot_id"] == server.workspace.bot_id
    changed = next(e for e in heard if e.get("subtype") == "message_changed")
    assert (changed["message"]["text"], changed["previous_message"]["text"]) == ("Card, changed", "Card")
    assert changed["message"]["bot_id"] == server.workspace.bot_id


async def test_edits_and_deletions_arrive(server: Server, heard: list[Json]) -> None:
    ts = await parent(server, client_of(server))
    reply = await server.people.post(ANA, HERE, "bougth", ts)
    await server.people.edit(ANA, HERE, reply.ts, "bought")
    await server.people.delete(ANA, HERE, reply.ts)
    await until(server, heard, 4)
    changed = next(e for e in heard if e.get("subtype") == "message_changed")
    assert changed["message"]["thread_ts"] == ts and changed["message"]["edited"]["user"] == ANA
    assert (changed["hidden"], changed["previous_message"]["text"]) == (True, "bougth")
    gone = next(e for e in heard if e.get("subtype") == "message_deleted")
    assert (gone["deleted_ts"], gone["previous_message"]["thread_ts"]) == (reply.ts, ts)
    assert server.workspace.message(HERE, reply.ts) is None


async def test_files_and_broadcasts_have_their_subtype(server: Server, heard: list[Json]) -> None:
    ts = await parent(server, client_of(server))
    await server.people.post(ANA, HERE, "look", ts, broadcast=True)
    await server.people.post(ANA, HERE, "", ts, files=("Giveaway.pdf",))
    await until(server, heard, 3)
    assert {e.get("subtype") for e in heard} == {None, "thread_broadcast", "file_share"}
    assert next(e for e in heard if e.get("files"))["files"][0]["title"] == "Giveaway.pdf"


async def test_a_message_with_replies_leaves_a_mark(server: Server, heard: list[Json]) -> None:
    first = await server.people.post(ANA, HERE, "who knows her?")
    await server.people.post(BEN, HERE, "I do", first.ts)
    await server.people.delete(ANA, HERE, first.ts)
    await until(server, heard, 3)
    assert next(e for e in heard if e.get("subtype") == "message_changed")["message"]["subtype"] == "tombstone"
    assert server.workspace.message(HERE, first.ts) is not None


async def test_nothing_arrives_from_where_the_app_may_not_read(server: Server, heard: list[Json]) -> None:
    await server.people.post(ANA, ELSEWHERE, "not yours")
    server.workspace.scopes.discard("channels:history")
    ts = await parent(server, client_of(server))
    await server.people.post(ANA, HERE, "nor this", ts)
    await server.socket.settled()
    assert heard == []


async def test_what_one_could_not_do_is_refused(server: Server) -> None:
    said = await server.people.post(ANA, HERE, "mine")
    for refused in (
        server.people.edit(BEN, HERE, said.ts, "yours"),
        server.people.delete(BEN, HERE, said.ts),
        server.people.edit(ANA, HERE, said.ts, " "),
        server.people.post(ANA, HERE, "x", "9.9"),
        server.people.post(ANA, HERE, "x", broadcast=True),
    ):
        with pytest.raises(Refused):
            await refused
