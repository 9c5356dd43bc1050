"""A small agency on a real database: two markets, their people, three campaigns, and a clock that stands still."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from bot.core.case import Case, Line
from bot.core.types import Campaign, Confidence, DecisionType, Member, OnDeadline, Rationale, Reason, Role, Stakes
from bot.desk import intake, members, see, tick
from bot.desk.desk import Desk, Limits
from db.store import Store
from scoring.norms import NormTable, shipped_norms
from scoring.types import FlagCode, Verdict
from tests.database import Database, fresh

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
BIA, CAIO, OLEG = "U0BIA00001", "U0CAIO0001", "U0OLEG0001"
MAYA, ZOE, IVAN, GIL = "U0MAYA0001", "U0ZOE00001", "U0IVAN0001", "U0GIL00001"
MARKETER = "U0MARK0001"
#: What the AI minds in `row(..., Verdict.DECLINE)`.
FLAGS = (FlagCode.GROWTH_SPIKE, FlagCode.LOW_CREDIBILITY)
EVERYBODY = (BIA, CAIO, OLEG, MAYA, ZOE, IVAN, GIL, MARKETER)
CHANNEL = "C0BRAZIL01"

HEADERS = (
    "handle", "name", "country", "followers", "engagement rate", "growth 14d", "credibility", "category", "fee",
    "measured on", "referred by", "past outcome", "strategic", "bio",
)  # fmt: skip


class Clock:
    """Stands still until it is moved."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


def row(handle: str, market: str = "Brazil", verdict: Verdict = Verdict.PROCEED, **more: object) -> dict[str, object]:
    """One line of a list, of which the AI says `verdict`: quiet numbers, or three majors."""
    calm = verdict is Verdict.PROCEED
    made: dict[str, object] = {
        "handle": handle,
        "name": handle.replace(".", " ").title(),
        "country": market,
        "followers": 84_000,
        "engagement rate": "4%" if calm else "30%",
        "growth 14d": "2%" if calm else "60%",
        "credibility": "90%" if calm else "61%",
        "category": "Beauty",
        "fee": 2000,
        "measured on": "2026-11-20",
    }
    return {**made, **{name.replace("_", " "): value for name, value in more.items()}}


def sheet(rows: Iterable[Mapping[str, object]]) -> bytes:
    """Those lines as a CSV file."""
    out = io.StringIO()
    writer = csv.DictWriter(out, HEADERS, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def why(text: str = "", *reasons: Reason, **changes: Any) -> Rationale:
    """A rationale that is complete towards either verdict, unless changed."""
    made = Rationale(reasons or (Reason.CULTURAL_FIT,), Confidence.SURE, text)
    return replace(made, **changes)


@cache
def norms() -> NormTable:
    return shipped_norms()


CAMPAIGN = Campaign(
    key="aurora", name="Aurora Summer", markets=("BR", "RU"), channel=CHANNEL, owner=MAYA, categories=("beauty",)
)


def campaigns() -> tuple[Campaign, ...]:
    """One follows the AI at its deadline, one holds (high stakes), one declines after 12 h; one is the AI's own."""
    return (
        CAMPAIGN,
        replace(CAMPAIGN, key="grave", name="Grave Matter", stakes=Stakes.HIGH, channel="C0GRAVE001"),
        replace(
            CAMPAIGN, key="brief", name="Brief One", on_deadline=OnDeadline.DECLINE, window=timedelta(hours=12),
            channel="C0BRIEF001",
        ),
        replace(
            CAMPAIGN, key="scan", name="Scan", type=DecisionType.DISCOVERY, stakes=Stakes.LOW, channel="C0SCAN0001"
        ),
    )  # fmt: skip


class World:
    """The desk with everything around it; `reopen` is what a restart of the process leaves: the database."""

    LIMITS = Limits()

    def __init__(self, database: Database, *, limits: Limits = LIMITS, seed: int = 1) -> None:
        self.database = database
        self.clock = Clock()
        self.limits = limits
        self.rng = Random(seed)
        self.sql, self.dump = database.sql, database.dump
        self.desk = self._open()

    def _open(self) -> Desk:
        return Desk(Store(self.database.url), self.clock, norms(), self.limits, self.rng)

    def close(self) -> None:
        self.desk.close()
        self.database.close()

    def reopen(self) -> None:
        self.desk.close()
        self.database.let_go()
        self.desk = self._open()

    def staff(self) -> None:
        for user, name, role, market in (
            (BIA, "Bia", Role.EXPERT, "BR"),
            (CAIO, "Caio", Role.EXPERT, "BR"),
            (OLEG, "Oleg", Role.EXPERT, "RU"),
            (GIL, "Gil", Role.EXPERT, "BR"),
            (ZOE, "Zoe", Role.LEAD, None),
            (MAYA, "Maya", Role.MARKETER, None),
            (MARKETER, "Mark", Role.MARKETER, None),
        ):
            members.add(self.desk, user, role, market, name)
        members.remember(self.desk, Member(GIL, "Gil", guest=True))
        for campaign in campaigns():
            members.add_campaign(self.desk, campaign)

    def take_in(self, *rows: Mapping[str, object], campaign: str = "aurora", **how: Any) -> intake.ImportReport:
        given = {"file_name": "list.csv", "platform": "instagram"} | how
        return intake.take_in(self.desk, sheet(rows), campaign=campaign, **given)

    def one(self, *, campaign: str = "aurora", verdict: Verdict = Verdict.DECLINE, **more: Any) -> str:
        """One review, open, on Bia's desk unless the row says otherwise; its id."""
        report = self.take_in(row("ana.lima", verdict=verdict, **more), campaign=campaign)
        review_id = report.fates[0].review_id
        assert review_id is not None, report.fates
        return review_id

    def after(self, verb: Callable[..., Any], review_id: str, *answer: Any) -> Case:
        """The case once a verb has changed its review."""
        verb(self.desk, review_id, *answer)
        return see.case(self.desk, review_id)

    def lines(self) -> dict[str, Line]:
        """Every candidate by handle."""
        return {line.handle: line for line in see.all_lines(self.desk)}

    def sweep(self) -> int:
        """Tick until nothing is left to do; how often there was more."""
        rounds = 1
        while tick.tick(self.desk):
            rounds += 1
            assert rounds < 1000, "the sweep never ends"
        return rounds

    def errands(self, kind: str | None = None) -> list[tuple[str, str, str, dict[str, Any]]]:
        """(kind, ref, lane, detail) of everything that was ever to be said, oldest first."""
        every = ((e["kind"], e["ref"], e["lane"], e["detail"]) for e in self.database.errands())
        return [errand for errand in every if kind in (None, errand[0])]


def staffed(kind: str, folder: Path) -> Database:
    """A fresh database with our people and campaigns in it."""
    return fresh(kind, folder, _staff)


def _staff(database: Database) -> None:
    world = World(database)
    world.staff()
    world.desk.close()


def a_world(folder: Path, kind: str = "sqlite", **how: Any) -> World:
    """A staffed one, to be closed; the fixture `new_world` closes what it makes."""
    return World(staffed(kind, folder), **how)
