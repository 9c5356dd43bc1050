"""Setting up, for the golden files: the first lead, the three steps, people, referrers, offers."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.cards import campaign as cards
from bot.cards import inbox, people
from bot.cards import upload as lists
from bot.cards.blocks import Message
from bot.cards.campaign import Saved
from bot.core.case import Inbox
from bot.core.setup import Placed, Reach, Roster, Setup, Wish
from bot.core.types import Campaign, DecisionType, Member, OnDeadline, Role
from bot.core.upload import Left, Outlook, Stage, Upload
from bot.i18n.catalog import Voice
from scoring.types import Tier
from tests import factories as f

Made = Message | dict[str, Any]
NOW = f.INTAKE


def _home(person: Member, setup: Setup, voice: Voice, lead: str | None = f.ZOE) -> dict[str, Any]:
    return inbox.home(Inbox(person, (), 0, (), lead, setup=setup), voice, now=NOW)


def _short(view: dict[str, Any]) -> dict[str, Any]:
    """The view with the beginning of the world's list of countries."""
    found = json.loads(json.dumps(view))
    for block in found["blocks"]:
        if groups := block.get("element", {}).get("option_groups"):
            groups[2:] = []
    return dict(found)


def _lists(campaign: Campaign, voice: Voice) -> dict[str, Made]:
    """A list that somebody brings, in every stage, as a modal and as a message."""
    other = replace(campaign, key="b", name="Luma <Home>", markets=("BR", "RU", "JP"))
    left = tuple(
        Left(n + 5, None if n % 2 else f"creator<{n}>", "rejected" if n % 3 else "duplicate", reason, params)
        for n in range(70)
        for reason, params in [("no_handle", {}) if n % 3 else ("same_campaign", {"line": n, "file": "a&b.csv"})]
    )
    seen = Outlook(
        166, 96, left, (("Usuário", "handle"), ("Notes", None), ("seguidores", "followers")),
        (("lines_before_header", {"count": 2}),),
        ("AE", "AL", "AR", "CL", "CN", "CO", "DE", "EG", "ES", "JP"),
    )  # fmt: skip
    came = replace(seen, alone=40, fast=2, asked=54, opened=20)
    at = Upload("up_1", f.MAYA, "D1:1.0", "F1", "Q4 <list> & more.csv", Stage.ASKED, None)
    here = replace(at, campaign=campaign.key)
    error = ("file_too_large", "file_too_large", {"size": 30_000_000})
    stages = {
        "asked": at,
        "reading": replace(here, stage=Stage.READING),
        "ready": replace(here, stage=Stage.READY, outlook=seen),
        "ready_nothing": replace(here, stage=Stage.READY, outlook=replace(seen, accepted=0, no_expert=())),
        "importing": replace(here, stage=Stage.IMPORTING, outlook=seen),
        "done": replace(here, stage=Stage.DONE, outlook=came),
        "done_nothing": replace(here, stage=Stage.DONE, outlook=Outlook(3, 0, left[:3])),
        "failed": replace(here, stage=Stage.FAILED, error=error),
        "dropped": replace(here, stage=Stage.DROPPED, outlook=seen),
    }
    made: dict[str, Made] = {
        f"upload_{name}": lists.message(one, campaign if one.campaign else None, (campaign, other), voice)
        for name, one in stages.items()
    }
    made |= {f"upload_view_{name}": lists.view(stages[name], campaign, voice) for name in ("reading", "ready", "done")}
    return made | {
        "upload_form": lists.form((campaign, other), None, voice),
        "upload_rows": lists.rows_view(stages["done"], voice, 30),
        "upload_rows_none": lists.rows_view(replace(stages["done"], outlook=Outlook(0, 0)), voice, 0),
        "upload_sample_held": lists.sample_held(campaign, Reach.ABSENT, voice),
        "upload_sample_coming": lists.sample_coming(campaign, voice),
        "upload_sample_asking": lists.sample_asking(campaign, voice),
    }


def gallery(campaign: Campaign, voice: Voice) -> dict[str, Made]:
    """Every surface of it, by name."""
    zoe, bia = f.member(f.ZOE, role=Role.LEAD), f.member(f.BIA)
    leads = Setup(leads=True, opens=True)
    checked = replace(leads, experts=(bia, f.member(f.OLEG, None, "RU")))
    everybody = Roster(
        (
            replace(bia, backup=f.CAIO), f.member(f.CAIO, None, "RU"), zoe, f.member(f.MAYA, role=Role.MARKETER),
            replace(f.member(f.OLEG), guest=True), replace(f.member(f.IGOR), deleted=True),
        ),
        ("Nina Orlova", "A <b> & c"),
    )  # fmt: skip
    many = Roster(tuple(replace(bia, id=f"U{n:05d}", name=f"Person {n}") for n in range(70)), ())
    filled = replace(
        campaign, categories=("beauty", "life & style"), min_audience=0.6, budget=4500.0, avoid=("casino",),
        window=timedelta(hours=36), locale="ru", fee_line=3000.5, on_deadline=OnDeadline.HOLD,
        type=DecisionType.RENEWAL, tiers=(Tier.MID, Tier.MACRO),
    )  # fmt: skip
    offered = Wish(f.IGOR, "BR", "I lived in Recife for ten years\nand know <everybody>", f.ZOE)
    return {
        "setup_nobody_leads": _home(Member(f.IGOR, "Igor"), Setup(claimable=True), voice, None),
        "setup_step1": _home(zoe, leads, voice),
        "setup_step2": _home(zoe, checked, voice),
        "setup_step3": _home(zoe, replace(checked, campaigns=(campaign,)), voice),
        "setup_over": _home(zoe, replace(checked, campaigns=(campaign,), listed=True), voice),
        "campaigns": cards.listed((campaign, replace(campaign, key="b", name="<B> & Co")), voice, may_open=True),
        "campaigns_none": cards.listed((), voice, may_open=True),
        "campaign_new": _short(cards.form(None, voice, used=("BR",), owner=f.MAYA, channel="C0BRAZIL01")),
        "campaign_change": _short(cards.form(filled, voice, used=("BR",), owner=f.MAYA)),
        **{f"campaign_saved_{r.value}": cards.saved(Saved(filled, True, ("BR",), r, True), voice) for r in Reach},
        "campaign_saved_asking": cards.saved(Saved(campaign, False), voice),
        **_lists(campaign, voice),
        "people": people.roster_view(everybody, voice),
        "people_none": people.roster_view(Roster((), ()), voice),
        "people_page": people.roster_view(many, voice),
        "people_last_page": people.roster_view(many, voice, 60),
        "person_new": _short(people.person_form(None, everybody, voice)),
        "person_change": _short(people.person_form(everybody.members[0], everybody, voice)),
        "person_saved": people.placed(Placed(bia, 3, welcomed=True), voice),
        "person_asking": people.asking(voice),
        "referrers": people.referrers_form(everybody.referrers, voice),
        "join": _short(people.join_form(("BR", "RU"), voice)),
        "join_asked": people.asked(f.ZOE, "BR", voice),
        "wish": people.wish(offered, voice),
        "wish_accepted": people.wish(replace(offered, state="accepted", answered_by=f.ZOE), voice),
        "wish_declined": people.wish_declined(
            replace(offered, state="declined", answered_by=f.ZOE, answered_at=NOW + timedelta(days=1)), voice
        ),
        "welcome": people.welcome(bia, f.ZOE, voice),
    }
