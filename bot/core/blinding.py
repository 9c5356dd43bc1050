"""Who must not yet see what the AI says of a creator: blind is blind everywhere that an expert can look."""

from __future__ import annotations

from bot.core.types import Member, Review, Route

#: Routes on which an answer is given before the AI's call is shown.
UNSEEN = frozenset({Route.BLIND, Route.PANEL})


def is_blind(review: Review, person: Member) -> bool:
    """Whether this person may yet be asked for their own view of it: by name, as the backup, or for the market."""
    asked = person.id in (review.expert, review.backup) or person.is_expert_of(review.market)
    return review.route in UNSEEN and review.state.awaits and asked


def is_unseen(review: Review, reader: Member | None) -> bool:
    """Whether what the AI says must not be shown to this reader yet; None is a channel, in which anybody reads."""
    return review.route in UNSEEN and review.state.awaits if reader is None else is_blind(review, reader)
