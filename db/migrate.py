"""Bring a database to the level of this code, or say which level it has."""

from __future__ import annotations

import time
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from db import turns
from db.store import Store, waiting_until

if TYPE_CHECKING:
    from alembic.config import Config

#: Seconds for a migration, another one's before it included.
_PATIENCE = 600.0
_AT_A_FILE = 5.0
#: The newest migration; a test compares it with the folder, so that starting need not import Alembic to know.
HEAD = "0026"


def level(store: Store) -> str | None:
    """The database's migration level, None for an empty one.

    Read beside a writer; raises nothing for a new file, and Busy when the database cannot be used.
    """
    with store.reading() as unit:
        return _level(unit.connection())


def migrate(store: Store, to: str = "head") -> None:
    """Upgrade (or downgrade) in one transaction; nothing happens when the database is there already.

    Raises Busy when the database cannot be used.
    """
    if to == "head" and level(store) == HEAD:
        return
    from alembic import command

    config = _config()
    # On PostgreSQL another replica may be at it, and tables may be long; a file that is held is said soon.
    patience = _AT_A_FILE if store.sqlite else _PATIENCE
    with waiting_until(time.monotonic() + patience), store.unit() as unit:
        turns.to_migrate(unit)
        config.attributes["connection"] = connection = unit.connection()
        if to == "head" or _is_ahead(_level(connection), to, config):
            command.upgrade(config, to)
        else:
            command.downgrade(config, to)


def _level(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return found


def is_newer(found: str) -> bool:
    """Whether only a later version knows this level. By the files: numbers may be landed in another order."""
    versions = resources.files(__package__).joinpath("migrations", "versions")
    return found not in {file.name.partition("_")[0] for file in versions.iterdir()}


def _is_ahead(now: str | None, to: str, config: Config) -> bool:
    from alembic.script import ScriptDirectory

    if to == "base" or now is None:
        return to != "base"
    before = ScriptDirectory.from_config(config).iterate_revisions(now, "base")
    return to not in {script.revision for script in before}


def _config() -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config
