"""What a benchmark says: one figure beside its baseline, with what it must reach and what it aims at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median as middle
from time import perf_counter
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Goal:
    """`of` the value or the ratio, at most or at least; `strictly` for what must be beaten and not only met.

    >>> Goal("ratio", 3.0, 1.7).must_text, Goal("value", 1000, 5000, least=True).aim_text
    ('ratio <= 3', 'value >= 5000')
    """

    of: str
    must: float
    aim: float | None = None
    least: bool = False

    def met(self, value: float, ratio: float | None, mark: float | None) -> bool | None:
        found = value if self.of == "value" else ratio
        if found is None or mark is None:
            return None
        return found >= mark if self.least else found <= mark

    def text(self, mark: float | None) -> str | None:
        return None if mark is None else f"{self.of} {'>=' if self.least else '<='} {mark:g}"

    @property
    def must_text(self) -> str | None:
        return self.text(self.must)

    @property
    def aim_text(self) -> str | None:
        return self.text(self.aim)


@dataclass(frozen=True, slots=True)
class Line:
    """`parts` is what a reader wants to know besides: what the baseline is made of, the worst of the rounds."""

    name: str
    value: float
    unit: str
    baseline: float | None
    what: str
    """What the baseline is, in a few words."""
    goal: Goal | None = None
    parts: Mapping[str, float | str] = field(default_factory=dict)

    @property
    def ratio(self) -> float | None:
        return self.value / self.baseline if self.baseline else None

    def json(self) -> Json:
        goal, ratio = self.goal, self.ratio
        return {
            "name": self.name, "value": _short(self.value), "unit": self.unit, "baseline": _short(self.baseline),
            "ratio": _short(ratio), "beside": self.what,
            "must": goal.must_text if goal else None, "aim": goal.aim_text if goal else None,
            "ok": goal.met(self.value, ratio, goal.must) if goal else None,
            "aimed": goal.met(self.value, ratio, goal.aim) if goal else None,
            "parts": {name: _short(part) for name, part in self.parts.items()},
        }  # fmt: skip


def _short(number: Any) -> Any:
    """Four digits say all that a benchmark knows.

    >>> _short(1234.5678), _short(0.00123456), _short(0), _short(None), _short("WAL")
    (1235, 0.001235, 0, None, 'WAL')
    """
    if not isinstance(number, float):
        return number
    short = float(f"{number:.4g}")
    return int(short) if abs(short) >= 1000 else short


def p99(values: Sequence[float]) -> float:
    """The value below which 99 of a hundred lie.

    >>> p99(range(1, 101)), p99([5.0])
    (99, 5.0)
    """
    ordered = sorted(values)
    return ordered[max(-(-len(ordered) * 99 // 100) - 1, 0)]


@dataclass
class Watch:
    seconds: float = 0.0


@contextmanager
def timed() -> Iterator[Watch]:
    """How long the block takes."""
    watch, began = Watch(), perf_counter()
    try:
        yield watch
    finally:
        watch.seconds = perf_counter() - began


__all__ = ["Goal", "Json", "Line", "Watch", "middle", "p99", "timed"]
