"""What this process counts and measures, for Prometheus; every replica counts for itself, and Prometheus adds up.

Whoever causes a number says it here; `bot.health` shows them. Labels are few and fixed: no ids, no names, no text.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, disable_created_metrics
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

#: Our own, so that nothing that a library registers by itself comes out with it.
REGISTRY = CollectorRegistry()

disable_created_metrics()  # type: ignore[no-untyped-call]  # one more series for each of ours, which nobody asks for
ProcessCollector(registry=REGISTRY)

_ACK = (0.0005, 0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0)
"""Seconds: from half a millisecond, what a click takes, to three seconds, where Slack gives up."""
_LATENESS = (0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0, 60.0, 300.0, 3600.0, 86400.0)
"""Seconds: on time to a machine that was asleep for a day."""

ack_seconds = Histogram(
    "handoff_ack_seconds",
    "From the arrival of a payload to its acknowledgement, what it decides committed.",
    ("kind", "transport"),  # action, view, command, event; socket, http
    buckets=_ACK,
    registry=REGISTRY,
)
decisions = Counter(
    "handoff_decisions",
    "Decisions that were committed, by who made them.",
    ("by",),  # expert, lead, deadline, ai
    registry=REGISTRY,
)
deadline_lateness_seconds = Histogram(
    "handoff_deadline_lateness_seconds",
    "From a deadline to the moment at which it was applied.",
    buckets=_LATENESS,
    registry=REGISTRY,
)
limited = Counter(
    "handoff_limited",
    "Calls that Slack refused because there were too many (429).",
    ("method",),  # chat.postMessage
    registry=REGISTRY,
)
dead_letters = Counter(
    "handoff_dead_letters",
    "Messages that were given up after too many tries.",
    registry=REGISTRY,
)
reconnects = Counter(
    "handoff_reconnects",
    "Socket Mode connections that were made anew after one was lost.",
    registry=REGISTRY,
)
refused = Counter(
    "handoff_refused",
    "HTTP requests that were no signed payload of Slack's, by what was wrong.",
    ("why",),  # invalid_signature, too_large, ...
    registry=REGISTRY,
)
api_requests = Counter(
    "handoff_api_requests",
    "Requests of other programs to the API, by the status of the answer.",
    ("status",),  # 200, 401, 422, ...
    registry=REGISTRY,
)
upstream = Counter(
    "handoff_upstream",
    "Questions to the source of fresh numbers that went out, by what came of them.",
    ("outcome",),  # fresh, slow, unreachable, unknown, ...
    registry=REGISTRY,
)
sockets_connected = Gauge(
    "handoff_sockets_connected",
    "Socket Mode connections that are up now.",
    registry=REGISTRY,
)
outbox_depth = Gauge(
    "handoff_outbox_depth",
    "Messages that are not sent, by state; of the whole database, as of this scrape.",
    ("state",),  # ready, sending, unknown, dead, stuck
    registry=REGISTRY,
)
outbox_age_seconds = Gauge(
    "handoff_outbox_age_seconds",
    "For how long the oldest message that is due has waited; of the whole database, as of this scrape.",
    registry=REGISTRY,
)

for _by in ("expert", "lead", "deadline", "ai"):
    decisions.labels(_by)  # a series that begins at nought shows its first increase


def kind_of(body: Mapping[str, Any]) -> str:
    """The label of a payload: action, view, command or event."""
    if "command" in body:
        return "command"
    if "event" in body:
        return "event"
    return "view" if str(body.get("type")).startswith("view_") else "action"


CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4


def text() -> bytes:
    """Everything in Prometheus' text format."""
    return generate_latest(REGISTRY)
