"""A market norm as people read it: its announcement, what changed of it, the cases behind it, the lead's list."""

from __future__ import annotations

from collections.abc import Sequence

from bot.cards import blocks, ids, words
from bot.cards.blocks import Block, Message
from bot.core.market_norm import Norm, Told, View
from bot.i18n.catalog import Voice
from scoring.lines import DEFAULT_LINES
from scoring.market_norms import Scope, State, Why, Word, is_above, window_of
from scoring.types import FlagCode, Tier

SHOWN_CASES = 20
SHOWN_NORMS = 10
_NUMBERS = frozenset({FlagCode.COMMENT_LIKE_RATIO, FlagCode.VIEWS_PER_LIKE})
_MANY = 5
"""Compact counts (84 тыс.) take the plural of many."""


# In words


def value_of(norm: Norm, value: float, voice: Voice) -> str:
    """'+24%', '9.4%', '1.4': a value of the norm's metric."""
    key = norm.key
    swings = key.flag is FlagCode.GROWTH_SPIKE and window_of(key.measure) is None
    if key.flag in _NUMBERS or swings:
        return voice.number(value)
    return voice.share(value, signed=key.flag is FlagCode.GROWTH_SPIKE)


def what(norm: Norm, voice: Voice) -> str:
    """'Followers up to +24% in 14 days', 'Real followers 61% or more'."""
    key, reach = norm.key, norm.tally.reach
    value = "" if reach is None else value_of(norm, reach, voice)
    if value:
        value = voice.t("range.most" if is_above(key.measure) else "range.least", value=value)
    window = window_of(key.measure)
    if key.flag is FlagCode.GROWTH_SPIKE and window is not None:
        return voice.n("flag.growth_spike", window, value=value).replace("  ", " ")
    name = "swing" if key.flag is FlagCode.GROWTH_SPIKE else key.flag.value
    return voice.t(f"flag.{name}", value=value, market_from="").replace("  ", " ").strip()


def holds_for(norm: Norm, voice: Voice) -> str:
    """'Instagram · 50K–500K followers · beauty · November': where it applies."""
    scope = norm.scope
    months = [voice.month(month) for month in scope.months if 1 <= month <= 12]
    parts = [
        voice.platform(norm.key.platform),
        tier_said(scope.tier, voice) if scope.tier else "",
        blocks.said(scope.category, 40) if scope.category else "",
        ", ".join(months),
    ]
    return words.SEPARATOR.join(part for part in parts if part)


def tier_said(tier: Tier, voice: Voice) -> str:
    """'10K–50K followers', 'from 1M followers'."""
    ends = (0, *DEFAULT_LINES.tiers)
    place = list(Tier).index(tier)
    low, high = ends[place], ends[place + 1] if place + 1 < len(ends) else None
    if high is None:
        span = voice.t("tier.from", low=voice.count(low))
    elif low == 0:
        span = voice.t("tier.below", high=voice.count(high))
    else:
        span = voice.t("tier.between", low=voice.count(low), high=voice.count(high))
    return voice.n("followers", _MANY, count=span)


def evidence(view: View, voice: Voice) -> str:
    """'3 experts, 5 cases, 2 campaigns. No case so far against it.': what it rests on."""
    tally = view.tally
    counted = [
        voice.n("market_norm.experts", tally.experts),
        voice.n("market_norm.cases", tally.cases),
        voice.n("market_norm.campaigns", tally.campaigns),
    ]
    against = voice.n("market_norm.opposed", tally.opposed) if tally.opposed else voice.t("market_norm.unopposed")
    confirmed = voice.t("market_norm.confirmed") if tally.confirmed else ""
    return " ".join(part for part in (", ".join(counted) + ".", confirmed, against) if part)


def share_left(view: View, voice: Voice) -> str:
    """'40%': what is left of the warning's weight now."""
    return voice.share(view.tally.factor, digits=0)


def ended_why(view: View, voice: Voice) -> str:
    """'The norm is withdrawn: 3 cases speak against it.': why it has ended."""
    norm, tally = view.norm, view.tally
    if norm.why is Why.LEAD:
        kind = "rejected" if norm.state is State.REJECTED else "retired"
        if norm.changed_by:
            return voice.t(f"market_norm.{kind}", who=words.person(norm.changed_by))
        return voice.t(f"market_norm.{kind}_bare")
    if norm.why is Why.FADED:
        return voice.t("market_norm.faded")
    if norm.why is Why.UNDONE:
        return voice.t("market_norm.undone")
    against = voice.n("market_norm.withdrawn", tally.opposed)
    return f"{against} {voice.n('market_norm.turned', tally.turned)}" if tally.turned else against


# The announcement


def announcement(view: View, voice: Voice) -> Message:
    """Born in public, with its evidence and its limits; once it has ended, that it has and why."""
    norm = view.norm
    market = voice.market_of(norm.key.market)
    normal = voice.t("market_norm.normal", market_in=voice.market_in(norm.key.market), market_of=market)
    bold = f"*{what(norm, voice)}: {normal}*"
    where = voice.t("market_norm.holds", where=holds_for(norm, voice))
    if not norm.active:
        head, why = voice.t("market_norm.was", market_of=market), ended_why(view, voice)
        parts = [
            blocks.section(f"*{head}*", what(norm, voice) + f" ({holds_for(norm, voice)})"),
            blocks.section(why, voice.t("market_norm.full_again")),
            blocks.actions(_cases_button(view, voice)),
        ]
        return blocks.message(words.bare(f"{head}. {what(norm, voice)}. {why}"), parts)
    head = voice.t("market_norm.new", market_of=market)
    small = voice.t("market_norm.fades")
    wrong = voice.t("market_norm.wrong", lead=words.person(view.lead)) if view.lead else ""
    label = voice.t("a11y.market_norm")
    parts = [
        blocks.header(head),
        blocks.section(bold, where),
        blocks.section(
            voice.t("market_norm.who", evidence=evidence(view, voice)),
            voice.t("market_norm.changes", share=share_left(view, voice)),
        ),
        blocks.context(f"{small} {wrong}".rstrip()),
        blocks.actions(
            _cases_button(view, voice),
            blocks.button(voice.t("button.market_norm"), ids.NORM_REVIEW, norm.id, label=label),
        ),
    ]
    said = f"{head}: {words.lower_first(what(norm, voice))} ({holds_for(norm, voice)})."
    return blocks.message(words.bare(said), parts)


def _cases_button(view: View, voice: Voice) -> Block:
    n = view.tally.cases + view.tally.opposed
    return blocks.button(voice.n("button.market_norm_cases", n), ids.NORM_CASES, view.norm.id)


def changed(view: View, changes: Sequence[str], voice: Voice) -> Message:
    """What is true of it now, under its announcement: one short message."""
    norm = view.norm
    if not norm.active:
        said = [ended_why(view, voice), voice.t("market_norm.full_again")]
    elif "active" in changes:
        said = [voice.t("market_norm.again"), evidence(view, voice)]
    elif "narrowed" in changes:
        said = [voice.t("market_norm.narrowed", where=holds_for(norm, voice))]
    else:
        said = [voice.t("market_norm.reach", what=words.lower_first(what(norm, voice)))]
    text = " ".join(said)
    return blocks.message(words.bare(text), [blocks.section(text)])


def over(view: View, voice: Voice) -> Message:
    """In a thread that the norm came from: it has ended, and what that means here."""
    norm = view.norm
    named = f"{what(norm, voice)} ({holds_for(norm, voice)})"
    head = voice.t("market_norm.over", market_of=voice.market_of(norm.key.market), what=words.lower_first(named))
    lines = [f"*{head}*", ended_why(view, voice)]
    return blocks.message(words.bare(". ".join(lines)), [blocks.section(*lines)])


# The cases


def cases_view(view: View, voice: Voice, *, hidden: bool) -> Block:
    """Who said what of it, newest first, with a link to each thread; what the reader cannot see is not there."""
    head = blocks.section(f"*{what(view.norm, voice)}*", holds_for(view.norm, voice), status(view, voice))
    shown = view.cases[:SHOWN_CASES]
    parts = [head, *(blocks.section(*_case_lines(told, view, voice)) for told in shown)]
    more = len(view.cases) - len(shown)
    small = [
        voice.n("market_norm.more_cases", more) if more > 0 else "",
        voice.t("market_norm.hidden") if hidden else "",
        voice.t("market_norm.no_cases") if not shown else "",
    ]
    if any(small):
        parts.append(blocks.context(*small))
    title, close = _title(view.norm, voice), voice.t("form.close")
    return blocks.modal(ids.NORM_CASES_VIEW, title, parts, close=close, meta=view.norm.id)


def _case_lines(told: Told, view: View, voice: Voice) -> list[str]:
    vote = told.case.vote
    day, who = voice.day(vote.at.date()), words.person(vote.person)
    if vote.word is Word.CONFIRMED:
        return [voice.t("market_norm.case_confirmed", who=who, day=day)]
    value = "" if vote.value is None else value_of(view.norm, vote.value, voice)
    name = f"*{words.link(told.link, blocks.said(told.candidate, words.NAME))}*"
    kind = "turned" if vote.turned and vote.word is Word.NORMAL else vote.word.value
    said = voice.t(f"market_norm.case_{kind}", who=who, value=value)
    return [f"{name}{words.SEPARATOR}{blocks.said(told.campaign, 40)}{words.SEPARATOR}{day}", said]


def _title(norm: Norm, voice: Voice) -> str:
    named = voice.t("market_norm.title", market_of=voice.market_of(norm.key.market))
    return named if len(named) <= blocks.TITLE else voice.t("market_norm.title_bare")


# The lead


def status(view: View, voice: Voice) -> str:
    """'Active: counts for 40%. 3 experts, 5 cases, 2 campaigns. …', or what is missing."""
    if view.norm.active:
        used = voice.n("market_norm.used", view.uses) if view.uses else ""
        active = voice.t("market_norm.active", share=share_left(view, voice))
        return " ".join(part for part in (active, evidence(view, voice), used) if part)
    if view.norm.state is State.FORMING:
        return f"{voice.t('market_norm.forming')} {evidence(view, voice)}"
    return ended_why(view, voice)


def listed(views: Sequence[View], voice: Voice) -> list[Block]:
    """For a lead's Home: what is active, and what waits for a confirmation or for more cases."""
    if not views:
        return []
    parts: list[Block] = [blocks.divider(), blocks.section(f"*{voice.t('market_norm.list')}*")]
    for view in views[:SHOWN_NORMS]:
        norm = view.norm
        market, said = voice.market(norm.key.market), words.lower_first(what(norm, voice))
        head = f"*{market}:* {said}{words.SEPARATOR}{holds_for(norm, voice)}"
        label = voice.t("a11y.market_norm")
        rule = blocks.button(voice.t("button.market_norm_rule"), ids.NORM_REVIEW, norm.id, label=label)
        parts.append(blocks.section(head, status(view, voice), accessory=rule))
    more = len(views) - SHOWN_NORMS
    if more > 0:
        parts.append(blocks.context(voice.n("market_norm.more", more)))
    return parts


def ruling_form(view: View, voice: Voice, *, chosen: str | None = None, scope: Scope | None = None) -> Block:
    """Confirm, narrow, retire or reject: one form, with what is true preset where there is something to keep."""
    norm, now = view.norm, scope or view.norm.scope
    kinds = [ids.KEEP, ids.RETIRE, ids.REJECT] if norm.active else [ids.CONFIRM, ids.REJECT]
    if norm.state is State.REJECTED:
        kinds.remove(ids.REJECT)
    options = [blocks.option(voice.t(f"market_norm.rule.{kind}"), kind) for kind in kinds]
    preset = chosen or (ids.KEEP if norm.active else None)
    tiers = [blocks.option(voice.t("market_norm.any_tier"), ids.ANY)]
    tiers += [blocks.option(tier_said(tier, voice), tier.value) for tier in Tier]
    names = [blocks.option(voice.t("market_norm.any_category"), ids.ANY)]
    names += [blocks.option(blocks.one_line(name, blocks.OPTION), name) for name in view.categories]
    months = [blocks.option(voice.t("market_norm.any_month"), ids.ANY)]
    months += [blocks.option(voice.month(month), str(month)) for month in range(1, 13)]
    category = now.category if now.category in view.categories else None
    month = str(now.months[0]) if now.months else None
    parts = [
        blocks.section(f"*{what(norm, voice)}*", holds_for(norm, voice), status(view, voice)),
        blocks.actions(_cases_button(view, voice)),
        blocks.field(ids.CHOICE, voice.t("market_norm.rule"), blocks.one_of(ids.FIELD, options, preset)),
        _narrowing(ids.TIER, voice.t("market_norm.tier"), tiers, now.tier.value if now.tier else None),
        _narrowing(ids.CATEGORY, voice.t("market_norm.category"), names, category) if view.categories else None,
        _narrowing(ids.SEASON, voice.t("market_norm.season"), months, month),
        blocks.context(voice.t("market_norm.rule_hint")),
    ]
    kept = [part for part in parts if part]
    return blocks.modal(
        ids.NORM_RULING_FORM, _title(norm, voice), kept, close=voice.t("form.cancel"), submit=voice.t("form.save"),
        meta=norm.id,
    )  # fmt: skip


def _narrowing(name: str, label: str, options: Sequence[Block], chosen: str | None) -> Block:
    return blocks.field(name, label, blocks.select(ids.FIELD, options, chosen or ids.ANY))
