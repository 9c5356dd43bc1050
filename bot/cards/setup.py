"""Setting Handoff up from the Home tab: who leads, the three steps of the first run, and the ways in afterwards."""

from __future__ import annotations

from collections.abc import Sequence

from bot.cards import blocks, ids, words
from bot.cards.blocks import Block
from bot.core.case import Inbox
from bot.core.setup import Setup
from bot.core.types import Member
from bot.i18n.catalog import Voice

_NAMED = 3


def around(found: Inbox, body: Sequence[Block], voice: Voice, most: int) -> list[Block]:
    """What somebody sees anyway, with what they may set up: what is missing first, the ways in before the last line.

    At most so many blocks: however much waits, the ways in stay.
    """
    first = offer(voice) if found.setup.claimable else guide(found.setup, voice)
    *rest, last = body
    if first and found.setup.leads and not found.waiting:
        rest = rest[1:]  # that nothing waits is no news before the first card
    head = [*first, *([blocks.divider()] if first and rest else [])]
    end = [*ways_in(found, voice), last]
    return [*head, *rest[: most - len(head) - len(end)], *end]


def offer(voice: Voice) -> list[Block]:
    """To whoever comes first: nobody leads here yet."""
    return [
        blocks.header(voice.t("setup.nobody_leads")),
        blocks.section(voice.t("setup.lead_does")),
        blocks.actions(blocks.button(voice.t("button.lead"), ids.LEAD, "1")),
    ]


def guide(setup: Setup, voice: Voice) -> list[Block]:
    """To a lead: the three steps until a first list has come in, each with what it is for or what has been done."""
    if not setup.leads or all(setup.done):
        return []
    people, campaign, _ = setup.done
    first = _people(voice) if people else blocks.button(voice.t("button.person_new"), ids.PERSON_NEW, "1")
    parts = [
        blocks.header(voice.t("setup.head")),
        _step(1, voice, who_checks(setup.experts, voice) if people else ""),
        blocks.actions(first),
        _step(2, voice, _campaigns_said(setup, voice) if campaign else ""),
        blocks.actions(_campaigns(setup, voice)),
        _step(3, voice, ""),
        *(
            [blocks.actions(_import(voice), blocks.button(voice.t("button.sample"), ids.SAMPLE, "1"))]
            if campaign
            else []
        ),
    ]
    coming = 1 + [*setup.done].index(False)
    return [*parts, blocks.context(voice.t("setup.next", number=coming))]


def _step(number: int, voice: Voice, done: str) -> Block:
    title = f"*{number}. {voice.t(f'setup.step{number}')}*"
    return blocks.section(title, voice.t("setup.done", what=done) if done else voice.t(f"setup.about{number}"))


def who_checks(experts: Sequence[Member], voice: Voice) -> str:
    """'@bia (Brazil), @oleg (Russia) and 2 more'."""
    named = [f"{words.person(m.id)} ({', '.join(map(voice.market, m.markets[:_NAMED]))})" for m in experts[:_NAMED]]
    more = len(experts) - len(named)
    return ", ".join(named) + (f" {voice.n('inbox.more', more)}" if more > 0 else "")


def _campaigns_said(setup: Setup, voice: Voice) -> str:
    named = [f"{blocks.said(c.name, 40)} (<#{c.channel}>)" for c in setup.campaigns[:_NAMED]]
    more = len(setup.campaigns) - len(named)
    return ", ".join(named) + (f" {voice.n('inbox.more', more)}" if more > 0 else "")


def _people(voice: Voice) -> Block:
    return blocks.button(voice.t("button.people"), ids.PEOPLE, "0")


def _campaigns(setup: Setup, voice: Voice) -> Block:
    if setup.campaigns:
        return blocks.button(voice.t("button.campaigns"), ids.CAMPAIGNS, "1")
    return blocks.button(voice.t("button.campaign_new"), ids.CAMPAIGN_NEW, "1")


def _import(voice: Voice) -> Block:
    return blocks.button(voice.t("button.import"), ids.IMPORT, "import:")


def ways_in(found: Inbox, voice: Voice) -> list[Block]:
    """The row of buttons that is always there: to people and campaigns, or to offer oneself."""
    setup = found.setup
    row: list[Block] = []
    if setup.leads and (all(setup.done) or not guide(setup, voice)):
        row.append(_people(voice))
    if (setup.opens or setup.campaigns) and not guide(setup, voice):
        row.append(_campaigns(setup, voice))
    if setup.campaigns and not guide(setup, voice):
        row.append(_import(voice))
    if not setup.leads and not setup.claimable and found.lead is not None:
        row.append(blocks.button(voice.t("button.join"), ids.JOIN, "1"))
    return [blocks.actions(*row)] if row else []


def commands(setup: Setup, voice: Voice) -> list[str]:
    """What one can type to set something up."""
    found = [voice.t("help.campaign"), voice.t("help.import")] if setup.opens or setup.campaigns else []
    return [*found, *([voice.t("help.people")] if setup.leads else [])]
