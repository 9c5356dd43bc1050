"""People: members with their roles, and the names of trusted referrers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import col, select

from bot.core.types import Member, Role
from db.store import Unit
from db.tables import MemberRoleRow, MemberRow, TrustedReferrerRow


def _member(row: MemberRow, roles: Iterable[MemberRoleRow]) -> Member:
    held = tuple(sorted(((Role(r.role), r.market or None) for r in roles), key=lambda r: (r[0], r[1] or "")))
    return Member(row.id, row.name, held, row.tz, row.locale, row.team, row.guest, row.deleted)


def members(unit: Unit) -> tuple[Member, ...]:
    """Everybody who has a role, by id."""
    roles: dict[str, list[MemberRoleRow]] = {}
    for role in unit.exec(select(MemberRoleRow)):
        roles.setdefault(role.member_id, []).append(role)
    rows = unit.exec(
        select(MemberRow).where(col(MemberRow.id).in_(select(MemberRoleRow.member_id))).order_by(MemberRow.id)
    )
    return tuple(_member(row, roles.get(row.id, ())) for row in rows)


def member(unit: Unit, member_id: str) -> Member | None:
    row = unit.get(MemberRow, member_id)
    if row is None:
        return None
    return _member(row, unit.exec(select(MemberRoleRow).where(MemberRoleRow.member_id == member_id)))


def add_role(unit: Unit, member_id: str, name: str | None, role: Role, market: str | None) -> bool:
    """Give somebody a role; True when it is new."""
    row = unit.get(MemberRow, member_id)
    if row is None:
        unit.execute(sa.insert(MemberRow).values(id=member_id, name=name or member_id, guest=False, deleted=False))
    elif name:
        unit.execute(sa.update(MemberRow).where(col(MemberRow.id) == member_id).values(name=name))
    if unit.get(MemberRoleRow, (member_id, role.value, market or "")) is not None:
        return False
    unit.execute(sa.insert(MemberRoleRow).values(member_id=member_id, role=role.value, market=market or ""))
    return True


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
        "name": profile.name,
        "tz": profile.tz,
        "locale": profile.locale,
        "team": profile.team,
        "guest": profile.guest,
        "deleted": profile.deleted,
        "seen_at": seen_at,
    }
    if unit.get(MemberRow, profile.id) is None:
        unit.execute(sa.insert(MemberRow).values(id=profile.id, **values))
    else:
        unit.execute(sa.update(MemberRow).where(col(MemberRow.id) == profile.id).values(**values))


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
    if unit.get(TrustedReferrerRow, key) is not None:
        return False
    unit.execute(sa.insert(TrustedReferrerRow).values(key=key, name=name.strip()))
    return True


def trusted(unit: Unit) -> frozenset[str]:
    """The trusted referrers' names, casefolded."""
    return frozenset(unit.exec(select(TrustedReferrerRow.key)))
