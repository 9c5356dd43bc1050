"""What is usual, as this team's own imports have shown it: the norms by which whoever comes in is judged."""

from __future__ import annotations

from datetime import datetime

from bot.desk.desk import Desk
from db import candidates
from db.store import Unit
from scoring.lines import DEFAULT_LINES
from scoring.norms import NormRow, NormTable, build_norms, merged

#: History older than these many snapshots back says little about what is usual now.
_HISTORY = 20_000


def usual(unit: Unit, desk: Desk, before: datetime | None = None) -> NormTable:
    """What is usual, from creators of earlier imports where there are enough, else as shipped.

    `before` leaves out what came in later.
    """
    latest: dict[str, NormRow] = {}
    for platform, creator, country, categories, metrics in candidates.history(unit, _HISTORY, before):
        tier = DEFAULT_LINES.for_(platform, country or "").tier_of(metrics.followers)
        latest[creator] = NormRow(platform, country, tier, categories, metrics)
    return merged(build_norms(latest.values()), desk.norms) if latest else desk.norms
