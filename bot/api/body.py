"""The body of a request: of a known kind, of bounded size, in bounded time, or refused in a word."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping

from starlette.types import Receive

FORM, JSON = "application/x-www-form-urlencoded", "application/json"


class Refused(Exception):
    """A request that is not answered by the bot: its HTTP status and, in a word, why."""

    def __init__(self, status: int, why: str, **params: object) -> None:
        super().__init__(why)
        self.status = status
        self.why = why
        self.params = params


def kind_of(headers: Mapping[bytes, bytes]) -> str:
    return headers.get(b"content-type", b"").partition(b";")[0].strip().lower().decode("ascii", "replace")


async def read_body(
    headers: Mapping[bytes, bytes], receive: Receive, *, kinds: Collection[str], most: int, seconds: float
) -> bytes:
    """All of it, `most` bytes within `seconds`. Raises Refused (415, 413, 408)."""
    if kind_of(headers) not in kinds:
        raise Refused(415, "unsupported_type")
    length = headers.get(b"content-length", b"0")
    if not length.isdigit() or int(length) > most:
        raise Refused(413, "too_large", limit=most)
    whole, more = bytearray(), True
    try:
        # From the first byte on: headers alone hold a place just as well.
        async with asyncio.timeout(seconds):
            while more:
                event = await receive()
                whole += event.get("body", b"")
                more = bool(event.get("more_body"))
                if len(whole) > most:
                    raise Refused(413, "too_large", limit=most)
    except TimeoutError:
        raise Refused(408, "too_slow") from None
    return bytes(whole)
