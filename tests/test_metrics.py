"""What Prometheus reads: the names that dashboards are built on, and how they look when nothing has happened yet."""

from __future__ import annotations

from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from bot import metrics

#: Dashboards and alerts are built on these: a change of one is a breaking change.
NAMES = {
    "handoff_ack_seconds": ("histogram", {"kind", "transport"}),
    "handoff_decisions": ("counter", {"by"}),
    "handoff_deadline_lateness_seconds": ("histogram", set()),
    "handoff_limited": ("counter", {"method"}),
    "handoff_dead_letters": ("counter", set()),
    "handoff_reconnects": ("counter", set()),
    "handoff_refused": ("counter", {"why"}),
    "handoff_api_requests": ("counter", {"status"}),
    "handoff_upstream": ("counter", {"outcome"}),
    "handoff_sockets_connected": ("gauge", set()),
    "handoff_outbox_depth": ("gauge", {"state"}),
    "handoff_outbox_age_seconds": ("gauge", set()),
}


def test_the_names_that_dashboards_are_built_on() -> None:
    found = {family.name: family for family in text_string_to_metric_families(metrics.text().decode())}
    ours = {name: family for name, family in found.items() if name.startswith("handoff_")}
    assert {name: family.type for name, family in ours.items()} == {name: kind for name, (kind, _) in NAMES.items()}
    assert all(family.documentation.endswith(".") for family in ours.values())
    for name, (_, labels) in NAMES.items():
        for sample in ours[name].samples:
            assert set(sample.labels) - {"le"} == labels
    # Whatever else is there is what Prometheus expects of every process.
    assert {name.partition("_")[0] for name in found} == {"handoff", "process"}


def test_every_way_of_deciding_has_its_series_from_the_start() -> None:
    (family,) = [f for f in text_string_to_metric_families(metrics.text().decode()) if f.name == "handoff_decisions"]
    assert {s.labels["by"] for s in family.samples} == {"expert", "lead", "deadline", "ai"}


def test_a_click_falls_between_the_buckets_and_not_below_or_above_them_all() -> None:
    before = metrics.REGISTRY.get_sample_value("handoff_ack_seconds_sum", {"kind": "view", "transport": "http"}) or 0
    metrics.ack_seconds.labels("view", "http").observe(0.0012)
    labels = {"kind": "view", "transport": "http"}
    after = metrics.REGISTRY.get_sample_value("handoff_ack_seconds_sum", labels)
    assert after is not None
    assert abs(after - before - 0.0012) < 1e-9
    bounds = metrics.REGISTRY.get_sample_value("handoff_ack_seconds_bucket", {**labels, "le": "0.002"})
    assert bounds is not None
    assert bounds >= 1


def test_the_handbook_names_them_all() -> None:
    """As Prometheus stores them: counters end in _total."""
    told = (Path(__file__).parents[1] / "docs" / "operations.md").read_text(encoding="utf-8")
    for name, (kind, labels) in NAMES.items():
        (line,) = [
            row for row in told.splitlines() if row.startswith(f"| `{name}{'_total' if kind == 'counter' else ''}` |")
        ]
        assert kind in line
        assert all(label in line for label in labels)
