"""The page's endpoints: what one person's screen shows, gestures as JSON, and who may ask at all."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from slack_bolt.async_app import AsyncApp

from bot.sandbox.server import Server
from tests.sandbox.sandbox_rig import (
    ANA,
    BEN,
    HERE,
    OLD,
    SECRET,
    STRANGER,
    TOUR,
    actions,
    bolt,
    button,
    connected,
    field,
    modal,
    options,
    served,
    text_field,
)

Json = dict[str, Any]


class Page:
    """What the browser does, without the browser."""

    def __init__(self, server: Server, session: aiohttp.ClientSession) -> None:
        self.server, self.session = server, session

    async def get(self, path: str, **query: str) -> Json:
        async with self.session.get(f"{self.server.page_url}sandbox/{path}", params=query) as answer:
            return dict(await answer.json()) | {"status": answer.status}

    async def post(self, path: str, body: Json, **more: Any) -> Json:
        async with self.session.post(f"{self.server.page_url}sandbox/{path}", json=body, **more) as answer:
            return dict(await answer.json()) | {"status": answer.status}

    async def act(self, user: str, do: str, **more: Any) -> Json:
        return await self.post("act", {"as": user, "do": do, **more})

    async def state(self, user: str = ANA) -> Json:
        return await self.get("state", **{"as": user})

    async def messages(self, user: str = ANA, **more: str) -> list[Json]:
        return list((await self.get("messages", **{"as": user}, channel=HERE, **more))["messages"])


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    async with aiohttp.ClientSession() as session, served() as server:
        yield Page(server, session)


def post(page: Page, *blocks: Json, **more: Any) -> str:
    ws = page.server.workspace
    return ws.post(HERE, ws.bot_user_id, "Hello", blocks=list(blocks), **more).ts


def forms(app: AsyncApp) -> None:
    """`go` opens a form whose `kind` the app hears of at once; the first answer is never long enough."""
    kind = field(
        "kind", {"type": "checkboxes", "action_id": "tick", "options": options("a", "b")}, dispatch_action=True
    )

    @app.action("go")
    async def _(ack: Any, body: Any, client: Any) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=modal(text_field(), kind))

    @app.action("tick")
    async def _(ack: Any) -> None:
        await ack()

    @app.view("form")
    async def _(ack: Any, view: Any) -> None:
        long = len(view["state"]["values"]["why"]["text"]["value"]) > 5
        await (ack() if long else ack(response_action="errors", errors={"why": "Say more."}))


async def test_the_screen_is_one_persons(page: Page) -> None:
    state = await page.state(STRANGER)
    assert state["me"]["id"] == STRANGER
    assert state["me"]["stranger"]
    assert [c["id"] for c in state["channels"]] == [HERE]
    mine = {c["id"]: c for c in (await page.state())["channels"]}
    assert SECRET not in mine
    assert mine[OLD]["archived"]
    assert [(c["kind"], c["name"]) for c in mine.values() if c["kind"] == "im"] == [("im", "Handoff")]
    assert (state["jumps"], state["tour"], state["app"]["connected"]) == (True, list(TOUR["en"]), 0)
    assert state["commands"].keys() == {"/handoff"}
    page.server.workspace.users[ANA].locale = "ru-RU"
    assert (await page.state(ANA))["tour"] == ["Осмотритесь."]
    assert (await page.state("U0NOBODY01"))["status"] == 404
    assert (await page.get("state"))["me"]["id"] == ANA


async def test_reading_a_channel_marks_it_and_replies_stand_in_their_thread(page: Page) -> None:
    ts = post(page)
    post(page, thread_ts=ts)
    post(page, ephemeral_to=BEN)

    async def unread() -> int:
        return next(int(c["unread"]) for c in (await page.state())["channels"] if c["id"] == HERE)

    assert await unread() == 1
    assert [(m["ts"], m["reply_count"], m["ephemeral"]) for m in await page.messages()] == [(ts, 1, False)]
    assert await unread() == 0
    assert [m["thread_ts"] for m in await page.messages(thread_ts=ts)] == [ts, ts]
    assert [m["ephemeral"] for m in await page.messages(BEN)] == [False, True]
    assert (await page.get("messages", **{"as": ANA}, channel=SECRET))["status"] == 404


async def test_a_form_by_gestures(page: Page) -> None:
    app = bolt(page.server)
    forms(app)
    ts = post(page, actions(button("go")))
    workspace = page.server.workspace
    async with connected(page.server, app):
        where = {"channel": HERE, "ts": ts}
        assert (await page.act(ANA, "click", where=where, block_id="acts", action_id="go"))["ok"]
        await workspace.until(lambda: workspace.stacks.get(ANA))
        (shown,) = (await page.state())["modals"]
        assert shown["title"]["text"] == "Form"
        missing = await page.act(ANA, "submit", view=shown["id"])
        assert missing["errors"].keys() == {"why", "kind"}
        assert (await page.state())["modals"][0]["errors"] == missing["errors"]
        assert (await page.act(ANA, "type", view=shown["id"], block_id="why", value="short"))["ok"]
        assert (await page.act(ANA, "type", view=shown["id"], block_id="kind", value=["b"]))["ok"]
        refused = await page.act(ANA, "submit", view=shown["id"])
        assert (refused["ok"], refused["errors"]) == (False, {"why": "Say more."})
        values = (await page.state())["modals"][0]["values"]
        assert values["why"]["text"]["value"] == "short"
        assert [o["value"] for o in values["kind"]["tick"]["selected_options"]] == ["b"]
        await page.act(ANA, "type", view=shown["id"], block_id="why", value="long enough")
        assert (await page.act(ANA, "submit", view=shown["id"]))["ok"]
    assert (await page.state())["modals"] == []


async def test_gestures_without_a_form(page: Page) -> None:
    app = bolt(page.server)

    @app.command("/handoff")
    async def _(ack: Any, command: Any) -> None:
        await ack(f"Heard {command['text']}")

    @app.event("app_home_opened")
    async def _(event: Any, client: Any) -> None:
        await client.views_publish(user_id=event["user"], view={"type": "home", "blocks": [actions(button("go"))]})

    @app.event("message")
    async def _(event: Any) -> None:
        assert event["text"] == "Hi"

    forms(app)
    workspace = page.server.workspace
    async with connected(page.server, app):
        for text in ("/handoff inbox", "inbox"):
            assert (await page.act(ANA, "slash", channel=HERE, text=text))["ok"]
        assert (await page.act(ANA, "post", channel=HERE, text="/handoff help"))["ok"]
        assert [m["text"] for m in await page.messages()] == ["Heard inbox", "Heard inbox", "Heard help"]
        assert (await page.act(ANA, "home"))["ok"]
        await workspace.until(lambda: ANA in workspace.homes)
        assert (await page.state())["home"]["blocks"][0]["block_id"] == "acts"
        assert (await page.act(ANA, "click", where={"home": True}, action_id="go"))["ok"]
        await workspace.until(lambda: workspace.stacks.get(ANA))
        assert (await page.act(ANA, "close", view=workspace.stacks[ANA][0].id))["ok"]
        assert not workspace.stacks[ANA]
        ts = (await page.messages())[0]["ts"]
        assert (await page.act(ANA, "dismiss", channel=HERE, ts=ts))["ok"]
        assert (await page.act(BEN, "post", channel=HERE, text="Hi"))["ok"]
        assert (await page.messages())[-1]["text"] == "Hi"
        await page.server.socket.settled()


async def test_what_cannot_be_done_is_said(page: Page) -> None:
    ts = post(page, actions(button("go")))
    where = {"channel": HERE, "ts": ts}
    gone = await page.act(ANA, "click", where=where, action_id="other")
    assert (gone["status"], gone["ok"]) == (200, False)
    assert "other" in gone["problem"]
    assert (await page.act("U0GUEST001", "click", where=where, action_id="go"))["ok"] is False
    unheard = await page.act(ANA, "click", where=where, action_id="go")
    assert unheard["problem"] == "Handoff did not answer: the app is not connected."
    assert (await page.state())["failures"][-1]["why"] == "the app is not connected"
    assert (await page.act(ANA, "dance"))["status"] == 400
    assert (await page.act(ANA, "click"))["status"] == 400


async def test_only_this_machine_and_only_json(page: Page) -> None:
    evil = await page.post("act", {}, headers={"Host": "evil.example:80"})
    assert evil["status"] == 403
    async with page.session.get(f"{page.server.page_url}sandbox/state", headers={"Host": "evil.example"}) as answer:
        assert answer.status == 403
    for name in ("localhost:8400", "[::1]:8400", "127.0.0.1"):
        async with page.session.get(f"{page.server.page_url}sandbox/state", headers={"Host": name}) as answer:
            assert answer.status == 200
    async with page.session.post(f"{page.server.page_url}sandbox/act", data=json.dumps({"do": "home"})) as answer:
        assert answer.status == 415


async def test_the_clock_jumps_forward_only(page: Page) -> None:
    before = (await page.state())["now"]
    assert (await page.post("clock", {"seconds": 3600}))["now"] == before + 3600
    for wrong in (-1, 0, "60", True, None, 1e12):
        assert (await page.post("clock", {"seconds": wrong}))["status"] == 400
    assert (await page.state())["now"] == before + 3600


async def test_every_change_is_announced(page: Page) -> None:
    async with (
        page.session.get(f"{page.server.page_url}sandbox/events", params={"as": ANA}) as stream,
        asyncio.timeout(5),
    ):
        first = json.loads((await stream.content.readline()).removeprefix(b"data: "))
        await stream.content.readline()
        post(page)
        second = json.loads((await stream.content.readline()).removeprefix(b"data: "))
    assert second["revision"] > first["revision"]


async def test_the_page_is_served_with_a_policy(page: Page) -> None:
    async with page.session.get(page.server.page_url) as answer:
        assert answer.status == 200
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    async with page.session.get(f"{page.server.page_url}page/..%2fserver.py") as answer:
        assert answer.status in (403, 404)
