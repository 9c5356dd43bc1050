"""Handoff's bot: a click in Slack, decided, recorded, and told."""
