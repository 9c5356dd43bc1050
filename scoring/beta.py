"""How likely a share is above a line, when all that is known of it are cases for and against."""

from __future__ import annotations

import math

_STEPS = 400
_NEAR = 1e-15
_TINY = 1e-300


def above(line: float, a: float, b: float) -> float:
    """P(p > line) for p ~ Beta(a, b), a and b above 0, not necessarily whole; 0 <= line <= 1.

    1 - I_line(a, b), the regularised incomplete beta function, by its continued fraction (DLMF 8.17.22, evaluated with
    Lentz's method) on the side on which that converges. scipy has the same, and is half a second of start.

    >>> round(above(0.5, 5, 1), 5), round(above(0.5, 7, 2), 4), round(above(0.5, 9, 3), 4)
    (0.96875, 0.9648, 0.9673)
    """
    if not (a > 0.0 and b > 0.0 and 0.0 <= line <= 1.0):
        raise ValueError(f"no Beta({a}, {b}) above {line}")
    if line in (0.0, 1.0):
        return 1.0 - line
    if line * (a + b + 2.0) > a + 1.0:
        return _part(1.0 - line, b, a)
    return 1.0 - _part(line, a, b)


def _part(x: float, a: float, b: float) -> float:
    """I_x(a, b) for x up to (a + 1) / (a + b + 2)."""
    scale = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    return min(1.0, max(0.0, math.exp(scale) * _fraction(x, a, b) / a))


def _fraction(x: float, a: float, b: float) -> float:
    c, d = 1.0, 1.0 / _not_zero(1.0 - (a + b) * x / (a + 1.0))
    found = d
    for m in range(1, _STEPS):
        even = m * (b - m) * x / ((a + 2 * m - 1.0) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1.0))
        for part in (even, odd):
            d = 1.0 / _not_zero(1.0 + part * d)
            c = _not_zero(1.0 + part / c)
            found *= c * d
        if abs(c * d - 1.0) < _NEAR:
            break
    return found


def _not_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
