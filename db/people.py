"""People: members with their roles, and the names of trusted referrers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select

from bot.core.types import Member, Role
from bot.core.working_time import Hours, Span
from db.prepared import each_of
from db.store import Unit, new
from db.tables import MEMBER_ROLES, MEMBERS, REFERRERS, MemberRoleRow, MemberRow, TrustedReferrerRow

_WITH_ROLES = sa.select(*MEMBERS.c, MEMBER_ROLES.c.role, MEMBER_ROLES.c.market)
_EVERYBODY = _WITH_ROLES.join(MEMBER_ROLES).order_by(MEMBERS.c.id)
_LEADS = sa.select(MEMBER_ROLES.c.member_id).where(MEMBER_ROLES.c.role == Role.LEAD.value)
_CONCERNED = {
    name: _EVERYBODY.where(MEMBERS.c.id.in_(sa.union_all(_LEADS, each_of("people", name))))
    for name in ("sqlite", "postgresql")
}
_ONE = _WITH_ROLES.outerjoin(MEMBER_ROLES).where(MEMBERS.c.id == sa.bindparam("person"))


def _members(rows: Iterable[Any]) -> tuple[Member, ...]:
    """People of rows of one person and one role each (None for somebody without any), a person's rows together."""
    held: dict[str, list[tuple[Role, str | None]]] = {}
    last: dict[str, Any] = {}
    for row in rows:
        last[row.id] = row
        roles = held.setdefault(row.id, [])
        if row.role is not None:
            roles.append((Role(row.role), row.market or None))
    return tuple(
        Member(
            row.id, row.name, tuple(sorted(held[row.id], key=lambda r: (r[0], r[1] or ""))), row.tz, row.locale,
            row.team, row.guest, row.deleted, row.language, _hours(row), row.backup,
            _span(row.away_from, row.away_until), row.status_until, _span(row.dnd_from, row.dnd_until), row.nudged_at,
        )
        for row in last.values()
    )  # fmt: skip


def _hours(row: Any) -> Hours | None:
    return Hours(row.work_from, row.work_to, row.work_days) if row.work_days else None


def _span(since: datetime | None, until: datetime | None) -> Span | None:
    return (since, until) if since is not None and until is not None else None


def members(unit: Unit) -> tuple[Member, ...]:
    """Everybody who has a role, by id."""
    return _members(unit.execute(_EVERYBODY))


def concerned(unit: Unit, *people: str | None) -> tuple[Member, ...]:
    """The leads and these people, by id, as far as they have a role: what a rule needs to know of people."""
    named = {"people": [one for one in people if one]}
    return _members(unit.execute(_CONCERNED[unit.get_bind().dialect.name], named))


def member(unit: Unit, member_id: str) -> Member | None:
    return next(iter(_members(unit.execute(_ONE, {"person": member_id}))), None)


def add_role(unit: Unit, member_id: str, name: str | None, role: Role, market: str | None) -> bool:
    """Give somebody a role; True when it is new."""
    unit.execute(new(unit, MEMBERS), {"id": member_id, "name": name or member_id, "guest": False, "deleted": False})
    if name:
        unit.execute(sa.update(MEMBERS).where(MEMBERS.c.id == member_id).values(name=name))
    given = {"member_id": member_id, "role": role.value, "market": market or ""}
    return unit.execute(new(unit, MEMBER_ROLES).returning(MEMBER_ROLES.c.role), given).first() is not None


def drop_role(unit: Unit, member_id: str, role: Role, market: str | None) -> bool:
    """Take a role away; True when there was one. What already carries the person's name stays."""
    where = [col(MemberRoleRow.member_id) == member_id, col(MemberRoleRow.role) == role.value]
    if market:
        where.append(col(MemberRoleRow.market) == market)
    gone = unit.execute(sa.delete(MemberRoleRow).where(*where).returning(col(MemberRoleRow.member_id)))
    return bool(gone.all())


def remember_profile(unit: Unit, profile: Member, seen_at: datetime) -> None:
    """What Slack says of somebody, kept so that no click ever waits for Slack. Roles are ours and stay."""
    values = {
        "status_until": profile.status_until,
        "name": profile.name,
        "tz": profile.tz,
        "locale": profile.locale,
        "team": profile.team,
        "guest": profile.guest,
        "deleted": profile.deleted,
        "seen_at": seen_at,
    }
    unit.execute(new(unit, MEMBERS), {"id": profile.id, **values})
    unit.execute(sa.update(MEMBERS).where(MEMBERS.c.id == profile.id).values(**values))


def close(unit: Unit, member_id: str, seen_at: datetime) -> None:
    """Slack says that this account is closed."""
    unit.execute(sa.update(MEMBERS).where(MEMBERS.c.id == member_id).values(deleted=True, seen_at=seen_at))


def set_own(unit: Unit, member: Member) -> None:
    """What somebody has set for themselves: language, hours, backup, and when they are away."""
    hours, away = member.hours, member.away or (None, None)
    values = {
        "language": member.language,
        "work_from": hours.start if hours else None,
        "work_to": hours.end if hours else None,
        "work_days": hours.days if hours else None,
        "backup": member.backup,
        "away_from": away[0],
        "away_until": away[1],
    }
    unit.execute(sa.update(MEMBERS).where(MEMBERS.c.id == member.id).values(**values))


def remember_dnd(unit: Unit, found: Mapping[str, Span | None], seen_at: datetime) -> tuple[str, ...]:
    """When Slack next shows these nothing (None for never); whose that has changed."""
    kept = {m.id: m for m in members(unit) if m.id in found}
    for person, span in found.items():
        since, until = span or (None, None)
        values = {"dnd_from": since, "dnd_until": until, "dnd_seen_at": seen_at}
        unit.execute(sa.update(MEMBERS).where(MEMBERS.c.id == person).values(**values))
    return tuple(person for person, span in found.items() if person in kept and kept[person].dnd != span)


def dnd_due(unit: Unit, now: datetime, seen_before: datetime, limit: int) -> tuple[str, ...]:
    """Whose Do Not Disturb is to be asked for: longest ago first, of everybody with a role."""
    old = sa.or_(
        MEMBERS.c.dnd_seen_at.is_(None),
        MEMBERS.c.dnd_seen_at < seen_before,
        sa.and_(MEMBERS.c.dnd_until <= now, MEMBERS.c.dnd_seen_at < MEMBERS.c.dnd_until),
    )
    able = sa.and_(MEMBERS.c.id.in_(sa.select(MEMBER_ROLES.c.member_id)), MEMBERS.c.deleted.is_(False))
    found = sa.select(MEMBERS.c.id).where(old, able).order_by(MEMBERS.c.dnd_seen_at, MEMBERS.c.id).limit(limit)
    return tuple(unit.execute(found).scalars())


def seen_at(unit: Unit, member_id: str) -> datetime | None:
    """When Slack last told us of somebody."""
    return unit.execute(sa.select(MEMBERS.c.seen_at).where(MEMBERS.c.id == member_id)).scalar()


def names(unit: Unit, ids: Iterable[str | None]) -> dict[str, str]:
    """Display names of those that we know."""
    wanted = {i for i in ids if i}
    if not wanted:
        return {}
    rows = unit.execute(sa.select(MemberRow.id, MemberRow.name).where(col(MemberRow.id).in_(wanted)))  # type: ignore[call-overload]
    return {row.id: row.name for row in rows if row.name != row.id}


def trust(unit: Unit, name: str) -> bool:
    """Put a name on the list of trusted referrers; True when it is new."""
    key = name.strip().casefold()
    fresh = new(unit, REFERRERS).returning(REFERRERS.c.key)
    return unit.execute(fresh, {"key": key, "name": name.strip()}).first() is not None


def distrust(unit: Unit, name: str) -> bool:
    """Take a name off the list; True when it stood there."""
    key = name.strip().casefold()
    gone = unit.execute(
        sa.delete(TrustedReferrerRow).where(col(TrustedReferrerRow.key) == key).returning(REFERRERS.c.key)
    )
    return bool(gone.all())


def referrers(unit: Unit) -> tuple[str, ...]:
    """The trusted referrers' names as they were typed, by name."""
    return tuple(unit.exec(select(TrustedReferrerRow.name).order_by(TrustedReferrerRow.key)))


def trusted(unit: Unit) -> frozenset[str]:
    """The trusted referrers' names, casefolded."""
    return frozenset(unit.exec(select(TrustedReferrerRow.key)))
