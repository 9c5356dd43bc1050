"""The catalogues say the same things, say all of them, and say nothing that nobody asks for."""

from __future__ import annotations

import re

import pytest
from babel.messages.catalog import Message

from bot.cards import evidence
from bot.core.routing import DEFAULT_POLICY
from bot.core.types import REASONS, Confidence, Reason, Stakes
from bot.i18n import messages
from bot.i18n.catalog import locales
from bot.i18n.places import Form
from scoring.types import FlagCode, MatchPart, Verdict
from tests.i18n.usage import files, strings, uses

HOLE = re.compile(r"\{(\w*)\}")
NBSP = "\u00a0"
#: Keys that other rooms ask for by name.
ELSEWHERE = re.compile(
    r"saved\..+|row\..+|unreachable\..+|error\.(file|error|start|invalid|not_found|not_allowed|too_late|busy).*|zone\..+|market\..+"
)
#: Short words that must not be left at the end of a line.
SHORT = ("в", "к", "с", "у", "о", "и", "а", "не", "на", "по", "за", "до", "из", "от", "об", "ни", "во", "со")


def catalogue(locale: str) -> dict[str, Message]:
    return {m.id if isinstance(m.id, str) else m.id[0]: m for m in messages.read_catalog(locale) if m.id}


def forms(message: Message) -> tuple[str, ...]:
    string = message.string
    return tuple(map(str, string)) if isinstance(string, (list, tuple)) else (str(string),)


BOTH = {locale: catalogue(locale) for locale in locales()}
ENGLISH, RUSSIAN = BOTH["en"], BOTH["ru"]
RUSSIAN_TEXTS = [(key, text) for key, message in RUSSIAN.items() for text in forms(message)]


def test_there_are_two_languages() -> None:
    assert locales() == ("en", "ru")


def test_same_keys_and_nothing_empty() -> None:
    assert set(ENGLISH) == set(RUSSIAN)
    assert [key for both in BOTH.values() for key, m in both.items() if not all(forms(m))] == []


def test_plural_forms_are_complete() -> None:
    for locale, count in (("en", 2), ("ru", 3)):
        assert messages.read_catalog(locale).num_plurals == count
        plural = {key: len(forms(m)) for key, m in BOTH[locale].items() if m.pluralizable}
        assert set(plural.values()) == {count}
        assert all(len(forms(m)) == 1 for m in BOTH[locale].values() if not m.pluralizable)
    assert {k for k, m in ENGLISH.items() if m.pluralizable} == {k for k, m in RUSSIAN.items() if m.pluralizable}


# What the Russian sentence needs in another case, it takes from another parameter.
_CASES = {
    "market_of": "market",
    "by_market": "market",
    "market_in": "market",
    "market_from": "market",
    "market": "market",
}
#: One language leaves out what its own wording does not need.
_LEFT_OUT = {
    "why_you.market_least_open",
    "why_you.working_hours",
    "why_who.market_least_open",
    "why_who.working_hours",
    "norm.what",
    "norm.then.flips",
    "clean.missing",
    "error.tail.join",
    "decided.plain",
    "button.ping",
}


# One test for all keys, and not one each: fifteen hundred cost more to announce than to look at.
def test_same_placeholders() -> None:
    def holes(texts: tuple[str, ...]) -> set[str]:
        return {_CASES.get(name, name) for text in texts for name in HOLE.findall(text)}

    both = {key: (holes(forms(ENGLISH[key])), holes(forms(RUSSIAN[key]))) for key in ENGLISH if key not in _LEFT_OUT}
    assert {key: (en, ru) for key, (en, ru) in both.items() if en != ru} == {}


def test_every_key_that_the_code_asks_for_is_there() -> None:
    unknown = [(u.where, u.pattern.pattern) for u in uses() if u.exact and not _known(u.pattern)]
    assert unknown == []
    dead_patterns = [
        (u.where, u.pattern.pattern)
        for u in uses()
        if not u.exact
        and "[A-Z" in u.pattern.pattern
        and re.match(r"[a-z0-9_]+\\\.", u.pattern.pattern)
        and not _known(u.pattern)
    ]
    assert [d for d in dead_patterns if not d[1].startswith(("details", "know"))] == []


def _known(pattern: re.Pattern[str]) -> bool:
    return any(pattern.fullmatch(key) for key in ENGLISH)


def test_no_text_is_dead() -> None:
    asked = uses()
    dead = [k for k in ENGLISH if not ELSEWHERE.fullmatch(k) and not any(u.pattern.fullmatch(k) for u in asked)]
    assert dead == []


def test_every_hole_is_filled_where_the_parameters_are_written_out() -> None:
    for use in uses():
        if use.params is None:
            continue
        for key, message in ENGLISH.items():
            if use.exact and use.pattern.fullmatch(key):
                wanted = {n for m in (message, RUSSIAN[key]) for text in forms(m) for n in HOLE.findall(text)}
                assert wanted <= use.params, (use.where, key, wanted - use.params)


def test_every_code_has_its_words() -> None:
    wanted = [f"reason.{v.value}.{r.value}" for v in Verdict for r in REASONS[v]]
    wanted += [f"check.{c.value}" for c in FlagCode] + [f"stakes.{s.value}" for s in Stakes]
    wanted += [f"confidence{said}.{c.value}" for c in Confidence for said in ("", ".said")]
    wanted += [f"part{name}.{p.value}" for p in MatchPart for name in ("", "_name")]
    wanted += [f"rule.{rule.code}" for rule in DEFAULT_POLICY] + ["rule.audit_sample"]
    codes = (
        "only",
        "market_least_open",
        "knows_creator",
        "working_hours",
        "lead_no_expert",
        "passed_on",
        "backup_away",
        "reassigned",
        "returned",
    )
    wanted += [f"why_{who}.{code}" for who in ("you", "who") for code in codes]
    assert [key for key in wanted if key not in ENGLISH] == []
    assert set(Reason) == {r for v in Verdict for r in REASONS[v]}
    assert evidence.GOOD_PAST


def test_markets_have_all_their_forms() -> None:
    for both in BOTH.values():
        for key, message in both.items():
            if key.startswith("market."):
                found = [part.strip() for part in forms(message)[0].split("|")]
                assert len(found) == len(Form), key
                assert all(found), key


@pytest.mark.parametrize("prefix", ["button.", "more."])
def test_button_texts_are_not_cut_on_a_phone(prefix: str) -> None:
    for both in BOTH.values():
        for key, message in both.items():
            if key.startswith(prefix):
                assert max(map(len, forms(message))) <= 30, key


def test_no_sentence_stands_in_the_code_of_the_cards() -> None:
    """Whatever a reader sees comes from the catalogues: a constant with a space and a letter is a sentence."""
    named = re.compile(r"not an? \w+( \w+)? of ours: ")
    found = [
        (path.name, node.lineno, node.value)
        for path in files()
        if path.parent.name == "cards"
        for node in strings(path)
        if " " in str(node.value).strip()
        and re.search(r"[^\W\d_]", str(node.value))
        and not named.match(str(node.value))
    ]
    assert found == []


# ---- how the Russian is written


def test_russian_rules() -> None:
    for key, text in RUSSIAN_TEXTS:
        if not key.startswith(("format.", "platform.")):
            _reads_well(re.sub(r"`[^`]*`|«[a-z /]+»", "", text), text)


def _reads_well(shown: str, text: str) -> None:
    assert "!" not in shown
    assert '"' not in shown
    assert "'" not in shown
    assert shown.count("«") == shown.count("»")
    for word in SHORT:
        assert not re.search(rf"(?i)(?<![\w-]){word} ", shown), f"a plain space after «{word}»: {text!r}"
    assert " —" not in shown, "a dash holds on to the word before it"
    assert not re.search(r"\d %|\d%", shown), "46 % with a no-break space"
    assert not re.search(r"\{n\} (?!из|нет|в\b|всё)[а-яё]", shown), "a number holds on to its word"
    assert not re.search(r"–(?!\u2060)", shown), "a range is joined"
    assert not re.search(r"(?i)\b(еще|берем|блогер[её]м|пришел|счет|учет|остается|ждет|ведет|идет|черн)\b", shown), "ё"
    assert not re.search(r"\bВы\b(?!\u00a0)", re.sub(r"(^|[.?!:*] ?)Вы\b", "", shown)), "«вы» is small"
    assert not re.search(
        r"\b(решил|ответил|отменил|передал|возразил|изменил|написал)а?\b(?! ИИ)",
        shown.replace("решил ИИ", "").replace("Решил ИИ", ""),
    ), "no past tense with a person"


@pytest.mark.parametrize("locale", ["en", "ru"])
def test_no_apology_no_blame_no_gender_no_emoji(locale: str) -> None:
    words = "sorry oops please unfortunately he she his her him извините сожалению увы она пожалуйста".split()
    banned = re.compile(rf"(?i)\b({'|'.join(words)})\b|[\U0001F300-\U0001FAFF]")
    found = [(key, t) for key, m in BOTH[locale].items() for t in forms(m) if banned.search(t)]
    assert found == []


def test_english_uses_typographic_marks() -> None:
    for key, message in ENGLISH.items():
        for text in forms(message):
            assert "'" not in text, key
            assert '"' not in text, key
            assert NBSP not in text, key
            assert "..." not in text, key
