"""The outbox: said once, in order, joined, looked up, never forgotten."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from time import process_time

import pytest
import sqlalchemy as sa

from db import lanes, outbox
from db.outbox import Errand, Fresh, Place
from db.store import Store
from db.tables import ADDED
from tests.desk.world import START

NOW = START
LATER = START + timedelta(minutes=5)
LEASE = timedelta(seconds=45)


class Box:
    """The outbox with a unit of work around each call."""

    def __init__(self, store: Store) -> None:
        self.store, self.count = store, 0

    def say(self, kind: str = "card", ref: str = "rv_1", lane: str = "C1", **detail: object) -> None:
        self.count += 1
        with self.store.unit() as unit:
            outbox.enqueue(unit, [outbox.Fresh(f"ob_{self.count}", kind, ref, lane, detail or None)], NOW)

    def claim(self, lane: str = "C1", at: datetime = NOW, me: str = "bot_1") -> Errand | None:
        """The lane and its head, as the outbox takes them."""
        with self.store.unit() as unit:
            if not lanes.take(unit, lane, me, at, at, at + LEASE):
                return None
            return outbox.take_head(unit, lane, at)

    def must(self, lane: str = "C1", at: datetime = NOW, me: str = "bot_1") -> Errand:
        found = self.claim(lane, at, me)
        assert found is not None
        return found

    def sent(self, errand: Errand, place: Place | None = None) -> bool:
        with self.store.unit() as unit:
            return outbox.sent(unit, errand, place, NOW)

    def later(self, errand: Errand, state: str = "ready", me: str = "bot_1") -> bool:
        with self.store.unit() as unit:
            lanes.release(unit, errand.lane, me, NOW, LATER)
            return outbox.later(unit, errand, state, "slack said no" * 100, errand.strikes + 1)

    def aside(self, errand: Errand, state: str = "dead") -> None:
        with self.store.unit() as unit:
            outbox.lay_aside(unit, errand, state, "gone")

    def revive(self, errand_id: str) -> str | None:
        with self.store.unit() as unit:
            return outbox.revive(unit, errand_id)

    def lanes(self, at: datetime = NOW, me: str = "bot_1") -> set[str]:
        with self.store.reading() as unit:
            return set(lanes.due(unit, me, at))

    def depth(self) -> dict[str, int]:
        with self.store.reading() as unit:
            return outbox.depth(unit)

    def next_at(self, at: datetime = NOW) -> datetime | None:
        with self.store.reading() as unit:
            return lanes.next_at(unit, at)

    def age(self, at: datetime = NOW) -> timedelta | None:
        with self.store.reading() as unit:
            return outbox.oldest_due(unit, at)

    def place(self, kind: str = "card", ref: str = "rv_1", lane: str = "C1") -> Place | None:
        with self.store.reading() as unit:
            return outbox.place_of(unit, kind, ref, lane)


@pytest.fixture
def box(store: Store) -> Box:
    return Box(store)


def test_an_empty_box(box: Box) -> None:
    assert box.claim() is None
    assert (box.lanes(), box.depth(), box.next_at()) == (set(), {}, None)


def test_what_has_not_left_yet_is_said_once(box: Box) -> None:
    for _ in range(3):
        box.say()
    assert box.depth() == {"ready": 1}
    box.say(ref="rv_2")
    box.say(lane="C2")
    box.say(kind="result")
    assert box.depth() == {"ready": 4}


def test_details_are_joined_list_by_list(box: Box) -> None:
    box.say("fell", "aurora", "U1", reviews=["a", "b"], by="x")
    box.say("fell", "aurora", "U1", reviews=["b", "c"], by="y")
    box.say("fell", "aurora", "U1")
    assert box.must("U1").detail == {"reviews": ["a", "b", "c"], "by": "y"}


def test_many_are_said_like_one_after_the_other(box: Box) -> None:
    box.say("fell", "aurora", "U1", reviews=["a"])
    fresh = [
        Fresh("ob_a", "card", "rv_1", "C1"),
        Fresh("ob_b", "fell", "aurora", "U1", {"reviews": ["b"], "by": "x"}),
        Fresh("ob_c", "card", "rv_2", "C1"),
        Fresh("ob_d", "card", "rv_1", "C1"),
        Fresh("ob_e", "fell", "aurora", "U1", {"reviews": ["c", "a"]}),
        Fresh("ob_f", "held", "aurora", "U2", {"reviews": ["a"]}),
        Fresh("ob_g", "held", "aurora", "U2", {"reviews": ["b"]}),
    ]
    with box.store.unit() as unit:
        outbox.enqueue(unit, fresh, NOW)
        outbox.enqueue(unit, [], NOW)
    assert box.depth() == {"ready": 4}
    assert box.must("U1").detail == {"reviews": ["a", "b", "c"], "by": "x"}
    assert box.must("U2").detail == {"reviews": ["a", "b"]}
    first = box.must("C1")
    assert (first.id, first.ref) == ("ob_a", "rv_1")
    box.sent(first)
    assert box.must("C1").ref == "rv_2"


@pytest.mark.parametrize("size", [1, 300])
def test_a_batch_costs_no_more_statements_than_one(box: Box, size: int) -> None:
    """One for all, and on SQLite one for what is to be joined."""
    box.say("fell", "c0", "U1", reviews=["a"])
    fresh = [Fresh(f"ob_c{n}", "card", f"rv_{n}", "C1") for n in range(size)]
    fresh += [Fresh(f"ob_f{n}", "fell", f"c{n}", "U1", {"reviews": ["b"]}) for n in range(size)]
    asked: list[str] = []
    with box.store.unit() as unit:
        connection = unit.connection()
        sa.event.listen(connection, "before_cursor_execute", lambda *a: asked.append(a[2]))
        outbox.enqueue(unit, fresh, NOW)
    assert len(asked) == (2 if box.store.sqlite else 1)
    assert box.depth() == {"ready": 2 * size}


@pytest.mark.postgres
@pytest.mark.parametrize("store", ["postgresql"], indirect=True)
def test_two_who_say_the_same_at_once_make_one_message_of_both(box: Box) -> None:
    """The second waits for the first to commit, and then joins what it said."""
    with ThreadPoolExecutor(1) as other:
        with box.store.unit() as unit:
            outbox.enqueue(unit, [outbox.Fresh("ob_first", "fell", "aurora", "U1", {"reviews": ["a"]})], NOW)
            second = other.submit(box.say, "fell", "aurora", "U1", reviews=["b"])
            with pytest.raises(TimeoutError):
                second.result(0.2)
        second.result(5)
    assert box.depth() == {"ready": 1}
    assert box.must("U1").detail == {"reviews": ["a", "b"]}


def test_what_is_leaving_is_said_again_afterwards(box: Box) -> None:
    box.say("fell", "aurora", "U1", reviews=["a"])
    leaving = box.must("U1")
    box.say("fell", "aurora", "U1", reviews=["b"])
    assert box.depth() == {"sending": 1, "ready": 1}
    box.sent(leaving)
    assert box.must("U1").detail == {"reviews": ["b"]}


def test_a_lane_is_in_order_and_its_head_holds_the_rest(box: Box) -> None:
    for ref in ("rv_1", "rv_2", "rv_3"):
        box.say(ref=ref)
    first = box.must()
    assert (first.ref, first.state, first.tries) == ("rv_1", "ready", 1)
    again = box.must()
    assert (again.ref, again.state, again.tries) == ("rv_1", "sending", 2), (
        "found in the middle of being sent: look it up"
    )
    box.later(again)
    assert box.claim() is None, "nothing overtakes"
    assert box.lanes() == set()
    assert box.next_at() == LATER
    assert box.lanes(LATER) == {"C1"}
    assert box.must(at=LATER).ref == "rv_1"


def test_lanes_are_independent(box: Box) -> None:
    box.say(lane="C1")
    box.say(lane="C2")
    box.later(box.must("C1"))
    assert box.lanes() == {"C2"}
    assert box.must("C2").lane == "C2"


def test_sent_goes_and_remembers_its_place(box: Box) -> None:
    box.say()
    errand = box.must()
    assert box.place() is None
    box.sent(errand, Place("C1", "1.0"))
    assert (box.place(), box.depth(), box.lanes()) == (Place("C1", "1.0"), {}, set())
    box.say()
    box.sent(box.must(), Place("C1", "2.0"))
    assert box.place() == Place("C1", "2.0"), "a message that had to be posted anew"
    box.say()
    box.sent(box.must())
    assert box.place() == Place("C1", "2.0")


@pytest.mark.parametrize("state", ["ready", "unknown"])
def test_not_this_time(box: Box, state: str) -> None:
    box.say(reviews=["a"])
    box.later(box.must(), state)
    assert box.depth() == {state: 1}
    found = box.must(at=LATER)
    assert (found.state, found.tries, found.strikes, found.detail) == (state, 2, 1, {"reviews": ["a"]})


def test_a_twin_said_meanwhile_makes_one_message_of_both(box: Box) -> None:
    box.say("fell", "aurora", "U1", reviews=["a"])
    errand = box.must("U1")
    box.say("fell", "aurora", "U1", reviews=["b"])
    box.later(errand)
    assert box.depth() == {"ready": 1}
    assert box.must("U1", LATER).detail == {"reviews": ["a", "b"]}


def test_what_was_added_goes_where_its_errand_goes(box: Box) -> None:
    """Added before it left, to its twin meanwhile, and to the twin that it met after it was given up."""
    for one in ("a", "b"):
        box.say("fell", "aurora", "U1", reviews=[one], by=one)
    errand = box.must("U1")
    for one in ("c", "b", "d"):
        box.say("fell", "aurora", "U1", reviews=[one], by=one)
    box.later(errand)
    box.say("fell", "aurora", "U1", reviews=["e"])
    again = box.must("U1", LATER)
    assert (again.id, again.detail) == (errand.id, {"reviews": ["a", "b", "c", "d", "e"], "by": "d"})
    box.aside(again)
    for one in ("f", "g"):
        box.say("fell", "aurora", "U1", reviews=[one], by=one)
    assert box.revive(errand.id) == "U1"
    last = box.must("U1", LATER)
    assert (last.id, last.detail) == (errand.id, {"reviews": list("abcdefg"), "by": "g"})
    box.say("fell", "aurora", "U1", reviews=["h"])
    box.say("fell", "aurora", "U1", reviews=["i"])
    box.sent(last)
    assert box.must("U1", LATER).detail == {"reviews": ["h", "i"]}


def test_a_late_word_leaves_what_was_added_and_what_was_said_meanwhile(box: Box) -> None:
    """Whoever had it before us gives it up: neither its additions nor its twin go with that."""
    for one in ("a", "b"):
        box.say("fell", "aurora", "U1", reviews=[one])
    late = box.must("U1", me="bot_1")
    ours = box.must("U1", NOW + 2 * LEASE, me="bot_2")
    assert ours.id == late.id
    box.say("fell", "aurora", "U1", reviews=["c"])
    assert not box.later(late)
    assert box.later(ours, "unknown", me="bot_2")
    again = box.must("U1", LATER)
    assert (again.id, again.detail) == (ours.id, {"reviews": ["a", "b"]})
    box.sent(again)
    assert box.must("U1", LATER).detail == {"reviews": ["c"]}


def test_thousands_that_were_added_are_joined_in_no_time(box: Box) -> None:
    """A person whom Slack lets nothing be sent to gets a row for each deadline; the bound is of processor time."""
    box.say("fell", "aurora", "U1", reviews=["first"])
    added = [{"seq": 1, "detail": {"reviews": [f"rv_{n:020}"]}} for n in range(20_000)]
    with box.store.unit() as unit:
        unit.execute(sa.insert(ADDED), added)
    began = process_time()
    assert len(box.must("U1").detail["reviews"]) == 20_001
    assert process_time() - began < 1.5


def test_an_unknown_one_keeps_its_twin_apart(box: Box) -> None:
    box.say("fell", "aurora", "U1", reviews=["a"])
    errand = box.must("U1")
    box.say("fell", "aurora", "U1", reviews=["b"])
    box.later(errand, "unknown")
    assert box.depth() == {"unknown": 1, "ready": 1}
    again = box.must("U1", LATER)
    assert (again.state, again.detail) == ("unknown", {"reviews": ["a"]})
    box.later(again)
    assert box.must("U1", LATER).detail == {"reviews": ["a", "b"]}


def test_the_dead_hold_nobody_and_are_counted(box: Box) -> None:
    box.say(ref="rv_1")
    box.say(ref="rv_2")
    box.aside(box.must())
    assert box.depth() == {"dead": 1, "ready": 1}
    assert box.must().ref == "rv_2"
    box.say(ref="rv_1")
    assert box.depth() == {"dead": 1, "ready": 1, "sending": 1}, "and can be said anew"


def test_a_unit_that_fails_says_nothing(box: Box) -> None:
    def fail() -> None:
        with box.store.unit() as unit:
            outbox.enqueue(unit, [outbox.Fresh("ob", "card", "rv_1", "C1")], NOW)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert box.depth() == {}


def test_what_was_sent_long_ago_is_forgotten_and_its_place_is_not(box: Box) -> None:
    for ref in ("rv_1", "rv_2", "rv_3", "rv_4"):
        box.say(ref=ref)
    box.aside(box.must())
    for ts in ("1.0", "2.0"):
        box.sent(box.must(), Place("C1", ts))

    def prune(before: datetime, limit: int = 1000) -> int:
        with box.store.unit() as unit:
            return outbox.prune(unit, before, limit)

    assert prune(NOW) == 0, "sent just then"
    assert prune(LATER, 1) == 1
    assert prune(LATER, 1) == 1
    assert prune(LATER, 1) == 0, "what was not sent stays, however old"
    assert box.depth() == {"dead": 1, "ready": 1}
    assert box.place(ref="rv_2") == Place("C1", "1.0")
    box.say(ref="rv_2")
    assert box.depth() == {"dead": 1, "ready": 2}, "and can be said again"
