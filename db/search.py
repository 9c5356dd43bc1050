"""Past disagreements by words and filters: `scoring.postings` finds, `scoring.ranking` ranks, alike on both databases.

Who may see what is part of the question (`channels`): what is found and counted is in those, by the index that is
written with each row, and what is shown also by the row itself.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from bot.core.search import Filters, Found, Hit, Suggestion, Won
from bot.core.search_names import Named
from db import search_source, turns
from db.search_index import forget, put, tags
from db.search_reach import WON, Reach
from db.store import Store, Unit
from scoring import postings, ranking
from scoring.passages import passage
from scoring.question import ENOUGH, LITTLE, Asked, asked, enough, term
from scoring.ranking import Term
from scoring.spelling import ends, nearest, slips
from scoring.text import LANGUAGE_OF_MARKET

if TYPE_CHECKING:
    from scoring.postings import Bits

__all__ = ["catch_up", "find", "forget", "index"]

#: How many of those that match are ranked, the newest; what is older follows them, newest first.
_RANKED = 200
#: When fewer than this have enough of the words, those with less are found as well.
_FEW = 25
#: As so many words, alike near, a misspelt one is read.
_MEANT = 2
#: How many documents are written in one unit.
_AT_ONCE = 200
#: (number, score) of what one page shows, best first.
_Page = list[tuple[int, float]]
_TAGGED = ("market", "flag", "reason", "by", "won", "campaign")


def index(unit: Unit, *ids: str) -> None:
    """Write the documents of these disagreements anew; those that are void are taken out. The last thing in a unit.

    The turn comes before the reading: of two units that change one disagreement, each without the other's words before
    it, the second would write what it had read before the first was done, and bring back what that one deleted.
    """
    if ids:
        turns.to_index(unit)
    found = search_source.documents(unit, ids)
    for gone in set(ids) - {document.disagreement_id for document in found}:
        forget(unit, gone)
    if found:
        put(unit, found, search_source.names(unit))


def catch_up(store: Store) -> int:
    """Write the documents of disagreements that have none, as after a migration; how many there were."""
    done = 0
    while True:
        with store.unit() as unit:
            ids = search_source.missing(unit, _AT_ONCE)
            index(unit, *ids)
        done += len(ids)
        if len(ids) < _AT_ONCE:
            return done


def find(
    unit: Unit,
    text: str,
    filters: Filters,
    channels: frozenset[str] | None,
    limit: int = 3,
    offset: int = 0,
    *,
    hidden: Collection[str] = (),
    named: Sequence[Named] = (),
) -> Found:
    """One page of the disagreements that have enough of these words, all filters, and a channel of `channels`.

    `channels` None sees everything: the command line. `hidden` are disagreements that this asker must not see, wherever
    they are; `named` are the warnings and reasons that the words are the names of. Best first, and the newest first
    among equals; without words the newest first.
    """
    if channels is not None and not channels:
        return Found((), 0)
    return _Search(Reach(unit, channels, hidden), filters, named).find(text, limit, offset)


@dataclass(frozen=True, slots=True, eq=False)
class _Matching:
    """What was found of a question, before it is ranked."""

    bits: Bits
    total: int
    loosely: bool = False
    by_name: bool = False

    def __len__(self) -> int:
        return self.total


class _Search:
    """One question with its filters."""

    def __init__(self, reach: Reach, filters: Filters, named: Sequence[Named] = ()) -> None:
        self._reach = reach
        self._filters = filters
        self._named = [(one.stems, tag) for one in named for tag in tags(**{one.kind: one.code})]
        self._tags = tuple(tags(**{name: getattr(filters, name) for name in _TAGGED}))
        self._all: Bits | None = None

    def find(self, text: str, limit: int, offset: int) -> Found:
        words = asked(text)
        tokens = {token for word in words for token in word.every}
        ended = () if self._filters.won else WON.values()  # to be counted, where the question does not say it
        self._reach.read({*tokens, *self._tags, *(tag for _, tag in self._named), *ended})
        self._reach.spread((key,) for key in (*self._tags, *ended))
        terms, read_as = self._terms(words, self._reach.counts(tokens))
        found = self._found(terms)
        if not len(found):
            return Found((), 0, suggestions=self._suggestions(terms))
        hits = self._hits(self._page(found, terms, limit, offset), terms, named=found.by_name)
        won = self._filters.won
        by_won = {won: len(found)} if won is not None else self._reach.by_won(found.bits)
        return Found(hits, len(found), by_won, read_as, found.loosely, found.by_name)

    # What was asked

    def _terms(self, words: Sequence[Asked], counted: Mapping[str, int]) -> tuple[list[Term], dict[str, str]]:
        """Each word by what documents have of it, and the misspelt ones by what they were taken for.

        What only others have used is for this asker a token that nobody knows, each by itself: one that stood beside
        another, which they see, would still change by which of them is looked for.
        """
        known = {token: count for token, count in counted.items() if self._reach.sees((token,))}
        terms: list[Term] = []
        read_as: dict[str, str] = {}
        of = self._reach.last
        for word in words:
            found = term(word, known, of)
            name_of = tuple(tag for stems, tag in self._named if word.stem in stems)
            respelt = {} if found.tokens or name_of else self._respelt(word.stem)
            if respelt:
                tokens = dict.fromkeys(respelt, 0.8)
                found = Term(tokens, ranking.rarity(max(respelt.values()), of), tuple(tokens))
                read_as[word.typed] = next(iter(respelt))
            terms.append(replace(found, named=name_of))
        return terms, read_as

    def _respelt(self, stem: str) -> dict[str, int]:
        """What may have been meant, with how many documents have it: chosen among what this asker sees, by how often.

        A word of others must not take the place of one of theirs, nor decide which of two comes first.
        """
        most = slips(stem)
        documents = self._reach.near(*ends(stem), len(stem) - most, len(stem) + most) if most else {}
        for alike in nearest(stem, documents, most):
            seen = self._reach.seen(alike)
            if seen:
                return {word: documents[word] for word in sorted(seen, key=lambda word: (-seen[word], word))[:_MEANT]}
        return {}

    # What is there

    def _found(self, terms: Sequence[Term]) -> _Matching:
        """What has enough of the words as they were typed.

        Where those are few, also what has a warning or a reason of that name; then what others said in other words, and
        what has at least a little.
        """
        strict = self._matching(terms, [t.own for t in terms], ENOUGH)
        if not terms or len(strict) >= _FEW:
            return strict
        if any(t.named for t in terms):
            by_name = self._matching(terms, [(*t.own, *t.named) for t in terms], ENOUGH)
            if len(by_name) > len(strict):
                strict = replace(by_name, by_name=True)
            if len(strict) >= _FEW:
                return strict
        every = [(*t.tokens, *t.named) for t in terms]
        wider = self._matching(terms, every, LITTLE)
        if not len(wider) and len(terms) > 1:
            wider = self._matching(terms, every, 0.0)
        return replace(wider, loosely=True, by_name=strict.by_name) if len(wider) > len(strict) else strict

    def _matching(self, terms: Sequence[Term], tokens: Sequence[tuple[str, ...]], share: float) -> _Matching:
        if self._all is None:
            self._all = self._reach.among(self._tags, self._filters.since, self._filters.until)
        found = self._all
        if terms:
            ways = [way for way in enough([t.weight for t in terms], share) if all(tokens[n] for n in way)]
            found = self._with(found, ways, tokens)
        return _Matching(found, postings.size(found))

    def _with(self, bits: Bits, ways: Sequence[tuple[int, ...]], tokens: Sequence[tuple[str, ...]]) -> Bits:
        """Of what is in a set, what has all words of one of the ways, each by any of its tokens."""
        needed = {n for way in ways for n in way}
        self._reach.spread(tokens[n] for n in needed)
        having = {n: self._reach.having(tokens[n]) for n in needed}
        return postings.matching(bits, ways, having)

    def _page(self, found: _Matching, terms: Sequence[Term], limit: int, offset: int) -> _Page:
        """One page of what is found, as (number, score)."""
        numbers = postings.newest(found.bits)
        if not terms:
            return [(number, 0.0) for number in numbers[offset : offset + limit].tolist()]
        chosen = numbers[:_RANKED].tolist()
        if len(found) > _RANKED and (found.loosely or len(terms) > 1):
            # Of very many, those with all of the words come before those with enough of them.
            own = tuple(n for n, t in enumerate(terms) if t.own)
            with_all = postings.newest(self._with(found.bits, [own] if own else [], [t.own for t in terms]))
            chosen = list(dict.fromkeys([*with_all[:_RANKED].tolist(), *chosen]))[:_RANKED]
        rest: list[int] = []
        if offset + limit > len(chosen):
            ranked_already = set(chosen)
            rest = [number for number in numbers.tolist() if number not in ranked_already]
        return [*self._ranked(chosen, terms), *((number, 0.0) for number in rest)][offset : offset + limit]

    def _ranked(self, chosen: Sequence[int], terms: Sequence[Term]) -> _Page:
        rows = self._reach.vectors(chosen)
        scored = ranking.scores([vector for _, vector in rows], terms)
        found = [(number, score) for (number, _), score in zip(rows, scored, strict=True)]
        return sorted(found, key=lambda one: (-one[1], -one[0]))

    # What is shown

    def _hits(self, page: _Page, terms: Sequence[Term], *, named: bool) -> tuple[Hit, ...]:
        rows = self._reach.shown([number for number, _ in page])
        worth: dict[str, float] = {}
        for asked_for in terms:
            for token, value in asked_for.tokens.items():
                worth[token] = max(worth.get(token, 0.0), value * asked_for.weight)
        hits = [_hit(rows[number], score, worth) for number, score in page if number in rows]
        silent = [hit.disagreement_id for hit in hits if not hit.passage.text.strip() or (named and not hit.score)]
        about = self._reach.outlines(silent) if silent else {}
        return tuple(replace(hit, outline=about.get(hit.disagreement_id)) for hit in hits)

    def _suggestions(self, terms: Sequence[Term]) -> tuple[Suggestion, ...]:
        """Nothing was found: what would be, without one of the filters."""
        found = []
        for name in self._filters.names:
            looser = _Search(self._reach, replace(self._filters, **{name: None}))
            total = len(looser._found(terms))
            if total:
                found.append(Suggestion(total, without=name))
        return tuple(sorted(found, key=lambda one: -one.total))


def _hit(row: Any, score: float, worth: Mapping[str, float]) -> Hit:
    language = LANGUAGE_OF_MARKET.get(row.market.upper())
    others = [text for text in row.texts if text != row.lesson]
    shown = passage(others, worth, language)
    if not shown.hits and row.lesson:
        shown = passage([row.lesson, *others], worth, language)
    return Hit(
        row.disagreement_id, row.review_id, row.campaign, row.channel, row.market, row.creator, row.handle,
        row.opened_at, Won(row.won), row.lesson, shown, score,
    )  # fmt: skip
