"""The lifecycle's table and its functions: what may happen when, to the second."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import review as lifecycle
from bot.core.errors import Invalid, NotAllowed, TooLate
from bot.core.review import EXPIRES_BY, TRANSITIONS, Announce, Change, Event, Times
from bot.core.types import Basis, By, Decision, OnDeadline, Review, State
from scoring.types import Verdict
from tests.factories import BIA, CAIO, DEADLINE, INTAKE, OLEG, ZOE
from tests.factories import review as a_review

TIMES = Times()
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def at(state: State, **changes: object) -> Review:
    made = a_review(state=state, **changes)
    return replace(made, round=2, undone=True) if state is State.REOPENED else made


def made(by: str = BIA, verdict: Verdict = Verdict.PROCEED, now: datetime = INTAKE, round_: int = 1) -> Decision:
    return Decision("rv_7Q2K", round_, verdict, by, Basis.EXPERT, now)


def after(hours: float = 0, minutes: float = 0) -> datetime:
    return INTAKE + timedelta(hours=hours, minutes=minutes)


#: Each event as its function would be called, at a time when time does not forbid it.
HAPPENS: dict[Event, Callable[[Review], Change]] = {
    Event.ANSWER: lambda r: lifecycle.answer(r, Verdict.PROCEED, BIA, after(1)),
    Event.DEADLINE: lambda r: lifecycle.expire(r, Verdict.DECLINE, DEADLINE),
    Event.ESCALATE: lambda r: lifecycle.expire(replace(r, on_deadline=OnDeadline.HOLD), Verdict.DECLINE, DEADLINE),
    Event.UNDO: lambda r: lifecycle.undo(replace(r, undo_until=after(2)), made(), BIA, after(1)),
    Event.REVERSE: lambda r: lifecycle.reverse(r, made(), ZOE, after(1)),
    Event.WITHDRAW: lambda r: lifecycle.withdraw(r, after(1)),
    Event.RELEASE: lambda r: lifecycle.leave_to_ai(replace(r, opened_at=None), Verdict.DECLINE, after(1)),
}


@pytest.mark.parametrize(("state", "event"), list(product(State, Event)))
def test_every_state_and_event_moves_as_the_table_says_or_is_too_late(state: State, event: Event) -> None:
    before = at(state)
    if event is Event.ESCALATE and state is State.HELD:
        # What was held once is not held again: the deadline decides.
        assert HAPPENS[event](replace(before, held_once=True)).review.state is State.DECIDED
        return
    wanted = TRANSITIONS.get((state, event))
    if wanted is None:
        with pytest.raises(TooLate):
            HAPPENS[event](before)
    else:
        change = HAPPENS[event](before)
        assert change.review.state is wanted
        assert change.review.version == before.version + 1


def test_the_table_ends_where_the_domain_says() -> None:
    reached = {State.PENDING} | set(TRANSITIONS.values())
    assert reached == set(State)
    assert not [s for s, _ in TRANSITIONS if s is State.WITHDRAWN]
    assert {s for s, e in TRANSITIONS if e is Event.ANSWER} == {s for s in State if s.awaits}
    assert {s for s, e in TRANSITIONS if e is Event.DEADLINE} == {s for s in State if s.awaits}


@pytest.mark.parametrize("event", list(Event))
def test_naive_times_are_refused(event: Event) -> None:
    naive = INTAKE.replace(tzinfo=None)
    called: dict[Event, Callable[[], object]] = {
        Event.ANSWER: lambda: lifecycle.answer(a_review(), Verdict.PROCEED, BIA, naive),
        Event.DEADLINE: lambda: lifecycle.expire(a_review(), Verdict.PROCEED, naive),
        Event.ESCALATE: lambda: lifecycle.settle(a_review(), naive),
        Event.UNDO: lambda: lifecycle.undo(at(State.DECIDED), made(), BIA, naive),
        Event.REVERSE: lambda: lifecycle.reverse(at(State.DECIDED), made(), ZOE, naive),
        Event.WITHDRAW: lambda: lifecycle.withdraw(a_review(), naive),
        Event.RELEASE: lambda: lifecycle.leave_to_ai(a_review(opened_at=None), Verdict.DECLINE, naive),
    }
    with pytest.raises(ValueError, match="naive"):
        called[event]()


@pytest.mark.parametrize(
    "call",
    [
        lambda now: lifecycle.open_form(a_review(), now),
        lambda now: lifecycle.show(a_review(opened_at=None), now),
        lambda now: lifecycle.pass_on(a_review(), CAIO, None, now),
    ],
)
def test_naive_times_are_refused_beside_the_table(call: Callable[[datetime], object]) -> None:
    with pytest.raises(ValueError, match="naive"):
        call(INTAKE.replace(tzinfo=None))


def test_what_has_a_card_is_not_left_to_the_ai() -> None:
    with pytest.raises(TooLate, match="opened"):
        lifecycle.leave_to_ai(a_review(), Verdict.DECLINE, after(1))
    change = lifecycle.leave_to_ai(a_review(opened_at=None), Verdict.DECLINE, after(1))
    assert change.decision == Decision("rv_7Q2K", 1, Verdict.DECLINE, By.AI, Basis.AI_ALONE, after(1))


# Answers


def test_an_answer_decides_and_can_be_undone_for_ten_minutes() -> None:
    change = lifecycle.answer(a_review(), Verdict.PROCEED, CAIO, after(2))
    assert change.decision == Decision("rv_7Q2K", 1, Verdict.PROCEED, CAIO, Basis.EXPERT, after(2))
    assert change.review.undo_until == after(2, 10)
    assert change.announce == (Announce.CARD, Announce.RESULT)


def test_a_ruling_says_so() -> None:
    change = lifecycle.answer(at(State.HELD), Verdict.PROCEED, ZOE, after(1), ruling=True)
    assert change.decision is not None
    assert change.decision.basis is Basis.LEAD


def test_the_last_instant_before_the_deadline_still_counts_and_the_deadline_does_not() -> None:
    last = DEADLINE - timedelta(microseconds=1)
    assert lifecycle.answer(a_review(), Verdict.PROCEED, BIA, last).review.state is State.DECIDED
    with pytest.raises(TooLate, match="deadline_due"):
        lifecycle.answer(a_review(), Verdict.PROCEED, BIA, DEADLINE)
    assert lifecycle.expire(a_review(), Verdict.DECLINE, DEADLINE).review.state is State.DECIDED


# Undo


def test_undo_near_the_deadline_reopens_for_ten_minutes() -> None:
    """Decided at 47:55, undone at 48:03: open until 48:13."""
    decided = lifecycle.answer(a_review(), Verdict.PROCEED, BIA, after(47, 55))
    assert decided.decision is not None
    undone = lifecycle.undo(decided.review, decided.decision, BIA, after(48, 3))
    assert undone.review.state is State.REOPENED
    assert undone.review.deadline_at == after(48, 13)
    assert undone.review.round == 2
    assert undone.decision is not None
    assert undone.decision.undone_at == after(48, 3)
    assert undone.announce == (Announce.CARD, Announce.UNDONE)
    assert lifecycle.expire(undone.review, Verdict.DECLINE, after(48, 13)).decision is not None
    with pytest.raises(Invalid, match="deadline_early"):
        lifecycle.expire(undone.review, Verdict.DECLINE, after(48, 12))


def test_undo_early_keeps_the_deadline() -> None:
    decided = lifecycle.answer(a_review(), Verdict.PROCEED, BIA, after(1))
    assert decided.decision is not None
    assert lifecycle.undo(decided.review, decided.decision, BIA, after(1, 9)).review.deadline_at == DEADLINE


def test_undo_lasts_ten_minutes_and_not_one_instant_more() -> None:
    decided = lifecycle.answer(a_review(), Verdict.PROCEED, BIA, after(1))
    assert decided.decision is not None
    lifecycle.undo(decided.review, decided.decision, BIA, after(1, 10) - timedelta(microseconds=1))
    with pytest.raises(TooLate, match="undo_over") as late:
        lifecycle.undo(decided.review, decided.decision, BIA, after(1, 10))
    assert late.value.params["until"] == after(1, 10)


def test_undo_is_for_who_decided_and_once() -> None:
    first = lifecycle.answer(a_review(), Verdict.PROCEED, BIA, after(1))
    assert first.decision is not None
    for other in (CAIO, ZOE):
        with pytest.raises(NotAllowed, match="not_yours_to_undo") as refused:
            lifecycle.undo(first.review, first.decision, other, after(1, 1))
        assert refused.value.params["by"] == BIA
    undone = lifecycle.undo(first.review, first.decision, BIA, after(1, 1))
    with pytest.raises(TooLate, match="already_undone"):
        lifecycle.undo(undone.review, first.decision, BIA, after(1, 2))
    again = lifecycle.answer(undone.review, Verdict.DECLINE, BIA, after(1, 3))
    assert again.review.undo_until is None
    assert again.decision is not None
    assert again.decision.round == 2
    with pytest.raises(TooLate, match="undo_over"):
        lifecycle.undo(again.review, again.decision, BIA, after(1, 4))


@pytest.mark.parametrize("by", list(By))
def test_nobody_undoes_what_no_person_decided(by: By) -> None:
    review = at(State.DECIDED, undo_until=after(2))
    with pytest.raises(NotAllowed, match="not_yours_to_undo"):
        lifecycle.undo(review, made(by=by), BIA, after(1))


def test_a_done_deal_stays_done() -> None:
    review = at(State.DECIDED, undo_until=after(2), executed=True)
    with pytest.raises(TooLate, match="executed"):
        lifecycle.undo(review, made(), BIA, after(1))
    with pytest.raises(TooLate, match="executed"):
        lifecycle.reverse(review, made(), ZOE, after(1))


@given(
    decided=st.integers(0, 48 * 3600 - 1),
    later=st.integers(0, 599),
)
def test_undo_never_shortens_the_time_and_always_leaves_ten_minutes(decided: int, later: int) -> None:
    first = lifecycle.answer(a_review(), Verdict.PROCEED, BIA, INTAKE + timedelta(seconds=decided))
    assert first.decision is not None
    now = INTAKE + timedelta(seconds=decided + later)
    undone = lifecycle.undo(first.review, first.decision, BIA, now).review
    assert undone.deadline_at >= max(DEADLINE, now + TIMES.undo)
    assert undone.deadline_at in (DEADLINE, now + TIMES.undo)


def test_settle_takes_the_undo_away_at_its_end() -> None:
    decided = lifecycle.answer(a_review(), Verdict.PROCEED, BIA, after(1)).review
    assert lifecycle.settle(decided, after(1, 9.99)) is None
    settled = lifecycle.settle(decided, after(1, 10))
    assert settled is not None
    assert settled.review.undo_until is None
    assert settled.announce == (Announce.CARD, Announce.RESULT)
    assert lifecycle.settle(settled.review, after(2)) is None
    assert lifecycle.settle(a_review(), after(2)) is None


# Deadlines


@pytest.mark.parametrize("state", [s for s in State if s.awaits])
def test_a_deadline_never_comes_early(state: State) -> None:
    with pytest.raises(Invalid, match="deadline_early"):
        lifecycle.expire(at(state), Verdict.DECLINE, DEADLINE - timedelta(microseconds=1))


@pytest.mark.parametrize(
    ("rule", "recommended", "basis", "verdict"),
    [
        (OnDeadline.FOLLOW_AI, Verdict.PROCEED, Basis.FOLLOW_AI, Verdict.PROCEED),
        (OnDeadline.FOLLOW_AI, Verdict.DECLINE, Basis.FOLLOW_AI, Verdict.DECLINE),
        (OnDeadline.DECLINE, Verdict.PROCEED, Basis.DECLINE, Verdict.DECLINE),
        (OnDeadline.DECLINE, Verdict.DECLINE, Basis.DECLINE, Verdict.DECLINE),
    ],
)
def test_what_the_deadline_does(rule: OnDeadline, recommended: Verdict, basis: Basis, verdict: Verdict) -> None:
    change = lifecycle.expire(a_review(on_deadline=rule), recommended, DEADLINE)
    assert change.decision == Decision("rv_7Q2K", 1, verdict, By.DEADLINE, basis, DEADLINE)
    assert change.decision.person is None
    assert change.review.undo_until is None
    assert change.announce == (Announce.CARD, Announce.FELL)


def test_hold_asks_the_lead_for_twelve_hours_once_and_then_follows_the_ai() -> None:
    held = lifecycle.expire(a_review(on_deadline=OnDeadline.HOLD), Verdict.PROCEED, after(48, 1))
    assert held.review.state is State.HELD
    assert held.decision is None
    assert held.review.deadline_at == after(60, 1)
    assert Announce.HELD in held.announce
    with pytest.raises(Invalid, match="deadline_early"):
        lifecycle.expire(held.review, Verdict.PROCEED, after(60))
    ended = lifecycle.expire(held.review, Verdict.PROCEED, after(60, 1))
    assert ended.decision is not None
    assert (ended.decision.basis, ended.decision.verdict) == (Basis.HOLD_ENDED, Verdict.PROCEED)


def test_what_was_held_and_reopened_is_not_held_again() -> None:
    held = lifecycle.expire(a_review(on_deadline=OnDeadline.HOLD), Verdict.DECLINE, DEADLINE).review
    ruled = lifecycle.answer(held, Verdict.PROCEED, ZOE, after(50), ruling=True)
    assert ruled.decision is not None
    reopened = lifecycle.undo(ruled.review, ruled.decision, ZOE, after(50, 5)).review
    ended = lifecycle.expire(reopened, Verdict.DECLINE, reopened.deadline_at)
    assert ended.review.state is State.DECIDED
    assert ended.decision is not None
    assert (ended.decision.round, ended.decision.verdict) == (2, Verdict.DECLINE)


_MOMENTS = st.datetimes(INTAKE.replace(tzinfo=None), DEADLINE.replace(tzinfo=None), timezones=st.just(INTAKE.tzinfo))
_TIMES = ("intake_at", "deadline_at")
_PERHAPS = ("opened_at", "undo_until", "hot_at", "extended_at", "moved_at", "hot_until", "reminded_at")
#: Any review that awaits an answer, whether or not the rest of it could have come about.
_ANY = st.builds(
    Review,
    state=st.sampled_from([s for s in State if s.awaits]),
    held_once=st.booleans(),
    form_held=st.booleans(),
    undone=st.booleans(),
    round=st.integers(1, 3),
    version=st.integers(1, 5),
    **dict.fromkeys(_TIMES, _MOMENTS),
    **dict.fromkeys(_PERHAPS, st.none() | _MOMENTS),
).filter(lambda review: review.held_once or review.state is not State.HELD)


@given(_ANY, _ANY, st.sampled_from(Verdict))
def test_what_the_deadline_decides_of_one_it_decides_of_all_that_are_alike(
    one: Review, other: Review, ai: Verdict
) -> None:
    like = replace(other, **{name: getattr(one, name) for name in EXPIRES_BY})
    first, second = (lifecycle.expire(review, ai, DEADLINE) for review in (one, like))
    assert (first.decision is None) == (second.decision is None)
    if first.decision is not None and second.decision is not None:
        assert lifecycle.differences(one, first.review) == lifecycle.differences(like, second.review)
        assert replace(first.decision, review_id=like.id) == second.decision
        assert (first.event, first.announce) == (second.event, second.announce)


# Forms


@pytest.mark.parametrize(
    ("left", "holds"), [(11 * MINUTE, False), (10 * MINUTE, True), (MINUTE, True), (timedelta(), False)]
)
def test_a_form_in_the_last_ten_minutes_holds_the_deadline(left: timedelta, *, holds: bool) -> None:
    change = lifecycle.open_form(a_review(), DEADLINE - left)
    assert (change is not None) is holds
    if change is not None:
        assert change.review.deadline_at == DEADLINE + 5 * MINUTE
        assert change.announce == (Announce.CARD,)


def test_a_form_holds_the_deadline_once() -> None:
    first = lifecycle.open_form(a_review(), DEADLINE - MINUTE)
    assert first is not None
    assert lifecycle.open_form(first.review, DEADLINE + 4 * MINUTE) is None
    answered = lifecycle.answer(first.review, Verdict.PROCEED, BIA, DEADLINE + 4 * MINUTE)
    assert answered.review.state is State.DECIDED


@pytest.mark.parametrize("state", [State.DECIDED, State.WITHDRAWN])
def test_a_form_holds_nothing_when_there_is_nothing_to_hold(state: State) -> None:
    assert lifecycle.open_form(at(state), DEADLINE - MINUTE) is None


# Hands


def test_passing_on_keeps_the_clock_and_somebody_else_as_backup() -> None:
    passed = lifecycle.pass_on(a_review(), CAIO, ZOE, after(40)).review
    assert (passed.expert, passed.backup, passed.why_me) == (CAIO, ZOE, "passed_on")
    assert passed.deadline_at == DEADLINE
    with pytest.raises(Invalid, match="person_needed"):
        lifecycle.pass_on(a_review(), BIA, None, after(40))


@pytest.mark.parametrize("state", [State.DECIDED, State.WITHDRAWN])
def test_what_is_over_changes_no_hands(state: State) -> None:
    with pytest.raises(TooLate):
        lifecycle.pass_on(at(state), CAIO, None, after(1))
    with pytest.raises(TooLate):
        lifecycle.disclose(at(state), BIA, "we worked together")


def test_a_disclosure_changes_nothing_else() -> None:
    before = a_review()
    told = lifecycle.disclose(before, OLEG, "we worked together").review
    assert told == replace(before, disclosure="we worked together", disclosed_by=OLEG, version=before.version + 1)


def test_a_card_opens_once() -> None:
    queued = a_review(opened_at=None)
    opened = lifecycle.show(queued, after(3))
    assert opened.review.opened_at == after(3)
    assert opened.announce == (Announce.CARD,)
    with pytest.raises(TooLate, match="opened"):
        lifecycle.show(opened.review, after(4))


def test_undoing_the_answer_to_a_queued_review_opens_it() -> None:
    decided = lifecycle.answer(a_review(opened_at=None), Verdict.PROCEED, BIA, after(1))
    assert decided.decision is not None
    assert lifecycle.undo(decided.review, decided.decision, BIA, after(1, 5)).review.opened_at == after(1, 5)


@given(st.lists(st.tuples(st.sampled_from(list(Event)), st.integers(0, 3 * 24 * 60)), max_size=12))
def test_any_walk_keeps_versions_rounds_and_time_in_order(steps: list[tuple[Event, int]]) -> None:
    review, decision, now = a_review(on_deadline=OnDeadline.HOLD), None, INTAKE
    for event, minutes in steps:
        now += timedelta(minutes=minutes)
        try:
            change = _walk(review, decision, event, now)
        except (TooLate, Invalid):
            continue
        assert change.review.version == review.version + 1
        assert change.review.round - review.round == (event in (Event.UNDO, Event.REVERSE))
        assert change.review.deadline_at >= review.deadline_at
        assert not (review.held_once and change.review.state is State.HELD)
        if change.decision is not None and change.decision.undone_at is None:
            assert change.decision.round == change.review.round
        review, decision = change.review, change.decision or decision


def _walk(review: Review, decision: Decision | None, event: Event, now: datetime) -> Change:
    match event:
        case Event.ANSWER:
            return lifecycle.answer(review, Verdict.PROCEED, BIA, now)
        case Event.DEADLINE | Event.ESCALATE:
            return lifecycle.expire(review, Verdict.DECLINE, now)
        case Event.WITHDRAW:
            return lifecycle.withdraw(review, now)
        case Event.RELEASE:
            return lifecycle.leave_to_ai(review, Verdict.DECLINE, now)
        case _:
            if decision is None or decision.person is None:
                raise TooLate("not_decided")
            rule = lifecycle.undo if event is Event.UNDO else lifecycle.reverse
            return rule(review, decision, decision.person, now)
