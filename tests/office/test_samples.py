"""The sample ledgers: invented, exact in size, the same each time they are made."""

import json
import re
import sys
import zipfile
from pathlib import Path

import pytest

from gridapp.models import identity
from gridapp.paths import resources

SAMPLES = resources() / "samples"
NAMES = (
    "居民台账.xlsx",
    "独居老人台账.xlsx",
    "出租房屋登记表.csv",
    "高龄独居老人摸底表.xlsx",
)


@pytest.fixture(scope="module")
def maker():
    """scripts/make_samples.py as a module."""
    sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))
    import make_samples

    return make_samples


@pytest.fixture(scope="module")
def remade(maker, tmp_path_factory):
    folder = tmp_path_factory.mktemp("samples")
    return folder, maker.make(folder)


@pytest.mark.parametrize("name", NAMES)
def test_generator_makes_the_same_bytes_again(name, remade):
    folder, _ = remade
    assert (folder / name).read_bytes() == (SAMPLES / name).read_bytes()


def test_manifest_is_the_one_of_the_generator(maker, remade):
    _, samples = remade
    kept = json.loads((SAMPLES / "expected.json").read_text(encoding="utf-8"))
    assert json.loads(json.dumps(maker.manifest(samples))) == kept


def test_estate_has_67_buildings_1758_households_3770_people(remade):
    homes = remade[1].homes
    assert len({home.building for home in homes}) == 67
    assert len({(h.building, h.unit, h.room) for h in homes}) == len(homes) == 1758
    assert sum(len(home.people) for home in homes) == 3770


def test_every_number_is_valid_unique_and_of_no_real_area(remade):
    numbers = [p.id_number for home in remade[1].homes for p in home.people]
    assert len(set(numbers)) == len(numbers)
    assert all(n.startswith("9901") and identity.id_checksum_ok(n) for n in numbers)


def test_families_are_plausible(remade):
    for home in remade[1].homes:
        assert [p.relation for p in home.people].count("02") == 1
        for person in home.people:
            assert 0 <= person.age <= 100
            assert identity.birth_of(person.id_number) == person.birth.isoformat()
            assert identity.sex_of(person.id_number) == person.sex
            if person.relation in ("20", "22", "30", "32"):
                assert person.birth > home.head.birth


def test_files_are_small_and_hold_no_real_looking_telephone():
    files = [SAMPLES / name for name in NAMES]
    assert sum(path.stat().st_size for path in files) < 2 * 1024 * 1024
    for path in files:
        text = _text_of(path)
        for mobile in re.findall(r"(?<!\d)1[3-9]\d{9}(?!\d)", text):
            assert mobile.startswith("1380000")


def _text_of(path):
    if path.suffix == ".csv":
        return path.read_text(encoding="gb18030")
    with zipfile.ZipFile(path) as book:
        return book.read("xl/sharedStrings.xml").decode()
