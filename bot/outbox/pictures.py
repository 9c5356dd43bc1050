"""Pictures beneath messages: drawn from the state as it is; a message never waits for its picture."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.cards import model as cards
from bot.desk import models, see
from bot.desk.desk import Desk
from bot.i18n.catalog import Voice, voice_of
from db import outbox
from db.outbox import Errand, Place

_INCHES, _DOTS = (4.6, 4.2), 180
"""828 by 756 pixels: sharp on a phone, small on its way."""


@dataclass(frozen=True, slots=True)
class Picture:
    """What is uploaded: its name carries the errand, so that it can be found again; `alt` says all that it shows."""

    name: str
    title: str
    alt: str
    png: bytes
    beneath: Place


def drawn(desk: Desk, errand: Errand) -> Picture | None:
    """The picture, or None when there is nothing to show or no message to show it beneath."""
    return _KINDS[errand.kind](desk, errand)


def _curve(desk: Desk, errand: Errand) -> Picture | None:
    model = models.one(desk, errand.ref).model
    with desk.store.reading() as unit:
        place = outbox.place_of(unit, models.KIND, model.id, errand.lane)
    voice = voice_of(see.person(desk, errand.lane))
    curves = cards.curves(model, voice)
    if place is None or not curves:
        return None
    title = cards.curve_title(model, voice)
    png = _diagonal(curves, voice.t("model.axis_said"), voice.t("model.axis_true"), title, voice)
    return Picture(f"{errand.id}.png", title, cards.curve_alt(model, voice), png, place)


def _diagonal(
    curves: Mapping[str, Sequence[tuple[float, float, int]]], said: str, true: str, title: str, voice: Voice
) -> bytes:
    """Predicted against true share; on the dotted line they are equal. Marks and lines differ, not only hues."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # slow to import, and hardly ever needed
    from matplotlib.figure import Figure

    figure = Figure(figsize=_INCHES, dpi=_DOTS, layout="constrained")
    axes = figure.add_subplot()
    axes.plot([0, 1], [0, 1], linestyle=":", color="0.45", linewidth=1.2)
    for (name, curve), (mark, line, shade) in zip(curves.items(), _STYLES, strict=False):
        points = [(p, t) for p, t, _ in curve]
        axes.plot(*zip(*points, strict=True), marker=mark, linestyle=line, color=shade, label=name, markersize=6)
    ticks = (0.0, 0.25, 0.5, 0.75, 1.0)
    shares = [voice.share(tick, digits=0) for tick in ticks]
    axes.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02), xlabel=said, ylabel=true, title=title, aspect="equal")
    axes.set_xticks(ticks, shares)
    axes.set_yticks(ticks, shares)
    axes.grid(color="0.92")
    axes.legend(loc="upper left", frameon=False)
    written = io.BytesIO()
    FigureCanvasAgg(figure).print_png(written, metadata={"Software": None})  # type: ignore[no-untyped-call]
    return written.getvalue()


_STYLES = (("s", "--", "0.35"), ("o", "-", "#1264a3"))
_KINDS: Mapping[str, Callable[[Desk, Errand], Picture | None]] = {models.CURVE: _curve}
KINDS: frozenset[str] = frozenset(_KINDS)
