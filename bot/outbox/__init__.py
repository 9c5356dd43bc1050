"""The outbox: what the desk recorded is announced in Slack, in order per channel, surviving restarts and cut lines."""

from bot.outbox.calls import EVENT_TYPE
from bot.outbox.delivery import Outbox

__all__ = ["EVENT_TYPE", "Outbox"]
