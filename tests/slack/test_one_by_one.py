"""Answering one by one in one modal: through the real app, with taps as Slack sends them."""

from __future__ import annotations

import pytest

from bot.cards import ids
from bot.core.types import State
from bot.desk import hand_over
from tests.slack.hands import House, Json

NAMES = ("ana", "bruno", "carla")
OVERRIDDEN = {"reasons": ["price"], "confidence": "sure"}


@pytest.fixture
def bias(house: House) -> House:
    """Everything waits for Bia."""
    for name in NAMES:
        if (asked := house.case(name).review.expert) != "U0BIA":
            hand_over.pass_on(house.desk, house.ids[name], asked, "U0BIA", "")
    return house


async def begin(house: House, user: str = "U0BIA") -> Json:
    await house.tap(user, ids.ONE_BY_ONE, "inbox", home=True)
    return house.slack.last_view


def now(house: House, view: Json) -> Json:
    """The modal as it now is."""
    return house.slack.views[view["id"]]


def shown(house: House, view: Json) -> str | None:
    """Whose review stands in it: by the buttons."""
    found = [
        e["value"].partition(":")[0]
        for block in now(house, view)["blocks"] if block["type"] == "actions"
        for e in block["elements"] if e["action_id"] == ids.APPROVE
    ]  # fmt: skip
    return next((name for name, review in house.ids.items() if found == [review]), None)


def order(house: House, view: Json) -> list[str]:
    names = {review: name for name, review in house.ids.items()}
    return [names[r] for r in ids.unpack_walk(now(house, view)["private_metadata"]).reviews]


async def agree(house: House, view: Json, name: str, **more: object) -> None:
    await house.tap("U0BIA", ids.APPROVE, house.value(name), view=now(house, view), **more)  # type: ignore[arg-type]


async def test_three_answers_in_five_taps_without_leaving_the_modal(bias: House) -> None:
    view = await begin(bias)
    names = order(bias, view)
    assert sorted(names) == sorted(NAMES)
    assert view["title"]["text"] == "Review 1 of 3"
    for n, name in enumerate(names, start=1):
        assert shown(bias, view) == name
        await agree(bias, view, name)
        assert order(bias, view) == names, "the order stays"
        if n < 3:
            assert now(bias, view)["title"]["text"] == f"Review {n + 1} of 3"
    end = str(now(bias, view)["blocks"])
    assert "3 answered: 2 proceed, 1 decline" in end
    assert "Nothing else waits" in end
    assert end.count(ids.UNDO) == 3
    assert {bias.case(n).review.state for n in NAMES} == {State.DECIDED}
    assert len(bias.slack.to("views.open")) == 1
    assert len(bias.slack.to("views.update")) == 3, "one update a tap"
    assert not bias.slack.to("views.push")


async def test_next_and_previous_answer_nothing(bias: House) -> None:
    view = await begin(bias)
    first, second, third = order(bias, view)
    await bias.tap("U0BIA", ids.NEXT, "0", view=now(bias, view))
    assert shown(bias, view) == second
    await bias.tap("U0BIA", ids.PREVIOUS, "1", view=now(bias, view))
    assert shown(bias, view) == first
    await bias.tap("U0BIA", ids.NEXT, "0", view=now(bias, view))
    await agree(bias, view, second)
    assert shown(bias, view) == third
    await bias.tap("U0BIA", ids.NEXT, "2", view=now(bias, view))
    end = str(now(bias, view)["blocks"])
    assert "2 of them still wait" in end
    await bias.tap("U0BIA", ids.ONE_BY_ONE, "inbox", view=now(bias, view))
    assert order(bias, view) == [first, third]
    assert len(bias.slack.to("views.open")) == 1, "it goes on in the same modal"


async def test_an_override_on_top_comes_back_to_the_next_one(bias: House) -> None:
    view = await begin(bias)
    first, second, _ = order(bias, view)
    await bias.tap("U0BIA", ids.OVERRIDE, bias.value(first), view=now(bias, view))
    form = bias.slack.last_view
    assert form["callback_id"] == ids.OVERRIDE_FORM
    refused = await bias.submit("U0BIA", form, {"narrative": "Too dear for us"}, behind=view["id"])
    assert set(refused.errors) & {"reasons", "confidence"}, "what was typed stays in the form"
    assert shown(bias, view) == first
    assert (await bias.submit("U0BIA", form, OVERRIDDEN, behind=view["id"])).body == {}
    assert shown(bias, view) == second
    assert "You can undo until" in str(now(bias, view)["blocks"])


async def test_normal_for_this_market_comes_back_too_after_its_ticks(bias: House) -> None:
    view = await begin(bias)
    while shown(bias, view) != "ana":
        await bias.tap("U0BIA", ids.NEXT, "0", view=now(bias, view))
    await bias.tap("U0BIA", ids.NORM, bias.value("ana"), view=now(bias, view))
    form = bias.slack.last_view
    await bias.tick("U0BIA", form, ["growth_spike", "low_credibility"])
    assert (await bias.submit("U0BIA", bias.slack.views[form["id"]], {}, behind=view["id"])).body == {}
    assert bias.case("ana").review.state is State.DECIDED
    assert shown(bias, view) != "ana"


async def test_the_last_answer_is_taken_back_in_place(bias: House) -> None:
    view = await begin(bias)
    first, second, _ = order(bias, view)
    await agree(bias, view, first)
    assert str(now(bias, view)["blocks"]).count(ids.UNDO) == 1
    await bias.tap("U0BIA", ids.UNDO, bias.value(first), view=now(bias, view))
    assert shown(bias, view) == first
    assert bias.case(first).review.state is State.REOPENED
    assert ids.UNDO not in str(now(bias, view)["blocks"])
    await agree(bias, view, first)
    assert shown(bias, view) == second


async def test_undo_is_gone_after_its_ten_minutes(bias: House) -> None:
    view = await begin(bias)
    first, second, third = order(bias, view)
    await agree(bias, view, first)
    stale = now(bias, view)
    assert ids.UNDO in str(stale["blocks"])
    bias.clock.move(minutes=11)
    await bias.tap("U0BIA", ids.UNDO, bias.value(first), view=stale)
    assert bias.case(first).review.state is State.DECIDED
    said = now(bias, view)["blocks"][0]
    assert said["type"] == "context", "why not is said where they are"
    assert shown(bias, view) == second
    assert ids.UNDO not in str(now(bias, view)["blocks"])
    assert third in order(bias, view)


async def test_what_somebody_else_decided_meanwhile_is_said_and_passed_by(bias: House) -> None:
    view = await begin(bias)
    first, second, third = order(bias, view)
    await bias.tap("U0CAIO", ids.APPROVE, bias.value(second))
    await agree(bias, view, first)
    assert shown(bias, view) == third
    told = now(bias, view)["blocks"][0]["elements"]
    assert len(told) == 1
    assert told[0]["text"].startswith(bias.case(second).candidate.name)
    assert "U0CAIO" in told[0]["text"]


async def test_a_tap_on_what_is_decided_already_changes_nothing_and_goes_on(bias: House) -> None:
    view = await begin(bias)
    first, second, _ = order(bias, view)
    await bias.tap("U0CAIO", ids.APPROVE, bias.value(first))
    await agree(bias, view, first)
    assert shown(bias, view) == second
    told = now(bias, view)["blocks"][0]["elements"][0]["text"]
    assert told.startswith(f"*{bias.case(first).candidate.name}:* already decided")
    assert "U0CAIO" in told
    assert not bias.slack.to("views.push"), "nothing to close"
    decision = bias.case(first).decision
    assert decision is not None
    assert decision.by == "U0CAIO"


async def test_a_form_that_came_too_late_keeps_its_words_and_the_walk_goes_on(bias: House) -> None:
    view = await begin(bias)
    first, second, _ = order(bias, view)
    await bias.tap("U0BIA", ids.OVERRIDE, bias.value(first), view=now(bias, view))
    form = bias.slack.last_view
    await bias.tap("U0CAIO", ids.APPROVE, bias.value(first))
    told = await bias.submit("U0BIA", form, {**OVERRIDDEN, "narrative": "Far too dear"}, behind=view["id"])
    assert told.body["response_action"] == "update"
    assert "Far too dear" in str(told.body["view"])
    assert shown(bias, view) == second


async def test_a_double_tap_answers_one_review(bias: House) -> None:
    """The second half is delivered twice over: with the old button, and on the card that came in its place."""
    view = await begin(bias)
    first, second, _ = order(bias, view)
    before = now(bias, view)
    await bias.tap("U0BIA", ids.APPROVE, bias.value(first), view=before, at="1000.100000")
    await bias.tap("U0BIA", ids.APPROVE, bias.value(first), view=before, at="1000.300000")
    assert shown(bias, view) == second
    walk = ids.unpack_walk(now(bias, view)["private_metadata"])
    assert walk.moment == "1000.100000"
    await bias.tap("U0BIA", ids.APPROVE, bias.value(second), view=now(bias, view), at="1000.350000")
    assert bias.case(second).review.state is State.PENDING
    await bias.tap("U0BIA", ids.APPROVE, bias.value(second), view=now(bias, view), at="1001.100000")
    assert bias.case(second).review.state is State.DECIDED


async def test_passing_on_leads_to_the_next_one(bias: House) -> None:
    view = await begin(bias)
    first, second, _ = order(bias, view)
    await bias.tap("U0BIA", ids.MORE, "pass:" + bias.value(first), view=now(bias, view), choice=True)
    form = bias.slack.last_view
    await bias.submit("U0BIA", form, {}, behind=view["id"])
    assert bias.case(first).review.expert == "U0CAIO"
    assert shown(bias, view) == second


async def test_a_disclosure_keeps_the_review_on_the_screen(bias: House) -> None:
    view = await begin(bias)
    first = order(bias, view)[0]
    await bias.tap("U0BIA", ids.MORE, "know:" + bias.value(first), view=now(bias, view), choice=True)
    form = bias.slack.last_view
    await bias.submit("U0BIA", form, {"narrative": "We met once", "choice": "decide"}, behind=view["id"])
    assert shown(bias, view) == first
    assert "We met once" in str(now(bias, view)["blocks"])


async def test_an_old_button_with_nothing_waiting_says_so(bias: House) -> None:
    for name in NAMES:
        await bias.tap("U0BIA", ids.APPROVE, bias.value(name))
    view = await begin(bias)
    assert "Nothing else waits for your answer." in str(view["blocks"])
    assert "Nothing else waits" in str((await begin(bias, "U0SAM"))["blocks"])


async def test_a_view_that_is_not_ours_is_refused_kindly(bias: House) -> None:
    view = await begin(bias)
    for page in ("rubbish", '{"q": 5}', "[]", '{"q":"rv_none","at":"x"}'):
        answer = await bias.tap("U0BIA", ids.NEXT, "0", view={**now(bias, view), "private_metadata": page})
        assert answer.status == 200
    assert all(bias.case(n).review.state is State.PENDING for n in NAMES)
    forged = ids.pack_walk(ids.unpack_walk('{"q":"rv_none rv_gone","at":0}'))
    await bias.tap("U0BIA", ids.NEXT, "0", view={**now(bias, view), "private_metadata": forged})
    assert "Nothing answered this time" in str(now(bias, view)["blocks"])


async def test_the_home_tab_follows_while_one_goes_through(bias: House) -> None:
    await bias.event({"type": "app_home_opened", "user": "U0BIA", "tab": "home", "channel": "D1", "event_ts": "1"})
    published = len(bias.slack.to("views.publish"))
    view = await begin(bias)
    await agree(bias, view, order(bias, view)[0])
    assert len(bias.slack.to("views.publish")) == published + 1
