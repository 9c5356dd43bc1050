"""Whole files: encodings, delimiters, damage, and that every record is accounted for."""

from __future__ import annotations

import csv
import io
import time
from datetime import date

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.core.candidate_file import (
    CandidateFile,
    CandidateFileError,
    NoHandleColumn,
    NoRows,
    ParsedRow,
    find_duplicates,
    read_candidate_file,
    read_mapping,
)
from bot.core.csv_text import FileBinary

BASIC = "handle,name,country,followers\nana,Ana Lima,Brazil,12.5K\nboris,Борис Ёлкин,Россия,84000\n"


def read(text: str, **options: object) -> CandidateFile:
    return read_candidate_file(text.encode(), **options)  # type: ignore[arg-type]


def one(header: str, cells: str) -> ParsedRow:
    found = read(f"handle,{header}\nana,{cells}\n")
    assert found.rejected == ()
    return found.rows[0]


def fails(data: bytes, code: str, **options: object) -> CandidateFileError:
    with pytest.raises(CandidateFileError) as caught:
        read_candidate_file(data, **options)  # type: ignore[arg-type]
    assert caught.value.code == code
    return caught.value


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_delimiters_and_line_ends(encoding: str, mark: str, end: str) -> None:
    found = read_candidate_file(BASIC.replace(",", mark).replace("\n", end).encode(encoding))
    assert found.delimiter == mark
    assert found.encoding in {"utf-8", "utf-16"}
    assert [(r.line, r.handle, r.name, r.country, r.followers) for r in found.rows] == [
        (2, "ana", "Ana Lima", "BR", 12_500),
        (3, "boris", "Борис Ёлкин", "RU", 84_000),
    ]


def test_old_encodings_are_guessed_and_said() -> None:
    russian = read_candidate_file("ник;имя;страна;подписчики\nana;Анна Ёлкина;Россия;84 000\n".encode("cp1251"))
    assert (russian.encoding, russian.rows[0].name, russian.rows[0].country, russian.rows[0].followers) == (
        "cp1251",
        "Анна Ёлкина",
        "RU",
        84_000,
    )
    latin = read_candidate_file("usuário;nome;país;seguidores\njoao;João Conceição;Brasil;84.000\n".encode("cp1252"))
    assert (latin.encoding, latin.rows[0].name, latin.rows[0].followers) == ("cp1252", "João Conceição", 84_000)
    assert latin.warnings[0].code == russian.warnings[0].code == "encoding_guessed"


@pytest.mark.parametrize("encoding", ["cp949", "utf-8-sig"])
def test_a_korean_list_as_a_spreadsheet_there_saves_it(encoding: str) -> None:
    found = read_candidate_file(
        "번호,이름,아이디,플랫폼,국가,팔로워 수,참여율(%),카테고리,단가(원)\n"
        '1,김민지,@minji.kim,인스타그램,대한민국,12.3만명,14.6,뷰티,"1,500,000"\n'
        "2,박서준,@seo.park,유튜브,한국,1.2억,3,패션,200만원\n".encode(encoding)
    )
    assert found.encoding == encoding.removesuffix("-sig")
    assert [(r.handle, r.name, r.platform, r.country, r.followers, r.fee, r.currency) for r in found.rows] == [
        ("minji.kim", "김민지", "instagram", "KR", 123_000, 1_500_000, "KRW"),
        ("seo.park", "박서준", "youtube", "KR", 120_000_000, 2_000_000, "KRW"),
    ]
    assert [r.engagement_rate for r in found.rows] == pytest.approx([0.146, 0.03])


def test_what_is_not_korean_is_not_read_as_korean() -> None:
    for text, encoding in (
        ("ник;имя;страна\nana;АННА БАГДАСАРЯН;РОССИЯ\nivan;ИВАН ВЕЗИГИН;РОССИЯ\n", "cp1251"),
        ("usuário;nome;país\njoao;JOÃO CONCEIÇÃO;BRASIL\n", "cp1252"),
        ("handle;ВК\nana;5\n", "cp1251"),
        ("ИД;handle\n1;ana\n", "cp1251"),
    ):
        assert read_candidate_file(text.encode(encoding)).encoding == encoding


def test_a_price_is_known_by_its_currency() -> None:
    (row,) = read("handle,followers,country,Rate (USD)\nana,5000,BR,1200\n").rows
    assert (row.fee, row.currency) == (1200, "USD")
    (row,) = read("usuario;seguidores;país;presupuesto;precio\nana;5000;Brasil;1000;400\n").rows
    assert row.fee == 400
    (row,) = read("handle,followers,country,Real rate,Post rate\nana,5000,BR,0.3,0.02\n").rows
    assert row.fee is None
    (row,) = read("usuário;seguidores;país;Cachê (R$)\nana;5000;Brasil;1.200\n").rows
    assert (row.fee, row.currency) == (1200, "BRL")


def test_one_cut_character_does_not_change_the_encoding() -> None:
    found = read_candidate_file((BASIC + "vera,Вера Белова,Россия,1").encode() + b"\xd0")
    assert (found.encoding, found.warnings[0].code) == ("utf-8", "encoding_damaged")
    assert found.rows[1].name == "Борис Ёлкин"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file_empty"), (b" \n\n", "file_empty"), (b"\xef\xbb\xbf", "file_empty"), (b"\x00" * 50, "file_empty"),
        (b"PK\x03\x04rest", "file_binary"), (b"%PDF-1.7", "file_binary"), (b"handle\x00name", "file_binary"),
        (bytes(range(1, 32)) * 9, "file_binary"),
        ("ник;имя\nanna;Анна Ёлкина из далёкого города\n".encode("koi8-r"), "file_encoding"),
        (bytes(range(128, 256)) * 3, "file_encoding"),
        (b"handle,name\n", "no_rows"), (b"colour,size\nlight red,7\ndark blue,8\n", "no_handle_column"),
        (b"Name\nAna Lima\nBia Souza\n", "no_handle_column"),
    ],
)  # fmt: skip
def test_files_that_cannot_be_read(data: bytes, code: str) -> None:
    fails(data, code)


def test_an_excel_file_is_called_one_and_a_large_file_is_not_read() -> None:
    assert fails(b"PK\x03\x04", "file_binary").params == {"kind": "excel"}
    assert fails(b"x" * 11, "file_too_large", max_bytes=10).params == {"unit": "bytes", "size": 11, "limit": 10}
    assert fails(b"handle\n" + b"a\n" * 250_001, "file_too_large").params["unit"] == "records"


def test_every_record_is_a_row_or_rejected_with_its_line() -> None:
    found = read(
        'handle,name,followers\n\nana,"Ana\nLima",5\n,Nobody,7\n=HYPERLINK("x"),Evil,7\nbia,Bia,7,extra\n,,\n'
        "handle,name,followers\ncaio,Caio,8,,\nhttps://example.com/x,X,1\n"
    )
    assert [(r.line, r.handle, r.name) for r in found.rows] == [(3, "ana", "Ana Lima"), (10, "caio", "Caio")]
    assert [(r.line, r.code) for r in found.rejected] == [
        (5, "no_handle"), (6, "handle_is_formula"), (7, "too_many_cells"), (9, "repeated_header"),
        (11, "handle_is_other_link"),
    ]  # fmt: skip
    assert found.rejected[2].params == {"cells": 4, "columns": 3}
    assert (found.records, found.blank) == (7, 2)


def test_a_quote_left_open_costs_its_own_record_only() -> None:
    found = read('handle,name,followers\nana,"Ana,1\nbia,Bia,2\ncaio,Caio,3\n')
    assert [(r.line, r.handle) for r in found.rows] == [(3, "bia"), (4, "caio")]
    assert [(r.line, r.code) for r in found.rejected] == [(2, "broken_quotes")]
    assert (
        len(read("handle,name\n" + 'ana,"open\n' * 301).rejected)
        + len(read("handle,name\n" + 'ana,"open\n' * 301).rows)
        > 0
    )


def test_the_header_need_not_come_first_and_may_be_missing() -> None:
    found = read("Export of our list\n\n" + BASIC)
    assert (found.header_line, [r.line for r in found.rows], found.warnings[0].code) == (
        3,
        [4, 5],
        "lines_before_header",
    )
    bare = read("ana.b,12K\nbia_c,13K\ncaio.d,9K\n")
    assert (bare.header_line, [r.handle for r in bare.rows], bare.rows[0].followers) == (
        None,
        ["ana.b", "bia_c", "caio.d"],
        None,
    )
    assert read("sep=;\nhandle;followers\nana;1,5\n").delimiter == ";"


def test_what_cannot_be_read_is_missing_and_noted() -> None:
    rows = read(
        "handle,country,followers,avg views\na1,Spain,10M,5\na2,Brazil,10M,6\na3,Peru,-5,7\na4,0,lots,8\n"
        "a5,10.2M,=1+1,#REF!\na6,Atlantis,N/A',-\na7,Chile,9E12,1\na8,Italy,5,2\na9,France,5,3\nb1,India,5,3\nb2,Japan,5,3\n"
        "b3,Spain,5,4\nb4,Spain,9,5\nb5,Spain,5,6\n"
    ).rows
    assert [(n.code, n.field, n.value) for r in rows for n in r.notes] == [
        ("negative", "followers", "-5"), ("number_in_country", "country", "0"), ("unreadable", "followers", "lots"),
        ("number_in_country", "country", "10.2M"), ("formula", "followers", "=1+1"),
        ("sheet_error", "avg_views", "#REF!"),
        ("unknown_country", "country", "Atlantis"), ("too_large", "followers", "9E12"),
    ]  # fmt: skip
    assert [r.followers for r in rows][2:7] == [None] * 5
    assert [r.country for r in rows][3:6] == [None] * 3


def test_of_two_columns_the_exact_number_counts_and_a_sum_over_nothing_does_not() -> None:
    rows = read(
        "handle,likes avg,likes avg\na1,1.2K,1234\na2,,0\na3,3K,#VALOR!\na4,N/A',#VALOR!\na5,0,0\na6,2K,9000\n"
        + "".join(f"b{i},5K,5000\n" for i in range(40))
    ).rows
    assert [r.avg_likes for r in rows[:6]] == [1234, None, 3000, None, 0, None]
    assert [n.code for r in rows for n in r.notes] == ["pair_disagrees"]


def test_the_optional_columns() -> None:
    row = one(
        "fee (EUR),referred by,strategic,past outcome,contact notes,email,measured on,brand safety,credibility %,"
        "growth 90d,audience BR %,audience PT %,AI verdict,AI risk",
        '"1.500,50",Zoë,yes,above plan,call first,ana@example.com,2024-05-01,'
        '"politics, alcohol",87.5,12%,71,5,proceed,0.3',
    )
    assert (row.fee, row.currency, row.referred_by, row.strategic, row.past_outcome) == (
        1500.5,
        "EUR",
        "Zoë",
        True,
        "above_plan",
    )
    assert (row.contact, row.measured_on, row.brand_safety) == (
        "call first; ana@example.com",
        date(2024, 5, 1),
        ("politics", "alcohol"),
    )
    assert row.credibility == pytest.approx(0.875)
    assert row.growth_90d == pytest.approx(0.12)
    assert row.audience == pytest.approx({"BR": 0.71, "PT": 0.05})
    assert (row.ai_verdict, row.ai_risk, row.notes) == ("proceed", 0.3, ())


def test_scales_are_decided_per_column() -> None:
    rows = read("handle,ER,credibility\na,0.4,0.9\nb,3.1,0.8\n").rows
    assert [r.engagement_rate for r in rows] == [pytest.approx(0.004), pytest.approx(0.031)]
    assert [r.credibility for r in rows] == [0.9, 0.8]


def test_russian_and_spanish_files() -> None:
    russian = read(
        "Ник;Имя;Страна аудитории;Подписчики;Средние просмотры;ER, %;Гонорар\n"
        "anna_e;Анна;Казахстан;1,2 млн;45 тыс.;3,4;50 000 ₽\n"
    ).rows[0]
    assert (russian.audience_country, russian.followers, russian.avg_views, russian.fee, russian.currency) == (
        "KZ",
        1_200_000,
        45_000,
        50_000,
        "RUB",
    )
    assert russian.engagement_rate == pytest.approx(0.034)
    spanish = read(
        "Usuario,Nombre completo,País,Seguidores,Likes promedio\n@lola,Lola Paz,España,1.200.300,3 mil\n"
    ).rows[0]
    assert (spanish.handle, spanish.name, spanish.country, spanish.followers, spanish.avg_likes) == (
        "lola",
        "Lola Paz",
        "ES",
        1_200_300,
        3000,
    )


def test_addresses_give_handle_and_platform() -> None:
    found = read(
        "Full name,Link\nAna Lima,https://instagram.com/ana.l\nBia,https://www.tiktok.com/@bia\nX,https://example.com/x\n",
        platform="youtube",
    )
    assert [(r.handle, r.platform, r.name) for r in found.rows] == [
        ("ana.l", "instagram", "Ana Lima"),
        ("bia", "tiktok", "Bia"),
        ("X", "youtube", "X"),
    ]


def test_a_youtube_name_stands_in_for_a_missing_handle_and_an_instagram_one_does_not() -> None:
    text = "username,full name\nana,Ana Lima\n,Bia Souza\n"
    assert [r.handle for r in read(text, platform="youtube").rows] == ["ana", "Bia Souza"]
    assert [r.code for r in read(text, platform="instagram").rejected] == ["no_handle"]
    assert [r.code for r in read("username\nana\nbia\ncaio\nAna Lima\n", platform="tiktok").rejected] == [
        "handle_has_spaces"
    ]


def test_a_name_stays_plain_text() -> None:
    assert one("name", "<!channel>\u202e hi").name == "<!channel> hi"


def test_overrides() -> None:
    text = "who,what,Followers\nana,Bia Souza,5K\ncaio,Dora Reis,6K\n"
    found = read(text, overrides={"WHO": "handle", "#2": "name", "followers": "ignore"})
    assert [(r.handle, r.name, r.followers) for r in found.rows] == [
        ("ana", "Bia Souza", None),
        ("caio", "Dora Reis", None),
    ]
    for overrides, problem in (
        ({"nope": "name"}, "unknown_column"),
        ({"#9": "name"}, "unknown_column"),
        ({"who": "shoe"}, "unknown_field"),
    ):
        assert fails(text.encode(), "bad_mapping_file", overrides=overrides).params["problem"] == problem


def test_a_mapping_file_is_json_or_lines() -> None:
    assert (
        read_mapping(b'{"Who": "handle", "#2": "ignore"}')
        == read_mapping(b"Who = handle\n\n#2=ignore\n")
        == {"Who": "handle", "#2": "ignore"}
    )
    for data in (b"", b"{", b'{"a": 1}', b"no equals sign", b"PK\x03\x04", b"= handle"):
        with pytest.raises(CandidateFileError) as caught:
            read_mapping(data)
        assert caught.value.code == "bad_mapping_file"


def test_duplicates_are_by_platform_and_handle() -> None:
    rows = read("handle,platform\nAna,IG\nana,TikTok\n@ANA,instagram\nbia,IG\ninstagram.com/ana,\n").rows
    assert find_duplicates(rows) == {2: 0, 4: 0}


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400))
@example(b"\xff\xfe\x00")
@example(b'"')
@example(b"handle\r\r\n\x0c\x85")
def test_arbitrary_bytes_raise_nothing_else(data: bytes) -> None:
    for blob in (data, b"handle,followers,country\n" + data):
        try:
            found = read_candidate_file(blob)
        except CandidateFileError:
            continue
        assert len(found.rows) + len(found.rejected) == found.records


CELL = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["", "ana", "@bia", "5K", "-", "#VALOR!", "=1", "Spain", "a\nb", 'q"q', "a,b", "9.4%", "x" * 150]),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.lists(CELL, min_size=1, max_size=6), min_size=1, max_size=12))
def test_accounting_always_sums(records: list[list[str]]) -> None:
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow(["handle", "name", "country", "followers"])
    writer.writerows(records)
    try:
        found = read_candidate_file(out.getvalue().replace("\x00", "").encode("utf-8-sig", "ignore"))
    except (NoRows, NoHandleColumn, FileBinary):
        return
    assert len(found.rows) + len(found.rejected) == found.records
    assert found.records + found.blank == len(records) or found.header_line != 1
    assert all(r.country is None or (len(r.country) == 2 and r.country.isalpha()) for r in found.rows)


def test_a_thousand_rows_are_quick() -> None:
    rows = "".join(f"user.{i},Name {i},Brazil,{i / 10:.1f}K,{i * 100},{i % 9}.{i % 7}%\n" for i in range(1000))
    start = time.perf_counter()
    found = read("handle,name,country,followers,followers,ER\n" + rows)
    assert len(found.rows) == 1000
    assert time.perf_counter() - start < 2  # a bound against accidents; usually a tenth of that
