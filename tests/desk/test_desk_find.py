"""Past disagreements for one asker, on both databases: pages, links, what is hidden, and exports in slices."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import pytest

from bot.core.found import Page
from bot.core.search import Filters
from bot.core.search_query import Query, Vocabulary
from bot.desk import decide, find
from db import outbox
from db.outbox import Place
from scoring.types import Verdict
from tests.desk.world import BIA, CAIO, CHANNEL, MAYA, OLEG, ZOE, World, row, why

GRAVE = "C0GRAVE001"


@pytest.fixture
def argued(world: World) -> World:
    """Four cases in a public channel, one of them of a creator who also has one elsewhere."""
    rows = [row(f"c{n}", verdict=Verdict.DECLINE) for n in range(4)]
    for fate in world.take_in(*rows).fates:
        decide.override(world.desk, str(fate.review_id), ZOE, why("the giveaway was real"))
        world.clock.move(seconds=1)
    (other,) = world.take_in(row("c0", verdict=Verdict.DECLINE), campaign="grave").fates
    decide.override(world.desk, str(other.review_id), ZOE, why("a staged giveaway"))
    return world


def page(world: World, text: str = "", channels: Collection[str] | None = (CHANNEL,), asker: str | None = MAYA,
         start: int = 0, **filters: Any) -> Page:  # fmt: skip
    seen = None if channels is None else frozenset(channels)
    return find.page(world.desk, Query(text, Filters(**filters)), seen, asker, start)


def test_pages_add_up_and_one_past_the_end_is_the_last(argued: World) -> None:
    first, second = page(argued, "giveaway"), page(argued, "giveaway", start=3)
    assert (first.found.total, len(first.found.hits), first.left) == (4, 3, 1)
    assert (len(second.found.hits), second.left, second.start) == (1, 0, 3)
    assert len({h.disagreement_id for h in (*first.found.hits, *second.found.hits)}) == 4
    assert page(argued, "giveaway", start=99).start == 3
    assert page(argued, channels=None).found.total == 5
    assert page(argued, channels=()).found.total == 0


def test_names_of_campaigns_are_those_that_one_sees(argued: World) -> None:
    assert set(page(argued).campaigns) == {"aurora"}
    labels = find.vocabulary(argued.desk, frozenset({CHANNEL}), Vocabulary())
    assert {key for _, key in labels.campaigns} == {"aurora"}
    assert find.choices(argued.desk, frozenset({GRAVE})).markets == ("BR", "RU")
    assert find.choices(argued.desk, frozenset()).markets == ()


def test_a_link_leads_to_the_thread_else_the_card_and_only_in_that_channel(argued: World) -> None:
    argued.desk.site = "https://acme.slack.com/"
    hit, *_ = page(argued, channels=None).found.hits
    with argued.desk.store.unit() as unit:
        for kind, ref, lane, at in (
            ("card", hit.review_id, hit.channel, Place(hit.channel, "1.000001")),
            ("investigation", hit.disagreement_id, MAYA, Place("D0MAYA", "9.000009", "9.000001")),
        ):
            stands = {"kind": kind, "ref": ref, "lane": lane, "channel": at.channel, "ts": at.ts, "at": argued.clock()}
            unit.execute(outbox.tables.POSTS.insert().values(**stands, thread_ts=at.thread_ts))
    link = page(argued, channels=None).links[hit.disagreement_id]
    assert link == f"https://acme.slack.com/archives/{hit.channel}/p1000001", "nobody else's direct messages"
    with argued.desk.store.unit() as unit:
        stands = {"kind": "investigation", "ref": hit.disagreement_id, "lane": hit.channel, "channel": hit.channel}
        unit.execute(
            outbox.tables.POSTS.insert().values(**stands, ts="2.000002", thread_ts="1.000001", at=argued.clock())
        )
    link = page(argued, channels=None).links[hit.disagreement_id]
    assert link == f"https://acme.slack.com/archives/{hit.channel}/p2000002?thread_ts=1.000001&cid={hit.channel}"


@pytest.mark.parametrize("route", ["blind", "panel"])
def test_whoever_may_answer_blind_finds_and_exports_nothing_of_that_creator(argued: World, route: str) -> None:
    (again,) = argued.take_in(row("c0", verdict=Verdict.DECLINE), campaign="brief").fates
    assert page(argued, channels=None, asker=BIA).found.total == 5
    argued.sql("UPDATE reviews SET route = ? WHERE id = ?", route, again.review_id)
    argued.database.let_go()
    for person, sees in ((BIA, 3), (CAIO, 3), (OLEG, 5), (MAYA, 5), (None, 5)):
        assert page(argued, channels=None, asker=person).found.total == sees, person
        assert len(list(find.export(argued.desk, None, person))) == sees, person
    hidden = page(argued, "staged", channels=None, asker=BIA, campaign="grave", market="BR")
    assert (hidden.found.total, hidden.found.suggestions) == (0, ()), "not even by their number"
    decide.approve(argued.desk, str(again.review_id), CAIO)
    assert page(argued, channels=None, asker=BIA).found.total == 5


def test_an_export_is_read_in_slices_and_by_channel(argued: World, monkeypatch: pytest.MonkeyPatch) -> None:
    everything = list(find.export(argued.desk, None, None))
    monkeypatch.setattr(find, "_SLICE", 2)
    assert list(find.export(argued.desk, None, None)) == everything
    assert [one["channel"] for one in everything] == [CHANNEL] * 4 + [GRAVE]
    assert {one["channel"] for one in find.export(argued.desk, frozenset({GRAVE}), ZOE)} == {GRAVE}
    assert list(find.export(argued.desk, frozenset(), ZOE)) == []
    assert set(everything[0]) == set(find.COLUMNS)
