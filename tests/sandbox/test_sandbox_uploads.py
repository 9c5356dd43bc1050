"""An app's own files: a place, the bytes, and then a message with them; nothing is seen that was not brought."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError, SlackRequestError

from bot.sandbox.server import Server
from tests.sandbox.sandbox_rig import ANA, client_of, served

PNG = b"\x89PNG\r\n\x1a\n and more"


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with served() as up:
        yield up


async def test_a_picture_stands_in_the_thread_of_a_message(server: Server) -> None:
    ws, client = server.workspace, client_of(server)
    room = ws.im(ANA).id
    said = await client.chat_postMessage(channel=room, text="how it does")
    shown = await client.files_upload_v2(
        channel=room, thread_ts=said["ts"], content=PNG, filename="ob_1.png", title="Calibration", alt_txt="8% → 5%"
    )
    (file,) = shown["files"]
    assert (file["name"], file["title"], file["alt_txt"], file["mimetype"], file["size"]) == (
        "ob_1.png", "Calibration", "8% → 5%", "image/png", len(PNG),
    )  # fmt: skip
    under = (await client.conversations_replies(channel=room, ts=said["ts"]))["messages"]
    assert [m.get("files", [{}])[0].get("name") for m in under] == [None, "ob_1.png"]
    assert under[1]["user"] == ws.bot_user_id


async def test_what_is_not_there_or_not_allowed_is_refused(server: Server) -> None:
    ws, client = server.workspace, client_of(server)
    room = ws.im(ANA).id
    with pytest.raises(SlackApiError, match="thread_not_found"):
        await client.files_upload_v2(channel=room, thread_ts="1.0", content=PNG, filename="a.png")
    with pytest.raises(SlackApiError, match="channel_not_found"):
        await client.files_upload_v2(channel="C0NOWHERE", content=PNG, filename="a.png")
    with pytest.raises(SlackApiError, match="file_not_found"):
        await client.files_completeUploadExternal(files=[{"id": "F0NONE"}], channel_id=room)
    asked = await client.files_getUploadURLExternal(filename="a.png", length=3)
    with pytest.raises(SlackApiError, match="file_not_found"):
        await client.files_completeUploadExternal(files=[{"id": asked["file_id"]}], channel_id=room)
    async with aiohttp.ClientSession() as session:
        for data, status in ((b"four", 400), (b"abc", 200), (b"abc", 400)):
            async with session.post(asked["upload_url"], data=data) as answer:
                assert answer.status == status
    with pytest.raises(SlackApiError, match="invalid_arguments"):
        await client.files_getUploadURLExternal(filename="a.png", length=0)
    ws.scopes.discard("files:write")
    with pytest.raises((SlackApiError, SlackRequestError), match="missing_scope"):
        await client.files_upload_v2(channel=room, content=PNG, filename="a.png")
    assert [m for m in ws.messages.get(room, []) if m.files] == []
