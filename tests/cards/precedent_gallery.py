"""What a case resembles, on its card, in Details and as a list, in a given language."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from bot.cards import candidate, investigation, precedents, rationale
from bot.cards.blocks import Block, Message
from bot.core.case import Case, Investigation, Thread
from bot.core.disagreement import Disagreement, Kind, Standing, Winner
from bot.core.precedents import Precedent, SeenBefore
from bot.core.types import Route
from bot.i18n.catalog import Voice
from scoring.types import FlagCode, Verdict
from tests import factories as f

_WORDS = {
    "en": ("giveaway growth is real, check the dates", "She runs a giveaway every November, the followers stayed."),
    "ru": ("рост от розыгрыша настоящий, смотрим даты", "Каждый ноябрь розыгрыш, подписчики остались."),
}
_NAMES = {"en": ("Lia Prado", "Duda Melo", "Nina Alves"), "ru": ("Лия Орлова", "Макс Дым", "Нина Ким")}


def _found(language: str, market: str) -> tuple[Disagreement, ...]:
    """One of each kind: expert, AI by an outcome, open, a disputed warning whose norm has ended, another creator's."""
    lesson, _ = _WORDS[language]
    at = datetime(2026, 3, 12, 15, 0, tzinfo=UTC)
    flag = {"kind": Kind.FLAG, "disputed": (FlagCode.GROWTH_SPIKE,)}
    return (
        f.resolved(Winner.EXPERT, "dg_1", market=market, lesson=lesson),
        f.resolved(Winner.AI, "dg_2", market=market, resolved_by=None, opened_at=at.replace(month=8)),
        f.resolved(Winner.EXPERT, "dg_3", market=market, opened_at=at.replace(month=9), lesson="", **flag),
        f.disagreement("dg_4", market=market, opened_at=at.replace(month=10), standing=Standing.CLOSED),
        f.resolved(Winner.BOTH, "dg_5", market=market, opened_at=at.replace(month=1), lesson=lesson),
        f.disagreement("dg_6", market=market, opened_at=at.replace(month=11)),
    )


def _told(found: tuple[Disagreement, ...], language: str) -> tuple[Precedent, ...]:
    names, (_, said) = _NAMES[language], _WORDS[language]
    return tuple(
        Precedent(
            one, names[n % 3], "handle", "Luma", said if n % 2 == 0 else "",
            link=f"https://acme.slack.com/archives/C1/p{n}" if n != 1 else None, norm_gone=n == 2,
        )
        for n, one in enumerate(found)
    )  # fmt: skip


def _thread(case: Case, told: tuple[Precedent, ...]) -> Thread:
    """Somebody has just disagreed: the closest case for each side, that for the AI by an outcome."""
    one = Investigation(f.disagreement("dg_0", market=case.review.market), f.judgement())
    return Thread(case, one, (f.MAYA,), similar=((Winner.EXPERT, told[0]), (Winner.AI, told[1])))


def gallery(open_case: Case, language: str, channel: Voice, person: Voice, now: datetime) -> dict[str, Message | Block]:
    found = _found(language, open_case.review.market)
    expert, ai, flag, never, both, still = found
    against = Verdict.PROCEED
    seen = {
        "similar": SeenBefore(against, similar=(expert, ai, flag, never)),
        "similar_one": SeenBefore(against, similar=(expert, never)),
        "similar_even": SeenBefore(against, similar=(expert, ai)),
        "similar_ai": SeenBefore(against, similar=(ai, both)),
        "creator": SeenBefore(against, creator=(ai,), similar=(expert,)),
        "creator_both": SeenBefore(against, creator=(expert, flag, ai)),
        "unresolved": SeenBefore(against, similar=(never, still)),
    }
    made: dict[str, Message | Block] = {
        f"card_before_{name}": candidate.card(replace(open_case, before=one), channel, now=now)
        for name, one in seen.items()
    }
    every = SeenBefore(against, creator=(expert,), similar=(flag, never, both, still), other_way=ai)
    told = _told(found, language)
    resembling = replace(open_case, before=every)
    alone = replace(open_case, before=SeenBefore(against, similar=(expert,)))
    blind = replace(resembling, review=replace(open_case.review, route=Route.BLIND))
    return made | {
        "thread_before": investigation.message(_thread(open_case, told), channel),
        "details_before": rationale.details(resembling, person, now=now),
        "precedents": precedents.listed(resembling, told, person),
        "precedents_one": precedents.listed(alone, told, person),
        "precedents_none": precedents.listed(open_case, (), person),
        "precedents_blind": precedents.listed(blind, told, person),
    }
