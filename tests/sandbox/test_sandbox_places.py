"""Coming into channels and leaving them, and shortcuts on messages: what the app hears, what no client allows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.sandbox.model import Refused
from bot.sandbox.server import Server
from tests.sandbox.sandbox_rig import ANA, BEN, GUEST, HERE, SECRET, STRANGER, bolt, client_of, connected, served

Json = dict[str, Any]
SIMILAR = "search.similar.v1"


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with served() as running:
        yield running


async def test_a_shortcut_brings_the_whole_message(server: Server) -> None:
    app, told = bolt(server), []

    async def keep(ack: Any, body: Json) -> None:
        told.append(body)
        await ack()

    app.shortcut(SIMILAR)(keep)
    async with connected(server, app):
        said = await server.people.post(ANA, HERE, "bought &amp; sold")
        assert (await server.people.shortcut(BEN, HERE, said.ts, SIMILAR)).acked
    (body,) = told
    assert (body["type"], body["callback_id"], body["user"]["id"]) == ("message_action", SIMILAR, BEN)
    assert (body["message"]["text"], body["message_ts"], body["channel"]["id"]) == ("bought &amp; sold", said.ts, HERE)
    assert body["trigger_id"]
    assert body["response_url"]


async def test_no_shortcut_where_slack_has_none(server: Server) -> None:
    workspace, people = server.workspace, server.people
    said = workspace.post(HERE, ANA, "x")
    whispered = workspace.post(HERE, workspace.bot_user_id, "x", ephemeral_to=ANA)
    for person, ts, name in ((ANA, whispered.ts, SIMILAR), (ANA, said.ts, "other"), (STRANGER, said.ts, SIMILAR)):
        with pytest.raises(Refused):
            await people.shortcut(person, HERE, ts, name)
    secret = workspace.post(SECRET, workspace.bot_user_id, "x")
    outside = next(u for u in (ANA, BEN, GUEST) if u not in workspace.channels[SECRET].members)
    with pytest.raises(Refused):
        await people.shortcut(outside, SECRET, secret.ts, SIMILAR)


async def test_who_comes_and_goes(server: Server) -> None:
    workspace, people, heard = server.workspace, server.people, asyncio.Queue[Json]()
    app = bolt(server)
    for kind in ("member_joined_channel", "member_left_channel"):

        async def keep(event: Json) -> None:
            await heard.put(event)

        app.event(kind)(keep)
    place = workspace.channels[HERE]
    async with connected(server, app):
        place.members = [u for u in place.members if u != BEN]
        people.join(BEN, HERE)
        people.leave(BEN, HERE)
        kinds = {(await asyncio.wait_for(heard.get(), 5))["type"] for _ in range(2)}
    assert kinds == {"member_joined_channel", "member_left_channel"}
    assert BEN not in (await client_of(server).conversations_members(channel=HERE))["members"]


async def test_nobody_comes_into_a_private_channel_uninvited(server: Server) -> None:
    workspace, people = server.workspace, server.people
    place = workspace.channels[SECRET]
    place.members = [workspace.bot_user_id, ANA]
    for inviter in (None, GUEST):
        with pytest.raises(Refused):
            people.join(BEN, SECRET, invited_by=inviter)
    people.join(BEN, SECRET, invited_by=ANA)
    assert workspace.sees(BEN, place)
    people.leave(BEN, SECRET)
    assert not workspace.sees(BEN, place)
    with pytest.raises(Refused):
        people.leave(BEN, SECRET)
    workspace.channels[HERE].members = [ANA]
    for person in (GUEST, STRANGER):
        with pytest.raises(Refused):
            people.join(person, HERE)
