"""The ranked list: the AI's order on both databases, whatever the route, and nothing of what is blind."""

from __future__ import annotations

import pytest

from bot.core.errors import NotAllowed, NotFound
from bot.core.types import Route
from bot.desk import decide, ranked
from scoring.types import Verdict
from tests.desk.world import BIA, MARKETER, MAYA, ZOE, World, row


@pytest.fixture
def listed(world: World) -> World:
    world.take_in(
        row("weak", category="Cars"), row("bad", verdict=Verdict.DECLINE), row("good"),
        row("spiking", growth_14d="60%"), row("gone"),
    )  # fmt: skip
    decide.withdraw(world.desk, world.lines()["gone"].review_id, MAYA)
    return world


def _handles(found: ranked.Ranked) -> list[str]:
    return [case.candidate.handle for case in found.cases]


def test_who_goes_on_first_then_the_match_then_the_risk(listed: World) -> None:
    found = ranked.whole(listed.desk, "aurora")
    said = [case.recommendation for case in found.cases]
    keys = [(rec.verdict is Verdict.DECLINE, -(rec.match or -1), rec.risk) for rec in said]
    assert keys == sorted(keys)
    assert _handles(found)[0] == "good" and "gone" not in _handles(found)
    assert set(_handles(found)) == {"weak", "bad", "good", "spiking"} and found.total == 4
    decide.approve(listed.desk, listed.lines()["good"].review_id, BIA)
    assert _handles(ranked.whole(listed.desk, "aurora"))[0] == "good", "decided ones keep their place"


def test_decided_by_the_ai_alone_stands_in_it_too(world: World) -> None:
    world.take_in(row("ana"), row("bia", verdict=Verdict.DECLINE), campaign="scan")
    found = ranked.whole(world.desk, "scan")
    assert _handles(found) == ["ana", "bia"]
    assert {case.review.route for case in found.cases} & {Route.AI, Route.EXPERT}


@pytest.mark.parametrize("route", ["blind", "panel"])
def test_what_is_blind_stands_last_and_tells_nothing_by_its_place(listed: World, route: str) -> None:
    ids = [listed.lines()[handle].review_id for handle in ("good", "bad")]
    listed.sql("UPDATE reviews SET route = ? WHERE id IN (?, ?)", route, *ids)
    found = ranked.seen_by(listed.desk, "aurora", MAYA)
    assert [case.review.id for case in found.cases[-2:]] == sorted(ids)
    assert [found.hides(case.review) for case in found.cases] == [False] * 2 + [True] * 2
    whole = ranked.whole(listed.desk, "aurora")
    assert _handles(whole)[0] == "good" and not any(whole.hides(case.review) for case in whole.cases)


def test_for_the_owner_and_leads(listed: World) -> None:
    assert _handles(ranked.seen_by(listed.desk, "aurora", ZOE)) == _handles(ranked.seen_by(listed.desk, "aurora", MAYA))
    for person in (BIA, MARKETER, "U0NOBODY"):
        with pytest.raises(NotAllowed, match="not_campaign_owner"):
            ranked.seen_by(listed.desk, "aurora", person)
    for read in (ranked.whole, lambda desk, key: ranked.seen_by(desk, key, MAYA)):
        with pytest.raises(NotFound, match="campaign"):
            read(listed.desk, "nothing")
    assert ranked.whole(listed.desk, "grave").cases == ()


def test_only_so_many_are_shown_and_the_rest_is_counted(world: World) -> None:
    world.take_in(*(row(f"creator{n:02}") for n in range(45)))
    found = ranked.seen_by(world.desk, "aurora", MAYA)
    assert (len(found.cases), found.total) == (40, 45)
