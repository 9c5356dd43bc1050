"""Messages that did not arrive: which, and letting them be tried again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.exc import IntegrityError

from bot.core.errors import NotFound
from bot.desk.desk import Desk
from db import lanes, outbox
from db.outbox import Undelivered


def undelivered(desk: Desk) -> tuple[tuple[Undelivered, ...], datetime]:
    """What was laid aside, and what fails and is being tried again, oldest first; and the time of this look."""
    with desk.store.reading() as unit:
        return outbox.undelivered(unit), desk.clock()


def retry(desk: Desk, ids: Sequence[str] | None = None) -> int:
    """Let these, or all that failed, go again at once: how many. Raises NotFound('errand'), and then none goes.

    One that may have arrived is looked up before it is sent again.
    """
    for left in range(3, 0, -1):
        try:
            return _retry(desk, ids)
        except IntegrityError:  # the bot was just about to say the same
            if left == 1:
                raise
    raise AssertionError


def _retry(desk: Desk, ids: Sequence[str] | None) -> int:
    with desk.store.unit() as unit:
        failed = {errand.id: errand for errand in outbox.undelivered(unit)}
        chosen = list(failed) if ids is None else list(dict.fromkeys(ids))
        for errand_id in chosen:
            if errand_id not in failed:
                raise NotFound("errand", errand=errand_id)
            outbox.revive(unit, errand_id)
        if chosen:
            lanes.hasten(unit, {failed[errand_id].lane for errand_id in chosen}, desk.clock())
        return len(chosen)
