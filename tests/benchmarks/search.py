"""search and search_pg: questions with two filters to a hundred thousand threads, beside the database's own search.

The threads are made of the sentences of tests/relevance, with a long tail of rare words, as teams write; the questions
are its questions and the commonest words. Half of the archive is visible to whoever asks.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import accumulate, count, islice
from random import Random
from time import perf_counter, thread_time
from typing import Any

import psycopg
import sqlalchemy as sa

from bot.core.search import Filters, Found, Won
from db import search
from db.search_index import Document, Entry, entry, put, tagged
from db.search_postings import SPAN
from db.search_tables import DOCUMENTS, POSTINGS, SPANS, TEXTS, VECTORS, WORDS
from db.store import Store, Unit, sliced
from scoring import postings
from scoring.spelling import ends
from scoring.types import FlagCode
from tests.benchmarks.agency import Shape, Stock
from tests.benchmarks.lines import Goal, Line, middle, p99
from tests.relevance.archive import questions, threads

_MARKETS = tuple("BR RU US DE MX IN GB KZ FR ES TR ID".split())
_CHANNELS = tuple(f"C0CHAN{n:04d}" for n in range(40))
_COMMON = (
    "followers",
    "подписчики",
    "the comments",
    "growth",
    "рост подписчиков",
    "аккаунт",
    "campaign fee",
    "и это не",
)
_SYLLABLES = "ba ko re mi tu la ve no si da pe ru га ло ни пе ту са во ми ре ка бу де".split()
_START = datetime(2023, 1, 2, 9, 0, tzinfo=UTC)
_AT_ONCE = 2_000
#: Questions of ours, then the same to the database's own search: one by one, each would find the memory that the other
#: has just been through, as nobody who searches does.
_IN_TURN = 100
#: Questions that are each asked after somebody has written: what is kept between questions has then changed.
_WRITES = 100
_REASONS = ("market_norm", "fraud_evidence", "cultural_fit")


@dataclass(frozen=True)
class Asked:
    text: str
    filters: Filters
    channels: frozenset[str]


def search_sqlite(stock: Stock, *, quick: bool = False) -> Iterator[Line]:
    yield from _search("search", "sqlite", stock, quick=quick)


def search_pg(stock: Stock, *, quick: bool = False) -> Iterator[Line]:
    yield from _search("search_pg", "postgres", stock, quick=quick)


def _search(name: str, kind: str, stock: Stock, *, quick: bool) -> Iterator[Line]:
    size, rounds = (300, 20) if quick else (100_000, 600)
    rng = Random(7)
    with stock.copy(Shape(1), kind) as url:
        store = Store(url)
        fill(store, size)
        plainly = _plain(store)
        ours: list[float] = []
        alone: list[float] = []
        theirs: list[float] = []
        hits = 0
        for one in (asked(rng) for _ in range(20)):  # both warm up
            _ours(store, one)
            _theirs(store, plainly, one)
        wanted = [asked(rng) for _ in range(rounds)]
        for start in range(0, rounds, _IN_TURN):
            part = wanted[start : start + _IN_TURN]
            for found, took, worked in (_ours(store, one) for one in part):
                ours.append(took)
                alone.append(worked)
                hits += bool(found.total)
            theirs += [_theirs(store, plainly, one) for one in part]
        written = list(_each_after_a_write(store, wanted[:_WRITES], rng))
        store.close()
    must = (7, 15) if kind == "sqlite" else (6, 12)
    own = "plain FTS5 and its bm25" if kind == "sqlite" else "to_tsvector and ts_rank"
    parts = {
        "threads": size,
        "found something": hits,
        "of": len(ours),
        "slowest": max(ours),
        "processor's own p50": middle(alone),
        "processor's own p99": p99(alone),
        "each after a write, p50": middle(written),
        "each after a write, p99": p99(written),
    }
    yield Line(f"{name}, p50", middle(ours), "ms", middle(theirs), own, Goal("value", must[0]), parts)
    yield Line(f"{name}, p99", p99(ours), "ms", p99(theirs), own, Goal("value", must[1]))


def _ours(store: Store, one: Asked) -> tuple[Found, float, float]:
    """What is found, and the milliseconds that it took in all and of the processor."""
    with store.reading() as unit:
        began, busy = perf_counter(), thread_time()
        found = search.find(unit, one.text, one.filters, one.channels, 3)
        return found, 1000 * (perf_counter() - began), 1000 * (thread_time() - busy)


def _each_after_a_write(store: Store, wanted: Sequence[Asked], rng: Random) -> Iterator[float]:
    for n, (one, said) in enumerate(zip(wanted, documents(rng), strict=False)):
        with store.unit() as unit:
            put(unit, [replace(said, disagreement_id=f"dg_new{n}", channel=rng.choice(_CHANNELS))])
        yield _ours(store, one)[1]


def _theirs(store: Store, plainly: Callable[[Unit, Asked], Any], one: Asked) -> float:
    with store.reading() as unit:
        began = perf_counter()
        plainly(unit, one)
        return 1000 * (perf_counter() - began)


# What is asked


def asked(rng: Random) -> Asked:
    """A question, two filters, and half of the channels."""
    text = rng.choice(_COMMON) if rng.random() < 0.25 else rng.choice(questions()).text
    two = rng.sample(("market", "flag", "won", "reason", "since"), 2)
    values: Mapping[str, Any] = {
        "market": rng.choice(_MARKETS), "flag": rng.choice(list(FlagCode)).value, "won": rng.choice(list(Won)[:2]),
        "reason": rng.choice(_REASONS),
        "since": _START + timedelta(days=rng.randrange(800)),
    }  # fmt: skip
    return Asked(text, Filters(**{name: values[name] for name in two}), frozenset(rng.sample(_CHANNELS, 20)))


# What is there


def entries(rng: Random, size: int) -> Iterator[Entry]:
    """As many as are wanted, of a tenth as many texts: what makes search slow is how many there are."""
    texts = [(said, entry(said)) for said in islice(documents(rng), max(size // 10, 1))]
    for n in range(size):
        said, made = texts[n % len(texts)]
        one = replace(
            said, market=rng.choice(_MARKETS), won=rng.choice(list(Won)).value, campaign=f"campaign{rng.randrange(40)}",
            flags=tuple(code.value for code in rng.sample(list(FlagCode), 2)), reasons=(rng.choice(_REASONS),),
        )  # fmt: skip
        narrow = {
            "disagreement_id": f"dg_{n}", "channel": rng.choice(_CHANNELS), "won": one.won,
            "opened_at": opened(n),
        }  # fmt: skip
        wide = {**made.wide, "market": one.market, "tokens": " ".join([*sorted(made.words), *tagged(one)])}
        yield Entry(narrow, wide, made.vector, made.words)


def opened(n: int) -> datetime:
    return _START + timedelta(minutes=13 * n)


def documents(rng: Random) -> Iterator[Document]:
    """Threads without end: sentences of several of the archive's, some rare words, names of their own."""
    sentences = [
        part for t in threads() for text in (*t.narratives, *t.replies) for part in re.split(r"(?<=[.?!]) ", text)
    ]
    rare = ["".join(rng.choices(_SYLLABLES, k=rng.randint(3, 5))) for _ in range(40_000)]
    often = list(accumulate(1 / (n + 20) for n in range(len(rare))))
    for n in count():
        like = rng.choice(threads())
        said = " ".join([*rng.sample(sentences, 4), *rng.choices(rare, cum_weights=often, k=8)])
        replies = tuple(" ".join(rng.sample(sentences, 2)) for _ in range(rng.randint(0, 4)))
        yield replace(like, handle=f"{like.handle}{n % 997}", narratives=(said,), replies=replies)


def fill(store: Store, size: int) -> None:
    """Many at once: the same rows that `put` writes one by one."""
    counted: Counter[str] = Counter()
    numbers, made = count(1), entries(Random(7), size)
    places: dict[int, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    while batch := list(islice(zip(numbers, made, strict=False), _AT_ONCE)):
        with store.unit() as unit:
            _insert(unit, batch)
        for seq, one in batch:
            counted.update(one.words)
            for key in one.keys:
                places[seq // postings.BLOCK][key].append(seq % postings.BLOCK)
    with store.unit() as unit:
        rows = [{"word": w, "documents": n, "head": ends(w)[0], "tail": ends(w)[1]} for w, n in counted.items()]
        for part in sliced(rows):
            unit.execute(sa.insert(WORDS), part)
        for block, found in places.items():
            here = [{"word": w, "block": block, "places": postings.changed(b"", found[w])} for w in sorted(found)]
            for part in sliced(here):
                unit.execute(sa.insert(POSTINGS), part)
        firsts = range(0, size + 1, SPAN)
        spans = [[opened(n) for n in (max(first - 1, 0), min(first + SPAN - 2, size - 1))] for first in firsts]
        unit.execute(
            sa.insert(SPANS),
            [{"part": n, "first_at": one, "last_at": other} for n, (one, other) in enumerate(spans)],
        )
    _tidy(store)


def _tidy(store: Store) -> None:
    """What the database does by itself some time after."""
    if store.sqlite:
        with store.unit() as unit:
            unit.connection().exec_driver_sql("ANALYZE")
        return
    where = store.url
    with psycopg.connect(
        host=str(where.query["host"]), user=where.username, dbname=where.database, autocommit=True
    ) as connection:
        number = "pg_get_serial_sequence('search_documents', 'seq')"
        connection.execute(f"SELECT setval({number}, max(seq)) FROM search_documents")  # noqa: S608 - names of ours
        connection.execute("VACUUM ANALYZE")


def _insert(unit: Unit, batch: Sequence[tuple[int, Entry]]) -> None:
    unit.execute(sa.insert(DOCUMENTS), [{"seq": seq, **one.narrow} for seq, one in batch])
    unit.execute(sa.insert(TEXTS), [{"seq": seq, **one.wide} for seq, one in batch])
    unit.execute(sa.insert(VECTORS), [{"seq": seq, "vector": one.vector} for seq, one in batch])


# The baseline


def _plain(store: Store) -> Callable[[Unit, Asked], Any]:
    """What the database does by itself with the same texts and filters: its words, any of them, and its own ranking."""
    with store.unit() as unit:
        for statement in _PLAIN_SQLITE if store.sqlite else _PLAIN_POSTGRES:
            unit.connection().exec_driver_sql(statement)
    quote, either = ('"', " OR ") if store.sqlite else ("'", " | ")

    def run(unit: Unit, one: Asked) -> Any:
        words = either.join(quote + word + quote for word in re.findall(r"\w+", one.text))
        f, values = one.filters, {"words": words, "channels": sorted(one.channels)}
        more = [f"f.{name} = :{name}" for name in ("market", "won") if getattr(f, name) is not None]
        more += ["f.opened_at >= :since"] * (f.since is not None)
        more += ["f.flags LIKE :flag"] * (f.flag is not None) + ["f.reasons LIKE :reason"] * (f.reason is not None)
        values |= {
            "market": f.market,
            "won": str(f.won),
            "since": f.since,
            "flag": f"%{f.flag}%",
            "reason": f"%{f.reason}%",
        }
        found = (_FIND_SQLITE if store.sqlite else _FIND_POSTGRES).format(more="".join(f" AND {one}" for one in more))
        channels = sa.bindparam("channels", expanding=True)
        return unit.execute(sa.text(found).bindparams(channels), values).all()

    return run


_FILTERS = (
    "CREATE TABLE plain_filters AS SELECT t.seq, t.market, d.channel, d.won, d.opened_at, {found} AS flags, "
    "{found} AS reasons "
    "FROM search_texts t JOIN search_documents d ON d.seq = t.seq"
)
_INDEXED = "CREATE UNIQUE INDEX ix_plain_filters ON plain_filters (seq)"
_PLAIN_SQLITE = (
    "CREATE VIRTUAL TABLE plain USING fts5(said)",
    "INSERT INTO plain (rowid, said) SELECT seq, texts FROM search_texts",
    _FILTERS.format(found="substr(t.tokens, instr(t.tokens, '='))"),
    _INDEXED,
)
_PLAIN_POSTGRES = (
    "CREATE TABLE plain AS SELECT seq, to_tsvector('simple', texts::text) AS said FROM search_texts",
    "CREATE INDEX ix_plain ON plain USING gin (said)",
    _FILTERS.format(found="substring(t.tokens from position('=' in t.tokens))"),
    _INDEXED,
)
_FIND_SQLITE = (
    "SELECT plain.rowid FROM plain JOIN plain_filters f ON f.seq = plain.rowid "
    "WHERE plain MATCH :words AND f.channel IN :channels{more} ORDER BY bm25(plain) LIMIT 3"
)
_FIND_POSTGRES = (
    "SELECT plain.seq FROM plain JOIN plain_filters f ON f.seq = plain.seq "
    "WHERE plain.said @@ CAST(:words AS tsquery) AND f.channel IN :channels{more} "
    "ORDER BY ts_rank(plain.said, CAST(:words AS tsquery)) DESC LIMIT 3"
)
