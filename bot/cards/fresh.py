"""Fresh numbers in words: what is different from intake, what the AI would say of it, and why there are none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Final

from bot.cards import blocks, evidence, ids, words
from bot.cards.blocks import Block
from bot.cards.words import Pen
from bot.core.blinding import is_unseen
from bot.core.case import Case
from bot.core.fresh import Asked, Change, Refresh, changes
from bot.i18n.catalog import Voice
from scoring.recommend import own
from scoring.types import Check

_SHOWN = 10
_COUNTRIES = 3
_SOURCE = 40

Said = Callable[[Any, Voice], str]


def _count(value: Any, voice: Voice) -> str:
    return voice.count(value)


def _number(value: Any, voice: Voice) -> str:
    return voice.number(value)


def _share(value: Any, voice: Voice) -> str:
    return voice.share(value)


def _growth(value: Any, voice: Voice) -> str:
    return voice.share(value, signed=True)


def _audience(value: Any, voice: Voice) -> str:
    largest = sorted(value.items(), key=lambda pair: (-pair[1], pair[0]))[:_COUNTRIES]
    return ", ".join(f"{voice.market(country)} {voice.share(share)}" for country, share in largest)


def _country(value: Any, voice: Voice) -> str:
    return voice.market(value)


def _found(value: Any, voice: Voice) -> str:
    return ", ".join(blocks.said(hit, _SOURCE) for hit in value[:_COUNTRIES]) or voice.t("fresh.clean")


#: How each number is said; what is not here is a share.
_SAID: Final[Mapping[str, Said]] = {
    **dict.fromkeys(("followers", "avg_engagement", "authentic_engagement", "avg_likes", "avg_comments", "avg_views",
                     "avg_shares"), _count),
    **dict.fromkeys(("growth_z", "comments_per_100_likes", "views_per_like"), _number),
    **dict.fromkeys(("growth_14d", "growth_90d"), _growth),
    "audience": _audience, "audience_country": _country, "brand_safety": _found,
}  # fmt: skip


def note(case: Case, voice: Voice, today: date) -> str:
    """For the card: why fresh numbers could not be had at intake, and how old these are; or which nobody believes."""
    asked = case.candidate.asked
    if asked is None:
        return ""
    if asked.why is None:
        odd = _unbelieved(asked, voice)
        return voice.t("fresh.dropped_by", source=_named(asked), what=odd) if odd else ""
    return f"{_why(asked, voice)} {_age(case, voice, today)}"


def _why(asked: Asked, voice: Voice) -> str:
    return "" if asked.why is None else voice.t(f"fresh.none.{asked.why.value}", source=_named(asked))


def _named(asked: Asked) -> str:
    return blocks.said(asked.source, _SOURCE)


def _age(case: Case, voice: Voice, today: date) -> str:
    age = evidence.age_days(case, today)
    return voice.t("fresh.age_unknown") if age is None else voice.n("fresh.age", age)


def line(pen: Pen) -> str:
    """For the card: '*Newer numbers (28 Nov):* the AI would now *decline*.'; empty where they change nothing.

    Of a call that turned only that: why is in Details. Of one that did not, what came and what went. Asked here once
    more whether somebody answers blind, so that no card can forget it.
    """
    news, review = pen.case.turn, pen.case.review
    if news is None or is_unseen(review, None) or not review.state.awaits:
        return ""
    head, ai = pen.t("fresh.newer", day=pen.voice.day_of(news.at)), _ai(pen)
    if news.turned:
        return f"{head} {pen.t('fresh.turned', verdict=pen.verdict(news.verdict), ai=ai)}"
    parts = [
        pen.t("fresh.unturned", verdict=pen.verdict(news.verdict), ai=ai),
        pen.t("fresh.came", what=evidence.names_of(news.came, pen.voice)) if news.came else "",
        pen.t("fresh.gone", what=evidence.names_of(news.gone, pen.voice)) if news.gone else "",
    ]
    return f"{head} {'; '.join(part for part in parts if part)}."


def _ai(pen: Pen) -> str:
    """Whom newer numbers are asked of: 'the AI', 'Handoff’s AI' where the team's own has the word."""
    return pen.t("ai.name_ours" if pen.case.recommendation.theirs else "ai.name")


def button(pen: Pen) -> list[Block]:
    """'Refresh the numbers', where there is a source."""
    if not pen.case.refreshable:
        return []
    return [blocks.actions(blocks.button(pen.t("button.refresh"), ids.REFRESH, ids.value(pen.case.review)))]


def looked_up(pen: Pen) -> list[Block]:
    """What the latest refresh brought, for Details; nothing where nobody has asked."""
    found = pen.case.refresh
    return [] if found is None else [blocks.section(*_told(pen, found))]


def _told(pen: Pen, found: Refresh) -> list[str]:
    voice = pen.voice
    head = pen.t("fresh.from", source=_named(found.asked), when=voice.when(found.asked.at), who=pen.who(found.by))
    different = changes(pen.case.candidate.metrics, found.metrics)
    lines = [f"• {_change(one, voice)}" for one in different[:_SHOWN]] or [voice.t("fresh.same")]
    if len(different) > _SHOWN:
        lines.append("• " + voice.n("fresh.more", len(different) - _SHOWN))
    return [head, *lines, *_dropped(found.asked, voice), *_says(pen, found)]


def _says(pen: Pen, found: Refresh) -> list[str]:
    """What the AI would say of them, old against new, and what looks off now or no longer does."""
    voice, was, would = pen.voice, own(pen.case.recommendation), found.would
    same = "fresh.would_same" if would.verdict is was.verdict else "fresh.would"
    lines = [voice.t(same, verdict=pen.verdict(would.verdict), was=pen.verdict(was.verdict), ai=_ai(pen))]
    for what, before, after in (
        ("fresh.risk", words.risk_of(was, voice), words.risk_of(would, voice)),
        ("fresh.match", *(words.match_of(said, voice) or voice.t("fresh.no_data") for said in (was, would))),
    ):
        as_before = "" if before != after else "_same"
        lines.append("• " + voice.t(f"fresh.change{as_before}", what=voice.t(what), before=before, after=after))
    now = Pen(replace(pen.case, candidate=replace(pen.case.candidate, metrics=found.metrics)), voice)
    seen = {check.code: check for check in would.checks}
    news = pen.case.turn
    came, gone = (news.came, news.gone) if news is not None else ((), ())
    lines += ["• " + voice.t("fresh.off_now", what=_check(seen[code], now)) for code in came if code in seen]
    lines += ["• " + voice.t("fresh.off_before", what=_check(seen[code], now)) for code in gone if code in seen]
    if was.model != would.model:
        lines.append(voice.t("fresh.model", was=blocks.said(was.model, _SOURCE), now=blocks.said(would.model, _SOURCE)))
    return lines


def _check(check: Check, pen: Pen) -> str:
    """'engagement 4.1% (2.1–6.8%)', or that it is not measured now."""
    if not check.measured and check.value is None:
        return f"{pen.t(f'check.{check.code.value}')}, {pen.t('fresh.no_data')}"
    value = evidence.value_of(check, pen.voice) or evidence.hits_of(check, pen.voice) or pen.t("fresh.clean")
    said, usual = words.lower_first(evidence.label_of(check, pen, value=value)), evidence.usual_of(check, pen.voice)
    return f"{said} ({usual})" if usual else said


def _change(one: Change, voice: Voice) -> str:
    said = _SAID.get(one.name, _share)
    before, after = (
        voice.t("fresh.no_data") if value is None else said(value, voice) for value in (one.before, one.after)
    )
    return voice.t("fresh.change", what=voice.t(f"number.{one.name}"), before=before, after=after)


def _dropped(asked: Asked, voice: Voice) -> list[str]:
    """What the source said and nobody can believe: a gap, and said so."""
    odd = _unbelieved(asked, voice)
    return [voice.t("fresh.dropped", what=odd)] if odd else []


def _unbelieved(asked: Asked, voice: Voice) -> str:
    names = [f"number.{name.partition('.')[0]}" for name, _ in asked.dropped]
    return ", ".join(map(words.lower_first, dict.fromkeys(voice.t(name) for name in names if voice.has(name))))


def asking(case: Case, source: str, voice: Voice) -> Block:
    """While the source is asked: a form must open within three seconds, and that may take longer."""
    name = blocks.said(case.candidate.name, words.NAME)
    said = voice.t("fresh.asking", source=blocks.said(source, _SOURCE), name=name)
    return _view(case, voice, [blocks.section(said)])


def answered(case: Case, asked: Asked, voice: Voice, today: date) -> Block:
    """What came of it: the difference and the AI's view of it, or why there is none and how old what we have is."""
    pen = Pen(case, voice)
    name = blocks.section(f"*{blocks.said(case.candidate.name, words.NAME)}*")
    if asked.why is not None:
        return _view(case, voice, [name, blocks.section(_why(asked, voice), _age(case, voice, today))])
    if case.refresh is None:  # who answers blind
        return _view(case, voice, [name, blocks.section(voice.t("fresh.blind", source=_named(asked)))])
    return _view(case, voice, [name, *looked_up(pen), blocks.context(voice.t("fresh.stays"))])


def _view(case: Case, voice: Voice, parts: list[Block]) -> Block:
    title, close = voice.t("fresh.title"), voice.t("form.close")
    return blocks.modal(ids.FRESH_VIEW, title, parts, close=close, meta=ids.value(case.review))
