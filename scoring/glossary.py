"""Words of the trade that stand for one another, in English and Russian: a question finds what others said otherwise.

The list is short and made by hand (data/glossary.txt); it knows no grammar and no other subject.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources

from scoring.text import ROOT, forms


@cache
def _lines() -> Mapping[str, frozenset[str]]:
    """For each stem, the stems that may stand for it."""
    source = resources.files("scoring").joinpath("data", "glossary.txt").read_text(encoding="utf-8")
    found: dict[str, set[str]] = {}
    for line in source.splitlines():
        if line.startswith("#"):
            continue
        stems = {forms(word)[0] for word in line.replace("|", " ").split()}
        for stem in stems:
            found.setdefault(stem, set()).update(stems - {stem})
    return {stem: frozenset(others) for stem, others in found.items()}


def others(tokens: tuple[str, ...]) -> frozenset[str]:
    """Stems that may stand for a word of these tokens (`scoring.text.forms`); by its root when its stem is unknown.

    >>> sorted(others(("diaspora", "~diaspo")))
    ['emigr', 'expat', 'диаспор', 'эмигрант']
    """
    exact = _lines().get(tokens[0])
    if exact is not None:
        return exact
    root = next((token for token in tokens if token.startswith(ROOT)), None)
    return frozenset().union(*(_roots().get(root, ()),)) if root else frozenset()


@cache
def _roots() -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for stem, stems in _lines().items():
        if len(stem) >= 6:
            found.setdefault(ROOT + stem[:6], set()).update({stem}, stems)
    return {root: frozenset(stems) for root, stems in found.items()}
