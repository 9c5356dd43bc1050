"""How well a document answers a question: Okapi BM25 over weighted fields, from small vectors made when it is written.

The database finds, this ranks: SQLite and PostgreSQL give the same order, and a word that is everywhere costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log, log1p
from zlib import crc32

#: What one occurrence in each field is worth beside one in the narrative.
WEIGHTS: Mapping[str, float] = {"creator": 4.0, "lesson": 2.5, "narrative": 2.0, "comment": 1.0, "reply": 1.0}
#: Occurrences saturate: the tenth says little (Robertson & Zaragoza 2009).
_K1 = 1.2
#: How much a long field counts against itself, and how many tokens are usual for it.
_B = 0.5
_USUAL: Mapping[str, int] = {"creator": 6, "lesson": 24, "narrative": 60, "comment": 40, "reply": 80}
#: Weighted occurrences are kept in one byte, on a logarithmic scale up to about 50.
_STEPS = 64.0
_CODE = 4
"""Bytes of a token's code; two tokens of one document that share one are one in four billion."""


def code(token: str) -> int:
    return crc32(token.encode("utf-8", "surrogatepass"))


def vector(fields: Iterable[tuple[str, Sequence[str]]]) -> bytes:
    """A document as ranking reads it: the code of each token, then one byte for its weighted occurrences.

    `fields` are (name of WEIGHTS, tokens). A token's occurrences in one field count less where the field is long
    (BM25F, Zaragoza et al. 2004).
    """
    found: dict[int, float] = {}
    for name, tokens in fields:
        share = WEIGHTS[name] / (1 - _B + _B * len(tokens) / _USUAL[name])
        for token in tokens:
            key = code(token)
            found[key] = found.get(key, 0.0) + share
    heads = b"".join(key.to_bytes(_CODE, "little") for key in found)
    return heads + bytes(max(1, min(255, round(log1p(value) * _STEPS))) for value in found.values())


@dataclass(frozen=True, slots=True)
class Term:
    """One word of a question: the tokens that it may be found by, each with its worth, and how rare it is."""

    tokens: Mapping[str, float]
    weight: float
    own: tuple[str, ...] = ()
    """Those of the tokens that are the word itself, and not what others say instead of it."""
    named: tuple[str, ...] = ()
    """Properties of documents that the word is the name of: found by where the words are few, and not ranked by."""


def rarity(documents: int, of: int) -> float:
    """Inverse document frequency, never below zero: log(1 + (N − n + ½) / (n + ½)).

    >>> round(rarity(1, 1000), 2), round(rarity(900, 1000), 2)
    (6.5, 0.11)
    """
    of = max(of, documents)
    return log(1 + (of - documents + 0.5) / (documents + 0.5))


def scores(vectors: Sequence[bytes], terms: Sequence[Term]) -> list[float]:
    """Each document's score.

    Of one word's tokens the occurrences add up, weighted, and saturate together.

    >>> made = [vector([("narrative", ["бот", "бот", "рост"])]), vector([("lesson", ["рост"])])]
    >>> [round(score, 2) for score in scores(made, [Term({"бот": 1.0}, 2.0), Term({"лайк": 1.0}, 2.0)])]
    [3.8, 0.0]
    """
    import numpy as np

    if not vectors or not terms:
        return [0.0] * len(vectors)
    sizes = np.fromiter((len(v) // (_CODE + 1) for v in vectors), dtype=np.int64, count=len(vectors))
    codes = np.frombuffer(b"".join(v[: len(v) // (_CODE + 1) * _CODE] for v in vectors), dtype="<u4")
    steps = np.frombuffer(b"".join(v[len(v) // (_CODE + 1) * _CODE :] for v in vectors), dtype=np.uint8)
    # Most tokens of a document are not asked for: a table of the codes' low bits leaves a few to look at.
    wanted = np.unique(np.array([code(token) for term in terms for token in term.tokens], dtype=np.uint32))
    low = np.zeros(1 << 16, dtype=bool)
    low[wanted & 0xFFFF] = True
    places = np.flatnonzero(low[codes & 0xFFFF])
    which = np.minimum(np.searchsorted(wanted, codes[places]), max(len(wanted) - 1, 0))
    same = wanted[which] == codes[places]
    places, which = places[same], which[same]
    documents = np.searchsorted(np.cumsum(sizes), places, side="right")
    occurrences = np.expm1(steps[places] / _STEPS)
    total = np.zeros(len(vectors))
    for term in terms:
        worth = np.zeros(len(wanted))
        worth[np.searchsorted(wanted, [code(token) for token in term.tokens])] = list(term.tokens.values())
        counted = np.bincount(documents, worth[which] * occurrences, len(vectors))
        total += term.weight * (_K1 + 1) * counted / (_K1 + counted)
    # Alike to nine places is alike: in what order a document's words were added up is no reason to come first.
    return [float(score) for score in np.round(total, 9)]
