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
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import PurePath
from types import MappingProxyType
from typing import Any, Literal, TextIO

Style = Literal["json", "text"]
Line = MutableMapping[str, Any]

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
    import structlog  # a thirtieth of a second, which only what logs pays

    stream = stream or sys.stderr
    text = style == "text" or (style is None and stream.isatty())
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                structlog.stdlib.add_log_level,
                structlog.stdlib.add_logger_name,
            ],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _bound,
                _exception,
                _as_text if text else _as_json,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in _OURS:
        logging.getLogger(name).setLevel(level.upper())


def unheard(_loop: asyncio.AbstractEventLoop, context: Mapping[str, Any]) -> None:
    """A loop's exception handler: its own would print what failed with everything in it."""
    logging.getLogger(__name__).error("the event loop: %s", context.get("message"), exc_info=context.get("exception"))


def _bound(_logger: Any, _name: str, line: Line) -> Line:
    return {**line, **_ABOUT.get()}


def _exception(_logger: Any, _name: str, line: Line) -> Line:
    """The exception as data: kind, place, and what caused it."""
    found = line.pop("exc_info", None)
    line.pop("stack_info", None)
    error = found[1] if isinstance(found, tuple) else found
    if isinstance(error, BaseException):
        line["exception"] = _told(error)
    return line


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


def _as_json(_logger: Any, _name: str, line: Line) -> str:
    ordered = {name: line.pop(name, None) for name in ("timestamp", "level", "logger", "event")}
    return json.dumps(ordered | dict(line), ensure_ascii=False, default=str)


def _as_text(_logger: Any, _name: str, line: Line) -> str:
    chain = line.pop("exception", ())
    head = [line.pop(name, "") for name in ("timestamp", "level", "logger", "event")]
    said = f"{head[0][:19]}Z {head[1].upper():7} {head[2]}: {head[3]}"
    for name, value in line.items():
        said += f" {name}={value}"
    for number, one in enumerate(chain):
        said += f"\n  {'caused by ' if number else ''}{one['kind']}" + (f": {one['said']}" if "said" in one else "")
        said += "".join(f"\n    {place}" for place in one["at"])
    return said
