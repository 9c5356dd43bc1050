"""Search in Slack: the command, the form, its pages, the shortcut; and whoever may not see a case finds none of it."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from bot.cards import ids
from bot.core.search_query import Reader, Vocabulary
from bot.core.types import Campaign, Confidence, Member, Rationale, Reason
from bot.desk import decide, intake, members
from bot.slack.visible import visible_channels
from db import disagreements, search
from db.channel_tables import CHANNEL_MEMBERS, CHANNELS
from db.knowledge_tables import DISAGREEMENTS
from db.tables import REVIEWS
from tests.slack.conftest import FILE
from tests.slack.hands import House, Json

SECRET = "C0SECRET"
SAID = {
    "ana": "Her giveaway brought 12K followers in a week, all with faces & posts <!channel>",
    "bruno": "Those followers left within ten days, no giveaway was running",
    "carla": "Страницу ведёт сестра, цифры странно скачут каждую осень",
}
HIDDEN = "the giveaway of Project Nightfall was staged"


def argue(house: House, who: str, narrative: str, reason: Reason = Reason.CULTURAL_FIT) -> str:
    """Somebody disagrees; the disagreement's id."""
    decide.override(house.desk, house.ids[who], "U0BIA", Rationale((reason,), Confidence.SURE, narrative))
    with house.desk.store.reading() as unit:
        return disagreements.of_review(unit, house.ids[who])[-1].id


def resolve(house: House, found: str, winner: str, lesson: str) -> None:
    with house.desk.store.unit() as unit:
        ended = {
            "winner": winner, "lesson": lesson, "standing": "resolved", "resolved_by": "U0ZOE",
            "resolved_at": house.clock(),
        }  # fmt: skip
        unit.execute(sa.update(DISAGREEMENTS).where(DISAGREEMENTS.c.id == found).values(**ended))
        search.index(unit, found)


@pytest.fixture
async def past(house: House) -> House:
    """Three cases in a public channel, one in a private one, of which Bia and Zoe are members."""
    found = {who: argue(house, who, said) for who, said in SAID.items()}
    resolve(house, found["ana"], "expert", "giveaway growth is real, check the dates")
    resolve(house, found["bruno"], "ai", "two jumps a month apart were bought")
    secret = Campaign("nightfall", "Project Nightfall", ("BR",), SECRET, "U0ZOE")
    members.add_campaign(house.desk, secret)
    sheet = FILE.replace(b"ana.lima,Ana Lima", b"mole,Mo Le")
    report = intake.take_in(house.desk, sheet.split(b"bruno")[0], file_name="x.csv", campaign="nightfall")
    house.ids["mole"] = str(report.fates[0].review_id)
    argue(house, "mole", HIDDEN, Reason.PRICE)
    house.slack.channels[SECRET] = {"name": "nightfall", "is_channel": False, "is_group": True, "is_private": True}
    house.slack.inside[SECRET] = ["U0BIA", "U0ZOE", "U0BOT"]
    await house.deliver()
    for person in ("U0BIA", "U0MAYA"):
        await visible_channels(house.handoff.edge, person)
    house.slack.calls.clear()
    return house


def texts(blocks: list[Json]) -> list[str]:
    found = []
    for block in blocks:
        found += [block["text"]["text"]] if "text" in block else []
        found += [element["text"]["text"] if element["type"] == "button" else element["text"]
                  for element in block.get("elements", [])]  # fmt: skip
    return found


def button(blocks: list[Json], text: str) -> Json:
    return next(e for b in blocks for e in b.get("elements", []) if e["type"] == "button" and e["text"]["text"] == text)


async def ask(house: House, person: str, question: str) -> Json:
    """What the command answers, whether with the acknowledgement or afterwards."""
    house.slack.calls.clear()
    answer = await house.command(person, f"search {question}")
    if answer.body:
        return answer.body
    return house.slack.to("response_url")[-1]


# The command


async def test_what_is_found_and_who_was_right(past: House) -> None:
    answer = await past.command("U0MAYA", "search giveaway followers market:brazil")
    assert answer.body["response_type"] == "ephemeral"
    assert answer.body["text"] == "“giveaway followers” in Brazil: 2 past cases, the expert was right in 1."
    head, *cases = texts(answer.body["blocks"])
    assert head == "*“giveaway followers” in Brazil: 2 cases.* The expert was right in 1."
    both = "\n".join(cases)
    assert "· Nov 2026 · *the expert was right*\nLesson: giveaway growth is real, check the dates\n" in both
    assert ">Her *giveaway* brought 12K *followers* in a week, all with faces &amp; posts @channel" in both
    assert "Only you see this. Cases from channels that you can see." in cases
    card = next(m for m in past.slack.cards("C0BRAZIL") if "Ana Lima" in m["text"])
    thread = next(m for m in past.slack.cards("C0BRAZIL") if m.get("thread_ts") == card["ts"])
    at = f"p{thread['ts'].replace('.', '')}?thread_ts={card['ts']}&amp;cid=C0BRAZIL"
    assert f"*<{past.slack.base}/archives/C0BRAZIL/{at}|Ana Lima>*" in both
    assert past.slack.calls == [], "what is known needs no word of Slack's"


@pytest.mark.parametrize("question", ["growth", "рост", "Sudden growth", "real followers", "Живые подписчики"])
async def test_the_plain_name_of_a_warning_finds_what_has_it(house: House, question: str) -> None:
    """In either language, and where nobody has written a word: then it says what it was about."""
    argue(house, "ana", "")
    await house.deliver()
    for person in ("U0BIA", "U0OLEG"):
        await visible_channels(house.handoff.edge, person)
    english = (await ask(house, "U0BIA", question))["blocks"]
    assert any("AI: *decline*, <@U0BIA>: *proceed* · sudden growth, few real followers" in t for t in texts(english))
    assert any("the names of warnings and reasons" in t for t in texts(english))
    russian = (await ask(house, "U0OLEG", question))["blocks"]
    assert any("ИИ: *отказ*, <@U0BIA>: *берём* · резкий рост, мало живых подписчиков" in t for t in texts(russian))
    assert not any("in place of" in t for t in texts(english)), "it is no slip"


async def test_the_plain_name_of_a_reason_finds_it_and_words_come_first(house: House) -> None:
    argue(house, "ana", "", Reason.PRICE)
    argue(house, "bruno", "the price is fair for such a giveaway")
    await house.deliver()
    await visible_channels(house.handoff.edge, "U0BIA")
    said = texts((await ask(house, "U0BIA", "price"))["blocks"])
    cases = [t for t in said if "not resolved" in t]
    assert ["Bruno" in cases[0], "Ana" in cases[1]] == [True, True]
    assert "AI:" not in cases[0], "what somebody wrote says it"
    assert len([t for t in texts((await ask(house, "U0BIA", "price of eggs"))["blocks"]) if "Ana" in t]) == 1
    none = texts((await ask(house, "U0BIA", "followers giveaway"))["blocks"])
    assert not any("Ana" in t for t in none), "a word that stands in some name is no name"


async def test_in_the_askers_language_with_filters_in_any(past: House) -> None:
    profile = {"id": "U0OLEG", "team_id": "T0HOME", "name": "oleg", "tz": "Europe/Moscow", "locale": "ru"}
    await past.event({"type": "user_change", "user": profile})
    await visible_channels(past.handoff.edge, "U0OLEG")
    answer = await past.command("U0OLEG", "поиск странные цифры reason:cultural рынок:br кто:@bia")
    head, case, *_ = texts(answer.body["blocks"])
    assert head.replace("\u00a0", " ") == (
        "*«странные цифры», Бразилия, местная аудитория, эксперт: <@U0BIA>: 1 случай.*"
    )
    assert "ноябрь 2026 · *без\u00a0итога*" in case
    assert "*цифры странно*" in case


async def test_pages_add_up(past: House) -> None:
    for n in range(5):
        sheet = FILE.replace(b"ana.lima,Ana Lima", f"more{n},More {n}".encode()).split(b"bruno")[0]
        report = intake.take_in(past.desk, sheet, file_name=f"{n}.csv", campaign="aurora")
        past.ids[f"more{n}"] = str(report.fates[0].review_id)
        argue(past, f"more{n}", f"another giveaway, number {n}")
    said = await ask(past, "U0MAYA", "giveaway")
    assert said["text"].startswith("“giveaway”: 7 past cases")
    seen = [t for t in texts(said["blocks"]) if " · " in t]
    assert len(seen) == 3
    more = button(said["blocks"], "4 more")
    await past.tap("U0MAYA", ids.SEARCH_NEXT, more["value"])
    second = past.slack.to("response_url")[-1]
    assert second["replace_original"] is True
    assert texts(second["blocks"])[0] == "*“giveaway”: 4–\u20606 of 7 cases.*"
    seen += [t for t in texts(second["blocks"]) if " · " in t]
    await past.tap("U0MAYA", ids.SEARCH_NEXT, button(second["blocks"], "1 more")["value"])
    last = past.slack.to("response_url")[-1]
    assert texts(last["blocks"])[0] == "*“giveaway”: case 7 of 7.*"
    seen += [t for t in texts(last["blocks"]) if " · " in t]
    assert len(set(seen)) == len(seen) == 7
    await past.tap("U0MAYA", ids.SEARCH_BACK, button(last["blocks"], "Back")["value"])
    assert texts(past.slack.to("response_url")[-1]["blocks"])[0] == "*“giveaway”: 4–\u20606 of 7 cases.*"


async def test_nothing_found_offers_what_would_find_something(past: House) -> None:
    said = await ask(past, "U0MAYA", "giveaway market:ru won:expert")
    assert texts(said["blocks"])[0] == "*Nothing yet about “giveaway” in Russia, the expert was right.*"
    offered = button(said["blocks"], "Without the market (1)")
    await past.tap("U0MAYA", offered["action_id"], offered["value"])
    assert texts(past.slack.to("response_url")[-1]["blocks"])[0] == "*“giveaway”, the expert was right: 1 case.*"


async def test_what_was_not_understood_is_said_and_looked_for(past: House) -> None:
    said = await ask(past, "U0MAYA", "giveaway marker:br flag:comment")
    small = "\n".join(texts(said["blocks"]))
    assert "“marker:” is no filter here, so it was looked for as a word. Filters: market:, flag:, reason:" in small
    assert "“comment” fits several: unusual comments per like, comment pods." in small
    english = "\n".join(texts((await ask(past, "U0MAYA", "won:foo since:yesterday"))["blocks"]))
    assert "It takes expert, ai, other, both, unclear or none." in english
    assert "It takes 2026, 2026-03, 2026-03-07 or 30d." in english
    russian = "\n".join(texts((await ask(past, "U0OLEG", "прав:кто-то"))["blocks"]))
    for word in re.findall(r"Можно так: ([^.]+)\.", russian)[0].split(", "):
        assert Reader(Vocabulary(), past.clock(), ZoneInfo("UTC")).read(f"прав:{word}").filters.won, word


async def test_where_there_are_no_cases_at_all(house: House) -> None:
    said = await ask(house, "U0MAYA", "market:br")
    assert "Nothing yet about Brazil" in said["text"]


async def test_slack_is_asked_after_the_acknowledgement(past: House) -> None:
    past.clock.move(minutes=6)
    past.slack.calls.clear()
    answer = await past.command("U0MAYA", "search giveaway")
    assert answer.body == {}
    asked = ["conversations.info", "conversations.info", "conversations.members", "conversations.members"]
    assert sorted(c["method"] for c in past.slack.calls[:4]) == asked
    assert [c["method"] for c in past.slack.calls[4:]] == ["response_url"]
    assert past.slack.to("response_url")[-1]["text"].startswith("“giveaway”: 2 past cases")


async def test_a_slow_slack_keeps_nobody_waiting_for_the_acknowledgement(past: House) -> None:
    past.clock.move(minutes=6)
    told = asyncio.Event()

    async def slow(_args: Json) -> Any:
        await told.wait()

    past.slack.faults["conversations.info"] = slow
    answer = await past.send(
        {"type": "command", "command": "/handoff", "text": "search giveaway", "user_id": "U0MAYA", "team_id": "T0HOME",
         "response_url": f"{past.slack.base}/response/c", "trigger_id": "1.1.c", "channel_id": "C0BRAZIL"},
        settle=False,
    )  # fmt: skip
    assert answer.status == 200
    assert answer.seconds < 1
    told.set()
    await past.handoff.settled()
    assert past.whispers[-1].startswith("“giveaway”: 2 past cases")


async def test_a_slack_that_does_not_tell_hides_and_that_is_said(past: House) -> None:
    past.clock.move(minutes=6)
    past.slack.fail("conversations.info", "internal_error")
    said = await ask(past, "U0MAYA", "giveaway")
    assert said["text"] == "Nothing yet about “giveaway”."
    assert "Slack did not say just now who sees some of the channels" in "\n".join(texts(said["blocks"]))


# The form


async def test_a_bare_search_opens_the_form_and_its_answer_stands_in_its_place(past: House) -> None:
    await past.command("U0MAYA", "search")
    form = past.slack.last_view
    assert form["callback_id"] == ids.SEARCH_FORM
    assert [b["block_id"] for b in form["blocks"]] == ["q", "market", "flag", "won", "reason", "by", "since"]
    chosen = {"q": "giveaway", "market": "BR", "won": "ai", "since": "month", "by": "U0BIA", "reason": "cultural_fit"}
    answer = await past.submit("U0MAYA", form, chosen)
    assert answer.body["response_action"] == "update"
    view = answer.body["view"]
    assert view["callback_id"] == ids.FOUND_VIEW
    assert texts(view["blocks"])[0] == (
        "*“giveaway” in Brazil, local audience, by <@U0BIA>, the AI was right, since 24 Oct 2026: 1 case.*"
    )
    shown = {**view, "id": form["id"], "hash": "h"}
    await past.tap("U0MAYA", ids.SEARCH_OPEN, button(view["blocks"], "Change search…")["value"], view=shown)
    again = past.slack.views[form["id"]]
    assert again["callback_id"] == ids.SEARCH_FORM
    state = {b["block_id"]: b["element"] for b in again["blocks"]}
    assert state["q"]["initial_value"] == "giveaway"
    assert {k: state[k]["initial_option"]["value"] for k in state if k != "q"} == {
        "market": "BR", "flag": "any", "won": "ai", "reason": "cultural_fit", "by": "U0BIA", "since": "month",
    }  # fmt: skip


async def test_an_untouched_form_finds_everything_that_one_can_see(past: House) -> None:
    await past.command("U0MAYA", "search")
    answer = await past.submit("U0MAYA", past.slack.last_view, {})
    assert texts(answer.body["view"]["blocks"])[0].startswith("*All that you can see: 3 cases.*")


async def test_what_the_form_has_no_field_for_stays_in_its_words(past: House) -> None:
    said = await ask(past, "U0MAYA", 'x "a b" campaign:aurora until:2026-12 since:2026-03 won:both')
    await past.tap("U0MAYA", ids.SEARCH_OPEN, button(said["blocks"], "Change search…")["value"])
    state = {b["block_id"]: b["element"] for b in past.slack.last_view["blocks"]}
    assert state["q"]["initial_value"] == 'x "a b" campaign:aurora since:2026-03-01 until:2026-12-31'
    assert state["won"]["initial_option"]["text"]["text"] == "Both, in part"


async def test_when_slack_has_to_be_asked_the_form_says_that_it_looks(past: House) -> None:
    await past.command("U0MAYA", "search")
    form = past.slack.last_view
    past.clock.move(minutes=6)
    answer = await past.submit("U0MAYA", form, {"q": "giveaway"})
    assert texts(answer.body["view"]["blocks"]) == ["Looking…"]
    assert texts(past.slack.views[form["id"]]["blocks"])[0].startswith("*“giveaway”: 2 cases.*")
    past.clock.move(minutes=6)
    past.slack.calls.clear()
    await past.command("U0MAYA", "search")
    opened, filled = past.slack.to("views.open")[0]["view"], past.slack.to("views.update")[0]["view"]
    assert texts(opened["blocks"]) == ["Looking…"]
    assert filled["callback_id"] == ids.SEARCH_FORM


async def test_pages_turn_within_the_modal(past: House) -> None:
    await past.command("U0BIA", "search")
    form = past.slack.last_view
    view = (await past.submit("U0BIA", form, {})).body["view"]
    assert texts(view["blocks"])[0].startswith("*All that you can see: 4 cases.*")
    shown = {**view, "id": form["id"], "hash": "h"}
    await past.tap("U0BIA", ids.SEARCH_NEXT, button(view["blocks"], "1 more")["value"], view=shown)
    assert texts(past.slack.views[form["id"]]["blocks"])[0] == "*All that you can see: case 4 of 4.*"


async def test_home_leads_to_the_form(past: House) -> None:
    for person in ("U0BIA", "U0MAYA", "U0NEW", "U0GUEST"):
        await past.event({"type": "app_home_opened", "user": person, "tab": "home", "channel": "D1", "event_ts": "1"})
        shown = past.slack.to("views.publish")[-1]["view"]["blocks"]
        found = button(shown, "Search past cases…")
        await past.tap(person, found["action_id"], found["value"], home=True)
        assert past.slack.last_view["callback_id"] == ids.SEARCH_FORM


# The shortcut


async def test_find_similar_ones_opens_what_the_message_is_like(past: House) -> None:
    await past.shortcut(
        "U0MAYA", ids.SIMILAR, "did <@U0BIA|bia> say that these *followers* left? market:ru &amp; so on"
    )
    view = past.slack.last_view
    assert view["callback_id"] == ids.FOUND_VIEW
    assert "left" in texts(view["blocks"])[0]
    assert "Bruno Reis" in texts(view["blocks"])[1], "market:ru is what somebody said, and no filter"


async def test_a_message_without_words_opens_the_form(past: House) -> None:
    await past.shortcut("U0MAYA", ids.SIMILAR, "")
    assert past.slack.last_view["callback_id"] == ids.SEARCH_FORM


# Whoever may not see a case finds nothing of it


SECRETS = ("Nightfall", "nightfall", "staged", "Mo Le", SECRET)


def said_to(house: House) -> str:
    return json.dumps(
        [c for c in house.slack.calls if c["method"] not in ("conversations.info", "conversations.members")]
    )


def take_out(house: House) -> None:
    """As if the private channel had never been."""
    with house.desk.store.unit() as unit:
        (gone,) = unit.execute(sa.select(DISAGREEMENTS.c.id).where(DISAGREEMENTS.c.channel == SECRET)).scalars()
        search.forget(unit, gone)
        unit.execute(sa.update(DISAGREEMENTS).where(DISAGREEMENTS.c.id == gone).values(standing="void"))
        unit.execute(sa.delete(CHANNEL_MEMBERS).where(CHANNEL_MEMBERS.c.channel == SECRET))
        unit.execute(sa.delete(CHANNELS).where(CHANNELS.c.id == SECRET))


QUESTIONS = (
    "giveaway", "staged", "Nightfall", "campaign:nightfall", "campaign:night", 'campaign:"project nightfall"', "mole",
    "reason:price", "market:br reason:price", "stagde", "by:@bia", "won:none", "@mole", "staged market:ru",
    "reason:price market:ru", "since:2026", "zzz campaign:nightfall", "reason:price won:expert since:2027",
    "giveaway staged nightfall", "cAmpaign:NIGHTFALL giveaway", "giveaway stagde",
)  # fmt: skip


async def test_outside_a_private_channel_every_answer_is_as_if_it_had_never_been(past: House) -> None:
    with_it = [(await past.command("U0MAYA", f"search {question}")).body for question in QUESTIONS]
    assert "Mo Le" not in json.dumps(with_it)
    take_out(past)
    for question, before in zip(QUESTIONS, with_it, strict=True):
        assert (await past.command("U0MAYA", f"search {question}")).body == before, question
    assert past.slack.calls == []


async def test_not_by_the_shortcut_a_page_a_suggestion_or_the_form(past: House) -> None:
    await past.shortcut("U0MAYA", ids.SIMILAR, "was the giveaway a stage?")
    await past.command("U0MAYA", "search")
    form = past.slack.last_view
    for word in SECRETS:
        assert word not in said_to(past)
    answer = await past.submit("U0MAYA", form, {"q": "giveaway staged"})
    assert "Mo Le" not in json.dumps(answer.body)
    # A value that somebody else's page carried, or that was made up.
    for start in (0, 1, 3, 6, 999999):
        await past.tap("U0MAYA", ids.SEARCH_NEXT, ids.asked(start, "campaign:nightfall reason:price"))
        await past.tap("U0MAYA", ids.SEARCH_NEXT, ids.asked(start, ""))
    assert "Mo Le" not in said_to(past)
    assert "Project" not in said_to(past)
    assert " 4 " not in " ".join(past.whispers)


async def test_inside_all_of_it_is_found(past: House) -> None:
    said = await ask(past, "U0BIA", "staged campaign:night")
    assert "Mo Le" in json.dumps(said)
    assert "project nightfall" in texts(said["blocks"])[0].casefold()


async def test_who_leaves_finds_nothing_from_then_on_and_no_later_than_in_five_minutes(past: House) -> None:
    assert "Mo Le" in json.dumps(await ask(past, "U0BIA", "staged"))
    past.slack.inside[SECRET].remove("U0BIA")
    past.clock.move(minutes=5)
    assert "Mo Le" not in json.dumps(await ask(past, "U0BIA", "staged"))
    past.slack.inside[SECRET].append("U0BIA")
    past.clock.move(minutes=5)
    assert "Mo Le" in json.dumps(await ask(past, "U0BIA", "staged"))
    await past.event({"type": "member_left_channel", "user": "U0BIA", "channel": SECRET, "team": "T0HOME"})
    assert "Mo Le" not in json.dumps(await ask(past, "U0BIA", "staged"))


async def test_a_channel_that_becomes_private(past: House) -> None:
    past.slack.channels["C0BRAZIL"] = {"is_private": True}
    past.slack.inside["C0BRAZIL"] = ["U0BIA"]
    past.clock.move(minutes=5)
    assert (await ask(past, "U0MAYA", "giveaway"))["text"] == "Nothing yet about “giveaway”."
    assert "3 past cases" in (await ask(past, "U0BIA", "giveaway"))["text"]


async def test_guests_find_what_they_are_in_and_strangers_are_refused(past: House) -> None:
    assert (await ask(past, "U0GUEST", "giveaway"))["text"] == "Nothing yet about “giveaway”."
    past.slack.inside["C0BRAZIL"] = ["U0GUEST"]
    past.clock.move(minutes=5)
    assert "2 past cases" in (await ask(past, "U0GUEST", "giveaway"))["text"]
    refused = await past.command("U0FAR", "search giveaway", team="T0ELSE")
    assert "giveaway" not in json.dumps(refused.body)
    members.remember(past.desk, Member("U0FAR", "Far", team="T0ELSE"))
    refused = await past.command("U0FAR", "search giveaway")
    assert "Ana" not in json.dumps(refused.body)
    past.slack.calls.clear()
    await past.shortcut("U0FAR", ids.SIMILAR, "giveaway", team="T0ELSE")
    assert "Ana Lima" not in json.dumps(past.slack.to("response_url"))


async def test_a_link_leads_only_into_the_channel_that_one_sees(past: House) -> None:
    """Nobody is shown where else a message about the case stands, such as somebody's direct messages."""
    found = await ask(past, "U0BIA", "since:2026")
    links = json.dumps(found).split("/archives/")[1:]
    assert {link.split("/")[0] for link in links} == {"C0BRAZIL", SECRET}


async def test_whoever_is_to_answer_blind_finds_nothing_of_that_creator(past: House) -> None:
    """The same creator, proposed again: who is to give their own view first must not read what the AI said before."""
    members.add_campaign(past.desk, Campaign("luma", "Luma", ("BR",), "C0BRAZIL", "U0MAYA"))
    report = intake.take_in(past.desk, FILE.split(b"bruno")[0], file_name="instagram.csv", campaign="luma")
    again = str(report.fates[0].review_id)
    assert "Ana Lima" in json.dumps(await ask(past, "U0BIA", "giveaway"))
    with past.desk.store.unit() as unit:
        unit.execute(sa.update(REVIEWS).where(REVIEWS.c.id == again).values(route="blind"))
    for person in ("U0BIA", "U0CAIO"):
        said = json.dumps(await ask(past, person, "giveaway"))
        assert "Ana Lima" not in said, person
        assert "Bruno" in said
    assert "Ana Lima" in json.dumps(await ask(past, "U0MAYA", "giveaway")), "who cannot answer it may know"
    decide.override(past.desk, again, "U0CAIO", Rationale((Reason.PRICE,), Confidence.SURE, "own view"))
    assert "Ana Lima" in json.dumps(await ask(past, "U0BIA", "giveaway")), "decided: nothing is blind any more"


async def test_what_is_undone_is_not_found(past: House) -> None:
    assert "Ana Lima" in json.dumps(await ask(past, "U0MAYA", "giveaway"))
    decide.undo(past.desk, past.ids["ana"], "U0BIA")
    assert "Ana Lima" not in json.dumps(await ask(past, "U0MAYA", "giveaway"))


# Odd input


ODD = (
    '"', '""""', "'; DROP TABLE disagreements; --", "NEAR(a b)", "a OR b AND NOT c", "* ^ - + :", "tokens:x", "{a b}:c",
    "giveaway*", "-giveaway", "col : x", "\x00", "💸💸", "\u202egiveaway", "ا ب ت", "<!channel> <@U0X> &lt;b&gt;",
    "(((", ")))", "%_\\", "a" * 4000, "market:" * 300, "since:9999-99-99 until:-1", "by:<@U0BIA", "=market:br",
    "~root", "won:' OR 1=1", "search search", "\u200b\u200b", "𝓰𝓲𝓿𝓮𝓪𝔀𝓪𝔂", "关注者", "giveaway " * 300,
)  # fmt: skip


async def test_odd_questions_are_answered(past: House) -> None:
    for question in ODD:
        said = await ask(past, "U0MAYA", question)
        assert said["text"], question
        assert "Mo Le" not in json.dumps(said)
        for row in (b for b in said["blocks"] if b["type"] == "actions"):
            for element in row["elements"]:
                assert len(element["value"]) <= 2000
                await past.tap("U0MAYA", element["action_id"], element["value"])


async def test_odd_messages_and_forms_are_answered(past: House) -> None:
    await past.command("U0MAYA", "search")
    form = past.slack.last_view
    for question in (*ODD, "\ud83d"):
        await past.shortcut("U0MAYA", ids.SIMILAR, question)
        answer = await past.submit("U0MAYA", form, {"q": question})
        assert answer.status == 200, question
        assert answer.body["response_action"] == "update", question


async def test_odd_values_are_answered(past: House) -> None:
    for value in ("", "x", ":", "0:", "-1:a", "9" * 50 + ":a", "0:" + "market:br " * 500, "\x00"):
        past.slack.calls.clear()
        await past.tap("U0MAYA", ids.SEARCH_NEXT, value)
        await past.tap("U0MAYA", ids.SEARCH_OPEN, value)
        assert past.slack.last_view["callback_id"] == ids.SEARCH_FORM
        assert past.slack.to("response_url"), value
