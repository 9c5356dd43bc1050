"""The rules of the house that no linter knows: what the product may not say, what must agree with what."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlmodel import SQLModel

from bot.core.diagram import lifecycle
from db import tables
from db.migrate import HEAD, level, migrate
from db.store import Store
from tests import docs

ROOT = Path(__file__).parents[1]
ROOMS = ("bot", "scoring", "db")
MOST_LINES = 400
#: Made, cached or private: everything else in the checkout counts as ours.
_NOT_OURS = frozenset(
    "__pycache__ .git .venv .env .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache dist build "
    "test-artifacts".split()
)


def ours(folder: Path = ROOT) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.name in _NOT_OURS or path.name.endswith(".egg-info") or ".sqlite3" in path.name:
            continue
        if path.is_dir():
            yield from ours(path)
        else:
            yield path


def modules() -> list[Path]:
    return [path for room in ROOMS for path in ours(ROOT / room) if path.suffix == ".py"]


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(path: Path) -> Iterator[str]:
    """The root package of everything that a module imports by its full name."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]


def is_migration(path: Path) -> bool:
    return "migrations/versions/0" in name_of(path)


@cache
def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


# Each module: one test per rule, which names every offender at once


def test_a_module_says_its_purpose_in_one_sentence() -> None:
    offenders = []
    for path in modules():
        first = (ast.get_docstring(tree(path)) or "").partition("\n\n")[0]
        # Alembic writes a migration's first line into its file name and its history: a title, not a sentence.
        if not first or not (first.endswith((".", "`.")) or is_migration(path)):
            offenders.append(f"{name_of(path)}: {first or 'nothing said'}")
    assert not offenders


def test_nothing_is_left_for_later() -> None:
    # Suppressing NotImplementedError, where a system lacks something, is no stub of ours; raising it would be.
    marks = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b|raise NotImplementedError")
    assert not [name_of(path) for path in modules() if marks.search(path.read_text(encoding="utf-8"))]


def test_only_the_clock_knows_the_time() -> None:
    asked = {"datetime": {"now", "utcnow", "today"}, "date": {"today"}, "time": {"time", "time_ns", "localtime"}}
    offenders = []
    for path in modules():
        if name_of(path) == "bot/clock.py":
            continue
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Attribute):
                owner = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
                names = {node.attr}
            elif isinstance(node, ast.ImportFrom) and node.module == "time":
                owner, names = "time", {alias.name for alias in node.names}
            else:
                continue
            offenders += [f"{name_of(path)}:{node.lineno} {owner}.{n}" for n in names & asked.get(owner, set())]
    assert not offenders


def test_models_are_json_and_never_pickle() -> None:
    banned = {"pickle", "dill", "joblib", "cloudpickle", "shelve", "marshal"}
    assert not [name_of(path) for path in modules() if banned & set(imports(path))]


def test_pure_rooms_need_nothing_but_what_counts_and_stems() -> None:
    """import-linter forbids what we know of; this also catches what somebody adds tomorrow."""
    offenders = []
    numbers = {"scoring", "numpy", "scipy", "sklearn", "threadpoolctl", "Stemmer"}
    for room, may in {"scoring": numbers, "bot/core": {"bot", "scoring"}}.items():
        for path in ours(ROOT / room):
            if path.suffix == ".py":
                needs = set(imports(path)) - sys.stdlib_module_names - may
                offenders += [f"{name_of(path)}: {root}" for root in needs]
    assert not offenders


def test_a_file_is_one_thing() -> None:
    """A migration is, however many tables it makes."""
    sizes = {name_of(p): len(p.read_text(encoding="utf-8").splitlines()) for p in modules() if not is_migration(p)}
    assert not {name: lines for name, lines in sizes.items() if lines > MOST_LINES}


def test_the_words_of_the_domain() -> None:
    """No module and no class is called what the domain does not know."""
    banned = {"task", "ticket", "manager", "helper", "util", "item"}
    offenders = []
    for path in modules():
        classes = [node.name for node in ast.walk(tree(path)) if isinstance(node, ast.ClassDef)]
        for name in [path.stem, *classes]:
            words = {word.lower().removesuffix("s") for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)}
            offenders += [f"{name_of(path)}: {name}"] * bool(words & banned)
    assert not offenders


# The whole checkout


def test_no_file_names_a_machine_or_a_registry() -> None:
    # Put together, so that this file does not name them either.
    hosts = [
        "pypi" + ".org",
        "python" + "hosted.org",
        "registry.npm" + "js.org",
        "index" + "-url",
        "deb.debian" + ".org",
    ]
    machine = re.compile(r"(^|[^a-zA-Z0-9_.])/(work|tmp|root|home)/", re.MULTILINE)
    found = []
    for path in ours():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # pictures
        found += [f"{name_of(path)} names {host}" for host in hosts if host in text]
        if not name_of(path).startswith("tests/"):
            found += [f"{name_of(path)} has the path {hit[0]!r}" for hit in machine.finditer(text)]
    assert not found


def test_the_top_level_is_fixed() -> None:
    wanted = set("bot scoring db tests docs .ci manifest.yml Dockerfile pyproject.toml README.md".split())
    usual = set(
        "LICENSE Makefile CHANGELOG.md .gitignore .dockerignore .gitattributes compose.yaml requirements.lock "
        "requirements-dev.lock".split()
    )
    there = {path.relative_to(ROOT).parts[0] for path in ours()}
    assert wanted <= there
    assert there <= wanted | usual


def test_every_room_has_its_place_in_the_contracts() -> None:
    contracts = {c["id"]: c for c in project()["tool"]["importlinter"]["contracts"]}
    rooms = {
        f"bot.{path.stem}"
        for path in (ROOT / "bot").iterdir()
        if path.stem != "__init__" and (path.suffix == ".py" or (path / "__init__.py").exists())
    } | {"scoring", "db"}
    layered = {name.strip() for layer in contracts["rooms"]["layers"] for name in re.split("[|:]", layer)}
    leaves = set(contracts["leaves"]["source_modules"])
    assert layered | leaves == rooms
    assert not layered & leaves
    may_know_the_workspace = {"bot.cli", "bot.__main__", "bot.sandbox"}
    assert set(contracts["sandbox"]["source_modules"]) == rooms - may_know_the_workspace
    assert set(contracts["workspace"]["forbidden_modules"]) == rooms - may_know_the_workspace
    assert set(contracts["leaves"]["forbidden_modules"]) == layered - {"bot.__main__"}


def test_make_help_names_every_target() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = set(re.search(r"^\.PHONY: (.*)$", text, re.MULTILINE)[1].split())
    targets = set(re.findall(r"^([a-z]+):", text, re.MULTILINE))
    helped = set(re.findall(r"^([a-z]+):.*## .", text, re.MULTILINE))
    assert phony == targets == helped


def test_the_locks_agree_and_cover_what_is_asked_for() -> None:
    run, dev = pins("requirements.lock"), pins("requirements-dev.lock")
    assert run <= dev, f"only in requirements.lock: {run - dev}"
    named = {name for name, _ in dev}
    wanted = project()["project"]["dependencies"]
    for requirement in [*wanted, *chain(*project()["dependency-groups"].values())]:  # type: ignore[attr-defined]
        name = re.match(r"[A-Za-z0-9_.-]+", requirement)[0].lower().replace("_", "-")
        assert name in named, f"{name} is not locked: make lock"


def pins(lock: str) -> set[tuple[str, str]]:
    """Name and version (with its marker) of everything in a lock, each with at least one hash."""
    text = (ROOT / lock).read_text(encoding="utf-8")
    found = re.findall(r"^([a-z0-9.-]+)==(.+?) \\\n    --hash=sha256:[0-9a-f]{64}", text, re.MULTILINE)
    assert len(found) == len(re.findall(r"^[a-z]", text, re.MULTILINE)), "a line without a hash"
    return set(found)


# What is drawn


def test_the_docs_show_the_lifecycle_as_it_is() -> None:
    assert not docs.drifted(), "run `make docs`"
    assert lifecycle() in (docs.DOCS / "architecture.md").read_text(encoding="utf-8")


# Migrations


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(f"sqlite:///{tmp_path / 'house.sqlite3'}")
    yield opened
    opened.close()


def schema(store: Store) -> dict[str, Any]:
    """Every table as the database describes it, every index to the letter; the order does not matter."""
    look = sa.inspect(store.engine)
    asks = ("columns", "foreign_keys", "unique_constraints", "check_constraints")
    found: dict[str, Any] = {}
    for table in look.get_table_names():
        if table != "alembic_version":
            parts = {ask: sorted(map(repr, getattr(look, f"get_{ask}")(table))) for ask in asks}
            found[table] = {**parts, "primary_key": look.get_pk_constraint(table)["constrained_columns"]}
    with store.engine.connect() as connection:
        indexes = connection.exec_driver_sql(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql NOT NULL"
        )
        return found | {name: " ".join(sql.split()) for name, sql in indexes}


def test_the_newest_migration_is_the_one_that_the_code_expects() -> None:
    found = {}
    for path in (ROOT / "db" / "migrations" / "versions").glob("[0-9]*.py"):
        known = {node.targets[0].id: node.value for node in tree(path).body if isinstance(node, ast.Assign)}
        found[ast.literal_eval(known["revision"])] = ast.literal_eval(known["down_revision"])
        assert path.name.startswith(ast.literal_eval(known["revision"]) + "_")
    assert set(found) - set(found.values()) == {HEAD}


def test_migrations_make_exactly_the_tables_of_the_code(store: Store, tmp_path: Path) -> None:
    migrate(store)
    assert level(store) == HEAD
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        found = compare_metadata(context, SQLModel.metadata)
    # Alembic cannot compare an index on an expression (`rank DESC`): indexes are compared below, to the letter.
    assert not [one for one in found if not (isinstance(one, tuple) and str(one[0]).endswith("_index"))]
    direct = Store(f"sqlite:///{tmp_path / 'direct.sqlite3'}")
    try:
        with direct.engine.begin() as connection:
            SQLModel.metadata.create_all(connection)
        assert schema(store) == schema(direct)
    finally:
        direct.close()


def test_migrations_go_back_to_nothing_and_forward_again(store: Store) -> None:
    migrate(store)
    first = schema(store)
    migrate(store, "base")
    with store.engine.connect() as connection:
        assert set(sa.inspect(connection).get_table_names()) <= {"alembic_version"}
    assert level(store) is None
    migrate(store)
    assert schema(store) == first
    assert tables.MemberRow.__tablename__ in first


# The distribution


def test_the_wheel_holds_everything_and_nothing_else(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    done = subprocess.run(build, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        inside = {name for name in archive.namelist() if ".dist-info/" not in name}
        entries = next(archive.read(name).decode() for name in archive.namelist() if name.endswith("entry_points.txt"))
    assert inside == {name_of(path) for room in ROOMS for path in ours(ROOT / room)}
    assert "handoff = bot.cli:main" in entries
