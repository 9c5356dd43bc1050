"""Who must not yet see what the AI says of a creator: blind is blind everywhere that an expert can look."""

from __future__ import annotations

from bot.core.types import Member, Review, Route

#: Routes on which an answer is given before the AI's call is shown.
UNSEEN = frozenset({Route.BLIND, Route.PANEL})


def is_blind(review: Review, person: Member) -> bool:
    """Whether this person may yet be asked for their own view of it: by name, as the backup, or for the market."""
    asked = person.id in (review.expert, review.backup) or person.is_expert_of(review.market)
    return review.route in UNSEEN and review.state.awaits and asked
