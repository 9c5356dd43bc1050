"""Socket Mode: several connections, one deed per envelope, and what happens when they come and go."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bot import metrics
from bot.slack import link, sockets
from bot.slack.envelopes import acknowledgement, unwrapped
from bot.slack.once import Once
from bot.slack.sockets import Sockets
from bot.web_api import Client
from tests.slack.fake_slack import FakeSlack, slow
from tests.slack.strangers import STRANGERS, Answer, plain

Json = dict[str, Any]


class Listeners:
    """A Bolt app that counts: `quick`, `slow` until told, `answering` with a payload, `failing` once."""

    def __init__(self, client: AsyncWebClient) -> None:
        self.calls: list[str] = []
        self.go_on = asyncio.Event()
        self.failures = 1
        who = AuthorizeResult(enterprise_id=None, team_id="T0HOME", bot_id="B1", bot_user_id="U0BOT", bot_token="xoxb")

        async def authorize() -> AuthorizeResult:
            return who

        self.app = AsyncApp(
            client=client, authorize=authorize, signing_secret="x", process_before_response=True,  # type: ignore[arg-type]
            logger=logging.getLogger("test.bolt"),
        )  # fmt: skip
        for name in ("quick", "slow", "answering", "failing"):
            self.app.action(name)(self._listener(name))

    def _listener(self, name: str) -> Any:
        async def listener(ack: Any, body: Json) -> None:
            self.calls.append(name)
            if name == "slow":
                await self.go_on.wait()
            if name == "failing" and self.failures:
                self.failures -= 1
                await asyncio.sleep(0.01)
                raise RuntimeError("not now")
            await (ack(response_action="clear") if name == "answering" else ack())

        return listener


def tapped(action: str) -> Json:
    return {
        "type": "block_actions", "team": {"id": "T0HOME"}, "user": {"id": "U1", "team_id": "T0HOME"},
        "actions": [{"action_id": action, "block_id": "b", "type": "button", "value": "v"}],
    }  # fmt: skip


async def answer(once: Once, name: str, action: str) -> str | None:
    """What an envelope of that name is answered, past the wire."""
    request = unwrapped({"envelope_id": name, "type": "interactive", "payload": tapped(action)})
    return acknowledgement(name, await once.dispatch(request, name))


@pytest.fixture
def listeners(slack: FakeSlack) -> Listeners:
    client = Client(base_url=f"{slack.base}/api/", retry_handlers=[])
    return Listeners(client)


@pytest.fixture
async def connect(slack: FakeSlack, listeners: Listeners) -> AsyncIterator[Callable[..., Any]]:
    up: list[tuple[Sockets, asyncio.Task[None]]] = []

    async def connected(count: int = 2, **more: Any) -> Sockets:
        made = Sockets(Once(listeners.app), listeners.app.client, "xapp-secret", count=count, **more)
        up.append((made, asyncio.create_task(made.run())))
        await until(lambda: len(slack.sockets) == made.connected == count)
        return made

    yield connected
    for made, running in up:
        await made.close(1)
        await asyncio.wait_for(asyncio.gather(running, return_exceptions=True), 5)
        assert made.connected == 0


async def until(found: Callable[[], Any], seconds: float = 5.0) -> None:
    async with asyncio.timeout(seconds):
        while not found():  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.01)


# One deed per envelope


async def test_an_envelope_on_two_connections_is_one_deed_with_two_answers(
    slack: FakeSlack, listeners: Listeners, connect: Any
) -> None:
    await connect()
    for socket in (0, 1):
        await slack.envelope("interactive", tapped("slow"), socket=socket, name="E1")
    await until(lambda: listeners.calls)
    await asyncio.sleep(0.05)
    assert slack.acks == []
    listeners.go_on.set()
    await until(lambda: len(slack.acks) == 2)
    assert listeners.calls == ["slow"]
    assert {id(s) for s, _ in slack.acks} == {id(s) for s in slack.sockets}


async def test_an_envelope_that_comes_again_later_gets_the_same_answer(
    slack: FakeSlack, listeners: Listeners, connect: Any
) -> None:
    await connect()
    for socket in (0, 1):
        await slack.envelope("interactive", tapped("answering"), socket=socket, name="E1")
        await until(lambda so_far=socket + 1: len(slack.acks) == so_far)
    said = {"envelope_id": "E1", "payload": {"response_action": "clear"}}
    assert [told for _, told in slack.acks] == [said, said]
    assert listeners.calls == ["answering"]


async def test_what_failed_is_not_answered_and_is_done_when_it_comes_again(listeners: Listeners) -> None:
    listeners.app._framework_logger.disabled = True
    once = Once(listeners.app)
    first, second = await asyncio.gather(*(answer(once, "E1", "failing") for _ in range(2)))
    assert (first, second) == (None, None)
    assert await answer(once, "E1", "failing") == '{"envelope_id": "E1"}'
    assert listeners.calls == ["failing", "failing"]


async def test_what_is_remembered_is_bounded_in_number_and_in_size(listeners: Listeners) -> None:
    few = Once(listeners.app, most=3)
    for name in ("E1", "E2", "E3", "E4", "E4", "E1"):
        await answer(few, name, "quick")
    assert len(listeners.calls) == 5  # E1 had been forgotten
    assert len(few._known) == 3
    small = Once(listeners.app, most_characters=60)
    for name in ("E1", "E2", "E3", "E3"):
        await answer(small, name, "answering")  # each has 28
    assert len(listeners.calls) == 8
    assert len(small._known) == 2


async def test_what_is_still_being_worked_out_is_not_forgotten(listeners: Listeners) -> None:
    once = Once(listeners.app, most=1)
    slow = asyncio.create_task(answer(once, "E1", "slow"))
    await until(lambda: listeners.calls)
    for name in ("E2", "E3"):
        await answer(once, name, "quick")
    again = asyncio.create_task(answer(once, "E1", "slow"))
    listeners.go_on.set()
    assert await slow == await again == '{"envelope_id": "E1"}'
    assert listeners.calls.count("slow") == 1


async def test_a_slow_listener_holds_nobody_up(slack: FakeSlack, listeners: Listeners, connect: Any) -> None:
    await connect(count=1)
    slow = await slack.envelope("interactive", tapped("slow"))
    quick = [await slack.envelope("interactive", tapped("quick")) for _ in range(20)]
    await asyncio.wait_for(asyncio.gather(*quick), 2)
    assert not slow.done()
    listeners.go_on.set()
    await asyncio.wait_for(slow, 2)


# Coming and going


async def test_lost_connections_come_back_at_once_and_it_is_told_how_long_there_was_none(
    slack: FakeSlack, connect: Any
) -> None:
    gaps: list[float] = []
    made = await connect(came_back=gaps.append)
    counted = metrics.reconnects._value.get()
    assert gaps == []  # the start is no return
    for socket in list(slack.sockets):
        await socket.close()
    await until(lambda: made.connected == 2 and made.reconnects == 2)
    assert metrics.reconnects._value.get() == counted + 2
    assert len(gaps) == 1
    assert 0 < gaps[0] < 2
    assert await asyncio.wait_for(await slack.envelope("interactive", tapped("quick")), 2) == {}


async def test_when_one_of_two_goes_the_other_answers_and_nobody_was_away(slack: FakeSlack, connect: Any) -> None:
    gaps: list[float] = []
    made = await connect(came_back=gaps.append)
    await slack.sockets[0].close()
    assert await asyncio.wait_for(await slack.envelope("interactive", tapped("quick")), 2) == {}
    await until(lambda: made.connected == 2)
    assert gaps == []


async def test_a_connection_that_slack_renews_serves_until_the_next_is_up(
    slack: FakeSlack, listeners: Listeners, connect: Any
) -> None:
    made = await connect(count=1)
    old = slack.sockets[0]
    slow = await slack.envelope("interactive", tapped("slow"))
    await old.send_json({"type": "disconnect", "reason": "warning", "debug_info": {}})
    await until(lambda: len(slack.sockets) == 2)
    assert await asyncio.wait_for(await slack.envelope("interactive", tapped("quick"), socket=0), 2) == {}
    listeners.go_on.set()
    assert await asyncio.wait_for(slow, 2) == {}
    assert all(socket is old for socket, _ in slack.acks)
    await old.close()
    await until(lambda: made.connected == 1)
    assert made.reconnects == 1


async def test_a_connection_that_was_called_off_is_closed_by_us_in_the_end(
    slack: FakeSlack, connect: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "_LAST_WORDS", 0.2)
    made = await connect(count=1)
    await slack.sockets[0].send_json({"type": "disconnect", "reason": "refresh_requested", "debug_info": {}})
    await until(lambda: made.reconnects == 1 and made.connected == len(slack.sockets) == 1)


async def test_one_whose_other_end_has_fallen_silent_is_replaced(
    slack: FakeSlack, connect: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link, "_HEARTBEAT", 0.2)
    slack.mute = True
    made = await connect(count=1)
    slack.mute = False
    await until(lambda: made.reconnects == 1)
    assert await asyncio.wait_for(await slack.envelope("interactive", tapped("quick")), 2) == {}


async def test_neither_a_ticket_nor_hello_within_the_time_means_a_new_attempt(
    slack: FakeSlack, listeners: Listeners, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "_PATIENCE", 0.3)
    slack.faults["apps.connections.open"] = slow(3)
    slack.first_words = [None]
    made = Sockets(Once(listeners.app), listeners.app.client, "xapp-secret", count=1)
    running = asyncio.create_task(made.run())
    await until(lambda: len(slack.to("apps.connections.open")) == 2)
    del slack.faults["apps.connections.open"]
    await until(lambda: made.connected == 1)
    assert slack.first_words == []
    assert len(slack.to("apps.connections.open")) >= 4  # two were never answered, one led nowhere
    await made.close(1)
    await asyncio.gather(running, return_exceptions=True)


async def test_a_revoked_token_is_said_clearly_and_tried_again_with_patience(
    slack: FakeSlack, connect: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    made = await connect(count=2)
    slack.fail("apps.connections.open", "token_revoked")
    before = len(slack.to("apps.connections.open"))
    for socket in list(slack.sockets):
        await socket.close()
    await until(lambda: len(slack.to("apps.connections.open")) == before + 2)
    await asyncio.sleep(0.5)
    assert len(slack.to("apps.connections.open")) == before + 2  # no circle: the next try is seconds away
    assert made.connected == 0
    said = [r.getMessage() for r in caplog.records if r.levelno == logging.ERROR]
    assert len(said) == 2
    assert "token_revoked" in said[0] and "SLACK_APP_TOKEN" in said[0]
    assert "xapp-secret" not in caplog.text


async def test_it_heals_by_itself_when_slack_lets_us_in_again(
    slack: FakeSlack, connect: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "_PAUSES", (0.02,))
    made = await connect(count=1)
    slack.fail("apps.connections.open", "internal_error", times=3)
    await slack.sockets[0].close()
    await until(lambda: made.reconnects == 1 and made.connected == 1)


@pytest.mark.parametrize("stranger", STRANGERS.values(), ids=STRANGERS)
async def test_whoever_answers_in_slacks_place_is_outlived(
    slack: FakeSlack, connect: Any, stranger: Answer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(sockets, "_PAUSES", (0.02,))
    made = await connect(count=2)
    slack.strange("apps.connections.open", stranger, times=4)
    for socket in list(slack.sockets):
        await socket.close()
    await until(lambda: made.reconnects == 2 and made.connected == 2)
    assert await asyncio.wait_for(await slack.envelope("interactive", tapped("quick")), 2) == {}
    assert caplog.text.count("Slack has trouble; trying again") == 4
    assert "app-level token" not in caplog.text


@pytest.mark.parametrize("after", ["soon", "nan", "-1", "Wed, 21 Oct 2026 07:28:00 GMT"])
async def test_a_wait_that_is_no_number_is_one_of_ours(
    slack: FakeSlack, connect: Any, after: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "_PAUSES", (0.02,))
    made = await connect(count=1)
    slack.strange("apps.connections.open", lambda: plain(429, Retry_After=after), times=2)
    await slack.sockets[0].close()
    await until(lambda: made.reconnects == 1 and made.connected == 1)


async def test_nothing_that_a_connection_can_raise_takes_the_process_down(
    slack: FakeSlack, connect: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also what nobody has thought of."""
    monkeypatch.setattr(sockets, "_PAUSES", (0.02,))
    mishaps: list[Exception] = [KeyError("url"), RuntimeError("odd"), AttributeError("get")]

    def came_back(_seconds: float) -> None:
        if mishaps:
            raise mishaps.pop()

    made = await connect(count=1, came_back=came_back)
    for _ in range(4):
        before = made.reconnects
        await slack.sockets[0].close()
        await until(lambda before=before: made.reconnects > before and made.connected == len(slack.sockets) == 1)
    assert mishaps == []
    assert await asyncio.wait_for(await slack.envelope("interactive", tapped("quick")), 2) == {}


@pytest.mark.parametrize(
    ("code", "advice"),
    [("invalid_auth", "SLACK_APP_TOKEN"), ("missing_scope", "connections:write"), ("link_disabled", "switch it on"),
     ("internal_error", "Slack has trouble"), ("something_new", "Slack has trouble")],
)  # fmt: skip
async def test_another_token_is_advised_only_where_it_helps(
    slack: FakeSlack, connect: Any, code: str, advice: str, caplog: pytest.LogCaptureFixture
) -> None:
    await connect(count=1)
    slack.fail("apps.connections.open", code)
    await slack.sockets[0].close()
    await until(lambda: code in caplog.text)
    assert advice in caplog.text
    assert ("SLACK_APP_TOKEN" in caplog.text) == (code in {"invalid_auth", "missing_scope"})


async def test_too_many_connections_are_told_apart_and_not_insisted_on(
    slack: FakeSlack, listeners: Listeners, caplog: pytest.LogCaptureFixture
) -> None:
    slack.first_words = [{"type": "disconnect", "reason": "too_many_websockets", "debug_info": {}}]
    made = Sockets(Once(listeners.app), listeners.app.client, "xapp-secret", count=1)
    running = asyncio.create_task(made.run())
    await until(lambda: "too_many_websockets" in caplog.text)
    await asyncio.sleep(0.3)
    assert len(slack.to("apps.connections.open")) == 1
    assert "HANDOFF_SOCKETS" in caplog.text
    await made.close(1)
    await asyncio.gather(running, return_exceptions=True)


async def test_an_answer_whose_connection_broke_leaves_by_another(
    slack: FakeSlack, listeners: Listeners, connect: Any
) -> None:
    await connect(count=2)
    acked = await slack.envelope("interactive", tapped("slow"), socket=0)
    await until(lambda: listeners.calls)
    await slack.sockets[0].close()
    listeners.go_on.set()
    assert await asyncio.wait_for(acked, 2) == {}


async def test_closing_takes_nothing_new_and_finishes_what_is_in_hand(
    slack: FakeSlack, listeners: Listeners, connect: Any
) -> None:
    made = await connect(count=2)
    acked = await slack.envelope("interactive", tapped("slow"))
    await until(lambda: listeners.calls)
    closing = asyncio.create_task(made.close(3))
    await asyncio.sleep(0.05)
    refused = await slack.envelope("interactive", tapped("quick"))
    await asyncio.sleep(0.05)
    assert not closing.done()
    listeners.go_on.set()
    assert await asyncio.wait_for(acked, 2) == {}
    await asyncio.wait_for(closing, 2)
    assert not refused.done()
    assert listeners.calls == ["slow"]


async def test_rubbish_on_the_wire_harms_nobody(slack: FakeSlack, connect: Any) -> None:
    await connect(count=1)
    for text in ("", "[]", "{", '{"type": "strange"}'):
        await slack.sockets[0].send_str(text)
    await slack.sockets[0].send_bytes(b"\0")
    assert await asyncio.wait_for(await slack.envelope("interactive", tapped("quick")), 2) == {}
