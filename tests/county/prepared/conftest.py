"""Files for laptops, and what is made of them; nothing here depends on the database."""

import csv
import io

import pytest

from gridapp.county import preparing, upkeep
from gridapp.county.preparing import Wanted
from gridapp.sync import enrolment_file
from tests.county.conftest import GRID

URL = "https://county.invalid"
PASSWORD = "k9-蓝色-自行车"


@pytest.fixture(scope="session")
def county_template(tmp_path_factory):
    """An empty county to copy: the migrations run once a session."""
    folder = tmp_path_factory.mktemp("template") / "county"
    upkeep.init(folder)
    return folder, None


@pytest.fixture
def prepare(county, tmp_path):
    """Prepares one laptop; the file that was read, its path, the number."""

    def make(url=URL, worker="王秀兰", of=county, **options):
        out = tmp_path / f"files-{worker}-{len(list(tmp_path.iterdir()))}"
        people = [Wanted(2, worker, (GRID,), "第1网格")]
        [made] = preparing.prepare(of, people, url, out, **options)
        path = out / made.file
        return enrolment_file.read(path), path, made.pin

    return make


@pytest.fixture
def table(tmp_path):
    """Writes a list as a spreadsheet saves it."""

    def write(*rows):
        out = io.StringIO()
        csv.writer(out).writerows(rows)
        path = tmp_path / "名单.csv"
        path.write_bytes(out.getvalue().encode("gb18030"))
        return path

    return write
