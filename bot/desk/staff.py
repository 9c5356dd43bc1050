"""Who does what here, as leads arrange it in Slack: roles, backups, trusted referrers, and the first lead of all."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from bot.core.access import require_lead
from bot.core.errors import Invalid, NotAllowed
from bot.core.setup import Placed, Roster, require_another_lead, require_claim
from bot.core.types import Member, Role, UserId
from bot.desk.announce import lead_of, say
from bot.desk.desk import Desk
from bot.desk.hand_over import release
from bot.desk.settings import can_stand_in
from db import events, people, turns
from db.store import Unit

COMMAND_LINE = "command line"
"""Who is on record for what was done there."""
#: One thing that somebody may do: a role, with its market for an expert.
Given = tuple[Role, str | None]


def claim(desk: Desk, person: UserId) -> Member:
    """Become the first lead. Raises NotAllowed: 'guest', 'lead_taken' when somebody was faster, 'lead_gone'."""
    with desk.store.unit() as unit:
        turns.to_lead(unit)
        members = people.members(unit)
        member = require_claim(people.member(unit, person), members, lead_of(members))
        people.add_role(unit, person, None, Role.LEAD, None)
        record_role(unit, desk, person, "role_given", person, (Role.LEAD, None))
        return replace(member, roles=(*member.roles, (Role.LEAD, None)))


def roster(desk: Desk, reader: UserId) -> Roster:
    """Everybody and their roles, for leads. Raises NotAllowed('leads_only')."""
    with desk.store.reading() as unit:
        members = people.members(unit)
        _require(members, reader)
        listed = sorted(members, key=lambda m: (not m.active, m.name.casefold(), m.id))
        return Roster(tuple(listed), people.referrers(unit))


def place(desk: Desk, actor: UserId, person: UserId, roles: Collection[Given], backup: UserId | None) -> Placed:
    """Give somebody exactly these roles, and a backup. What waits for whoever loses one goes to others.

    The person is somebody whose profile we have. Raises NotAllowed('leads_only') and Invalid naming the field:
    person_guest, expert_needs_market, last_lead, backup.
    """
    with desk.store.unit() as unit:
        turns.to_lead(unit)
        members = people.members(unit)
        _require(members, actor)
        before = people.member(unit, person) or Member(person, person)
        if roles and not before.active:
            raise Invalid("person_guest", field="person")
        if any(role is Role.EXPERT and not market for role, market in roles):
            raise Invalid("expert_needs_market", field="market")
        require_another_lead(person, {role for role, _ in roles}, members)
        taken = [given for given in before.roles if given not in roles]
        added = [given for given in roles if given not in before.roles]
        for role, market in taken:
            people.drop_role(unit, person, role, market)
            record_role(unit, desk, actor, "role_taken", person, (role, market))
        for role, market in added:
            people.add_role(unit, person, None, role, market)
            record_role(unit, desk, actor, "role_given", person, (role, market))
        member = people.member(unit, person) or before
        member = _with_backup(unit, member, backup)
        moved = release(unit, desk, person, desk.clock()) if taken else 0
        welcomed = bool(member.markets) and not before.markets and person != actor
        if welcomed:
            welcome(unit, desk, person)
        return Placed(member, moved, welcomed)


def _with_backup(unit: Unit, member: Member, backup: UserId | None) -> Member:
    if backup == member.backup:
        return member
    if backup is not None and not can_stand_in(people.member(unit, backup), member):
        raise Invalid("backup", field="backup", value=backup)
    changed = replace(member, backup=backup)
    people.set_own(unit, changed)
    return changed


def welcome(unit: Unit, desk: Desk, person: UserId) -> None:
    """Tell a new expert what they will see."""
    say(unit, "welcome", person, person, desk.clock())


def trust(desk: Desk, actor: UserId, name: str) -> bool:
    """Put a referrer on the trusted list; True when that is new. Raises NotAllowed, Invalid('text_needed')."""
    if not name.strip():
        raise Invalid("text_needed", field="name")
    with desk.store.unit() as unit:
        _require(people.members(unit), actor)
        new = people.trust(unit, name)
        if new:
            events.record(unit, None, actor, "referrer_trusted", desk.clock(), {}, {"name": name.strip()})
        return new


def distrust(desk: Desk, actor: UserId, name: str) -> bool:
    """Take a referrer off it; False when the name was not on it. Raises NotAllowed('leads_only')."""
    with desk.store.unit() as unit:
        _require(people.members(unit), actor)
        gone = people.distrust(unit, name)
        if gone:
            events.record(unit, None, actor, "referrer_dropped", desk.clock(), {"name": name.strip()}, {})
        return gone


def _require(members: Collection[Member], person: UserId) -> Member:
    lead = lead_of(members)
    try:
        return require_lead(next((m for m in members if m.id == person), None), lead)
    except NotAllowed:
        raise NotAllowed("leads_only", lead=lead) from None


def record_role(unit: Unit, desk: Desk, actor: str, what: str, person: UserId, given: Given) -> None:
    """On record as what was, and what is: who may do what decides who decides."""
    role, market = given
    said = {"person": person, "role": role.value} | ({"market": market} if market else {})
    before, after = ({}, said) if what == "role_given" else (said, {})
    events.record(unit, None, actor, what, desk.clock(), before, after)
