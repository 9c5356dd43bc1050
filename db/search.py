"""Past disagreements by words and filters: the database finds, `scoring.ranking` ranks, the same on both databases.

Who may see what is part of the question (`channels`) and is compared with the row, never with the index.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.core.search import Filters, Found, Hit, Suggestion, Won
from bot.core.search_names import Named
from db import search_source
from db.search_index import forget, put, tags
from db.search_sql import Asking, Match
from db.store import Store, Unit
from scoring import ranking
from scoring.passages import passage
from scoring.question import ENOUGH, LITTLE, Asked, asked, enough, term
from scoring.ranking import Term
from scoring.spelling import ends, meant, slips
from scoring.text import LANGUAGE_OF_MARKET

__all__ = ["catch_up", "find", "forget", "index"]

#: How many of those that match are ranked, the newest; what is older follows them, newest first.
_RANKED = 200
#: When fewer than this have enough of the words, those with less are found as well.
_FEW = 25
#: How many documents are written in one unit.
_AT_ONCE = 200
#: (number, score) of what one page shows, best first.
_Page = list[tuple[int, float]]
_TAGGED = ("market", "flag", "reason", "by", "won", "campaign")


def index(unit: Unit, *ids: str) -> None:
    """Write the documents of these disagreements anew; those that are void are taken out. The last thing in a unit."""
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
    return _Search(Asking(unit, channels, hidden), filters, named).find(text, limit, offset)


@dataclass(frozen=True, slots=True)
class _Matching:
    """What was found of a question, before it is ranked."""

    numbers: Sequence[int] = ()
    """Newest first."""
    by_won: Mapping[Won, int] | None = None
    loosely: bool = False
    by_name: bool = False


class _Search:
    """One question with its filters."""

    def __init__(self, asking: Asking, filters: Filters, named: Sequence[Named] = ()) -> None:
        self._asking = asking
        self._filters = filters
        self._named = [(one.stems, tag) for one in named for tag in tags(**{one.kind: one.code})]
        self._tags = tuple(tags(**{name: getattr(filters, name) for name in _TAGGED}))

    def find(self, text: str, limit: int, offset: int) -> Found:
        words = asked(text)
        known = self._asking.known({token for word in words for token in word.every}) if words else {}
        of = known.pop("", 0)
        # Whether the asker can see a word somewhere is dear to ask, and what is found mostly shows it.
        terms, read_as = self._terms(words, known, of, trusting=True)
        found, page, there = self._answer(terms, limit, offset)
        if not all(shown or self._may_know(term) for shown, term in zip(there, terms, strict=True)):
            terms, read_as = self._terms(words, known, of, trusting=False)
            found, page, _ = self._answer(terms, limit, offset)
        if not found.by_won:
            return Found((), 0, suggestions=self._suggestions(terms))
        hits = self._hits(page, terms, named=found.by_name)
        return Found(hits, len(found.numbers), found.by_won, read_as, found.loosely, found.by_name)

    # What was asked

    def _terms(
        self, words: Sequence[Asked], known: Mapping[str, int], of: int, *, trusting: bool
    ) -> tuple[list[Term], dict[str, str]]:
        """Each word by what documents have of it, and the misspelt ones by what they were taken for.

        `trusting` when each known word is taken for one that this asker can see somewhere; to be looked at afterwards.
        """
        terms: list[Term] = []
        read_as: dict[str, str] = {}
        for word in words:
            found = term(word, known, of)
            while not trusting and not self._may_know(found):
                # Only others have used it: for this asker it is a word that nobody knows.
                known = {token: count for token, count in known.items() if token not in found.tokens}
                found = term(word, known, of)
            name_of = tuple(tag for stems, tag in self._named if word.stem in stems)
            respelt = {} if found.tokens or name_of else self._respelt(word.stem)
            if respelt:
                tokens = dict.fromkeys(respelt, 0.8)
                found = Term(tokens, ranking.rarity(max(respelt.values()), of), tuple(tokens))
                read_as[word.typed] = next(iter(respelt))
            terms.append(replace(found, named=name_of))
        return terms, read_as

    def _may_know(self, term: Term) -> bool:
        """Whether something that this asker can see has the word, or nothing at all."""
        return not term.tokens or self._asking.sees(tuple(term.tokens))

    def _respelt(self, stem: str) -> dict[str, int]:
        """What may have been meant, of what this asker can see somewhere, with how many documents have it."""
        most = slips(stem)
        documents = self._asking.near(*ends(stem), len(stem) - most, len(stem) + most) if most else {}
        while found := meant(stem, documents.items(), most):
            seen = {word: documents[word] for word in found if self._asking.sees((word,))}
            if seen:
                return seen
            documents = {word: count for word, count in documents.items() if word not in found}
        return {}

    # What is there

    def _found(self, terms: Sequence[Term]) -> _Matching:
        """What has enough of the words as they were typed.

        Where those are few, also what has a warning or a reason of that name; then what others said in other words, and
        what has at least a little.
        """
        strict = self._matching(terms, [t.own for t in terms], ENOUGH)
        if not terms or len(strict.numbers) >= _FEW:
            return strict
        if any(t.named for t in terms):
            by_name = self._matching(terms, [(*t.own, *t.named) for t in terms], ENOUGH)
            if len(by_name.numbers) > len(strict.numbers):
                strict = replace(by_name, by_name=True)
            if len(strict.numbers) >= _FEW:
                return strict
        every = [(*t.tokens, *t.named) for t in terms]
        wider = self._matching(terms, every, LITTLE)
        if not wider.numbers and len(terms) > 1:
            wider = self._matching(terms, every, 0.0)
        return (
            replace(wider, loosely=True, by_name=strict.by_name) if len(wider.numbers) > len(strict.numbers) else strict
        )

    def _matching(self, terms: Sequence[Term], tokens: Sequence[tuple[str, ...]], share: float) -> _Matching:
        sets = enough([t.weight for t in terms], share)
        ways = tuple(tuple(tokens[n] for n in way) for way in sets if all(tokens[n] for n in way))
        if terms and not ways:
            return _Matching()
        return _Matching(*self._asking.matching(Match(self._tags, ways), self._filters))

    def _answer(self, terms: Sequence[Term], limit: int, offset: int) -> tuple[_Matching, _Page, list[bool]]:
        """What is found, one page of it as (number, score), and of each word whether something of it has it."""
        found = self._found(terms)
        numbers, nothing = found.numbers, [False] * len(terms)
        if not terms:
            return found, [(number, 0.0) for number in numbers[offset : offset + limit]], nothing
        chosen = list(numbers[:_RANKED])
        own = tuple(t.own for t in terms if t.own)
        if len(numbers) > _RANKED and (found.loosely or len(terms) > 1):
            # Of very many, those with all of the words come before those with enough of them.
            with_all, _ = self._asking.matching(Match(self._tags, (own,)), self._filters)
            chosen = list(dict.fromkeys([*with_all[:_RANKED], *chosen]))[:_RANKED]
        rest: list[int] = []
        if offset + limit > len(chosen):
            ranked_already = set(chosen)
            rest = [number for number in numbers if number not in ranked_already]
        ranked, there = self._ranked(chosen, terms)
        return found, [*ranked, *((number, 0.0) for number in rest)][offset : offset + limit], there

    def _ranked(self, chosen: Sequence[int], terms: Sequence[Term]) -> tuple[_Page, list[bool]]:
        rows = self._asking.vectors(chosen) if chosen else []
        scored, there = ranking.scores([vector for _, vector in rows], terms)
        found = [(number, score) for (number, _), score in zip(rows, scored, strict=True)]
        return sorted(found, key=lambda one: (-one[1], -one[0])), there

    # What is shown

    def _hits(self, page: _Page, terms: Sequence[Term], *, named: bool) -> tuple[Hit, ...]:
        rows = self._asking.shown([number for number, _ in page])
        worth: dict[str, float] = {}
        for asked_for in terms:
            for token, value in asked_for.tokens.items():
                worth[token] = max(worth.get(token, 0.0), value * asked_for.weight)
        hits = [_hit(rows[number], score, worth) for number, score in page]
        silent = [hit.disagreement_id for hit in hits if not hit.passage.text.strip() or (named and not hit.score)]
        about = self._asking.outlines(silent) if silent else {}
        return tuple(replace(hit, outline=about.get(hit.disagreement_id)) for hit in hits)

    def _suggestions(self, terms: Sequence[Term]) -> tuple[Suggestion, ...]:
        """Nothing was found: what would be, without one of the filters."""
        found = []
        for name in self._filters.names:
            looser = _Search(self._asking, replace(self._filters, **{name: None}))
            total = len(looser._found(terms).numbers)
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
