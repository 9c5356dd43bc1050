"""Past disagreements by words and filters: the database finds, `scoring.ranking` ranks, the same on both databases.

Who may see what is part of the question (`channels`) and is compared with the row, never with the index.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from bot.core.search import Filters, Found, Hit, Suggestion, Won
from db import search_source
from db.search_index import forget, put, tags
from db.search_tables import DOCUMENTS, INDEX, TEXTS, VECTORS, WORDS
from db.store import Unit, sliced
from scoring import ranking
from scoring.passages import passage
from scoring.question import ENOUGH, LITTLE, Asked, asked, enough, term
from scoring.ranking import Term
from scoring.spelling import ends, meant, slips
from scoring.text import LANGUAGE_OF_MARKET

__all__ = ["find", "forget", "index"]

#: How many of the newest that match are ranked; what is older follows them, newest first.
_RANKED = 500
#: When fewer than this have enough of the words, those with less are found as well.
_FEW = 10
_TAGGED = ("market", "flag", "reason", "by", "won", "campaign")
Channels = Collection[str] | None


def index(unit: Unit, *ids: str) -> None:
    """Write the documents of these disagreements anew; those that are void are taken out. The last thing in a unit."""
    found = search_source.documents(unit, ids)
    for gone in set(ids) - {document.disagreement_id for document in found}:
        forget(unit, gone)
    if found:
        put(unit, found, search_source.names(unit))


def find(unit: Unit, text: str, filters: Filters, channels: Channels, limit: int = 3, offset: int = 0) -> Found:
    """One page of the disagreements that have enough of these words, all filters, and a channel of `channels`.

    `channels` None sees everything: the command line. Best first, and the newest first among equals; without words
    the newest first.
    """
    return _Search(unit, filters, channels).find(text, limit, offset)


@dataclass(frozen=True, slots=True)
class _Match:
    """What the index is asked: all of the tags, and of one of these sets of words every word by any of its tokens."""

    tags: tuple[str, ...]
    ways: tuple[tuple[tuple[str, ...], ...], ...] = ()

    def said(self, quote: str, both: str, either: str) -> str:
        """In a database's own language. Tokens are quoted: whatever was typed, it is looked for and not obeyed."""

        def one(token: str) -> str:
            kept = token.replace("\\", "\\\\") if quote == "'" else token
            return quote + kept.replace(quote, quote * 2) + quote

        parts = [one(tag) for tag in self.tags]
        if self.ways:
            ways = (both.join("(" + either.join(map(one, word)) + ")" for word in way) for way in self.ways)
            parts.append("(" + either.join(f"({way})" for way in ways) + ")")
        return both.join(parts)


class _Search:
    """One question with its filters, asked of one unit."""

    def __init__(self, unit: Unit, filters: Filters, channels: Channels) -> None:
        self._unit = unit
        self._filters = filters
        self._channels = None if channels is None else sorted(set(channels))
        self._sqlite = unit.get_bind().dialect.name == "sqlite"
        self._tags = tuple(tags(**{name: getattr(filters, name) for name in _TAGGED}))
        self._language = LANGUAGE_OF_MARKET.get((filters.market or "").upper())

    def find(self, text: str, limit: int, offset: int) -> Found:
        if self._channels is not None and not self._channels:
            return Found((), 0)
        words = asked(text)
        terms, read_as = self._terms(words)
        if words and not terms:
            return self._nothing(text)
        everything, by_won, loosely = self._wide_enough(terms)
        if not by_won:
            return self._nothing(text)
        total = sum(by_won.values())
        page = self._page(everything, terms, total, limit, offset)
        return Found(self._hits(page, terms), total, by_won, read_as, loosely)

    def _wide_enough(self, terms: Sequence[Term]) -> tuple[_Match, dict[Won, int], bool]:
        """What has enough of the words; where that is less than a page of ten, what has at least a little of them."""
        match = _Match(self._tags, self._ways(terms, ENOUGH))
        by_won = self._counts(match)
        if len(terms) < 2 or sum(by_won.values()) >= _FEW:
            return match, by_won, False
        wider = _Match(self._tags, self._ways(terms, LITTLE))
        more = self._counts(wider)
        return (wider, more, True) if sum(more.values()) > sum(by_won.values()) else (match, by_won, False)

    # What was asked

    def _terms(self, words: Sequence[Asked]) -> tuple[list[Term], dict[str, str]]:
        """Each word that anybody has used, and the misspelt ones by what they were taken for."""
        if not words:
            return [], {}
        known = self._known({token for word in words for token in (*word.tokens, *word.unsure)})
        of = self._unit.execute(sa.select(sa.func.max(DOCUMENTS.c.seq))).scalar() or 0
        terms: list[Term] = []
        read_as: dict[str, str] = {}
        for word in words:
            found = term(word, known, of)
            if found is None:
                respelt = self._respelt(word.stem)
                if respelt:
                    found = Term(dict.fromkeys(respelt, 0.8), ranking.rarity(max(respelt.values()), of))
                    read_as[word.typed] = next(iter(respelt))
            if found is not None:
                terms.append(found)
        return terms, read_as

    def _known(self, tokens: Collection[str]) -> dict[str, int]:
        wanted = sa.select(WORDS.c.word, WORDS.c.documents)
        return {
            word: documents
            for part in sliced(sorted(tokens))
            for word, documents in self._unit.execute(wanted.where(WORDS.c.word.in_(part)))
        }

    def _respelt(self, stem: str) -> dict[str, int]:
        """What may have been meant, of what this asker can see somewhere, with how many documents have it."""
        most = slips(stem)
        if not most:
            return {}
        head, tail = ends(stem)
        near = sa.select(WORDS.c.word, WORDS.c.documents).where(
            sa.or_(WORDS.c.head == head, WORDS.c.tail == tail),
            sa.func.length(WORDS.c.word).between(len(stem) - most, len(stem) + most),
        )
        documents = dict(self._unit.execute(near).all())
        found = meant(stem, documents.items(), most)
        return {word: documents[word] for word in found if self._counts(_Match((), (((word,),),)), bare=True)}

    def _ways(self, terms: Sequence[Term], share: float) -> tuple[tuple[tuple[str, ...], ...], ...]:
        tokens = [tuple(t.tokens) for t in terms]
        return tuple(tuple(tokens[n] for n in way) for way in enough([t.weight for t in terms], share))

    # What the databases find

    def _matching(self, match: _Match, *columns: Any, bare: bool = False) -> sa.Select[Any]:
        """Those that match and that this asker may see. `bare` leaves the times of the filters out."""
        said = match.said('"', " AND ", " OR ") if self._sqlite else match.said("'", " & ", " | ")
        wanted = sa.select(*columns)
        if said and self._sqlite:
            wanted = wanted.select_from(INDEX.join(DOCUMENTS, DOCUMENTS.c.seq == INDEX.c.rowid))
            wanted = wanted.where(sa.text("search_index MATCH :match").bindparams(match=said))
        elif said:
            wanted = wanted.where(sa.text("search_documents.tokens @@ CAST(:match AS tsquery)").bindparams(match=said))
        if self._channels is not None:
            wanted = wanted.where(DOCUMENTS.c.channel.in_(self._channels))
        if self._filters.since is not None and not bare:
            wanted = wanted.where(DOCUMENTS.c.opened_at >= self._filters.since)
        if self._filters.until is not None and not bare:
            wanted = wanted.where(DOCUMENTS.c.opened_at < self._filters.until)
        return wanted

    def _counts(self, match: _Match, *, bare: bool = False) -> dict[Won, int]:
        wanted = self._matching(match, DOCUMENTS.c.won, sa.func.count(), bare=bare).group_by(DOCUMENTS.c.won)
        return {Won(won): count for won, count in self._unit.execute(wanted)}

    def _newest(self, match: _Match, limit: int, offset: int = 0, but: Collection[int] = ()) -> list[int]:
        wanted = self._matching(match, DOCUMENTS.c.seq)
        if but:
            wanted = wanted.where(DOCUMENTS.c.seq.not_in(but))
        wanted = wanted.order_by(DOCUMENTS.c.seq.desc()).limit(limit).offset(offset)
        return list(self._unit.execute(wanted).scalars())

    def _page(
        self, everything: _Match, terms: Sequence[Term], total: int, limit: int, offset: int
    ) -> list[tuple[int, float]]:
        """(seq, score) of one page."""
        if not terms:
            return [(seq, 0.0) for seq in self._newest(everything, limit, offset)]
        # Of very many that match, those with all of the words come before those with enough of them.
        with_all = _Match(self._tags, (tuple(tuple(t.tokens) for t in terms),))
        chosen = self._newest(with_all, _RANKED) if total > _RANKED else []
        if len(chosen) < min(total, _RANKED):
            chosen += self._newest(everything, _RANKED - len(chosen), but=chosen)
        ranked = self._ranked(chosen, terms)
        page = ranked[offset : offset + limit]
        if len(page) < limit and total > len(ranked):
            after = max(offset - len(ranked), 0)
            page += [(seq, 0.0) for seq in self._newest(everything, limit - len(page), after, chosen)]
        return page

    def _ranked(self, chosen: Sequence[int], terms: Sequence[Term]) -> list[tuple[int, float]]:
        wanted = sa.select(VECTORS.c.seq, VECTORS.c.vector)
        rows = [row for part in sliced(chosen) for row in self._unit.execute(wanted.where(VECTORS.c.seq.in_(part)))]
        scored = ranking.scores([row.vector for row in rows], terms)
        return sorted(((row.seq, score) for row, score in zip(rows, scored, strict=True)), key=lambda p: (-p[1], -p[0]))

    # What is shown

    def _hits(self, page: Sequence[tuple[int, float]], terms: Sequence[Term]) -> tuple[Hit, ...]:
        columns = (DOCUMENTS.c.disagreement_id, DOCUMENTS.c.channel, DOCUMENTS.c.won, DOCUMENTS.c.opened_at)
        wanted = sa.select(*columns, *(c for c in TEXTS.c if c.name != "tokens")).join(
            TEXTS, TEXTS.c.seq == DOCUMENTS.c.seq
        )
        rows = {row.seq: row for row in self._unit.execute(wanted.where(DOCUMENTS.c.seq.in_([seq for seq, _ in page])))}
        worth: dict[str, float] = {}
        for asked_for in terms:
            for token, value in asked_for.tokens.items():
                worth[token] = max(worth.get(token, 0.0), value * asked_for.weight)
        return tuple(self._hit(rows[seq], score, worth) for seq, score in page)

    def _hit(self, row: Any, score: float, worth: Mapping[str, float]) -> Hit:
        language = LANGUAGE_OF_MARKET.get(row.market.upper())
        others = [text for text in row.texts if text != row.lesson]
        shown = passage(others, worth, language)
        if not shown.hits and row.lesson:
            shown = passage([row.lesson, *others], worth, language)
        return Hit(
            row.disagreement_id, row.review_id, row.campaign, row.channel, row.market, row.creator, row.handle,
            row.opened_at, Won(row.won), row.lesson, shown, score,
        )  # fmt: skip

    def _nothing(self, text: str) -> Found:
        """Nothing was found: what would be, without one of the filters."""
        found = []
        for name in self._filters.names:
            looser = _Search(self._unit, replace(self._filters, **{name: None}), self._channels)
            total = looser.total(text)
            if total:
                found.append(Suggestion(total, without=name))
        return Found((), 0, suggestions=tuple(sorted(found, key=lambda one: -one.total)))

    def total(self, text: str) -> int:
        """How many are found, whether or not they are shown."""
        words = asked(text)
        terms, _ = self._terms(words)
        if words and not terms:
            return 0
        return sum(self._wide_enough(terms)[1].values())
