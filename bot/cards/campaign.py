"""Campaigns: those that somebody may change, the form for one, and what is said once it is saved."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from bot.cards import blocks, fields, ids, words
from bot.cards.blocks import Block
from bot.cards.norm import tier_said
from bot.cards.people import market_groups
from bot.core.countries import country_codes
from bot.core.errors import Invalid
from bot.core.money import parse_money
from bot.core.setup import Reach
from bot.core.types import Campaign, DecisionType, OnDeadline, Stakes, Whose
from bot.i18n.catalog import Voice, locales
from scoring.types import Tier

SHOWN = 40
CHANGE, IMPORT = "change", "import"
"""The choices of a campaign's overflow."""
_NAME = 80
_WINDOWS = (4, 8, 12, 24, 48, 72, 120, 168)
"""Hours that are offered."""
_HOUR = timedelta(hours=1)
_WORDS = re.compile(r"\s*[,;\n]\s*")
_MOST_WORDS = 30


@dataclass(frozen=True, slots=True)
class Saved:
    """What is true of a campaign that was just saved, as far as it is known by now."""

    campaign: Campaign
    new: bool
    unchecked: tuple[str, ...] = ()
    """Markets that nobody answers for."""
    reach: Reach | None = None
    """Whether the bot gets into its channel; None while Slack is asked."""
    owner_guest: bool = False


# The list


def listed(found: Sequence[Campaign], voice: Voice, *, may_open: bool) -> Block:
    """Those that somebody may change, each with what one can do with it."""
    new = blocks.actions(blocks.button(voice.t("button.campaign_new"), ids.CAMPAIGN_NEW, "1"))
    parts = [*([new] if may_open else []), *(_entry(c, voice) for c in found[:SHOWN])]
    if not found:
        parts.append(blocks.section(voice.t("campaigns.none")))
    more = len(found) - SHOWN
    if more > 0:
        parts.append(blocks.context(voice.n("inbox.more_campaigns", more)))
    return blocks.modal(ids.CAMPAIGNS_VIEW, voice.t("campaigns.title"), parts, close=voice.t("form.close"))


def _entry(campaign: Campaign, voice: Voice) -> Block:
    return blocks.section(
        f"*{blocks.said(campaign.name, 60)}*", *about(campaign, voice), accessory=_more(campaign, voice)
    )


def _more(campaign: Campaign, voice: Voice) -> Block:
    choices = [(voice.t("more.campaign_import"), IMPORT), (voice.t("more.campaign_change"), CHANGE)]
    return blocks.overflow(ids.CAMPAIGN_MORE, [blocks.option(said, f"{name}:{campaign.key}") for said, name in choices])


def about(campaign: Campaign, voice: Voice) -> list[str]:
    """'#creators-br · Brazil' and 'run by @maya · 48 h · medium stakes'."""
    where = [f"<#{campaign.channel}>", ", ".join(map(voice.market, campaign.markets[:5]))]
    terms = [
        voice.t("run_by", who=words.person(campaign.owner)),
        voice.lasted(campaign.window),
        voice.t(f"stakes.{campaign.stakes.value}"),
    ]
    return [words.SEPARATOR.join(where), words.SEPARATOR.join(terms)]


# The form


def form(
    campaign: Campaign | None, voice: Voice, *, used: Sequence[str], owner: str, channel: str | None = None
) -> Block:
    """Everything about one campaign on one form; `used` are markets on top of the list."""
    markets = blocks.grouped(
        ids.FIELD, market_groups(voice, [*(campaign.markets if campaign else ()), *used]),
        campaign.markets if campaign else (), many=True, hint=voice.t("market_list.hint"),
    )  # fmt: skip
    name = blocks.line_input(
        ids.FIELD, placeholder=voice.t("campaign.name_example"), initial=campaign.name if campaign else "", limit=_NAME
    )
    where = blocks.channel_select(
        ids.FIELD, campaign.channel if campaign else channel, hint=voice.t("campaign.channel_hint")
    )
    who = blocks.person_select(ids.FIELD, campaign.owner if campaign else owner, hint=voice.t("person.who_hint"))
    parts = [
        blocks.field(ids.NAME, voice.t("campaign.name"), name),
        blocks.field(ids.MARKET, voice.t("campaign.markets"), markets),
        blocks.field(ids.CHANNEL, voice.t("campaign.channel"), where, hint=voice.t("campaign.channel_about")),
        _language(campaign, voice),
        blocks.field(ids.OWNER, voice.t("campaign.owner"), who),
        _window(campaign, voice),
        _stakes(campaign, voice),
        _on_deadline(campaign, voice),
        _line(ids.BUDGET, "budget", _money_said(campaign, campaign.budget if campaign else None), voice),
        _line(ids.FEE_LINE, "fee_line", _money_said(campaign, campaign.fee_line if campaign else None), voice),
        _line(ids.CATEGORIES, "categories", ", ".join(campaign.categories) if campaign else "", voice),
        _tiers(campaign, voice),
        _audience(campaign, voice),
        _line(ids.AVOID, "avoid", ", ".join(campaign.avoid) if campaign else "", voice),
        _kind(campaign, voice),
        _recommends(campaign, voice),
    ]
    if campaign:
        parts.insert(0, blocks.context(voice.t("campaign.keeps_terms")))
    return blocks.modal(
        ids.CAMPAIGN_FORM, voice.t("campaign.change" if campaign else "campaign.new"), parts,
        close=voice.t("form.cancel"), submit=voice.t("form.save"), meta=campaign.key if campaign else "",
    )  # fmt: skip


def _line(name: str, key: str, typed: str, voice: Voice) -> Block:
    element = blocks.line_input(ids.FIELD, placeholder=voice.t(f"campaign.{key}_example"), initial=typed, limit=300)
    return blocks.field(name, voice.t(f"campaign.{key}"), element, optional=True)


def _language(campaign: Campaign | None, voice: Voice) -> Block:
    chosen = campaign.locale if campaign else voice.locale
    options = [blocks.option(voice.t(f"language.{code}"), code) for code in locales()]
    return blocks.field(ids.LANGUAGE, voice.t("campaign.language"), blocks.one_of(ids.FIELD, options, chosen))


def _window(campaign: Campaign | None, voice: Voice) -> Block:
    """The usual ones, and whichever it has."""
    window = campaign.window if campaign else timedelta(hours=48)
    offered = sorted({hours * _HOUR for hours in _WINDOWS} | {window})
    options = [blocks.option(voice.lasted(one), str(int(one.total_seconds()))) for one in offered]
    chosen = str(int(window.total_seconds()))
    return blocks.field(ids.WINDOW, voice.t("campaign.window"), blocks.select(ids.FIELD, options, chosen))


def _stakes(campaign: Campaign | None, voice: Voice) -> Block:
    chosen = (campaign.stakes if campaign else Stakes.MEDIUM).value
    options = [blocks.option(voice.t(f"campaign.stakes.{s.value}"), s.value) for s in Stakes]
    return blocks.field(ids.STAKES, voice.t("campaign.stakes"), blocks.one_of(ids.FIELD, options, chosen))


def _on_deadline(campaign: Campaign | None, voice: Voice) -> Block:
    """What happens at the deadline; as the stakes say, unless the campaign says otherwise."""
    rule = campaign.on_deadline if campaign else None
    options = [blocks.option(voice.t("campaign.on_deadline.stakes"), ids.ANY)]
    options += [blocks.option(voice.t(f"campaign.on_deadline.{r.value}"), r.value) for r in OnDeadline]
    element = blocks.select(ids.FIELD, options, rule.value if rule else ids.ANY)
    return blocks.field(ids.ON_DEADLINE, voice.t("campaign.on_deadline"), element)


def _tiers(campaign: Campaign | None, voice: Voice) -> Block:
    options = [blocks.option(tier_said(tier, voice), tier.value) for tier in Tier]
    chosen = [tier.value for tier in campaign.tiers] if campaign else ()
    element = blocks.several(ids.FIELD, options, chosen, placeholder=voice.t("campaign.tiers_any"))
    return blocks.field(ids.TIERS, voice.t("campaign.tiers"), element, optional=True)


def _kind(campaign: Campaign | None, voice: Voice) -> Block:
    kind = campaign.type if campaign else DecisionType.PARTNERSHIP
    options = [blocks.option(voice.t(f"campaign.type.{k.value}"), k.value) for k in DecisionType]
    return blocks.field(ids.KIND, voice.t("campaign.type"), blocks.select(ids.FIELD, options, kind.value))


def _recommends(campaign: Campaign | None, voice: Voice) -> Block:
    chosen = (campaign.recommends if campaign else Whose.OURS).value
    options = [blocks.option(voice.t(f"campaign.recommends.{w.value}"), w.value) for w in Whose]
    element, hint = blocks.one_of(ids.FIELD, options, chosen), voice.t("campaign.recommends_hint")
    return blocks.field(ids.RECOMMENDS, voice.t("campaign.recommends"), element, hint=hint)


def _audience(campaign: Campaign | None, voice: Voice) -> Block:
    least = campaign.min_audience if campaign else None
    element = blocks.number_input(ids.FIELD, initial="" if least is None else f"{least * 100:g}", least=0, most=100)
    return blocks.field(ids.AUDIENCE, voice.t("campaign.audience"), element, optional=True)


def _money_said(campaign: Campaign | None, amount: float | None) -> str:
    if campaign is None or amount is None:
        return ""
    return f"{amount:.2f}".removesuffix(".00") + f" {campaign.currency}"


def filled(view: Mapping[str, Any], before: Campaign | None) -> Campaign:
    """The campaign as the form says it; what the form does not ask for stays.

    Raises Invalid, naming the field, for what cannot be read.
    """
    budget, fee_line, currency = _money(view, before)
    window = fields.picked_one(view, ids.WINDOW) or ""
    stakes, language = fields.picked_one(view, ids.STAKES), fields.picked_one(view, ids.LANGUAGE)
    rule, kind = fields.picked_one(view, ids.ON_DEADLINE), fields.picked_one(view, ids.KIND)
    tiers = fields.ticked(view, ids.TIERS)
    draft = before or Campaign("", "", (), "", "")
    asked, whose = fields.values_of(view), fields.picked_one(view, ids.RECOMMENDS)
    return replace(
        draft,
        name=fields.one_line(view, ids.NAME),
        markets=tuple(code for code in fields.ticked(view, ids.MARKET) if code in country_codes()),
        channel=fields.picked_channel(view, ids.CHANNEL) or "",
        owner=fields.picked_person(view, ids.OWNER) or "",
        window=timedelta(seconds=int(window)) if window.isdecimal() else timedelta(),
        stakes=Stakes(stakes) if stakes in set(Stakes) else draft.stakes,
        locale=language if language in locales() else draft.locale,
        # A form that was opened before these were asked for leaves them as they are.
        on_deadline=(OnDeadline(rule) if rule in set(OnDeadline) else None) if rule else draft.on_deadline,
        budget=budget,
        fee_line=fee_line if ids.FEE_LINE in asked else draft.fee_line,
        currency=currency,
        recommends=Whose(whose) if whose in set(Whose) else draft.recommends,
        type=DecisionType(kind) if kind in set(DecisionType) else draft.type,
        tiers=tuple(tier for tier in Tier if tier.value in tiers) if ids.TIERS in asked else draft.tiers,
        categories=_listed(fields.one_line(view, ids.CATEGORIES)),
        avoid=_listed(fields.one_line(view, ids.AVOID)),
        min_audience=_share(fields.one_line(view, ids.AUDIENCE)),
    )


def _listed(typed: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for word in _WORDS.split(typed) if word.strip()))[:_MOST_WORDS]


def _money(view: Mapping[str, Any], before: Campaign | None) -> tuple[float | None, float | None, str]:
    """(budget, fee line, the one currency of both): the currency is that of whichever names one."""
    amounts, named = [], []
    for name in (ids.BUDGET, ids.FEE_LINE):
        typed = fields.one_line(view, name)
        read = parse_money(typed) if typed else (None, None)
        if read is None:
            raise Invalid("campaign_money", field=name, value=typed)
        amounts.append(read[0])
        named += [read[1]] if read[1] else []
    if len(set(named)) > 1:
        raise Invalid("campaign_currencies", field=ids.FEE_LINE, budget=named[0], fee=named[1])
    usual = before.currency if before else Campaign("", "", (), "", "").currency
    return amounts[0], amounts[1], named[0] if named else usual


def _share(typed: str) -> float | None:
    if not typed:
        return None
    try:
        return float(typed.replace(",", ".")) / 100
    except ValueError:
        raise Invalid("campaign_min_audience", field=ids.AUDIENCE) from None


# What is said once it is saved


def saved(done: Saved, voice: Voice) -> Block:
    """That it is open or changed, whether the bot gets into its channel, who is missing, and what comes next."""
    campaign = done.campaign
    head = voice.t("campaign.opened" if done.new else "campaign.changed", name=blocks.said(campaign.name, 60))
    reach = done.reach.value if done.reach else "asking"
    parts = [
        blocks.section(f"*{head}*", *about(campaign, voice)),
        blocks.section(voice.t(f"reach.{reach}", channel=f"<#{campaign.channel}>")),
    ]
    if done.reach in (Reach.ABSENT, Reach.UNKNOWN):
        parts.append(blocks.actions(blocks.button(voice.t("button.look_again"), ids.CAMPAIGN_LOOK, campaign.key)))
    missing = [
        voice.t("campaign.unchecked", market_of=voice.market_of(m), market=voice.market(m)) for m in done.unchecked[:5]
    ]
    if done.owner_guest:
        missing.append(voice.t("campaign.owner_guest", owner=words.person(campaign.owner)))
    if missing:
        parts.append(blocks.section(*missing))
    if done.new and done.reach is not None:
        parts += [
            blocks.section(voice.t("campaign.next")),
            blocks.actions(blocks.button(voice.t("button.import"), ids.IMPORT, f"{IMPORT}:{campaign.key}")),
        ]
    return blocks.modal(
        ids.CAMPAIGN_SAVED, voice.t("campaign.saved"), parts, close=voice.t("form.done"), meta="new" if done.new else ""
    )
