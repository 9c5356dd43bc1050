"""What search shows, in a given language: pages of results, nothing, notes, the form."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from bot.cards import found, search_form
from bot.cards.blocks import Message
from bot.core.found import Choices, Page
from bot.core.search import Filters, Found, Hit, Suggestion, Won
from bot.core.search_query import Note, Query, Unread
from bot.i18n.catalog import Voice
from scoring.passages import Passage
from tests import factories as f

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def _passage(text: str) -> Passage:
    """Hits are marked with [brackets]."""
    plain, hits = "", []
    for n, part in enumerate(text.replace("]", "[").split("[")):
        if n % 2:
            hits.append((len(plain), len(plain) + len(part)))
        plain += part
    return Passage(plain, tuple(hits))


def _hit(number: int, creator: str, month: int, won: Won, lesson: str, passage: str, market: str) -> Hit:
    at = datetime(2026, month, 12, 9, 0, tzinfo=UTC)
    return Hit(f"dg_{number}", f"rv_{number}", "aurora", "C0BRAZIL01", market, creator, "x", at, won, lesson,
               _passage(passage), 1.0)  # fmt: skip


def hits(language: str) -> tuple[Hit, ...]:
    if language == "ru":
        return (
            _hit(1, "Лия Орлова", 3, Won.EXPERT, "рост от розыгрыша настоящий, смотрим даты.",
                 "…думали, [накрутили] [подписчиков], а это розыгрыш: 12 тыс. за неделю, все живые…", "RU"),
            _hit(2, "Макс Дым", 8, Won.AI, "два скачка за месяц — купленные.",
                 "…[подписчики] ушли через десять дней, похоже на [накрутку], розыгрыша не было…", "RU"),
            _hit(3, "Нина Ким", 10, Won.NONE, "Не разобрались: не хватило ссылки на розыгрыш.", "", "RU"),
        )  # fmt: skip
    return (
        _hit(1, "Lia Prado", 3, Won.EXPERT, "giveaway growth is real, check the dates.",
             "…a [giveaway] brought 12K [followers] in a week, all with faces and posts…", "BR"),
        _hit(2, "Duda Melo", 8, Won.AI, "two jumps a month apart were bought.",
             "…those [followers] left within ten days, no [giveaway] was running…", "BR"),
        _hit(3, "Nina Alves", 10, Won.NONE, "Nobody could tell; a link to the giveaway was missing.", "", "BR"),
    )  # fmt: skip


def pages(language: str) -> dict[str, Page]:
    russian = language == "ru"
    market, asked = ("RU", "накрутка подписчиков") if russian else ("BR", "giveaway followers")
    found_ = hits(language)
    links = {"dg_1": "https://example.com/archives/C0BRAZIL01/p1", "dg_2": "https://example.com/archives/C0BRAZIL01/p2"}
    first = Page(
        Query(asked, Filters(market=market)),
        Found(found_, 4, {Won.EXPERT: 2, Won.AI: 1, Won.NONE: 1}),
        links=links,
        names={f.OLEG: "Oleg"},
        campaigns={"aurora": "Aurora <Лето>" if russian else "Aurora & Summer"},
    )
    everything = Filters(
        "KR", "comment_pod", "price", f.OLEG, Won.OTHER, "aurora", datetime(2026, 1, 1, 3, tzinfo=UTC),
        datetime(2026, 3, 1, 3, tzinfo=UTC),
    )  # fmt: skip
    odd = Query(
        "x <b> & *y*",
        Filters(by="U0NOBODY"),
        (
            Note(Unread.KEY, "foo", "<bar>"), Note(Unread.VALUE, "campaign", "se*cret"),
            Note(Unread.SEVERAL, "flag", "comment", ("comment_like_ratio", "comment_pod")),
        ),
    )  # fmt: skip
    also = (Note(Unread.SEVERAL, "by", "bia", (f.BIA, f.CAIO)), Note(Unread.TWICE, "market", "ru"), Note(Unread.LONG))
    glued = replace(
        found_[0],
        won=Won.UNCLEAR,
        lesson="",
        passage=_passage("a*b `c` 关[注者]不 <b> [& co] ok"),
        creator="<Ana> & *Co*",
    )
    return {
        "first": first,
        "last": replace(first, start=3, found=replace(first.found, hits=found_[2:])),
        "one": replace(first, found=Found(found_[:1], 1, {Won.EXPERT: 1})),
        "ai_alone": replace(first, query=Query("", Filters()), found=Found(found_[1:], 2, {Won.AI: 1, Won.NONE: 1})),
        "everything_asked": replace(first, query=Query(asked, everything), found=Found(found_[:1], 1, {Won.OTHER: 1})),
        "nothing": replace(
            first, query=Query(asked, Filters("KR", won=Won.AI)),
            found=Found((), 0, suggestions=(Suggestion(4, "market"), Suggestion(2, "won"), Suggestion(1, text="x y"))),
        ),
        "nothing_yet": replace(first, query=Query(), found=Found((), 0)),
        "notes": replace(
            first, query=odd, complete=False,
            found=Found((glued,), 1, {Won.UNCLEAR: 1}, {"<накртука>": "накрутка"}, loosely=True),
        ),
        "more_notes": replace(first, query=replace(odd, notes=also), found=Found(found_[2:], 1, {Won.NONE: 1})),
    }  # fmt: skip


def surfaces(language: str, person: Voice) -> dict[str, Message | dict[str, Any]]:
    """Every message and view of search, by name."""
    made: dict[str, Message | dict[str, Any]] = {}
    for name, page in pages(language).items():
        made[f"search_{name}"] = found.message(page, person)
        made[f"search_{name}_view"] = found.view(page, person)
    choices = Choices(("BR", "RU"), ((f.BIA, "Bia"), (f.OLEG, "Oleg <b>")))
    made["search_looking"] = found.looking(person)
    made["search_form"] = search_form.form(Query(), choices, person, now=NOW)
    made["search_form_filled"] = search_form.form(pages(language)["everything_asked"].query, choices, person, now=NOW)
    return made
