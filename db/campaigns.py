"""Campaigns: briefs with their markets, people, money and deadlines."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select

from bot.core.types import Campaign, DecisionType, OnDeadline, Stakes
from db.store import Unit
from db.tables import CampaignRow
from scoring.types import Tier


def _from(row: CampaignRow) -> Campaign:
    return Campaign(
        key=row.key,
        name=row.name,
        markets=tuple(row.markets),
        channel=row.channel,
        owner=row.owner,
        type=DecisionType(row.type),
        stakes=Stakes(row.stakes),
        categories=tuple(row.categories),
        min_audience=row.min_audience,
        avoid=tuple(row.avoid),
        tiers=tuple(Tier(t) for t in row.tiers),
        fee_line=row.fee_line,
        budget=row.budget,
        currency=row.currency,
        window=timedelta(seconds=row.window_seconds),
        on_deadline=OnDeadline(row.on_deadline) if row.on_deadline else None,
        locale=row.locale,
    )


def _to(campaign: Campaign) -> dict[str, Any]:
    return {
        "key": campaign.key,
        "name": campaign.name,
        "markets": list(campaign.markets),
        "channel": campaign.channel,
        "owner": campaign.owner,
        "type": campaign.type.value,
        "stakes": campaign.stakes.value,
        "categories": list(campaign.categories),
        "min_audience": campaign.min_audience,
        "avoid": list(campaign.avoid),
        "tiers": [t.value for t in campaign.tiers],
        "fee_line": campaign.fee_line,
        "budget": campaign.budget,
        "currency": campaign.currency,
        "window_seconds": int(campaign.window.total_seconds()),
        "on_deadline": campaign.on_deadline.value if campaign.on_deadline else None,
        "locale": campaign.locale,
    }


def get(unit: Unit, key: str) -> Campaign | None:
    row = unit.get(CampaignRow, key)
    return _from(row) if row is not None else None


def every(unit: Unit) -> tuple[Campaign, ...]:
    return tuple(_from(row) for row in unit.exec(select(CampaignRow).order_by(CampaignRow.key)))


def owned_by(unit: Unit, owner: str) -> tuple[Campaign, ...]:
    rows = unit.exec(select(CampaignRow).where(CampaignRow.owner == owner).order_by(col(CampaignRow.created_at)))
    return tuple(_from(row) for row in rows)


def add(unit: Unit, campaign: Campaign, now: datetime) -> None:
    unit.execute(sa.insert(CampaignRow).values(**_to(campaign), created_at=now))


def change(unit: Unit, campaign: Campaign) -> None:
    unit.execute(sa.update(CampaignRow).where(col(CampaignRow.key) == campaign.key).values(**_to(campaign)))
