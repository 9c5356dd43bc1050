"""HTTP mode: a real server on a real port, what Slack sends and what only pretends to come from it."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from bot import metrics
from bot.api import MOST_BYTES, PATH, Server, build_api
from bot.cards import ids
from bot.core.types import State
from bot.desk.change import attempt
from tests.slack.hands import House, signed

Json = dict[str, Any]
FORM = "application/x-www-form-urlencoded"


@dataclass
class Web:
    """The bot's HTTP door, and somebody who knocks."""

    house: House
    server: Server
    serving: asyncio.Task[None]
    session: aiohttp.ClientSession

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.port}"

    async def post(self, body: str | bytes, headers: dict[str, str]) -> tuple[int, str]:
        async with self.session.post(self.url + PATH, data=body, headers=headers) as said:
            return said.status, await said.text()

    async def send(self, payload: Json) -> tuple[int, str]:
        return await self.post(*signed(payload))

    def approval(self, who: str = "bruno", user: str = "U0BIA") -> Json:
        house = self.house
        return house.base("block_actions", user) | {
            "actions": [house.action(ids.APPROVE, house.value(who))],
            "response_url": f"{house.slack.base}/response/1",
            "channel": {"id": "C0BRAZIL", "name": "br"},
            "container": {"type": "message", "message_ts": "1.0", "channel_id": "C0BRAZIL", "is_ephemeral": False},
            "message": {"ts": "1.0", "text": "x"},
        }

    def state(self, who: str = "bruno") -> State:
        return self.house.case(who).review.state


@pytest.fixture
async def web(house: House) -> AsyncIterator[Web]:
    server = Server(build_api(house.handoff), "127.0.0.1", 0)
    serving = asyncio.create_task(server.run())
    async with aiohttp.ClientSession() as session:
        yield Web(house, server, serving, session)
        await server.close(1)
    await serving


def counted(name: str, **labels: str) -> float:
    return metrics.REGISTRY.get_sample_value(name, labels) or 0.0


# What Slack sends


async def test_a_signed_click_decides_and_is_answered(web: Web) -> None:
    before = counted("handoff_ack_seconds_count", kind="action", transport="http")
    assert await web.send(web.approval()) == (200, "")
    case = web.house.case("bruno")
    assert case.review.state is State.DECIDED
    assert case.decision is not None
    assert case.decision.by == "U0BIA"
    assert counted("handoff_ack_seconds_count", kind="action", transport="http") == before + 1


async def test_a_form_is_answered_where_it_lacks_something(web: Web) -> None:
    house = web.house
    await house.tap("U0BIA", ids.OVERRIDE, house.value("bruno"))
    view = house.filled(house.slack.last_view, {})
    status, text = await web.send(house.base("view_submission", "U0BIA") | {"response_urls": [], "view": view})
    assert status == 200
    assert json.loads(text)["response_action"] == "errors"
    assert web.state() is State.PENDING


@pytest.mark.parametrize("text", ["help", "inbox payload=x & 100% +1 «да»"])
async def test_a_command_is_answered_whatever_it_says(web: Web, text: str) -> None:
    command = {
        "type": "command", "command": "/handoff", "text": text, "user_id": "U0BIA", "team_id": "T0HOME",
        "response_url": f"{web.house.slack.base}/response/c", "trigger_id": "1.1.c", "channel_id": "C0BRAZIL",
    }  # fmt: skip
    status, said = await web.send(command)
    assert status == 200
    assert json.loads(said)["response_type"] == "ephemeral"


async def test_an_event_draws_the_home_tab(web: Web) -> None:
    event = {"type": "app_home_opened", "user": "U0BIA", "tab": "home", "channel": "D0BIA"}
    sent = {
        "type": "event_callback", "team_id": "T0HOME", "api_app_id": "A0APP", "event": event, "event_id": "Ev0HTTP",
        "event_time": 1, "authorizations": [],
    }  # fmt: skip
    assert (await web.send(sent))[0] == 200
    async with asyncio.timeout(3):
        while not web.house.slack.to("views.publish"):  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.01)


async def test_slack_makes_sure_of_the_address(web: Web) -> None:
    status, said = await web.send({"type": "url_verification", "challenge": "c4", "token": "t"})
    assert (status, json.loads(said)) == (200, {"challenge": "c4"})


async def test_every_character_that_a_form_may_hold_arrives_as_it_was_typed(web: Web) -> None:
    """The body is unquoted by a faster parser than Bolt's: the same text must come out."""
    house = web.house
    await house.tap("U0BIA", ids.OVERRIDE, house.value("bruno"))
    typed = '1+1=2 & 100 % «накрутка» \U0001f600 ;/?%20\n"quoted" \\ \x7f'
    view = house.filled(house.slack.last_view, {"narrative": typed, "reasons": ["cultural_fit"], "confidence": "sure"})
    assert await web.send(house.base("view_submission", "U0BIA") | {"response_urls": [], "view": view}) == (200, "")
    judgement = house.case("bruno").judgement
    assert judgement is not None
    assert judgement.rationale.narrative == typed


async def test_a_replayed_click_changes_nothing_more(web: Web) -> None:
    body, headers = signed(web.approval())
    assert await web.post(body, headers) == (200, "")
    decided = web.house.case("bruno")
    said = [await web.post(body, headers) for _ in range(3)]
    assert said == [(200, "")] * 3
    assert web.house.case("bruno") == decided


async def test_a_click_played_back_after_it_was_taken_back_stays_taken_back(web: Web) -> None:
    kept = web.approval("bruno", "U0BIA")
    assert await web.send(kept) == (200, "")
    await web.house.tap("U0BIA", ids.UNDO, web.house.value("bruno"))
    reopened = web.house.case("bruno")
    both = await asyncio.gather(web.send(kept), web.send(kept))
    assert both == [(200, "")] * 2
    assert web.house.case("bruno") == reopened
    # A new tap is a new answer.
    assert await web.send(web.approval("bruno", "U0BIA")) == (200, "")
    assert web.state("bruno") is State.DECIDED


async def test_many_at_once_are_each_decided_once(web: Web) -> None:
    people = ("U0BIA", "U0CAIO", "U0ZOE")
    said = await asyncio.gather(
        *(web.send(web.approval(who, user)) for who in ("ana", "bruno", "carla") for user in people)
    )
    assert said == [(200, "")] * 9
    assert {web.state(who) for who in ("ana", "bruno", "carla")} == {State.DECIDED}


# What only pretends


async def refused(web: Web, body: str | bytes, headers: dict[str, str]) -> tuple[int, str]:
    """What is said to it; nothing may have come of it, and nothing of it may stand in the answer."""
    status, said = await web.post(body, headers)
    assert web.state() is State.PENDING
    return status, json.loads(said)["error"]


async def test_a_forged_signature_is_refused(web: Web) -> None:
    body, headers = signed(web.approval(), secret="somebody-else's")
    before = counted("handoff_refused_total", why="invalid_signature")
    assert await refused(web, body, headers) == (401, "invalid_signature")
    body, headers = signed(web.approval())
    assert await refused(web, body + " ", headers) == (401, "invalid_signature")
    assert counted("handoff_refused_total", why="invalid_signature") == before + 2


@pytest.mark.parametrize("minutes", [-6, 6])
async def test_a_stamp_that_is_not_of_now_is_refused(web: Web, minutes: int) -> None:
    assert await refused(web, *signed(web.approval(), at=time.time() + minutes * 60)) == (401, "invalid_signature")


@pytest.mark.parametrize("minutes", [-4, 4])
async def test_a_clock_may_be_four_minutes_off(web: Web, minutes: int) -> None:
    assert await web.post(*signed(web.approval(), at=time.time() + minutes * 60)) == (200, "")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("x-slack-signature", ""), ("x-slack-signature", "v0=äöü"), ("x-slack-request-timestamp", ""),
        ("x-slack-request-timestamp", "yesterday"), ("x-slack-request-timestamp", "9" * 4000),
    ],
)  # fmt: skip
async def test_a_signature_that_is_none_is_refused(web: Web, name: str, value: str) -> None:
    body, headers = signed(web.approval())
    assert await refused(web, body, headers | {name: value}) == (401, "invalid_signature")


async def test_nothing_unsigned_at_all(web: Web) -> None:
    assert await refused(web, "payload=%7B%7D", {"content-type": FORM}) == (401, "invalid_signature")
    assert await refused(web, b"\xff\xfe\x00", {"content-type": FORM}) == (401, "invalid_signature")
    # Bolt itself lets this one through unverified.
    assert await refused(web, "ssl_check=1", {"content-type": FORM}) == (401, "invalid_signature")


def stamped(web: Web, body: str, kind: str = FORM) -> tuple[str, dict[str, str]]:
    """Any text, signed as Slack would: what a bug at the other end might send."""
    stamp = str(int(time.time()))
    signature = web.house.handoff.verifier.generate_signature(timestamp=stamp, body=body) or ""
    return body, {"content-type": kind, "x-slack-signature": signature, "x-slack-request-timestamp": stamp}


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("{", "application/json"), ("[1]", "application/json"), ("null", "application/json"), ("", "application/json"),
        ("[" * 100_000, "application/json"), ("payload=%7B", FORM), ("payload=1", FORM),
        ('{"type": "block_actions", "team": 5}', "application/json"),
    ],
)  # fmt: skip
async def test_signed_rubbish_is_refused_and_leaves_no_traceback(
    web: Web, body: str, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        assert await refused(web, *stamped(web, body, kind)) == (400, "unreadable")
    assert not [record for record in caplog.records if record.exc_info]


@pytest.mark.parametrize("kind", ["text/plain", "multipart/form-data; boundary=x", ""])
async def test_another_content_type_is_refused(web: Web, kind: str) -> None:
    body, headers = signed(web.approval())
    assert await refused(web, body, headers | {"content-type": kind}) == (415, "unsupported_type")


async def test_a_huge_body_is_refused_without_being_read(web: Web) -> None:
    body = "x" * (MOST_BYTES + 1)
    assert await refused(web, *stamped(web, body)) == (413, "too_large")


async def test_a_huge_body_that_does_not_say_so_is_refused_too(web: Web) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b"x" * 65_536

    _, headers = signed(web.approval())
    try:
        async with web.session.post(web.url + PATH, data=endless(), headers=headers) as said:
            assert said.status == 413
    except aiohttp.ClientConnectionError:
        pass  # closed in the middle of it: as good an answer
    assert await web.send(web.approval()) == (200, "")


@pytest.mark.parametrize("begun", ["", "abc"])
async def test_a_body_that_never_begins_or_never_ends_is_not_waited_for(
    web: Web, begun: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.api.slack._READING", 0.1)
    reader, writer = await asyncio.open_connection("127.0.0.1", web.server.port)
    head = f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Type: {FORM}\r\nContent-Length: 10\r\n\r\n"
    writer.write((head + begun).encode())
    assert (await asyncio.wait_for(reader.readline(), 3)).startswith(b"HTTP/1.1 408 ")
    writer.close()


async def test_strangers_cannot_fill_the_log_and_do_not_stand_in_it(web: Web, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(5):
        await refused(web, *signed(web.approval(), secret="somebody-else's"))
    said = [r.getMessage() for r in caplog.records if r.name == "bot.api.slack" and r.levelno >= logging.WARNING]
    assert len(said) == 1
    assert "invalid_signature" in said[0]


async def test_what_is_no_http_is_closed_without_a_line(web: Web, lines: Callable[[], list[Json]]) -> None:
    for rubbish in (b"\x16\x03\x01\x02\x00\x01\x00", b"GET\r\n\r\n", b"POST / HTTP/9.9\r\n\r\n"):
        reader, writer = await asyncio.open_connection("127.0.0.1", web.server.port)
        writer.write(rubbish)
        assert (await asyncio.wait_for(reader.read(), 3)).startswith(b"HTTP/1.1 400 ")
        writer.close()
    assert lines() == []


async def test_other_addresses_and_methods(web: Web) -> None:
    async with web.session.get(web.url + "/healthz") as said:
        assert (said.status, await said.json()) == (200, {"ok": True})
    for method, path, status in (
        ("GET", PATH, 405), ("DELETE", PATH, 405), ("POST", "/healthz", 405), ("GET", "/", 404), ("GET", "/docs", 404),
        ("GET", "/openapi.json", 404), ("GET", "/metrics", 404), ("POST", "/slack/events/x", 404),
    ):  # fmt: skip
        async with web.session.request(method, web.url + path) as said:
            assert said.status == status, (method, path)
            assert "server" not in said.headers


# Its beginning and its end


async def test_a_port_that_is_taken_is_said_at_once(web: Web) -> None:
    with pytest.raises(OSError, match="in use"):
        Server(build_api(web.house.handoff), "127.0.0.1", web.server.port)


async def test_closing_answers_what_is_in_hand_and_takes_nothing_new(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    real = attempt

    def slowly(*args: Any) -> Any:
        time.sleep(0.5)
        return real(*args)

    monkeypatch.setattr("bot.desk.deadline.attempt", slowly)
    click = asyncio.create_task(web.send(web.approval()))
    await asyncio.sleep(0.2)
    await web.server.close(3)
    assert await click == (200, "")
    assert web.state() is State.DECIDED
    with pytest.raises(aiohttp.ClientConnectionError):
        await web.send(web.approval("ana"))


async def test_a_server_that_ends_by_itself_is_no_quiet_day(house: House) -> None:
    server = Server(build_api(house.handoff), "127.0.0.1", 0)
    serving = asyncio.create_task(server.run())
    await asyncio.sleep(0.05)
    server._server.should_exit = True
    with pytest.raises(RuntimeError, match="by itself"):
        await asyncio.wait_for(serving, 3)
