"""What the .deb says of itself: dependencies, versions, an icon at every size."""

from __future__ import annotations

import subprocess
from io import BytesIO

import pytest
from PIL import Image

from gridapp.system_parts import PACKAGES, in_words
from installer import deb, icon


def file(place: str, *needed: str, glibc: str = "2.17") -> deb.Native:
    return deb.Native(place, needed, (("GLIBC", glibc),))


def test_depends_on_the_packages_of_the_libraries_that_stayed_outside():
    found = deb.needs(
        "amd64",
        [
            file("_internal/a.so", "libxcb-cursor.so.0", "libours.so.1", "libc.so.6"),
            file("_internal/plugins/printsupport/c.so", "libcups.so.2"),
        ],
        {"libours.so.1"},
    )
    assert found.depends == ("libc6 (>= 2.17)", "libxcb-cursor0")
    assert "libcups2 | libcups2t64" in found.recommends


def test_the_newest_symbol_says_which_c_library_is_needed():
    files = [file("a.so", glibc="2.9"), file("b.so", glibc="2.34")]
    files.append(deb.Native("c.so", ("libstdc++.so.6",), (("GLIBCXX", "3.4.29"),)))
    found = deb.needs("amd64", files, set())
    assert found.glibc == "2.34"
    assert found.depends == ("libc6 (>= 2.34)", "libstdc++6 (>= 11)")


def test_a_library_that_nobody_knows_stops_the_build():
    with pytest.raises(deb.Unbuildable, match=r"a\.so needs libunknown\.so\.7"):
        deb.needs("amd64", [file("a.so", "libunknown.so.7")], set())


@pytest.mark.parametrize(
    ("earlier", "later"),
    [("1.0rc1", "1.0"), ("1.0a1", "1.0b1"), ("1.0.dev3", "1.0a1"), ("1.9", "1.10")],
)
def test_versions_are_sorted_by_dpkg_as_by_python(earlier, later):
    order = [deb.deb_version(one) for one in (earlier, later)]
    compare = ["dpkg", "--compare-versions", order[0], "lt", order[1]]
    assert subprocess.run(compare, check=False).returncode == 0


def test_the_icon_is_drawn_at_every_size_windows_asks_for(tmp_path):
    with Image.open(icon.write_ico(tmp_path / "gridapp.ico")) as drawn:
        assert drawn.info["sizes"] == {(size, size) for size in icon.ICO_SIZES}


def test_the_windows_picture_is_that_of_the_drawing():
    with Image.open(icon.READY) as kept, Image.open(BytesIO(icon.drawn(64))) as now:
        differ = zip(kept.tobytes(), now.tobytes(), strict=True)
        assert max(abs(a - b) for a, b in differ) < 32  # one Qt rounds as another


def test_every_library_the_table_names_is_told_with_its_package():
    for library, packages in PACKAGES.items():
        words = in_words(
            f"{library}: cannot open shared object file: No such file or directory"
        )
        assert f"sudo apt install {packages.partition(' |')[0]}”" in words


def test_an_old_system_is_told_as_such():
    words = in_words("/lib/libc.so.6: version `GLIBC_2.38' not found (required by x)")
    assert "系统太旧" in words
    assert "GLIBC_2.38" in words


def test_other_errors_are_left_to_others():
    assert in_words("division by zero") == ""
