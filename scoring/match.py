"""How well a creator fits a brief: the parts of the match, each 0-100, and only those that can be measured."""

from __future__ import annotations

import math
from collections.abc import Sequence

from scoring.categories import category_keys
from scoring.flags import Case, audience_share
from scoring.scorecard import DEFAULT, Scorecard
from scoring.types import MatchPart


def match_parts(
    case: Case, categories: Sequence[str], fee: float | None = None, card: Scorecard = DEFAULT
) -> dict[MatchPart, float]:
    """Measured parts, 0-100 each; a part without data on either side is absent, never zero."""
    known = {
        MatchPart.CATEGORY: _category(case, categories),
        MatchPart.AUDIENCE: _audience(case),
        MatchPart.ENGAGEMENT: _engagement(case),
        MatchPart.PRICE_TIER: _price_tier(case, fee, card),
    }
    return {part: value for part, value in known.items() if value is not None}


def believable(amount: float | None) -> bool:
    """Whether a fee or budget is a finite amount, not below zero."""
    return amount is not None and math.isfinite(amount) and amount >= 0


def _category(case: Case, categories: Sequence[str]) -> float | None:
    """100 when creator and brief share a category, in whatever language, else 0."""
    wanted, has = category_keys(case.brief.categories), category_keys(categories)
    if not wanted or not has:
        return None
    return 0.0 if wanted.isdisjoint(has) else 100.0


def _audience(case: Case) -> float | None:
    """Share in the campaign's markets; where only the main country is known, 100 or 0."""
    share = audience_share(case)
    if share is not None:
        return 100.0 * share
    main = case.metrics.audience_country
    if not main or not case.brief.markets:
        return None
    return 100.0 if main.upper() in {market.upper() for market in case.brief.markets} else 0.0


def _engagement(case: Case) -> float | None:
    """100 inside the norm's band, else 0; without a norm it is not a part."""
    rate = case.metrics.engagement_rate
    if rate is None or case.norm is None:
        return None
    return 100.0 if case.norm.holds(rate) else 0.0


def _price_tier(case: Case, fee: float | None, card: Scorecard) -> float | None:
    """Mean of what is known of price against budget and tier against brief."""
    known = []
    budget = case.brief.budget
    if fee is not None and budget and believable(fee) and believable(budget):
        known.append(card.price(fee, budget))
    if case.tier is not None and case.brief.tiers:
        known.append(100.0 if case.tier in case.brief.tiers else 0.0)
    return sum(known) / len(known) if known else None
