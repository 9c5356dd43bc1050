"""Answering what waits one by one: where one is, what is on the screen there, and what was done so far. Reads only."""

from __future__ import annotations

from bot.core import one_by_one as rules
from bot.core.case import Case, Stop
from bot.core.one_by_one import Move, Walk
from bot.core.types import Member, UserId
from bot.desk import newer, see
from bot.desk.desk import Desk
from db import people, reviews
from db.store import Unit


def begin(desk: Desk, user_id: UserId) -> Stop:
    """The first of what waits for this person."""
    with desk.store.reading() as unit:
        who = _who(unit, user_id)
        waiting = see.waiting_for(unit, who)
        walk = rules.begin(waiting)
        found = newer.beside(unit, see.cases_in(unit, desk, waiting[:1]), user_id)
        return Stop(who, walk, found[0] if found else None, len(walk.reviews), len(waiting) - len(walk.reviews))


def step(desk: Desk, user_id: UserId, before: Walk, move: Move) -> Stop:
    """Where a move leads. What has been decided meanwhile is passed by, and told of."""
    with desk.store.reading() as unit:
        who = _who(unit, user_id)
        waiting = {review.id for review in see.waiting_for(unit, who)}
        walk = move(before, waiting)
        seen = set(rules.skipped(before, walk)) - waiting
        if walk.here is None:
            seen |= set(walk.reviews)
        wanted = [r for r in walk.reviews if r in seen or r in (walk.here, walk.last)]
        found = reviews.many(unit, wanted)
        read = see.cases_in(unit, desk, [found[i] for i in wanted if i in found])
        cases = {c.review.id: c for c in newer.beside(unit, read, user_id)}
        passed = [cases[r] for r in rules.skipped(before, walk) if r in cases and r not in waiting]
        return Stop(
            person=who,
            walk=walk,
            case=cases.get(walk.here) if walk.here else None,
            waiting=len(waiting & set(walk.reviews)),
            others=len(waiting - set(walk.reviews)),
            gone=tuple(case for case in passed if not _mine(case, user_id)),
            last=cases.get(walk.last) if walk.last else None,
            done=tuple(case for case in cases.values() if _mine(case, user_id)) if walk.here is None else (),
        )


def _mine(case: Case, person: UserId) -> bool:
    return case.decision is not None and case.decision.person == person


def _who(unit: Unit, user_id: UserId) -> Member:
    return people.member(unit, user_id) or Member(user_id, user_id)
