"""compose.yaml: one bot on SQLite as it is, several on PostgreSQL with the profile; no engine is asked."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy.engine import make_url

FILE = Path(__file__).parents[1] / "compose.yaml"


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    return yaml.safe_load(FILE.read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def test_without_the_profile_there_is_one_bot_and_nothing_it_waits_for(project: dict[str, Any]) -> None:
    plain = {name: service for name, service in project["services"].items() if not service.get("profiles")}
    assert list(plain) == ["bot"]
    assert "HANDOFF_DATABASE_URL" not in plain["bot"]["environment"], "the image's SQLite unless .env says otherwise"
    assert plain["bot"]["depends_on"]["postgres"] == {"condition": "service_healthy", "required": False}
    # A variable that must be set would be asked for without the profile, too.
    assert not re.search(r"\$\{\w+:?\?", FILE.read_text(encoding="utf-8"))


def test_the_bot_can_be_there_several_times(project: dict[str, Any]) -> None:
    bot = project["services"]["bot"]
    assert not {"container_name", "ports", "hostname"} & bot.keys(), "each of these can be there only once"


def test_the_address_in_the_comment_leads_to_the_service(project: dict[str, Any]) -> None:
    said = re.search(r"HANDOFF_DATABASE_URL=(\S+)", FILE.read_text(encoding="utf-8"))
    assert said is not None
    url, postgres = make_url(said[1]), project["services"]["postgres"]
    assert (url.drivername, url.password) == ("postgresql+psycopg", None)
    assert url.host in project["services"]
    assert url.username == postgres["environment"]["POSTGRES_USER"]
    assert url.database == postgres["environment"]["POSTGRES_DB"]
    password = postgres["environment"]["POSTGRES_PASSWORD"]
    assert password == project["services"]["bot"]["environment"]["PGPASSWORD"], "the password stands in one place"


def test_the_database_keeps_its_rows_and_says_when_it_is_ready(project: dict[str, Any]) -> None:
    postgres = project["services"]["postgres"]
    named = [volume.partition(":")[0] for service in project["services"].values() for volume in service["volumes"]]
    assert set(named) == set(project["volumes"])
    assert "ports" not in postgres, "nobody outside reaches it"
    check = shlex.join(postgres["healthcheck"]["test"][1:])
    assert check == "pg_isready --username=handoff --dbname=handoff"
