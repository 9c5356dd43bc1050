"""Back up a database while it is used, and go back to a copy: what was said in Slack meanwhile is not said again."""

from __future__ import annotations

import secrets
import shlex
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.engine import URL

from bot.core.errors import Invalid
from bot.desk.announce import say
from bot.desk.opening import prepare
from db import backup, campaigns, events, outbox, reviews
from db.alone import alone
from db.store import Store


@dataclass(frozen=True, slots=True)
class Copied:
    """A finished copy."""

    path: Path
    size: int
    """Bytes."""
    level: str
    """The migration level that it has."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did."""

    level: str
    aside: Path | None
    """Where the database is that was there before."""
    doubtful: int
    """Messages of which Slack is asked whether they are there, before they are sent."""
    cards: int
    """Open cards that are drawn again."""


def back_up(url: str, target: Path, *, force: bool = False) -> Copied:
    """Copy a SQLite database into a file, while the bot and others work on it.

    Raises Invalid('backup_postgres') with the command for PostgreSQL, Invalid('backup_exists'), and Invalid or Busy
    when there is something wrong with the database or no room for the copy.
    """
    store = Store(url)
    try:
        if not store.sqlite:
            command = ["pg_dump", "-Fc", f"--file={target}", _without_password(store)]
            raise Invalid("backup_postgres", command=shlex.join(command))
        source = backup.file_of(store)
    finally:
        store.close()
    if not source.exists():
        raise Invalid("database_absent", path=str(source))
    if target.exists() and (not force or target.samefile(source)):
        raise Invalid("backup_exists", path=str(target))
    made = _beside(target)
    level = backup.copy(source, made, live=True)
    backup.put(made, target)
    return Copied(target, target.stat().st_size, level)


def restore(url: str, source: Path, now: datetime) -> Restored:
    """Put a copy in the database's place and keep aside what was there.

    The copy knows nothing of what was sent after it was taken: everything unsent in it is in doubt, and looked up in
    Slack before it is sent; every open card is drawn again as the copy has it. Raises Invalid and Busy, and then
    everything is as it was: Busy('already_running') beside a running bot, Busy('in_use') beside another command.
    """
    store = Store(url)
    try:
        if not store.sqlite:
            where = f"--dbname={_without_password(store)}"
            command = ["pg_restore", "--clean", "--if-exists", "--single-transaction", where, str(source)]
            raise Invalid("restore_postgres", command=shlex.join(command))
        target = backup.file_of(store)
        if not source.is_file():
            raise Invalid("database_absent", path=str(source))
        if target.exists() and target.samefile(source):
            raise Invalid("restore_itself", path=str(target))
        with alone(store):
            return _put_back(target, source, now)
    finally:
        store.close()


def _put_back(target: Path, source: Path, now: datetime) -> Restored:
    made = _beside(target)
    try:
        level = backup.copy(source, made, live=False)
        doubtful, cards = _settle(made, now)
        aside = backup.replace(made, target, now)
    finally:
        for left in ("", "-wal", "-shm", "-journal"):
            made.with_name(made.name + left).unlink(missing_ok=True)
    return Restored(level, aside, doubtful, cards)


def _settle(made: Path, now: datetime) -> tuple[int, int]:
    """Bring a copy to this version and make it true of Slack; messages in doubt, cards to be drawn again."""
    draft = Store(f"sqlite:///{made}")
    try:
        prepare(draft)
        with draft.unit() as unit:
            doubtful = outbox.doubt(unit)
            channels = {campaign.key: campaign.channel for campaign in campaigns.every(unit)}
            shown = reviews.shown(unit)
            for review in shown:
                say(unit, "card", review.id, channels[review.campaign], now)
            events.record(unit, None, "operator", "restored", now, {}, {"doubtful": doubtful, "cards": len(shown)})
    finally:
        draft.close()
    backup.whole(made)
    return doubtful, len(shown)


def _without_password(store: Store) -> str:
    """How PostgreSQL's own programs are told of the database; they ask for the password."""
    url = store.url
    return URL.create("postgresql", url.username, None, url.host, url.port, url.database, url.query).render_as_string()


def _beside(path: Path) -> Path:
    """A name for something unfinished, where renaming it is one step."""
    return path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
