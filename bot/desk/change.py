"""How every verb changes a review: load, apply a pure rule, compare-and-set, record, announce, open the next one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from bot.core import nudges
from bot.core import review as lifecycle
from bot.core.errors import Busy, NotFound, TooLate
from bot.core.review import Announce, Change
from bot.core.types import Campaign, Member, Review, State, UserId
from bot.desk.announce import again, lead_of, rulers, told
from bot.desk.desk import Desk
from db import campaigns, events, files, outbox, people, reviews, turns
from db.files import Proposed
from db.store import Unit, afterwards
from scoring.types import Verdict

T = TypeVar("T")
_Fields = dict[str, tuple[object, object]]
#: One unit of work, at the time at which it runs. What it gives is read before the commit: nothing may fail after it.
Work = Callable[[Unit, datetime], T]

#: Times that somebody else may be faster before we give up; each loss means that another change went through.
_ATTEMPTS = 8


@dataclass(frozen=True, slots=True)
class File:
    """One review with what a rule needs to judge who may do what to it."""

    review: Review
    campaign: Campaign
    candidate: Proposed
    ai: Verdict
    """What the AI recommends."""
    members: tuple[Member, ...]
    """The leads, and whoever acts if they have a role."""

    @property
    def lead(self) -> UserId | None:
        return lead_of(self.members, self.candidate.referred_by)

    def person(self, person_id: UserId) -> Member | None:
        return next((m for m in self.members if m.id == person_id), None)


def load(unit: Unit, review_id: str, person: UserId | None) -> File:
    """Read what a rule needs of one review and of the person who acts. Raises NotFound('review')."""
    found = files.get(unit, review_id)
    if found is None:
        raise NotFound("review", review=review_id)
    return File(*found, people.concerned(unit, person))


class Lost(Exception):
    """Somebody else changed the review between our reading and our writing."""


@dataclass(frozen=True, slots=True)
class Made:
    """A change that a rule made of a review, not yet written."""

    before: Review
    change: Change
    campaign: Campaign


def apply(
    unit: Unit, desk: Desk, before: Review, change: Change, campaign: Campaign, actor: str, now: datetime,
    *, filling: Collection[UserId] = (),
) -> None:  # fmt: skip
    """Write a change and all that follows from it; `filling` are people who may have got something to open, too.

    Raises Lost when the review has moved on.
    """
    apply_all(unit, [Made(before, change, campaign)], actor, now)
    freed = before.state.awaits and not change.review.state.awaits
    moved = before.expert != change.review.expert
    hands = {*filling, before.expert} if freed or moved else set(filling)
    if desk.bursting and hands:
        # The sweep fills them after the deadlines; and again, when its last look came before this commit.
        afterwards(unit, partial(setattr, desk, "fill_hands", True))  # noqa: FBT003 - what it is set to
        return
    # In one order for everybody: of two who pass on to each other, neither holds what the other waits for.
    for person in sorted(p for p in hands if p):
        open_next(unit, desk, person, now)


def apply_all(unit: Unit, made: Sequence[Made], actor: str, now: datetime, *, skip: Collection[Announce] = ()) -> None:
    """Write several changes in as many statements as one takes; their experts' hands are the caller's to fill.

    Raises Lost when one of the reviews has moved on.
    """
    alike: dict[Any, tuple[Made, _Fields, list[str]]] = {}
    for one in made:
        fields = lifecycle.differences(one.before, one.change.review)
        kind = (
            one.before.version,
            *fields.items(),
            one.change.event,
            *_decided(one.change).values(),
            one.change.review.queued,
        )
        alike.setdefault(kind, (one, fields, []))[2].append(one.before.id)
    for one, fields, ids in alike.values():
        _write(unit, one.before, one.change, fields, ids, actor, now)
    ruler = rulers(unit, [m.before for m in made if Announce.HELD in m.change.announce])
    by = ((m, ruler.get(m.before.candidate_id)) for m in made)
    letters = [letter for m, lead in by for letter in told(m.change, m.before, m.campaign, lead, skip)]
    named = [m.before.id for m in made if nudges.redraws(m.before, m.change.review)]
    outbox.enqueue(unit, [*letters, *again(unit, named)], now)


def write(unit: Unit, before: Review, change: Change, ids: Sequence[str], actor: str, now: datetime) -> None:
    """Write one change of several reviews that are alike in all that it asks and changes, `before` being one of them.

    Nothing is told of it. Raises Lost when one of the reviews has moved on.
    """
    _write(unit, before, change, lifecycle.differences(before, change.review), ids, actor, now)


def _write(
    unit: Unit, before: Review, change: Change, fields: _Fields, ids: Sequence[str], actor: str, now: datetime
) -> None:
    if not reviews.save(unit, before, change.review, {name: new for name, (_, new) in fields.items()}, ids):
        raise Lost
    was, becomes = ({name: _plain(value[side]) for name, value in fields.items()} for side in (0, 1))
    events.record_alike(unit, ids, actor, change.event, now, was, becomes | _decided(change))


def _decided(change: Change) -> dict[str, Any]:
    """The decision that this made, for the audit; one that it took back stands in its own event."""
    made = change.decision
    return {} if made is None or made.undone_at else {"verdict": str(made.verdict), "basis": str(made.basis)}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def open_next(unit: Unit, desk: Desk, expert: UserId, now: datetime) -> set[str]:
    """Fill a person's hands up to the limit, best match first; which reviews opened."""
    return fill_hands(unit, desk, (expert,), now)


def fill_hands(unit: Unit, desk: Desk, experts: Sequence[UserId], now: datetime) -> set[str]:
    """The same for several people, in hardly more statements than for one.

    What is already past its deadline stays shut: the sweep ends it, and its owner is told.
    """
    if not experts:
        return set()
    turns.to_fill(unit, experts)
    limit = desk.limits.open_per_expert
    held = reviews.open_counts(unit, experts)
    room = {expert: limit - held.get(expert, 0) for expert in experts}
    every = [r for expert, most in room.items() if most > 0 for r in reviews.queued(unit, expert, most, now)]
    if not every:
        return set()
    running = campaigns.some(unit, (r.campaign for r in every))
    apply_all(unit, [Made(r, lifecycle.show(r, now), running[r.campaign]) for r in every], "queue", now)
    # Whose they are is said in their working hours: the sweep looks at what has just opened (desk/remind.py).
    return {r.id for r in every}


def attempt(desk: Desk, work: Work[T]) -> T:
    """Run one unit of work, again when another change got in between; the clock is asked inside the unit."""
    for _ in range(_ATTEMPTS):
        try:
            with desk.store.unit() as unit:
                return work(unit, desk.clock())
        except Lost:
            continue
        except Busy as busy:
            if busy.reason != "gave_way":
                raise
    raise TooLate("moved")


def require_open(unit: Unit, file: File, now: datetime) -> None:
    """Raises TooLate saying what is true now, or `deadline_due` when only the sweep has not come by yet."""
    if not file.review.state.awaits:
        raise too_late(unit, file, now)
    if now >= file.review.deadline_at:
        raise TooLate("deadline_due")


def too_late(unit: Unit, file: File, now: datetime) -> TooLate:
    """What is true of a review that can no longer be answered: who decided, how and when. Reload before you ask."""
    review = file.review
    common = {"review": review.id, "candidate": file.candidate.name, "lead": file.lead, "now": now}
    if review.state is State.WITHDRAWN:
        return TooLate("withdrawn", **common)
    found = reviews.decision(unit, review.id, review.round)
    if found is None:
        return TooLate("moved", **common)
    made, _ = found
    reason = {"deadline": "decided_by_deadline", "ai": "decided_by_ai"}.get(made.by, "decided")
    against = made.verdict is not file.ai
    return TooLate(reason, verdict=made.verdict, by=made.by, basis=made.basis, at=made.at, against_ai=against, **common)
