"""An agency of any size on a real database: experts with at most ten reviews open, several campaigns and markets.

Written through the repositories, as an import writes. Built once for each shape; every measurement has a copy of its
own.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count, cycle
from pathlib import Path
from random import Random
from typing import Any

import sqlalchemy as sa
from psycopg import sql

from bot.clock import system_clock
from bot.core.types import (
    Basis,
    Campaign,
    Decision,
    How,
    Judgement,
    Member,
    OnDeadline,
    Rationale,
    Review,
    Role,
    Route,
    Stakes,
    State,
)
from bot.desk import members
from bot.desk.desk import Desk, id_of
from db import candidates, events, reviews
from db.migrate import migrate
from db.store import Store, Unit
from db.tables import RECOMMENDATIONS
from scoring.norms import shipped_norms
from scoring.record import recommendation_to_json
from scoring.types import Recommendation
from tests import postgres
from tests.factories import candidate, declines, metrics, proceeds
from tests.slack.fake_slack import TEAM

MARKETS = ("BR", "MX", "AR", "CO", "US", "DE", "FR", "IT", "ES", "IN")
CAMPAIGNS, OWNERS = 20, 5
LEAD = "U0LEAD0001"
HOURS = timedelta(hours=1)
_CHUNK = 5_000


@dataclass(frozen=True, slots=True)
class Shape:
    """What lies on the desks. Of each expert's reviews the first of `due` open and `due_queued` queued are due soon."""

    experts: int
    open: int = 10
    queued: int = 0
    decided: int = 0
    due: int = 0
    due_queued: int = 0
    spread: float = 0.0
    """Seconds between two deadlines of those that are due; 0: all at one instant."""
    early: int = 0
    """So many of those that are due fall half an hour before the others: a process that has run for a while is warm."""

    @property
    def falling(self) -> int:
        """How many fall after the early ones."""
        return self.experts * (self.due + self.due_queued) - self.early

    @property
    def reviews(self) -> int:
        return self.experts * (self.open + self.queued + self.decided)


def expert(number: int) -> str:
    return f"U0EXP{number:05d}"


def channel(number: int) -> str:
    return f"C0CHAN{number:04d}"


CAMPAIGN = tuple(
    Campaign(f"campaign-{n}", f"Campaign {n}", MARKETS, channel(n), f"U0OWNER{n % OWNERS:03d}", categories=("beauty",))
    for n in range(CAMPAIGNS)
)


@dataclass(frozen=True, slots=True)
class Tap:
    """A review that can be approved, and whose name is on it."""

    review: str
    expert: str


@dataclass(frozen=True, slots=True)
class Agency:
    shape: Shape
    base: datetime
    """When it was built. What is due falls an hour later."""
    taps: Sequence[Tap]
    """Reviews that are not due, in an order in which each is open when its turn comes: one per expert, and again."""


def desk_of(url: str, **more: Any) -> Desk:
    return Desk(Store(url), more.pop("clock", system_clock), shipped_norms(), **more)


class Stock:
    """Where a run's databases lie, and the PostgreSQL that it measures: a durable one, started when first asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._numbers = count(1)
        self._server: postgres.Server | None = None
        self._made: dict[tuple[str, Shape], tuple[str, Agency]] = {}

    def close(self) -> None:
        if self._server is not None:
            self._server.close()

    @property
    def server(self) -> postgres.Server:
        if self._server is None:
            self._server = postgres.Server(durable=True)
        return self._server

    def agency(self, shape: Shape, kind: str = "sqlite") -> Agency:
        return self._template(shape, kind)[1]

    @contextmanager
    def copy(self, shape: Shape, kind: str = "sqlite") -> Iterator[str]:
        """The URL of a database of this shape that nobody has touched yet; gone at the end."""
        template, _ = self._template(shape, kind)
        if kind == "sqlite":
            file = self._file()
            shutil.copyfile(template, file)
            yield f"sqlite:///{file}"
            for left in file.parent.glob(file.name + "*"):
                left.unlink()
            return
        name = f"copy_{next(self._numbers)}"
        with self.server.connect() as connection:
            made = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
            connection.execute(made.format(sql.Identifier(name), sql.Identifier(template)))
            connection.execute("CHECKPOINT")
        yield self.server.url(name)
        self.server.drop(name)

    def _file(self) -> Path:
        return self.folder / f"bench{next(self._numbers)}.db"

    def _template(self, shape: Shape, kind: str) -> tuple[str, Agency]:
        if (kind, shape) not in self._made:
            name = str(self._file()) if kind == "sqlite" else self.server.create()
            url = f"sqlite:///{name}" if kind == "sqlite" else self.server.url(name)
            agency = _build(url, shape)
            if kind != "sqlite":
                with self.server.connect(name) as connection:
                    connection.execute("VACUUM (FREEZE, ANALYZE)")
            self._made[kind, shape] = name, agency
        return self._made[kind, shape]


# Building


def _build(url: str, shape: Shape) -> Agency:
    store = Store(url)
    migrate(store)
    desk = Desk(store, system_clock, shipped_norms())
    base = system_clock()
    _hire(desk, shape)
    made = _Reviews(shape, base)
    for start in range(0, shape.reviews, _CHUNK):
        with store.unit() as unit:
            made.write(unit, start, min(start + _CHUNK, shape.reviews))
    desk.close()
    by_expert = [made.taps[expert(n)] for n in range(shape.experts)]
    deepest = max(map(len, by_expert), default=0)
    taps = tuple(mine[turn] for turn in range(deepest) for mine in by_expert if turn < len(mine))
    return Agency(shape, base, taps)


def _hire(desk: Desk, shape: Shape) -> None:
    people = [(expert(n), Role.EXPERT, MARKETS[n % len(MARKETS)]) for n in range(shape.experts)]
    people += [(f"U0OWNER{n:03d}", Role.MARKETER, None) for n in range(OWNERS)]
    for who, role, market in [*people, (LEAD, Role.LEAD, None)]:
        members.add(desk, who, role, market, who.title())
        # Known already: nobody asks Slack who they are while something is measured.
        members.remember(desk, Member(who, who.title(), tz="America/Sao_Paulo", locale="en-US", team=TEAM))
    for campaign in CAMPAIGN:
        members.add_campaign(desk, campaign)


class _Reviews:
    """Row after row, a thousand a second as an import brings them: ids say when, and are random within a second."""

    def __init__(self, shape: Shape, base: datetime) -> None:
        self.shape, self.base = shape, base
        self.rng = Random(7)
        self.taps: dict[str, list[Tap]] = {expert(n): [] for n in range(shape.experts)}
        self._due = count()
        self._second = int((base - HOURS).timestamp())
        self._said = cycle(map(_said, (declines(), proceeds())))

    def _id(self, prefix: str) -> str:
        return id_of(prefix, self._second, self.rng.getrandbits(40))

    def write(self, unit: Unit, start: int, end: int) -> None:
        """All the rows that an import would write for these, and what became of those that are decided."""
        self._second += (end - start) // 1000
        import_id = self._id("im")
        campaign, now = CAMPAIGN[(start // _CHUNK) % CAMPAIGNS], self.base - HOURS
        candidates.count_import(
            unit, id=import_id, campaign=campaign.key, file_name="list.csv", digest=import_id, at=now,
            accepted=end - start, duplicates=0, rejected=0,
        )  # fmt: skip
        rows = [self._one(number) for number in range(start, end)]
        people = [(self._creator(r), r) for r in rows]
        candidates.add_creators(unit, [creator for creator, _ in people])
        said = [next(self._said) for _ in rows]
        candidates.add_candidates(unit, [(self._candidate(c, r), n) for n, (c, r) in enumerate(people)], import_id)
        unit.execute(
            sa.insert(RECOMMENDATIONS),
            [s | {"candidate_id": r.candidate_id, "at": now} for r, s in zip(rows, said, strict=True)],
        )
        made = [self._row(n, r, s["verdict"]) for n, r, s in zip(range(start, end), rows, said, strict=True)]
        reviews.add_many(unit, made)
        events.record_many(unit, [self._event(r, now) for r in rows])
        self._decide(unit, [r for r in rows if r.state is State.DECIDED], now)

    def _one(self, number: int) -> Review:
        """The reviews of an expert lie apart, as those of real imports do."""
        person, turn = number % self.shape.experts, number // self.shape.experts
        shape, who = self.shape, expert(person)
        opened, decided = turn < shape.open, turn >= shape.open + shape.queued
        due = turn < shape.due or (not opened and turn < shape.open + shape.due_queued)
        campaign = CAMPAIGN[(person + turn) % CAMPAIGNS]
        made = Review(
            self._id("rv"), self._id("cd"), campaign.key, MARKETS[person % len(MARKETS)], Route.EXPERT, "default",
            Stakes.MEDIUM, State.DECIDED if decided else State.PENDING, who, expert((person + len(MARKETS)) %
            shape.experts), self.base - HOURS, self._deadline(due=due), OnDeadline.FOLLOW_AI, "market_least_open",
            opened_at=self.base - HOURS if opened or decided else None, version=3 if decided else 2,
        )  # fmt: skip
        if not due and not decided:
            self.taps[who].append(Tap(made.id, who))
        return made

    def _deadline(self, *, due: bool) -> datetime:
        if not due:
            return self.base + 100 * HOURS + timedelta(seconds=self.rng.random() * 3600)
        number = next(self._due) - self.shape.early
        at = timedelta(seconds=number * self.shape.spread) if number >= 0 else -HOURS / 2
        return self.base + HOURS + at

    def _creator(self, review: Review) -> dict[str, Any]:
        handle = review.candidate_id.lower()
        return {
            "id": self._id("cr"), "platform": "instagram", "handle": handle, "handle_key": handle, "name": handle,
            "country": review.market, "categories": ["beauty"],
        }  # fmt: skip

    def _candidate(self, creator: dict[str, Any], review: Review) -> Any:
        return candidate(
            id=review.candidate_id, campaign=review.campaign, creator_id=creator["id"], handle=creator["handle"],
            name=creator["name"].title(), market=review.market, country=review.market, metrics=_METRICS,
        )  # fmt: skip

    def _row(self, number: int, review: Review, ai: str) -> dict[str, Any]:
        half = review.intake_at + (review.deadline_at - review.intake_at) / 2
        return reviews.values(review) | {
            "wanted": "expert", "policy": 1, "propensity": 1.0, "recommended": ai, "rank": 100 - number / 1e4,
            "half_at": half if review.queued and half > self.base + HOURS else None,  # else it has been told of
        }  # fmt: skip

    @staticmethod
    def _event(review: Review, now: datetime) -> dict[str, Any]:
        after = {"route": "expert", "rule": "default", "expert": review.expert, "verdict": None}
        return {"review_id": review.id, "actor": "import", "what": "queued", "at": now, "before": {}, "after": after}

    def _decide(self, unit: Unit, over: Sequence[Review], now: datetime) -> None:
        if not over:
            return
        for review in over:
            judged = Judgement(
                self._id("jd"), review.id, 1, str(review.expert), declines().verdict, How.APPROVE, Rationale(),
                ai_visible=True, at=now,
            )  # fmt: skip
            reviews.add_judgement(unit, judged)
        reviews.add_decisions(
            unit, [Decision(r.id, 1, declines().verdict, str(r.expert), Basis.EXPERT, now) for r in over]
        )
        events.record_many(unit, [{**self._event(r, now), "what": "decided"} for r in over])


def _said(what: Recommendation) -> dict[str, Any]:
    """Its row, worked out once: a hundred thousand would take half a minute."""
    return {
        "model": what.model, "verdict": what.verdict.value, "match": what.match, "risk": what.risk,
        "confident": what.confident, "record": recommendation_to_json(what),
    }  # fmt: skip


_METRICS = metrics()
