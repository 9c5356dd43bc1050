"""A watch beside the listeners: whether there is enough new for the models to learn from."""

from __future__ import annotations

import asyncio
import logging

from bot.desk import relearn
from bot.slack.edge import Edge

log = logging.getLogger(__name__)

_EVERY = 3600.0
"""Seconds between two looks whether a week has passed."""


async def watch(edge: Edge) -> None:
    """Until cancelled. Its failures are logged: nobody waits for it."""
    while True:
        try:
            if await edge.desk.beside(relearn.look):
                edge.wake()
        except Exception:
            log.exception("whether there is enough to learn from could not be found out; the next look tries again")
        await asyncio.sleep(_EVERY)
