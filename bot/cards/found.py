"""Past cases as search shows them: what was asked, who was right, the lesson, the best passage, what else to ask."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from bot.cards import blocks, ids, words
from bot.cards.blocks import Block, Message
from bot.core.found import PAGE, Page
from bot.core.search import Hit, Outline, Suggestion, Won
from bot.core.search_query import KEYS, Note, Query, Unread, spelled
from bot.core.types import UserId
from bot.i18n.catalog import Voice
from scoring.passages import Passage

_ASKED = 80
_LESSON = 300
_TYPED = 40
_MOST = 2
"""Warnings and reasons of one case, where nobody's words tell what it was about."""
_SPACE = "\u200b"
"""Lets bold begin within what Slack takes for one word."""
#: Signs of ours that would make something else of the bold around a hit.
_SIGNS = str.maketrans({"*": "\u2217", "`": "\u02cb"})
_TOLD = Won.EXPERT, Won.AI
"""Who is named as right overall: the first that was at all."""
_DAY = timedelta(days=1)


def message(page: Page, voice: Voice) -> Message:
    """For the asker's eyes beside what they typed."""
    return blocks.message(_notification(page, voice), _body(page, voice, ephemeral=True))


def view(page: Page, voice: Voice) -> Block:
    """The same as a modal."""
    body = _body(page, voice, ephemeral=False)
    return blocks.modal(ids.FOUND_VIEW, voice.t("search.found"), body, close=voice.t("form.close"))


def looking(voice: Voice) -> Block:
    """What stands there until Slack has told who may see what."""
    body = [blocks.section(voice.t("search.looking"))]
    return blocks.modal(ids.FOUND_VIEW, voice.t("search.found"), body, close=voice.t("form.close"))


def _body(page: Page, voice: Voice, *, ephemeral: bool) -> list[Block]:
    found = page.found
    parts = [blocks.section(*_head(page, voice))]
    parts += [blocks.section(*_case(hit, page, voice)) for hit in found.hits]
    parts.append(blocks.context(*_small(page, voice, ephemeral=ephemeral)))
    row = [*_tries(page, voice), *_pages(page, voice)]
    again = ids.asked(0, spelled(page.query, voice.zone))
    row.append(blocks.button(voice.t("search.change"), ids.SEARCH_OPEN, again))
    return [*parts, blocks.actions(*row)]


# What was asked


def asked(query: Query, page: Page, voice: Voice, *, plain: bool = False) -> str:
    """'“giveaway followers” in Brazil, sudden growth': the question as it was understood."""
    words_ = blocks.one_line(query.text.replace('"', ""), _ASKED) if query.text else ""
    shown = voice.t("search.quoted", text=words_ if plain else blocks.esc(words_)) if words_ else ""
    market = query.filters.market
    if market and shown:
        shown = voice.t("search.asked_in", asked=shown, market=voice.market(market), market_in=voice.market_in(market))
    elif market:
        shown = voice.market(market)
    parts = [shown, *_filters(query, page, voice, plain=plain)]
    said = ", ".join(part for part in parts if part)
    return said[:1].upper() + said[1:] if said else voice.t("search.everything")


def _filters(query: Query, page: Page, voice: Voice, *, plain: bool) -> Iterator[str]:
    """Those besides the market."""
    filters = query.filters
    if filters.flag:
        yield words.lower_first(voice.t(f"flag_name.{filters.flag}"))
    if filters.reason:
        yield words.lower_first(voice.t(f"reason_name.{filters.reason}"))
    if filters.by:
        yield voice.t("search.by", who=_person(filters.by, page, plain=plain))
    if filters.won:
        yield voice.t(f"search.won.{filters.won.value}")
    if filters.campaign:
        name = blocks.one_line(page.campaigns.get(filters.campaign, filters.campaign), _TYPED)
        yield voice.t("search.campaign", campaign=name if plain else blocks.esc(name))
    if filters.since:
        yield voice.t("search.since", day=voice.date(filters.since))
    if filters.until:
        yield voice.t("search.until", day=voice.date(filters.until - _DAY))


def _person(user: UserId, page: Page, *, plain: bool) -> str:
    return blocks.one_line(page.names.get(user, user), words.NAME) if plain else words.person(user)


# What was found


def _head(page: Page, voice: Voice) -> list[str]:
    found, what = page.found, asked(page.query, page, voice)
    if not found.total:
        if page.query.empty:
            return [voice.t("search.nothing_at_all"), voice.t("search.how_it_grows")]
        return [voice.t("search.nothing", asked=what)]
    if page.start:
        first, last = page.start + 1, page.start + len(found.hits)
        if first == last:
            return [f"*{voice.t('search.head_nth', asked=what, first=first, n=found.total)}*"]
        return [f"*{voice.t('search.head_page', asked=what, first=first, last=last, n=found.total)}*"]
    return [" ".join((f"*{voice.n('search.head', found.total, asked=what)}*", *_right(page, voice)))]


def _right(page: Page, voice: Voice) -> Iterator[str]:
    """'The expert was right in 2.': who was right overall, where that is not the question."""
    side = _side(page)
    if side is not None:
        yield voice.t(f"search.right_in.{side.value}", n=page.found.by_won[side])


def _side(page: Page) -> Won | None:
    if page.query.filters.won or page.found.total < 2:
        return None
    return next((won for won in _TOLD if page.found.by_won.get(won)), None)


def _notification(page: Page, voice: Voice) -> str:
    found, what = page.found, asked(page.query, page, voice, plain=True)
    what = blocks.esc(what)
    if not found.total:
        empty = page.query.empty
        return voice.t("search.nothing_at_all_said") if empty else voice.t("search.nothing_said", asked=what)
    said, side = voice.n("search.said", found.total, asked=what), _side(page)
    return voice.t(f"search.said_right.{side.value}", said=said, n=found.by_won[side]) if side else f"{said}."


def _case(hit: Hit, page: Page, voice: Voice) -> list[str]:
    """'*Lia Prado* · Mar 2026 · *the expert was right*', the lesson, the passage."""
    name = words.link(page.links.get(hit.disagreement_id), blocks.said(hit.creator or hit.handle, words.NAME))
    won = voice.t(f"search.won.{hit.won.value}")
    lines = [words.SEPARATOR.join((f"*{name}*", voice.month_of(hit.opened_at), f"*{won}*"))]
    lesson = blocks.said(hit.lesson, _LESSON) if hit.lesson.strip() else ""
    if lesson:
        learned = hit.won not in (Won.UNCLEAR, Won.NONE)
        lines.append(voice.t("search.lesson", lesson=lesson) if learned else lesson)
    if hit.outline:
        lines.append(_outline(hit.outline, voice))
    if hit.passage.text.strip():
        lines.append(f">{passage(hit.passage)}")
    return lines


def _outline(about: Outline, voice: Voice) -> str:
    """'AI: *decline*, @bia: *proceed* · unusual engagement, sudden growth': what it was about, in plain names."""
    said = {"ai": voice.t(f"verdict.{about.ai.value}"), "verdict": voice.t(f"verdict.{about.verdict.value}")}
    sides = voice.t("search.sides", who=words.person(about.expert), **said)
    flags = [_name("flag", code, voice) for code in about.flags[:_MOST]]
    reasons = [_name("reason", code, voice) for code in about.reasons[:_MOST]]
    return words.SEPARATOR.join(part for part in (sides, ", ".join(flags), ", ".join(reasons)) if part)


def _name(kind: str, code: str, voice: Voice) -> str:
    key = f"{kind}_name.{code}"
    return words.lower_first(voice.t(key)) if voice.has(key) else blocks.said(code, _TYPED)


def passage(found: Passage) -> str:
    """Somebody's words on one line, escaped, the hits in bold."""
    text, pieces, last = found.text, [], 0
    for start, end in _together(found):
        hit = _bare(text[start:end]).strip()
        if not hit:
            continue
        before, after = text[start - 1 : start], text[end : end + 1]
        glued = _SPACE if before.isalnum() else "", _SPACE if after.isalnum() else ""
        pieces += [_bare(text[last:start]), f"{glued[0]}*{hit}*{glued[1]}"]
        last = end
    return "".join([*pieces, _bare(text[last:])])


def _together(found: Passage) -> Iterator[tuple[int, int]]:
    """The hits, those with nothing but a space between them as one."""
    begun: tuple[int, int] | None = None
    for start, end in found.hits:
        if begun is not None and not found.text[begun[1] : start].strip():
            begun = begun[0], end
            continue
        if begun is not None:
            yield begun
        begun = start, end
    if begun is not None:
        yield begun


def _bare(text: str) -> str:
    return blocks.esc(text.replace("\n", " ").replace("\t", " ").translate(_SIGNS))


# What else there is to say


def _small(page: Page, voice: Voice, *, ephemeral: bool) -> Iterator[str]:
    found = page.found
    for typed, read in found.read_as.items():
        yield voice.t("search.read_as", typed=blocks.said(typed, _TYPED), read=blocks.said(read, _TYPED))
    if found.by_name:
        names = ", ".join(_name(one.kind, one.code, voice) for one in page.query.named)
        yield voice.t("search.by_name", names=names)
    if found.loosely:
        yield voice.t("search.loosely")
    yield from (_note(note, page, voice) for note in page.query.notes)
    if not page.complete:
        yield voice.t("search.incomplete")
    sight = voice.t("search.sight")
    yield f"{voice.t('search.only_you')} {sight}" if ephemeral else sight


def _note(note: Note, page: Page, voice: Voice) -> str:
    value = blocks.said(note.value, _TYPED)
    if note.why is Unread.KEY:
        every = ", ".join(f"{name}:" for name in dict.fromkeys(KEYS.values()))
        return voice.t("search.note.unknown_key", key=blocks.said(note.key, _TYPED), filters=every)
    if note.why is Unread.VALUE:
        said = voice.t("search.note.unknown_value", value=value, filter=voice.t(f"search.filter.{note.key}"))
        possible = f"search.values.{note.key}"
        return f"{said} {voice.t(possible)}" if voice.has(possible) else said
    if note.why is Unread.SEVERAL:
        listed = ", ".join(_choice(note.key, one, page, voice) for one in note.choices)
        return voice.t("search.note.several", value=value, choices=listed)
    if note.why is Unread.TWICE:
        return voice.t("search.note.twice", filter=note.key)
    return voice.t("search.note.too_long")


def _choice(key: str, one: str, page: Page, voice: Voice) -> str:
    """One of several things that may have been meant, by its name."""
    if key == "by":
        return words.person(one)
    if key == "market":
        return voice.market(one)
    if key == "won":
        return words.lower_first(voice.t(f"search.winner.{one}"))
    if key in ("flag", "reason"):
        return _name(key, one, voice)
    return blocks.said(page.campaigns.get(one, one), _TYPED)


def _pages(page: Page, voice: Voice) -> Iterator[Block]:
    query = spelled(page.query, voice.zone)
    if page.start:
        back = ids.asked(max(page.start - PAGE, 0), query)
        yield blocks.button(voice.t("search.back"), ids.SEARCH_BACK, back)
    if page.left:
        on = ids.asked(page.start + PAGE, query)
        yield blocks.button(voice.n("search.more", page.left), ids.SEARCH_NEXT, on)


def _tries(page: Page, voice: Voice) -> Iterator[Block]:
    """Where nothing was found: what would find something, in one tap."""
    if page.found.total:
        return
    for action, one in zip(ids.SEARCH_TRY, page.found.suggestions, strict=False):
        text, query = _suggested(one, page, voice)
        yield blocks.button(text, action, ids.asked(0, spelled(query, voice.zone)))


def _suggested(one: Suggestion, page: Page, voice: Voice) -> tuple[str, Query]:
    query = page.query if one.without is None else page.query.without(one.without)
    if one.text is not None:
        query = Query(one.text, query.filters)
        return voice.t("search.try_text", text=blocks.one_line(one.text, _TYPED), n=one.total), query
    return voice.t(f"search.try.{one.without}", n=one.total), query
