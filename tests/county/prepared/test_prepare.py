"""`gridapp county prepare`: a list in, a file for each laptop out, or nothing."""

import csv
import json

import pytest
from click.testing import CliRunner
from openpyxl import Workbook

from gridapp.cli import main
from gridapp.county import codes, upkeep
from gridapp.models import Grid
from gridapp.sync import enrolment_file, pin
from tests.county.conftest import GRID, OTHER
from tests.county.prepared.conftest import URL

HEADINGS = ["序号", "姓名*", "网格编码", "网格名称", "岗位", "联系电话"]


@pytest.fixture
def run(county_folder, tmp_path):
    def run(file, *words, url=URL, out=tmp_path / "files"):
        place = ["--data", county_folder, "--url", url, "--out", out]
        command = ["county", "prepare", file, *place, *words]
        return CliRunner().invoke(main, [str(word) for word in command])

    return run


def waiting(county_folder):
    with upkeep.opened(county_folder) as county:
        return codes.open_codes(county), upkeep.list_records(county, Grid)


def test_a_list_as_people_write_it_makes_a_file_for_each_laptop(
    run, table, county_folder, tmp_path
):
    done = run(
        table(
            ["2026年网格员名单"],
            HEADINGS,
            ["1", "王秀兰", GRID, "第1网格", "网格员", "13800001111"],
            ["2", "李主任", f"{GRID}、{OTHER}", "", "网格长", ""],
            ["", "", "", "", "", ""],
        ),
        "--pins",
        tmp_path / "口令.csv",
    )

    assert done.exit_code == 0, done.output
    files = sorted((tmp_path / "files").iterdir())
    assert [one.name for one in files] == [
        f"{GRID}-李主任.gridpkg",
        f"{GRID}-王秀兰.gridpkg",
    ]
    said = enrolment_file.read(files[1]).said
    assert (said.worker, said.grids) == ("王秀兰", [(GRID, "第1网格")])
    text = (tmp_path / "口令.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(text.splitlines()))
    assert [row["姓名"] for row in rows] == ["王秀兰", "李主任"]
    for row, file in zip(rows, reversed(files), strict=True):
        number = pin.checked(row["登记口令"])
        assert number.encode() not in file.read_bytes()
        assert number not in done.output
    assert len(waiting(county_folder)[0]) == 2


def test_problems_are_told_row_by_row_and_nothing_is_made(
    run, table, county_folder, tmp_path
):
    done = run(
        table(
            HEADINGS,
            ["1", "王秀兰", GRID, "第1网格", "网格员", "13800001111"],
            ["2", "李主任", "", "", "网格长", ""],
            ["3", "周敏", "9901#", "", "", ""],
        )
    )

    assert done.exit_code == 1
    assert "第 3 行：请至少写一个网格编码" in done.output
    assert "第 4 行：网格编码“9901#”不对" in done.output
    assert waiting(county_folder) == ([], [])
    assert [one.name for one in tmp_path.iterdir() if "files" in one.name] == []


def test_a_cell_that_cannot_be_meant_is_told_before_the_county_is_asked(run, table):
    done = run(
        table(
            HEADINGS,
            ["1", "王秀兰", GRID, "", "队长", ""],
            ["2", "", GRID, "", "", "13800001111"],
        )
    )

    assert done.exit_code == 1
    assert "第 2 行：" in done.output
    assert "第 3 行：请写明工作人员的姓名" in done.output


def test_numbers_never_lie_beside_the_files(run, table, tmp_path):
    file = table(HEADINGS, ["1", "王秀兰", GRID, "", "", ""])
    inside = run(file, "--pins", tmp_path / "files" / "口令.csv")
    assert inside.exit_code == 1
    assert "不要和登记文件放在一个文件夹" in inside.output
    assert not (tmp_path / "files").exists()


def test_a_file_that_works_alone_works_for_a_week_at_most(run, table, county_folder):
    file = table(HEADINGS, ["1", "王秀兰", GRID, "", "", ""])
    assert "最多 7 天" in run(file, "--no-pin", "--days", "8").output
    done = run(file, "--no-pin", "--json")
    [made] = json.loads(done.stdout)
    assert made["pin"] == ""
    assert len(waiting(county_folder)[0]) == 1
    again = run(file, "--no-pin")
    assert "已经有东西" in again.output


def test_a_file_takes_the_name_of_its_computer_where_the_list_has_it(
    run, table, tmp_path
):
    rows = ["姓名", "网格编码", "计算机名"], ["王秀兰", GRID, "PC-017"]
    assert run(table(*rows), "--no-pin").exit_code == 0
    assert [one.name for one in (tmp_path / "files").iterdir()] == ["PC-017.gridpkg"]


def test_full_width_codes_are_read(run, table, tmp_path):
    wide = GRID.translate({ord(one): ord(one) + 0xFEE0 for one in "0123456789"})
    headings = ["姓名", "网格编码", "计算机名"]
    done = run(table(headings, ["王秀兰", wide, "ＰＣ－０１７"]), "--no-pin")
    assert done.exit_code == 0, done.output
    [file] = (tmp_path / "files").iterdir()
    assert file.name == "PC-017.gridpkg"
    assert [code for code, _ in enrolment_file.read(file).said.grids] == [GRID]


def test_a_computer_is_of_one_row(run, table, tmp_path):
    headings = ["姓名", "网格编码", "计算机名"]
    rows = ["王秀兰", GRID, "PC-201"], ["李主任", GRID, "pc-201"]

    done = run(table(headings, *rows))

    assert done.exit_code == 1
    assert "第 3 行：计算机名 pc-201 和第 2 行相同" in done.output
    assert not (tmp_path / "files").exists()


def test_a_grid_that_the_list_calls_otherwise_is_asked_about(run, table):
    headings = ["姓名", "网格编码", "网格名称"]
    rows = ["王秀兰", GRID, "第1网格"], ["李主任", GRID, "第2 网格"]

    done = run(table(headings, *rows))

    assert done.exit_code == 1
    assert f"第 3 行：网格 {GRID} 在县里叫“第1网格”，名单里写的是“第2 网格”" in (
        done.output
    )


def test_new_grids_are_told_and_a_total_is_no_laptop(run, table):
    headings = ["序号", "姓名", "网格编码", "电话"]

    done = run(table(headings, ["1", "王秀兰", GRID, ""], ["合计", "", "", "1台"]))

    assert done.exit_code == 0, done.output
    assert f"新建了网格：{GRID}，请核对编码" in done.output


def test_all_that_is_wrong_is_told_at_once(run, table):
    headings = ["姓名", "网格编码", "计算机名", "岗位", "手机号码"]
    rows = ["王秀兰", "9901#", "CON", "队长", "1"], ["", GRID, "PC-2", "", ""]

    done = run(table(headings, *rows, ["李主任", "", "PC-2", "", ""]))

    told = done.output.splitlines()
    rows_told = [line[2] for line in told[1:]]
    assert rows_told == ["2", "2", "2", "2", "3", "4", "4"]
    for words in ("手机号码", "队长", "CON", "9901#", "姓名", "和第 3 行相同"):
        assert sum(words in line for line in told) == 1


@pytest.mark.parametrize(
    "rows",
    [
        [["姓名", "网格名称"], ["王秀兰", "第1网格"]],
        [["姓名", "网格", ""], ["", "编码", "名称"], ["王秀兰", GRID, "第1网格"]],
    ],
    ids=["missing", "on two levels"],
)
def test_a_list_without_a_column_of_grids_is_told_in_one_sentence(run, table, rows):
    done = run(table(*rows))
    assert done.exit_code == 1
    [line] = done.output.splitlines()
    assert "没有“网格编码”或“区划代码”这一列" in line
    assert "合成一行" in line


def test_of_two_columns_that_mean_the_same_none_is_taken(run, table, county_folder):
    done = run(table(["姓名", "网格编码", "网格员"], ["王秀兰", GRID, "李主任"]))
    assert done.exit_code == 1
    assert "第 1 列“姓名”、第 3 列“网格员”是同一个意思" in done.output
    assert waiting(county_folder) == ([], [])


def test_columns_of_many_values_are_joined_in_their_order(run, table, county_folder):
    """电话 and 手机号 were refused as two columns of one meaning."""
    headings = ["姓名", "电话", "网格编码", "手 机 号*", "网格号"]
    wang = ["王秀兰", "0951-2000001", GRID, "１３８００００１１１１", OTHER]
    li = ["李主任", "13800002222/0951-2000001", GRID, "13800002222", GRID]
    third = ["赵敏", "无", GRID, "", ""]

    done = run(table(headings, wang, li, third), "--json")

    assert done.exit_code == 0, done.output
    made = {one["worker"]: one for one in json.loads(done.stdout)}
    assert made["王秀兰"]["phones"] == "0951-2000001 13800001111"
    assert made["李主任"]["phones"] == "13800002222 0951-2000001"
    assert made["赵敏"]["phones"] == ""
    assert made["王秀兰"]["grid"] == f"{GRID}、{OTHER}"
    assert made["李主任"]["grid"] == GRID
    assert waiting(county_folder)[0]


def test_of_two_columns_of_telephones_the_damaged_one_is_named(run, table):
    headings = ["姓名", "网格编码", "电话", "手机号"]
    rows = ["王秀兰", GRID, "13800001111", ""], ["李主任", GRID, "", "1380000111"]

    done = run(table(headings, *rows))

    assert done.exit_code == 1
    assert "第 3 行：“手机号”：" in done.output


def test_somebody_of_a_grid_with_an_area_alone_is_told_what_to_write(run, table):
    """The list has no --grid; the sentence spoke of it."""
    headings = ["姓名", "区划代码", "网格编码"]

    done = run(table(headings, ["王秀兰", GRID[:12], ""]))

    assert done.exit_code == 1
    assert "--grid" not in done.output
    assert f"去掉区划代码 {GRID[:12]}，写明负责的网格编码" in done.output


def test_another_sheet_may_be_the_list(run, tmp_path):
    book = Workbook()
    book.active.append(["姓名", "岗位"])
    sheet = book.create_sheet("电脑")
    sheet.append(["姓名", "网格编码"])
    sheet.append(["王秀兰", GRID])
    book.save(tmp_path / "名单.xlsx")
    assert run(tmp_path / "名单.xlsx").exit_code == 0


def test_numbers_that_cannot_be_kept_are_shown(run, table, tmp_path):
    """The files are made by then, and nobody can have the numbers again."""
    pins = tmp_path / ("口" * 82 + ".csv")  # 250 bytes: no room for an unfinished one
    done = run(table(["姓名", "网格编码"], ["王秀兰", GRID]), "--pins", pins)
    assert "只显示这一次" in done.stderr
    [line] = done.stdout.splitlines()
    pin.checked(line.split("\t")[-1])


def test_a_text_that_is_called_a_workbook_is_no_table(run, tmp_path):
    file = tmp_path / "名单.xlsx"
    file.write_text("各位领导：名单随后发来。", "utf-8")
    assert "“名单.xlsx”不是表格" in run(file).output


def test_a_folder_that_cannot_be_made_is_called_as_it_was_given(run, table, tmp_path):
    (tmp_path / "a file").touch()
    out = tmp_path / "a file" / "files"

    done = run(table(["姓名", "网格编码"], ["王秀兰", GRID]), out=out)

    assert done.exit_code == 1
    assert f"文件夹 {out} 建不了" in done.output


def test_an_address_that_nothing_encrypts_is_taken_with_a_warning(run, table):
    file = table(["姓名", "网格编码"], ["王秀兰", GRID])
    assert "不加密" not in run(file, "--days", "99").output
    done = run(file, url="http://10.0.0.1:8700")
    assert done.exit_code == 0
    assert "注意：http://10.0.0.1:8700 不加密" in done.stderr


def test_a_second_file_for_one_person_is_told(run, table):
    done = run(table(["姓名", "网格编码"], ["王秀兰", GRID], ["王秀兰", GRID]))
    assert done.exit_code == 0
    told = [line for line in done.stderr.splitlines() if "又一台" in line]
    assert [line[:9] for line in told] == ["第 3 行的王秀兰"[:9]]
