"""The real Bolt app on a real database against a server that speaks Slack; every call is checked at the end."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from pydantic import SecretStr

from bot import log as looks
from bot.app import build
from bot.core.types import Campaign, Member, Role
from bot.desk import intake, members
from bot.desk.opening import open_desk
from bot.settings import Settings
from tests.cards.rules import complaints
from tests.database import BOTH, Database, fresh
from tests.slack.fake_slack import TEAM, FakeSlack
from tests.slack.hands import SECRET, House

FILE = b"""handle,name,country,followers,engagement rate,growth 14d,credibility,category,fee,measured on
ana.lima,Ana Lima,Brazil,84000,30%,22%,61%,Beauty,4500,2026-11-20
bruno,Bruno Reis,Brazil,84000,4%,2%,90%,Beauty,2000,2026-11-20
carla,Carla Dias,Brazil,84000,4%,30%,90%,Beauty,2000,2026-11-20
"""


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    server = FakeSlack()
    await server.start()
    yield server
    await server.server.close()
    assert complaints(server.calls) == []


PEOPLE = (
    ("U0BIA", Role.EXPERT, "BR", "Bia"),
    ("U0CAIO", Role.EXPERT, "BR", "Caio"),
    ("U0OLEG", Role.EXPERT, "RU", "Oleg"),
    ("U0MAYA", Role.MARKETER, None, "Maya"),
    ("U0ZOE", Role.LEAD, None, "Zoe"),
    ("U0GUEST", Role.EXPERT, "BR", "Gus"),
)


@pytest.fixture
def kind() -> str:
    """Which database; a file that says `pytestmark = on_both` runs on PostgreSQL too."""
    return "sqlite"


on_both = pytest.mark.parametrize("kind", BOTH)


def _hired(database: Database) -> None:
    """People and a campaign, no candidates."""
    with closing(open_desk(Settings(database_url=database.url), clock=Clock())) as desk:
        for person, role, market, name in PEOPLE:
            members.add(desk, person, role, market, name)
            known = Member(person, name, tz="America/Sao_Paulo", team=TEAM, guest=person == "U0GUEST", locale="en-US")
            members.remember(desk, known)
        members.add_campaign(desk, Campaign("aurora", "Aurora Summer", ("BR",), "C0BRAZIL", "U0MAYA", budget=9000.0))


def _imported(database: Database) -> None:
    """The same with three reviews: Ana (decline, two flags), Bruno (proceed), Carla (one flag)."""
    _hired(database)
    with closing(open_desk(Settings(database_url=database.url), clock=Clock(), rng=Random(7))) as desk:
        intake.take_in(desk, FILE, file_name="instagram.csv", campaign="aurora")


@asynccontextmanager
async def opened(slack: FakeSlack, database: Database) -> AsyncIterator[House]:
    """The app on this database, connected; every answer that it gave at once is checked with its calls."""
    clock = Clock()
    settings = Settings(
        SLACK_BOT_TOKEN=SecretStr("xoxb-1"), SLACK_APP_TOKEN=SecretStr("xapp-1"), SLACK_API_URL=f"{slack.base}/api",
        database_url=database.url, health="",
    )  # fmt: skip
    handoff = build(settings, clock=clock, rng=Random(7), pace=0.0, signing_secret=SECRET)
    await handoff.open()
    house = House(handoff, slack, clock)
    yield house
    for told in house.acks:
        slack.calls.append({"method": "ack", "args": told})
    await handoff.close(1)
    database.close()


@pytest.fixture
async def empty(slack: FakeSlack, kind: str, tmp_path: Path) -> AsyncIterator[House]:
    """People and a campaign, no candidates."""
    async with opened(slack, fresh(kind, tmp_path, _hired)) as house:
        yield house


@pytest.fixture
async def house(slack: FakeSlack, kind: str, tmp_path: Path) -> AsyncIterator[House]:
    """The same with three reviews: Ana (decline, two flags), Bruno (proceed), Carla (one flag)."""
    database = fresh(kind, tmp_path, _imported)
    found = database.sql("SELECT c.handle, r.id FROM reviews r JOIN candidates c ON c.id = r.candidate_id")
    database.let_go()
    async with opened(slack, database) as house:
        house.ids = {handle.split(".")[0]: review for handle, review in found}
        yield house


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """What is written to standard error; logging is left as it was."""
    root = logging.getLogger()
    before = (list(root.handlers), root.level, {name: logging.getLogger(name).level for name in looks._OURS})
    yield io.StringIO()
    root.handlers[:], root.level = before[0], before[1]
    for name, level in before[2].items():
        logging.getLogger(name).setLevel(level)


@pytest.fixture
def lines(stream: io.StringIO) -> Callable[[], list[dict[str, Any]]]:
    """JSON at DEBUG from here on; what has been said so far."""
    looks.configure("DEBUG", "json", stream)
    return lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
