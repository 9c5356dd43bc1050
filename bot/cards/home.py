"""Parts of the Home tab: how a campaign goes, what is new for its owner, and what a lead is asked to rule."""

from __future__ import annotations

from collections.abc import Sequence

from bot.cards import blocks, decided, ids, lists, words
from bot.cards.blocks import Block, Message
from bot.cards.words import Pen
from bot.core.case import MONTH, Ask, Case, Inbox, Progress
from bot.core.learned_model import LearnedModel
from bot.i18n.catalog import Voice

ASKS = 10
MODELS = 3
_CELLS = 10
_FULL, _EMPTY = "█", "░"


def progress_head(p: Progress, voice: Voice, *, plain: bool = False) -> str:
    """'Aurora Summer: 14 of 20 decided'; escaped unless `plain`."""
    name = blocks.one_line(p.campaign.name, 60)
    shown = name if plain else blocks.esc(name)
    return voice.t("progress.head", campaign=shown, settled=p.proceed + p.decline, total=p.total)


def bar(p: Progress) -> str:
    """The same as a picture, beside the words: at least one cell for something, and never full before the end."""
    settled = p.proceed + p.decline
    if not p.total:
        return ""
    full = round(_CELLS * settled / p.total)
    full = min(max(full, 1 if settled else 0), _CELLS if settled == p.total else _CELLS - 1)
    return _FULL * full + _EMPTY * (_CELLS - full)


def progress(p: Progress, voice: Voice) -> list[str]:
    """The bar, then in words what was decided, what is still open, and what falls to the AI if nobody answers."""
    settled = p.proceed + p.decline
    so_far = voice.t("progress.counts", proceed=p.proceed, decline=p.decline) if settled else ""
    waits = ""
    if p.waiting > 0:
        by = voice.by(p.last_deadline) if p.last_deadline else ""
        waits = voice.n("progress.waiting_by", p.waiting, by=by) if by else voice.n("progress.waiting", p.waiting)
    elif p.total:
        waits = voice.t("progress.done")
    lines = [bar(p), " ".join(part for part in (so_far, waits) if part)]
    if p.falling > 0:
        lines.append(voice.n("progress.falling", p.falling))
    elif p.waiting > 0:
        lines.append(voice.t("progress.in_time"))
    if p.unopened > 0:
        lines.append(voice.n("progress.unopened", p.unopened))
    if p.withdrawn > 0:
        lines.append(voice.n("progress.withdrawn", p.withdrawn))
    return lines


def news(found: Inbox, voice: Voice) -> list[Block]:
    """For an owner: what was decided lately and by whom."""
    if not found.news:
        return []
    return [blocks.section(f"*{voice.t('home.news')}*", *(_result(case, voice) for case in found.news))]


def _result(case: Case, voice: Voice) -> str:
    pen = Pen(case, voice)
    said = words.outcome(pen, case.decision) if case.decision else pen.t("decided.plain")
    return f"*{blocks.esc(decided.title(case, voice))}*. {said}"


def to_rule(found: Inbox, voice: Voice) -> list[Block]:
    """For a lead: objections first, then what nobody has ended in time, then models on trial."""
    if not found.asks and not found.models:
        return []
    head = [blocks.divider(), blocks.section(f"*{voice.t('home.to_rule')}*")] if found.waiting else []
    parts = head + [_ask(ask, voice) for ask in found.asks[:ASKS]]
    more = len(found.asks) - ASKS
    if more > 0:
        parts.append(blocks.context(voice.n("inbox.more", more)))
    return [*parts, *_models(found.models, voice)]


def _ask(ask: Ask, voice: Voice) -> Block:
    case, one = ask.case, ask.investigation
    pen, name = Pen(case, voice), blocks.one_line(case.candidate.name, 28)
    if ask.objection:
        said = voice.t("home.objects", who=pen.who(one.said.expert), verdict=pen.verdict(one.said.verdict))
        label = voice.t("a11y.rule", name=name)
        way = blocks.button(voice.t("button.rule"), ids.RULE, f"dissent:{one.said.id}", label=label)
    else:
        said = voice.t("home.unresolved", since=voice.day(one.disagreement.opened_at))
        label = voice.t("a11y.resolve", name=name)
        way = blocks.button(voice.t("button.who_right"), ids.RESOLVE, one.disagreement.id, label=label)
    return blocks.section(lists.title(case, voice), said, accessory=way)


def _models(tried: Sequence[LearnedModel], voice: Voice) -> list[Block]:
    return [
        blocks.section(
            voice.t("home.model", model=blocks.said(one.name, 40)),
            accessory=blocks.button(
                voice.t("button.rule"), ids.RULE, f"model:{one.id}", label=voice.t("a11y.rule", name=one.name)
            ),
        )
        for one in tried[:MODELS]
    ]


def ruling(said: Message, voice: Voice, about: str) -> Block:
    """What a lead rules on, as a view: the same words and buttons as the message that told of it."""
    title, close = voice.t("home.ruling"), voice.t("form.done")
    return blocks.modal(ids.RULING_VIEW, title, said.blocks, close=close, meta=about)


def month(found: Inbox, voice: Voice) -> list[Block]:
    """'31 answers, half of them within 2 h 5 min. 4 against the AI: 3 proved right, 1 still open', and a way there."""
    mine = found.month
    if mine is None:
        return []
    said = [voice.n("month.answers", mine.answers, half=voice.lasted(mine.half_within))]
    if mine.against:
        parts = (("month.right", mine.right), ("month.open", mine.open))
        became = ", ".join(voice.n(key, n) for key, n in parts if n)
        said.append(voice.n("month.against", mine.against) + (f": {became}." if became else "."))
    question = ids.asked(0, " ".join((f"by:<@{found.person.id}>", f"since:{MONTH}d")))
    more = blocks.button(voice.t("button.more"), ids.MONTH_OPEN, question, label=voice.t("a11y.month"))
    return [
        blocks.divider(),
        blocks.section(voice.t("month.head"), " ".join(said), accessory=more if mine.against else None),
    ]
