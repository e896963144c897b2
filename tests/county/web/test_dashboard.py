"""What officials see of the grids in a browser, and who sees nothing."""

import datetime as dt
import io
import json
import re
import shutil
import sys
from uuid import UUID

import httpx
import openpyxl
import pytest
from click.testing import CliRunner
from sqlalchemy import delete, select, update

from gridapp.cli import main
from gridapp.cli.county_access import told
from gridapp.county import access, app, attempts, browsers, codes, upkeep, workers
from gridapp.county.serving import Options
from gridapp.county.tables import attempt, device, enrolment
from gridapp.county.web import figures, pages
from gridapp.county.web.figures import Period
from gridapp.errors import UserError
from gridapp.models.kinds import now
from tests.county.caller import Caller, direct
from tests.county.web.filled import (
    COUNTY,
    GRIDS,
    MARK,
    NUMBER,
    OTHER_TOWN,
    PHONE,
    TOWN,
    WORDS,
    World,
)

# What the database has no part in is tried on one of them.
one_database = pytest.mark.parametrize("county_template", ["sqlite"], indirect=True)


@pytest.fixture(scope="module")
def world():
    return World(GRIDS, seed=7, people=12)


@pytest.fixture(scope="module")
def shared(county_template, world, tmp_path_factory):
    """A server with records; its browsers and laptops are each test's own."""
    folder = tmp_path_factory.mktemp("shared") / "county"
    shutil.copytree(county_template[0], folder)
    with upkeep.opened(folder) as county:
        world.fill(county, **WORDS)
        with app.running(folder) as url:
            yield county, url


@pytest.fixture
def filled(shared):
    county, _ = shared
    with county.writing() as db:
        db.execute(delete(attempt))
    return county


@pytest.fixture
def url(shared):
    return shared[1]


@pytest.fixture
def browser(url):
    """Makes a browser; with a code it has gone in."""
    opened = []

    def make(code=None, **headers):
        one = httpx.Client(base_url=url, headers={"origin": url} | headers)
        opened.append(one)
        if code:
            assert enter(one, code).status_code == 303
        return one

    yield make
    for one in opened:
        one.close()


def enter(one, code):
    return one.post("/web/enter", data={"code": code})


def invited(county, role="county", area=COUNTY, grids=(), worker="赵主任"):
    return browsers.invite(county, grids, worker, role, area=area).code


def rows(page):
    """What stands in the table, by the name in front: one list of texts a row."""
    found = re.findall(r'<th scope="row"[^>]*>(.*?)</th>(.*?)</tr>', page, re.DOTALL)
    return {
        re.sub("<[^>]*>", "", name).strip(): re.findall(r"<td[^>]*>(.*?)</td>", cells)
        for name, cells in found
    }


@one_database
def test_the_county_sees_its_towns_and_goes_down_to_a_grid(filled, world, browser):
    one = browser(invited(filled))

    page = one.get("/", follow_redirects=True).text
    town = one.get("/web/", params={"area": TOWN, "period": "year"}).text
    community = one.get("/web/", params={"area": f"{TOWN}001"}).text

    assert {"金山街道 3 个网格", "柳河镇 1 个网格", "合计 4 个网格"} == set(rows(page))
    assert {"槐荫社区 2 个网格", "河湾社区 1 个网格", "合计 3 个网格"} == set(
        rows(town)
    )
    year = [world.counted(code, Period.YEAR) for code in GRIDS[:3]]
    for at, name in enumerate(
        ("households", "residents", "owed", "overdue", "visits", "calls", "patrols")
    ):
        assert rows(town)["合计 3 个网格"][at] == str(sum(x[name] for x in year))
    assert "槐树格" in rows(community)
    assert "关爱对象超期未联系" in page


@one_database
def test_nobody_sees_a_grid_outside_their_area(filled, browser):
    town = browser(invited(filled, "town", OTHER_TOWN, worker="孙镇长"))
    leader = browser(invited(filled, "leader", None, [GRIDS[0]], worker="周格长"))

    for one, mine, others in (
        (town, "柳条格", ("槐树格", "金山", "script", "=1+1", TOWN)),
        (leader, "槐树格", ("柳条格", "柳河", "script", "=1+1", OTHER_TOWN)),
    ):
        for area in ("", TOWN, OTHER_TOWN, COUNTY, "%", "' OR 1=1"):
            page = one.get("/web/", params={"area": area}).text
            assert not [word for word in others if word in page]
        for area in ("", others[-1]):
            book = one.get("/web/figures.xlsx", params={"area": area}).content
            cells = str(list(openpyxl.load_workbook(io.BytesIO(book)).active.values))
            assert not [word for word in others if word in cells]
        assert mine in one.get("/web/").text


@one_database
def test_no_page_and_no_file_says_anything_of_a_person(filled, browser):
    one = browser(invited(filled))

    for period in Period:
        for area in ("", TOWN, f"{TOWN}001", GRIDS[0]):
            asked = {"period": period.value, "area": area}
            page = one.get("/web/", params=asked)
            assert page.status_code == 200
            for word in (MARK, MARK[:3], PHONE, NUMBER, "赵主任"):
                assert word not in page.text
    book = one.get("/web/figures.xlsx").content
    cells = str(list(openpyxl.load_workbook(io.BytesIO(book)).active.values))
    assert not [word for word in (MARK, PHONE, NUMBER, "赵主任") if word in cells]


@one_database
def test_the_excel_file_has_the_figures_of_each_grid_and_runs_nothing(
    filled, world, browser
):
    one = browser(invited(filled))

    answer = one.get("/web/figures.xlsx", params={"period": "year"})
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    heading, *lines = list(sheet.values)
    found = {line[3]: dict(zip(heading, line, strict=True)) for line in lines[:4]}

    assert "attachment" in answer.headers["content-disposition"]
    for code in GRIDS:
        counted = world.counted(code, Period.YEAR)
        assert found[code]["底数：人数"] == counted["residents"]
        assert found[code]["关爱：超期未联系"] == counted["overdue"]
        assert found[code]["问题工单：办结天数"] == counted["days"]
    assert found[GRIDS[2]]["网格"] == "=1+1"
    assert sheet.cell(4, 3).data_type == "s"


@one_database
def test_a_grid_whose_name_is_a_script_is_only_read(filled, browser):
    page = browser(invited(filled)).get("/web/", params={"area": f"{TOWN}001"}).text

    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


@one_database
def test_a_code_works_once_and_each_refusal_says_what_to_do(filled, browser):
    used, old = invited(filled), invited(filled, worker="吴主任")
    with filled.writing() as db:
        kept = codes.hashed_browser_code(old)
        late = update(enrolment).where(enrolment.c.code_hash == kept)
        db.execute(late.values(expires_at=now() - dt.timedelta(days=1)))
    laptops = access.create_enrolment(filled, [GRIDS[0]], "郑格员")
    browser(used.replace("-", " ").lower())
    one = browser()

    for code, words in (
        (used, "这个登记码已经用过，请向县里要一个新的"),
        (old, "登记码已过期，请向县里要一个新的"),
        (laptops, "这个登记码是给电脑登记用的，请向县里要一个看统计用的"),
        ("AAAA-BBBB-CCCC", "登记码不对，请核对后重新输入"),
        ("", "登记码不对，请核对后重新输入"),
    ):
        answer = enter(one, code)
        assert answer.status_code == 400
        assert words in answer.text
        assert "set-cookie" not in answer.headers
    assert Caller(direct(filled), laptops).push()[0] == 200  # not used up by that


@one_database
def test_whoever_tries_codes_has_to_wait(filled, browser):
    code, one = invited(filled), browser()
    for _ in range(attempts.MOST[attempts.ENROL]):
        enter(one, "AAAA-BBBB-CCCC")

    answer = enter(one, code)

    assert answer.status_code == 429
    assert "请过一刻钟再试" in answer.text
    assert int(answer.headers["retry-after"]) > 0


@one_database
@pytest.mark.parametrize("role", ["worker", "it", None])
def test_a_code_for_the_figures_is_made_for_those_above_the_grids_only(county, role):
    with pytest.raises(UserError):
        browsers.invite(county, [GRIDS[0]], "郑格员", role)

    assert codes.open_codes(county) == []
    assert upkeep.list_records(county, figures.Grid) == []


@one_database
def test_the_command_makes_a_code_and_lists_the_browser_it_let_in(
    county, county_folder
):
    def run(*words):
        line = ["county", words[0], "--data", str(county_folder), *words[1:]]
        return CliRunner().invoke(main, line)

    who = ("--grid", GRIDS[0], "--worker", "卫格长", "--browser")
    for_worker = run("enrol", *who)
    made = run("enrol", *who, "--role", "leader", "--json")
    waiting = run("codes").stdout
    browsers.enter(county, json.loads(made.stdout)["code"], None)
    listed = run("devices").stdout

    assert for_worker.exit_code == 1
    assert "请用 --role 写明" in for_worker.output
    assert "卫格长（网格长）" in waiting
    assert "给浏览器的" in waiting
    assert listed.startswith("浏览器：")
    assert f"看 {GRIDS[0]} 的统计" in listed


@one_database
def test_a_browser_that_was_revoked_sees_nothing_from_then_on(filled, browser):
    one = browser(invited(filled))
    listed = upkeep.status(filled)["devices"][-1]
    assert told(listed).startswith("浏览器：")
    assert one.get("/web/").status_code == 200

    access.revoke(filled, UUID(listed["id"]))

    for path in ("/web/", "/web/figures.xlsx"):
        answer = one.get(path)
        assert answer.status_code == 403
        assert "这台浏览器已被停用" in answer.text


@one_database
def test_signing_out_voids_the_cookie_wherever_it_was_copied(filled, browser):
    one = browser(invited(filled))
    copied = one.cookies["gridapp_web"]

    one.post("/web/leave")
    thief = browser(cookie=f"gridapp_web={copied}")

    assert "gridapp_web" not in one.cookies
    assert thief.get("/web/").status_code == 403
    assert upkeep.status(filled)["devices"][-1]["revoked"]


@one_database
def test_a_browser_is_asked_for_a_new_code_after_its_days(filled, browser):
    one = browser(invited(filled))
    past = now() - dt.timedelta(days=browsers.DAYS, minutes=1)
    kept = codes.hashed_for_browser(one.cookies["gridapp_web"])
    with filled.writing() as db:
        mine = update(device).where(device.c.token_hash == kept)
        db.execute(mine.values(enrolled_at=past))

    answer = one.get("/web/")

    assert answer.status_code == 401
    assert "gridapp_web" not in one.cookies  # what opens nothing any more is not kept
    assert "登录已到期" in answer.text
    assert 'name="code"' in answer.text


@one_database
def test_somebody_who_is_a_grid_worker_by_now_sees_nothing(filled, browser):
    one = browser(invited(filled, "leader", None, [GRIDS[0]], worker="褚格长"))
    [who] = [x for x in workers.listed(filled) if x["name"] == "褚格长"]

    workers.change_role(filled, UUID(who["id"]), "worker")

    assert one.get("/web/").status_code == 403


@one_database
def test_a_browser_opens_no_record_and_a_laptop_no_page(filled, browser):
    one = browser(invited(filled))
    caller = Caller.of(filled, GRIDS[0])
    token = one.cookies["gridapp_web"]

    with filled.reading() as db:
        kept = db.scalars(select(device.c.token_hash)).all()
    for tried in (token, f"browser{token}", *kept):
        status, _ = caller.ask("/v1/sync", caller.request(), token=tried)
        assert status in (401, 429)
    laptop = browser(cookie=f"gridapp_web={caller.token}")
    assert laptop.get("/web/").status_code == 401
    assert one.get("/web/").status_code == 200
    assert caller.push()[0] == 200
    listed = upkeep.status(filled)["devices"]
    assert {x["behind"] for x in listed if x["browser"]} == {0}  # it reads none


@one_database
def test_a_code_for_a_browser_lets_no_laptop_in(filled):
    code = invited(filled)

    with pytest.raises(AssertionError, match="登记码不对"):
        Caller(direct(filled), code)

    assert codes.open_codes(filled)[-1]["browser"]


@one_database
def test_every_answer_forbids_scripts_frames_and_keeping(filled, browser):
    one = browser(invited(filled))

    for answer in (
        one.get("/"),
        one.get("/web/"),
        one.get("/web/style.css"),
        one.get("/web/figures.xlsx"),
        enter(one, "wrong"),
        one.post("/web/leave"),
        browser().get("/web/"),
    ):
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert answer.headers["cache-control"] == "no-store"
    page = browser(invited(filled, worker="冯主任")).get("/web/").text
    assert "<script" not in page
    assert " style=" not in page
    assert not re.findall(r'(?:src|href)="(?!/web/|data:,|#)', page)


@one_database
def test_the_cookie_is_for_these_pages_and_for_no_script(county, county_folder):
    code = invited(county, "leader", None, [GRIDS[0]])
    with app.running(county_folder, options=Options(proxies=("127.0.0.1",))) as url:
        headers = {"origin": url, "x-forwarded-proto": "https"}
        answer = httpx.post(url + "/web/enter", data={"code": code}, headers=headers)

    cookie = answer.headers["set-cookie"]
    for word in ("HttpOnly", "SameSite=strict", "Path=/web/", "Secure", "Max-Age"):
        assert word in cookie


@one_database
@pytest.mark.parametrize("origin", ["", "null", "https://elsewhere.example"])
def test_a_form_of_another_site_does_nothing(filled, browser, origin):
    code = invited(filled)
    one = browser(code)

    for path in ("/web/leave", "/web/enter"):
        answer = one.post(path, data={"code": code}, headers={"origin": origin})
        assert answer.status_code == 403
    assert one.get("/web/").status_code == 200


@one_database
def test_a_form_that_is_too_big_is_refused_in_words(browser):
    answer = enter(browser(), "A" * 10_000)

    assert answer.status_code == 413


@one_database
def test_a_copy_without_pandas_or_jinja_says_so(filled, browser, monkeypatch):
    one = browser(invited(filled))

    monkeypatch.setitem(sys.modules, "pandas", None)
    book = one.get("/web/figures.xlsx")
    monkeypatch.setitem(sys.modules, "jinja2", None)
    pages._environment.cache_clear()
    page = one.get("/web/")
    pages._environment.cache_clear()

    assert "不能在这里生成 Excel" in book.text
    assert page.status_code == 404
    assert "不带统计网页" in page.text


@one_database
def test_pages_are_no_part_of_the_protocols_description(url):
    paths = httpx.get(url + "/openapi.json").json()["paths"]

    assert not [path for path in paths if path == "/" or path.startswith("/web")]
