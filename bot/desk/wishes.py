"""Somebody offers to answer for a market, and a lead takes them at their word or does not."""

from __future__ import annotations

from dataclasses import replace

from bot.core.countries import country_codes
from bot.core.errors import Invalid, NotAllowed, NotFound, TooLate
from bot.core.setup import Wish, require_askable
from bot.core.types import Role, UserId
from bot.desk import staff
from bot.desk.announce import current_lead, lead_of, say
from bot.desk.desk import Desk
from db import events, people, wishes

_TEXT = 500


def offer(desk: Desk, person: UserId, market: str, text: str) -> UserId:
    """Offer to answer for a market; the lead who is asked.

    Raises NotAllowed('guest'), NotFound('lead') where nobody leads, and Invalid at the market: market_needed,
    market_yours, wish_open, wish_declined.
    """
    if market not in country_codes():
        raise Invalid("market_needed", field="market")
    with desk.store.unit() as unit:
        member = people.member(unit, person)
        lead = current_lead(unit)
        if member is None or not member.active:
            raise NotAllowed("guest", lead=lead)
        if lead is None:
            raise NotFound("lead")
        if member.is_expert_of(market):
            raise Invalid("market_yours", field="market", market=market)
        now = desk.clock()
        wish = Wish(person, market, text.strip()[:_TEXT], lead)
        if not wishes.add(unit, wish, now):
            known = wishes.get(unit, person, market)
            if known is not None:
                require_askable(known, lead, now)
            wishes.renew(unit, wish, now)
        say(unit, "wish", f"{person}:{market}", lead, now)
        return lead


def one(desk: Desk, person: UserId, market: str) -> Wish:
    """Raises NotFound('wish')."""
    with desk.store.reading() as unit:
        found = wishes.get(unit, person, market)
        if found is None:
            raise NotFound("wish")
        return found


def answer(desk: Desk, actor: UserId, person: UserId, market: str, *, accept: bool) -> Wish:
    """Accept or decline an offer. Raises NotAllowed('leads_only'), NotFound('wish'), TooLate('wish_answered')."""
    with desk.store.unit() as unit:
        members = people.members(unit)
        lead = next((m for m in members if m.id == actor), None)
        if lead is None or not lead.active or not lead.is_lead:
            raise NotAllowed("leads_only", lead=lead_of(members))
        found, now = wishes.get(unit, person, market), desk.clock()
        if found is None:
            raise NotFound("wish")
        state = "accepted" if accept else "declined"
        if not wishes.answer(unit, found, state, actor, now):
            raise TooLate("wish_answered", by=found.answered_by)
        before = people.member(unit, person)
        if accept:
            if before is None or not before.active:
                raise NotAllowed("guest", lead=actor)
            people.add_role(unit, person, None, Role.EXPERT, market)
            said = {"person": person, "role": Role.EXPERT.value, "market": market}
            events.record(unit, None, actor, "role_given", now, {}, said)
            staff.welcome(unit, desk, person)
        else:
            say(unit, "wish_declined", f"{person}:{market}", person, now)
        say(unit, "wish", f"{person}:{market}", found.asked, now)
        return replace(found, state=state, answered_by=actor, answered_at=now)
