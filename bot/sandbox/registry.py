"""How a Web API method is declared: its scope, its arguments, and what it does to the workspace."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .model import Channel, Json, SlackError
from .workspace import Workspace

Handler = Callable[[Workspace, Json], Json]


@dataclass(frozen=True)
class Method:
    """One Web API method; arguments ending in `!` are required."""

    run: Handler
    scope: str = ""
    arguments: str = ""

    @property
    def known(self) -> set[str]:
        return {a.rstrip("!") for a in self.arguments.split()} | {"team_id"}  # Bolt adds team_id to everything

    @property
    def required(self) -> set[str]:
        return {a[:-1] for a in self.arguments.split() if a.endswith("!")}


METHODS: dict[str, Method] = {}


def method(name: str, scope: str = "", arguments: str = "") -> Callable[[Handler], Handler]:
    def register(run: Handler) -> Handler:
        METHODS[name] = Method(run, scope, arguments)
        return run

    return register


def need(ws: Workspace, scope: str) -> None:
    if scope and scope not in ws.scopes:
        raise SlackError("missing_scope", needed=scope, provided=",".join(sorted(ws.scopes)))


def known_channel(ws: Workspace, args: Json) -> Channel:
    """A channel that the app can know of: a private one only from inside."""
    found = ws.channels.get(str(args["channel"]))
    if found is None or (found.kind != "public_channel" and ws.bot_user_id not in found.members):
        raise SlackError("channel_not_found")
    return found


def flag(args: Json, name: str) -> bool:
    return args.get(name) in (True, 1, "1", "true")
