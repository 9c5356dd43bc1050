"""How log lines look: one line each, on standard error, with no message bodies and no tokens."""

from __future__ import annotations

import logging
import sys

#: Libraries that log payloads or every job at their usual levels.
_QUIET = ("slack_bolt", "slack_sdk", "apscheduler", "aiohttp.access", "sqlalchemy", "alembic", "asyncio")


def configure(level: str) -> None:
    """Set the level of our own lines; libraries speak from WARNING on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
