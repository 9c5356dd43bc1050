"""Files: chosen in a form or sent in a message, known to the app from then on, and given out for its token only."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError

from bot.sandbox import strict
from bot.sandbox.model import Refused
from bot.sandbox.server import Server
from tests.sandbox.sandbox_rig import ANA, BEN, bolt, client_of, connected, field, modal, served

DATA = b"handle,followers\nana,5\n"
INPUT = {"type": "file_input", "action_id": "v", "filetypes": ["csv"], "max_files": 1}


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with served() as up:
        yield up


async def uploaded(server: Server, user: str = ANA, name: str = "list.csv", data: bytes = DATA, **more: Any) -> Any:
    url, query = f"{server.page_url}sandbox/upload", {"as": user, "name": name}
    headers = {"Content-Type": "application/octet-stream"} | more
    async with aiohttp.ClientSession() as session, session.post(url, params=query, data=data, headers=headers) as said:
        return await said.json()


async def download(url: str, token: str | None) -> tuple[str, bytes]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as answer:
        return answer.content_type, await answer.read()


async def test_a_file_sent_to_the_app_is_known_to_it_and_opens_for_its_token_only(server: Server) -> None:
    ws, client = server.workspace, client_of(server)
    known = (await uploaded(server))["id"]
    with pytest.raises(SlackApiError, match="file_not_found"):
        await client.files_info(file=known)
    heard: list[Any] = []
    ws.tell = heard.append
    await server.people.post(ANA, ws.im(ANA).id, "", files=(known,))
    assert (heard[0]["subtype"], heard[0]["channel_type"], heard[0]["files"][0]["id"]) == ("file_share", "im", known)
    file = (await client.files_info(file=known))["file"]
    assert (file["name"], file["size"], file["user"]) == ("list.csv", len(DATA), ANA)
    url = file["url_private_download"]
    assert await download(url, ws.bot_token) == ("text/csv", DATA)
    for token in (None, "xoxb-somebody", ws.app_token):
        kind, page = await download(url, token)
        assert kind == "text/html"
        assert DATA not in page
    ws.scopes.discard("files:read")
    assert (await download(url, ws.bot_token))[0] == "text/html"
    with pytest.raises(SlackApiError, match="missing_scope"):
        await client.files_info(file=known)


async def test_a_form_takes_ones_own_files_of_its_kind_and_sends_them_along(server: Server) -> None:
    app: AsyncApp = bolt(server)
    sent: list[Any] = []

    @app.view("form")
    async def take(ack: Any, view: Any) -> None:
        sent.append(view["state"]["values"]["file"]["v"])
        await ack()

    async with connected(server, app):
        server.workspace.open_modal(ANA, modal(field("file", INPUT)))
        with pytest.raises(Refused) as empty:
            await server.people.submit(ANA)
        assert list(empty.value.errors) == ["file"]
        mine, wrong = (await uploaded(server))["id"], (await uploaded(server, name="list.xlsx"))["id"]
        theirs, more = (await uploaded(server, BEN))["id"], (await uploaded(server))["id"]
        for ids in ([wrong], [theirs], [mine, more], ["F0NOBODY"]):
            with pytest.raises(Refused):
                await server.people.type(ANA, "file", ids)
        await server.people.type(ANA, "file", [mine])
        assert (await server.people.submit(ANA)).acked
    assert [file["id"] for file in sent[0]["files"]] == [mine]
    assert (await client_of(server).files_info(file=mine))["file"]["name"] == "list.csv"


async def test_what_is_no_file_is_not_taken(server: Server) -> None:
    assert (await uploaded(server, data=b""))["ok"] is False
    assert (await uploaded(server, name=" "))["ok"] is False
    assert (await uploaded(server, **{"Content-Type": "text/csv"}))["ok"] is False


@pytest.mark.parametrize(
    "wrong",
    [{"max_files": 11}, {"filetypes": []}, {"filetypes": [".csv"]}, {"initial_files": []}, {"placeholder": "x"}],
    ids=str,
)
def test_a_file_input_is_held_to_slacks_rules(wrong: dict[str, Any]) -> None:
    assert strict.blocks([field("file", INPUT)], "modal") == []
    assert strict.blocks([field("file", INPUT | wrong)], "modal") != []
    assert strict.blocks([field("file", INPUT)], "message") != []
    assert strict.blocks([{"type": "actions", "elements": [INPUT]}], "modal") != []
