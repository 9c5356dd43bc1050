"""Whose name goes on a review: one expert of its market and a backup, fairly, and never one's own referral."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.core.types import Member, UserId


@dataclass(frozen=True, slots=True)
class Assignment:
    """The named expert, the backup, and why this one ("why me?")."""

    expert: UserId
    backup: UserId | None
    why: str


def is_referrer(member: Member, referred_by: str | None) -> bool:
    """Whether this person is the one who referred: by user id, mention or name, however it was typed."""
    if not referred_by:
        return False
    said = referred_by.strip().strip("<>@").partition("|")[0].strip().casefold()
    return bool(said) and said in {member.id.casefold(), member.name.casefold()}


def assign(
    market: str,
    members: Iterable[Member],
    load: Mapping[UserId, int],
    *,
    referred_by: str | None = None,
    knows: frozenset[UserId] = frozenset(),
    now: datetime | None = None,
) -> Assignment | None:
    """The expert of the market with the fewest reviews, one who knows the creator first; without one, the lead.

    With `now`, who is on holiday is named only where everybody is, and the backup that an expert chose comes first.
    `load` counts the reviews that already carry somebody's name. None when there is neither expert nor lead.
    """
    able = [m for m in members if m.active and not is_referrer(m, referred_by)]
    gone = {m.id for m in able if now is not None and m.away_at(now)}
    experts = sorted(
        (m for m in able if m.is_expert_of(market)),
        key=lambda m: (m.id in gone, m.id not in knows, load.get(m.id, 0), m.id),
    )
    leads = sorted((m for m in able if m.is_lead), key=lambda m: (m.id in gone, load.get(m.id, 0), m.id))
    if not experts:
        if not leads:
            return None
        spare = leads[1].id if len(leads) > 1 else None
        return Assignment(leads[0].id, spare, "lead_no_expert")
    first = experts[0]
    others = [m for m in [*experts[1:], *leads] if m.id != first.id]
    others.sort(key=lambda m: (m.id in gone, now is not None and m.id != first.backup))
    why = "knows_creator" if first.id in knows else "only" if len(experts) == 1 else "market_least_open"
    return Assignment(first.id, others[0].id if others else None, why)
