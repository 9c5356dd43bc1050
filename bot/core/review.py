"""The lifecycle of a review: one table of transitions, and one pure function per thing that can happen.

Each function takes the review as it stands and gives back a `Change`: the review as it then is, the decision that
this made (if any), and what must be announced. Nothing here knows a database, Slack or the time of day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from operator import attrgetter

from bot.core.errors import Invalid, NotAllowed, TooLate
from bot.core.types import (
    Basis,
    By,
    Decision,
    OnDeadline,
    Review,
    State,
    UserId,
)
from scoring.types import Verdict


class Event(StrEnum):
    """What can happen to a review."""

    ANSWER = "answer"
    DEADLINE = "deadline"
    ESCALATE = "escalate"
    UNDO = "undo"
    REVERSE = "reverse"
    WITHDRAW = "withdraw"
    RELEASE = "release"


#: The whole lifecycle. What is not here cannot happen; docs/lifecycle.mmd is generated from it.
TRANSITIONS: Mapping[tuple[State, Event], State] = {
    (State.PENDING, Event.ANSWER): State.DECIDED,
    (State.PENDING, Event.DEADLINE): State.DECIDED,
    (State.PENDING, Event.ESCALATE): State.HELD,
    (State.PENDING, Event.WITHDRAW): State.WITHDRAWN,
    (State.PENDING, Event.RELEASE): State.DECIDED,
    (State.HELD, Event.ANSWER): State.DECIDED,
    (State.HELD, Event.DEADLINE): State.DECIDED,
    (State.HELD, Event.WITHDRAW): State.WITHDRAWN,
    (State.REOPENED, Event.ANSWER): State.DECIDED,
    (State.REOPENED, Event.DEADLINE): State.DECIDED,
    (State.REOPENED, Event.ESCALATE): State.HELD,
    (State.REOPENED, Event.WITHDRAW): State.WITHDRAWN,
    (State.DECIDED, Event.UNDO): State.REOPENED,
    (State.DECIDED, Event.REVERSE): State.DECIDED,
}


class Announce(StrEnum):
    """What must be told after a change; the desk turns each into outbox rows."""

    CARD = "card"
    """The card in the channel shows the new state."""
    RESULT = "result"
    """The campaign's owner learns the result."""
    FELL = "fell"
    """The same, when the deadline decided: several at once make one message."""
    UNDONE = "undone"
    HELD = "held"
    """Lead and backup are asked to rule."""
    REVERSED = "reversed"


#: Why it is theirs (`Review.why_me`), where its name has changed: a person handed it on; somebody is away, or cannot
#: answer any more; it came back.
PASSED_ON, STANDS_IN, REASSIGNED, RETURNED = "passed_on", "backup_away", "reassigned", "returned"
CHANGED_HANDS = frozenset({PASSED_ON, STANDS_IN, REASSIGNED, RETURNED})


@dataclass(frozen=True, slots=True)
class Times:
    """The windows of the lifecycle, all configurable."""

    undo: timedelta = timedelta(minutes=10)
    hold: timedelta = timedelta(hours=12)
    form_guard: timedelta = timedelta(minutes=10)
    """A form opened this close to the deadline holds it, once."""
    form_grace: timedelta = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Change:
    """The review after something happened, and what follows from it."""

    review: Review
    event: str
    decision: Decision | None = None
    announce: tuple[Announce, ...] = ()


_FIELDS = tuple(Review.__dataclass_fields__)
_VALUES = attrgetter(*_FIELDS)
_PLACE = {name: place for place, name in enumerate(_FIELDS)}


def differences(before: Review, after: Review) -> dict[str, tuple[object, object]]:
    """Field -> (old, new) of what a change changed."""
    pairs = zip(_FIELDS, _VALUES(before), _VALUES(after), strict=True)
    return {name: (old, new) for name, old, new in pairs if old is not new and old != new}


def _aware(now: datetime) -> None:
    if now.tzinfo is None:
        raise ValueError(f"a naive time reached the core: {now!r}")


def _moved(review: Review, event: Event, **changes: object) -> Review:
    state = TRANSITIONS.get((review.state, event))
    if state is None:
        raise TooLate(review.state.value, event=event.value)
    return _with(review, state=state, version=review.version + 1, **changes)


def _with(review: Review, **changes: object) -> Review:
    """`dataclasses.replace` in half the time: ten thousand deadlines may fall at once."""
    values = list(_VALUES(review))
    for name, value in changes.items():
        values[_PLACE[name]] = value
    return Review(*values)


def answer(
    review: Review, verdict: Verdict, by: UserId, now: datetime, times: Times = Times(), *, ruling: bool = False
) -> Change:
    """A person decides. `ruling` when a lead does so in a lead's own right.

    Raises TooLate when the review is no longer open, or when its deadline has passed and only the sweep has not
    come by yet: a click must never beat a deadline that everybody was told of.
    """
    _aware(now)
    if review.state.awaits and now >= review.deadline_at:
        raise TooLate("deadline_due")
    until = None if review.undone else now + times.undo
    moved = _moved(review, Event.ANSWER, undo_until=until)
    basis = Basis.LEAD if ruling else Basis.EXPERT
    decision = Decision(review.id, review.round, verdict, by, basis, now)
    return Change(moved, "answered", decision, (Announce.CARD, Announce.RESULT))


def hold_of(review: Review, times: Times) -> timedelta:
    """How long the lead has after the deadline: of a hot deal not beyond the other offer."""
    if review.hot_until is None or review.hot_until <= review.deadline_at:
        return times.hold
    return min(times.hold, review.hot_until - review.deadline_at)


#: What `expire` asks of a review, and changes in it: what it decides of one it decides of all that are alike in this.
EXPIRES_BY = ("state", "on_deadline", "held_once", "round", "version", "undo_until")


def expire(review: Review, recommended: Verdict, now: datetime, times: Times = Times()) -> Change:
    """The deadline has passed: follow the AI, decline, or hold for the lead (once). Raises Invalid when it is early."""
    _aware(now)
    if now < review.deadline_at:
        raise Invalid("deadline_early", deadline=review.deadline_at)
    holding = review.on_deadline is OnDeadline.HOLD and not review.held_once
    if holding and review.state.awaits:
        held = _moved(review, Event.ESCALATE, held_once=True, deadline_at=now + hold_of(review, times), form_held=False)
        return Change(held, "held", None, (Announce.CARD, Announce.HELD))
    basis, verdict = Basis.FOLLOW_AI, recommended
    if review.state is State.HELD:
        basis = Basis.HOLD_ENDED
    elif review.on_deadline is OnDeadline.DECLINE:
        basis, verdict = Basis.DECLINE, Verdict.DECLINE
    moved = _moved(review, Event.DEADLINE, undo_until=None)
    decision = Decision(review.id, review.round, verdict, By.DEADLINE, basis, now)
    return Change(moved, "expired", decision, (Announce.CARD, Announce.FELL))


def undo(review: Review, decision: Decision, by: UserId, now: datetime, times: Times = Times()) -> Change:
    """Take one's own decision back within its window, once. Reopens until the deadline, or for the window if later."""
    _aware(now)
    if review.state is not State.DECIDED:
        raise TooLate("already_undone")
    if decision.person != by:
        raise NotAllowed("not_yours_to_undo", by=decision.by)
    if review.executed:
        raise TooLate("executed")
    if review.undo_until is None or now >= review.undo_until:
        raise TooLate("undo_over", until=review.undo_until)
    moved = _moved(
        review,
        Event.UNDO,
        round=review.round + 1,
        undone=True,
        undo_until=None,
        opened_at=review.opened_at or now,
        deadline_at=max(review.deadline_at, now + times.undo),
    )
    return Change(moved, "undone", replace(decision, undone_at=now), (Announce.CARD, Announce.UNDONE))


def reverse(review: Review, decision: Decision, by: UserId, now: datetime) -> Change:
    """A lead turns a decision round, until the deal is executed."""
    _aware(now)
    if review.executed:
        raise TooLate("executed")
    moved = _moved(review, Event.REVERSE, round=review.round + 1, undo_until=None)
    turned = Decision(review.id, moved.round, decision.verdict.opposite, by, Basis.LEAD, now)
    return Change(moved, "reversed", turned, (Announce.CARD, Announce.REVERSED))


def withdraw(review: Review, now: datetime) -> Change:
    """The marketer takes the candidate back: nobody needs to answer any more."""
    _aware(now)
    return Change(_moved(review, Event.WITHDRAW), "withdrawn", None, (Announce.CARD,))


def leave_to_ai(review: Review, recommended: Verdict, now: datetime) -> Change:
    """Nobody is asked after all, since there is no card yet: the AI decides. Raises TooLate('opened')."""
    _aware(now)
    if not review.queued:
        raise TooLate("opened")
    moved = _moved(review, Event.RELEASE, undo_until=None)
    decision = Decision(review.id, review.round, recommended, By.AI, Basis.AI_ALONE, now)
    return Change(moved, "left_to_ai", decision)


def open_form(review: Review, now: datetime, times: Times = Times()) -> Change | None:
    """An answer is being written in the last minutes: hold the deadline once. None when nothing changes."""
    _aware(now)
    close = review.deadline_at - times.form_guard <= now < review.deadline_at
    if not (review.state.awaits and close) or review.form_held:
        return None
    held = replace(
        review, form_held=True, deadline_at=review.deadline_at + times.form_grace, version=review.version + 1
    )
    return Change(held, "form_held", None, (Announce.CARD,))


def settle(review: Review, now: datetime) -> Change | None:
    """The undo window is over: the card loses its Undo and the result is final. None while it still runs."""
    _aware(now)
    if review.state is not State.DECIDED or review.undo_until is None or now < review.undo_until:
        return None
    settled = replace(review, undo_until=None, version=review.version + 1)
    return Change(settled, "settled", None, (Announce.CARD, Announce.RESULT))


def execute(review: Review, now: datetime) -> Change | None:
    """The deal is signed, or it went out: from here on nothing is undone or reversed. None when that is known."""
    _aware(now)
    if review.state is not State.DECIDED:
        raise TooLate("not_decided")
    if review.executed:
        return None
    done = replace(review, executed=True, undo_until=None, version=review.version + 1)
    final = (Announce.RESULT,) if review.undo_until is not None else ()
    return Change(done, "executed", None, (Announce.CARD, *final))


def show(review: Review, now: datetime) -> Change:
    """The card opens: the expert has room for one more."""
    _aware(now)
    if not review.queued:
        raise TooLate("opened")
    return Change(replace(review, opened_at=now, version=review.version + 1), "opened", None, (Announce.CARD,))


def pass_on(
    review: Review, to: UserId, backup: UserId | None, now: datetime, why: str = PASSED_ON, event: str = "passed_on"
) -> Change:
    """Somebody else's name goes on it, with a backup; the clock runs on."""
    _aware(now)
    if not review.state.awaits:
        raise TooLate(review.state.value)
    if to == review.expert:
        raise Invalid("person_needed")
    moved = replace(review, expert=to, backup=backup, why_me=why, version=review.version + 1)
    return Change(moved, event, None, (Announce.CARD,))


def give_back(review: Review, to: UserId, backup: UserId | None, now: datetime) -> Change:
    """Whoever was handed it has not looked: it goes back, and the clock runs on."""
    return pass_on(review, to, backup, now, RETURNED, "returned")


def disclose(review: Review, by: UserId, text: str) -> Change:
    """An expert who knows the creator says so on the card, and stays."""
    if not review.state.awaits:
        raise TooLate(review.state.value)
    told = replace(review, disclosure=text, disclosed_by=by, version=review.version + 1)
    return Change(told, "disclosed", None, (Announce.CARD,))
