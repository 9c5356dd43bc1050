"""`handoff score fake-followers` and `handoff train fake-followers` as somebody runs them."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from bot.cli import command_line, main
from bot.core.follower_rows import FORMS
from scoring.fake_followers import Follower
from tests.scoring.followers import crowd

app = command_line()

Run = Callable[..., tuple[int, str, str]]
HEADERS = ("username", "posts", "followers", "following", "has_profile_picture", "is_private", "bio_length")


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    monkeypatch.chdir(tmp_path)

    def handoff(*words: str | Path) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["handoff", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return handoff


def row(one: Follower, at: int) -> list[str]:
    digits = round(20 * (one.digit_share or 0))
    name = ("lia.prado.abcdefghijklmnop" + str(at % 10) * digits)[-20:]
    yes = {True: "yes", False: "no"}
    return [
        name, f"{one.posts:.0f}", f"{one.followers:.0f}", f"{one.following:.0f}",
        yes[bool(one.has_profile_picture)], yes[bool(one.is_private)], f"{one.bio_length:.0f}",
    ]  # fmt: skip


def written(path: Path, headers: Sequence[str], rows: Sequence[Sequence[str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([headers, *rows])
    return path


def listed(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def share_of(said: str) -> tuple[float, float, float]:
    found = re.search(r"Fake: ([\d.]+)% of .*95% interval ([\d.]+)% to ([\d.]+)%", said)
    assert found, said
    share, low, high = map(float, found.groups())
    return share, low, high


@pytest.mark.parametrize("truth", [0.05, 0.10, 0.25, 0.50])
def test_a_list_is_scored_and_the_share_printed_with_its_interval(run: Run, tmp_path: Path, truth: float) -> None:
    people = [row(one, at) for at, one in enumerate(crowd(truth))]
    list_ = written(tmp_path / "list.csv", ("city", *HEADERS), [["Lima", *cells] for cells in people])
    code, said, wrong = run("score", "fake-followers", list_, "--out", tmp_path / "out.csv")
    assert (code, wrong) == (0, "")
    share, low, high = share_of(said)
    assert low <= 100 * truth <= high
    assert abs(share - 100 * truth) <= max(3, 20 * truth)
    scored = listed(tmp_path / "out.csv")
    assert list(scored[0]) == ["city", *HEADERS, "probability", "fake"]
    called = [one["fake"] == "yes" for one in scored]
    assert {one["fake"] for one in scored} == {"yes", "no"}
    assert sum(called) == pytest.approx(8 * share, abs=1), "as many as the share says"
    least = min(float(one["probability"]) for one in scored if one["fake"] == "yes")
    assert all(float(one["probability"]) <= least for one in scored if one["fake"] == "no"), "the likeliest first"
    assert [[one["city"], *(one[name] for name in HEADERS)] for one in scored] == [["Lima", *cells] for cells in people]
    chances = [float(one["probability"]) for one in scored]
    fakes = round(800 * truth)
    assert sum(chances[:fakes]) / fakes > 5 * sum(chances[fakes:]) / (800 - fakes) or truth == 0.5


def test_headers_in_any_order_and_spelling_say_the_same(run: Run, tmp_path: Path) -> None:
    people = [row(one, at) for at, one in enumerate(crowd(0.25, 200))]
    one = written(tmp_path / "one.csv", HEADERS, people)
    spelled = ("User name", "# Posts", "Followers Count", "userFollowingCount", "Profile pic", "Private?", "Bio Length")
    other = written(tmp_path / "other.csv", spelled[::-1], [cells[::-1] for cells in people])
    apart = ("username_digits", "username_length", *HEADERS[1:])
    counted = [[str(sum(c.isdigit() for c in cells[0])), str(len(cells[0])), *cells[1:]] for cells in people]
    third = written(tmp_path / "third.csv", apart, counted)
    answers = []
    for file in (one, other, third):
        code, _, _ = run("score", "fake-followers", file, "--out", tmp_path / "out.csv")
        assert code == 0
        answers.append([one["probability"] for one in listed(tmp_path / "out.csv")])
    assert answers[0] == answers[1] == answers[2]


@pytest.mark.parametrize("kept", [("posts",), ("following", "followers"), ("is_private",), HEADERS[:3]])
def test_any_column_may_be_missing(run: Run, tmp_path: Path, kept: tuple[str, ...]) -> None:
    people = [row(one, at) for at, one in enumerate(crowd(0.10))]
    places = [HEADERS.index(name) for name in kept]
    list_ = written(tmp_path / "list.csv", kept, [[cells[at] for at in places] for cells in people])
    code, said, _ = run("score", "fake-followers", list_, "--out", tmp_path / "out.csv")
    whole = written(tmp_path / "whole.csv", HEADERS, people)
    _, all_said, _ = run("score", "fake-followers", whole, "--out", tmp_path / "out.csv")
    assert code == 0
    _, low, high = share_of(said)
    _, all_low, all_high = share_of(all_said)
    assert high - low > all_high - all_low


def test_bad_values_are_named_by_row_and_never_zero(run: Run, tmp_path: Path) -> None:
    rows = [
        ["lia", "12", "300", "400", "1", "0", "30"],
        ["mel", "-5", "many", "400", "perhaps", "0", "30"],
        ["noa", "N/A", "", "400", "1", "0", "30"],
        ["", "", "", "", "", "", "n/a"],
        ["ida", "1", "2", "3", "1", "0", "9", "17"],
    ]
    list_ = written(tmp_path / "list.csv", HEADERS, rows)
    code, said, wrong = run("score", "fake-followers", list_, "--out", tmp_path / "out.csv")
    assert code == 0
    assert "line 3, posts: “-5” is below zero, counted as missing" in wrong
    assert "line 3, followers: “many” is no number" in wrong
    assert "line 3, has_profile_picture: “perhaps” is neither yes nor no" in wrong
    assert "line 6: “17” stands beyond the last header" in wrong
    assert "line 4" not in wrong
    assert "Of 2 nothing is known" in said
    assert "of 3 followers" in said
    assert len(listed(tmp_path / "out.csv")) == 5


def test_what_a_spreadsheet_would_run_is_neutralised(run: Run, tmp_path: Path) -> None:
    rows = [["=1+1", "+7", "-2", "@ana", "plain", "12"]]
    list_ = written(tmp_path / "list.csv", ["a", "b", "c", "d", "=e", "posts"], rows)
    assert run("score", "fake-followers", list_, "--out", tmp_path / "out.csv")[0] == 0
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
        headers, cells = list(csv.reader(file))
    assert headers == ["a", "b", "c", "d", "'=e", "posts", "probability", "fake"]
    assert cells[:6] == ["'=1+1", "'+7", "'-2", "'@ana", "plain", "12"]


def test_a_probability_that_the_list_has_already_is_kept(run: Run, tmp_path: Path) -> None:
    list_ = written(tmp_path / "list.csv", ["posts", "probability", "fake"], [["1", "mine", "mine"]])
    assert run("score", "fake-followers", list_, "--out", tmp_path / "out.csv")[0] == 0
    (one,) = listed(tmp_path / "out.csv")
    assert (one["probability"], one["fake"], one["handoff_fake"]) == ("mine", "mine", "no")
    assert 0 < float(one["handoff_probability"]) < 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("city,age\nLima,3\n", "No column of this list is known: city, age."),
        ("posts,followers\n", "The list has no followers."),
        ("", "The file is empty."),
        ("PK\x03\x04rubbish", "This is not a text file."),
    ],
)
def test_a_list_that_cannot_be_scored_is_said_and_nothing_written(
    run: Run, tmp_path: Path, text: str, said: str
) -> None:
    (tmp_path / "list.csv").write_text(text)
    code, _, wrong = run("score", "fake-followers", tmp_path / "list.csv", "--out", tmp_path / "out.csv")
    assert code == 1
    assert said in wrong
    assert not (tmp_path / "out.csv").exists()


def test_the_list_itself_is_never_overwritten(run: Run, tmp_path: Path) -> None:
    list_ = written(tmp_path / "list.csv", ["posts"], [["1"]])
    code, _, wrong = run("score", "fake-followers", list_, "--out", list_)
    assert code == 1
    assert "is the list itself" in wrong
    assert list_.read_text().split() == ["posts", "1"]


def test_a_sample_given_with_a_candidate_is_measured_and_raises_its_flag(run: Run, tmp_path: Path) -> None:
    run("member", "add", "U0LEAD", "--role", "lead")
    run("campaign", "add", "aurora", "--name", "Aurora", "--market", "BR", "--channel", "C0BR", "--owner", "U0MAYA")
    folder = tmp_path / "samples"
    folder.mkdir()
    written(folder / "Lia.Prado.csv", HEADERS, [row(one, at) for at, one in enumerate(crowd(0.5, 400))])
    written(folder / "nobody.csv", HEADERS, [row(one, at) for at, one in enumerate(crowd(0.5, 4))])
    creators = [["lia.prado", "20000", "BR"], ["mel", "20000", "BR"]]
    list_ = written(tmp_path / "list.csv", ["handle", "followers", "country"], creators)
    code, _, wrong = run("import", list_, "--campaign", "aurora", "--followers", folder)
    assert code == 0
    assert "Nobody in the list has these samples: nobody.csv" in wrong
    _, said, _ = run("review", "list", "--json")
    ids = {one["handle"].lstrip("@"): one["id"] for one in json.loads(said)}
    flags = {}
    for handle, review in ids.items():
        _, shown, _ = run("review", "show", review, "--json")
        flags[handle] = {one["code"]: one for one in json.loads(shown)["ai"]["flags"]}
    assert flags["lia.prado"]["fake_follower_share"]["severity"] == "severe"
    assert flags["lia.prado"]["fake_follower_share"]["value"] == pytest.approx(0.5, abs=0.1)
    assert "fake_follower_share" not in flags["mel"]


def test_a_folder_of_samples_that_is_not_there_is_said_before_anything_is_imported(run: Run, tmp_path: Path) -> None:
    list_ = written(tmp_path / "list.csv", ["handle"], [["mel"]])
    code, _, wrong = run("import", list_, "--campaign", "aurora", "--followers", tmp_path / "gone")
    assert code == 1
    assert "gone" in wrong


def forms(folder: Path) -> list[Path]:
    """The three published forms, with invented followers in them."""
    made = []
    for seed, (name, fields) in enumerate(FORMS.items(), start=1):
        rows = []
        for at, one in enumerate(crowd(0.4, 150, seed)):
            digits = round(20 * (one.digit_share or 0))
            values = {
                "posts": one.posts, "followers": one.followers, "following": one.following,
                "has_profile_picture": int(bool(one.has_profile_picture)), "is_private": int(bool(one.is_private)),
                "digit_share": digits / 20, "username_length": 20, "username_digits": digits,
                "bio_length": one.bio_length, "label": int(at < 60),
            }  # fmt: skip
            rows.append([str(values[field]) for field in fields])
        made.append(written(folder / f"{name}.csv", list(fields.values()), rows))
    return made


def test_a_model_is_trained_carded_and_used(run: Run, tmp_path: Path) -> None:
    files = forms(tmp_path)
    code, said, wrong = run("train", "fake-followers", *files, "--model", "m.json", "--card", "card.md")
    assert (code, wrong) == (0, "")
    assert "trained on ijece + instafake, tested on instagram_576, 10% fake: PR-AUC" in said
    plain = json.loads((tmp_path / "m.json").read_text())
    card = (tmp_path / "card.md").read_text()
    assert plain["sha256"] in card
    assert [one["rows"] for one in plain["provenance"]["sources"]] == [150, 150, 150]
    assert all(one["sha256"] in card for one in plain["provenance"]["sources"])
    list_ = written(tmp_path / "list.csv", HEADERS, [row(one, at) for at, one in enumerate(crowd(0.25, 300))])
    code, said, _ = run("score", "fake-followers", list_, "--out", "out.csv", "--model", "m.json")
    assert code == 0
    _, low, high = share_of(said)
    assert low <= 25 <= high

    plain["sums"]["posts"]["intercept"] += 1
    (tmp_path / "m.json").write_text(json.dumps(plain))
    code, _, wrong = run("score", "fake-followers", list_, "--out", "out2.csv", "--model", "m.json")
    assert code == 1
    assert "SHA-256" in wrong
    assert not (tmp_path / "out2.csv").exists()


def test_what_cannot_be_learned_from_is_refused(run: Run, tmp_path: Path) -> None:
    first = forms(tmp_path)[0]
    other = written(tmp_path / "other.csv", ["a", "fake"], [["1", "1"]])
    lines = first.read_text().splitlines()
    bad = tmp_path / "bad.csv"
    bad.write_text("\n".join([lines[0], "x" + lines[1], *lines[2:]]))
    one_kind = tmp_path / "one_kind.csv"
    one_kind.write_text("\n".join(lines[:20]))
    for files, said in (
        ([other], "other.csv is none of the sets"),
        ([bad], "bad.csv, line 2: “x"),
        ([one_kind], "one_kind.csv holds only"),
        ([first, first], "is a second file of the set ijece"),
        ([tmp_path / "gone.csv"], "gone.csv"),
    ):
        code, _, wrong = run("train", "fake-followers", *files)
        assert code == 1
        assert said in wrong.replace("\n", " ")
        assert not (tmp_path / "fake-followers.json").exists()


def test_nothing_heavy_is_imported_to_start() -> None:
    import subprocess
    import sys

    code = (
        "import sys, bot.cli; bot.cli.command_line();"
        "print([n for n in ('numpy', 'sklearn', 'scoring.follower_training') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    assert any(group.name == "score" for group in app.registered_groups)
