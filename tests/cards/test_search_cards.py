"""What search shows is taken by Slack whatever was found or asked, and nothing that somebody wrote is markup."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cards import found, ids, search_form
from bot.core.found import Choices, Page
from bot.core.search import Filters, Found, Hit, Suggestion, Won
from bot.core.search_query import Note, Query, Reader, Unread, Vocabulary, spelled, words_of
from bot.core.types import Reason
from bot.i18n.catalog import Voice, voice_for
from bot.i18n.labels import labels
from scoring.passages import Passage
from scoring.types import FlagCode
from tests.cards.rules import findings, texts

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
EN, RU = voice_for("en", "America/Sao_Paulo", "BR", True), voice_for("ru", "Europe/Moscow", "RU", True)
odd = st.one_of(
    st.text(max_size=400),
    st.sampled_from(
        ["<!channel> <@U0BIA00001|x> <https://e.com|y>", "*_~`>&", "\u202e" * 50, "а" * 3000, "", " ", "\n"]
    ),
)
moments = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001


@st.composite
def passages(draw: st.DrawFn) -> Passage:
    text = draw(odd)
    cuts = sorted(draw(st.sets(st.integers(0, len(text)), max_size=8)))
    return Passage(text, tuple(zip(cuts[::2], cuts[1::2], strict=False)))


hits = st.builds(
    Hit, st.uuids().map(str), st.just("rv_1"), odd, st.just("C1"), st.sampled_from(["BR", "RU", "", "<x>"]), odd, odd,
    moments, st.sampled_from(Won), odd, passages(), st.floats(0, 9),
)  # fmt: skip
filters = st.builds(
    Filters, st.sampled_from([None, "BR", "CI"]), st.sampled_from([None, *(c.value for c in FlagCode)]),
    st.sampled_from([None, *(r.value for r in Reason)]), st.sampled_from([None, "U0BIA00001"]),
    st.sampled_from([None, *Won]), st.sampled_from([None, "aurora"]), st.none() | moments, st.none() | moments,
)  # fmt: skip
notes = st.builds(
    Note, st.sampled_from(Unread), st.sampled_from(["market", "by", "since"]), odd, st.just(("U0BIA00001",))
)
suggestions = st.builds(Suggestion, st.integers(1, 10**6), st.sampled_from(Filters.__slots__))
pages = st.builds(
    Page,
    st.builds(lambda text, of, n: Query(words_of(text).text, of, tuple(n)), odd, filters, st.lists(notes, max_size=3)),
    st.builds(
        Found, st.lists(hits, max_size=3).map(tuple), st.integers(0, 10**6),
        st.dictionaries(st.sampled_from(Won), st.integers(0, 100)), st.dictionaries(odd, odd, max_size=2),
        st.booleans(), st.lists(suggestions, max_size=8).map(tuple),
    ),
    st.integers(0, 10**5), st.just({}), st.dictionaries(st.just("U0BIA00001"), odd),
    st.dictionaries(st.just("aurora"), odd), st.booleans(),
)  # fmt: skip


@given(pages, st.sampled_from([EN, RU]))
@settings(max_examples=60)
def test_whatever_was_found_slack_takes_it(page: Page, voice: Voice) -> None:
    for made in (found.message(page, voice), found.view(page, voice)):
        assert [f for f in findings(made) if f.startswith("ERROR")] == []
        for text in texts(made):
            assert "<!" not in text
            assert "<https://e.com" not in text
            assert "<@U0BIA00001|" not in text


@given(pages, st.sampled_from([EN, RU]))
@settings(max_examples=60)
def test_whatever_was_asked_the_form_holds_it(page: Page, voice: Voice) -> None:
    choices = Choices(("BR", "RU"), (("U0BIA00001", "Bia"),))
    form = search_form.form(page.query, choices, voice, now=NOW)
    assert [f for f in findings(form) if f.startswith("ERROR")] == []


@given(filters, st.sampled_from([EN, RU]))
@settings(max_examples=100)
def test_a_question_survives_the_form_untouched(asked: Filters, voice: Voice) -> None:
    campaigns = (("aurora", "aurora"),)
    reader = Reader(Vocabulary(campaigns=campaigns), NOW, voice.zone)
    query = reader.read(f"giveaway {ids.parse_asked(ids.asked(0, _spelled(asked, voice)))[1]}")
    view = search_form.form(query, Choices(("BR",), (("U0BIA00001", "Bia"),)), voice, now=NOW)
    state = {}
    for block in view["blocks"]:
        element = block["element"]
        chosen = {"selected_option": element.get("initial_option")}
        state[block["block_id"]] = {
            "v": {"value": element.get("initial_value")} if block["block_id"] == "q" else chosen
        }
    again = reader.read(search_form.typed({**view, "state": {"values": state}}))
    assert again == Query(query.text, query.filters)


def _spelled(asked: Filters, voice: Voice) -> str:
    return spelled(Query("", asked), voice.zone)


def test_bold_begins_and_ends_where_slack_takes_it() -> None:
    def bold(text: str, *hits: tuple[int, int]) -> str:
        return found.passage(Passage(text, hits))

    assert bold("they bought followers, two jumps", (5, 11), (12, 21)) == "they *bought followers*, two jumps"
    assert bold("关注者很多", (1, 3)) == "关\u200b*注者*\u200b很多"
    assert bold("a*b*c `x`", (8, 8)) == "a∗b∗c ˋxˋ"
    assert bold("<b>&", (1, 2)) == "&lt;*b*&gt;&amp;"
    assert not bold("")


def test_every_label_of_every_language_is_a_filter() -> None:
    known = labels()
    reader = Reader(known, NOW, EN.zone)
    for key, names in (("flag", known.flags), ("reason", known.reasons), ("market", known.markets)):
        for name, code in names.items():
            asked = reader.read(f'{key}:"{name}"')
            got = getattr(asked.filters, key)
            assert got == code or (
                asked.notes and asked.notes[0].why is Unread.SEVERAL and code in asked.notes[0].choices
            )
    for voice in (EN, RU):
        for flag in FlagCode:
            assert reader.read(f'flag:"{voice.t(f"flag_name.{flag.value}")}"').filters.flag == flag.value
        for reason in Reason:
            assert reader.read(f'reason:"{voice.t(f"reason_name.{reason.value}")}"').filters.reason == reason.value


@pytest.mark.parametrize("voice", [EN, RU])
def test_buttons_are_short_enough_for_a_phone(voice: Voice) -> None:
    for name in Filters.__slots__:
        page = Page(Query("x", Filters()), Found((), 0, suggestions=(Suggestion(123, name),)))
        made = json.dumps(found.message(page, voice).blocks)
        labels_ = [e["text"]["text"] for b in json.loads(made) for e in b.get("elements", []) if e["type"] == "button"]
        assert max(map(len, labels_)) <= 30
