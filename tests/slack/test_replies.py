"""What people write under a card through the real app: kept as it is in Slack; of all else nothing is kept."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.cards import ids
from bot.core.disagreement import Reply
from bot.desk import see
from bot.slack import replies
from db import replies as rows
from db import search, threads
from tests.slack.hands import House
from tests.slack.test_investigation import CHANNEL, ask, card, dg, override

Json = dict[str, Any]


@pytest.fixture
async def overridden(house: House) -> House:
    await house.deliver()
    await override(house, "U0BIA", "ana")
    await house.deliver()
    return house


def said(house: House, user: str, text: str, ts: str = "1764000100.000100", **more: Any) -> Json:
    """A message event as Slack sends it, in the thread under Ana's card."""
    return {
        "type": "message", "user": user, "client_msg_id": "c1", "ts": ts, "text": text, "team": "T0HOME",
        "channel": CHANNEL, "event_ts": ts, "channel_type": "channel", "blocks": [],
        "thread_ts": card(house, "Ana Lima")["ts"], "parent_user_id": "U0BOT", **more,
    }  # fmt: skip


def changed(message: Json, text: str, at: str = "1764000200.000100", **more: Any) -> Json:
    now = {k: v for k, v in message.items() if k not in ("channel", "event_ts", "channel_type")}
    now |= {"text": text, "edited": {"user": message["user"], "ts": at}, **more}
    return {
        "type": "message", "subtype": "message_changed", "channel": CHANNEL, "channel_type": "channel", "hidden": True,
        "ts": at, "event_ts": at, "message": now, "previous_message": message,
    }  # fmt: skip


def deleted(message: Json, at: str = "1764000300.000100") -> Json:
    return {
        "type": "message", "subtype": "message_deleted", "channel": CHANNEL, "channel_type": "channel", "hidden": True,
        "ts": at, "event_ts": at, "deleted_ts": message["ts"], "previous_message": message,
    }  # fmt: skip


def kept(house: House, *, gone: bool = False) -> tuple[Reply, ...]:
    with house.desk.store.reading() as unit:
        return rows.of(unit, dg(house), deleted=gone)


def found(house: House, words: str) -> int:
    with house.desk.store.reading() as unit:
        return search.find(unit, words, search.Filters(), None).total


def arrived(house: House) -> list[tuple[Any, ...]]:
    """Every message event that was ever kept."""
    with house.desk.store.reading() as unit:
        return list(unit.connection().exec_driver_sql("SELECT event_id, body FROM arrivals"))


async def test_a_reply_is_kept_as_people_read_it_and_found(overridden: House) -> None:
    await overridden.event(
        said(overridden, "U0CAIO", "ask <@U0MAYA> or <https://e.com/?a=1&amp;b=2|catalogue> &lt;b&gt; 🎁")
    )
    (reply,) = kept(overridden)
    assert (reply.author, reply.text) == ("U0CAIO", "ask @Maya or catalogue (https://e.com/?a=1&b=2) <b> 🎁")
    assert reply.at.timestamp() == pytest.approx(1764000100.0001)
    assert found(overridden, "catalogue") == 1
    assert [body for _, body in arrived(overridden)] == ["{}"], "its words stand in one place"


async def test_somebody_without_a_role_is_heard_and_does_not_resolve(overridden: House) -> None:
    await overridden.event(said(overridden, "U0NOBODY", "I sold her those followers"))
    assert [r.author for r in kept(overridden)] == ["U0NOBODY"]
    assert see.person(overridden.desk, "U0NOBODY") is not None, "who speaks is asked for by name"
    await ask(overridden, "U0NOBODY")
    assert "not on the list" in overridden.whispers[-1]


async def test_what_slack_brings_twice_is_one(overridden: House) -> None:
    event = said(overridden, "U0CAIO", "once")
    for _ in range(2):
        await overridden.event(event)
    assert len(kept(overridden)) == 1


async def test_an_edit_and_a_deletion_are_respected_in_any_order(overridden: House) -> None:
    first = said(overridden, "U0CAIO", "she bought them in Vladivostok")
    await overridden.event(first)
    await overridden.event(changed(first, "she bought them in Rotterdam"))
    await overridden.event(changed(first, "overtaken", "1764000150.000100"))
    assert [r.text for r in kept(overridden)] == ["she bought them in Rotterdam"]
    assert (found(overridden, "Rotterdam"), found(overridden, "Vladivostok")) == (1, 0)
    await overridden.event(deleted(first))
    assert kept(overridden) == ()
    assert [r.text for r in kept(overridden, gone=True)] == [""]
    assert found(overridden, "Rotterdam") == 0
    await overridden.event(changed(first, "back again", "1764000400.000100"))
    assert kept(overridden) == ()


async def test_what_was_deleted_before_we_heard_of_it_is_never_kept(overridden: House) -> None:
    first = said(overridden, "U0CAIO", "she bought them in Vladivostok")
    await overridden.event(deleted(first))
    await overridden.event(first)
    await overridden.event(changed(first, "she bought them in Rotterdam"))
    assert kept(overridden) == ()
    assert [r.text for r in kept(overridden, gone=True)] == [""]
    assert found(overridden, "Vladivostok") == found(overridden, "Rotterdam") == 0


async def test_what_is_deleted_after_the_answer_was_undone_is_gone_all_the_same(overridden: House) -> None:
    gone, first = dg(overridden), said(overridden, "U0CAIO", "she bought them in Vladivostok")
    await overridden.event(first)
    await overridden.tap("U0BIA", ids.UNDO, overridden.value("ana"))
    await overridden.event(deleted(first))
    with overridden.desk.store.reading() as unit:
        assert [r.text for r in rows.of(unit, gone, deleted=True)] == [""]


async def test_an_edit_of_what_we_never_heard_is_heard(overridden: House) -> None:
    await overridden.event(changed(said(overridden, "U0CAIO", "missed"), "not missed"))
    assert [r.text for r in kept(overridden)] == ["not missed"]


async def test_a_preview_that_slack_adds_changes_nothing(overridden: House) -> None:
    first = said(overridden, "U0CAIO", "<https://e.com>")
    await overridden.event(first)
    shown = changed(first, "<https://e.com>", attachments=[{"title": "E"}])
    del shown["message"]["edited"]
    await overridden.event(shown)
    assert [(r.text, r.edited_at) for r in kept(overridden)] == [("https://e.com", None)]


async def test_a_file_and_a_reply_sent_to_the_channel_as_well(overridden: House) -> None:
    file = {"files": [{"title": "Giveaway 2025.pdf", "name": "x.pdf"}], "subtype": "file_share"}
    await overridden.event(said(overridden, "U0CAIO", "", "1764000101.000100", **file))
    await overridden.event(said(overridden, "U0MAYA", "look", "1764000102.000100", subtype="thread_broadcast"))
    assert [r.text for r in kept(overridden)] == ["[Giveaway 2025.pdf]", "look"]


async def test_of_everything_else_nothing_is_kept_for_a_moment(overridden: House) -> None:
    here = said(overridden, "U0CAIO", "x")
    elsewhere: list[Json] = [
        here | {"thread_ts": "1.1"},
        here | {"channel": "C0OTHER"},
        {k: v for k, v in here.items() if k != "thread_ts"},
        here | {"ts": here["thread_ts"]},
        here | {"bot_id": "B0BOT"},
        here | {"subtype": "bot_message", "bot_id": "B9"},
        here | {"subtype": "channel_join"},
        here | {"subtype": "message_replied"},
        here | {"user": None},
        here | {"ts": "soon"},
        here | {"ts": "nan"},
        here | {"channel": None},
        changed(here | {"bot_id": "B0BOT"}, "x"),
        {"type": "message", "subtype": "message_changed", "channel": CHANNEL},
        {"type": "message", "subtype": "message_deleted", "channel": CHANNEL, "previous_message": "?"},
        deleted(here | {"thread_ts": "1.1"}),
        {"type": "message"},
    ]
    for event in elsewhere:
        assert (await overridden.event(event)).status == 200
    assert kept(overridden, gone=True) == ()
    assert arrived(overridden) == []


@pytest.mark.parametrize(
    "text",
    ["x" * 40_000, "\u202eevil\u0000", "*a* _b_ `c` ~d~", "<!channel> <!here|here> <#C1|br> <!subteam^S1|@all>",
     "' OR 1=1 -- \" NEAR( ) * ^ : -", "شكرا جزيلا", "<", "<>", "<@>", "&amp;lt;", "{name} %s"],
)  # fmt: skip
async def test_odd_words_are_words(overridden: House, text: str) -> None:
    assert (await overridden.event(said(overridden, "U0CAIO", text))).status == 200
    (reply,) = kept(overridden)
    assert len(reply.text) <= 40_000
    assert "\u202e" not in reply.text and "\x00" not in reply.text
    assert "<!" not in reply.text
    await overridden.deliver()


async def test_it_goes_to_the_newest_that_is_open_of_several_under_one_card(overridden: House) -> None:
    await overridden.tap("U0CAIO", ids.DISSENT, overridden.value("ana"))
    await overridden.submit("U0CAIO", overridden.slack.last_view, {"reasons": ["price"], "narrative": "Too dear"})
    await overridden.deliver()
    await overridden.event(said(overridden, "U0MAYA", "not so dear", "1764000110.000100"))
    await overridden.tap("U0ZOE", ids.ADJUDICATE, dg(overridden))
    await overridden.event(said(overridden, "U0MAYA", "and the giveaway", "1764000111.000100"))
    with overridden.desk.store.reading() as unit:
        both = [rows.of(unit, i.disagreement.id) for i in overridden.case("ana").investigations]
    assert [[r.text for r in one] for one in both] == [["and the giveaway"], ["not so dear"]]


async def test_what_was_undone_hears_nothing_more(overridden: House) -> None:
    gone = dg(overridden)
    await overridden.tap("U0BIA", ids.UNDO, overridden.value("ana"))
    await overridden.event(said(overridden, "U0CAIO", "too late"))
    with overridden.desk.store.reading() as unit:
        assert rows.of(unit, gone) == ()


# What was written while nobody listened


async def caught_up(house: House) -> None:
    running = asyncio.create_task(replies.catch_up(house.handoff.edge, pace=0.0))
    house.handoff.edge.silent.set()
    async with asyncio.timeout(5):
        while house.handoff.edge.silent.is_set() or not house.slack.to("conversations.replies"):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    await asyncio.sleep(0.5)  # until what Slack said is on record, on a busy machine too
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


def in_slack(house: House, *events: Json) -> None:
    house.slack.messages[CHANNEL] += [{k: v for k, v in e.items() if k != "channel"} for e in events]


async def test_after_a_silence_the_thread_is_read_once(overridden: House) -> None:
    first, second, third = (
        said(overridden, "U0CAIO", text, f"176400010{n}.000100") for n, text in enumerate(("one", "two", "three"))
    )
    for event in (first, second):
        await overridden.event(event)
    edited = first | {"text": "one, edited", "edited": {"user": "U0CAIO", "ts": "1764000200.000100"}}
    in_slack(overridden, edited, third, said(overridden, "U0BOT", "ours", "1764000109.000100", bot_id="B0BOT"))
    await caught_up(overridden)
    assert [r.text for r in kept(overridden)] == ["one, edited", "three"]
    assert [r.text for r in kept(overridden, gone=True)] == ["one, edited", "", "three"]
    assert len(overridden.slack.to("conversations.replies")) == 1
    assert overridden.slack.to("conversations.replies")[0]["ts"] == card(overridden, "Ana Lima")["ts"]


async def test_of_what_is_resolved_no_thread_is_read(overridden: House) -> None:
    await ask(overridden, "U0MAYA")
    await overridden.submit("U0MAYA", overridden.slack.last_view, {"resolution": "ai", "lesson": "bought"})
    await overridden.event(said(overridden, "U0CAIO", "still heard, though"))
    assert [r.text for r in kept(overridden)] == ["still heard, though"]
    with overridden.desk.store.reading() as unit:
        assert threads.open_ones(unit) == ()


@pytest.mark.parametrize("error", ["missing_scope", "thread_not_found", "not_in_channel"])
async def test_a_thread_that_cannot_be_read_loses_nothing(overridden: House, error: str) -> None:
    await overridden.event(said(overridden, "U0CAIO", "one"))
    overridden.slack.fail("conversations.replies", error)
    await caught_up(overridden)
    assert [r.text for r in kept(overridden)] == ["one"]


async def test_of_a_thread_too_long_to_read_nothing_is_taken_for_deleted(overridden: House) -> None:
    await overridden.event(said(overridden, "U0CAIO", "one"))

    async def fault(_args: Json) -> Json:
        return {"messages": [], "has_more": True}

    overridden.slack.faults["conversations.replies"] = fault
    await caught_up(overridden)
    assert [r.text for r in kept(overridden)] == ["one"]


async def test_what_came_in_while_slack_was_asked_is_not_taken_for_deleted(overridden: House) -> None:
    await overridden.event(said(overridden, "U0CAIO", "one"))
    before = list(overridden.slack.messages[CHANNEL])

    async def meanwhile(_args: Json) -> Json:
        await overridden.event(said(overridden, "U0MAYA", "two", "1764000150.000100"))
        return {"ok": True, "messages": before, "has_more": False}

    overridden.slack.faults["conversations.replies"] = meanwhile
    await caught_up(overridden)
    assert [r.text for r in kept(overridden, gone=True)] == ["", "two"]


async def test_a_slack_in_haste_is_asked_again(overridden: House) -> None:
    in_slack(overridden, said(overridden, "U0CAIO", "missed"))
    left = [(429, {"ok": False, "error": "ratelimited"}, {"Retry-After": "0"})]

    async def once(_args: Json) -> Any:
        return left.pop() if left else None

    overridden.slack.faults["conversations.replies"] = once
    await caught_up(overridden)
    assert [r.text for r in kept(overridden)] == ["missed"]
