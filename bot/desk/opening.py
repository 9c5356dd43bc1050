"""Open the desk on a database: bring it to this version's level, take the norms and the limits from the settings."""

from __future__ import annotations

import json
from datetime import timedelta
from random import Random

from bot.clock import Clock, system_clock
from bot.core.errors import Busy, HandoffError, Invalid
from bot.core.review import Times
from bot.desk.desk import Desk, Limits
from bot.settings import Settings
from db.migrate import HEAD, is_newer, level, migrate
from db.store import Store
from scoring.norms import NormTable, merged, shipped_norms


def open_desk(
    settings: Settings, *, clock: Clock = system_clock, rng: Random | None = None, norms: NormTable | None = None
) -> Desk:
    """A desk that is ready for work. Raises Invalid or Busy when the database or the norms cannot be used."""
    limits = Limits(
        settings.open_per_expert,
        settings.referrals_per_month,
        Times(undo=settings.undo, hold=timedelta(hours=settings.hold_hours)),
    )
    store = Store(settings.database_url)
    try:
        prepare(store)
        return Desk(store, clock, norms or norms_of(settings), limits, rng)
    except HandoffError:
        store.close()
        raise


def prepare(store: Store) -> None:
    """Migrate a database that is behind, and see to it that all of it is found; one that is not is only read.

    Raises Invalid('database_newer') for one that a later version made, and Busy for one that cannot be used.
    """
    where = store.url.render_as_string(hide_password=True)
    try:
        found = level(store)
        if found is not None and is_newer(found):
            raise Invalid("database_newer", level=found, known=HEAD, url=where)
        if found != HEAD:
            from db import search  # everything that finds, which no start needs that finds its database as it left it

            migrate(store)
            search.catch_up(store)
    except Busy as error:
        raise Busy(error.reason, url=where, **error.params) from error


def norms_of(settings: Settings) -> NormTable:
    """The shipped norms, under a team's own where there are enough of them. Raises Invalid('norms_file')."""
    if settings.norms_file is None:
        return shipped_norms()
    try:
        own = NormTable.from_json(json.loads(settings.norms_file.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Invalid("norms_file", file=str(settings.norms_file), error=type(error).__name__) from error
    return merged(own, shipped_norms())
