"""The demo's people, channels, campaigns and invented candidates: enough for a first minute along the whole path."""

from __future__ import annotations

import json
from importlib import resources

from bot.core.types import Campaign, DecisionType, Role, Stakes
from bot.core.working_time import Hours
from bot.desk import members, settings
from bot.desk.desk import Desk
from bot.desk.intake import take_in
from bot.i18n import messages
from bot.sandbox.workspace import Workspace
from scoring.norms import NormTable

BIA, CAIO, OLEG = "U0BIA00001", "U0CAIO0001", "U0OLEG0001"
MAYA, ZOE, SAM = "U0MAYA0001", "U0ZOE00001", "U0SAM00001"
BRAZIL, RUSSIA, GENERAL = "C0BRAZIL01", "C0RUSSIA01", "C0GENERAL1"

_PEOPLE = (
    (BIA, "bia", "Bia Souza", "America/Sao_Paulo", "pt-BR"),
    (CAIO, "caio", "Caio Martins", "America/Sao_Paulo", "pt-BR"),
    (OLEG, "oleg", "Oleg Sokolov", "Europe/Moscow", "ru-RU"),
    (MAYA, "maya", "Maya Lindqvist", "Europe/Stockholm", "en-US"),
    (ZOE, "zoe", "Zoe Grant", "Europe/London", "en-GB"),
    (SAM, "sam", "Sam Okafor", "Europe/London", "en-GB"),
)
_AVOID = ("gambling", "casino", "казино", "ставки")

CAMPAIGNS = (
    Campaign("aurora-br", "Aurora Summer", ("BR",), BRAZIL, MAYA, categories=("Lifestyle",), min_audience=0.6,
             avoid=_AVOID, budget=4500),
    Campaign("aurora-ru", "Aurora Лето", ("RU",), RUSSIA, MAYA, categories=("Lifestyle",), min_audience=0.6,
             avoid=_AVOID, budget=4500, locale="ru"),
    Campaign("luma", "Luma Home", ("BR",), BRAZIL, MAYA, DecisionType.DISCOVERY, Stakes.LOW, categories=("Home",),
             min_audience=0.5, avoid=_AVOID, budget=1200),
)  # fmt: skip

#: Imported in this order; the disagreement in Brazil comes last, so that it is what a newcomer sees first.
_FILES = (("luma_br.csv", "luma"), ("aurora_ru.csv", "aurora-ru"), ("aurora_br.csv", "aurora-br"),
          ("aurora_br_late.csv", "aurora-br"))  # fmt: skip

_TOUR = ("begin", "answer", "undo", "owner", "deadline", "others")


def tour() -> dict[str, tuple[str, ...]]:
    """What to try, step by step, in each language."""
    return {one: tuple(messages.text(one, f"tour.{step}", {}) for step in _TOUR) for one in messages.locales()}


def norms() -> NormTable:
    """Invented bands for the invented creators, because the shipped ones know only the largest accounts."""
    text = resources.files("bot.sandbox").joinpath("norms.json").read_text(encoding="utf-8")
    return NormTable.from_json(json.loads(text))


def furnish(workspace: Workspace) -> None:
    """People and channels; Sam is a member of the workspace with no role in Handoff."""
    for user_id, name, real_name, zone, locale in _PEOPLE:
        workspace.add_user(user_id, name, real_name, tz=zone, locale=locale)
    workspace.add_channel(BRAZIL, "creators-br", [BIA, CAIO, MAYA, ZOE, SAM])
    workspace.add_channel(RUSSIA, "creators-ru", [OLEG, MAYA, ZOE, SAM])
    workspace.add_channel(GENERAL, "general", [BIA, CAIO, OLEG, MAYA, ZOE, SAM], bot=False)


def hire(desk: Desk) -> None:
    """Roles, a trusted referrer and the campaigns."""
    for user_id, role, market, name in (
        (BIA, Role.EXPERT, "BR", "Bia Souza"),
        (CAIO, Role.EXPERT, "BR", "Caio Martins"),
        (OLEG, Role.EXPERT, "RU", "Oleg Sokolov"),
        (MAYA, Role.MARKETER, None, "Maya Lindqvist"),
        (ZOE, Role.LEAD, None, "Zoe Grant"),
    ):
        members.add(desk, user_id, role, market, name)
        # A demo is looked at whenever somebody has a moment: nothing in it waits for the morning.
        settings.save(desk, user_id, language=None, hours=Hours(0, 24 * 60, "1234567"), backup=None)
    members.trust(desk, "Nina Orlova")
    for campaign in CAMPAIGNS:
        members.add_campaign(desk, campaign)


def import_candidates(desk: Desk) -> None:
    """The files go the same way as anybody's."""
    folder = resources.files("bot.sandbox")
    for name, campaign in _FILES:
        take_in(desk, folder.joinpath(name).read_bytes(), file_name=name, campaign=campaign)
