"""Copies of a SQLite database: taken while others work on it, looked through, and put in its place again.

Whole files only; what a copy means for the desk is in bot.desk.restoring.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path

from bot.core.errors import Busy, Invalid
from db.migrate import HEAD, is_newer
from db.store import Store

_TABLES = {"alembic_version", "reviews", "decisions", "events", "outbox"}
_BESIDE = ("-wal", "-shm", "-journal")
_PATIENCE = 2.0


def file_of(store: Store) -> Path:
    """The file that a store is. Raises Invalid('database_no_file') for one that is none, there or not."""
    name = store.url.database if store.sqlite else None
    if not name or name == ":memory:" or name.startswith("file:"):
        raise Invalid("database_no_file", url=store.url.render_as_string())
    return Path(name).expanduser().resolve()


def copy(source: Path, target: Path, *, live: bool) -> str:
    """A copy of everything committed at this moment, in one file; writers are not kept waiting. Its migration level.

    What is not `live` is only read: somebody's backup stays as it is.
    Raises Invalid('backup_broken') or Invalid('not_handoff') when there is something wrong with the source, and then
    leaves nothing behind; Busy when it cannot be read or the copy written.
    """
    try:
        # Who may read it is whoever makes it: it holds everything that people wrote.
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        with (
            _told(source),
            closing(_open(source, "rw" if live else "ro")) as there,
            closing(_open(target, "rw")) as here,
        ):
            # In one step: a copy in several would begin anew with every write of somebody else.
            there.backup(here, pages=-1)
            here.execute("PRAGMA journal_mode=DELETE")
            found = _examine(here, source)
        _flush(target)
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    return found


def _open(path: Path, mode: str) -> sqlite3.Connection:
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    return sqlite3.connect(uri, uri=True, timeout=_PATIENCE, isolation_level=None)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        said = str(error)
        if "is full" in said:
            raise Busy("disk_full") from error
        if "locked" in said:
            raise Busy("in_use", path=str(path)) from error
        raise Busy("unreachable", detail=said, url=str(path)) from error
    except sqlite3.DatabaseError as error:
        raise Invalid("backup_broken", path=str(path), detail=str(error)) from error


def _examine(connection: sqlite3.Connection, path: Path) -> str:
    """The migration level of a sound database of ours. Raises Invalid."""
    names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not names >= _TABLES:
        raise Invalid("not_handoff", path=str(path))
    said = [line for (line,) in connection.execute("PRAGMA integrity_check(3)")]
    if said != ["ok"]:
        raise Invalid("backup_broken", path=str(path), detail="; ".join(said))
    level = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    if level is None:
        raise Invalid("not_handoff", path=str(path))
    if is_newer(level[0]):
        raise Invalid("database_newer", level=level[0], known=HEAD, url=str(path))
    return str(level[0])


def whole(path: Path) -> None:
    """Take what waits in a copy's log into it: it is one file again, and on the disk."""
    with _told(path), closing(_open(path, "rw")) as made:
        made.execute("PRAGMA journal_mode=DELETE")
    _flush(path)


def put(made: Path, target: Path) -> None:
    """Give a finished copy its name, durably: there is the old file or the new one, and never half of one."""
    made.replace(target)
    _flush_folder(target.parent)


def replace(made: Path, target: Path, now: datetime) -> Path | None:
    """Put a finished copy in a database's place; where the old one is kept, None when there was none.

    At every instant there is one of the two under the name. Raises Busy('in_use') when somebody is at work on the old
    one: they would go on writing into what nobody reads.
    """
    aside = None
    if target.exists():
        _quiet(target)
        aside = target.with_name(f"{target.name}.before-restore-{now:%Y%m%dT%H%M%SZ}")
        _again(target, aside)
        _like(target, made)
    for left in _BESIDE:
        # A log of the old one, replayed into the new one, would ruin it.
        with suppress(FileNotFoundError):
            _beside(target, left).replace(_beside(aside, left) if aside else _beside(made, left))
    put(made, target)
    return aside


def _quiet(path: Path) -> None:
    """Have the file for oneself alone, and take what waits in its log into it; a broken one stays as it is."""
    with path.open("rb") as file:
        if file.read(16) != b"SQLite format 3\x00":
            return
    with suppress(Invalid), _told(path), closing(_open(path, "rw")) as old:
        (mode,) = old.execute("PRAGMA journal_mode=DELETE").fetchone()
        if mode != "delete":
            raise Busy("in_use", path=str(path))


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)


def _again(path: Path, name: Path) -> None:
    """The same file under a second name; a copy where the file system knows no such thing."""
    try:
        os.link(path, name)
    except FileExistsError:
        raise
    except OSError:
        shutil.copy2(path, name)


def _like(old: Path, new: Path) -> None:
    """Whoever could use the old one can use the new one: a restore is often typed by somebody else than the bot."""
    shutil.copymode(old, new)
    if hasattr(os, "chown"):
        with suppress(PermissionError):
            os.chown(new, old.stat().st_uid, old.stat().st_gid)


def _flush(path: Path) -> None:
    """To the disk itself."""
    number = os.open(path, os.O_RDWR)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _flush_folder(path: Path) -> None:
    """The names in it, too; some systems open no folder, and see to it by themselves."""
    with suppress(PermissionError):
        number = os.open(path, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)
