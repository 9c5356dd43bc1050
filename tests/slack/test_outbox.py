"""Delivery: coalescing, updates in place, restarts, limits, lost channels, poison."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import col

from bot.cards import ids
from bot.desk import intake
from bot.outbox import EVENT_TYPE, Outbox, rows
from bot.outbox.rows import Hold
from db import outbox as table
from db.tables import ReviewRow
from tests.slack.conftest import FILE
from tests.slack.fake_slack import FakeSlack, Json
from tests.slack.hands import House

CHANNEL = "C0BRAZIL"
#: A process that died with the lane in its hands.
CRASHED = Hold("bot_CRASHED", timedelta(seconds=45), timedelta())


def depth(house: House) -> dict[str, int]:
    with house.desk.store.reading() as unit:
        return table.depth(unit)


def restarted(house: House) -> Outbox:
    return Outbox(house.desk, house.handoff.client, pace=0.0)


def once(slack: FakeSlack, method: str, answer: Any) -> None:
    """Answer like this once, then as usual."""
    left = [answer]

    async def fault(_args: Json) -> Any:
        return left.pop() if left else None

    slack.faults[method] = fault


async def test_cards_are_posted_once_quietly_and_can_be_found_again(house: House) -> None:
    await house.deliver()
    cards = house.slack.cards(CHANNEL)
    assert len(cards) == 3
    assert {c["metadata"]["event_type"] for c in cards} == {EVENT_TYPE}
    assert all(c["unfurl_links"] is False and c["unfurl_media"] is False and "link_names" not in c for c in cards)
    assert all(c["text"].strip() for c in cards)
    # What opened together makes one direct message per expert.
    assert {len(house.slack.cards(d)) for d in ("D0BIA", "D0CAIO")} <= {0, 1}
    assert depth(house) == {}


async def test_several_changes_before_delivery_make_one_update(house: House) -> None:
    await house.deliver()
    await house.tap("U0BIA", ids.APPROVE, house.value("bruno"))
    await house.tap("U0BIA", ids.UNDO, house.value("bruno"))
    await house.tap("U0BIA", ids.APPROVE, house.value("bruno"))
    await house.deliver()
    assert len(house.slack.to("chat.update")) == 1
    assert len(house.slack.cards(CHANNEL)) == 3


async def test_the_card_changes_where_it_stands_and_loses_its_buttons(house: House) -> None:
    await house.deliver()
    await house.tap("U0BIA", ids.APPROVE, house.value("bruno"))
    await house.deliver()
    card = next(c for c in house.slack.cards(CHANNEL) if "Bruno" in c["text"])
    assert ids.APPROVE not in str(card["blocks"])
    assert ids.UNDO in str(card["blocks"])
    house.clock.move(minutes=11)
    await house.handoff.ticker.once()
    await house.deliver()
    assert ids.UNDO not in str(card["blocks"])
    # The owner's message says first until when it can change, then that it is final: one message.
    assert len(house.slack.cards("D0MAYA")) == 1


async def test_an_answer_lost_on_the_way_is_looked_up_and_not_sent_twice(house: House) -> None:
    once(house.slack, "chat.postMessage", "drop")
    await house.deliver()
    assert depth(house)["unknown"] == 1
    house.clock.move(seconds=30)
    await house.deliver()
    assert depth(house) == {}
    assert len(house.slack.cards(CHANNEL)) == 3
    assert len(house.slack.to("conversations.history")) == 1
    await house.tap("U0BIA", ids.APPROVE, house.value("bruno"))
    await house.deliver()
    assert len(house.slack.cards(CHANNEL)) == 3


async def test_a_row_left_in_sending_by_a_crash_is_looked_up_first(house: House) -> None:
    errand = rows.claim(house.desk, CHANNEL, CRASHED)
    assert errand is not None
    house.slack.messages[CHANNEL].append(
        {"ts": "1.1", "text": "x", "metadata": {"event_type": EVENT_TYPE, "event_payload": {"id": errand.id}}}
    )
    await restarted(house).flush()
    # That one was there; the two others are posted; none is posted twice.
    assert len(house.slack.to("chat.postMessage")) - len(_direct(house)) == 2
    assert depth(house) == {}


def _direct(house: House) -> list[Json]:
    return [a for a in house.slack.to("chat.postMessage") if a["channel"].startswith("D")]


async def test_a_row_left_in_sending_that_never_left_is_sent(house: House) -> None:
    assert rows.claim(house.desk, CHANNEL, CRASHED) is not None
    again = restarted(house)
    await again.flush()
    assert house.slack.cards(CHANNEL) == [], "it may still be on its way"
    assert len(house.slack.to("conversations.history")) == 1
    house.clock.move(seconds=5)
    await again.flush()
    assert len(house.slack.cards(CHANNEL)) == 3


async def test_one_that_turns_up_late_is_not_sent_again(house: House) -> None:
    errand = rows.claim(house.desk, CHANNEL, CRASHED)
    assert errand is not None
    again = restarted(house)
    await again.flush()
    late = {"ts": "1.1", "text": "x", "metadata": {"event_type": EVENT_TYPE, "event_payload": {"id": errand.id}}}
    house.slack.messages[CHANNEL].append(late)
    house.clock.move(seconds=5)
    await again.flush()
    assert len(house.slack.cards(CHANNEL)) == 3
    assert depth(house) == {}


async def test_without_the_scope_for_looking_up_the_row_is_laid_aside_in_doubt_and_the_lead_told(house: House) -> None:
    assert rows.claim(house.desk, CHANNEL, CRASHED) is not None
    house.slack.fail("conversations.history", "missing_scope")
    await house.deliver()
    assert depth(house) == {"stuck": 1}
    assert len(house.slack.cards(CHANNEL)) == 2
    assert any(CHANNEL in m["text"] or "unreachable" in m["text"] for m in house.slack.cards("D0ZOE"))


async def test_retry_after_is_honoured_by_the_lane_and_nobody_else(house: House) -> None:
    async def limited(args: Json) -> Any:
        if args["channel"] == CHANNEL:
            return 429, {"ok": False, "error": "ratelimited"}, {"Retry-After": "30"}
        return None

    house.slack.faults["chat.postMessage"] = limited
    # A result is told at once, whatever the hour.
    await house.tap(house.case("bruno").review.expert or "", ids.APPROVE, house.value("bruno"))
    await house.deliver()
    assert len([a for a in house.slack.to("chat.postMessage") if a["channel"] == CHANNEL]) == 1
    assert len(_direct(house)) >= 1
    house.clock.move(seconds=29)
    await house.deliver()
    assert len([a for a in house.slack.to("chat.postMessage") if a["channel"] == CHANNEL]) == 1
    del house.slack.faults["chat.postMessage"]
    house.clock.move(seconds=2)
    await house.deliver()
    assert len(house.slack.cards(CHANNEL)) == 3


@pytest.mark.parametrize("error", ["is_archived", "not_in_channel", "channel_not_found"])
async def test_a_lost_channel_sends_the_card_to_its_people_and_tells_the_lead(house: House, error: str) -> None:
    async def lost(args: Json) -> Any:
        return {"ok": False, "error": error} if args["channel"] == CHANNEL else None

    house.slack.faults["chat.postMessage"] = lost
    await house.deliver()
    expert = house.case("bruno").review.expert or ""
    for person in (expert, "U0MAYA"):
        mine = house.slack.cards("D" + person[1:])
        assert any("Bruno" in m["text"] and ids.APPROVE in str(m["blocks"]) for m in mine)
    assert len(house.slack.cards("D0ZOE")) == 1
    await house.tap(expert, ids.APPROVE, house.value("bruno"))
    await house.deliver()
    mine = [m for m in house.slack.cards("D" + expert[1:]) if "Bruno" in m["text"] and ids.UNDO in str(m["blocks"])]
    assert len(mine) == 1
    assert len(house.slack.cards("D0ZOE")) == 1


async def test_a_person_who_cannot_be_written_to_is_said_to_the_lead_once(house: House) -> None:
    async def gone(args: Json) -> Any:
        return {"ok": False, "error": "user_not_found"} if args["users"] == "U0MAYA" else None

    house.slack.faults["conversations.open"] = gone
    for who in ("bruno", "ana"):
        await house.tap("U0BIA", ids.APPROVE, house.value(who))
        await house.deliver()
    assert len(house.slack.cards("D0ZOE")) == 1
    assert depth(house) == {"dead": 2}


@pytest.mark.parametrize("error", ["message_not_found", "cant_update_message", "edit_window_closed"])
async def test_a_card_that_is_gone_is_posted_anew_once(house: House, error: str) -> None:
    await house.deliver()
    house.slack.fail("chat.update", error, times=1)
    await house.tap("U0BIA", ids.APPROVE, house.value("bruno"))
    await house.deliver()
    assert len(house.slack.cards(CHANNEL)) == 4
    await house.tap("U0BIA", ids.UNDO, house.value("bruno"))
    await house.deliver()
    assert len(house.slack.cards(CHANNEL)) == 4


async def test_refused_blocks_are_said_as_plain_text(house: House) -> None:
    once(house.slack, "chat.postMessage", {"ok": False, "error": "invalid_blocks"})
    await house.deliver()
    assert depth(house) == {}
    assert len(house.slack.cards(CHANNEL)) == 3


async def test_slack_out_of_reach_loses_nothing(house: House) -> None:
    port = house.slack.server.port
    await house.slack.server.close()
    for _ in range(6):
        await house.deliver()
        house.clock.move(minutes=10)
    assert "dead" not in depth(house)
    fresh = FakeSlack(port)
    await fresh.start()
    house.clock.move(minutes=10)
    await house.deliver()
    await fresh.server.close()
    assert len(fresh.cards(CHANNEL)) == 3
    assert depth(house) == {}


async def test_a_revoked_token_stops_everything_and_loses_nothing(house: House) -> None:
    house.slack.fail("chat.postMessage", "token_revoked")
    for _ in range(12):
        await house.deliver()
        house.clock.move(minutes=2)
    assert "dead" not in depth(house)
    del house.slack.faults["chat.postMessage"]
    await house.deliver()
    assert len(house.slack.cards(CHANNEL)) == 3


async def test_a_poison_row_does_not_block_its_lane(empty: House) -> None:
    with empty.desk.store.unit() as unit:
        now = empty.clock()
        poison = table.Fresh("ob_P", "no such kind", "x", CHANNEL), table.Fresh("ob_Q", "card", "rv_NOSUCH", CHANNEL)
        table.enqueue(unit, poison, now)
    intake.take_in(empty.desk, FILE, file_name="instagram.csv", campaign="aurora")
    for _ in range(10):
        await empty.deliver()
        empty.clock.move(minutes=1)
    assert depth(empty) == {"dead": 2}
    assert len(empty.slack.cards(CHANNEL)) == 3


async def test_a_half_done_slack_is_asked_and_not_told_again(house: House) -> None:
    once(house.slack, "chat.postMessage", (500, {"ok": False, "error": "fatal_error"}, {}))
    await house.deliver()
    house.clock.move(seconds=30)
    await house.deliver()
    assert len(house.slack.to("conversations.history")) == 1
    assert len(house.slack.cards(CHANNEL)) == 3


async def test_a_click_wakes_the_outbox(house: House) -> None:
    woken: list[str] = []
    house.handoff.edge.wake = lambda: woken.append("yes")
    await house.tap("U0BIA", ids.APPROVE, house.value("bruno"))
    assert woken


async def test_a_card_posted_anew_whose_answer_was_lost_is_not_posted_again(house: House) -> None:
    await house.deliver()
    house.slack.fail("chat.update", "message_not_found")
    once(house.slack, "chat.postMessage", "drop")
    await house.tap("U0BIA", ids.APPROVE, house.value("bruno"))
    await house.deliver()
    assert depth(house)["unknown"] >= 1
    for _ in range(3):
        house.clock.move(seconds=30)
        await house.deliver()
    assert depth(house) == {}
    assert len(house.slack.cards(CHANNEL)) == 4


async def test_an_update_whose_answer_was_lost_is_said_again_without_a_look_up(house: House) -> None:
    await house.deliver()
    once(house.slack, "chat.update", "drop")
    await house.tap("U0BIA", ids.APPROVE, house.value("bruno"))
    await house.deliver()
    house.clock.move(seconds=30)
    await house.deliver()
    assert depth(house) == {}
    assert house.slack.to("conversations.history") == []
    assert len(house.slack.cards(CHANNEL)) == 3


def held(house: House, *whose: str) -> None:
    """These wait for a ruling, and the lead is to be told of all that were held with them."""
    with house.desk.store.unit() as unit:
        for who in whose:
            unit.execute(sa.update(ReviewRow).where(col(ReviewRow.id) == house.ids[who]).values(state="held"))
        detail = {"reviews": [house.ids[who] for who in ("ana", "bruno", "carla")]}
        table.enqueue(unit, [table.Fresh("ob_H", "held", "aurora", "U0ZOE", detail)], house.clock())


async def test_what_is_held_together_is_said_in_one_message_with_a_way_into_each(house: House) -> None:
    held(house, "ana", "carla")
    await house.deliver()
    (told,) = house.slack.cards("D0ZOE")
    ways = [b["accessory"]["value"] for b in told["blocks"] if b.get("accessory")]
    assert [ids.parse_value(way)[0] for way in ways] == [house.ids["ana"], house.ids["carla"]]
    assert "2 reviews" in told["text"]
    assert all("else *" in b["text"]["text"] for b in told["blocks"] if b.get("accessory"))


async def test_one_that_is_held_comes_as_its_card_and_none_is_not_mentioned(house: House) -> None:
    held(house, "ana")
    await house.deliver()
    (told,) = house.slack.cards("D0ZOE")
    assert ids.APPROVE in str(told["blocks"])
    await house.tap("U0ZOE", ids.APPROVE, house.value("ana"))
    with house.desk.store.unit() as unit:
        detail = {"reviews": [house.ids["ana"]]}
        table.enqueue(unit, [table.Fresh("ob_I", "held", "aurora", "U0BIA", detail)], house.clock())
    before = len(house.slack.cards("D0BIA"))
    await house.deliver()
    assert not any("with you" in m["text"] for m in house.slack.cards("D0BIA")[before:])


async def test_what_was_typed_when_passing_on_reaches_the_next_one(house: House) -> None:
    giver = house.case("bruno").review.expert or ""
    taker = "U0CAIO" if giver == "U0BIA" else "U0BIA"
    await house.tap(giver, ids.MORE, f"pass:{house.value('bruno')}", choice=True)
    form = house.slack.last_view
    await house.submit(giver, form, {"narrative": "We shot a film together"})
    await house.deliver()
    assert any(">We shot a film together" in str(m["blocks"]) for m in house.slack.cards("D" + taker[1:]))
    await house.tap(taker, ids.DETAILS, house.value("bruno"))
    assert ">We shot a film together" in str(house.slack.last_view)
