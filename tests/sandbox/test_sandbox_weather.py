"""The workspace misbehaves when it is told to, over HTTP: what share of calls fails, being away, envelopes twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.limits import TIERS, Limits
from bot.sandbox.server import Server
from tests.sandbox.sandbox_rig import ANA, BEN, HERE, actions, bolt, button, client_of, connected, served


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with served(control=True) as running:
        yield running


@pytest.fixture
def client(server: Server) -> AsyncWebClient:
    return client_of(server)


async def told(server: Server, path: str, body: Any) -> tuple[int, str]:
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{server.page_url}control/{path}", json=body) as answer,
    ):
        return answer.status, await answer.text()


async def code(call: Any) -> str:
    with pytest.raises(SlackApiError) as caught:
        await call
    return str(caught.value.response.get("error") or caught.value.response.status_code)


async def test_a_workspace_without_control_cannot_be_told() -> None:
    async with served() as plain:
        assert (await told(plain, "faults", {}))[0] == 404


async def test_shares_of_calls_fail_until_the_weather_is_fair_again(server: Server, client: AsyncWebClient) -> None:
    await told(server, "faults", {"methods": {"chat.postMessage": {"ratelimited": 1.0}}, "retry_after": 7})
    with pytest.raises(SlackApiError) as limited:
        await client.chat_postMessage(channel=HERE, text="x")
    assert limited.value.response.headers["Retry-After"] == "7"
    assert (await client.auth_test())["ok"], "other methods are not named"
    await told(server, "faults", {"methods": {"*": {"unavailable": 1.0}}})
    assert await code(client.auth_test()) == "503"
    await told(server, "faults", {"methods": {"*": {"cut_after": 1.0}}})
    with pytest.raises(aiohttp.ClientError):
        await client.chat_postMessage(channel=HERE, text="there all the same")
    await told(server, "faults", {})
    await client.chat_postMessage(channel=HERE, text="fair")
    assert [m.text for m in server.workspace.messages[HERE]] == ["there all the same", "fair"]


@pytest.mark.parametrize(
    ("kind", "status", "words"),
    [("plain", 503, "upstream connect error"), ("torn", 200, '{"ok": false'), ("nonsense", 200, '["nobody here"')],
)
async def test_somebody_else_answers_in_slacks_place(server: Server, kind: str, status: int, words: str) -> None:
    await told(server, "faults", {"methods": {"*": {kind: 1.0}}})
    async with aiohttp.ClientSession() as session, session.post(f"{server.api_url}chat.postMessage") as answer:
        assert (answer.status, (await answer.text())[: len(words)]) == (status, words)
    assert server.workspace.messages.get(HERE, []) == []


async def test_a_share_is_a_share_and_the_same_seed_draws_the_same(server: Server, client: AsyncWebClient) -> None:
    runs = []
    for _ in range(2):
        weather = {"methods": {"chat.postMessage": {"broken": 0.3, "ratelimited": 0.3}}, "seed": 5}
        await told(server, "faults", weather)
        server.workspace.calls.clear()
        for _ in range(60):
            await asyncio.gather(client.chat_postMessage(channel=HERE, text="x"), return_exceptions=True)
        runs.append([c["error"] for c in server.workspace.calls])
    assert runs[0] == runs[1]
    assert 20 < runs[0].count("fault") < 50


@pytest.mark.parametrize(
    "body", [{"rain": 1}, {"methods": {"*": {"hail": 0.1}}}, {"methods": {"*": {"broken": 0.7, "slow": 0.7}}}]
)
async def test_weather_that_is_not_understood_is_refused(server: Server, body: Any) -> None:
    status, said = await told(server, "faults", body)
    assert status == 400
    assert said


async def test_limits_are_slacks(server: Server, client: AsyncWebClient) -> None:
    await told(server, "faults", {"limits": 1})
    await client.chat_postMessage(channel=HERE, text="one")
    assert await code(client.chat_postMessage(channel=HERE, text="two")) == "ratelimited"
    await client.chat_postMessage(channel=BEN, text="another channel is another count")
    assert [m.text for m in server.workspace.messages[HERE]] == ["one"]


def test_a_methods_minute_slides() -> None:
    limits = Limits()
    assert [limits.wait("chat.update", {}, 0.0) for _ in range(TIERS["chat.update"])] == [0] * 50
    assert limits.wait("chat.update", {}, 30.5) == 30
    assert limits.wait("views.open", {}, 30.5) == 0, "each method by itself"
    assert limits.wait("chat.update", {}, 60.1) == 0
    quick = Limits(speed=10)
    assert [quick.wait("chat.postMessage", {"channel": "C1"}, at) for at in (0.0, 0.05, 0.1)] == [0, 1, 0]
    assert quick.wait("auth.test", {}, 0.0) == 0


async def test_away_for_a_while(server: Server, client: AsyncWebClient) -> None:
    async with connected(server, bolt(server)):
        assert await told(server, "down", {"seconds": 0.4}) == (200, '{"ok": true}')
        await server.workspace.until(lambda: not server.socket.connections)
        with pytest.raises(aiohttp.ClientError):
            await client.auth_test()
        await asyncio.sleep(0.6)
        assert (await client.auth_test())["ok"]
    assert (await told(server, "down", {"seconds": 0}))[0] == 400


async def test_closing_while_away_is_no_trouble() -> None:
    async with served(control=True) as running:
        await told(running, "down", {"seconds": 30})
        await asyncio.sleep(0.1)


@pytest.mark.parametrize("how", ["refresh", "close", "cut"])
async def test_sockets_are_closed_and_the_app_comes_back(server: Server, how: str) -> None:
    async with connected(server, bolt(server)):
        first = server.socket.connections[0]
        assert (await told(server, "sockets", {"how": how}))[0] == 200
        await server.workspace.until(lambda: first not in server.socket.connections, seconds=20)
        await server.workspace.until(lambda: server.socket.connections, seconds=20)
    assert (await told(server, "sockets", {"how": "gently"}))[0] == 400


@pytest.mark.parametrize("connections", [1, 2])
async def test_an_envelope_comes_twice_through_either_connection(
    server: Server, client: AsyncWebClient, connections: int
) -> None:
    seen: list[str] = []
    app = bolt(server)

    @app.action("go")
    async def _(ack: Any, body: Any) -> None:
        seen.append(body["trigger_id"])
        await ack()

    ts = (await client.chat_postMessage(channel=HERE, text="x", blocks=[actions(button("go"))]))["ts"]
    await told(server, "faults", {"twice": 1.0})
    async with connected(server, app):
        if connections == 2:
            async with connected(server, app):
                await server.workspace.until(lambda: len(server.socket.connections) == 2)
                assert (await server.people.click(ANA, HERE, ts, "go")).acked
                await _seen_twice(seen)
        else:
            assert (await server.people.click(ANA, HERE, ts, "go")).acked
            await _seen_twice(seen)


async def _seen_twice(seen: list[str]) -> None:
    async with asyncio.timeout(5):
        while len(seen) < 2:  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.01)
    assert len(set(seen)) == 1


async def test_envelopes_overtake_each_other(server: Server, client: AsyncWebClient) -> None:
    seen: list[str] = []
    app = bolt(server)

    @app.action("go")
    async def _(ack: Any, body: Any) -> None:
        seen.append(body["actions"][0]["value"])
        await ack()

    buttons = [actions(button("go", value=str(n)), block_id=f"b{n}") for n in range(12)]
    ts = (await client.chat_postMessage(channel=HERE, text="x", blocks=buttons))["ts"]
    await told(server, "faults", {"late": 0.3, "seed": 1})
    async with connected(server, app):
        await asyncio.gather(*(server.people.click(ANA, HERE, ts, "go", block_id=f"b{n}") for n in range(12)))
    assert sorted(seen, key=int) == [str(n) for n in range(12)] != seen


async def test_the_record_says_what_stands_where(server: Server, client: AsyncWebClient) -> None:
    mark = {"event_type": "handoff", "event_payload": {"id": "ob_1"}}
    await client.chat_postMessage(channel=HERE, text="x", metadata=mark)
    await client.chat_postMessage(channel=BEN, text="only for you")
    async with aiohttp.ClientSession() as session, session.get(f"{server.page_url}control/record") as answer:
        record = await answer.json()
    (message,) = record["messages"][HERE]
    assert message["metadata"] == mark
    assert list(record["direct"].values()) == [BEN]
    assert [c["ok"] for c in record["calls"]] == [True, True]
