"""A source that is described wrongly is refused at the start, with the file, the place and what is wrong there."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr
from typer.testing import CliRunner

from bot.app import build
from bot.cli import command_line
from bot.cli.needs import voice
from bot.core.errors import Invalid
from bot.core.fresh_reading import FIELDS as OURS
from bot.i18n.catalog import error_text
from bot.settings import Settings
from bot.upstream import read_config
from tests.upstream.liar import FIELDS, GOOD, SECRET, Liar

app = command_line()

TOKEN = SecretStr(SECRET)
GOOD_FILE = """
name = "Metrica"
url = "https://api.example.com/v1/{platform}/{handle}"
[auth]
[fields]
followers = "profile.followers"
"""


def said_of(folder: Path, text: str, token: SecretStr | None = TOKEN) -> str:
    file = folder / "source.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(Invalid) as refused:
        read_config(file, token)
    told = error_text(voice(), refused.value)
    assert str(file) in told
    assert SECRET not in told
    return told


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ("{handle}", "x", "{handle} is missing"),
        ("{platform}", "{country}", "{country} means nothing here"),
        ("https://api.example.com", "https://{platform}.example.com", "a host of its own"),
        ("https://api.example.com", "ftp://api.example.com", "https://"),
        ("https://api.example.com", "https://me:pw@api.example.com", "HANDOFF_UPSTREAM_TOKEN"),
        ("https://api", "http://api", "could be read on its way"),
        ("{platform}", "{platform", "url: it is no template"),
        ("profile.followers", "profile..followers", "fields.followers: this is no JMESPath"),
        ("followers =", "folowers =", "fields.folowers is no number of ours"),
        ("followers =", "fee =", "fields.fee is no number of ours"),
        ('followers = "profile.followers"', "", "there is nothing to ask for"),
        ('followers = "profile.followers"', '[followers]\nrows = "x"', "followers.columns"),
        ('followers = "profile.followers"', '[followers]\nrows = "x..y"\ncolumns = {posts = "a"}', "followers.rows"),
        ('followers = "profile.followers"', '[followers]\nrows = "x"\ncolumns = {age = "a"}', "columns.age"),
        ('followers = "profile.followers"', '[followers]\nrows = "x"\ncolumns = {username_digits = "a"}', "together"),
        ('name = "Metrica"', 'name = ""', "name"),
        ("[auth]", '[auth]\nvalue = "Bearer"', "{token} once"),
        ("[auth]", '[auth]\nheader = "X Key"', "auth.header"),
        ("[auth]", "[auth]\nsecret = 1", "auth.secret"),
        ("[auth]", "[limits]\nseconds = 0\n[auth]", "limits.seconds"),
        ("[auth]", "[limits]\npatience = 1\n[auth]", "limits.patience"),
        ('name = "Metrica"', 'name = "Metrica"\nplatforms = ["myspace"]', "'myspace' is none"),
        ('name = "Metrica"', f'name = "Metrica"\ntoken = "{SECRET}"', "no secret in a file"),
        ("[auth]", "[auth", "no TOML"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, before: str, after: str, says: str) -> None:
    assert before in GOOD_FILE
    assert says in said_of(tmp_path, GOOD_FILE.replace(before, after, 1))


def test_a_secret_that_is_not_there_is_missed(tmp_path: Path) -> None:
    assert "set HANDOFF_UPSTREAM_TOKEN" in said_of(tmp_path, GOOD_FILE, None)
    assert "line break" in said_of(tmp_path, GOOD_FILE, SecretStr("two\nlines"))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(Invalid) as refused:
        read_config(tmp_path / "none.toml", TOKEN)
    assert "none.toml" in error_text(voice(), refused.value)


def test_the_bot_does_not_start_with_it(tmp_path: Path) -> None:
    file = tmp_path / "source.toml"
    file.write_text("name = 1", encoding="utf-8")
    settings = Settings(database_url=f"sqlite:///{tmp_path}/x.sqlite3", upstream=file)
    with pytest.raises(Invalid, match="upstream"):
        build(settings)
    assert not (tmp_path / "x.sqlite3").exists()


# What an operator sees


def run(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, list(words))
    if isinstance(done.exception, Invalid):
        return 1, error_text(voice(), done.exception)
    return done.exit_code, done.stdout


def test_try_shows_what_is_read_and_what_is_not_believed(
    liar: Liar, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HANDOFF_DATABASE_URL", f"sqlite:///{tmp_path}/none.sqlite3")
    assert run("upstream", "try", "ana.lima")[1].startswith("No source of fresh numbers is set")
    monkeypatch.setenv("HANDOFF_UPSTREAM", str(liar.file(tmp_path, limits="tries = 1")))
    monkeypatch.setenv("HANDOFF_UPSTREAM_TOKEN", SECRET)
    liar.says = {**GOOD, "profile": {"followers": -3, "er": 0.05}}
    code, said = run("upstream", "try", "@ana.lima", "--market", "Brazil")
    assert code == 0
    lines = {line.split()[0]: line for line in said.splitlines() if line.startswith("  ")}
    assert list(lines) == list(FIELDS)
    assert "not believed (negative)" in lines["followers"] and "profile.followers" in lines["followers"]
    assert "0.05" in lines["engagement_rate"]
    assert "not there" in lines["credibility"]
    assert liar.asked[-1][0] == "/v1/instagram/ana.lima?market=BR"
    assert run("upstream", "try", "ana.lima", "--json")[1].startswith('{\n  "profile"')
    liar.status = 401
    code, said = run("upstream", "try", "ana.lima")
    assert (code, said) == (1, "Metrica gave no answer (refused).")
    assert not (tmp_path / "none.sqlite3").exists(), "nothing is kept"


def test_doctor_says_what_it_would_read(liar: Liar, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANDOFF_DATABASE_URL", f"sqlite:///{tmp_path}/some.sqlite3")
    monkeypatch.setenv("HANDOFF_UPSTREAM", str(liar.file(tmp_path)))
    _, said = run("doctor")
    assert "MISSING  Fresh numbers" in said and "HANDOFF_UPSTREAM_TOKEN" in said
    monkeypatch.setenv("HANDOFF_UPSTREAM_TOKEN", SECRET)
    _, said = run("doctor")
    assert "ok    Fresh numbers: Metrica at 127.0.0.1" in said
    assert all(name in said for name in FIELDS)
    assert SECRET not in said
    assert not liar.asked, "a question costs money, and doctor is run often"


def test_every_number_has_a_name_for_people_in_both_languages() -> None:
    from bot.core.fresh import IN_METRICS
    from tests.cards.gallery import voices

    for language in ("en", "ru"):
        for name in OURS:
            key = f"number.{IN_METRICS.get(name, name)}"
            assert voices(language)[0].has(key) or name in {"measured_on", "fake_sample_size"}, key
