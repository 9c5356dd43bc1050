"""One category under its many names: `Beleza` and «красота» are beauty; `Music & Dance` is music and dance, too."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from importlib import resources

_AND = re.compile(r"\s*(?:[&/,;|+]|\b(?:and|и|e|y)\b)\s*")
_MOST = 100


def folded(name: str) -> str:
    """Without case, accents and blanks around it."""
    plain = unicodedata.normalize("NFKD", name.strip().casefold()[:_MOST])
    # Composed again: Korean letters come apart, too, and Russian й is no и.
    kept = "".join(c for c in plain if not unicodedata.combining(c) or c == "\N{COMBINING BREVE}")
    return " ".join(unicodedata.normalize("NFC", kept).split())


@cache
def _known() -> Mapping[str, str]:
    source = resources.files("scoring").joinpath("data", "categories.txt").read_text(encoding="utf-8")
    found: dict[str, str] = {}
    for line in source.splitlines():
        if line and not line.startswith("#"):
            first, *others = (folded(name) for name in line.split("|"))
            for name in (first, *others):
                found.setdefault(name, first)
    return found


@lru_cache(maxsize=4096)
def category_key(name: str) -> str:
    """What a category is compared by: its usual English name, or itself where we know no other.

    >>> category_key(" Красота "), category_key("Beleza"), category_key("뷰티"), category_key("Beekeeping")
    ('beauty', 'beauty', 'beauty', 'beekeeping')
    """
    own = folded(name)
    return _known().get(own, own)


@lru_cache(maxsize=4096)
def _parts(name: str) -> frozenset[str]:
    own = folded(name)
    every = {category_key(one) for one in (own, *_AND.split(own)) if any(map(str.isalnum, one))}
    return frozenset(every)


def category_keys(names: Iterable[str]) -> frozenset[str]:
    """The same of several, and of what each is made of.

    >>> sorted(category_keys(["Music & Dance", "Moda"]))
    ['dance', 'fashion', 'music', 'music & dance']
    """
    return frozenset().union(*map(_parts, names))
