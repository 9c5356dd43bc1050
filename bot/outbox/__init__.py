"""The outbox: what the desk recorded is announced in Slack, in order per channel, surviving restarts and cut lines."""

from bot.outbox.delivery import EVENT_TYPE, Outbox

__all__ = ["EVENT_TYPE", "Outbox"]
