"""One interaction: who did it, what it carries, the one desk verb, the ack, and what follows after the ack."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Concatenate, ParamSpec, TypeVar

from bot.cards import ids
from bot.cards.blocks import Block
from bot.core.errors import NotFound
from bot.desk.desk import Desk
from bot.i18n.catalog import voice_of
from bot.slack.access import Body, Visitor
from bot.slack.edge import Edge
from bot.slack.spawn import Work

P = ParamSpec("P")
T = TypeVar("T")


@dataclass
class Click:
    """A tap, a submitted or closed form, a command or an event. Values in it are tampered with until proven ours."""

    edge: Edge
    body: Body
    bolt_ack: Any
    who: Visitor = field(default_factory=lambda: Visitor("", None, voice_of(None)))
    committed: bool = False
    acked: bool = False
    _after: list[tuple[str, Work]] = field(default_factory=list)

    # What it carries

    @property
    def now(self) -> datetime:
        return self.edge.desk.clock()

    @property
    def kind(self) -> str:
        """Slack's type, 'command' or 'event'."""
        if "command" in self.body:
            return "command"
        return "event" if "event" in self.body else str(self.body.get("type", ""))

    @property
    def action(self) -> Mapping[str, Any]:
        actions = self.body.get("actions")
        return actions[0] if isinstance(actions, list) and actions and isinstance(actions[0], Mapping) else {}

    @property
    def view(self) -> Mapping[str, Any]:
        view = self.body.get("view")
        return view if isinstance(view, Mapping) else {}

    @property
    def moment(self) -> str:
        """When they tapped, as Slack says it; empty for a form."""
        return str(self.action.get("action_ts") or "")

    @property
    def response_url(self) -> str:
        return str(self.body.get("response_url") or "")

    @property
    def value(self) -> str:
        """The button's value, or the chosen one of an overflow."""
        chosen = self.action.get("selected_option")
        carrier = chosen if isinstance(chosen, Mapping) else self.action
        return str(carrier.get("value") or "")

    def review(self) -> str:
        """The review that was tapped on. Raises NotFound for a value that is not ours."""
        return self.seen()[0]

    def seen(self) -> tuple[str, int | None]:
        """The same with the version that was on the screen. Raises NotFound for a value that is not ours."""
        try:
            if self.action.get("type") == "overflow" or self.action.get("action_id") == ids.PASS_TO:
                return ids.parse_choice(self.value)[1:]
            return ids.parse_value(self.value)
        except ValueError as rubbish:
            raise NotFound("review") from rubbish

    def meta(self) -> ids.Meta:
        """What the form remembers. Raises NotFound for one that is not ours."""
        try:
            return ids.unpack(self.view)
        except ValueError as rubbish:
            raise NotFound("review") from rubbish

    def recalled(self) -> dict[str, Any]:
        """What `remembering` put into the view, {} for a view without it."""
        try:
            read = json.loads(str(self.view.get("private_metadata") or ""))
        except ValueError:
            return {}
        return read if isinstance(read, dict) else {}

    # What it does

    async def run(self, verb: Callable[Concatenate[Desk, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The one verb that changes something; nothing may raise between it and the ack."""
        done = await self.edge.desk.run(verb, *args, **kwargs)
        self.committed = True
        self.edge.wake()
        return done

    async def read(self, verb: Callable[Concatenate[Desk, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await self.edge.desk.read(verb, *args, **kwargs)

    async def ack(self, **answer: Any) -> None:
        await self.bolt_ack(**answer)
        self.acked = True

    def after(self, what: str, work: Work) -> None:
        """Do this once the ack is settled."""
        self._after.append((what, work))

    def settle(self) -> None:
        """The ack is given: begin what waited for it."""
        for what, work in self._after:
            self.edge.spawn.start(what, work)
        self._after.clear()

    # What the person sees next

    async def show(self, view: Block) -> str:
        """Open a view where they tapped: on top of a modal, else as a new one; its id."""
        trigger, screens = str(self.body.get("trigger_id") or ""), self.edge.screens
        if self.view.get("type") == "modal":
            return await screens.push(trigger, self.behind(view))
        return await screens.open(trigger, view)

    def behind(self, view: Block) -> Block:
        """The view, remembering which one stands behind it, so that it can be brought up to date afterwards."""
        known = self.view.get("callback_id")
        if known in (ids.OPEN_VIEW, ids.DETAILS_VIEW):
            return remembering(view, back=str(known))
        if known in (ids.DIGEST_VIEW, ids.WALK_VIEW):
            return remembering(view, back=str(known), page=str(self.view.get("private_metadata") or ""))
        return view


def picked(choice: str) -> Callable[..., Awaitable[bool]]:
    """A Bolt matcher: this choice of an overflow."""

    async def matches(action: Mapping[str, Any]) -> bool:
        chosen = action.get("selected_option")
        value = chosen.get("value") if isinstance(chosen, Mapping) else None
        return isinstance(value, str) and value.partition(":")[0] == choice

    return matches


def remembering(view: Block, **more: str) -> Block:
    """The view with more in its private_metadata, beside what ids.pack wrote."""
    text = str(view.get("private_metadata") or "")
    if text.startswith("{"):
        kept: dict[str, Any] = json.loads(text)
    elif text:
        review_id, version = ids.parse_value(text)
        kept = {"r": review_id, "v": version}
    else:
        kept = {}
    return {**view, "private_metadata": json.dumps(kept | more, separators=(",", ":"), ensure_ascii=False)}
