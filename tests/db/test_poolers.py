"""A pooler before PostgreSQL that lets everybody in while there is no database behind it: nobody waits for ever."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from threading import Thread

import pytest

from bot.core.errors import Busy
from bot.desk import members
from bot.desk.desk import Desk
from db import postgres
from db.store import Store
from tests.database import PostgresDatabase
from tests.desk.world import Clock, norms

pytestmark = [pytest.mark.postgres, pytest.mark.parametrize("kind", ["postgres"])]


def _said(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("!i", 4 + len(body)) + body


#: Authentication is fine, the parameters that a driver asks for, ready.
_LOGGED_IN = (
    _said(b"R", bytes(4))
    + _said(b"S", b"server_version\x0018.0\x00")
    + _said(b"S", b"client_encoding\x00UTF8\x00")
    + _said(b"Z", b"I")
)


class Pooler:
    """As PgBouncer in session mode: with nothing behind it, a connection ends at its first statement."""

    def __init__(self, behind: str) -> None:
        self._behind: str | None = behind
        self._server = behind
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self.let_in = 0
        self._threads = [Thread(target=self._serve, daemon=True)]
        self._threads[0].start()

    def url(self, database: str) -> str:
        port = self._listening.getsockname()[1]
        return f"postgresql+psycopg://postgres@127.0.0.1:{port}/{database}?sslmode=disable&gssencmode=disable"

    def lose(self) -> None:
        """What is behind it goes, and all connections with it."""
        self._behind = None
        self._cut()

    def find(self) -> None:
        self._behind = self._server

    def close(self) -> None:
        # Closing it alone would leave its thread waiting.
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._cut()
        for thread in self._threads:
            thread.join(5)

    def _cut(self) -> None:
        while self._open:
            with suppress(OSError):
                self._open.pop().shutdown(socket.SHUT_RDWR)

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            self._start(self._meet, client)

    def _start(self, work: object, *sockets: socket.socket) -> None:
        thread = Thread(target=work, args=sockets, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _meet(self, client: socket.socket) -> None:
        self._open.append(client)
        if self._behind is None:
            with client, suppress(OSError):
                client.recv(4096)
                client.sendall(_LOGGED_IN)
                self.let_in += 1
                client.recv(4096)
            return
        server = socket.socket(socket.AF_UNIX)
        server.connect(f"{self._behind}/.s.PGSQL.5432")
        self._open.append(server)
        self._start(self._pass_on, server, client)
        self._pass_on(client, server)

    @staticmethod
    def _pass_on(source: socket.socket, to: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                to.sendall(data)
        for each in (source, to):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()


@pytest.fixture
def pooled(database: PostgresDatabase) -> Iterator[tuple[Pooler, Desk]]:
    with ExitStack() as stack:
        pooler = Pooler(str(database.server.folder))
        desk = Desk(Store(pooler.url(database.name)), Clock(), norms())
        stack.callback(desk.close)
        stack.callback(pooler.close)  # first: then nothing of the desk can go on waiting for it
        yield pooler, desk


async def told(desk: Desk, name: str) -> str:
    try:
        await desk.run(members.trust, name)
    except Busy as busy:
        return str(busy.reason)
    return "done"


async def test_a_pooler_with_nothing_behind_it_is_a_refusal_and_no_endless_attempt(
    pooled: tuple[Pooler, Desk],
) -> None:
    pooler, desk = pooled
    assert await asyncio.gather(*(told(desk, f"before {n}") for n in range(8))) == ["done"] * 8
    pooler.lose()
    async with asyncio.timeout(2.8):
        assert await asyncio.gather(*(told(desk, f"during {n}") for n in range(20))) == ["unreachable"] * 20
    # Two each, 39 in all; and one more where another forgets the pool just then: SQLAlchemy connects such a one anew.
    assert 0 < pooler.let_in <= 60, "each tried a new connection, and then said so"
    pooler.find()
    assert await told(desk, "after") == "done", "and no restart of ours"


def test_a_host_that_is_gone_is_given_up_before_slack_gives_up_the_click(kind: str) -> None:
    """A pooled connection is found dead and a new one is not to be had: both together."""
    assert kind == "postgres"
    noticed, connecting = postgres._CONNECT["tcp_user_timeout"], postgres._CONNECT["connect_timeout"]
    assert isinstance(noticed, int)
    assert isinstance(connecting, int)
    assert noticed / 1000 + connecting < 3
