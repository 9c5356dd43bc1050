"""Normal for this market: the form follows the ticks, and the verdict is the expert's."""

from __future__ import annotations

from bot.cards import ids
from bot.core.types import How
from bot.desk import intake
from scoring.types import FlagCode, Verdict
from tests.slack.hands import House, Json


async def dana(house: House) -> None:
    data = b"handle,name,country,followers,growth 14d,brand safety\ndana,Dana Melo,Brazil,84000,30%,gambling\n"
    report = intake.take_in(house.desk, data, file_name="instagram.csv", campaign="aurora")
    house.ids = {"dana": str(report.fates[0].review_id)}


async def opened(house: House, who: str) -> Json:
    await house.tap("U0BIA", ids.NORM, house.value(who))
    view: Json = house.slack.last_view
    assert view["callback_id"] == ids.NORM_FORM
    return view


def verdict_block(view: Json) -> Json:
    return next(b for b in view["blocks"] if b.get("block_id", "").startswith("verdict"))


async def test_a_single_flag_is_ticked_already_and_the_recomputed_verdict_chosen(house: House) -> None:
    view = await opened(house, "carla")
    chosen = verdict_block(view)["element"].get("initial_option", {}).get("value")
    assert chosen == "proceed"
    assert (await house.submit("U0BIA", view, {})).body == {}
    case = house.case("carla")
    assert case.decision is not None and case.decision.verdict is Verdict.PROCEED
    assert case.judgement is not None and case.judgement.how is How.NORM
    assert case.judgement.rationale.disputed == (FlagCode.GROWTH_SPIKE,)


async def test_ticks_update_the_form_and_keep_what_was_typed(house: House) -> None:
    view = await opened(house, "ana")
    await house.tick("U0BIA", view, ["growth_spike", "low_credibility"])
    updated = house.slack.views[view["id"]]
    assert verdict_block(updated)["element"]["initial_option"]["value"] == "proceed"
    assert house.slack.to("views.update")[0]["hash"] == view["hash"]
    answer = await house.submit("U0BIA", updated, {"flags": ["growth_spike", "low_credibility"], "verdict": "decline"})
    assert answer.body == {}
    decision = house.case("ana").decision
    assert decision is not None and decision.verdict is Verdict.DECLINE


async def test_a_second_quick_tick_wins_though_its_hash_is_old(house: House) -> None:
    view = await opened(house, "ana")
    await house.tick("U0BIA", view, ["growth_spike"])
    await house.tick("U0BIA", view, ["growth_spike", "low_credibility"])
    assert len(house.slack.to("views.update")) == 3
    shown = house.slack.views[view["id"]]
    boxes = next(b for b in shown["blocks"] if b.get("block_id") == "flags")
    assert len(boxes["element"]["initial_options"]) == 2


async def test_no_flag_is_an_error_under_the_boxes(house: House) -> None:
    view = await opened(house, "ana")
    answer = await house.submit("U0BIA", view, {"flags": [], "verdict": "proceed"})
    assert list(answer.errors) == ["flags"]


async def test_a_form_without_the_field_for_the_verdict_is_drawn_again_with_it(empty: House) -> None:
    # Two severe reasons to decline: without the one that can be disputed the AI says the same.
    await dana(empty)
    view = await opened(empty, "dana")
    bare = {**view, "blocks": [b for b in view["blocks"] if not b.get("block_id", "").startswith("verdict")]}
    answer = await empty.submit("U0BIA", bare, {"narrative": "every November"})
    assert answer.body["response_action"] == "update"
    assert "every November" in str(answer.body["view"])
    again = {**answer.body["view"], "id": view["id"], "hash": "h"}
    assert verdict_block(again)["element"]["initial_option"]["value"] == "decline"
    assert (await empty.submit("U0BIA", again, {"verdict": "proceed"})).body == {}
    decision = empty.case("dana").decision
    assert decision is not None and decision.verdict is Verdict.PROCEED


async def test_brand_safety_is_never_offered(empty: House) -> None:
    await dana(empty)
    assert FlagCode.BRAND_SAFETY in [f.code for f in empty.case("dana").recommendation.flags]
    view = await opened(empty, "dana")
    boxes = next(b for b in view["blocks"] if b.get("block_id") == "flags")
    assert [o["value"] for o in boxes["element"]["options"]] == ["growth_spike"]
