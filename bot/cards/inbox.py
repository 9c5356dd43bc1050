"""What waits for one person: the Home tab, /handoff inbox and /handoff help; never an empty page or a dead button."""

from __future__ import annotations

from datetime import datetime

from bot.cards import blocks, ids, lists, norm, own_settings, ranked, setup, words
from bot.cards import home as home_parts
from bot.cards.blocks import Block, Message
from bot.core.case import Inbox, Progress
from bot.core.setup import Setup
from bot.core.types import Role
from bot.i18n.catalog import Voice

_CAMPAIGNS = 20
_NOTHING = Setup()


def home(found: Inbox, voice: Voice, *, now: datetime) -> Block:
    """The App Home tab of an expert, a marketer, a lead, or of somebody who is none of these yet."""
    return blocks.home(setup.around(found, _body(found, voice, now), voice, blocks.VIEW_BLOCKS))


def inbox(found: Inbox, voice: Voice, *, now: datetime) -> Message:
    """The same as a message, for the slash command."""
    text = lists.first_words(found.waiting, voice) if found.waiting else voice.t(_empty(found))
    return blocks.message(text, setup.around(found, _body(found, voice, now), voice, blocks.BLOCKS))


def _empty(found: Inbox) -> str:
    return "inbox.nobody" if not found.person.roles else "inbox.empty"


def _body(found: Inbox, voice: Voice, now: datetime) -> list[Block]:
    """What waits or how it goes, then what to rule, then one's own settings; each part is empty where it is no use."""
    if not found.person.roles and not found.waiting and not found.campaigns:
        return [
            blocks.header(voice.t("inbox.nobody")),
            blocks.section(voice.t("inbox.about")),
            blocks.section(voice.t("inbox.may_search")),
            _search(voice),
            _questions(found, voice),
        ]
    return [
        *_first(found, voice),
        *home_parts.to_rule(found, voice),
        *_campaigns(found, voice),
        *norm.listed(found.norms, voice),
        *home_parts.month(found, voice),
        *([blocks.divider(), *own_settings.lines(found.person, voice, now=now)] if found.person.roles else []),
        _questions(found, voice),
    ]


def _leads_with_campaign(found: Inbox) -> bool:
    """Whether a marketer's campaigns come first: nobody waits for an answer of theirs."""
    return {role for role, _ in found.person.roles} == {Role.MARKETER} and bool(found.campaigns) and not found.waiting


def _first(found: Inbox, voice: Voice) -> list[Block]:
    """What one looks for first: for a marketer the newest campaign and what is new, for others what waits."""
    if _leads_with_campaign(found):
        first = found.campaigns[0]
        way = _in_order(first, voice)
        return [
            blocks.header(home_parts.progress_head(first, voice, plain=True)),
            blocks.section(*home_parts.progress(first, voice)),
            blocks.actions(*([way] if way else []), _search_button(voice)),
            *home_parts.news(found, voice),
        ]
    head, *rest = _waiting(found, voice)
    start = [lists.one_by_one(voice)] if found.waiting else []
    return [head, blocks.actions(*start, _search_button(voice)), *rest]


def _campaigns(found: Inbox, voice: Voice) -> list[Block]:
    """The campaigns that somebody runs, each with how far it is."""
    shown = found.campaigns[1:_CAMPAIGNS] if _leads_with_campaign(found) else found.campaigns[:_CAMPAIGNS]
    parts = [
        blocks.section(
            f"*{home_parts.progress_head(p, voice)}*", *home_parts.progress(p, voice), accessory=_in_order(p, voice)
        )
        for p in shown
    ]
    if not _leads_with_campaign(found):
        parts = [*parts, *home_parts.news(found, voice)]
    more = len(found.campaigns) - _CAMPAIGNS
    if more > 0:
        parts.append(blocks.context(voice.n("inbox.more_campaigns", more)))
    return [blocks.divider(), *parts] if parts else []


def _search(voice: Voice) -> Block:
    return blocks.actions(_search_button(voice))


def _search_button(voice: Voice) -> Block:
    """The way to past cases."""
    return blocks.button(voice.t("button.search"), ids.SEARCH_OPEN, ids.asked(0, ""))


def _waiting(found: Inbox, voice: Voice) -> list[Block]:
    roles = {role for role, _ in found.person.roles}
    if found.waiting:
        head = blocks.header(voice.n("inbox.head", len(found.waiting)))
        return [head, *lists.entries(found.waiting, voice, queued=found.queued, reader=found.person)]
    to_rule = len(found.asks) + len(found.models)
    lines = [voice.t("inbox.nothing_to_rule")] if Role.LEAD in roles and not to_rule else []
    if Role.EXPERT in roles:
        lines.append(voice.t("inbox.nothing_to_answer"))
    if found.queued > 0:
        lines.append(voice.n("inbox.queued", found.queued))
    if Role.MARKETER in roles and not found.campaigns:
        lines.append(voice.t("inbox.no_campaigns"))
    head = blocks.header(voice.n("inbox.to_rule", to_rule) if to_rule else voice.t("inbox.empty"))
    return [head, blocks.section(*lines)] if lines else [head]


def _in_order(p: Progress, voice: Voice) -> Block | None:
    return ranked.way_in(p.campaign.key, p.campaign.name, voice) if p.total else None


def _questions(found: Inbox, voice: Voice) -> Block:
    lead = found.lead
    if lead and lead != found.person.id:
        return blocks.context(voice.t("inbox.questions", lead=words.person(lead)))
    return blocks.context(voice.t("inbox.questions_alone"))


def help(  # noqa: A001 - read as inbox.help
    voice: Voice, lead: str | None, may: Setup = _NOTHING, *, unknown: str = ""
) -> Message:
    """What Handoff is and what one can type; first of all that a word was not understood, where there was one."""
    ask = voice.t("help.ask", lead=words.person(lead)) if lead else ""
    own = [voice.t(f"help.{word}") for word in ("inbox", "search", "settings", "away")]
    commands = [*own, *setup.commands(may, voice), voice.t("help.help")]
    missed = voice.t("help.unknown", word=blocks.said(unknown, 40)) if unknown else ""
    parts = [
        *([blocks.section(missed)] if missed else []),
        blocks.section(voice.t("inbox.about")),
        blocks.section(voice.t("help.cards")),
        blocks.section(voice.t("help.head"), *(f"• {line}" for line in commands)),
    ]
    if ask:
        parts.append(blocks.context(ask))
    said = (missed, voice.t("inbox.about"), voice.t("help.head"), *(f"{line}." for line in commands))
    return blocks.message(words.bare(" ".join(filter(None, said))), parts)
