"""What search finds, on both databases: words in every form, filters, who may see what, pages, odd input, its index."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
import sqlalchemy as sa

from bot.core.search import Filters, Found, Won
from db import search, search_index
from db.columns import UtcDateTime
from db.search_index import Document, channel_key
from db.search_postings import SPAN
from db.store import Store
from scoring import postings

START = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
_numbers = count(1)


def document(narrative: str = "", **more: object) -> Document:
    n = next(_numbers)
    plain = Document(
        f"dg_{n}", f"rv_{n}", "glow", "C0BRAZIL01", "BR", "Lia Prado", "lia.prado", "none", START + timedelta(hours=n),
        "U0BIA00001", narratives=(narrative,),
    )  # fmt: skip
    return replace(plain, **more)  # type: ignore[arg-type]


Find = Callable[..., Found]


@pytest.fixture
def put(store: Store) -> Callable[..., None]:
    def put(*documents: Document) -> None:
        with store.unit() as unit:
            search_index.put(unit, documents, {"U0OLEG0001": "Oleg"})

    return put


@pytest.fixture
def find(store: Store) -> Find:
    def find(
        text: str = "", *, channels: set[str] | None = None, limit: int = 10, offset: int = 0, **filters: Any
    ) -> Found:
        with store.reading() as unit:
            return search.find(unit, text, Filters(**filters), channels, limit, offset)

    return find


def ids(found: Found) -> list[str]:
    return [hit.disagreement_id for hit in found.hits]


def test_another_form_of_the_same_words(put: Callable[..., None], find: Find) -> None:
    bought = document("Ей накрутили подписчиков, все пустые")
    put(bought, document("розыгрыш был в мае"))
    found = find("накрутка подписчиков")
    assert ids(found) == [bought.disagreement_id]
    assert found.hits[0].passage.marked("*", "*") == "Ей *накрутили* *подписчиков*, все пустые"
    assert found.total == 1 and found.by_won == {Won.NONE: 1}
    assert not found.read_as and not found.loosely


def test_misspelt_typed_on_the_other_keyboard_or_by_ear(put: Callable[..., None], find: Find) -> None:
    bought = document("накрутка подписчиков перед сделкой")
    gift = document("the giveaway brought followers")
    put(bought, gift)
    for typed, read in {"накуртка": "накрутк", "yfrhenrf": None, "nakrutka": None}.items():
        found = find(typed)
        assert ids(found) == [bought.disagreement_id], typed
        assert found.read_as == ({typed: read} if read else {})
    assert ids(find("giveavay")) == [gift.disagreement_id]
    assert ids(find("@liaprado")) == ids(find("Прадо")) == [gift.disagreement_id, bought.disagreement_id]


def test_filters_count_and_say_what_would_be_found_without_them(put: Callable[..., None], find: Find) -> None:
    one = document("рост от розыгрыша", flags=("growth_spike",), reasons=("market_norm",), won="expert")
    two = document("рост куплен", flags=("growth_spike",), won="ai", market="RU", channel="C0RUSSIA01")
    three = document("рост обычный", won="ai", campaign="nord", by="U0OLEG0001")
    put(one, two, three)
    assert find("рост").by_won == {Won.EXPERT: 1, Won.AI: 2}
    assert ids(find("рост", flag="growth_spike", won=Won.EXPERT)) == [one.disagreement_id]
    assert ids(find(market="RU")) == [two.disagreement_id]
    assert ids(find(reason="market_norm", by="U0BIA00001", campaign="glow")) == [one.disagreement_id]
    assert ids(find(since=three.opened_at)) == [three.disagreement_id]
    assert ids(find(until=two.opened_at)) == [one.disagreement_id]
    nothing = find("рост", market="RU", won=Won.EXPERT)
    assert nothing.total == 0 and not nothing.hits
    assert [(s.without, s.total) for s in nothing.suggestions] == [("market", 1), ("won", 1)]


def test_nothing_of_a_channel_that_the_asker_cannot_see(put: Callable[..., None], find: Find) -> None:
    put(document("накрутка подписчиков", channel="C0SECRET01"), document("рост"))
    assert find("накрутка", channels=set()).total == 0
    seen = find("накрутка", channels={"C0BRAZIL01"})
    assert seen.total == 0 and seen.suggestions == () and not seen.read_as
    assert not find("накуртка", channels={"C0BRAZIL01"}).read_as, "no word of it is said"
    assert find("накрутка", channels={"C0SECRET01", "C0BRAZIL01"}).total == 1
    assert find(channels={"C0BRAZIL01"}).total == 1
    for secret in ("рост накрутка", "рост накрутка подписчиков", "накрутка накуртка рост рост"):
        nowhere = secret.replace("накрутка", "абвгдежз").replace("накуртка", "зжедгвба").replace("подписчиков", "абвгд")
        assert find(secret, channels={"C0BRAZIL01"}) == find(nowhere, channels={"C0BRAZIL01"})


def test_a_word_of_others_changes_nothing_of_what_is_found_by_its_synonym(put: Callable[..., None], find: Find) -> None:
    put(document("the giveaway brought them"))
    never = find("розыгрыш", channels={"C0BRAZIL01"})
    assert never.total == 1 and not never.loosely
    put(document("розыгрыш", channel="C0SECRET01"))
    now = find("розыгрыш", channels={"C0BRAZIL01"})
    assert (ids(now), now.total, now.loosely) == (ids(never), never.total, never.loosely)


def test_a_misspelt_word_is_read_as_if_others_had_written_nothing(put: Callable[..., None], find: Find) -> None:
    """Not by a word that takes the place of one of two alike, nor by how often others use one of them."""
    put(document("givetway"), document("giverway"), document("giverway"))
    never = find("givexway", channels={"C0BRAZIL01"})
    assert (never.total, dict(never.read_as)) == (3, {"givexway": "giverway"})
    put(*(document("givezway", channel="C0SECRET01") for _ in range(4)))
    put(*(document("givetway", channel="C0SECRET01") for _ in range(4)))
    now = find("givexway", channels={"C0BRAZIL01"})
    assert (set(ids(now)), now.total, now.read_as) == (set(ids(never)), never.total, never.read_as)


def test_what_changed_is_found_as_it_is_now(store: Store, put: Callable[..., None], find: Find) -> None:
    first = document("накрутка")
    put(first)
    put(replace(first, narratives=("розыгрыш",), lesson="Смотрим даты", won="both"))
    assert find("накрутка").total == 0
    assert find("розыгрыш даты").by_won == {Won.BOTH: 1}
    with store.unit() as unit:
        search.forget(unit, first.disagreement_id)
        search.forget(unit, "dg_never")
    assert find("розыгрыш").total == find().total == 0
    with store.reading() as unit:
        for left in ("search_words", "search_postings"):
            assert unit.execute(sa.text(f"SELECT count(*) FROM {left}")).scalar() == 0  # noqa: S608 - our names


def index_of(store: Store) -> dict[str, set[int]]:
    """The index as it is written, which is what the documents say."""
    with store.reading() as unit:
        written = defaultdict(set)
        for word, block, held in unit.execute(sa.text("SELECT word, block, places FROM search_postings")):
            written[word] |= {block * postings.BLOCK + place for place in postings.places(held)}
        said = defaultdict(set)
        rows = "SELECT d.seq, d.channel, t.tokens FROM search_documents d JOIN search_texts t ON t.seq = d.seq"
        for seq, channel, tokens in unit.execute(sa.text(rows)):
            for word in {*tokens.split(), channel_key(channel)}:
                said[word].add(seq)
        counted = dict(unit.execute(sa.text("SELECT word, documents FROM search_words")).all())
    assert written == said
    assert counted == {word: len(numbers) for word, numbers in said.items() if not word.startswith("=")}
    return written


def test_the_index_says_what_the_documents_say(store: Store, put: Callable[..., None]) -> None:
    one, two, three = (
        document("рост подписчиков"),
        document("рост куплен", flags=("growth_spike",)),
        document("накрутка"),
    )
    put(one, two, three)
    first = index_of(store)
    assert len(first["~подпис"]) == 1 and len(first["=market:br"]) == 3
    put(replace(one, narratives=("накрутка",), channel="C0SECRET01", won="ai"), replace(two, market="MX"), two)
    with store.unit() as unit:
        search.forget(unit, three.disagreement_id)
    after = index_of(store)
    assert "~подпис" not in after and len(after["накрутк"]) == len(after["=channel:C0SECRET01"]) == 1
    assert len(after["=market:br"]) == 2


def test_a_document_that_is_written_twice_in_one_unit_is_counted_as_it_is(
    store: Store, put: Callable[..., None]
) -> None:
    said = document("рост подписчиков")
    other = replace(said, narratives=("накрутка",), channel="C0SECRET01")
    put(document("рост"), said, other, said, other)
    assert len(index_of(store)["рост"]) == 1
    put(said, other)
    put(other, said)
    assert len(index_of(store)["рост"]) == 2


@pytest.mark.postgres
@pytest.mark.parametrize("kind", ["postgres"])
def test_replicas_that_write_at_once_lose_nothing(store: Store, put: Callable[..., None], kind: str) -> None:
    """Their documents share most of their words, and so the rows that each reads to change."""
    wrong: list[BaseException] = []

    def write() -> None:
        try:
            for _ in range(8):
                put(document("рост подписчиков"), document("рост куплен"))
        except BaseException as error:
            wrong.append(error)
            raise

    threads = [threading.Thread(target=write) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert len(index_of(store)["рост"]) == 48, kind


def test_a_large_archive_has_several_rows_for_a_word(store: Store, put: Callable[..., None], find: Find) -> None:
    """What is older than fifteen thousand others is found with what is new, and so is what is written anew."""
    old = document("рост подписчиков")
    put(old)
    with store.unit() as unit:
        far = 3 * postings.BLOCK + 7
        narrow = {"seq": far, "id": "dg_far", "channel": "C0NOWHERE1", "at": START}
        made = (
            "INSERT INTO search_documents (seq, disagreement_id, channel, won, opened_at) "
            "VALUES (:seq, :id, :channel, 'none', :at)"
        )
        unit.execute(sa.text(made).bindparams(sa.bindparam("at", type_=UtcDateTime())), narrow)
        empty = (
            "INSERT INTO search_texts (seq, review_id, campaign, market, creator, handle, lesson, texts, tokens) "
            "VALUES (:seq, '', '', '', '', '', '', '[]', '')"
        )
        unit.execute(sa.text(empty), {"seq": far})
    new = replace(document("рост подписок"), disagreement_id="dg_far")
    put(new)
    assert set(ids(find("рост подписчиков", channels={"C0BRAZIL01"}))) == {old.disagreement_id, "dg_far"}
    put(replace(new, narratives=("накрутка",)))
    assert ids(find("рост")) == [old.disagreement_id]
    assert ids(find("накрутка", since=START)) == ["dg_far"]


def test_when_they_were_opened_counts_and_not_when_they_were_written(put: Callable[..., None], find: Find) -> None:
    """As after a restore: a document of each year among those of the other."""
    years = [START.replace(year=2020 + n % 2 * 5) + timedelta(minutes=n) for n in range(SPAN + 20)]
    made = [document("рост", opened_at=at) for at in [*years, *(START.replace(year=2031) for _ in range(SPAN + 5))]]
    put(*made)
    line = START.replace(year=2023)
    for asked in (
        {"since": line}, {"until": line}, {"since": made[3].opened_at, "until": made[9].opened_at},
        {"since": START.replace(year=2030)}, {"until": START.replace(year=2030)}, {"since": START.replace(year=2032)},
    ):  # fmt: skip
        since, until = asked.get("since", START.replace(year=1990)), asked.get("until", START.replace(year=2090))
        assert find("рост", **asked).total == sum(since <= d.opened_at < until for d in made), asked


def test_pages_add_up_and_keep_their_order(
    put: Callable[..., None], find: Find, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "_RANKED", 7)
    made = [document("рост " * (1 + n % 3) + ("подписчиков" if n % 5 == 0 else "")) for n in range(20)]
    put(*made)
    for text, total in (("рост", 20), ("рост подписчиков", 4), ("", 20)):
        pages = [find(text, limit=3, offset=n) for n in range(0, 21, 3)]
        every = [one for page in pages for one in ids(page)]
        assert len(every) == len(set(every)) == total
        assert {(page.total, sum(page.by_won.values())) for page in pages} == {(total, total)}
        assert ids(find(text, limit=20)) == every
    assert {*ids(find("рост подписчиков"))} == {d.disagreement_id for d in made if "подп" in d.narratives[0]}


def test_markup_is_found_as_a_reader_sees_it(put: Callable[..., None], find: Find) -> None:
    put(document("<@U0OLEG0001> см. <https://example.com/secretpath|таблица роста> :tada: &amp; <!channel>"))
    assert find("secretpath").total == find("U0OLEG0001").total == find("tada").total == 0
    found = find("таблица олега")
    assert found.hits[0].passage.text == "@Oleg см. таблица роста :tada: & @channel"


_ODD = (
    "", "   ", '"', "'", "\\", "рост' | 'x", 'AND OR NOT NEAR("рост" x)', "рост*", "tokens:рост", "^рост", "((", "😀",
    "\x00", "%_", "'; DROP TABLE search_texts; --", "مرحبا", "שלום", "成長 フォロワー", "ก้าว", "a" * 40_000,
    "рост " * 8_000,     "\ud800", "-рост", "<@U1> <!here>", "=market:br", "~рост",
)  # fmt: skip


@pytest.mark.parametrize("typed", _ODD, ids=range(len(_ODD)))
def test_nothing_typed_breaks_it(put: Callable[..., None], find: Find, typed: str) -> None:
    put(document("рост подписчиков"), document(typed.replace("\ud800", "")))
    found = find(typed)
    assert found.total >= len(found.hits)
    assert find("рост").total >= 1, "everything is still there"
