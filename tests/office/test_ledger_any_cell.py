"""Whatever stands in a ledger, an import ends in states of rows, never in a crash."""

import datetime as dt

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gridapp.office.ledgers.cell_reader import CellReader
from gridapp.office.ledgers.columns import IGNORED, chosen_path, paths
from gridapp.office.ledgers.known import TABLES as NAMES
from gridapp.office.ledgers.known import Known
from gridapp.office.ledgers.planner import Planner
from gridapp.office.ledgers.problems import ERROR, NEW, STATES
from gridapp.office.ledgers.rows import read_rows
from gridapp.office.tables.headers import Column, Header
from gridapp.office.tables.reader import RawSheet

TODAY = dt.date(2026, 11, 23)
CONTACT = ("contact.1.name", "contact.1.phones", "contact.1.relation")
UNSLOTTED = {"contact.name", "contact.phones", "contact.relation"}
PATHS = tuple(sorted({*paths(), *CONTACT} - {IGNORED, *UNSLOTTED}))
WORDS = (
    *("同上", "合计", "3号楼", "无", "√", "×", "#REF!", "户主", "妻", "□", "3-2-501"),
    *(
        "王五（户主）",
        "张三(亡)",
        "990101193807151219",
        "9.9E+17",
        "13800000001/1",
        "一",
    ),
    *("初八", "独居、低保", "长子王大13800000003", "=1+1", "\u200b", "馬", "𬭎", " "),
)
cells = st.one_of(
    st.none(),
    st.sampled_from(WORDS),
    st.text(max_size=12),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.timedeltas(),
)
HEADER = Header(
    0, 0, tuple(Column(n, path, path) for n, path in enumerate(("name", *PATHS)))
)


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(
        st.lists(cells, min_size=len(PATHS) + 1, max_size=len(PATHS) + 1), max_size=3
    )
)
def test_any_cells_are_read_and_planned(lines):
    sheet = RawSheet("表", [["姓名"], *lines])
    rows = list(read_rows(sheet, HEADER, CellReader(TODAY, {})))
    planner = Planner(Known({name: {} for name in NAMES}), TODAY)
    states = [(one.row, one.state) for one in planner.plan(rows, {})]
    assert {state for _, state in states} <= set(STATES)
    new = [row for row, state in states if state == NEW]
    assert len(planner.writes.inserts["resident"]) == len(new)
    assert all(row.errors for row, state in states if state == ERROR)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(PATHS), cells)
def test_one_odd_cell_beside_a_good_name(path, cell):
    header = Header(0, 0, (Column(0, "姓名", "name"), Column(1, path, path)))
    sheet = RawSheet("表", [["姓名", path], ["王五", cell]])
    rows = list(read_rows(sheet, header, CellReader(TODAY, {})))
    planner = Planner(Known({name: {} for name in NAMES}), TODAY)
    for one in planner.plan(rows, {}):
        assert one.state in STATES
        remarks = (*one.row.warnings, *one.row.errors)
        assert all(problem.message for problem in remarks)


def test_paths_are_chosen_by_their_own_name():
    assert all(chosen_path(path) == path for path in PATHS)
