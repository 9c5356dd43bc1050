"""Lists that people brought into Slack: one row each, with where it stands and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa

from bot.core.upload import Outlook, Stage, Upload
from db.store import Unit, new
from db.tables import UNFINISHED, UPLOADS

_SELECT = sa.select(UPLOADS)


def _from(row: Any) -> Upload:
    outlook = Outlook.from_json(row.outlook) if row.outlook else None
    error = (row.error["code"], row.error["reason"], row.error["params"]) if row.error else None
    return Upload(
        row.id, row.person, row.source, row.file, row.name, Stage(row.stage), row.campaign, row.market, outlook, error
    )


def add(unit: Unit, upload: Upload, now: datetime) -> bool:
    """False when this file of this message or view is here already."""
    row = {"id": upload.id, "person": upload.person, "source": upload.source, "file": upload.file, "name": upload.name,
           "stage": upload.stage.value, "campaign": upload.campaign, "market": upload.market,
           "at": now}  # fmt: skip
    return unit.execute(new(unit, UPLOADS).returning(UPLOADS.c.id), row).first() is not None


def get(unit: Unit, upload_id: str) -> Upload | None:
    row = unit.execute(_SELECT.where(UPLOADS.c.id == upload_id)).first()
    return _from(row) if row is not None else None


def at(unit: Unit, source: str, file: str) -> Upload | None:
    row = unit.execute(_SELECT.where(UPLOADS.c.source == source, UPLOADS.c.file == file)).first()
    return _from(row) if row is not None else None


def move(
    unit: Unit, upload: Upload, stage: Stage, *, campaign: str | None, outlook: Outlook | None,
    error: tuple[str, str, Mapping[str, object]] | None,
) -> Upload | None:  # fmt: skip
    """Where it stands now; what is None stays as it was. None when somebody else has moved it meanwhile."""
    values: dict[str, Any] = {"stage": stage.value}
    if campaign is not None:
        values["campaign"] = campaign
    if outlook is not None:
        values["outlook"] = outlook.to_json()
    if error is not None:
        values["error"] = {"code": error[0], "reason": error[1], "params": dict(error[2])}
    still = sa.update(UPLOADS).where(UPLOADS.c.id == upload.id, UPLOADS.c.stage == upload.stage.value)
    if unit.execute(still.values(**values).returning(UPLOADS.c.id)).first() is None:
        return None
    return replace(
        upload, stage=stage, campaign=campaign or upload.campaign, outlook=outlook or upload.outlook,
        error=error or upload.error,
    )  # fmt: skip


def unfinished(unit: Unit) -> tuple[Upload, ...]:
    """What is being read or imported, oldest first."""
    return tuple(map(_from, unit.execute(_SELECT.where(UNFINISHED).order_by(UPLOADS.c.at))))


def prune(unit: Unit, before: datetime, limit: int) -> int:
    """Forget the accounts of lists that were brought before that time, so many at most; how many are gone."""
    old = sa.select(UPLOADS.c.id).where(UPLOADS.c.at < before).order_by(UPLOADS.c.at).limit(limit)
    return cast("sa.CursorResult[Any]", unit.execute(sa.delete(UPLOADS).where(UPLOADS.c.id.in_(old)))).rowcount
