"""How log lines look: one line each, on standard error, JSON for machines, with ids and never what somebody wrote.

No token, no message and no form may stand in a line. What an exception says is therefore told only where its kind
cannot quote anybody (a full disk, a refused connection); of all others the kind and the place are told.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import PurePath
from types import MappingProxyType
from typing import Any, Literal, TextIO

Style = Literal["json", "text"]
Line = dict[str, Any]

#: Ours speak from the level that was asked for; all others, which log payloads or every job, from WARNING on.
_OURS = ("bot", "db", "scoring")
#: Kinds whose text is the machine's own: a path, an address, what the database says of itself.
_FRANK = frozenset({"OSError", "OperationalError"})
_FRAMES = 20
_PARTS = 3
"""Of a file's path: enough to find it, and nothing of the machine it stands on."""

#: What the line at hand is about: review, errand, action.
_ABOUT: ContextVar[Mapping[str, str]] = ContextVar("about", default=MappingProxyType({}))


@contextmanager
def about(**ids: str | None) -> Iterator[None]:
    """Lines in here, on every thread that the work goes through, carry these ids beside those of outside."""
    token = _ABOUT.set({**_ABOUT.get(), **{name: said for name, said in ids.items() if said}})
    try:
        yield
    finally:
        _ABOUT.reset(token)


def configure(level: str, style: Style | None = None, stream: TextIO | None = None) -> None:
    """Whatever is logged from now on; without a style a terminal gets text and everything else JSON."""
    stream = stream or sys.stderr
    text = style == "text" or (style is None and stream.isatty())
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_Lines(_as_text if text else _as_json))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in _OURS:
        logging.getLogger(name).setLevel(level.upper())


def unheard(_loop: asyncio.AbstractEventLoop, context: Mapping[str, Any]) -> None:
    """A loop's exception handler: its own would print what failed with everything in it."""
    logging.getLogger(__name__).error("the event loop: %s", context.get("message"), exc_info=context.get("exception"))


class _Lines(logging.Formatter):
    """Of a record what may be told, as `write` has it. Ours, because structlog is a twentieth of the start."""

    def __init__(self, write: Callable[[Line], str]) -> None:
        super().__init__()
        self._write = write

    def format(self, record: logging.LogRecord) -> str:
        line: Line = {
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat().replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
            **_ABOUT.get(),
        }
        if record.exc_info and record.exc_info[1] is not None:
            line["exception"] = _told(record.exc_info[1])
        return self._write(line)


def _told(error: BaseException) -> list[dict[str, Any]]:
    """The chain, the outermost first; `said` only where its kind cannot quote anybody."""
    chain: list[dict[str, Any]] = []
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        frames = traceback.extract_tb(current.__traceback__)[-_FRAMES:]
        one: dict[str, Any] = {"kind": type(current).__qualname__, "at": [_place(frame) for frame in frames]}
        if said := _said(current):
            one["said"] = said
        chain.append(one)
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return chain


def _said(error: BaseException) -> str | None:
    reason = getattr(error, "reason", None)
    if isinstance(getattr(error, "code", None), str) and isinstance(reason, str):
        return reason  # one of ours: a code, never its parameters
    if not _FRANK & {kind.__name__ for kind in type(error).__mro__}:
        return None
    return str(getattr(error, "orig", None) or error).partition("\n")[0] or None


def _place(frame: traceback.FrameSummary) -> str:
    file = "/".join(PurePath(frame.filename).parts[-_PARTS:])
    return f"{file}:{frame.lineno} {frame.name}"


def _as_json(line: Line) -> str:
    return json.dumps(line, ensure_ascii=False, default=str)


def _as_text(line: Line) -> str:
    chain = line.pop("exception", ())
    head = [line.pop(name, "") for name in ("timestamp", "level", "logger", "event")]
    said = f"{head[0][:19]}Z {head[1].upper():7} {head[2]}: {head[3]}"
    for name, value in line.items():
        said += f" {name}={value}"
    for number, one in enumerate(chain):
        said += f"\n  {'caused by ' if number else ''}{one['kind']}" + (f": {one['said']}" if "said" in one else "")
        said += "".join(f"\n    {place}" for place in one["at"])
    return said
