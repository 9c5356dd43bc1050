"""What search finds in the invented archive, and that it is no worse than it was; the same on both databases."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from bot.core.search import Filters
from db import search, search_index
from db.store import Store
from tests.database import fresh
from tests.relevance.__main__ import figures
from tests.relevance.archive import questions, threads
from tests.relevance.measure import ndcg, recall
from tests.relevance.ways import ways


@pytest.fixture
def archives(tmp_path: Path) -> list[Store]:
    made = [Store(fresh(kind, tmp_path).url) for kind in ("sqlite", "postgres")]
    for store in made:
        with store.unit() as unit:
            search_index.put(unit, threads())
    return made


def test_the_archive_is_what_it_says() -> None:
    ids = [thread.disagreement_id for thread in threads()]
    assert len(ids) == len(set(ids)) >= 200
    assert len(questions()) >= 80
    kinds = Counter(question.kind for question in questions())
    assert all(
        kinds[kind] >= 5 for kind in ("plain", "inflected", "misspelt", "paraphrase", "slang", "handle", "mixed")
    )
    languages = Counter(question.language for question in questions())
    assert min(languages["en"], languages["ru"]) >= 50
    assert sum(question.held_out for question in questions()) == len(questions()) // 3


def test_measures_by_hand() -> None:
    assert ndcg(["a", "b"], {"a": 2, "b": 1}) == 1.0
    assert ndcg(["x", "a"], {"a": 1}) == pytest.approx(0.6309, abs=1e-4)
    assert ndcg(["x"], {"a": 1}) == 0.0
    assert recall(["a", "x"], {"a": 1, "b": 2}) == 0.5


def test_search_is_as_good_as_docs_search_says(tmp_path: Path) -> None:
    """The floor, for all questions and for those that nothing was tuned on."""
    made = ways(tmp_path)
    for asked in (questions(), [question for question in questions() if question.held_out]):
        own, kept, across, _ = figures(made["with the glossary"], asked)
        assert own >= 0.92 and kept >= 0.91 and across >= 0.80
        plainly, *_ = figures(made["plain FTS5"], asked)
        stems, *_ = figures(made["stems"], asked)
        assert own > stems > plainly


@pytest.mark.postgres
def test_both_databases_give_the_same_order(archives: list[Store]) -> None:
    for question in questions():
        found = []
        for store in archives:
            with store.reading() as unit:
                found.append(search.find(unit, question.text, Filters(), None, limit=25))
        assert found[0] == found[1], question.text
    for store in archives:
        store.close()
