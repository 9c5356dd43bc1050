"""Avoid words in a text: what hits and what must not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.avoid import hits


@pytest.mark.parametrize(
    ("term", "text"),
    [
        ("casino", "Best CASINOS in town"),
        ("casinos", "the casino's bonus"),
        ("lottery", "two lotteries"),
        ("apostas", "uma aposta"),
        ("online betting", "ONLINE-betting, now"),
        ("online casino", "#online_casino"),
        ("casino", "𝓬𝓪𝓼𝓲𝓷𝓸"),
        ("casino", "ca\u200bsino"),
        ("счёт", "открой счет"),
        ("счет", "открой счёт"),
        ("ставка", "приём ставок"),
        ("ставки", "одной ставкой"),
        ("игроков", "игрок"),
        ("азартные игры", "без азартных игр"),
        ("казино", "в казину"),
        ("политика", "о политике"),
        ("18+", "только 18+!"),
        ("🎰", "go 🎰🎰"),
        ("カジノ", "オンラインカジノ"),
        ("카지노", "카지노는"),
        ("порно*", "порнография"),
    ],
)
def test_hits(term: str, text: str) -> None:
    assert term in hits(text, (term,))


@pytest.mark.parametrize(
    ("term", "text"),
    [
        ("bet", "better alphabet"),
        ("new", "renewal"),
        ("news", "new"),
        ("18+", "18 May"),
        ("мат", "мать, математика"),
        ("партия", "парта"),
        ("остров", "острый"),
        ("online betting", "betting online"),
        ("порно", "порнография"),
        ("", "anything"),
        ("*", "anything"),
        ("  ", "  "),
    ],
)
def test_misses(term: str, text: str) -> None:
    assert hits(text, (term,)) == {}


@given(st.text(), st.lists(st.text(), max_size=5))
def test_any_text_and_any_words(text: str, avoid: list[str]) -> None:
    found = hits(text, avoid)
    assert set(found) <= set(avoid)
    assert all(count > 0 for count in found.values())


@given(st.sampled_from(["casino", "ставка", "выборы", "table", "beauty"]), st.text(), st.text())
def test_a_word_that_stands_alone_is_found(word: str, before: str, after: str) -> None:
    assert hits(f"{before} {word} {after}", (word,))
