"""The lifecycle as a diagram, drawn from the table that rules it: text only, it writes no file."""

from __future__ import annotations

from collections.abc import Mapping

from bot.core.review import TRANSITIONS, Event
from bot.core.types import State

_STATES: Mapping[State, str] = {
    State.PENDING: "pending: an expert is asked",
    State.HELD: "held: the lead is asked",
    State.REOPENED: "reopened: a new round",
    State.DECIDED: "decided",
    State.WITHDRAWN: "withdrawn",
}
_EVENTS: Mapping[Event, str] = {
    Event.ANSWER: "an answer",
    Event.DEADLINE: "the deadline",
    Event.ESCALATE: "the policy holds, once",
    Event.UNDO: "undo, once",
    Event.REVERSE: "reversal",
    Event.WITHDRAW: "withdrawal",
    Event.RELEASE: "left to the AI before it opened",
}
#: How a review comes into the world.
_BEGINNINGS: Mapping[State, str] = {
    State.PENDING: "route expert",
    State.DECIDED: "routes ai and fast_track",
}


def lifecycle() -> str:
    """The state diagram in Mermaid's language: one arrow per pair of states, labelled with what makes it happen.

    >>> print(lifecycle().splitlines()[0])
    stateDiagram-v2
    """
    arrows: dict[tuple[State, State], list[str]] = {}
    for (before, event), after in TRANSITIONS.items():
        arrows.setdefault((before, after), []).append(_EVENTS[event])
    return "\n".join(
        [
            "stateDiagram-v2",
            *(f'    state "{label}" as {state.value}' for state, label in _STATES.items()),
            *(f"    [*] --> {state.value}: {label}" for state, label in _BEGINNINGS.items()),
            *(f"    {a.value} --> {b.value}: {', or '.join(labels)}" for (a, b), labels in arrows.items()),
            *(f"    {state.value} --> [*]" for state in State if not state.awaits),
            "",
        ]
    )
