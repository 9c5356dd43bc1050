"""What search keeps between questions: never a set that is not as the database has it now, whoever changed it."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa

from bot.core.search import Filters, Found, Won
from db import search, search_index
from db.kept import KEPT, Kept
from db.search_index import Document
from db.search_sql import Asking
from db.store import Store, Unit
from scoring.postings import BLOCK

START = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
PUBLIC, SECRET, BOTH = frozenset({"C0BRAZIL01"}), frozenset({"C0SECRET01"}), frozenset({"C0BRAZIL01", "C0SECRET01"})
QUESTIONS = [
    (text, filters, channels)
    for text in ("", "рост накрутка")
    for filters in (Filters(), Filters(market="BR", won=Won.AI))
    for channels in (PUBLIC, SECRET, BOTH, None)
]


def document(n: int, narrative: str = "рост накрутка", channel: str = "C0BRAZIL01", **more: object) -> Document:
    plain = Document(
        f"dg_{n}", f"rv_{n}", "glow", channel, "BR", "Lia Prado", "lia.prado", "none", START + timedelta(hours=n),
        "U0BIA00001", narratives=(narrative,),
    )  # fmt: skip
    return replace(plain, **more)  # type: ignore[arg-type]


def put(store: Store, *documents: Document) -> None:
    with store.unit() as unit:
        search_index.put(unit, documents)


def answers(unit: Unit) -> list[Found]:
    return [search.find(unit, text, filters, channels, 50) for text, filters, channels in QUESTIONS]


def asked(store: Store) -> list[Found]:
    with store.reading() as unit:
        return answers(unit)


def anew(store: Store) -> list[Found]:
    """By somebody who has kept nothing."""
    with store.reading() as unit:
        return keeping_nothing(unit)


def keeping_nothing(unit: Unit) -> list[Found]:
    kept = unit.info.pop(KEPT)
    try:
        return answers(unit)
    finally:
        unit.info[KEPT] = kept


@pytest.fixture
def beside(store: Store) -> Iterator[Store]:
    """Another process with the same database."""
    other = Store(store.url.render_as_string(hide_password=False))
    yield other
    other.close()


def jump(store: Store, to: int) -> None:
    """As if so many documents were there: the next one has the next number."""
    with store.unit() as unit:
        if store.sqlite:
            values = {"seq": to, "disagreement_id": f"dg_far{to}", "channel": "C0NONE0001", "won": "none", "at": START}
            insert = "INSERT INTO search_documents VALUES (:seq, :disagreement_id, :channel, :won, :at)"
            unit.execute(sa.text(insert).bindparams(sa.bindparam("at", type_=sa.DateTime())), values)
        else:
            unit.execute(sa.text(f"SELECT setval(pg_get_serial_sequence('search_documents', 'seq'), {to})"))


def test_whatever_a_replica_writes_every_other_answers_as_if_it_had_kept_nothing(store: Store, beside: Store) -> None:
    """Documents come, move to another channel, change and go, in three blocks of the index, and some are taken back."""
    rng, last = Random(5), 0
    there: set[int] = set()
    for step in range(60):
        writer, reader = rng.sample((store, beside), 2)
        if step in {20, 40}:
            jump(writer, step // 20 * BLOCK - 2)
        known = sorted(there)
        which = rng.choice(known) if known and rng.random() < 0.6 else (last := last + 1)
        said = document(
            which, rng.choice(("рост", "накрутка", "рост накрутка")), rng.choice(("C0BRAZIL01", "C0SECRET01")),
            won=rng.choice(("ai", "expert")), market=rng.choice(("BR", "MX")),
        )  # fmt: skip
        with writer.unit(keep=rng.random() < 0.9) as unit:
            if which in there and rng.random() < 0.4:
                search.forget(unit, said.disagreement_id)
                there.remove(which)
            else:
                search_index.put(unit, [said])
                there.add(which)
        assert asked(reader) == anew(reader)
        assert asked(writer) == anew(writer)
    with store.reading() as unit:
        assert len(Asking(unit).postings(())[1]) == 3


def test_a_reader_of_a_moment_ago_and_one_of_now_do_not_mix(store: Store) -> None:
    put(store, document(1), document(2, channel="C0SECRET01"))
    with store.reading() as then:
        before = answers(then)
        wrong: list[bool] = []

        def meanwhile() -> None:
            put(store, document(1, channel="C0SECRET01"), document(2), document(3))
            wrong.append(asked(store) != anew(store))

        beside = threading.Thread(target=meanwhile)
        beside.start()
        beside.join()
        assert wrong == [False]
        assert answers(then) == before, "one view of the database has one answer"
    assert asked(store) == anew(store) != before


def test_a_reader_of_a_moment_ago_knows_nothing_of_a_block_that_began_since(store: Store) -> None:
    put(store, document(1), document(2, channel="C0SECRET01"))
    jump(store, BLOCK - 1)
    with store.reading() as then:
        before = keeping_nothing(then)

        def meanwhile() -> None:
            put(store, document(3), document(4, channel="C0SECRET01"))
            asked(store)

        beside = threading.Thread(target=meanwhile)
        beside.start()
        beside.join()
        assert answers(then) == before
    assert asked(store) == anew(store) != before


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE search_postings SET places = (SELECT places FROM search_postings ORDER BY length(places) LIMIT 1)",
        "DELETE FROM search_postings WHERE word = '=channel:C0BRAZIL01'",
        "UPDATE search_postings SET block = 1 WHERE word = '=channel:C0BRAZIL01'",
        "DELETE FROM search_postings",
    ],
)
def test_rows_that_others_change_by_hand_are_read_anew(store: Store, statement: str) -> None:
    """An older version of ours beside this one, or a person with the database's own tool."""
    put(store, document(1), document(2, channel="C0SECRET01"), document(3, "накрутка"))
    jump(store, BLOCK)
    put(store, document(4, channel="C0SECRET01"))
    before = asked(store)
    with store.unit() as unit:
        unit.execute(sa.text(statement))
    assert asked(store) == anew(store) != before


@pytest.mark.postgres
@pytest.mark.parametrize("kind", ["postgres"])
def test_an_index_that_was_emptied_is_empty(store: Store) -> None:
    put(store, document(1))
    before = asked(store)
    with store.unit() as unit:
        unit.execute(sa.text("TRUNCATE search_postings"))
    assert asked(store) == anew(store) != before


@pytest.mark.postgres
@pytest.mark.parametrize("kind", ["postgres"])
def test_a_unit_gives_a_block_one_version_however_much_it_writes(store: Store) -> None:
    """Each would leave a dead row, and all of them are read with each question until PostgreSQL has tidied up."""
    put(store, document(1))
    seen = []
    with store.unit() as unit:
        for n in (2, 3):
            search_index.put(unit, [document(n)])
            seen.append(Asking(unit).postings(())[1])
    with store.reading() as after:
        assert seen == 2 * [Asking(after).postings(())[1]]


def test_what_is_read_again_is_what_changed(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of filters and channels nothing where nobody wrote; else their rows of the blocks in which somebody did."""
    put(store, document(1), document(2, channel="C0SECRET01"))
    jump(store, BLOCK)
    put(store, document(3))
    read: list[tuple[str, int]] = []
    postings = Asking.postings

    def noted(asking: Asking, *asked: Collection[str]) -> Any:
        found = postings(asking, *asked)
        read.extend((word, block) for word, block, _ in found[2] if word.startswith("="))
        return found

    monkeypatch.setattr(Asking, "postings", noted)

    def ask() -> tuple[set[tuple[str, int]], int]:
        """Which rows of tags were read, and how many were found."""
        read.clear()
        with store.reading() as unit:
            found = search.find(unit, "рост", Filters(market="BR", won=Won.NONE), BOTH)
        return set(read), found.total

    brazil, secret, there = "=channel:C0BRAZIL01", "=channel:C0SECRET01", ("=market:br", "=won:none")
    assert ask() == ({(secret, 0), *((tag, block) for tag in (brazil, *there) for block in (0, 1))}, 3)
    assert ask() == (set(), 3)
    put(store, document(4))
    assert ask() == ({(tag, 1) for tag in (brazil, *there)}, 4)
    assert ask() == (set(), 4)


def test_a_unit_that_writes_keeps_nothing(store: Store) -> None:
    """On PostgreSQL its statements see one after the other what others commit between them."""
    with store.unit() as unit:
        search_index.put(unit, [document(1)])
        assert KEPT not in unit.info
        assert search.find(unit, "рост", Filters(), PUBLIC).total == 1
        unit.rollback()
    assert asked(store) == anew(store)


def test_there_is_room_for_so_many_bytes_and_the_longest_unused_goes() -> None:
    kept: Kept[np.ndarray] = Kept(30)
    kept.put({name: np.zeros(10, dtype=np.uint8) for name in "abc"})
    assert kept.get("a").keys() == {"a"}
    kept.put({"d": np.zeros(10, dtype=np.uint8)})
    assert kept.get("adc").keys() == {"a", "c", "d"}
    kept.put({"d": np.zeros(20, dtype=np.uint8)})
    assert kept.get("abcd").keys() == {"c", "d"}
    kept.put({"e": np.zeros(31, dtype=np.uint8)})
    assert kept.get("abcde") == {}
