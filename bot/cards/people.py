"""People and their roles, for leads; the offer to answer for a market, and what becomes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.cards import blocks, fields, ids, rationale, words
from bot.cards.blocks import Block, Message
from bot.core.countries import country_codes
from bot.core.setup import Placed, Roster, Wish
from bot.core.types import Member, Role
from bot.i18n.catalog import Voice

SHOWN = 30
"""People on one page of the list."""
_REFERRERS = 60
_NAME = 80


@dataclass(frozen=True, slots=True)
class Filled:
    """What somebody filled in about a person."""

    person: str | None
    roles: tuple[tuple[Role, str | None], ...]
    backup: str | None


# In words


def role_said(role: Role, market: str | None, voice: Voice) -> str:
    """'expert for Brazil'."""
    if role is Role.EXPERT and market:
        return voice.t("role.expert_of", market_of=voice.market_of(market), by_market=voice.market_by(market))
    return voice.t(f"role.{role.value}")


def roles_said(member: Member, voice: Voice) -> str:
    """'expert for Brazil, lead'."""
    return ", ".join(role_said(role, market, voice) for role, market in member.roles) or voice.t("role.none")


def market_groups(voice: Voice, first: Sequence[str] = ()) -> list[tuple[str, list[Block]]]:
    """Every market by name, those in use on top; the rest by their first letter."""
    used = [code for code in dict.fromkeys(first) if code in country_codes()]
    rest = sorted(((voice.market(code), code) for code in country_codes() - set(used)), key=lambda one: _sorted(one[0]))
    by_letter: dict[str, list[Block]] = {}
    for name, code in rest:
        by_letter.setdefault(_sorted(name)[:1].upper(), []).append(blocks.option(name, code))
    mine = sorted(used, key=lambda code: _sorted(voice.market(code)))
    top = [(voice.t("market_list.used"), [blocks.option(voice.market(code), code) for code in mine])]
    return [*top, *by_letter.items()]


def _sorted(name: str) -> str:
    return name.casefold().replace("ё", "е").replace("å", "a")


# The list


def roster_view(found: Roster, voice: Voice, start: int = 0) -> Block:
    """Everybody with a role, each with the way to change it."""
    shown = found.members[start : start + SHOWN]
    parts = [
        blocks.actions(
            blocks.button(voice.t("button.person_new"), ids.PERSON_NEW, "1"),
            blocks.button(voice.t("button.referrers"), ids.REFERRERS, "1"),
        ),
        *(_entry(member, voice) for member in shown),
    ]
    if not found.members:
        parts.append(blocks.section(voice.t("people.none")))
    more = len(found.members) - start - len(shown)
    if start or more > 0:
        parts.append(blocks.actions(_turn(start, more, voice)))
    return blocks.modal(ids.PEOPLE_VIEW, voice.t("people.title"), parts, close=voice.t("form.close"), meta=str(start))


def _turn(start: int, more: int, voice: Voice) -> Block:
    if more > 0:
        return blocks.button(voice.n("button.people_more", more), ids.PEOPLE, str(start + SHOWN))
    return blocks.button(voice.t("button.people_first"), ids.PEOPLE, "0")


def _entry(member: Member, voice: Voice) -> Block:
    lines = [f"{words.person(member.id)}: {roles_said(member, voice)}"]
    if not member.active:
        lines.append(voice.t("people.gone" if member.deleted else "people.guest"))
    elif member.backup:
        lines.append(voice.t("people.backup", who=words.person(member.backup)))
    label = voice.t("a11y.person", name=blocks.one_line(member.name, 40))
    button = blocks.button(voice.t("button.person_change"), ids.PERSON_CHANGE, member.id, label=label)
    return blocks.section(*lines, accessory=button)


# One person


def person_form(member: Member | None, found: Roster, voice: Voice) -> Block:
    """Who, what they may do, for which markets, and who stands in for them; `member` None asks for somebody."""
    held = {role.value for role, _ in member.roles} if member else {Role.EXPERT.value}
    in_use = [market for m in found.members for market in m.markets]
    who = (
        blocks.section(f"{words.person(member.id)}: {roles_said(member, voice)}")
        if member
        else blocks.field(
            ids.PERSON, voice.t("person.who"), blocks.person_select(ids.FIELD, hint=voice.t("person.who_hint"))
        )
    )
    roles = [blocks.option(voice.t(f"role.about.{role.value}"), role.value) for role in Role]
    markets = blocks.grouped(
        ids.FIELD, market_groups(voice, in_use), member.markets if member else (), many=True,
        hint=voice.t("market_list.hint"),
    )  # fmt: skip
    parts = [
        who,
        blocks.field(ids.ROLES, voice.t("person.roles"), blocks.checkboxes(ids.FIELD, roles, held), optional=True),
        blocks.field(
            ids.MARKET, voice.t("person.markets"), markets, optional=True, hint=voice.t("person.markets_hint")
        ),
        _backup(member, found, voice),
    ]
    title = voice.t("person.change" if member else "person.new")
    meta = member.id if member else ""
    return blocks.modal(
        ids.PERSON_FORM, title, parts, close=voice.t("form.cancel"), submit=voice.t("form.save"), meta=meta
    )


def _backup(member: Member | None, found: Roster, voice: Voice) -> Block:
    """Only who can answer anything; on a phone a choice cannot be cleared again, so nobody is a choice."""
    able = [m for m in found.members if m.active and (m.is_lead or m.markets) and (not member or m.id != member.id)]
    chosen = member.backup if member else None
    able.sort(key=lambda m: m.id != chosen)
    options = [blocks.option(voice.t("person.no_backup"), ids.ANY)]
    options += [blocks.option(blocks.one_line(m.name, _NAME), m.id) for m in able]
    return blocks.field(
        ids.BACKUP, voice.t("person.backup"), blocks.select(ids.FIELD, options, chosen or ids.ANY), optional=True
    )


def filled_person(view: Mapping[str, Any]) -> Filled:
    """What the form says. Markets make an expert; an expert without one is the desk's to refuse."""
    person = str(view.get("private_metadata") or "") or fields.picked_person(view, ids.PERSON)
    ticked, markets = set(fields.ticked(view, ids.ROLES)), fields.ticked(view, ids.MARKET)
    roles: list[tuple[Role, str | None]] = [(role, None) for role in (Role.LEAD, Role.MARKETER) if role.value in ticked]
    roles += [(Role.EXPERT, market) for market in markets if market in country_codes()]
    if Role.EXPERT.value in ticked and not markets:
        roles.append((Role.EXPERT, None))
    backup = fields.picked_one(view, ids.BACKUP)
    return Filled(person, tuple(roles), None if backup == ids.ANY else backup)


def placed(done: Placed, voice: Voice) -> Block:
    """What is true of somebody now, and what follows from it."""
    lines = [f"{words.person(done.member.id)}: {roles_said(done.member, voice)}."]
    if done.welcomed:
        lines.append(voice.t("person.welcomed"))
    if done.moved:
        lines.append(voice.n("person.moved", done.moved))
    return rationale.saved(voice, "person.saved", "\n".join(lines))


def asking(voice: Voice, *, joins: bool = False) -> Block:
    """While Slack is asked who somebody is."""
    return rationale.saved(voice, "join.title" if joins else "person.new", voice.t("person.asking"))


# Trusted referrers


def referrers_form(names: Sequence[str], voice: Voice) -> Block:
    """Whose referrals take the fast track: on by the field, off by the button beside each."""
    shown = names[:_REFERRERS]
    new = blocks.line_input(ids.FIELD, placeholder=voice.t("referrers.example"), initial="", limit=_NAME)
    parts = [
        blocks.section(voice.t("referrers.about")),
        *(_referrer(name, voice) for name in shown),
        # A fresh id empties the field once a name has been taken in.
        blocks.field(f"{ids.NAME}.{len(names)}", voice.t("referrers.new"), new),
    ]
    more = len(names) - len(shown)
    if more > 0:
        parts.insert(-1, blocks.context(voice.n("inbox.more", more)))
    return blocks.modal(
        ids.REFERRERS_FORM, voice.t("referrers.title"), parts, close=voice.t("form.close"),
        submit=voice.t("referrers.add"),
    )  # fmt: skip


def _referrer(name: str, voice: Voice) -> Block:
    label = voice.t("a11y.distrust", name=blocks.one_line(name, 40))
    button = blocks.button(voice.t("button.distrust"), ids.DISTRUST, name, label=label)
    return blocks.section(blocks.said(name, _NAME), accessory=button)


# Somebody offers to answer


def join_form(used: Sequence[str], voice: Voice) -> Block:
    """Which market, and what one knows of it."""
    markets = blocks.grouped(ids.FIELD, market_groups(voice, used), many=False, hint=voice.t("market_list.one"))
    return blocks.modal(
        ids.JOIN_FORM,
        voice.t("join.title"),
        [
            blocks.section(voice.t("join.about")),
            blocks.field(ids.MARKET, voice.t("join.market"), markets),
            blocks.field(ids.NARRATIVE, voice.t("join.text"), blocks.text_input(ids.FIELD, longest=500), optional=True),
        ],
        close=voice.t("form.cancel"),
        submit=voice.t("join.submit"),
    )


def asked(lead: str, market: str, voice: Voice) -> Block:
    """To whoever offered: who has been asked."""
    named = {"market": voice.market(market), "market_of": voice.market_of(market)}
    return rationale.saved(voice, "join.title", voice.t("join.sent", lead=words.person(lead), **named))


def wish(found: Wish, voice: Voice) -> Message:
    """To the lead: somebody knows a market; once answered, what became of it and by whom."""
    named = {"market": voice.market(found.market), "market_of": voice.market_of(found.market)}
    said = voice.t("wish.said", who=words.person(found.person), **named)
    parts = [blocks.section(f"*{said}*", blocks.quote(found.text, 500))]
    if found.open:
        value = f"{found.person}:{found.market}"
        about = voice.t("wish.about")
        parts += [
            blocks.section(about),
            blocks.actions(
                blocks.button(voice.t("button.wish_accept"), ids.WISH_ACCEPT, value),
                blocks.button(voice.t("button.wish_decline"), ids.WISH_DECLINE, value),
            ),
        ]
        return blocks.message(f"{said}. {about}", parts)
    became = voice.t(f"wish.{found.state}", who=words.person(found.answered_by))
    return blocks.message(f"{said}. {became}", [*parts, blocks.context(became)])


def wish_declined(found: Wish, voice: Voice) -> Message:
    """To whoever offered: not now."""
    named = {"market": voice.market(found.market), "market_of": voice.market_of(found.market)}
    text = voice.t("wish.not_now", who=words.person(found.answered_by), **named)
    return blocks.message(text, [blocks.section(text)])


def welcome(member: Member, lead: str | None, voice: Voice) -> Message:
    """To a new expert: what comes, what a tap does, what happens without one, and where one's own settings are."""
    markets = ", ".join(voice.market(market) for market in member.markets)
    head = voice.t("welcome.head", markets=markets)
    lines = [voice.t("welcome.cards"), voice.t("welcome.answer"), voice.t("welcome.deadline")]
    parts = [
        blocks.section(f"*{head}*"),
        *(blocks.section(line) for line in lines),
        blocks.context(voice.t("welcome.ask", lead=words.person(lead)) if lead else voice.t("inbox.questions_alone")),
    ]
    return blocks.message(words.bare(f"{head}. {' '.join(lines)}"), parts)
