"""What became of a deal afterwards: recorded once, by its owner or from a file; it can overturn who was right."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.core import review as lifecycle
from bot.core.access import require_owner
from bot.core.case import Case
from bot.core.disagreement import Disagreement, Winner, closed, overturned, resolved
from bot.core.errors import Invalid, TooLate
from bot.core.outcome import EXECUTING, LOST, Outcome, What, overturns, require_possible, standing
from bot.core.precedents import overturned as turned
from bot.core.types import UserId
from bot.desk import investigate, investigations, late, norms, see
from bot.desk.announce import say
from bot.desk.change import File, Lost, apply, attempt, load
from bot.desk.desk import Desk, new_id
from db import disagreements, events, outbox, outcomes, reviews, search
from db.store import Unit

OPERATOR = "import"
"""Who says it, on the command line."""
#: In the audit, how people end an investigation.
_ENDS = frozenset({"resolved", "resolution_corrected"})
_AHEAD = timedelta(days=1)
"""Somewhere it is tomorrow already."""


def recording(desk: Desk, review_id: str, person: UserId) -> Case:
    """May this person say what became of it? Raises NotAllowed('not_owner'), NotFound."""
    with desk.store.reading() as unit:
        file = load(unit, review_id, person)
        require_owner(person, file.person(person), file.campaign, file.candidate, file.lead)
        return see.whole(unit, desk, review_id)


def record(
    desk: Desk, review_id: str, what: What | None, person: UserId | None = None, happened_at: datetime | None = None
) -> Case:
    """Record an outcome; `person` None is the command line. Of those that exclude each other the last one counts.

    A deal that was signed or went out is executed by it. Raises NotAllowed, NotFound, Invalid naming the field, and
    TooLate('outcome_known') for what is on record.
    """

    def work(unit: Unit, now: datetime) -> Case:
        file = load(unit, review_id, person)
        if person is not None:
            require_owner(person, file.person(person), file.campaign, file.candidate, file.lead)
        if what is None:
            raise Invalid("outcome_needed", field="outcome")
        if happened_at is not None and happened_at > now + _AHEAD:
            raise Invalid("outcome_ahead", field="date")
        made = reviews.decision(unit, review_id, file.review.round)
        require_possible(what, file.review, made[0].verdict if made is not None else None)
        fresh = Outcome(new_id("oc"), review_id, what, happened_at or now, person or OPERATOR, now)
        known = _recorded(unit, file, fresh)
        _execute(unit, desk, file, what, fresh.by, now)
        _tell_again(unit, file, now)
        changed = _learned(unit, desk, file, known, fresh.by, now)
        norms.outcome_known(unit, desk, review_id, what, now)
        search.index(unit, *changed)
        return see.whole(unit, desk, review_id)

    return attempt(desk, work)


def take_back(desk: Desk, review_id: str, person: UserId) -> Case:
    """The deal is not lost after all; nothing happens where nobody says so, as after a second tap.

    What was so before counts again. Nothing follows from a lost deal, so nothing else has to be undone.
    """

    def work(unit: Unit, now: datetime) -> Case:
        file = load(unit, review_id, person)
        require_owner(person, file.person(person), file.campaign, file.candidate, file.lead)
        before = outcomes.of_review(unit, review_id)
        lost = [what for what in standing(before) if what in LOST]
        if lost:
            outcomes.remove(unit, review_id, LOST)
            known = standing([one for one in before if one.what not in LOST])
            events.record(unit, review_id, person, "outcome_taken_back", now, {"outcome": lost[0].value}, {})
            late.refresh(unit, file, now)
            _tell_again(unit, file, now)
            search.index(unit, *_learned(unit, desk, file, known, person, now))
        return see.whole(unit, desk, review_id)

    return attempt(desk, work)


def _recorded(unit: Unit, file: File, fresh: Outcome) -> tuple[What, ...]:
    """Write it, once; what counts from now on."""
    known = outcomes.of_review(unit, fresh.review_id)
    if fresh.what in standing(known):
        (before,) = (one for one in known if one.what is fresh.what)
        reason = "already_yours" if before.by == fresh.by else "outcome_known"
        raise TooLate(reason, candidate=file.candidate.name, by=before.by, at=before.at, outcome=fresh.what.value,
                      lead=file.lead, now=fresh.at)  # fmt: skip
    if any(one.what is fresh.what for one in known):
        outcomes.restate(unit, fresh)
    elif not outcomes.add(unit, fresh):
        raise Lost
    said = {"outcome": fresh.what.value, "happened_at": fresh.happened_at.isoformat()}
    events.record(unit, fresh.review_id, fresh.by, "outcome", fresh.at, {}, said)
    return standing([*(one for one in known if one.what is not fresh.what), fresh])


def _execute(unit: Unit, desk: Desk, file: File, what: What, by: str, now: datetime) -> None:
    """The card shows it either way."""
    change = lifecycle.execute(file.review, now) if what in EXECUTING else None
    if change is not None:
        apply(unit, desk, file.review, change, file.campaign, by, now)
    else:
        late.refresh(unit, file, now)


def _tell_again(unit: Unit, file: File, now: datetime) -> None:
    """The owner's message of the result, where there is one: it loses the buttons that have done their work."""
    ref, owner = f"{file.review.id}:{file.review.round}", file.campaign.owner
    if outbox.place_of(unit, "result", ref, owner) is not None:
        say(unit, "result", ref, owner, now)


def _learned(unit: Unit, desk: Desk, file: File, known: Sequence[What], by: str, now: datetime) -> tuple[str, ...]:
    """Every thread of this review says what is known; where that turns round who was right, that is on record.

    Where what had turned it round was not so after all, it is again as people had left it.
    """
    open_to_it = disagreements.of_review(unit, file.review.id)
    judged = reviews.judgements(unit, file.review.id) if open_to_it else ()
    for before in open_to_it:
        found = _as_found(unit, before)
        winner = overturns(found, known)
        after = found if winner is None else overturned(found, winner, now)
        if (after.standing, after.winner, after.resolved_by) == (before.standing, before.winner, before.resolved_by):
            say(unit, "investigation", before.id, before.channel, now)
            continue
        investigate.changed(unit, file, before, after, now)
        seen = investigations.one(unit, desk, before.id, judged)
        told = investigate.told(seen, before), investigate.told(seen, after)
        events.record(unit, before.review_id, by, "restored" if winner is None else "overturned", now, *told)
    return tuple(one.id for one in open_to_it)


def _as_found(unit: Unit, before: Disagreement) -> Disagreement:
    """As people left it, whatever outcomes have made of it since: those may turn out not to have been so."""
    if not turned(before):
        return before
    ends = [e for e in events.of_review(unit, before.review_id) if e.what in _ENDS]
    mine = [e for e in ends if e.after.get("disagreement") == before.id]
    if not mine:
        return closed(before)
    return resolved(before, Winner(mine[-1].after["winner"]), before.lesson, mine[-1].actor, mine[-1].at)
