"""The thread under a card through the real app: where it stands, who ends it, what becomes of it when Slack fails."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.cards import ids
from bot.core.types import DecisionType, Stakes
from bot.desk import intake, members, see
from bot.outbox import EVENT_TYPE
from tests.slack.conftest import FILE, on_both
from tests.slack.fake_slack import Json
from tests.slack.hands import House

pytestmark = on_both
CHANNEL = "C0BRAZIL"
WHY = {"reasons": ["cultural_fit"], "confidence": "fairly", "narrative": "A giveaway every November: https://e.com/a"}


@pytest.fixture
async def overridden(house: House) -> House:
    """Bia has overridden the AI's decline of Ana, and everything is delivered."""
    await house.deliver()
    await override(house, "U0BIA", "ana")
    await house.deliver()
    return house


async def override(house: House, user: str, who: str) -> None:
    await house.tap(user, ids.OVERRIDE, house.value(who))
    assert (await house.submit(user, house.slack.last_view, WHY)).errors == {}


def thread_of(house: House, channel: str = CHANNEL) -> Json:
    """The one message that stands in a thread."""
    (found,) = [m for m in house.slack.cards(channel) if m.get("thread_ts")]
    return found


def card(house: House, name: str) -> Json:
    return next(m for m in house.slack.cards(CHANNEL) if name in m["text"] and not m.get("thread_ts"))


def dg(house: House, who: str = "ana", place: int = -1) -> str:
    return house.case(who).investigations[place].disagreement.id


async def ask(house: House, user: str, who: str = "ana") -> None:
    await house.tap(user, ids.RESOLVE, dg(house, who))


async def test_it_stands_under_its_card_and_says_both_sides(overridden: House) -> None:
    said = thread_of(overridden)
    assert said["thread_ts"] == card(overridden, "Ana Lima")["ts"]
    assert said["metadata"]["event_type"] == EVENT_TYPE
    text = str(said["blocks"])
    for part in ("<@U0BIA> and the AI disagree", "AI: decline", "Followers +22% in 14 days", "raises the risk most",
                 "<@U0BIA>: proceed", "Fairly sure (80%)", "A giveaway every November", "<@U0MAYA>, <@U0CAIO>",
                 "The decision stands (proceed)", "Model"):  # fmt: skip
        assert part in text, part
    assert said["text"] == "Ana Lima: Bia and the AI disagree. Reply in this thread with what you know."
    link = f"/archives/{CHANNEL}/p{said['ts'].replace('.', '')}?thread_ts={said['thread_ts']}&amp;cid={CHANNEL}"
    assert "Disagreement open" in str(card(overridden, "Ana Lima")["blocks"])
    await overridden.tap("U0MAYA", ids.NOTE, overridden.value("ana"))
    await overridden.submit("U0MAYA", overridden.slack.last_view, {"narrative": "seen"})
    await overridden.deliver()
    assert link in str(card(overridden, "Ana Lima")["blocks"]), (
        "as soon as the thread has a place, the card leads there"
    )


async def test_who_was_right_in_four_taps_and_one_message(overridden: House) -> None:
    await ask(overridden, "U0MAYA")
    view = overridden.slack.last_view
    assert [o["text"]["text"] for o in view["blocks"][1]["element"]["options"]] == [
        "Bia was right", "The AI was right", "Both, in part", "Can’t tell",
    ]  # fmt: skip
    assert "initial_option" not in view["blocks"][1]["element"]
    answer = await overridden.submit("U0MAYA", view, {"resolution": "expert"})
    assert list(answer.errors) == ["lesson"]
    assert "what we learned" in answer.errors["lesson"]
    answer = await overridden.submit("U0MAYA", view, {"resolution": "expert", "lesson": "Giveaways <lift> *followers*"})
    assert answer.body == {}
    await overridden.deliver()
    said = thread_of(overridden)
    assert "Ana Lima: <@U0BIA> was right" in str(said["blocks"])
    assert "Giveaways &lt;lift&gt; *followers*" in str(said["blocks"])
    assert "Resolved by <@U0MAYA>" in str(said["blocks"])
    assert "<@U0BIA> was right:" in str(card(overridden, "Ana Lima")["blocks"])
    assert len([c for c in overridden.slack.to("chat.postMessage") if c.get("thread_ts")]) == 1


async def test_the_same_form_sent_twice_is_one_and_a_later_one_is_told_kindly(overridden: House) -> None:
    await ask(overridden, "U0MAYA")
    mine = overridden.slack.last_view
    await ask(overridden, "U0CAIO")
    other = overridden.slack.last_view
    said = {"resolution": "ai", "lesson": "bought"}
    for _ in range(2):
        assert (await overridden.submit("U0MAYA", mine, said)).body == {}
    overridden.clock.move(minutes=3)
    answer = await overridden.submit("U0CAIO", other, {"resolution": "expert", "lesson": "a giveaway"})
    assert answer.body["response_action"] == "update"
    told = str(answer.body["view"]["blocks"])
    for part in (
        "Already resolved 3 minutes ago by <@U0MAYA>: the AI was right", "<@U0ZOE> can still correct it",
        "Your words are kept as a comment on the card.",
    ):  # fmt: skip
        assert part in told, told
    assert [(c.author, c.text) for c in overridden.case("ana").comments] == [("U0CAIO", "a giveaway")]
    assert [h.what for h in see.history(overridden.desk, overridden.ids["ana"])].count("resolved") == 1


async def test_a_lead_corrects(overridden: House) -> None:
    await ask(overridden, "U0MAYA")
    await overridden.submit("U0MAYA", overridden.slack.last_view, {"resolution": "ai", "lesson": "bought"})
    await ask(overridden, "U0ZOE")
    view = overridden.slack.last_view
    assert view["blocks"][2]["element"]["initial_value"] == "bought"
    assert (await overridden.submit("U0ZOE", view, {"resolution": "both", "lesson": "half"})).body == {}
    await overridden.deliver()
    assert "both were right, in part" in str(thread_of(overridden)["blocks"])
    assert "Correct…" in str(thread_of(overridden)["blocks"])


@pytest.mark.parametrize(
    ("user", "words"),
    [("U0BIA", "your own answer"), ("U0NOBODY", "not on the list yet"), ("U0OLEG", "вы в списке по России")],
)  # fmt: skip
async def test_who_may_not_is_told_before_anything_opens(overridden: House, user: str, words: str) -> None:
    views = len(overridden.slack.views)
    await overridden.tap(user, ids.RESOLVE, dg(overridden))
    assert words in overridden.whispers[-1].replace("\u00a0", " ")
    assert len(overridden.slack.views) == views


@pytest.mark.parametrize("value", ["dg_NONE", "", "dg_1:2:x", "<@U1>", "x" * 300])
async def test_a_value_that_is_none_of_ours_is_answered(overridden: House, value: str) -> None:
    for action in (ids.RESOLVE, ids.ADJUDICATE, ids.ADJUDICATE_OTHER):
        assert (await overridden.tap("U0ZOE", action, value)).status == 200
    assert len(overridden.whispers) == 3
    view = {"id": "V1", "type": "modal", "callback_id": ids.RESOLVE_FORM, "private_metadata": value, "blocks": []}
    answer = await overridden.submit("U0ZOE", view, {})
    assert answer.body["response_action"] == "update"


async def test_undo_is_said_in_the_thread(overridden: House) -> None:
    found = dg(overridden)
    await overridden.tap("U0BIA", ids.UNDO, overridden.value("ana"))
    await overridden.deliver()
    assert "taken back" in thread_of(overridden)["text"]
    assert ids.RESOLVE not in str(thread_of(overridden)["blocks"])
    assert "Disagreement open" not in str(card(overridden, "Ana Lima")["blocks"])
    await overridden.tap("U0MAYA", ids.RESOLVE, found)
    assert "nothing to resolve any more" in overridden.whispers[-1]


async def test_what_is_taken_back_before_it_is_sent_is_never_seen(house: House) -> None:
    await house.deliver()
    await override(house, "U0BIA", "ana")
    await house.tap("U0BIA", ids.UNDO, house.value("ana"))
    await house.deliver()
    assert [m for m in house.slack.cards(CHANNEL) if m.get("thread_ts")] == []


# Between two people


async def test_a_lead_rules_in_one_tap_with_both_side_by_side(overridden: House) -> None:
    await overridden.tap("U0CAIO", ids.DISSENT, overridden.value("ana"))
    await overridden.submit("U0CAIO", overridden.slack.last_view, {"reasons": ["price"], "narrative": "Too dear"})
    await overridden.deliver()
    said = [m for m in overridden.slack.cards(CHANNEL) if m.get("thread_ts")][-1]
    columns = next(b for b in said["blocks"] if "fields" in b)["fields"]
    assert [("Bia" if "U0BIA" in side["text"] else "Caio") for side in columns] == ["Bia", "Caio"]
    assert [b["text"]["text"] for b in said["blocks"][-1]["elements"]] == [
        "Bia was right", "Caio was right", "Who was right?…",
    ]  # fmt: skip
    await overridden.tap("U0MAYA", ids.ADJUDICATE, dg(overridden))
    assert "Only a lead" in overridden.whispers[-1]
    await overridden.tap("U0ZOE", ids.ADJUDICATE, dg(overridden))
    await overridden.deliver()
    said = [m for m in overridden.slack.cards(CHANNEL) if m.get("thread_ts")][-1]
    assert "<@U0CAIO> was right" in str(said["blocks"])
    whispers = len(overridden.whispers)
    await overridden.tap("U0ZOE", ids.ADJUDICATE, dg(overridden))
    assert len(overridden.whispers) == whispers, "a double tap looks like what it is"
    await overridden.tap("U0ZOE", ids.ADJUDICATE_OTHER, dg(overridden))
    assert "Already resolved" in overridden.whispers[-1]


# When Slack fails


async def test_an_answer_that_was_lost_is_looked_for_in_the_thread(house: House) -> None:
    await house.deliver()
    left = ["drop"]

    async def fault(args: Json) -> Any:
        return left.pop() if left and args.get("thread_ts") else None

    house.slack.faults["chat.postMessage"] = fault
    await override(house, "U0BIA", "ana")
    await house.deliver()
    house.clock.move(seconds=60)
    await house.deliver()
    assert len([m for m in house.slack.cards(CHANNEL) if m.get("thread_ts")]) == 1
    assert house.slack.to("conversations.replies"), "a thread is not in the channel's history"
    await ask(house, "U0MAYA")
    await house.submit("U0MAYA", house.slack.last_view, {"resolution": "ai", "lesson": "bought"})
    await house.deliver()
    assert "the AI was right" in thread_of(house)["text"]


async def test_a_card_that_is_gone_leaves_it_by_itself(house: House) -> None:
    await house.deliver()

    async def fault(args: Json) -> Any:
        return {"ok": False, "error": "thread_not_found"} if args.get("thread_ts") else None

    house.slack.faults["chat.postMessage"] = fault
    await override(house, "U0BIA", "ana")
    await house.deliver()
    said = house.slack.cards(CHANNEL)[-1]
    assert "disagree" in said["text"] and "thread_ts" not in said
    assert house.case("ana").investigations[0].link.endswith(f"/p{said['ts'].replace('.', '')}")  # type: ignore[union-attr]


async def test_a_channel_that_is_gone_sends_it_after_the_cards_copies(house: House) -> None:
    await house.deliver()

    async def fault(args: Json) -> Any:
        return {"ok": False, "error": "is_archived"} if args["channel"] == CHANNEL else None

    house.slack.faults["chat.update"] = house.slack.faults["chat.postMessage"] = fault
    await override(house, "U0BIA", "ana")
    await house.deliver()
    for direct in ("D0BIA", "D0MAYA"):
        said = thread_of(house, direct)
        above = next(m for m in house.slack.cards(direct) if m["ts"] == said["thread_ts"])
        assert "overrode" in above["text"]
    await ask(house, "U0MAYA")
    await house.submit("U0MAYA", house.slack.last_view, {"resolution": "ai", "lesson": "bought"})
    await house.deliver()
    assert all("the AI was right" in thread_of(house, direct)["text"] for direct in ("D0BIA", "D0MAYA"))


async def test_what_the_ai_decided_alone_has_no_card_and_stands_by_itself(house: House) -> None:
    """An objection from the digest: there is nothing to stand under."""
    (campaign,) = see.every_campaign(house.desk)
    scan = replace(campaign, key="scan", name="Scan", type=DecisionType.DISCOVERY, stakes=Stakes.LOW, channel="C0SCAN")
    members.add_campaign(house.desk, scan)
    intake.take_in(house.desk, FILE, file_name="scan.csv", campaign="scan")
    line = next(x for x in see.all_lines(house.desk, "scan") if x.decided_by == "ai")
    await house.tap("U0CAIO", ids.DISSENT, ids.value(line))
    towards = "proceed" if line.decision == "decline" else "decline"
    await house.submit("U0CAIO", house.slack.last_view, {"reasons": ["price"], "narrative": towards})
    await house.deliver()
    (said,) = [m for m in house.slack.cards("C0SCAN") if "disagree" in m["text"]]
    assert "thread_ts" not in said
