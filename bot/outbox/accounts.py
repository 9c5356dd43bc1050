"""The letter that accounts for a list: where it stands, what would come in, what did, and what to do about the rest."""

from __future__ import annotations

from bot.cards import upload
from bot.cards.blocks import Message
from bot.desk import uploads
from bot.desk.desk import Desk
from bot.i18n.catalog import Voice
from db.outbox import Errand


def account(desk: Desk, errand: Errand, voice: Voice) -> Message:
    """To whoever brought the list, changed where it stands."""
    found, choices = uploads.choices(desk, errand.ref)
    campaign = next((c for c in choices if c.key == found.campaign), None) or uploads.campaign_of(desk, found)
    return upload.message(found, campaign, choices, voice)
