"""What somebody types to search: forgiving, in two languages, and the same when it is written down and read again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.core.search import Filters, Won
from bot.core.search_query import LONGEST, Note, Query, Reader, Unread, Vocabulary, spelled, words_of

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
SAO_PAULO = ZoneInfo("America/Sao_Paulo")
VOCABULARY = Vocabulary(
    markets={"South Korea": "KR", "Южная Корея": "KR"},
    flags={"Sudden growth": "growth_spike", "Резкий рост": "growth_spike", "Fake followers": "fake_follower_share"},
    reasons={"Close to the local audience": "cultural_fit", "Близко местной аудитории": "cultural_fit"},
    people=(("Oleg", "U0OLEG"), ("Ана Лима", "U0ANA"), ("Bia", "U0BIA"), ("Bia", "U0BIA2")),
    campaigns=(("aurora", "aurora"), ("Aurora Summer", "aurora"), ("a.b", "a.b"), ("a-b", "a-b")),
)
READER = Reader(VOCABULARY, NOW, SAO_PAULO, me="U0ME")


def read(typed: str) -> Query:
    return READER.read(typed)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=SAO_PAULO).astimezone(UTC)  # type: ignore[misc,arg-type]


def test_the_example_of_the_help() -> None:
    typed = "накрутка market:br flag:growth_spike reason:cultural_fit by:@oleg won:expert since:2026-01"
    assert read(typed) == Query(
        "накрутка",
        Filters("BR", "growth_spike", "cultural_fit", "U0OLEG", Won.EXPERT, since=utc(2026, 1, 1)),
    )


@pytest.mark.parametrize(
    ("typed", "name", "value"),
    [
        ("market:BR", "market", "BR"),
        ("market:Brazil", "market", "BR"),
        ("рынок:Бразилия", "market", "BR"),
        ('РЫНОК:"южная корея"', "market", "KR"),
        ("market:юж", "market", "KR"),
        ("market:🇧🇷", "market", "BR"),
        ("flag:growth", "flag", "growth_spike"),
        ("flag:Growth-Spike", "flag", "growth_spike"),
        ("флаг:«резкий рост»", "flag", "growth_spike"),
        ("флаг:рост", "flag", "growth_spike"),
        ("flag:fake", "flag", "fake_follower_share"),
        ("reason:cultural", "reason", "cultural_fit"),
        ("причина:близко", "reason", "cultural_fit"),
        ("by:<@U0XYZ|oleg>", "by", "U0XYZ"),
        ("by:<@WABCDE>", "by", "WABCDE"),
        ("by:oleg", "by", "U0OLEG"),
        ("кто:@ана", "by", "U0ANA"),
        ("by:U024BE7LH", "by", "U024BE7LH"),
        ("by:me", "by", "U0ME"),
        ("кто:я", "by", "U0ME"),
        ("won:Expert", "won", Won.EXPERT),
        ("won:эксперт", "won", Won.EXPERT),
        ("прав:ИИ", "won", Won.AI),
        ("won:both", "won", Won.BOTH),
        ("won:оба", "won", Won.BOTH),
        ("won:непонятно", "won", Won.UNCLEAR),
        ("won:none", "won", Won.NONE),
        ('won:"без итога"', "won", Won.NONE),
        ("campaign:aurora", "campaign", "aurora"),
        ("кампания:a.b", "campaign", "a.b"),
        ('campaign:"aurora summer"', "campaign", "aurora"),
        ("since:2026", "since", utc(2026, 1, 1)),
        ("since:2026-03", "since", utc(2026, 3, 1)),
        ("since:2026-3-7", "since", utc(2026, 3, 7)),
        ("since:2026/03/07", "since", utc(2026, 3, 7)),
        ("с:07.03.2026", "since", utc(2026, 3, 7)),
        ("с:03.2026", "since", utc(2026, 3, 1)),
        ("since:30d", "since", utc(2026, 10, 25)),
        ("since:2w", "since", utc(2026, 11, 10)),
        ("с:30дней", "since", utc(2026, 10, 25)),
        ('с:"2 недели"', "since", utc(2026, 11, 10)),
        ("since:1y", "since", utc(2025, 11, 24)),
        ("until:2026", "until", utc(2027, 1, 1)),
        ("по:2026-02", "until", utc(2026, 3, 1)),
        ("до:2026-12-31", "until", utc(2027, 1, 1)),
        ("until:30d", "until", utc(2026, 10, 25)),
    ],
)
def test_every_filter_in_both_languages(typed: str, name: str, value: object) -> None:
    assert read(typed) == Query("", replace(Filters(), **{name: value}))
    assert read(f"rost {typed} x").text == "rost x"


@pytest.mark.parametrize(
    ("typed", "text", "note"),
    [
        ("market:narnia x", "narnia x", Note(Unread.VALUE, "market", "narnia")),
        ("foo:bar x", "foo bar x", Note(Unread.KEY, "foo", "bar")),
        ("x flag:comment", "x comment", Note(Unread.SEVERAL, "flag", "comment", ("comment_like_ratio", "comment_pod"))),
        ("by:bia", "bia", Note(Unread.SEVERAL, "by", "bia", ("U0BIA", "U0BIA2"))),
        ("won:nobody-knows", "nobody-knows", Note(Unread.VALUE, "won", "nobody-knows")),
        ("since:yesterday", "yesterday", Note(Unread.VALUE, "since", "yesterday")),
        ("since:2026-13", "2026-13", Note(Unread.VALUE, "since", "2026-13")),
        ("since:0001", "0001", Note(Unread.VALUE, "since", "0001")),
        ("until:9999", "9999", Note(Unread.VALUE, "until", "9999")),
        ("since:9999y", "9999y", Note(Unread.VALUE, "since", "9999y")),
        ("campaign:secret", "secret", Note(Unread.VALUE, "campaign", "secret")),
        ('by:""', "", Note(Unread.VALUE, "by", "")),
        ("foo:market:br", 'foo "market:br"', Note(Unread.KEY, "foo", "market:br")),
    ],
)
def test_what_cannot_be_read_is_said_and_looked_for(typed: str, text: str, note: Note) -> None:
    assert read(typed) == Query(text, Filters(), (note,))


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("", ""),
        ("   \t\n ", ""),
        ("bought  followers", "bought followers"),
        ('"bought followers" x', '"bought followers" x'),
        ("«накрутка подписчиков»", '"накрутка подписчиков"'),
        ('"market:br"', '"market:br"'),
        ('"abc', "abc"),
        ('"market:br', '"market:br"'),
        ("https://example.com/a?b=c", "https://example.com/a?b=c"),
        ("at 18:00", "at 18:00"),
        ("note: this", "note: this"),
        ("market:", "market:"),
        ("a\x00b\ud800c", "a b c"),
        ("NEAR(a b) OR NOT * -c ^d", "NEAR(a b) OR NOT * -c ^d"),
        ("<@U0BIA|bia> said, <@U0ANA> as well", "@bia said, <@U0ANA> as well"),
    ],
)
def test_words_and_phrases(typed: str, text: str) -> None:
    assert read(typed) == Query(text)


def test_the_last_one_counts_and_that_is_said() -> None:
    assert read("market:br market:ru") == Query("", Filters("RU"), (Note(Unread.TWICE, "market", "ru"),))
    assert read("market:br market:BR").notes == ()


def test_no_more_than_fits() -> None:
    assert read("a" * 5000) == Query("a" * LONGEST, notes=(Note(Unread.LONG),))
    many = read("word " * 400)
    assert len(many.text) <= LONGEST
    assert many.notes == (Note(Unread.LONG),)
    phrase = read('"' + "слово " * 400 + '"')
    assert len(phrase.text) <= LONGEST
    assert phrase.text.startswith('"слово')
    assert phrase.text.endswith('"')


PIECES = st.one_of(
    st.text(max_size=12),
    st.sampled_from([
        "market:", "flag:", "by:", "since:", "until:", "won:", "foo:", '"', "«", "»", "“", " ", "  ", ":", "br", "ии",
        "<@U0BIA|bia b>", "<@U0BIA>", "&lt;", "30d", "2026-02", "growth", "OR", "*", "\ud83d", "\x00", "\u202e",
        "campaign:a.b", "campaign:a-b", "кто:я",
    ]),
)  # fmt: skip
TYPED = st.lists(PIECES, max_size=14).map("".join)


@given(TYPED)
@example('"market:br «x "y z»')
@example('x " market:br')
def test_whatever_is_typed_reads_the_same_when_written_down(typed: str) -> None:
    query = read(typed)
    written = spelled(query, SAO_PAULO)
    assert replace(read(written), notes=()) == replace(query, notes=())
    assert len(written) <= LONGEST + 400
    written.encode()  # a lone half of a character cannot be stored, nor looked for
    for name in query.filters.names:
        assert replace(read(spelled(query, SAO_PAULO, but=[name])), notes=()) == query.without(name)


@given(TYPED)
def test_nothing_in_somebodys_text_is_a_filter(text: str) -> None:
    query = words_of(text)
    assert query.filters == Filters()
    assert read(query.text) == query
    assert len(query.text) <= LONGEST


@given(st.text(max_size=60), st.sampled_from(["market", "flag", "reason", "by", "won", "campaign", "since", "until"]))
def test_a_value_is_known_or_said(value: str, key: str) -> None:
    query = read(f"{key}:{value}")
    for name in query.filters.names:
        got = getattr(query.filters, name)
        if name == "market":
            assert len(got) == 2
        elif name in ("since", "until"):
            assert 1970 <= got.year <= 9000
