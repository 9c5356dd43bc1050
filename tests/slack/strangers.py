"""What answers in Slack's place when something on the way fails: a proxy's words, half an answer, somebody else's."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

Answer = Callable[[], web.Response]


def plain(status: int = 503, **headers: str) -> web.Response:
    more = {name.replace("_", "-"): value for name, value in headers.items()}
    return web.Response(status=status, text="upstream connect error or disconnect/reset before headers", headers=more)


def torn(status: int = 200) -> web.Response:
    return web.Response(status=status, text='{"ok": true, "chan', content_type="application/json")


def json(text: str, status: int = 200) -> web.Response:
    return web.Response(status=status, text=text, content_type="application/json")


#: By name: each is what slack_sdk stumbles over in a way of its own.
STRANGERS: dict[str, Answer] = {
    "503 in words": plain,
    "200 in words": lambda: plain(200),
    "half an answer": torn,
    "half an answer, 502": lambda: torn(502),
    "a list": lambda: json('["nobody here"]'),
    "a list, 503": lambda: json('["nobody here"]', 503),
    "a number": lambda: json("7"),
    "an empty list": lambda: json("[]"),
    "an object of another's": lambda: json('{"error": {"code": 14}}', 503),
    "no text": lambda: web.Response(body=b"\xff\xfe", content_type="application/json", charset="utf-8"),
    "no charset": lambda: web.Response(body=b"x", headers={"Content-Type": "text/plain; charset=none"}),
    "packed": lambda: web.Response(body=b"\x1f\x8b", content_type="application/gzip"),
    "a page": lambda: web.Response(status=502, text="<html>Bad Gateway</html>", content_type="text/html"),
}
