"""In front of Bolt: what Slack brings twice, or somebody plays back, is one deed with as many answers."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

_MOST = 2_000
"""Answers that are kept: at a hundred clicks a second, those of the last 20 s."""
_MOST_CHARACTERS = 4_000_000
"""All of them together: an answer that carries a form may have 250 KB."""


class Once:
    """One per process. Several processes have the database for this: the same answer by the same person is one."""

    def __init__(self, app: AsyncApp, *, most: int = _MOST, most_characters: int = _MOST_CHARACTERS) -> None:
        self._app = app
        self._most, self._most_characters = most, most_characters
        self._known: OrderedDict[str, asyncio.Future[BoltResponse | None]] = OrderedDict()
        self._characters = 0

    async def dispatch(self, request: AsyncBoltRequest, envelope: str | None = None) -> BoltResponse:
        """Bolt's answer; the one that was given before, or is about to be, to what has been here before.

        Known again are clicks and forms by what Slack numbers in them, all else by its envelope. What failed is
        forgotten: the next delivery is a new chance.
        """
        name = _interaction(request.body) or envelope
        if name is None:
            return await self._app.async_dispatch(request)
        known = self._known.get(name)
        if known is not None:
            said = await asyncio.shield(known)
            return said if said is not None else BoltResponse(status=500, body="")
        outcome = self._known[name] = asyncio.get_running_loop().create_future()
        good: BoltResponse | None = None
        try:
            said = await self._app.async_dispatch(request)
            good = said if said.status == 200 else None
        finally:
            outcome.set_result(good)
            if good is None:
                del self._known[name]
            else:
                self._keep(good)
        return said

    def _keep(self, said: BoltResponse) -> None:
        """Make room by forgetting the oldest answers; what is still being worked out stays."""
        self._characters += _size(said)
        for name, size in list(self._surplus()):
            self._characters -= size
            del self._known[name]

    def _surplus(self) -> Iterator[tuple[str, int]]:
        answers, characters = len(self._known) - self._most, self._characters - self._most_characters
        for name, outcome in self._known.items():
            if answers <= 0 and characters <= 0:
                return
            if outcome.done():
                size = _size(outcome.result())
                answers, characters = answers - 1, characters - size
                yield name, size


def _size(said: BoltResponse | None) -> int:
    return len(said.body or "") if said is not None else 0


def _interaction(body: Mapping[str, Any]) -> str | None:
    """What tells one tap or one sent form from every other: who, Slack's trigger, the moment, what was tapped on."""
    trigger = body.get("trigger_id")
    if not trigger or body.get("type") not in ("block_actions", "view_submission"):
        return None
    user, view, actions = body.get("user"), body.get("view"), body.get("actions")
    said = [str(trigger)]
    if isinstance(user, Mapping):
        said.append(str(user.get("id")))
    if isinstance(view, Mapping):
        said += (str(view.get("id")), str(view.get("hash")))
    for action in actions if isinstance(actions, list) else ():
        if isinstance(action, Mapping):
            said += (str(action.get("action_id")), str(action.get("action_ts")), str(action.get("value")))
    return " ".join(said)
