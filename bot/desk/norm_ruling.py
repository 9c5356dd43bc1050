"""What a lead rules of a market norm: confirm one, narrow it, retire it, reject it.

`person` None is the operator on the command line, who may retire and reject.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.core.access import require_lead
from bot.core.errors import Invalid, NotFound, TooLate
from bot.core.market_norm import Case, Norm, require_confirmable, require_enough
from bot.core.types import UserId
from bot.desk import norms
from bot.desk.announce import lead_of
from bot.desk.change import attempt
from bot.desk.desk import Desk, new_id
from db import market_norms, people
from db.store import Unit
from scoring.market_norms import EVERYWHERE, Scope, State, Vote, Why, Word, begins, ends

OPERATOR = "operator"


def confirm(desk: Desk, norm_id: str, person: UserId, scope: Scope = EVERYWHERE) -> Norm:
    """A lead's word beside what an expert said: it counts as one more case, and for the second expert and campaign.

    Raises NotAllowed (not_lead, own_normal), TooLate('norm_active_already'), Invalid (norm_no_case, norm_outvoted).
    """

    def work(unit: Unit, now: datetime) -> Norm:
        norm, lead = _may(unit, norm_id, person)
        scoped = replace(norm, scope=scope)
        require_confirmable(scoped, norms.counted(unit, scoped), person, lead)
        said = Vote(person, "", Word.CONFIRMED, now)
        market_norms.add_case(unit, Case(new_id("nv"), norm.id, said, month=now.month))
        tally = norms.tallied(unit, scoped, now)
        if not begins(tally):
            raise Invalid("norm_outvoted", against=tally.opposed)
        after = replace(scoped, tally=tally, state=State.ACTIVE, why=None, changed_at=now, changed_by=person)
        return norms.settle(unit, norm, after, person, now)

    return attempt(desk, work)


def narrow(desk: Desk, norm_id: str, person: UserId, scope: Scope) -> Norm:
    """Let it hold for fewer creators, or for all again; only what was said of such creators counts from now on.

    Raises NotAllowed('not_lead'), TooLate('norm_not_active'), Invalid('norm_too_narrow').
    """

    def work(unit: Unit, now: datetime) -> Norm:
        norm, _ = _may(unit, norm_id, person, active=True)
        if scope == norm.scope:
            return norm
        after = replace(norm, scope=scope)
        tally = norms.tallied(unit, after, now)
        if ends(tally) is not None:
            raise Invalid("norm_too_narrow", field="tier", cases=tally.cases)
        require_enough(tally)
        return norms.settle(unit, norm, replace(after, tally=tally), person, now, also="narrowed")

    return attempt(desk, work)


def retire(desk: Desk, norm_id: str, person: UserId | None) -> Norm:
    """It was one and is no longer: what was said until now no longer counts, and new cases may bring it back."""

    def work(unit: Unit, now: datetime) -> Norm:
        norm, _ = _may(unit, norm_id, person, active=True)
        ended = replace(norm, state=State.RETIRED, why=Why.LEAD, since=now, changed_at=now, changed_by=person)
        return norms.settle(unit, norm, ended, person or OPERATOR, now)

    return attempt(desk, work)


def reject(desk: Desk, norm_id: str, person: UserId | None) -> Norm:
    """It never was one: no case brings it back, only a lead's confirmation."""

    def work(unit: Unit, now: datetime) -> Norm:
        norm, lead = _may(unit, norm_id, person)
        if norm.state is State.REJECTED:
            if norm.changed_by == person:
                return norm
            raise TooLate("norm_not_active", state=norm.state.value, by=norm.changed_by, at=norm.changed_at, lead=lead)
        ended = replace(norm, state=State.REJECTED, why=Why.LEAD, changed_at=now, changed_by=person)
        return norms.settle(unit, norm, ended, person or OPERATOR, now)

    return attempt(desk, work)


def _may(unit: Unit, norm_id: str, person: UserId | None, *, active: bool = False) -> tuple[Norm, UserId | None]:
    """The norm, locked, and who leads. Raises NotFound('norm'), NotAllowed('not_lead'), TooLate('norm_not_active')."""
    members = people.concerned(unit, person)
    lead = lead_of(members)
    found = market_norms.locked(unit, [norm_id])
    if not found:
        raise NotFound("norm", norm=norm_id)
    if person is not None:
        require_lead(next((m for m in members if m.id == person), None), lead)
    (norm,) = found
    if active and not norm.active:
        state = norm.state.value
        raise TooLate("norm_not_active", state=state, by=norm.changed_by, at=norm.changed_at, lead=lead)
    return norm, lead
