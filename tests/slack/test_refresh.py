"""Details, Refresh the numbers, in the real app against a real source: asked, shown, kept; down, and said so."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.cards import ids
from bot.core.types import Route
from bot.desk import see
from bot.upstream import Source
from db.tables import REVIEWS
from tests.slack.hands import House
from tests.slack.test_api import WHOLE, programs
from tests.slack.test_uploads import brings
from tests.upstream.conftest import liar
from tests.upstream.liar import GOOD, Liar, after

__all__ = ["liar"]


@pytest.fixture
async def fed(house: House, liar: Liar, tmp_path: Path) -> AsyncIterator[House]:
    """The house with a source of fresh numbers."""
    source = Source(liar.config(tmp_path, limits="tries = 1\nseconds = 1"), house.desk.clock)
    house.handoff.source = house.handoff.edge.source = source
    yield house
    await source.close()


async def details(house: House, person: str = "U0BIA") -> dict[str, Any]:
    await house.tap(person, ids.DETAILS, house.value("ana"))
    return dict(house.slack.last_view)


async def refreshed(house: House, person: str = "U0BIA") -> str:
    """What stands in the view in the end."""
    view = await details(house, person)
    await house.tap(person, ids.REFRESH, house.value("ana"), view=view)
    shown = house.slack.last_view
    assert shown["callback_id"] == ids.FRESH_VIEW
    return json.dumps(shown["blocks"], ensure_ascii=False)


async def test_the_difference_is_shown_and_what_the_ai_would_say(fed: House, liar: Liar) -> None:
    liar.says = {"profile": {"followers": 91_000, "er": 0.04, "credibility": 0.9, "growth": {"d14": 0.02}}}
    before = fed.case("ana")
    said = await refreshed(fed)
    assert "Followers: 84K → *91K*" in said and "Engagement: 30% → *4%*" in said
    assert "the AI would say *proceed* instead of *decline*" in said
    assert "The AI’s call stays as it was at intake" in said
    assert fed.case("ana") == before
    again = json.dumps(await details(fed, "U0ZOE"), ensure_ascii=False)
    assert "Followers: 84K → *91K*" in again and "asked for by <@U0BIA>" in again
    assert "had the numbers looked up" in again


async def test_the_card_says_so_too_and_the_call_on_it_stays(fed: House, liar: Liar) -> None:
    await fed.deliver()
    liar.says = {"profile": {"followers": 91_000, "er": 0.04, "credibility": 0.9, "growth": {"d14": 0.02}}}
    await refreshed(fed)
    await refreshed(fed, "U0ZOE")
    before = len(fed.slack.to("chat.update"))
    await fed.deliver()
    assert len(fed.slack.to("chat.update")) == before + 1
    (card,) = [m for m in fed.slack.messages["C0BRAZIL"] if fed.value("ana") in json.dumps(m)]
    shown = json.dumps(card["blocks"], ensure_ascii=False)
    assert re.search(r"\*Newer numbers \(\d+ \w+\):\* the AI would now \*proceed\*\.", shown)
    assert "AI says decline" in shown and "or the AI’s *decline* stands" in shown


async def test_a_blind_card_says_nothing_of_newer_numbers(fed: House, liar: Liar) -> None:
    with fed.desk.store.unit() as unit:
        unit.execute(REVIEWS.update().values(route=Route.BLIND.value))
    await fed.deliver()
    liar.says = {"profile": {"followers": 91_000, "er": 0.04, "credibility": 0.9, "growth": {"d14": 0.02}}}
    assert "instead of" in await refreshed(fed, "U0MAYA")
    await fed.deliver()
    assert "Newer numbers" not in json.dumps(fed.slack.messages, ensure_ascii=False)
    await fed.tap("U0BIA", ids.OPEN, fed.value("ana"))
    assert "Newer numbers" not in json.dumps(fed.slack.last_view, ensure_ascii=False)


async def test_while_it_is_asked_the_view_says_so(fed: House, liar: Liar) -> None:
    liar.says = after(0.3)
    await refreshed(fed)
    pushed = fed.slack.to("views.push")[-1]["view"]
    assert "Asking Metrica about *Ana Lima*…" in json.dumps(pushed, ensure_ascii=False)


@pytest.mark.parametrize(
    ("says", "status", "told"),
    [
        (b"<html>", 200, "Metrica sends something other than numbers."), (GOOD, 401, "Metrica doesn’t let us in."),
        (GOOD, 404, "Metrica doesn’t know this creator."), (after(3), 200, "Metrica doesn’t answer in time."),
        ({"profile": {"followers": -4}}, 200, "Metrica sends no number that can be believed."),
    ],
)  # fmt: skip
async def test_when_there_are_none_it_says_why_and_how_old_the_others_are(
    fed: House, liar: Liar, says: Any, status: int, told: str
) -> None:
    liar.says, liar.status = says, status
    assert f"{told}\\nThe numbers here are 3 days old." in await refreshed(fed)


async def test_lies_are_gaps_that_are_said(fed: House, liar: Liar) -> None:
    liar.says = {"profile": {"followers": 91_000, "er": 40.0, "credibility": "lots"}}
    said = await refreshed(fed)
    assert "Can’t be believed, so left out: real followers, engagement." in said


async def test_who_answers_blind_sees_nothing_of_the_call(fed: House, liar: Liar) -> None:
    with fed.desk.store.unit() as unit:
        unit.execute(REVIEWS.update().values(route=Route.BLIND.value))
    said = await refreshed(fed)
    assert "You’ll see what the AI makes of them after you answer." in said
    assert "proceed" not in said and "decline" not in said and "91K" not in said


async def test_without_a_source_there_is_no_button_and_an_old_one_answers(house: House) -> None:
    view = await details(house)
    assert ids.REFRESH not in json.dumps(view)
    await house.tap("U0BIA", ids.REFRESH, house.value("ana"))
    (said,) = house.slack.to("response_url")[-1:]
    assert "no source of fresh numbers" in json.dumps(said, ensure_ascii=False)


async def test_what_comes_by_the_api_has_fresh_numbers_before_it_is_scored(fed: House, liar: Liar) -> None:
    async with programs(fed) as program:
        said = await program.bring(WHOLE | {"credibility": None}, token="t1")
        assert said.status == 200
        assert len(liar.asked) == 1
        again = await program.bring(WHOLE | {"credibility": None}, token="t1")
        assert again.headers["Idempotency-Replayed"] == "true"
        assert len(liar.asked) == 1, "the same request asks nobody twice"
        liar.status = 500
        down = await program.bring(WHOLE | {"handle": "other", "credibility": None})
        assert down.status == 200
    review = said.body["rows"][0]["review_id"]
    fed.ids |= {"lia": review, "other": down.body["rows"][0]["review_id"]}
    assert (fed.case("lia").candidate.metrics.credibility, fed.case("other").candidate.metrics.credibility) == (
        0.88,
        None,
    )
    await fed.deliver()
    (card,) = [m for m in fed.slack.messages["C0BRAZIL"] if fed.ids["other"] in json.dumps(m)]
    assert "Metrica reports a failure of its own. The numbers here are 3 days old." in json.dumps(
        card, ensure_ascii=False
    )


async def test_a_list_brought_in_slack_has_fresh_numbers_too(empty: House, liar: Liar, tmp_path: Path) -> None:
    source = Source(liar.config(tmp_path, limits="tries = 1"), empty.desk.clock)
    empty.handoff.source = empty.handoff.edge.source = source
    listed = b"handle,name,country,platform,followers,category\nana.lima,Ana Lima,Brazil,instagram,84000,Beauty\n"
    view = await brings(empty, data=listed)
    assert liar.asked == [], "what is only looked at costs nothing"
    await empty.submit("U0MAYA", view, {})
    (line,) = see.all_lines(empty.desk)
    metrics = see.case(empty.desk, line.review_id).candidate.metrics
    assert (metrics.followers, metrics.engagement_rate, len(liar.asked)) == (91_000, 0.05, 1)
    await source.close()
