"""The whole process: starts, takes clicks from a socket, lets deadlines happen, stops in order."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.app import StartError, run
from bot.cards import ids
from bot.core.types import State
from bot.desk.change import attempt
from bot.desk.tick import tick
from bot.settings import Settings
from bot.ticker import Ticker
from tests.slack.fake_slack import slow
from tests.slack.hands import House
from tests.slack.strangers import STRANGERS, Answer

Running = tuple[House, asyncio.Event, "asyncio.Task[None]"]


@pytest.fixture
async def running(house: House) -> AsyncIterator[Running]:
    stop = asyncio.Event()
    task = asyncio.create_task(run(house.handoff, stop))
    yield house, stop, task
    stop.set()
    async with asyncio.timeout(10):
        await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
async def late(house: House, running: Running) -> Running:
    """Started two days too late: `running` begins only when the loop turns next."""
    house.clock.move(hours=49)
    return running


async def until(found: Any, seconds: float = 5.0) -> None:
    async with asyncio.timeout(seconds):
        while not found():  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.01)


async def test_a_click_from_the_socket_changes_the_card(running: Running) -> None:
    house, _, _ = running
    await until(lambda: len(house.slack.cards("C0BRAZIL")) == 3)
    payload = house.base("block_actions", "U0BIA") | {"actions": [house.action(ids.APPROVE, house.value("bruno"))]}
    acked = await house.slack.envelope("interactive", payload)
    assert await asyncio.wait_for(acked, 3) == {}
    await until(lambda: any(ids.UNDO in str(c["blocks"]) for c in house.slack.cards("C0BRAZIL")))


async def test_stopping_lets_the_click_in_hand_end(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    house, stop, task = running
    real = attempt

    def slowly(*args: Any) -> None:
        time.sleep(0.5)
        real(*args)

    monkeypatch.setattr("bot.desk.decide.attempt", slowly)
    payload = house.base("block_actions", "U0BIA") | {"actions": [house.action(ids.APPROVE, house.value("bruno"))]}
    acked = await house.slack.envelope("interactive", payload)
    await asyncio.sleep(0.1)
    stop.set()
    assert await asyncio.wait_for(acked, 3) == {}
    await asyncio.wait_for(task, 10)


async def test_a_hanging_slack_does_not_hold_the_shutdown(running: Running) -> None:
    house, stop, task = running
    await until(lambda: house.slack.to("apps.connections.open"))
    house.slack.faults["views.publish"] = house.slack.faults["chat.postMessage"] = slow(30)
    payload = house.base("block_actions", "U0BIA") | {"actions": [house.action(ids.APPROVE, house.value("bruno"))]}
    await asyncio.wait_for(await house.slack.envelope("interactive", payload), 3)
    stop.set()
    async with asyncio.timeout(10):
        await task


async def test_what_fell_due_while_nobody_ran_is_decided_at_once(late: Running) -> None:
    house, _, _ = late
    await until(lambda: house.case("ana").review.state is State.DECIDED, 3)
    await until(lambda: len(house.slack.cards("D0MAYA")) > 0)


async def test_the_alarm_rings_at_the_deadline_without_waiting_for_the_sweep(house: House) -> None:
    due, began = house.case("ana").review.deadline_at, time.monotonic()
    house.desk.clock = lambda: due + timedelta(seconds=time.monotonic() - began - 0.5)
    ticker = Ticker(house.desk, house.handoff.outbox.wake, sweep=3600)
    task = asyncio.create_task(ticker.run())
    await until(lambda: house.case("ana").review.state is State.DECIDED, 3)
    decision = house.case("ana").decision
    assert decision is not None
    assert decision.at >= due
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_deadline_that_falls_while_the_next_is_looked_up_does_not_wait_for_the_sweep(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    due = house.case("ana").review.deadline_at

    def overtaken(desk: Any) -> bool:
        more = tick(desk)
        house.clock.now = due
        return more

    monkeypatch.setattr("bot.ticker.tick", overtaken)
    ticker = Ticker(house.desk, house.handoff.outbox.wake, sweep=3600)
    task = asyncio.create_task(ticker.run())
    await until(lambda: house.case("ana").review.state is State.DECIDED, 3)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_what_no_pass_can_do_anything_about_is_left_to_the_sweep(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    passes = 0

    def idle(_desk: Any) -> bool:
        nonlocal passes
        passes += 1
        return False

    monkeypatch.setattr("bot.ticker.tick", idle)
    house.clock.move(hours=48)
    ticker = Ticker(house.desk, house.handoff.outbox.wake, sweep=3600)
    task = asyncio.create_task(ticker.run())
    await asyncio.sleep(0.3)
    assert passes == 2
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_the_demos_jump_is_noticed_when_woken(house: House) -> None:
    ticker = Ticker(house.desk, house.handoff.outbox.wake, sweep=3600)
    task = asyncio.create_task(ticker.run())
    await asyncio.sleep(0.05)
    house.clock.move(hours=48)
    ticker.wake()
    await until(lambda: house.case("ana").review.state is State.DECIDED, 3)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_an_end_in_the_moment_of_a_ring_is_an_end(house: House) -> None:
    ticker = Ticker(house.desk, house.handoff.outbox.wake, sweep=3600)
    task = asyncio.create_task(ticker.run())
    await asyncio.sleep(0.1)
    ticker.wake()
    await asyncio.sleep(0)
    task.cancel()
    assert (await asyncio.wait({task}, timeout=3))[0] == {task}
    assert task.cancelled()


async def test_a_pass_that_fails_does_not_end_the_clock(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    real = tick
    failures = [RuntimeError("once")]

    def failing(desk: Any) -> bool:
        if failures:
            raise failures.pop()
        return real(desk)

    monkeypatch.setattr("bot.ticker.tick", failing)
    ticker = Ticker(house.desk, house.handoff.outbox.wake, sweep=0.05)
    house.clock.move(hours=48)
    task = asyncio.create_task(ticker.run())
    await until(lambda: house.case("ana").review.state is State.DECIDED, 3)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest.mark.parametrize(
    ("method", "error", "reason"),
    [
        ("auth.test", "invalid_auth", "bot_token_refused"),
        ("auth.test", "account_inactive", "bot_token_refused"),
        ("apps.connections.open", "invalid_auth", "app_token_refused"),
        ("apps.connections.open", "missing_scope", "app_token_refused"),
    ],
)
async def test_a_wrong_token_is_said_before_anything_begins(house: House, method: str, error: str, reason: str) -> None:
    house.slack.fail(method, error)
    with pytest.raises(StartError) as failed:
        await asyncio.wait_for(run(house.handoff), 5)
    assert failed.value.reason == reason
    assert "xoxb" not in str(failed.value)


async def test_a_missing_token_is_said(house: House) -> None:
    for name, reason in (("slack_app_token", "app_token_missing"), ("slack_bot_token", "bot_token_missing")):
        house.handoff.settings = Settings.model_validate(house.handoff.settings.model_dump() | {name: None})
        with pytest.raises(StartError) as failed:
            await run(house.handoff)
        assert failed.value.reason in (reason, "app_token_missing")


async def test_slack_is_away_at_the_start(house: House, caplog: pytest.LogCaptureFixture) -> None:
    """Deadlines are kept meanwhile, and everything begins when it is back."""
    house.slack.fail("auth.test", "internal_error", times=1)
    house.handoff.edge.team = None
    house.clock.move(hours=49)
    stop = asyncio.Event()
    running = asyncio.create_task(run(house.handoff, stop))
    await until(lambda: house.case("ana").review.state is State.DECIDED, 3)
    await until(lambda: "trying again in 1 s, deadlines are kept meanwhile" in caplog.text, 3)
    assert house.handoff.edge.team is None
    await until(lambda: house.handoff.edge.team is not None, 5)
    await until(lambda: bool(house.slack.cards("D0MAYA")), 5)
    stop.set()
    await asyncio.wait_for(running, 10)


async def test_the_end_may_come_before_slack_does(house: House) -> None:
    await house.slack.server.close()
    stop = asyncio.Event()
    running = asyncio.create_task(run(house.handoff, stop))
    await asyncio.sleep(0.3)
    assert not running.done()
    stop.set()
    await asyncio.wait_for(running, 5)


async def test_many_deadlines_come_before_what_they_cause(house: House) -> None:
    """The outbox begins nothing while there are more of them, and goes on with the last."""
    said: list[str] = []
    house.desk.limits = replace(house.desk.limits, batch=1, deadlines=1)
    outbox = house.handoff.outbox

    def resume() -> None:
        said.append(f"resumed, {len(house.slack.cards('D0MAYA'))} sent")
        outbox.resume()

    def pause() -> None:
        said.append("paused")
        outbox.pause()

    sending = asyncio.create_task(outbox.run())
    await asyncio.sleep(0.1)
    house.clock.move(hours=49)
    await Ticker(house.desk, resume, pause_outbox=pause).once()
    assert said == ["paused"] * 3 + ["resumed, 0 sent"]
    await until(lambda: bool(house.slack.cards("D0MAYA")), 5)
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)


@pytest.mark.parametrize("method", ["auth.test", "apps.connections.open"])
@pytest.mark.parametrize("stranger", STRANGERS.values(), ids=STRANGERS)
async def test_whoever_answers_in_slacks_place_at_the_start_is_waited_for(
    house: House, method: str, stranger: Answer, caplog: pytest.LogCaptureFixture
) -> None:
    house.slack.strange(method, stranger, times=1)
    stop = asyncio.Event()
    running = asyncio.create_task(run(house.handoff, stop))
    await until(lambda: bool(house.slack.sockets), 5)
    assert "trying again in 1 s, deadlines are kept meanwhile" in caplog.text
    stop.set()
    await asyncio.wait_for(running, 10)


@pytest.mark.parametrize("method", ["auth.test", "apps.connections.open"])
async def test_the_end_does_not_wait_for_a_slack_that_takes_a_call_and_never_answers(house: House, method: str) -> None:
    house.slack.faults[method] = slow(30)
    before = len(house.slack.to(method))
    stop = asyncio.Event()
    running = asyncio.create_task(run(house.handoff, stop))
    await until(lambda: len(house.slack.to(method)) > before)
    stop.set()
    await asyncio.wait_for(running, 3)
    assert house.handoff.client.session is not None and house.handoff.client.session.closed
