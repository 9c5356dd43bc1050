"""The same conversations through sockets in the local workspace, which refuses whatever Slack would refuse."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest

from bot.cards import ids
from bot.desk import see
from bot.sandbox import seed
from bot.sandbox.demo import Demo, running

T = TypeVar("T")
APP_ERRORS = ("hash_conflict", "message_not_found")


@pytest.fixture
async def demo(tmp_path: Path) -> AsyncIterator[Demo]:
    async with running(tmp_path) as up:
        await up.workspace.until(lambda: len(up.workspace.messages.get(seed.BRAZIL, [])) >= 5)
        yield up
    refused = [c for c in up.workspace.calls if not c["ok"] and c["error"] not in APP_ERRORS]
    assert refused == []
    # The app's own messages are events, too: one that finds nobody, at the start or the end, is sent again.
    assert [f for f in up.workspace.failures if f["kind"] != "events_api"] == []


async def there(demo: Demo, find: Callable[[], T | None]) -> T:
    """What `find` finds, as soon as it is there."""
    found = await demo.workspace.until(find)
    assert found is not None
    return found


def card(demo: Demo, name: str) -> Any:
    return next(m for m in demo.workspace.messages[seed.BRAZIL] if name in m.text and not m.ephemeral_to)


async def shows(demo: Demo, name: str, action: str) -> None:
    await demo.workspace.until(lambda: action in str(card(demo, name).blocks))


async def test_approve_and_undo_on_the_card(demo: Demo) -> None:
    people = demo.server.people
    assert (await people.click(seed.BIA, seed.BRAZIL, card(demo, "Bruno").ts, ids.APPROVE)).acked
    await shows(demo, "Bruno", ids.UNDO)
    assert (await people.click(seed.BIA, seed.BRAZIL, card(demo, "Bruno").ts, ids.UNDO)).acked
    await shows(demo, "Bruno", ids.APPROVE)


async def test_normal_for_this_market(demo: Demo) -> None:
    people, workspace = demo.server.people, demo.workspace
    await people.click(seed.BIA, seed.BRAZIL, card(demo, "Ana").ts, ids.NORM)
    form = await there(demo, lambda: workspace.stacks.get(seed.BIA))
    boxes = next(b for b in form[-1].blocks if b.get("block_id") == ids.FLAGS)
    flags = [o["value"] for o in boxes["element"]["options"]]
    await people.type(seed.BIA, ids.NARRATIVE, "A giveaway every November")
    await people.type(seed.BIA, ids.FLAGS, flags)
    await workspace.until(lambda: any(b["block_id"] == "verdict.proceed" for b in form[-1].blocks))
    assert "A giveaway every November" in str(form[-1].values)
    reply = await people.submit(seed.BIA)
    assert (reply.acked, reply.problem) == (True, "")
    await shows(demo, "Ana", ids.UNDO)
    assert "A giveaway every November" in str(card(demo, "Ana").blocks)


async def test_a_late_form_becomes_an_objection_that_the_lead_reverses(demo: Demo) -> None:
    people, workspace = demo.server.people, demo.workspace
    await people.click(seed.BIA, seed.BRAZIL, card(demo, "Ana").ts, ids.OVERRIDE)
    await workspace.until(lambda: workspace.stacks.get(seed.BIA))
    await people.click(seed.CAIO, seed.BRAZIL, card(demo, "Ana").ts, ids.APPROVE)
    await people.type(seed.BIA, ids.REASONS, ["cultural_fit"])
    await people.type(seed.BIA, ids.CONFIDENCE, "sure")
    await people.type(seed.BIA, ids.NARRATIVE, "I know her")
    assert (await people.submit(seed.BIA)).problem == ""
    assert workspace.top_view(seed.BIA).source["callback_id"] == ids.DISSENT_FORM
    assert (await people.submit(seed.BIA)).problem == ""
    direct = workspace.im(seed.ZOE).id
    told = await there(
        demo, lambda: next((m for m in workspace.messages.get(direct, []) if ids.REVERSE in str(m.blocks)), None)
    )
    await people.click(seed.ZOE, direct, told.ts, ids.REVERSE)
    await workspace.until(lambda: ids.REVERSE not in str(workspace.message(direct, told.ts)))


async def test_words_that_came_too_late_are_kept_when_the_form_is_closed(demo: Demo) -> None:
    people, workspace = demo.server.people, demo.workspace
    await people.click(seed.BIA, seed.BRAZIL, card(demo, "Ana").ts, ids.OVERRIDE)
    await workspace.until(lambda: workspace.stacks.get(seed.BIA))
    await people.click(seed.CAIO, seed.BRAZIL, card(demo, "Ana").ts, ids.APPROVE)
    await people.type(seed.BIA, ids.REASONS, ["cultural_fit"])
    await people.type(seed.BIA, ids.CONFIDENCE, "sure")
    await people.type(seed.BIA, ids.NARRATIVE, "I know her")
    await people.submit(seed.BIA)
    await people.close(seed.BIA)
    direct = workspace.im(seed.BIA).id
    offer = await there(
        demo, lambda: next((m for m in workspace.messages.get(direct, []) if ids.KEEP_COMMENT in str(m.blocks)), None)
    )
    await people.click(seed.BIA, direct, offer.ts, ids.KEEP_COMMENT)
    await workspace.until(lambda: workspace.message(direct, offer.ts) is None)
    await workspace.until(lambda: "I know her" in str(card(demo, "Ana").blocks))


async def test_home_to_modal_to_form_and_back(demo: Demo) -> None:
    people, workspace = demo.server.people, demo.workspace
    await people.open_home(seed.BIA)
    home = await there(demo, lambda: workspace.homes.get(seed.BIA))
    block = next(b for b in home.blocks if b.get("accessory", {}).get("action_id") == ids.OPEN)
    await people.click_home(seed.BIA, ids.OPEN, block_id=block["block_id"])
    opened = (await there(demo, lambda: workspace.stacks.get(seed.BIA)))[-1]
    await people.click_view(seed.BIA, ids.OVERRIDE)
    await workspace.until(lambda: len(workspace.stacks[seed.BIA]) == 2)
    form = workspace.top_view(seed.BIA)
    reasons = next(b for b in form.blocks if b.get("block_id") == ids.REASONS)["element"]["options"]
    await people.type(seed.BIA, ids.REASONS, [next(o["value"] for o in reasons if o["value"] == "price")])
    await people.type(seed.BIA, ids.CONFIDENCE, "fairly")
    assert (await people.submit(seed.BIA)).problem == ""
    await workspace.until(lambda: ids.UNDO in str(opened.blocks))


async def test_somebody_without_a_role_is_told_kindly_and_the_command_answers(demo: Demo) -> None:
    people, workspace = demo.server.people, demo.workspace
    await people.click(seed.SAM, seed.BRAZIL, card(demo, "Bruno").ts, ids.APPROVE)
    said = await there(
        demo, lambda: next((m for m in workspace.messages[seed.BRAZIL] if m.ephemeral_to == seed.SAM), None)
    )
    assert "Nothing was changed" in said.text
    assert (await people.slash(seed.BIA, seed.BRAZIL, "/handoff", "inbox")).problem == ""
    assert (await people.slash(seed.OLEG, seed.RUSSIA, "/handoff", "help")).problem == ""


async def test_two_days_later_the_deadline_has_decided_and_the_owner_knows(demo: Demo) -> None:
    workspace = demo.workspace
    await demo.jump(timedelta(hours=48))
    await workspace.until(lambda: ids.APPROVE not in str(card(demo, "Bruno").blocks))
    direct = workspace.im(seed.MAYA).id
    # One message for all that fell together: names of the creators with their results.
    await workspace.until(lambda: any("Bruno" in str(m.blocks) for m in workspace.messages.get(direct, [])))


async def test_whatever_slack_brings_twice_happens_once(demo: Demo) -> None:
    people, workspace = demo.server.people, demo.workspace
    demo.server.socket.weather.twice = 1.0
    ts, review = card(demo, "Bruno").ts, ids.parse_value(button(card(demo, "Bruno"), ids.APPROVE)["value"])[0]
    assert (await people.click(seed.BIA, seed.BRAZIL, ts, ids.APPROVE)).acked
    await shows(demo, "Bruno", ids.UNDO)
    assert (await people.click(seed.BIA, seed.BRAZIL, ts, ids.UNDO)).acked
    await shows(demo, "Bruno", ids.APPROVE)
    await people.open_home(seed.BIA)
    await there(demo, lambda: workspace.homes.get(seed.BIA))
    await demo.server.socket.settled()
    await demo.handoff.settled()
    happened = [h.what for h in see.history(demo.handoff.desk, review) if h.actor == seed.BIA]
    assert happened == ["answered", "undone"]
    assert [c["method"] for c in workspace.calls].count("views.publish") == 1
    assert not [m for m in workspace.messages[seed.BRAZIL] if m.ephemeral_to]


def button(message: Any, action: str) -> Any:
    """The button of a card, wherever on it it stands."""
    elements = [e for b in message.blocks for e in (b.get("elements") or [])]
    return next(e for e in elements if e.get("action_id") == action)
