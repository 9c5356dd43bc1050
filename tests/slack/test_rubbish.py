"""What no honest client sends, what old messages still send, and a Slack that is slow or says no."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from bot.cards import ids
from bot.core import review as lifecycle
from tests.slack.fake_slack import Json
from tests.slack.hands import House

BUTTONS = [
    ids.APPROVE, ids.OVERRIDE, ids.NORM, ids.UNDO, ids.DETAILS, ids.NOTE, ids.DISSENT, ids.OPEN, ids.REVERSE,
    ids.LET_STAND, ids.KEEP_COMMENT, ids.DROP_COMMENT, ids.DIGEST_ALL, "review.gone.v0",
]  # fmt: skip
RUBBISH = ["", " ", "rv_NOSUCH:1", "x" * 2000, "rv:1:2:3", "'; DROP TABLE reviews;--", "{}", "\x00", "im_X:99999999999"]


@pytest.mark.parametrize("action", BUTTONS)
async def test_a_tampered_value_gets_a_plain_refusal(
    house: House, action: str, caplog: pytest.LogCaptureFixture
) -> None:
    for number, value in enumerate(RUBBISH, 1):
        answer = await house.tap("U0ZOE", action, value)
        assert answer.status == 200
        if action != ids.DROP_COMMENT:  # discarding what is not there is done already
            assert len(house.whispers) == number
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize("value", ["details", "know:", "pass:rv_NOSUCH:1", "burn:rv_1:1", ""])
async def test_a_tampered_choice_too(house: House, value: str, caplog: pytest.LogCaptureFixture) -> None:
    answer = await house.tap("U0BIA", ids.MORE, value, choice=True)
    assert answer.status == 200
    assert len(house.whispers) == 1
    assert "Traceback" not in caplog.text


METAS = ["", "rubbish rubbish", "{", '{"r":1}', "[]", '{"r":"rv_NOSUCH","v":1}', "rv_NOSUCH:1", '{"r":"x","draft":[]}']


@pytest.mark.parametrize(
    "callback",
    [ids.OVERRIDE_FORM, ids.NORM_FORM, ids.DISSENT_FORM, ids.NOTE_FORM, ids.PASS_FORM, ids.KNOW_FORM, "old.v0"],
)
async def test_a_tampered_form_too(house: House, callback: str, caplog: pytest.LogCaptureFixture) -> None:
    for meta in METAS:
        view = {
            "id": "V1", "hash": "h", "type": "modal", "callback_id": callback, "private_metadata": meta,
            "title": {"type": "plain_text", "text": "x"},
            "blocks": [{"type": "input", "block_id": "narrative", "label": {"type": "plain_text", "text": "x"},
                        "element": {"type": "plain_text_input", "action_id": "v"}}],
        }  # fmt: skip
        answer = await house.submit("U0BIA", view, {"narrative": "words"})
        assert answer.status == 200
        assert answer.body["response_action"] in {"update", "errors"}
    assert "Traceback" not in caplog.text


async def test_a_slow_slack_does_not_make_the_ack_late(house: House) -> None:
    """Slack answers only once the click has been acknowledged: whoever waited for it would wait for ever."""
    acknowledged = asyncio.Event()

    async def not_before(_args: Json) -> None:
        await acknowledged.wait()

    for method in ("views.open", "views.publish", "users.info"):
        house.slack.faults[method] = not_before
    async with asyncio.timeout(10):
        answer = await house.tap("U0BIA", ids.OVERRIDE, house.value("ana"), settle=False)
    assert answer.status == 200
    acknowledged.set()
    await house.handoff.settled()
    assert len(house.slack.to("views.open")) == 1


async def test_a_form_that_slack_does_not_open_is_said_where_one_tapped(house: House) -> None:
    house.slack.fail("views.open", "expired_trigger_id")
    answer = await house.tap("U0BIA", ids.OVERRIDE, house.value("ana"))
    assert answer.status == 200
    assert len(house.whispers) == 1


async def test_slack_down_altogether_does_not_stop_a_decision(house: House) -> None:
    await house.slack.server.close()
    answer = await house.tap("U0BIA", ids.APPROVE, house.value("bruno"))
    assert answer.status == 200
    assert house.case("bruno").decision is not None


async def test_a_store_that_is_busy_keeps_what_was_typed(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    await house.tap("U0BIA", ids.OVERRIDE, house.value("ana"))
    view = house.slack.last_view
    with house.desk.store.engine.connect() as other:
        other.exec_driver_sql("SELECT 1")
        answer = await house.submit("U0BIA", view, {"reasons": ["price"], "confidence": "sure"})
    assert list(answer.errors) == ["reasons"]
    assert house.case("ana").decision is None


async def test_something_unexpected_is_answered_logged_by_id_and_changes_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch, lines: Callable[[], list[dict[str, Any]]]
) -> None:
    await house.tap("U0BIA", ids.OVERRIDE, house.value("ana"))
    view = house.slack.last_view
    monkeypatch.setattr(lifecycle, "answer", lambda *_, **__: 1 / 0)
    tapped = await house.tap("U0BIA", ids.APPROVE, house.value("bruno"))
    assert (tapped.status, len(house.whispers)) == (200, 1)
    sent = await house.submit("U0BIA", view, {"reasons": ["price"], "confidence": "sure", "narrative": "secret words"})
    assert list(sent.errors) == ["reasons"]
    assert [line["review"] for line in lines()] == [house.ids["bruno"], house.ids["ana"]]
    assert "secret words" not in str(lines())
