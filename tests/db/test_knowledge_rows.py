"""Replies and outcomes as rows: each once, emptied when deleted, and nobody overtakes a newer word."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.disagreement import Reply, Standing, Winner
from bot.core.outcome import Outcome, What
from bot.desk import decide
from db import disagreements, outcomes, replies
from db.store import Unit
from tests.desk.world import BIA, CAIO, MAYA, START, World, why

LATER = START + timedelta(minutes=5)


@pytest.fixture
def opened(world: World) -> str:
    """A disagreement of Bia's; its id."""
    review_id = world.one()
    decide.override(world.desk, review_id, BIA, why("a giveaway"))
    with world.desk.store.reading() as unit:
        (found,) = disagreements.of_review(unit, review_id)
    return found.id


def test_a_reply_is_recorded_once_changed_by_newer_words_and_emptied(world: World, opened: str) -> None:
    said = Reply(opened, "C1", "1.0", CAIO, "I know her", START)
    with world.desk.store.unit() as unit:
        assert [replies.add(unit, said), replies.add(unit, said)] == [True, False]
        assert replies.edit(unit, "C1", "1.0", "I know her well", LATER)
        assert not replies.edit(unit, "C1", "1.0", "I know", START + timedelta(minutes=1)), "overtaken"
        assert not replies.edit(unit, "C1", "9.9", "nobody", LATER)
        assert replies.of(unit, opened) == (replace(said, text="I know her well", edited_at=LATER),)
        assert [replies.delete(unit, "C1", "1.0", LATER), replies.delete(unit, "C1", "1.0", LATER)] == [True, False]
        assert not replies.edit(unit, "C1", "1.0", "back again", LATER + timedelta(1)), "what is deleted stays so"
    with world.desk.store.reading() as unit:
        assert replies.of(unit, opened) == ()
        (gone,) = replies.of(unit, opened, deleted=True)
        assert (gone.text, gone.author, gone.deleted_at) == ("", CAIO, LATER)


def test_an_outcome_is_known_once_and_can_count_again(world: World, opened: str) -> None:
    with world.desk.store.unit() as unit:
        review_id = found(unit, opened).review_id
        signed = Outcome("oc_1", review_id, What.SIGNED, START, MAYA, START)
        assert [outcomes.add(unit, signed), outcomes.add(unit, replace(signed, id="oc_2"))] == [True, False]
        outcomes.restate(unit, replace(signed, id="oc_3", by="import", at=LATER))
        assert outcomes.of_review(unit, review_id) == (replace(signed, id="oc_3", by="import", at=LATER),)
        assert outcomes.of_review(unit, "rv_none") == ()


def test_of_two_who_end_an_investigation_one_does(world: World, opened: str) -> None:
    with world.desk.store.unit() as unit:
        before = found(unit, opened)
        after = replace(before, standing=Standing.RESOLVED, winner=Winner.AI, resolved_by=CAIO, resolved_at=LATER)
        assert disagreements.settle(unit, before, after)
        assert not disagreements.settle(unit, before, replace(after, winner=Winner.EXPERT))
        assert found(unit, opened) == after
        assert disagreements.settle(unit, after, replace(after, winner=Winner.BOTH))


def found(unit: Unit, disagreement_id: str) -> disagreements.Disagreement:
    read = disagreements.get(unit, disagreement_id)
    assert read is not None
    return read
