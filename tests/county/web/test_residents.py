"""Residents report from a telephone, and hear what came of it."""

import io
import json
import re
import shutil
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
import zxingcpp
from click.testing import CliRunner
from PIL import Image
from sqlalchemy import delete, func, select

from gridapp.cli import main
from gridapp.county import access, acts, app, attempts, residents, upkeep
from gridapp.county.residents import Notice
from gridapp.county.tables import attempt
from gridapp.models import Issue, IssueStep
from gridapp.models.record import table_of
from gridapp.store import records
from gridapp.sync.client import SyncClient
from gridapp.work import flow, issues, limits, today
from gridapp.work.due import local_day
from tests.county.conftest import GRID, OTHER, Direct, Laptop

PHONE = "13800001234"
NOTICE = Notice("槐荫社区居委会", "13800000001", "办结后两年")
one_database = pytest.mark.parametrize("county_template", ["sqlite"], indirect=True)


@pytest.fixture(scope="module")
def shared(county_template, tmp_path_factory):
    """A server with a grid whose page is open, and one whose page is not."""
    folder = tmp_path_factory.mktemp("shared") / "county"
    shutil.copytree(county_template[0], folder)
    with upkeep.opened(folder) as county:
        for code in (GRID, OTHER):
            access.create_enrolment(county, [code], "王秀兰")
        residents.open_page(county, GRID, NOTICE)
        with app.running(folder) as url:
            yield county, url


@pytest.fixture
def county_here(shared):
    with shared[0].writing() as db:
        db.execute(delete(attempt))
    return shared[0]


@pytest.fixture
def phone(county_here, shared):
    with httpx.Client(base_url=shared[1], headers={"origin": shared[1]}) as one:
        yield one


def ticket_of(phone, kind="repair", grid=GRID):
    page = phone.get(f"/r/{grid}/new/{kind}")
    assert page.status_code == 200
    return re.search(r'name="ticket" value="([^"]+)"', page.text)[1]


def send(phone, kind="repair", ticket=None, **given):
    said = {"description": "楼道灯不亮"} | given
    said["ticket"] = ticket or ticket_of(phone, kind)
    return phone.post(f"/r/{GRID}/new/{kind}", data=said)


def code_in(answer):
    assert answer.status_code == 200, answer.text
    return re.search(r'class="code">([0-9A-Z-]+)<', answer.text)[1]


def look(phone, code):
    return phone.post(f"/r/{GRID}/look", data={"code": code})


def rate(phone, code, satisfied):
    return phone.post(f"/r/{GRID}/rate", data={"code": code, "satisfied": satisfied})


def reported(county):
    with county.reading() as db:
        return db.scalar(select(func.count()).select_from(table_of(Issue)))


def test_a_report_reaches_the_laptop_and_its_end_reaches_the_resident(
    county, county_folder, new_vault
):
    """From the telephone to the grid worker, and back, on both databases."""
    one = Laptop(new_vault("王"), None, Direct(county))
    one.client = SyncClient(one.store, one.transport)
    one.client.enrol(access.create_enrolment(county, [GRID], "王秀兰"))
    one.sync()
    residents.open_page(county, GRID, NOTICE)
    with (
        app.running(county_folder) as url,
        httpx.Client(base_url=url, headers={"origin": url}) as phone,
    ):
        ticket = ticket_of(phone, "help")
        given = {
            "description": "老人摔了起不来\n要人扶",
            "place": "3号楼2单元",
            "reporter_name": "张德福",
            "reporter_phones": PHONE,
        }
        with ThreadPoolExecutor() as hasty:  # the button was touched three times
            sent = [
                hasty.submit(send, phone, "help", ticket, **given) for _ in range(3)
            ]
        answer = sent[0].result()
        [code] = {code_in(one.result()) for one in sent}
        one.sync()

        with one.store.reading() as db:
            [listed] = issues.read_issues(db).rows
            file = issues.read_issue(db, listed.id)
            at = file.issue["found_at"]
            by_rule = limits.issue_deadline(db, file.issue["category"], "urgent", at)
            day = local_day(at)
            [due] = [r for r in today.due(db, day) if r.kind == "issue"]
            assert today.summary(db, day).tiles[2].count == 1
        assert (listed.title, listed.where) == ("老人摔了起不来", "3号楼2单元")
        assert listed.mine
        assert listed.source == "03"
        assert file.shown["source"] == "居民反馈"
        assert file.shown["reporter_phones"] == "138****1234"
        assert file.issue["reporter_phones"] == (PHONE,)
        assert (file.issue["level"], file.issue["state"]) == ("urgent", "pending")
        assert file.issue["deadline"] == by_rule
        assert file.issue["number"] in answer.text
        assert "居民新报来的" in due.why
        assert [step["action"] for step in file.steps] == ["report"]

        assert "已收到，等网格员办理" in look(phone, code).text
        with one.store.writing() as tx:
            flow.step(tx, listed.id, "self_close", "已上门，人没事")
        one.sync()
        ended = look(phone, code.lower().replace("-", " ")).text
        assert "已上门，人没事" in ended
        assert "已办结" in ended
        assert not [word for word in ("张德福", PHONE, "138****") if word in ended]

        assert "您的评价" in rate(phone, code, "no").text
        rate(phone, code, "yes")
        one.sync()
        with one.store.reading() as db:
            after = records.get(db, Issue, listed.id)
            steps = flow.trace(db, listed.id)
        assert (after["state"], after["satisfied"]) == ("rated", False)
        assert [step["action"] for step in steps] == ["rate", "self_close", "report"]
        assert not after["deleted_at"]


@one_database
def test_a_form_that_is_sent_twice_makes_one_report(county_here, phone):
    ticket, before = ticket_of(phone), reported(county_here)

    codes = {code_in(send(phone, ticket=ticket)) for _ in range(3)}

    assert len(codes) == 1
    assert reported(county_here) == before + 1


@one_database
@pytest.mark.parametrize(
    ("kind", "given", "words"),
    [
        ("repair", {"description": "  "}, "请写一写是什么事"),
        ("repair", {"description": "字" * 501}, "什么事写得太长"),
        ("repair", {"place": "字" * 61}, "在哪里写得太长"),
        ("opinion", {"reporter_phones": "12"}, "电话认不出来，请核对号码"),
        ("help", {}, "请填电话，网格员好马上联系您"),
        ("opinion", {"description": "坏\0字"}, "“什么事”里有认不出来的字"),
    ],
)
def test_a_form_that_is_wrong_comes_back_as_it_was_with_what_to_mend(
    county_here, phone, kind, given, words
):
    before = reported(county_here)

    answer = send(phone, kind, reporter_name="李桂英", **given)

    assert answer.status_code == 422
    assert words in answer.text
    assert 'value="李桂英"' in answer.text
    assert reported(county_here) == before


@one_database
def test_what_is_typed_never_becomes_part_of_a_page(county_here, phone):
    bad = '"><script>alert(1)</script>'
    form = send(phone, "help", description=bad, place=bad, reporter_name=bad)
    answer = send(phone, description=bad, place=bad)
    found = look(phone, code_in(answer))

    for page in (form, answer, found, look(phone, bad), rate(phone, bad, bad)):
        assert "<script" not in page.text
        assert " style=" not in page.text
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src" not in policy
        assert page.headers["cache-control"] == "no-store"
        assert "set-cookie" not in page.headers
    assert "&lt;script&gt;" in form.text


@one_database
def test_a_page_is_off_until_it_is_opened_and_off_again_when_closed(county_here, phone):
    paths = ("", "/new/repair", "/new/help")
    for code in (OTHER, "000000000000", "%", "residents:"):
        for path in paths:
            answer = phone.get(f"/r/{code}{path}")
            assert answer.status_code == 404
            assert "没有开通网上反馈" in answer.text
    assert phone.get(f"/r/{GRID}/new/other").status_code == 404

    ticket, code = ticket_of(phone), code_in(send(phone))
    residents.close_page(county_here, GRID)
    try:
        closed = [
            phone.get(f"/r/{GRID}"),
            send(phone, ticket=ticket),
            look(phone, code),
        ]
    finally:
        residents.open_page(county_here, GRID, NOTICE)

    assert {one.status_code for one in closed} == {404}
    done = [one["what"] for one in acts.listed(county_here)]
    assert {acts.RESIDENTS_ON, acts.RESIDENTS_OFF} <= set(done)
    assert "已收到" in look(phone, code).text


@one_database
def test_whoever_sends_too_much_or_tries_codes_has_to_wait(
    county_here, phone, monkeypatch
):
    few = {attempts.REPORT: 2, attempts.RECEIPT: 2}
    monkeypatch.setattr(attempts, "MOST", {**attempts.MOST, **few})
    code = code_in(send(phone))
    assert send(phone).status_code == 200
    before, many = reported(county_here), send(phone)
    assert many.status_code == 429
    assert "请过一刻钟再交" in many.text
    assert int(many.headers["retry-after"]) > 0
    assert reported(county_here) == before

    for _ in range(2):
        answer = look(phone, "AAAA-BBBB-CCCC")
        assert (answer.status_code, "没有这个回执码" in answer.text) == (400, True)
    assert look(phone, code).status_code == 429
    assert rate(phone, code, "yes").status_code == 429

    with county_here.writing() as db:
        db.execute(delete(attempt))
    monkeypatch.setattr(
        attempts, "MOST", {**attempts.MOST, attempts.REPORT: 9, attempts.TO_GRID: 1}
    )
    assert [send(phone).status_code for _ in range(2)] == [200, 429]


@one_database
def test_a_form_from_elsewhere_or_made_by_hand_does_nothing(county_here, phone):
    ticket, before = ticket_of(phone), reported(county_here)
    for origin in ("", "null", "https://elsewhere.example"):
        phone.headers["origin"] = origin
        assert send(phone, ticket=ticket).status_code == 403
    phone.headers["origin"] = str(phone.base_url)
    other = ticket.replace(ticket[0], "3" if ticket[0] == "2" else "2", 1)
    for forged in (other, "AAAABBBBCCCC.", "."):
        answer = send(phone, ticket=forged)
        assert answer.status_code == 400
        assert "请重新打开这个网页再填一次" in answer.text
    assert send(phone, ticket=ticket, description="长" * 9000).status_code == 413
    assert reported(county_here) == before


@one_database
def test_the_counters_know_how_many_reports_and_an_issue_says_no_code(
    county_here, phone
):
    def counted():
        text = phone.get("/metrics").text
        return float(re.search(r"^gridapp_reports_total (\S+)$", text, re.M)[1])

    before = counted()
    code = code_in(send(phone, description="回执里没有的字"))

    assert counted() == before + 1
    with county_here.reading() as db:
        for model in (Issue, IssueStep):
            rows = str(db.execute(select(table_of(model))).all())
            assert code not in rows
            assert code.replace("-", "") not in rows


@one_database
def test_the_command_opens_a_page_with_its_poster_and_closes_it(
    county, county_folder, tmp_path
):
    access.create_enrolment(county, [GRID], "王秀兰")
    poster = tmp_path / "海报.pdf"

    def run(*words):
        line = ["county", "residents", words[0], "--data", str(county_folder)]
        return CliRunner().invoke(main, [*line, *words[1:]])

    told = ("--who", NOTICE.who, "--phone", NOTICE.phone, "--keep", NOTICE.keep)
    server = ("--url", "https://county.example/", *told)
    none = run("open", "--grid", OTHER, *server)
    empty = run("open", "--grid", GRID, *server, "--keep", " ")
    made = run("open", "--grid", GRID, *server, "--poster", str(poster))
    listed = json.loads(run("list", "--json").stdout)
    closed = run("close", GRID)

    address = f"https://county.example/r/{GRID}"
    assert (none.exit_code, empty.exit_code, closed.exit_code) == (1, 1, 0)
    assert made.stdout.strip() == address
    assert [one["code"] for one in listed] == [GRID]
    assert run("close", GRID).exit_code == 1
    assert residents.listed(county) == []
    assert {one.text for one in zxingcpp.read_barcodes(drawn(poster))} == {address}


def drawn(file):
    """The first page as a picture."""
    import pypdfium2

    page = pypdfium2.PdfDocument(file)[0].render(scale=1.5)
    data = io.BytesIO()
    page.to_pil().save(data, "PNG")
    return Image.open(data)
