"""The embedded PostgreSQL keeps its promises: fresh databases, a restart that loses nothing, and no orphan ever."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from db import migrate
from db.store import Store
from tests import postgres as embedded

pytestmark = pytest.mark.postgres

_STARTS_ONE = """
import sys
from tests import postgres
print(postgres.shared().folder, flush=True)
sys.stdin.read()
"""


def test_a_fresh_database_is_at_the_level_of_this_code(pg_url: str) -> None:
    store = Store(pg_url)
    assert migrate.level(store) == migrate.HEAD
    with store.reading() as unit:
        assert unit.execute(sa.text("SELECT COUNT(*) FROM reviews")).scalar_one() == 0
    store.close()


def test_a_restart_keeps_the_data_at_the_same_address() -> None:
    with embedded.server() as server:
        with server.connect() as connection:
            connection.execute("CREATE TABLE t AS SELECT 7 AS n")
        for how in ("fast", "immediate"):
            server.stop(how)
            with pytest.raises(psycopg.OperationalError):
                server.connect()
            server.start()
            with server.connect() as connection:
                assert connection.execute("SELECT n FROM t").fetchall() == [(7,)]
    assert not server.folder.exists()


@pytest.mark.parametrize("number", ["KILL", "TERM", "INT"])
def test_no_server_outlives_whoever_started_it(number: str) -> None:
    starter = subprocess.Popen(
        [sys.executable, "-c", _STARTS_ONE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        text=True, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert starter.stdout is not None
    folder = Path(starter.stdout.readline().strip())
    server = int((folder / "data" / "postmaster.pid").read_text(encoding="utf-8").partition("\n")[0])
    assert Path(f"/proc/{server}").exists() or sys.platform != "linux"
    subprocess.run(["kill", "-s", number, str(starter.pid)], check=True)
    starter.communicate()
    until = time.monotonic() + 20
    while folder.exists() and time.monotonic() < until:
        time.sleep(0.02)
    assert not folder.exists()
    assert not Path(f"/proc/{server}").exists()
