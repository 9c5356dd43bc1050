"""Events through the real app: kept before they are acknowledged, acted on once, and after a crash all the same."""

from __future__ import annotations

import asyncio
import sqlite3
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from bot.cards import ids
from bot.core.errors import Busy
from bot.desk import arrivals, see
from tests.slack.hands import Answer, House

Json = dict[str, Any]
HOME = {"type": "app_home_opened", "user": "U0BIA", "tab": "home", "event_ts": "1", "view": {"secret": "old"}}


def changed(user: str, name: str) -> Json:
    return {"type": "user_change", "user": {"id": user, "team_id": "T0HOME", "real_name": name}, "event_ts": "1"}


async def send(house: House, event: Json, event_id: str = "Ev1", *, settle: bool = True) -> Answer:
    return await house.send(
        {"type": "event_callback", "team_id": "T0HOME", "api_app_id": "A0APP", "event": event, "event_id": event_id},
        settle=settle,
    )


def rows(house: House) -> list[tuple[str, str, int, bool]]:
    """(id, body, tries, whether it is done) of every event on record, past the app's own code."""
    connection = sqlite3.connect(house.desk.store.url.database)
    found = connection.execute("SELECT event_id, body, tries, done_at IS NOT NULL FROM arrivals ORDER BY event_id")
    listed = [(i, b, t, bool(d)) for i, b, t, d in found]
    connection.close()
    return listed


async def test_an_event_that_comes_twice_is_acted_on_once_and_acknowledged_twice(empty: House) -> None:
    both = await asyncio.gather(*(send(empty, HOME) for _ in range(2)))
    later = await send(empty, HOME)
    assert [a.status for a in (*both, later)] == [200, 200, 200]
    assert len(empty.slack.to("views.publish")) == 1
    assert rows(empty) == [("Ev1", "{}", 1, True)]


async def test_it_is_on_record_before_it_is_acknowledged_and_what_slack_shows_is_not(empty: House) -> None:
    held = asyncio.Event()

    async def wait(_args: Json) -> None:
        await held.wait()

    empty.slack.faults["views.publish"] = wait
    answer = await send(empty, HOME, settle=False)
    assert answer.status == 200
    ((event_id, body, tries, done),) = rows(empty)
    assert (event_id, tries, done) == ("Ev1", 1, False)
    assert "app_home_opened" in body and "secret" not in body
    held.set()
    await empty.handoff.settled()
    assert rows(empty) == [("Ev1", "{}", 1, True)]


async def test_what_cannot_be_kept_is_not_acknowledged_and_slack_brings_it_again(
    empty: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    real, failures = arrivals.take_in, [Busy("locked")]

    def busy(*args: Any) -> Any:
        if failures:
            raise failures.pop()
        return real(*args)

    monkeypatch.setattr(arrivals, "take_in", busy)
    assert (await send(empty, HOME)).status == 500
    assert "Ev1" in caplog.text and "U0BIA" not in caplog.text
    assert (await send(empty, HOME)).status == 200
    assert len(empty.slack.to("views.publish")) == 1


async def test_what_died_before_it_was_acted_on_is_taken_up_at_the_next_start(empty: House) -> None:
    kept = arrivals.take_in(empty.desk, "Ev1", {"team_id": "T0HOME", "event": changed("U0CAIO", "Caio Novo")})
    assert kept is not None  # and here the process ended
    after = asyncio.create_task(empty.handoff.arrivals.run())
    async with asyncio.timeout(5):
        while not rows(empty)[0][3]:  # noqa: ASYNC110 - a row is watched
            await asyncio.sleep(0.01)
    person = see.person(empty.desk, "U0CAIO")
    assert person is not None and person.name == "Caio Novo"
    after.cancel()
    await asyncio.gather(after, return_exceptions=True)


async def test_one_that_keeps_failing_is_given_up_and_named_without_its_words(
    empty: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("bot.slack.arrivals._SWEEP", 0.02)
    empty.slack.fail("views.publish", "internal_error")
    await send(empty, HOME)
    sweeping = asyncio.create_task(empty.handoff.arrivals.run())

    def said(what: str) -> list[str]:
        return [r.getMessage() for r in caplog.records if what in r.getMessage()]

    async with asyncio.timeout(20):
        while not said("given up"):
            if len(empty.slack.to("views.publish")) == len(said("tried again")):  # none is under way
                empty.clock.move(seconds=30)
            await asyncio.sleep(0.02)
    sweeping.cancel()
    await asyncio.gather(sweeping, return_exceptions=True)
    assert len(empty.slack.to("views.publish")) == 5
    assert said("given up") == [f"event Ev1 (app_home_opened) is given up: {SlackApiError.__name__}"]
    assert "U0BIA" not in caplog.text


async def test_of_people_whom_we_do_not_know_nothing_is_kept(empty: House) -> None:
    assert (await send(empty, changed("U0ELSE", "Somebody Else"))).status == 200
    assert rows(empty) == []
    assert see.person(empty.desk, "U0ELSE") is None


async def test_what_nobody_waits_for_is_acknowledged_and_not_kept(empty: House) -> None:
    assert (await send(empty, {"type": "app_mention", "user": "U0BIA"})).status == 200
    assert (await send(empty, HOME | {"user": "U0STRANGER"} | {"user_team": "T0OTHER"}, "Ev2")).status == 200
    assert empty.slack.to("views.publish") == []
    assert [(i, done) for i, _, _, done in rows(empty)] == [("Ev2", True)]  # no colleague: nothing to be done


async def test_a_click_leaves_no_event(house: House) -> None:
    await house.tap("U0BIA", ids.APPROVE, house.value("bruno"))
    assert rows(house) == []
