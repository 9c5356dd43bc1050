"""The people, channels and campaigns of the faults' campaigns, with windows of seconds where others have days."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import count
from random import Random
from typing import Any

from bot.core.errors import Busy
from bot.core.types import Campaign, Member, OnDeadline, Role
from bot.desk import members
from bot.desk.desk import Desk
from bot.desk.intake import take_in
from bot.sandbox.workspace import Workspace
from scoring.types import Verdict
from tests.desk.world import row, sheet

EXPERTS = tuple(f"U0EXPERT{n:02d}" for n in range(1, 9))
MAYA, ZOE = "U0MAYA0001", "U0ZOE00001"
QUICK, STERN, CALM, GRAVE = "C0QUICK001", "C0STERN001", "C0CALM0001", "C0GRAVE001"
CHANNELS = (QUICK, STERN, CALM, GRAVE)

_QUICK = Campaign("quick", "Quick", ("BR",), QUICK, MAYA, categories=("beauty",), window=timedelta(seconds=6))
CAMPAIGNS = (
    _QUICK,
    replace(_QUICK, key="stern", name="Stern", channel=STERN, on_deadline=OnDeadline.DECLINE),
    replace(_QUICK, key="grave", name="Grave", channel=GRAVE, on_deadline=OnDeadline.HOLD),
    replace(_QUICK, key="calm", name="Calm", channel=CALM, window=timedelta(hours=48)),
)

#: Settings of the bot in this town: short windows, many open cards.
SETTINGS = {
    "HANDOFF_UNDO_MINUTES": "0.02",
    "HANDOFF_HOLD_HOURS": "0.0006",
    "HANDOFF_OPEN_PER_EXPERT": "15",
    "HANDOFF_HEALTH": "",
}


def furnish(workspace: Workspace) -> None:
    for user in (*EXPERTS, MAYA, ZOE):
        workspace.add_user(user, user.lower(), user.title(), tz="America/Sao_Paulo")
    for channel in CHANNELS:
        workspace.add_channel(channel, channel.lower(), [*EXPERTS, MAYA, ZOE])


def hire(desk: Desk, team: str) -> None:
    for user in EXPERTS:
        members.add(desk, user, Role.EXPERT, "BR", user.title())
    members.add(desk, MAYA, Role.MARKETER, None, "Maya")
    members.add(desk, ZOE, Role.LEAD, None, "Zoe")
    for user in (*EXPERTS, MAYA, ZOE):
        # Known already: the bot has better things to do in these seconds than to ask who they are.
        members.remember(desk, Member(user, user.title(), tz="America/Sao_Paulo", locale="en-US", team=team))
    for campaign in CAMPAIGNS:
        members.add_campaign(desk, campaign)


class Feeder:
    """Brings new candidates, as `handoff import` beside a running bot does."""

    def __init__(self, desk: Desk, rng: Random) -> None:
        self._desk, self._rng = desk, rng
        self._numbers = count(1)
        self.refused = 0

    def feed(self, rows: int, campaign: str | None = None) -> None:
        """One small list, half of them into the calm campaign; a database that is busy is no reason to stop."""
        key = campaign or self._rng.choice((*CAMPAIGNS, CAMPAIGNS[-1], CAMPAIGNS[-1])).key
        lines: list[dict[str, Any]] = []
        for _ in range(rows):
            verdict = self._rng.choice((Verdict.PROCEED, Verdict.DECLINE))
            lines.append(row(f"creator.{next(self._numbers)}", verdict=verdict))
        try:
            take_in(self._desk, sheet(lines), file_name="list.csv", platform="instagram", campaign=key)
        except Busy:
            self.refused += 1
