"""What a reminder shows once something in it has changed: whose message changes, and what it then says."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.core.types import State
from bot.desk import decide, hand_over, reminded, see
from tests.desk.test_desk_remind import hours, live_in, until
from tests.desk.world import BIA, CAIO, MAYA, OLEG, ZOE, World, row, why


@pytest.fixture
def utc(world: World) -> World:
    live_in(world, BIA, CAIO, OLEG, MAYA, ZOE)
    return world


def reminders(world: World, kind: str = "nudge") -> list[tuple[str, str]]:
    """(ref, lane) of every message of a kind that is still to be said, said, or said anew; oldest first."""
    return [(ref, lane) for _, ref, lane, _ in world.errands(kind)]


def sent(world: World) -> None:
    """Everything has left the house."""
    world.sql("UPDATE outbox SET state = 'sent'")


def reminded_of_two(world: World) -> tuple[str, list[str]]:
    """Oleg has been reminded of two at half their window: the message, and both."""
    ids = [str(fate.review_id) for fate in world.take_in(*(row(f"creator{n}", "Russia") for n in range(2))).fates]
    until(world, hours(24))
    ((ref, lane),) = reminders(world)
    assert lane == OLEG
    sent(world)
    return ref, ids


def test_what_is_answered_loses_its_place_among_what_waits(utc: World) -> None:
    ref, (first, second) = reminded_of_two(utc)
    decide.approve(utc.desk, first, OLEG)
    assert reminders(utc)[1:] == [(ref, OLEG)], "the message is said anew"
    now = reminded.told(utc.desk, ref, OLEG)
    assert [c.review.id for c in now.still] == [second]
    assert [(c.review.id, c.decision is not None and c.decision.by) for c in now.over] == [(first, OLEG)]


def test_two_answers_before_it_has_left_change_it_once(utc: World) -> None:
    ref, ids = reminded_of_two(utc)
    for review_id in ids:
        decide.approve(utc.desk, review_id, OLEG)
    assert reminders(utc)[1:] == [(ref, OLEG)]


def test_what_was_never_reminded_of_asks_nothing(utc: World) -> None:
    """Not even the table: a click costs a statement only where there is a message to change."""
    review_id = utc.one()
    asked: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        decide.approve(utc.desk, review_id, BIA)
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)
    assert asked
    assert not [s for s in asked if "reminders" in s]


def test_a_click_costs_one_statement_more_where_there_is_one(utc: World) -> None:
    _, (first, second) = reminded_of_two(utc)
    asked: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        decide.approve(utc.desk, first, OLEG)
        with_one = len(asked)
        utc.sql("UPDATE reviews SET reminded_at = NULL")
        asked.clear()
        decide.approve(utc.desk, second, OLEG)
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)
    assert with_one == len(asked) + 1


def test_a_newer_reminder_asks_in_place_of_the_older(utc: World) -> None:
    ref, (first, second) = reminded_of_two(utc)
    decide.approve(utc.desk, first, OLEG)
    sent(utc)
    until(utc, hours(48) - timedelta(minutes=1))
    newer = [(r, lane) for r, lane in reminders(utc) if r != ref and lane == OLEG]
    assert newer, "80 or 95 %"
    assert (ref, OLEG) in reminders(utc)[2:], "the older one is said anew, too"
    older = reminded.told(utc.desk, ref, OLEG)
    assert (older.still, [c.review.id for c in older.newer]) == ((), [second])
    sent(utc)
    before = len(reminders(utc))
    decide.approve(utc.desk, second, OLEG)
    changed = reminders(utc)[before:]
    assert [(r, lane) for r, lane in changed if lane == OLEG] == newer[-1:], "only the newest changes"


def test_owners_see_it_too(utc: World) -> None:
    review_id = utc.one()
    until(utc, hours(47))
    sent(utc)
    before = len(reminders(utc, "nudge_owner"))
    assert before
    utc.clock.now = hours(47)
    decide.approve(utc.desk, review_id, BIA)
    assert [lane for _, lane in reminders(utc, "nudge_owner")[before:]] == [MAYA]


def test_whoever_passed_it_on_is_no_longer_asked(utc: World) -> None:
    ref, (first, _) = reminded_of_two(utc)
    hand_over.pass_on(utc.desk, first, OLEG, ZOE)
    assert reminders(utc)[1:] == [(ref, OLEG)]
    now = reminded.told(utc.desk, ref, OLEG)
    assert [c.review.id for c in now.over] == [first]
    assert [c.review.expert for c in now.over] == [ZOE]


def test_what_is_undone_can_be_answered_there_again(utc: World) -> None:
    ref, (first, second) = reminded_of_two(utc)
    decide.override(utc.desk, first, OLEG, why("x"))
    sent(utc)
    decide.undo(utc.desk, first, OLEG)
    assert reminders(utc)[-1:] == [(ref, OLEG)]
    assert {c.review.id for c in reminded.told(utc.desk, ref, OLEG).still} == {first, second}


def test_ten_that_fall_together_change_their_message_once(utc: World) -> None:
    utc.take_in(*(row(f"creator{n}", "Russia") for n in range(10)))
    until(utc, hours(24))
    sent(utc)
    before = len(reminders(utc))
    utc.sql("UPDATE reviews SET nudge_at = NULL, owner_at = NULL")
    utc.clock.now = hours(48)
    utc.sweep()
    assert reminders(utc)[before:] == reminders(utc)[:1]
    assert {line.state for line in utc.lines().values()} == {State.DECIDED}


def test_what_settles_changes_no_reminder(utc: World) -> None:
    _, (first, _) = reminded_of_two(utc)
    decide.approve(utc.desk, first, OLEG)
    sent(utc)
    before = len(reminders(utc))
    utc.clock.move(minutes=11)
    utc.sweep()
    assert see.case(utc.desk, first).review.undo_until is None
    assert len(reminders(utc)) == before


def test_old_ones_are_forgotten(utc: World) -> None:
    reminded_of_two(utc)
    until(utc, hours(24 * 16), timedelta(hours=6))
    assert utc.sql("SELECT count(*) FROM reminders") == [(0,)]
