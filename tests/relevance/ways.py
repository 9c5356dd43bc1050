"""The ways to search that are compared: the product's own, the same with parts of it left out, and plain FTS5."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

from bot.core.search import Filters
from db import search, search_index
from db.migrate import migrate
from db.store import Store
from scoring.question import Asked, asked
from scoring.text import ROOT
from tests.relevance.archive import threads

Search = Callable[[str], list[str]]
"""From a question to the ids of threads, best first."""


def ways(folder: Path) -> dict[str, Search]:
    store = filled(folder)
    return {
        "plain FTS5": plain(),
        "stems": product(store, _stems),
        "stems and roots": product(store, _without_glossary),
        "with the glossary": product(store),
    }


def filled(folder: Path) -> Store:
    """A store that holds the archive and nothing else."""
    store = Store(f"sqlite:///{folder / 'archive.sqlite3'}")
    migrate(store)
    with store.unit() as unit:
        search_index.put(unit, threads())
    return store


def product(store: Store, change: Callable[[Asked], Asked] | None = None) -> Search:
    """The product's search, with each word of a question changed."""

    def searched(text: str) -> list[str]:
        with store.reading() as unit, patch.object(search, "asked", _changed(change) if change else asked):
            found = search.find(unit, text, Filters(), None, limit=len(threads()))
        return [hit.disagreement_id for hit in found.hits]

    return searched


def _changed(change: Callable[[Asked], Asked]) -> Callable[[str], list[Asked]]:
    return lambda text: [change(word) for word in asked(text)]


def _without_glossary(word: Asked) -> Asked:
    return replace(word, instead={})


def _stems(word: Asked) -> Asked:
    tokens = {token: worth for token, worth in word.tokens.items() if not token.startswith(ROOT)}
    return replace(word, tokens=tokens, instead={}, unsure={})


def plain() -> Search:
    """What FTS5 does by itself: its own tokenizer, any of the words, its own bm25."""
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE plain USING fts5(id UNINDEXED, creator, lesson, narrative, replies)")
    for t in threads():
        said = (t.disagreement_id, f"{t.creator} {t.handle}", t.lesson, " ".join(t.narratives), " ".join(t.replies))
        database.execute("INSERT INTO plain VALUES (?, ?, ?, ?, ?)", said)

    def searched(text: str) -> list[str]:
        words = re.findall(r"\w+", text)
        wanted = " OR ".join(f'"{word}"' for word in words)
        rows = database.execute("SELECT id FROM plain WHERE plain MATCH ? ORDER BY bm25(plain)", (wanted,))
        return [id_ for (id_,) in rows]

    return searched
