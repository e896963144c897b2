"""What a scan of a bundle finds, on small real bundles; what it lets pass."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from stdnum.iso7064 import mod_11_2

from installer import scan
from installer.scan import Piece


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """A bundle of one library with its licence, and one file of ours."""
    folder = tmp_path / "gridapp"
    put(folder / "_internal/lib/_speed.so", b"\x7fELF")
    put(folder / "_internal/lib-1.0.dist-info/METADATA", b"Name: lib\n\nabout it")
    put(folder / "_internal/lib-1.0.dist-info/licenses/LICENSE", b"free")
    names = "lib/_speed.so", "lib-1.0.dist-info/licenses/LICENSE"
    record(folder, *names)
    put(folder / "_internal/resources/words.txt", "第3网格 13800000001".encode())
    return folder


def put(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)


def record(folder: Path, *names: str) -> None:
    lines = "".join(f"{one},,\n" for one in names)
    put(folder / "_internal/lib-1.0.dist-info/RECORD", lines.encode())


def found(bundle: Path) -> list[str]:
    return scan.scan(bundle, ["/srv/build/checkout"])


def test_a_clean_bundle_has_no_finding(bundle: Path):
    assert found(bundle) == []


@pytest.mark.parametrize(
    "place",
    [
        "PySide6/Qt/lib/libQt6VirtualKeyboard.so.6",
        "PySide6/Qt/plugins/platforminputcontexts/libqtvirtualkeyboardplugin.so",
        "PySide6/Qt6Charts.dll",
        "PySide6/QtDataVisualization.pyd",
    ],
)
def test_parts_of_qt_under_the_gpl_alone_are_found(bundle: Path, place: str):
    put(bundle / "_internal" / place, b"")
    record(bundle, "lib/_speed.so", "lib-1.0.dist-info/licenses/LICENSE", place)
    [one] = found(bundle)
    assert place in one
    assert "GPL" in one


def test_a_library_of_no_known_licence_is_found(bundle: Path):
    put(bundle / "_internal/libstranger.so.1", b"")
    [one] = found(bundle)
    assert "libstranger.so.1" in one
    assert "licences" in one


def test_a_library_is_known_whatever_the_case_of_its_name(bundle: Path):
    put(bundle / "_internal/VCRUNTIME140.dll", b"")
    assert found(bundle) == []


def test_a_distribution_without_a_licence_is_found(bundle: Path):
    record(bundle, "lib/_speed.so")
    assert found(bundle) == ["lib-1.0.dist-info: a distribution without a licence"]


def test_a_licence_in_the_metadata_counts(bundle: Path):
    record(bundle, "lib/_speed.so")
    metadata = bundle / "_internal/lib-1.0.dist-info/METADATA"
    metadata.write_text("Name: lib\nLicense-Expression: MIT\n\nLicense: none")
    assert found(bundle) == []
    metadata.write_text("Name: lib\nLicense: UNKNOWN\n\nLicense: MIT")
    assert len(found(bundle)) == 1


@pytest.mark.parametrize(
    "content",
    [
        b"\0rpath=/srv/build/checkout/lib\0",
        rb"C:\x;\srv\build\checkout\lib",
        "/srv/build/checkout".encode("utf-16-le"),
    ],
)
def test_a_folder_of_the_builder_is_found_in_any_file(bundle: Path, content: bytes):
    put(bundle / "_internal/lib/_speed.so", b"\x7fELF" + content)
    [one] = found(bundle)
    assert "folder of the builder" in one


def test_somebodys_home_is_found_in_our_own_files(bundle: Path):
    put(bundle / "_internal/resources/words.txt", b"see /home" + b"/lihua/notes")
    [one] = found(bundle)
    assert "/home/lihua" in one


def test_what_is_inside_of_an_archive_is_seen(bundle: Path):
    file = bundle / "_internal/resources/table.xlsx"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("sheet.xml", "<v>13912345678</v>" + " " * 1000)
    [one] = found(bundle)
    assert "table.xlsx/sheet.xml" in one
    assert "139…78" in one


def number(first: str) -> bytes:
    return (first + mod_11_2.calc_check_digit(first)).encode()


@pytest.mark.parametrize(
    ("content", "seen"),
    [
        (number("11010119900307123"), True),
        (number("99010119900307123"), False),  # of a sample
        (number("11010119901307123"), False),  # no such month
        (number("11010119900307123")[:-1] + b"_", False),
        (b"13912345678", True),
        (b"13800001234", False),  # of a sample
        (b"0.13912345678", False),  # a fraction
        (b"139123456789", False),  # longer than a phone number
    ],
)
def test_numbers_of_people_are_found_and_those_of_samples_are_not(
    content: bytes, seen: bool
):
    piece = Piece("_internal/resources/a.txt", b"a: " + content + b"\n", True)
    told = list(scan.personal(piece))
    assert bool(told) is seen
    assert all(content.decode() not in one for one in told)


@pytest.mark.parametrize("name", ["icuuc.dll", "ICU.dll", "wine-test-api.dll"])
def test_what_is_windows_or_wines_is_found(bundle: Path, name: str):
    put(bundle / "_internal/PySide6" / name, b"")
    assert any("never shipped" in one for one in found(bundle))


@pytest.mark.parametrize(
    ("place", "seen"),
    [
        ("_internal/lib/tests/data.txt", True),
        ("gridapp:numpy.testing", True),
        ("gridapp:lib.conftest", True),
        ("gridapp:lib.latest", False),
        ("gridapp:unittest.case", False),
    ],
)
def test_tests_of_libraries_are_found(place: str, seen: bool):
    assert bool(list(scan.tests_of_others(Piece(place, b"")))) is seen
