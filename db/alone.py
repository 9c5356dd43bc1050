"""One bot per SQLite file: an advisory lock beside the database, which the system lets go of when the process ends."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from bot.core.errors import Busy
from db.store import Store

log = logging.getLogger(__name__)

_FAR = 1 << 30
"""The byte that Windows locks: beyond what is written, so that everybody can read who has it."""


@contextmanager
def alone(store: Store) -> Iterator[None]:
    """Be the only one who works on this SQLite file; other commands may run beside. On PostgreSQL several may work.

    Raises Busy('already_running') naming the file and the other process. Where a file system knows no locks, it is
    said and nobody is kept out.
    """
    path = _path(store)
    if path is None:
        yield
        return
    # Never deleted: whoever waits for the old file and whoever makes a new one would both be alone.
    with path.open("a+b") as file:
        try:
            _lock(file)
        except BlockingIOError:
            raise Busy("already_running", path=str(path).removesuffix(".lock"), process=_owner(path)) from None
        except OSError as error:
            log.warning("%s cannot be locked (%s): see to it that only one Handoff works on it", path, error.strerror)
        file.truncate(0)
        file.write(b"%d" % os.getpid())
        file.flush()
        yield


def _path(store: Store) -> Path | None:
    name = store.url.database if store.sqlite else None
    if not name or name == ":memory:" or name.startswith("file:"):
        return None
    found = Path(name).expanduser().resolve()
    return found.with_name(found.name + ".lock")


def _owner(path: Path) -> str:
    with suppress(OSError):
        return path.read_text(encoding="ascii", errors="replace").strip() or "?"
    return "?"


if sys.platform == "win32":
    import msvcrt

    def _lock(file: IO[bytes]) -> None:
        file.seek(_FAR)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except PermissionError as error:
            raise BlockingIOError from error

else:
    import fcntl

    def _lock(file: IO[bytes]) -> None:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
