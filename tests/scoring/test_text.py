"""Tokens, spelling and passages: words in every form, and nothing that anybody can type breaks them."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scoring import glossary, ranking
from scoring.passages import LENGTH, passage
from scoring.question import asked, enough, term
from scoring.spelling import distance, nearest, other_keys, other_script
from scoring.text import forms, plain, tokens, words

#: Text of every script, with what Slack and both databases could stumble over in it.
ODD = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("\"'\\()*:^-~=@#<>|&!%_\x00\u202e\u200d\u0301"),
        st.sampled_from(list("накрутка ёЁй Followers é ß 成長 ก้าว مرحبا שלום 😀")),
    ),
    max_size=300,
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("накрутка", "накрутили"), ("подписчиков", "подписчики"), ("Ёлка", "елки"), ("followers", "Follower"),
        ("розыгрыш", "розыгрыша"), ("giveaways", "GIVEAWAY"), ("São", "sao"), ("ｆｕｌｌ", "full"), ("don't", "don’t"),
    ],
)  # fmt: skip
def test_forms_of_one_word_share_a_token(one: str, other: str) -> None:
    assert set(tokens(one)) & set(tokens(other))


@pytest.mark.parametrize(("one", "other"), [("бот", "бит"), ("рост", "рот"), ("reach", "react"), ("ad", "add")])
def test_other_words_do_not(one: str, other: str) -> None:
    assert not set(tokens(one)) & set(tokens(other))


def test_markup_is_read_as_a_reader_reads_it() -> None:
    seen = plain("<@U1|bia> and <@U2>: <https://e.com/x|the list>, <#C1|brazil> <!here> <!date^1^{date}|May> &lt;b&gt;")
    assert seen == "@bia and @…: the list, #brazil @here May <b>"
    assert plain("<@U2> <https://e.com/x>", {"U2": "Oleg"}) == "@Oleg https://e.com/x"
    assert plain("<mailto:a@e.com|a@e.com> <tel:123|123> <!subteam^S1|@team>") == "a@e.com 123 @team"


def test_what_only_looks_like_markup_keeps_its_brackets() -> None:
    """Forms give what was typed, and nothing in it is markup."""
    for typed in ("her <b>best</b> year", "we <3 her -> ok", "<no name>", "<!doctype html>", "a < b > c"):
        assert plain(typed) == typed


def test_a_handle_is_one_however_it_was_typed() -> None:
    assert {tokens(handle)[0] for handle in ("@Lia.Prado", "@lia_prado", "@liaprado")} == {"@liaprado"}
    assert tokens("see #ZazuChallenge")[0] == "#zazuchallenge"


def test_scripts_without_spaces_are_found_by_pairs() -> None:
    assert {"成長", "長率"} <= set(tokens("フォロワーの成長率"))
    assert set(tokens("成長")) <= set(tokens("フォロワーの成長率"))


def test_a_second_language_adds_its_stem() -> None:
    assert set(forms("seguidores", "portuguese")) & set(forms("seguidor", "portuguese"))
    assert "накрутк" in forms("накрутка", "portuguese"), "Cyrillic stays Russian"


def test_long_text_takes_no_longer_than_it_must() -> None:
    """A reply of 40,000 letters, and one that is a single word."""
    assert len(tokens("накрутили подписчиков " * 1_800)) == 4 * 1_800
    assert all(len(token) < 50 for token in tokens("a" * 40_000))


@given(ODD, st.sampled_from([None, "portuguese", "turkish"]))
def test_any_text_has_tokens_that_both_databases_take(text: str, language: str | None) -> None:
    for token in tokens(text, language):
        assert token
        assert len(token) <= 100
        assert not any(c.isspace() or c in "\x00\"'\\" for c in token)
        token.encode()


@given(ODD)
def test_words_stand_where_they_say(text: str) -> None:
    for word in words(text):
        assert 0 <= word.start < word.end <= len(text)


@given(ODD, ODD)
def test_any_question_has_terms(text: str, other: str) -> None:
    known = dict.fromkeys(tokens(text), 3)
    for word in asked(text + other):
        found = term(word, known, 10)
        assert found.weight >= 0
        assert set(found.own) <= set(found.tokens)
        assert bool(found.own) == bool(found.tokens)


@given(st.lists(ODD, max_size=4), ODD)
def test_any_passage_fits_a_phone_and_marks_what_is_there(texts: list[str], question: str) -> None:
    wanted = {token: 1.0 for word in asked(question) for token in word.tokens}
    found = passage([plain(text) for text in texts], wanted)
    assert len(found.text) <= LENGTH + 2
    assert "\n" not in found.text
    last = 0
    for start, end in found.hits:
        assert last <= start < end <= len(found.text)
        last = end
    assert found.marked("", "") == found.text


def test_the_passage_is_the_sentence_with_most_of_the_words() -> None:
    told = (
        "We met her in May. " * 12
        + "The giveaway brought followers, we checked. "
        + "Nothing else happened here. " * 12
    )
    found = passage([told, "A giveaway, once."], {"giveaway": 1.0, "follow": 1.0})
    assert found.marked("[", "]").startswith("…The [giveaway] brought [followers], we checked.")
    found = passage([told], dict.fromkeys(tokens("giveaway followers"), 1.0))
    assert found.marked("[", "]").startswith("…The [giveaway] brought [followers], we checked.")
    assert passage(["Only this."], {"x": 1.0}).marked("[", "]") == "Only this."
    assert passage([], {"x": 1.0}).text == ""


def test_what_was_meant() -> None:
    assert other_keys("yfrhenrf") == "накрутка"
    assert other_script("nakrutka") == "накрутка"
    assert nearest("накртук", ["накрут", "накрутк", "прокат", "накртуки"], 2) == [["накрутк", "накртуки"], ["накрут"]]
    assert nearest("abc", [], 1) == []


@given(st.text("абвгд", max_size=7), st.text("абвгд", max_size=7))
def test_a_distance_is_one(one: str, other: str) -> None:
    found = distance(one, other, 20)
    assert found == distance(other, one, 20)
    assert (found == 0) == (one == other)
    assert abs(len(one) - len(other)) <= found <= max(len(one), len(other))


@given(st.lists(st.floats(0, 20), min_size=1, max_size=8), st.floats(0.05, 1.0))
@example([1.6086719788932324, 2.146193051838056, 2.370385654858099, 12.146193051838056], 1.0)
def test_enough_is_enough_and_no_more(weights: list[float], share: float) -> None:
    for way in enough(weights, share):
        assert len(set(way)) == len(way)
    if any(weights):
        assert enough(weights, share)


def test_ranking_prefers_the_lesson_the_rare_and_the_short() -> None:
    def scored(*fields: tuple[str, str]) -> float:
        made = ranking.vector((name, tokens(text)) for name, text in fields)
        return ranking.scores([made], [ranking.Term({"рост": 1.0}, 1.0)])[0]

    assert scored(("lesson", "рост")) > scored(("narrative", "рост")) > scored(("reply", "рост")) > 0
    assert scored(("reply", "рост")) > scored(("reply", "рост " + "слово " * 90))
    assert scored(("reply", "рост рост")) > scored(("reply", "рост"))
    assert ranking.rarity(1, 100) > ranking.rarity(50, 100) > 0


def test_the_glossary_goes_both_ways() -> None:
    def reached(word: str) -> set[str]:
        return set(glossary.others(forms(word)))

    assert set(forms("розыгрыш")) & reached("giveaways")
    assert set(forms("giveaway")) & reached("розыгрыша")
    assert not reached("zazuchallenge")
