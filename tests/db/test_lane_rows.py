"""Lanes and their rows on both databases: one owner at a time, late words without effect, nothing in between lost."""

from __future__ import annotations

import tempfile
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from db import lanes, outbox
from db.outbox import Errand
from db.store import Store
from db.tables import LANES
from tests.database import fresh
from tests.db.test_outbox_rows import LATER, LEASE, NOW, Box

AFTER = NOW + LEASE
pg = pytest.mark.parametrize("kind", [pytest.param("postgres", marks=pytest.mark.postgres)])


@pytest.fixture
def box(store: Store) -> Box:
    return Box(store)


# Whose lane it is


def test_a_lane_has_one_owner_until_its_lease_ends(box: Box) -> None:
    box.say()
    errand = box.must(me="bot_1")
    assert box.claim(me="bot_2") is None
    assert box.lanes(me="bot_2") == set()
    assert box.lanes(me="bot_1") == {"C1"}, "one's own after a mishap"
    assert box.next_at() == AFTER, "when somebody else may take it"
    taken = box.must(me="bot_2", at=AFTER)
    assert (taken.seq, taken.state, taken.in_doubt, taken.tried_at) == (errand.seq, "sending", True, NOW)
    assert box.claim(me="bot_1", at=AFTER) is None


def test_a_late_word_of_a_former_owner_changes_nothing(box: Box) -> None:
    box.say()
    late = box.must(me="bot_1")
    now = box.must(me="bot_2", at=AFTER)
    assert not box.sent(late)
    assert not box.later(late)
    with box.store.unit() as unit:
        assert not outbox.again(unit, late, AFTER)
        assert not outbox.lay_aside(unit, late, "dead", "x")
        assert lanes.renew(unit, ["C1"], "bot_1", NOW, LATER) == frozenset()
        lanes.release(unit, "C1", "bot_1", NOW, NOW)
    assert box.claim(me="bot_3", at=AFTER) is None, "the lane is still the other's"
    assert box.sent(now)
    assert box.depth() == {}


def test_leases_are_renewed_and_given_back(box: Box) -> None:
    box.say()
    box.say(lane="C2")
    box.must("C1")
    box.must("C2")
    with box.store.unit() as unit:
        assert lanes.renew(unit, ["C1", "C2", "C3"], "bot_1", NOW, LATER) == {"C1", "C2"}
    assert box.lanes(me="bot_2", at=AFTER) == set()
    with box.store.unit() as unit:
        lanes.let_go(unit, "bot_1", "C1")
    assert box.lanes(me="bot_2") == {"C1"}
    with box.store.unit() as unit:
        lanes.let_go(unit)
    assert box.lanes(me="bot_2") == {"C1", "C2"}


def test_whoever_enqueues_touches_no_lane(box: Box) -> None:
    box.say()
    with box.store.reading() as unit:
        assert unit.execute(sa.select(LANES)).first() is None


@pg
def test_of_many_who_want_a_lane_one_gets_it(box: Box) -> None:
    for n in range(20):
        box.say(lane=f"C{n}")
    with ThreadPoolExecutor(5) as pool:
        claims: list[Future[Errand | None]] = [
            pool.submit(box.claim, f"C{n}", NOW, f"bot_{me}") for n in range(20) for me in range(5)
        ]
    got = [errand for claim in claims if (errand := claim.result()) is not None]
    assert len(got) == 20
    assert {errand.state for errand in got} == {"ready"}


# When it may go on


def test_hastened_lanes_may_leave_now_and_no_others(box: Box) -> None:
    for lane in ("C1", "C2"):
        box.say(lane=lane)
        box.later(box.must(lane))
    assert box.lanes() == set()
    with box.store.unit() as unit:
        lanes.hasten(unit, ["C1"], NOW)
    assert box.lanes() == {"C1"}


def test_a_time_that_no_lane_waits_for_was_written_by_a_wrong_clock(box: Box) -> None:
    box.say()
    box.later(box.must())
    yesterday = NOW - timedelta(days=1)
    assert box.lanes(at=yesterday) == {"C1"}
    assert box.claim(at=yesterday) is not None


def test_the_age_counts_what_fails_and_what_nobody_takes(box: Box) -> None:
    assert box.age() is None
    box.say()
    box.say(ref="rv_2")
    assert box.age(LATER) == LATER - NOW, "nobody took it"
    box.later(box.must())
    assert box.age(LATER + LEASE) == LATER + LEASE - NOW, "it fails"
    box.sent(box.must(at=LATER))
    assert box.age(LATER) == timedelta(), "its turn has just come"


# What is said while something leaves


@pg
def test_what_is_added_while_it_is_claimed_leaves_with_it(box: Box) -> None:
    """The claim waits for the click that is just adding to the message, and then takes all of it."""
    box.say("fell", "aurora", "U1", reviews=["a"])
    with ThreadPoolExecutor(1) as other:
        with box.store.unit() as unit:
            outbox.enqueue(unit, [outbox.Fresh("ob_x", "fell", "aurora", "U1", {"reviews": ["b"]})], NOW)
            claimed = other.submit(box.must, "U1")
            with pytest.raises(TimeoutError):
                claimed.result(0.2)
        assert claimed.result(5).detail == {"reviews": ["a", "b"]}


@pg
def test_a_change_that_commits_after_the_claim_is_said_afterwards(box: Box) -> None:
    box.say()
    with ThreadPoolExecutor(1) as other, box.store.unit() as unit:
        assert lanes.take(unit, "C1", "bot_1", NOW, NOW, AFTER)
        assert outbox.take_head(unit, "C1", NOW) is not None
        saying = other.submit(box.say)
        with pytest.raises(TimeoutError):
            saying.result(0.2)
        unit.commit()
        saying.result(5)
    assert box.depth() == {"sending": 1, "ready": 1}


# What was laid aside


@pytest.mark.parametrize(("state", "found"), [("dead", "ready"), ("stuck", "unknown")])
def test_what_was_laid_aside_goes_again_first(box: Box, state: str, found: str) -> None:
    box.say(ref="rv_1")
    box.say(ref="rv_2")
    aside = box.must()
    box.aside(aside, state)
    assert box.claim("C1") is not None
    assert box.revive(aside.id) == "C1"
    assert box.revive(aside.id) is None
    again = box.must()
    assert (again.ref, again.state, again.tries, again.strikes) == ("rv_1", found, 1, 0)


def test_one_that_has_been_said_anew_makes_one_message_of_both(box: Box) -> None:
    for review in "abc":
        box.say("fell", "aurora", "U1", reviews=[review])
        if review != "c":
            box.aside(box.must("U1"))
    for number in (1, 2):
        box.revive(f"ob_{number}")
    assert box.depth() == {"ready": 1}
    assert sorted(box.must("U1").detail["reviews"]) == ["a", "b", "c"]


# Whatever happens in whatever order


_STEPS = st.lists(st.sampled_from(["say", "say", "claim", "sent", "ready", "unknown"]), max_size=25)


@given(steps=_STEPS)
def test_everything_said_leaves_in_the_end_and_nothing_overtakes(steps: list[str]) -> None:
    """Each `say` names something new; whatever leaves later names it, at the latest in the last message."""
    with tempfile.TemporaryDirectory() as folder, closing(Store(fresh("sqlite", Path(folder)).url)) as store:
        box = Box(store)
        said: list[str] = []
        left: list[str] = []
        errand: Errand | None = None
        at = NOW
        for step in [*steps, *["claim", "sent"] * 30]:
            at += LEASE + timedelta(minutes=5)
            if step == "say":
                said.append(f"r{len(said)}")
                box.say("fell", "aurora", "C1", reviews=[said[-1]])
            elif step == "claim" and errand is None:
                errand = box.claim(at=at)
            elif errand is not None and step != "claim":
                if step == "sent":
                    left += errand.detail["reviews"]
                    assert box.sent(errand)
                else:
                    assert box.later(errand, step)
                errand = None
        assert left == said
        assert box.depth() == {}
