"""Who does what here, arranged in Slack: the first lead, people and roles, trusted referrers, offers to answer."""

from __future__ import annotations

from typing import Any

from bot.cards import fields, ids
from bot.cards import people as cards
from bot.cards.blocks import Block
from bot.core.errors import Invalid, NotAllowed, NotFound
from bot.core.setup import Roster
from bot.core.types import Member
from bot.desk import see, staff, wishes
from bot.slack import access, people
from bot.slack.answered import publish_home
from bot.slack.click import Click
from bot.slack.edge import Edge
from bot.slack.errors import drawn, guard, opening, showing

WORDS = frozenset({"people", "person", "люди"})
"""What /handoff may begin with."""


async def known(edge: Edge, user_id: str) -> Member:
    """Somebody's profile as Slack has it now, remembered.

    Raises Invalid('person_bot') for what is no person, NotAllowed('outsider') for people of other workspaces.
    """
    user = await edge.screens.profile(user_id)
    if user.get("is_bot") or edge.team is None:
        raise Invalid("person_bot", field=ids.PERSON)
    if user.get("is_stranger"):
        raise NotAllowed("outsider")
    await people.remember(edge, user)
    return access.profile_of(user, edge.team)


async def home_again(click: Click) -> None:
    """Their Home tab, as they may now see it."""
    if click.who.id in click.edge.homes or click.view.get("type") == "home":
        member = await click.read(see.person, click.who.id)
        await publish_home(click.edge, access.visitor_of(click.who.id, member))


# The first lead


async def lead(click: Click) -> None:
    """Slack is asked who this is before anybody leads: a guest never does, nor somebody of another workspace."""
    await click.ack()

    async def work() -> None:
        edge = click.edge
        if edge.team is not None:
            member = await known(edge, click.who.id)
            access.require_colleague(access.actor_of(click.body), member, edge.team)
        try:
            await click.run(staff.claim, click.who.id)
        finally:
            edge.homes.add(click.who.id)
            await home_again(click)

    showing(click, "take the lead", work)


# People


async def roster(click: Click) -> None:
    found = await click.read(staff.roster, click.who.id)
    start = int(click.value) if click.value.isdecimal() else 0
    await click.ack()
    view = cards.roster_view(found, click.who.voice, start)
    if click.view.get("callback_id") == ids.PEOPLE_VIEW:
        showing(click, "turn a page", lambda: click.edge.screens.update(str(click.view["id"]), view))
    else:
        opening(click, lambda: _ready(view))


async def _ready(view: Block) -> Block:
    return view


async def person(click: Click) -> None:
    """The form for somebody new, or for somebody on the list."""
    found = await click.read(staff.roster, click.who.id)
    member = _listed(found, click.value) if click.action.get("action_id") == ids.PERSON_CHANGE else None
    await click.ack()
    opening(click, lambda: _ready(cards.person_form(member, found, click.who.voice)))


def _listed(found: Roster, person_id: str) -> Member:
    member = next((m for m in found.members if m.id == person_id), None)
    return member or Member(person_id, person_id)


async def place(click: Click) -> None:
    """Whoever we know is placed at once; of somebody new Slack is asked first, behind a view that says so."""
    filled = cards.filled_person(click.view)
    if not filled.person:
        raise Invalid("person_needed", field=ids.PERSON)
    await click.read(staff.roster, click.who.id)
    member = await click.read(see.person, filled.person)
    if member is not None and member.team is not None:
        await click.ack(response_action="update", view=await _placed(click, filled))
        click.after("show who does what", lambda: _shown_again(click))
    else:
        await click.ack(response_action="update", view=cards.asking(click.who.voice))
        view_id, who = str(click.view.get("id")), filled.person

        async def ask() -> Block:
            await known(click.edge, who)
            return await _placed(click, filled)

        async def work() -> None:
            await click.edge.screens.update(view_id, await drawn(click, "place somebody", ask))
            await _shown_again(click)

        showing(click, "place somebody", work)


async def _placed(click: Click, filled: cards.Filled) -> Block:
    done = await click.run(staff.place, click.who.id, str(filled.person), filled.roles, filled.backup)
    click.edge.directory.forget(done.member.id)
    return cards.placed(done, click.who.voice)


async def _shown_again(click: Click) -> None:
    """The list behind the form, if that is what it came from, and the Home tab."""
    if behind := click.view.get("previous_view_id"):
        found = await click.read(staff.roster, click.who.id)
        await click.edge.screens.update(str(behind), cards.roster_view(found, click.who.voice))
    await home_again(click)


# Trusted referrers


async def referrers(click: Click) -> None:
    found = await click.read(staff.roster, click.who.id)
    await click.ack()
    opening(click, lambda: _ready(cards.referrers_form(found.referrers, click.who.voice)))


async def trust(click: Click) -> None:
    name = fields.one_line(click.view, ids.NAME)
    await click.run(staff.trust, click.who.id, name)
    found = await click.read(staff.roster, click.who.id)
    await click.ack(response_action="update", view=cards.referrers_form(found.referrers, click.who.voice))


async def distrust(click: Click) -> None:
    await click.run(staff.distrust, click.who.id, click.value)
    await click.ack()

    async def work() -> None:
        found = await click.read(staff.roster, click.who.id)
        view = cards.referrers_form(found.referrers, click.who.voice)
        await click.edge.screens.update(str(click.view.get("id")), view)

    showing(click, "show who is trusted", work)


# Somebody offers to answer


async def join(click: Click) -> None:
    used = await click.read(see.markets_in_use)
    await click.ack()
    opening(click, lambda: _ready(cards.join_form(used, click.who.voice)))


async def offer(click: Click) -> None:
    """Of somebody of whom we know nothing, Slack is asked first: the lead shall not be asked about a guest."""
    market, text = fields.picked_one(click.view, ids.MARKET) or "", fields.text(click.view, ids.NARRATIVE)
    view_id = str(click.view.get("id"))

    async def sent() -> Block:
        asked = await click.run(wishes.offer, click.who.id, market, text)
        return cards.asked(asked, market, click.who.voice)

    if click.who.known:
        await click.ack(response_action="update", view=await sent())
        return
    await click.ack(response_action="update", view=cards.asking(click.who.voice, joins=True))

    async def work() -> None:
        async def ask() -> Block:
            await known(click.edge, click.who.id)
            return await sent()

        await click.edge.screens.update(view_id, await drawn(click, "offer to answer", ask))

    showing(click, "offer to answer", work)


async def answer(click: Click) -> None:
    who, _, market = click.value.partition(":")
    if not (who and market):
        raise NotFound("wish")
    accept = click.action.get("action_id") == ids.WISH_ACCEPT
    await click.run(wishes.answer, click.who.id, who, market, accept=accept)
    click.edge.directory.forget(who)
    await click.ack()
    click.after("refresh the Home tab", lambda: home_again(click))


def register(app: Any, edge: Edge) -> None:
    app.action(ids.LEAD)(guard(edge, lead))
    app.action(ids.PEOPLE)(guard(edge, roster))
    app.action(ids.PERSON_NEW)(guard(edge, person))
    app.action(ids.PERSON_CHANGE)(guard(edge, person))
    app.action(ids.REFERRERS)(guard(edge, referrers))
    app.action(ids.DISTRUST)(guard(edge, distrust))
    app.action(ids.JOIN)(guard(edge, join))
    app.action(ids.WISH_ACCEPT)(guard(edge, answer))
    app.action(ids.WISH_DECLINE)(guard(edge, answer))
    app.view(ids.PERSON_FORM)(guard(edge, place))
    app.view(ids.REFERRERS_FORM)(guard(edge, trust))
    app.view(ids.JOIN_FORM)(guard(edge, offer))
