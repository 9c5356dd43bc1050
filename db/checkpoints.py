"""SQLite's log is worked into the file beside the writer, who would otherwise stand still for it."""

from __future__ import annotations

import logging
import sqlite3
from threading import Event, Thread

log = logging.getLogger(__name__)

_PAUSE = 0.1
"""Seconds between two times at least: what is written over and over is then worked in once."""


class Checkpoints:
    """A thread with a connection of its own. A passive checkpoint waits for nobody and keeps nobody waiting.

    The writer's own, at 32 MB of log (see store.py), stays as what catches a thread that cannot keep up.
    """

    def __init__(self, file: str) -> None:
        self._file = file
        self._wanted = Event()
        self._over = Event()
        self._thread = Thread(target=self._serve, name="checkpoints", daemon=True)
        self._thread.start()

    def written(self) -> None:
        """Something has been committed."""
        self._wanted.set()

    def close(self) -> None:
        self._over.set()
        self._wanted.set()
        self._thread.join()

    def _serve(self) -> None:
        connection = sqlite3.connect(self._file, timeout=0, isolation_level=None)
        try:
            while not self._over.is_set():
                self._wanted.wait()
                self._wanted.clear()
                try:
                    connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
                except sqlite3.Error as error:
                    log.info("the log was not worked in: %s", type(error).__name__)
                self._over.wait(_PAUSE)
        finally:
            connection.close()
