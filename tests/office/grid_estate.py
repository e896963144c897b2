"""A small estate with a month of work in it, for the sheets of a grid."""

import datetime as dt
import shutil
import subprocess
from dataclasses import dataclass
from io import BytesIO
from uuid import UUID

import pytest
from PIL import Image

from gridapp.models import (
    Building,
    CarePlan,
    Contact,
    Dispute,
    DisputeSession,
    Dwelling,
    Grid,
    Household,
    PatrolPoint,
    Resident,
    ResidentTag,
    Visit,
    Worker,
)
from gridapp.store import records
from gridapp.work import attachments, flow, patrols
from tests.conftest import at, id_number

DAY = dt.date(2026, 11, 23)  # a Monday
PHONES = {
    "own": "13800005521",
    "daughter": "13800001234",
    "leader": "13800007001",
    "head": "13800007002",
    "owner": "13800007003",
    "in a note": "13800009999",
}
LI_ID = id_number("1944-03-08", 122)

needs_poppler = pytest.mark.skipif(
    shutil.which("pdftotext") is None, reason="poppler-utils is not installed"
)


def text_of(path, *options):
    """The text of a PDF as another program reads it."""
    command = ["pdftotext", *options, str(path), "-"]
    return subprocess.run(command, capture_output=True, check=True).stdout.decode()


def packed(text):
    """A text without blanks and line ends, to look words up that were broken."""
    return "".join(text.split())


def photo_file(colour):
    """A small JPEG."""
    out = BytesIO()
    Image.new("RGB", (80, 60), colour).save(out, "JPEG")
    return out.getvalue()


@dataclass(frozen=True)
class Estate:
    """Ids of what there is."""

    grid: UUID
    third: UUID  # 3号楼
    twelfth: UUID
    li_home: UUID
    li: UUID  # 李桂英, 82, alone, on oxygen, 3-2-501
    zhang: UUID  # 张德福, 75, 失智, 12-1-101
    chen: UUID  # 陈秀兰, his wife
    wu: UUID  # 吴小梅, a migrant, 3-1-101
    patrol: UUID
    found: UUID  # the issue the patrol found: closed in time
    reported: UUID  # an issue of Li's: late
    dispute: UUID


def settle(store):
    """Fill the vault; November 2026 is the month in it."""
    with store.writing() as tx:
        [grid] = records.find(tx.db, Grid)
        records.save(
            tx,
            Grid,
            {
                "community": "和美社区",
                "leader_name": "赵网格长",
                "leader_phones": (PHONES["leader"],),
            },
            grid["id"],
        )
        [worker] = records.find(tx.db, Worker)
        assert worker["name"] == "周敏"
        third = records.save(
            tx,
            Building,
            {
                "number": "3",
                "floors": 6,
                "units": 2,
                "has_lift": False,
                "head_name": "孙楼长",
                "head_phones": (PHONES["head"],),
            },
        )
        twelfth = records.save(tx, Building, {"number": "12"})
        li_home = _home(tx, third, "2", "501", owner_phones=(PHONES["owner"],))
        people = _people(tx, li_home, third, twelfth)
        _care(tx, people)
        patrol, found = _patrol(tx, third)
        reported = _issue(tx, people["li"], third)
        dispute = _dispute(tx)
    red, blue = (store.photos.take(photo_file(one)) for one in ("red", "blue"))
    with store.writing() as tx:
        for photo in (red, blue):
            one = attachments.PendingPhoto(photo, "现场.jpg")
            attachments.attach(tx, "issue", found, [one])
    return Estate(
        grid["id"],
        third,
        twelfth,
        li_home,
        **people,
        patrol=patrol,
        found=found,
        reported=reported,
        dispute=dispute,
    )


def _home(tx, building, unit, room, **dwelling):
    values = {"building_id": building, "unit": unit, "room": room, **dwelling}
    values["dwelling_id"] = records.save(tx, Dwelling, values)
    return records.save(tx, Household, {"dwelling_id": values["dwelling_id"]})


def _people(tx, li_home, third, twelfth):
    def resident(name, sex, birth, home, **given):
        values = {"name": name, "sex": sex, "born_on": birth, "household_id": home}
        return records.save(tx, Resident, values | given)

    far = _home(tx, twelfth, "1", "101")
    return {
        "li": resident(
            "李桂英",
            "2",
            "1944-03-08",
            li_home,
            relation="02",
            id_number=LI_ID,
            phones=(PHONES["own"],),
            ethnicity="01",
            resident_kind="local",
            care_colour="red",
            illness=f"慢阻肺，夜里吸氧；女儿电话{PHONES['in a note']}",
            verified_on=dt.date(2026, 10, 1),
        ),
        "zhang": resident("张德福", "1", "1951-05-01", far, relation="02"),
        "chen": resident("陈秀兰", "2", "1953-07-15", far, relation="10"),
        "wu": resident(
            "吴小梅",
            "2",
            "1996-02-03",
            _home(tx, third, "1", "101"),
            resident_kind="migrant",
            inflow_reason="01",
        ),
    }


def _care(tx, people):
    since = dt.date(2026, 1, 1)
    for who, tag in (
        ("li", "alone"),
        ("li", "hard_move"),
        ("zhang", "dementia"),
        ("chen", "empty_nest"),
    ):
        values = {"resident_id": people[who], "tag": tag, "since": since}
        records.save(tx, ResidentTag, values)
    for who, way, days in (
        ("li", "visit", 7),
        ("li", "call", 3),
        ("zhang", "visit", 30),
        ("chen", "visit", 90),
    ):
        values = {"resident_id": people[who], "way": way, "interval_days": days}
        records.save(tx, CarePlan, values | {"since": dt.date(2026, 10, 1)})
    for rank, name, near in ((1, "李远方", False), (2, "李芳", True)):
        records.save(
            tx,
            Contact,
            {
                "resident_id": people["li"],
                "name": name,
                "relation": "女儿",
                "phones": (PHONES["daughter"],),
                "rank": rank,
                "same_city": near,
            },
        )
    visits = (
        # a visit and a call that reached her, and one call that did not
        ("li", "home", 3, {"met_whom": "self", "needs": ("meal",)}),
        ("li", "phone", 6, {"call_result": "no_answer"}),
        ("li", "phone", 7, {"call_result": "answered", "note": "睡得好"}),
        ("li", "home", 10, {"met_whom": "self", "hazards": ("gas",)}),
        # nobody was met, and nobody since
        (
            "zhang",
            "home",
            12,
            {"met_whom": "nobody", "not_met_reason": "unreachable"},
        ),
    )
    for who, mode, day, given in visits:
        values = {
            "resident_id": people[who],
            "mode": mode,
            "started_at": at(dt.date(2026, 11, day)),
        }
        records.save(tx, Visit, values | given)
    earlier = {"resident_id": people["chen"], "mode": "home", "met_whom": "self"}
    records.save(tx, Visit, earlier | {"started_at": at(dt.date(2026, 10, 20))})


def _patrol(tx, third):
    point = records.save(
        tx,
        PatrolPoint,
        {"name": "西侧消防通道", "building_id": third, "interval_days": 7},
    )
    records.save(tx, PatrolPoint, {"name": "小区水泵房", "interval_days": 7})
    logged = patrols.log_patrol(
        tx,
        {
            "started_at": at(dt.date(2026, 11, 9), 9, 5),
            "ended_at": at(dt.date(2026, 11, 9), 10, 20),
            "route": "1到6号楼",
            "weather": "小雨",
            "note": "楼道已清理一半",
        },
        [
            {
                "point_id": point,
                "state": "2",
                "note": "堆了旧家具",
                "at": at(dt.date(2026, 11, 9), 9, 15),
            }
        ],
        [
            {
                "stop": 0,
                "category": "0101",
                "place": "3号楼西侧",
                "note": "旧家具挡住消防通道",
                "action": "work",
                "deadline": at(dt.date(2026, 11, 12)),
                "building_id": third,
            }
        ],
    )
    [issue] = logged.issue_ids
    flow.step(
        tx, issue, "self_close", "已搬走，住户签了字", at(dt.date(2026, 11, 11), 15, 30)
    )
    return logged.patrol_id, issue


def _issue(tx, li, third):
    return flow.open_issue(
        tx,
        {
            "number": "WG-2026-0117",
            "title_text": "厨房燃气软管老化",
            "category": "0103",
            "source": "03",
            "found_at": at(dt.date(2026, 11, 10)),
            "deadline": at(dt.date(2026, 11, 13)),
            "place": "3号楼2单元501",
            "building_id": third,
            "resident_id": li,
            "description": f"软管用了十年，接口松动，反映人{PHONES['in a note']}",
            "owner_name": "物业刘工",
            "owner_phones": (PHONES["owner"],),
        },
    )


def _dispute(tx):
    dispute = records.save(
        tx,
        Dispute,
        {
            "name": "楼上漏水纠纷",
            "happened_on": dt.date(2026, 11, 2),
            "accepted_on": dt.date(2026, 11, 3),
            "place": "12号楼",
            "scale": "01",
            "dispute_kind": "0201",
            "people_count": 2,
            "summary": "卫生间漏水",
            "state": "mediating",
            "deadline": dt.date(2026, 11, 20),
        },
    )
    records.save(
        tx,
        DisputeSession,
        {
            "dispute_id": dispute,
            "held_at": at(dt.date(2026, 11, 5)),
            "mediators": "周敏",
        },
    )
    return dispute
