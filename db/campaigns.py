"""Campaigns: briefs with their markets, people, money and deadlines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.core.types import Campaign, DecisionType, OnDeadline, Stakes, Whose
from db.prepared import among
from db.store import Unit, new
from db.tables import CAMPAIGNS
from scoring.types import Tier

_NAMES = (
    "key", "name", "markets", "channel", "owner", "type", "stakes", "categories", "min_audience", "avoid", "tiers",
    "fee_line", "budget", "currency", "window_seconds", "on_deadline", "locale",
    "recommends",
)  # fmt: skip
COLUMNS = tuple(CAMPAIGNS.c[name] for name in _NAMES)
_SELECT = sa.select(*COLUMNS)
_ONE = _SELECT.where(CAMPAIGNS.c.key == sa.bindparam("key"))
_SOME = {name: _SELECT.where(among(CAMPAIGNS.c.key, "keys", name)) for name in ("sqlite", "postgresql")}


def campaign_of(row: Sequence[Any]) -> Campaign:
    """A campaign of a row with `COLUMNS`, in their order."""
    (
        key, name, markets, channel, owner, kind, stakes, categories, min_audience, avoid, tiers, fee_line, budget,
        currency, window, on_deadline, locale, recommends,
    ) = row  # fmt: skip
    return Campaign(
        key=key,
        name=name,
        markets=tuple(markets),
        channel=channel,
        owner=owner,
        type=DecisionType(kind),
        stakes=Stakes(stakes),
        categories=tuple(categories),
        min_audience=min_audience,
        avoid=tuple(avoid),
        tiers=tuple(Tier(t) for t in tiers),
        fee_line=fee_line,
        budget=budget,
        currency=currency,
        window=timedelta(seconds=window),
        on_deadline=OnDeadline(on_deadline) if on_deadline else None,
        locale=locale,
        recommends=Whose(recommends),
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
        "recommends": campaign.recommends.value,
    }


def get(unit: Unit, key: str) -> Campaign | None:
    row = unit.execute(_ONE, {"key": key}).first()
    return campaign_of(row) if row is not None else None


def some(unit: Unit, keys: Iterable[str]) -> dict[str, Campaign]:
    """Campaigns by their keys; those that do not exist are absent."""
    found = unit.execute(_SOME[unit.get_bind().dialect.name], {"keys": sorted(set(keys))})
    return {campaign.key: campaign for campaign in map(campaign_of, found)}


def every(unit: Unit) -> tuple[Campaign, ...]:
    return tuple(campaign_of(row) for row in unit.execute(_SELECT.order_by(CAMPAIGNS.c.key)))


def owned_by(unit: Unit, owner: str) -> tuple[Campaign, ...]:
    rows = unit.execute(_SELECT.where(CAMPAIGNS.c.owner == owner).order_by(CAMPAIGNS.c.created_at))
    return tuple(campaign_of(row) for row in rows)


def add(unit: Unit, campaign: Campaign, now: datetime) -> bool:
    """True when it is new: another process may be opening one under the same key."""
    fresh = new(unit, CAMPAIGNS).returning(CAMPAIGNS.c.key)
    return unit.execute(fresh, {**_to(campaign), "created_at": now}).first() is not None


def change(unit: Unit, campaign: Campaign) -> None:
    unit.execute(sa.update(CAMPAIGNS).where(CAMPAIGNS.c.key == campaign.key).values(**_to(campaign)))
