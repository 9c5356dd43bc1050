"""Letters about people themselves: offers to answer for a market, and what a new expert is told."""

from __future__ import annotations

from bot.cards import people
from bot.cards.blocks import Message
from bot.desk import see, wishes
from bot.desk.desk import Desk
from bot.i18n.catalog import Voice
from db.outbox import Errand


def wish(desk: Desk, errand: Errand, voice: Voice) -> Message:
    """To the lead: somebody knows a market, or what became of that."""
    person, _, market = errand.ref.partition(":")
    return people.wish(wishes.one(desk, person, market), voice)


def wish_declined(desk: Desk, errand: Errand, voice: Voice) -> Message | None:
    """To whoever offered, unless it is open or accepted again by now."""
    person, _, market = errand.ref.partition(":")
    found = wishes.one(desk, person, market)
    return people.wish_declined(found, voice) if found.state == "declined" else None


def welcome(desk: Desk, errand: Errand, voice: Voice) -> Message | None:
    """To a new expert, unless they are none any more."""
    member = see.person(desk, errand.ref)
    return people.welcome(member, see.lead(desk), voice) if member is not None and member.markets else None
