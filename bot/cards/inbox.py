"""What waits for one person: the Home tab, /handoff inbox and /handoff help; never an empty page or a dead button."""

from __future__ import annotations

from datetime import datetime

from bot.cards import blocks, ids, lists, norm, ranked, setup, words
from bot.cards.blocks import Block, Message
from bot.core.case import Inbox, Progress
from bot.core.setup import Setup
from bot.core.types import Role
from bot.i18n.catalog import Voice

_CAMPAIGNS = 20
_NOTHING = Setup()


def home(found: Inbox, voice: Voice, *, now: datetime) -> Block:  # noqa: ARG001 - `now` is in every card's signature
    """The App Home tab of an expert, a marketer, a lead, or of somebody who is none of these yet."""
    return blocks.home(setup.around(found, _body(found, voice), voice))


def inbox(found: Inbox, voice: Voice, *, now: datetime) -> Message:  # noqa: ARG001 - `now` is in every card's signature
    """The same as a message, for the slash command."""
    text = lists.first_words(found.waiting, voice) if found.waiting else voice.t(_empty(found))
    return blocks.message(text, setup.around(found, _body(found, voice), voice))


def _empty(found: Inbox) -> str:
    return "inbox.nobody" if not found.person.roles else "inbox.empty"


def _body(found: Inbox, voice: Voice) -> list[Block]:
    if not found.person.roles and not found.waiting and not found.campaigns:
        return [
            blocks.header(voice.t("inbox.nobody")),
            blocks.section(voice.t("inbox.about")),
            blocks.section(voice.t("inbox.may_search")),
            _search(voice),
            _questions(found, voice),
        ]
    campaigns = list(found.campaigns[:_CAMPAIGNS])
    only_marketer = {role for role, _ in found.person.roles} == {Role.MARKETER}
    if only_marketer and campaigns and not found.waiting:
        first = campaigns.pop(0)
        parts = [
            blocks.header(progress_head(first, voice, plain=True)),
            blocks.section(*progress(first, voice), accessory=_in_order(first, voice)),
        ]
        last = [_search(voice)]
    else:
        first_of_all, *rest = _waiting(found, voice)
        start = [lists.one_by_one(voice)] if found.waiting else []
        parts, last = [first_of_all, _search(voice, *start), *rest], []
    if campaigns:
        parts.append(blocks.divider())
        parts += [
            blocks.section(f"*{progress_head(p, voice)}*", *progress(p, voice), accessory=_in_order(p, voice))
            for p in campaigns
        ]
    more = len(found.campaigns) - _CAMPAIGNS
    if more > 0:
        parts.append(blocks.context(voice.n("inbox.more_campaigns", more)))
    return [*parts, *norm.listed(found.norms, voice), *last, _questions(found, voice)]


def _search(voice: Voice, *first: Block) -> Block:
    """The way to past cases, after other ways."""
    return blocks.actions(*first, blocks.button(voice.t("button.search"), ids.SEARCH_OPEN, ids.asked(0, "")))


def _waiting(found: Inbox, voice: Voice) -> list[Block]:
    roles = {role for role, _ in found.person.roles}
    if found.waiting:
        head = blocks.header(voice.n("inbox.head", len(found.waiting)))
        return [head, *lists.entries(found.waiting, voice, queued=found.queued)]
    lines = [voice.t("inbox.nothing_to_rule")] if Role.LEAD in roles else []
    if Role.EXPERT in roles:
        lines.append(voice.t("inbox.nothing_to_answer"))
    if found.queued > 0:
        lines.append(voice.n("inbox.queued", found.queued))
    if Role.MARKETER in roles and not found.campaigns:
        lines.append(voice.t("inbox.no_campaigns"))
    head = blocks.header(voice.t("inbox.empty"))
    return [head, blocks.section(*lines)] if lines else [head]


def _in_order(p: Progress, voice: Voice) -> Block | None:
    return ranked.way_in(p.campaign.key, p.campaign.name, voice) if p.total else None


def progress_head(p: Progress, voice: Voice, *, plain: bool = False) -> str:
    """'Aurora Summer: 14 of 20 decided'; escaped unless `plain`."""
    name = blocks.one_line(p.campaign.name, 60)
    shown = name if plain else blocks.esc(name)
    return voice.t("progress.head", campaign=shown, settled=p.proceed + p.decline, total=p.total)


def progress(p: Progress, voice: Voice) -> list[str]:
    """What was decided and what is still open, in words."""
    lines: list[str] = []
    settled = p.proceed + p.decline
    so_far = voice.t("progress.counts", proceed=p.proceed, decline=p.decline) if settled else ""
    waits = ""
    if p.waiting > 0:
        by = voice.by(p.last_deadline) if p.last_deadline else ""
        waits = voice.n("progress.waiting_by", p.waiting, by=by) if by else voice.n("progress.waiting", p.waiting)
    elif p.total:
        waits = voice.t("progress.done")
    lines.append(" ".join(part for part in (so_far, waits) if part))
    if p.unopened > 0:
        lines.append(voice.n("progress.unopened", p.unopened))
    if p.withdrawn > 0:
        lines.append(voice.n("progress.withdrawn", p.withdrawn))
    return lines


def _questions(found: Inbox, voice: Voice) -> Block:
    lead = found.lead
    if lead and lead != found.person.id:
        return blocks.context(voice.t("inbox.questions", lead=words.person(lead)))
    return blocks.context(voice.t("inbox.questions_alone"))


def help(voice: Voice, lead: str | None, may: Setup = _NOTHING) -> Message:  # noqa: A001 - read as inbox.help
    """What Handoff is and what one can type."""
    ask = voice.t("help.ask", lead=words.person(lead)) if lead else ""
    commands = [
        voice.t("help.inbox"),
        voice.t("help.search"),
        *setup.commands(may, voice),
        voice.t("help.help"),
    ]
    parts = [
        blocks.section(voice.t("inbox.about")),
        blocks.section(voice.t("help.cards")),
        blocks.section(voice.t("help.head"), *(f"• {line}" for line in commands)),
    ]
    if ask:
        parts.append(blocks.context(ask))
    text = words.bare(" ".join((voice.t("inbox.about"), voice.t("help.head"), *(f"{line}." for line in commands))))
    return blocks.message(text, parts)
