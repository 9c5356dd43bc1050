"""Keys of the HTTP API, and the answers that are given again to a request that comes again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from db.api_tables import API_ANSWERS, API_KEYS, IN_USE
from db.store import Unit

#: How long an answer is kept: a program that has waited longer finds its candidates to be duplicates.
KEPT = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as it is kept: whose it is, what it is for, and the hash of its secret."""

    id: str
    name: str
    digest: str
    campaigns: tuple[str, ...]
    created_at: datetime
    revoked_at: datetime | None = None


def _from(row: sa.Row[tuple[object, ...]]) -> ApiKey:
    of = row._mapping  # noqa: SLF001 - SQLAlchemy's public name for a row's columns
    return ApiKey(of["id"], of["name"], of["digest"], tuple(of["campaigns"]), of["created_at"], of["revoked_at"])


def add(unit: Unit, key: ApiKey) -> None:
    unit.execute(
        sa.insert(API_KEYS).values(
            id=key.id, name=key.name, digest=key.digest, campaigns=list(key.campaigns), created_at=key.created_at
        )
    )


def get(unit: Unit, key_id: str) -> ApiKey | None:
    row = unit.execute(sa.select(API_KEYS).where(API_KEYS.c.id == key_id)).one_or_none()
    return _from(row) if row is not None else None


def named(unit: Unit, name: str) -> ApiKey | None:
    """The key of that name that is in use."""
    row = unit.execute(sa.select(API_KEYS).where(IN_USE, API_KEYS.c.name == name)).one_or_none()
    return _from(row) if row is not None else None


def every(unit: Unit) -> Sequence[ApiKey]:
    rows = unit.execute(sa.select(API_KEYS).order_by(API_KEYS.c.created_at, API_KEYS.c.id))
    return [_from(row) for row in rows]


def revoke(unit: Unit, key_id: str, now: datetime) -> None:
    unit.execute(sa.update(API_KEYS).where(API_KEYS.c.id == key_id).values(revoked_at=now))


def answered(unit: Unit, key_id: str, token: str, now: datetime) -> tuple[str, str] | None:
    """(hash of the request, answer) of what this key's program has sent under that token, while it is kept."""
    of = API_ANSWERS.c
    found = unit.execute(
        sa.select(of.digest, of.answer).where(of.key_id == key_id, of.token == token, of.at > now - KEPT)
    ).one_or_none()
    return (found[0], found[1]) if found is not None else None


def keep(unit: Unit, key_id: str, token: str, digest: str, answer: str, now: datetime) -> None:
    """Keep an answer; what nobody will ask for again goes."""
    unit.execute(sa.delete(API_ANSWERS).where(API_ANSWERS.c.at <= now - KEPT))
    unit.execute(sa.insert(API_ANSWERS).values(key_id=key_id, token=token, digest=digest, answer=answer, at=now))
