"""The figures as people read them: aligned on a terminal, as a table in docs/performance.md; kept from run to run."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.benchmarks.lines import Json
from tests.benchmarks.machine import ROOT

KEPT = ROOT / "test-artifacts" / "benchmarks.jsonl"
PAGE = ROOT / "docs" / "performance.md"
_BEGIN, _END = "<!-- figures -->", "<!-- /figures -->"
_HEADS = ("benchmark", "measured", "baseline", "ratio", "must", "aim", "")


def keep(lines: Sequence[Json]) -> None:
    """The newest line of each name, whichever run it came from; each remembers its commit."""
    machine = lines[0]
    newest = {line["name"]: line for line in _kept()}
    newest |= {line["name"]: line | {"commit": machine["commit"]} for line in lines}
    KEPT.parent.mkdir(exist_ok=True)
    KEPT.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in newest.values()), encoding="utf-8")


def _kept() -> list[Json]:
    if not KEPT.exists():
        return []
    return [json.loads(line) for line in KEPT.read_text(encoding="utf-8").splitlines()]


def write() -> Path:
    """Put the kept figures into the page, between its marks. Raises SystemExit when there are none."""
    lines = _kept()
    if not lines:
        raise SystemExit("Nothing has been measured yet: make bench")
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(_BEGIN)
    _, _, after = rest.partition(_END)
    PAGE.write_text(f"{before}{_BEGIN}\n{markdown(lines)}{_END}{after}", encoding="utf-8")
    return PAGE


def markdown(lines: Sequence[Json]) -> str:
    machine = next(line for line in lines if line["name"] == "machine")
    figures = [line for line in lines if line["name"] != "machine"]
    commits = sorted({str(line["commit"]) for line in figures})
    said = (
        f"{machine['cpu']}, {machine['cores']} cores; Python {machine['python']}, SQLite {machine['sqlite']}, "
        f"PostgreSQL {machine['postgres'] or 'not here'}; a durable write of 4 KB takes {machine['fsync_ms']} ms; "
        f"commit {', '.join(commits)}."
    )
    rows = [_HEADS, tuple("---" for _ in _HEADS), *map(_row, figures)]
    table = "\n".join("| " + " | ".join(row) + " |" for row in rows)
    notes = "\n".join(f"- {line['name']}: {_parts(line)}" for line in figures if line["parts"])
    return f"{said}\n\n{table}\n\nBesides:\n\n{notes}\n"


def for_people(lines: Sequence[Json]) -> str:
    """The same, aligned."""
    machine, figures = lines[0], lines[1:]
    rows = [_HEADS, *map(_row, figures)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(_HEADS))]
    table = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    machine_line = ", ".join(f"{name} {value}" for name, value in machine.items() if name != "name")
    return "\n" + "\n".join([*table, "", machine_line]) + "\n"


def _row(line: Json) -> tuple[str, ...]:
    unit, baseline = line["unit"], line["baseline"]
    beside = "" if baseline is None else f"{baseline} {unit} ({line['beside']})"
    ratio = "" if line["ratio"] is None else f"{line['ratio']:.2f}"
    return (
        line["name"],
        f"{line['value']} {unit}",
        beside,
        ratio,
        line["must"] or "",
        line["aim"] or "",
        _verdict(line),
    )


def _verdict(line: Json) -> str:
    """In a word."""
    if line["ok"] is None:
        return ""
    return "aim reached" if line["aimed"] else "reached" if line["ok"] else "NOT REACHED"


def _parts(line: Json) -> str:
    return ", ".join(_named(line["parts"]))


def _named(parts: Json) -> Iterator[str]:
    yield from (f"{name} {value}" for name, value in parts.items())
