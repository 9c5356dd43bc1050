"""A source of numbers on a real port, which answers as it is told: well, late, with rubbish, not at all."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from bot.upstream import Config, read_config

SECRET = "hush-4711"
GOOD = {
    "profile": {"followers": 91_000, "er": 0.05, "credibility": "88%", "growth": {"d14": 0.03}, "likes": 4000},
    "measured": "2026-11-22",
}
FIELDS = {
    "followers": "profile.followers", "engagement_rate": "profile.er", "credibility": "profile.credibility",
    "growth_14d": "profile.growth.d14", "measured_on": "measured",
}  # fmt: skip


class Liar(ThreadingHTTPServer):
    """`says` answers each request: a JSON value, bytes, or a function of the handler that answers by itself."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.says: Any = GOOD
        self.status = 200
        self.headers: dict[str, str] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.busy = self.busiest = 0
        self.lock = threading.Lock()

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def toml(self, url: str = "/v1/{platform}/{handle}?market={market}", limits: str = "", more: str = "") -> str:
        fields = "\n".join(f'{name} = "{path}"' for name, path in FIELDS.items())
        return (
            f'name = "Metrica"\nurl = "{self.base}{url}"\n{more}\n[auth]\nheader = "X-Key"\nvalue = "Key {{token}}"\n'
            f"[limits]\n{limits}\n[fields]\n{fields}\n"
        )

    def config(self, folder: Path, **how: str) -> Config:
        return read_config(self.file(folder, **how), SecretStr(SECRET))

    def file(self, folder: Path, **how: str) -> Path:
        file = folder / "source.toml"
        file.write_text(self.toml(**how), encoding="utf-8")
        return file


class _Handler(BaseHTTPRequestHandler):
    server: Liar

    def do_GET(self) -> None:
        with self.server.lock:
            self.server.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
            self.server.busy += 1
            self.server.busiest = max(self.server.busiest, self.server.busy)
        try:
            said = self.server.says
            if callable(said):
                said(self)
            else:
                self.answer(said if isinstance(said, bytes) else json.dumps(said).encode())
        except (BrokenPipeError, ConnectionResetError):
            pass  # whoever asked has gone
        finally:
            with self.server.lock:
                self.server.busy -= 1

    def answer(self, body: bytes, status: int | None = None, **headers: str) -> None:
        self.send_response(status or self.server.status)
        for name, value in {"content-length": str(len(body)), **self.server.headers, **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def lying() -> Iterator[Liar]:
    server = Liar()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def after(seconds: float, says: Any = GOOD) -> Callable[[Any], None]:
    """Answers, but late."""

    def late(handler: Any) -> None:
        time.sleep(seconds)
        handler.answer(json.dumps(says).encode())

    return late


def to(location: str) -> Callable[[Any], None]:
    return lambda handler: handler.answer(b"", 302, location=location)


def in_turn(*answers: Any) -> Callable[[Any], None]:
    """One answer after the other, the last one from then on: a status, or a value."""
    left = list(answers)

    def turn(handler: Any) -> None:
        said = left.pop(0) if len(left) > 1 else left[0]
        handler.answer(b"", said) if isinstance(said, int) else handler.answer(json.dumps(said).encode())

    return turn
