"""The Home tab, the command, a review opened from them, the digest, notes, details and passing on."""

from __future__ import annotations

import pytest

from bot.cards import ids
from bot.core.types import Campaign, Stakes, State
from bot.desk import intake, members
from tests.slack.hands import House, Json


def texts(thing: object) -> str:
    return str(thing)


async def test_the_home_tab_lists_what_waits(house: House) -> None:
    expert = house.case("bruno").review.expert or ""
    await house.event({"type": "app_home_opened", "user": expert, "tab": "home", "channel": "D1", "event_ts": "1"})
    published = house.slack.to("views.publish")[-1]
    assert published["user_id"] == expert
    assert "Bruno Reis" in texts(published["view"])
    assert ids.OPEN in texts(published["view"])


async def test_the_messages_tab_publishes_nothing(house: House) -> None:
    await house.event({"type": "app_home_opened", "user": "U0BIA", "tab": "messages", "channel": "D1", "event_ts": "1"})
    assert house.slack.to("views.publish") == []


async def test_the_home_tab_of_somebody_without_a_role_is_useful(house: House) -> None:
    await house.event({"type": "app_home_opened", "user": "U0NEW", "tab": "home", "channel": "D1", "event_ts": "1"})
    assert house.slack.to("views.publish")[-1]["view"]["blocks"]


async def test_the_home_tab_of_a_guest_shows_nobodys_reviews(house: House) -> None:
    await house.event({"type": "app_home_opened", "user": "U0GUEST", "tab": "home", "channel": "D1", "event_ts": "1"})
    view = house.slack.to("views.publish")[-1]["view"]
    assert view["blocks"]
    assert ids.OPEN not in texts(view)


async def test_the_home_tab_follows_a_decision(house: House) -> None:
    expert = house.case("bruno").review.expert or ""
    await house.event({"type": "app_home_opened", "user": expert, "tab": "home", "channel": "D1", "event_ts": "1"})
    await house.tap(expert, ids.APPROVE, house.value("bruno"))
    assert len(house.slack.to("views.publish")) == 2
    assert "Bruno Reis" not in texts(house.slack.to("views.publish")[-1]["view"]["blocks"])


@pytest.mark.parametrize(
    ("words", "unknown"),
    [
        ("", ""),
        ("help", ""),
        ("  HELP me ", ""),
        ("справка", ""),
        ("<!channel>", "&lt;!channel&gt;"),
        ("Serch x", "serch"),
    ],
)
async def test_anything_unknown_is_said_to_be_and_is_help(house: House, words: str, unknown: str) -> None:
    answer = await house.command("U0BIA", words)
    assert answer.body["response_type"] == "ephemeral"
    said = texts(answer.body)
    assert "/handoff inbox" in said
    assert ("I don’t know" in said) == bool(unknown)
    assert f"“{unknown}”" in said or not unknown


async def test_the_inbox_by_its_russian_name(house: House) -> None:
    expert = house.case("bruno").review.expert or ""
    assert "Bruno Reis" in texts((await house.command(expert, "входящие")).body)


async def test_the_inbox_is_soonest_first_and_private(house: House) -> None:
    expert = house.case("bruno").review.expert or ""
    answer = await house.command(expert, "inbox")
    assert answer.body["response_type"] == "ephemeral"
    assert "Bruno Reis" in texts(answer.body)


async def test_the_command_of_somebody_of_another_team_is_refused_in_its_answer(house: House) -> None:
    answer = await house.command("U0BIA", "inbox", team="T0OTHER")
    assert "another one" in answer.body["text"]


async def test_a_review_opened_from_home_is_answered_there_and_shows_the_result(house: House) -> None:
    await house.tap("U0BIA", ids.OPEN, house.value("bruno"), home=True)
    view = house.slack.last_view
    assert view["callback_id"] == ids.OPEN_VIEW
    assert ids.APPROVE in texts(view)
    await house.tap("U0BIA", ids.APPROVE, house.value("bruno"), view=view)
    now = house.slack.views[view["id"]]
    assert ids.APPROVE not in texts(now)
    assert ids.UNDO in texts(now)


async def test_a_form_on_top_of_an_opened_review_brings_it_up_to_date(house: House) -> None:
    await house.tap("U0BIA", ids.OPEN, house.value("ana"), home=True)
    behind = house.slack.last_view
    await house.tap("U0BIA", ids.OVERRIDE, house.value("ana"), view=behind)
    assert len(house.slack.to("views.push")) == 1
    form = house.slack.last_view
    await house.submit("U0BIA", form, {"reasons": ["price"], "confidence": "sure"}, behind=behind["id"])
    assert ids.UNDO in texts(house.slack.views[behind["id"]])


async def test_the_norm_form_on_top_of_an_opened_review_remembers_it_through_ticks(house: House) -> None:
    await house.tap("U0BIA", ids.OPEN, house.value("ana"), home=True)
    behind = house.slack.last_view
    await house.tap("U0BIA", ids.NORM, house.value("ana"), view=behind)
    form = house.slack.last_view
    await house.tick("U0BIA", form, ["growth_spike", "low_credibility"])
    ticked = house.slack.views[form["id"]]
    answer = await house.submit("U0BIA", ticked, {}, behind=behind["id"])
    assert answer.body == {}
    assert ids.UNDO in texts(house.slack.views[behind["id"]])


async def test_a_refusal_in_a_modal_stands_on_top_of_it_and_the_modal_follows(house: House) -> None:
    await house.tap("U0BIA", ids.OPEN, house.value("bruno"), home=True)
    view = house.slack.last_view
    await house.tap("U0CAIO", ids.OVERRIDE, house.value("bruno"))
    form = house.slack.last_view
    await house.submit("U0CAIO", form, {"reasons": ["price"], "confidence": "sure"})
    await house.tap("U0BIA", ids.APPROVE, house.value("bruno"), view=view)
    pushed = house.slack.to("views.push")[-1]["view"]
    assert "Caio" in texts(pushed) or "U0CAIO" in texts(pushed)
    assert ids.APPROVE not in texts(house.slack.views[view["id"]])


async def test_somebody_of_another_market_may_look_and_gets_no_buttons(house: House) -> None:
    await house.tap("U0OLEG", ids.OPEN, house.value("bruno"), home=True)
    assert ids.APPROVE not in texts(house.slack.last_view)


async def test_details_from_the_button_and_from_the_overflow(house: House) -> None:
    await house.tap("U0MAYA", ids.DETAILS, house.value("ana"))
    await house.tap("U0MAYA", ids.MORE, "details:" + house.value("ana"), choice=True)
    assert [v["view"]["callback_id"] for v in house.slack.to("views.open")] == [ids.DETAILS_VIEW] * 2
    assert "came in, for <@U0BIA>" in str(house.slack.last_view)


async def test_a_note_needs_words_and_stands_on_the_card(house: House) -> None:
    await house.tap("U0BIA", ids.APPROVE, house.value("bruno"))
    await house.tap("U0BIA", ids.MORE_DECIDED, "note:" + house.value("bruno"), choice=True)
    form = house.slack.last_view
    assert list((await house.submit("U0BIA", form, {"narrative": "   "})).errors) == ["narrative"]
    assert (await house.submit("U0BIA", form, {"narrative": "Ask for <!channel> rates"})).body == {}
    assert [c.text for c in house.case("bruno").comments] == ["Ask for <!channel> rates"]
    await house.deliver()


async def test_passing_on_puts_another_name_on_it(house: House) -> None:
    expert = house.case("bruno").review.expert or ""
    other = "U0CAIO" if expert == "U0BIA" else "U0BIA"
    await house.tap(expert, ids.MORE, "pass:" + house.value("bruno"), choice=True)
    form = house.slack.last_view
    answer = await house.submit(expert, form, {"narrative": "on holiday"})
    assert answer.body["view"]["callback_id"] == ids.SAVED_VIEW
    assert f"<@{other}>" in str(answer.body["view"])
    assert house.case("bruno").review.expert == other
    await house.deliver()


async def test_i_know_this_creator_and_stay(house: House) -> None:
    await house.tap("U0BIA", ids.MORE, "know:" + house.value("bruno"), choice=True)
    answer = await house.submit("U0BIA", house.slack.last_view, {"narrative": "my cousin", "choice": "decide"})
    assert answer.body == {}
    assert house.case("bruno").review.disclosure == "my cousin"


async def test_i_know_this_creator_and_pass_it_on(house: House) -> None:
    expert = house.case("bruno").review.expert or ""
    other = "U0CAIO" if expert == "U0BIA" else "U0BIA"
    await house.tap(expert, ids.MORE, "know:" + house.value("bruno"), choice=True)
    view = house.slack.last_view
    answer = await house.submit(expert, view, {"narrative": "my cousin", "choice": "conflict"})
    form = {**answer.body["view"], "id": view["id"], "hash": "h"}
    assert form["callback_id"] == ids.PASS_FORM
    await house.submit(expert, form, {})
    assert house.case("bruno").review.expert == other


async def test_passing_on_a_decided_review_says_so(house: House) -> None:
    await house.tap("U0BIA", ids.APPROVE, house.value("bruno"))
    await house.tap("U0CAIO", ids.MORE, "pass:" + house.value("bruno"), choice=True)
    assert house.case("bruno").review.state is State.DECIDED
    assert len(house.whispers) == 1


async def test_an_owner_whom_slack_has_not_told_us_of_reads_no_time_of_another_zone(empty: House) -> None:
    """The first digest may leave before their profile is here: Slack writes the time in theirs."""
    members.add_campaign(empty.desk, Campaign("new", "Luma New", ("BR",), "C0LUMA", "U0NEW"))
    row = "lia,Lia Prado,Brazil,84000,4%,2%,90%,2026-11-20,good\n"
    head = "handle,name,country,followers,engagement rate,growth 14d,credibility,measured on,past outcome\n"
    intake.take_in(empty.desk, (head + row).encode(), file_name="instagram.csv", campaign="new")
    await empty.deliver()
    digest = empty.slack.cards("D0NEW")[-1]
    assert "best within 12 h, <!date^" in texts(digest["blocks"])
    assert "UTC" not in digest["text"]


async def test_the_digest_is_paged_and_objected_to(empty: House) -> None:
    low = Campaign("low", "Luma Home", ("BR",), "C0LUMA", "U0MAYA", stakes=Stakes.LOW)
    members.add_campaign(empty.desk, low)
    rows = "".join(f"c{i:02d},Creator {i:02d},Brazil,84000,4%,2%,90%,2026-11-20\n" for i in range(45))
    head = "handle,name,country,followers,engagement rate,growth 14d,credibility,measured on\n"
    report = intake.take_in(empty.desk, (head + rows).encode(), file_name="instagram.csv", campaign="low")
    alone = [f.review_id for f in report.fates if f.route is not None and f.route.value == "ai"]
    assert len(alone) > 20
    await empty.deliver()
    digest = empty.slack.cards("D0MAYA")[-1]
    assert ids.DISSENT in texts(digest["blocks"])
    await empty.tap("U0MAYA", ids.DIGEST_ALL, f"{report.import_id}:0")
    page = empty.slack.last_view
    assert page["callback_id"] == ids.DIGEST_VIEW
    await empty.tap("U0MAYA", ids.DIGEST_ALL, f"{report.import_id}:20", view=page)
    page = empty.slack.views[page["id"]]
    review = objected(page)
    await empty.tap("U0MAYA", ids.DISSENT, review, view=page)
    form = empty.slack.last_view
    answer = await empty.submit("U0MAYA", form, {"reasons": ["price"], "confidence": "sure"}, behind=page["id"])
    assert answer.body == {}
    after = empty.slack.views[page["id"]]
    assert after["private_metadata"] == page["private_metadata"]
    assert review not in texts(after["blocks"])


def objected(page: Json) -> str:
    """The value of the first Object button of a page."""
    buttons = (b["accessory"] for b in page["blocks"] if b.get("accessory"))
    return str(next(b["value"] for b in buttons if b["action_id"] == ids.DISSENT))


async def test_a_changed_profile_is_remembered(house: House) -> None:
    user = {"id": "U0CAIO", "team_id": "T0HOME", "is_restricted": True, "profile": {"display_name": "Caio"}}
    await house.event({"type": "user_change", "user": user, "event_ts": "1"})
    await house.tap("U0CAIO", ids.APPROVE, house.value("bruno"))
    assert house.case("bruno").decision is None


async def test_whoever_writes_to_the_bot_learns_what_it_understands(house: House) -> None:
    words = {"type": "message", "channel_type": "im", "channel": "D0BIA", "user": "U0BIA", "ts": "1.1", "text": "hi",
             "event_ts": "1.1"}  # fmt: skip
    await house.event(words)
    (said,) = house.slack.messages["D0BIA"]
    assert "/handoff inbox" in said["text"]
    assert "/handoff people" not in said["text"], "that is for leads"
    for other in (
        {"bot_id": "B0BOT"}, {"thread_ts": "1.0"}, {"subtype": "message_changed"}, {"channel_type": "channel"},
        {"user": "U0GUEST"},
    ):  # fmt: skip
        await house.event(words | other)
    assert len(house.slack.messages["D0BIA"]) == 1
