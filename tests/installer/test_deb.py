"""The .deb in Debians that have nothing else: installed, used, updated, removed."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from installer import bundle, deb
from tests.installer import other_version
from tests.installer.debian_root import WORKER, Root, made
from tests.installer.releases import BROKEN, HERE, NEXT, Releases

pytestmark = [pytest.mark.installer, pytest.mark.xdist_group("debian")]

BUNDLE = bundle.BUILD / "linux" / "gridapp"
HELPER = "/opt/apps/org.gridapp.client/files/gridapp-update"
CURSOR = "/usr/lib/x86_64-linux-gnu/libxcb-cursor.so.0"
VERSION = "dpkg-query -W -f '${Version}' org.gridapp.client"


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if os.geteuid() or not shutil.which("debootstrap"):
        pytest.skip("a root needs debootstrap and the rights of an administrator")
    assert BUNDLE.is_dir(), "make installer builds it"
    return tmp_path_factory.mktemp("deb")


@pytest.fixture(scope="module")
def key(work: Path) -> Releases:
    return Releases(work)


@pytest.fixture(scope="module")
def packages(work: Path, key: Releases) -> dict[str, Path]:
    """The bundle with that key as it is, as a later version, and later and damaged."""
    built: dict[str, Path] = {}
    for version in (HERE, NEXT, BROKEN):
        folder = work / version
        shutil.copytree(BUNDLE, folder, symlinks=True, copy_function=os.link)
        key.believed_by(folder)
        other_version.make(folder, HERE, version)
        if version == BROKEN:
            (folder / "_internal" / "resources" / "codes.json").unlink()
        built[version] = deb.build(folder, work / "out", version, packed=False)
        shutil.rmtree(folder)
    return built


@pytest.fixture(scope="module")
def root(work: Path, packages: dict[str, Path]) -> Root:
    return installed(made("bookworm", work / "bookworm"), packages[HERE])


def installed(root: Root, package: Path) -> Root:
    """The root with the package, put in by apt as IT does."""
    shutil.copy(package, root.folder / "srv/gridapp.deb")
    root.told("apt-get -q -y update", net=True)
    root.told(
        "apt-get -q -y install --no-install-recommends /srv/gridapp.deb"
        " shared-mime-info desktop-file-utils",
        net=True,
    )
    return root


def put_update(root: Root, package: Path, version: str, key: Releases) -> str:
    """Sign a package as an update and lay it into the root; its place there."""
    made = key.update(package, version)
    there = shutil.move(made, root.folder / "srv" / made.name)
    there.chmod(0o644)
    return f"/srv/{made.name}"


def test_debians_own_checker_finds_no_error_in_the_package() -> None:
    [package] = (bundle.BUILD / "out").glob(f"*_{deb.deb_version(HERE)}_*.deb")
    told = subprocess.run(
        ["lintian", "--allow-root", "--fail-on", "error", str(package)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stdout + told.stderr


def test_checks_itself_where_nothing_but_debian_is(root: Root) -> None:
    said = root.told("gridapp doctor --program", user=WORKER)
    assert "程序完好" in said
    assert "不对" not in said


def test_does_a_days_work_offline_as_an_ordinary_user(root: Root) -> None:
    said = root.told(
        "gridapp demo --headless --data '演示 数据' 2>&1 | tail -n 40", user=WORKER
    )
    assert "打印走访单" in said
    assert root.run("test -s '演示 数据/vault.json' -o -d '演示 数据'", user=WORKER)


def test_stands_in_the_menu_and_opens_its_files(root: Root) -> None:
    root.told(
        "desktop-file-validate /usr/share/applications/org.gridapp.client.desktop"
    )
    types = root.told("cat /usr/share/mime/globs2")
    offered = root.told("cat /usr/share/applications/mimeinfo.cache")
    for name, ending in (("package", "gridpkg"), ("update", "gridupdate")):
        assert f"application/vnd.gridapp.{name}:*.{ending}" in types
        assert f"application/vnd.gridapp.{name}=org.gridapp.client.desktop" in offered
    for place in ("/usr/share", "/opt/apps/org.gridapp.client/entries"):
        root.told(f"test -s {place}/icons/hicolor/48x48/apps/org.gridapp.client.png")


def test_a_missing_library_is_named_with_the_command_that_installs_it(
    root: Root,
) -> None:
    root.told(f"mv {CURSOR} {CURSOR}.away")
    try:
        checked = root.run("gridapp doctor --program", user=WORKER)
        opened = root.run("gridapp", user=WORKER, DISPLAY=":9")
    finally:
        root.told(f"mv {CURSOR}.away {CURSOR}")
    for done in (checked, opened):
        assert done.returncode == 1
        assert "sudo apt install libxcb-cursor0" in done.stdout + done.stderr


def test_is_not_replaced_while_it_runs(root: Root) -> None:
    said = root.told(
        f"runuser -u {WORKER} -- gridapp demo --headless --data ~worker/running"
        " >/dev/null 2>&1 & sleep 3\n"
        "dpkg --install /srv/gridapp.deb 2>&1 && echo replaced || echo kept"
    )
    assert "网格日志还开着，请先关闭" in said
    assert "kept" in said
    assert root.told(VERSION) == HERE


def test_a_newer_package_keeps_the_data(root: Root, packages: dict[str, Path]) -> None:
    root.told(
        "mkdir -p .local/share/gridapp; echo 1 > .local/share/gridapp/x", user=WORKER
    )
    shutil.copy(packages[NEXT], root.folder / "srv/next.deb")
    root.told("dpkg --install /srv/next.deb")
    assert root.told(VERSION) == NEXT
    root.told("gridapp doctor --program", user=WORKER)
    root.told("dpkg --install /srv/gridapp.deb")
    assert root.told("cat .local/share/gridapp/x", user=WORKER) == "1\n"


def test_a_signed_update_is_installed(
    root: Root, packages: dict[str, Path], key: Releases
) -> None:
    update = put_update(root, packages[NEXT], NEXT, key)
    root.told(f"{HELPER} {update}")
    assert root.told(VERSION) == NEXT
    assert root.told("ls /var/lib/gridapp") == "lock\n"
    root.told("dpkg --install /srv/gridapp.deb")


def test_a_changed_update_is_refused(
    root: Root, packages: dict[str, Path], key: Releases
) -> None:
    update = put_update(root, packages[NEXT], NEXT, key)
    root.told(f"printf x | dd of={update} bs=1 seek=100000 conv=notrunc 2>/dev/null")
    done = root.run(f"{HELPER} {update}")
    assert done.returncode == 1
    assert done.stderr
    assert root.told(VERSION) == HERE


def test_an_update_that_does_not_work_gives_way_to_the_version_before(
    root: Root, packages: dict[str, Path], key: Releases
) -> None:
    update = put_update(root, packages[BROKEN], BROKEN, key)
    done = root.run(f"{HELPER} {update}")
    assert done.returncode == 6, done.stderr
    assert "已换回原来的版本" in done.stderr
    assert root.told(VERSION) == HERE
    root.told("gridapp doctor --program", user=WORKER)


# As the guide for IT has it: people may update without an administrator.
LEAVE = """polkit.addRule(function (action, subject) {
    if (action.id == "org.gridapp.client.update" && subject.user == "worker")
        return polkit.Result.YES;
});
"""
# The updater starts the window again, as the same user, which says what came of it.
APPLY = """set -e; mkdir -p /run/dbus; rm -f /run/dbus/pid; dbus-daemon --system --fork
/usr/lib/polkit-1/polkitd --no-debug >/dev/null 2>&1 &
cd ~worker
as_worker() {{ runuser -u worker -- env HOME=/home/worker SHELL=/bin/sh "$@"; }}
as_worker gridapp update take --data 资料 {update}
sha256sum 资料/grid.db 资料/vault.json >before
as_worker gridapp update apply --data 资料
for turn in $(seq 1500); do
    if grep -q '"outcome":{{"version":"{version}"' 资料/updates/state.json 2>/dev/null
    then cat 资料/updates/state.json; exec sha256sum -c before; fi
    sleep 0.2
done
exit 1"""


def test_a_worker_takes_updates_from_a_stick_and_a_bad_one_is_taken_back(
    root: Root, packages: dict[str, Path], key: Releases
) -> None:
    root.told("apt-get -q -y install --no-install-recommends pkexec polkitd", net=True)
    rules = root.folder / "etc/polkit-1/rules.d/50-updates.rules"
    rules.write_text(LEAVE)
    root.told(
        "gridapp init --data 资料 --grid 990101001001 --name 一网格",
        user=WORKER,
        GRIDAPP_PASSWORD="测试用的密码 1",
    )
    for version, says in (
        (NEXT, '"good":true,"code":0'),
        (BROKEN, '"good":false,"code":6'),
    ):
        update = put_update(root, packages[version], version, key)
        said = root.told(
            APPLY.format(update=update, version=version), QT_QPA_PLATFORM="offscreen"
        )
        assert says in said
        assert root.told(VERSION) == NEXT
        assert root.told("gridapp --version", user=WORKER) == f"gridapp {NEXT}\n"
    root.told("gridapp doctor --program", user=WORKER)
    root.told("dpkg --install /srv/gridapp.deb")


@pytest.mark.parametrize("moment", ["unpacking", "unpacked"])
def test_an_update_that_is_cut_off_is_undone_by_the_next(
    root: Root, packages: dict[str, Path], key: Releases, moment: str
) -> None:
    update = put_update(root, packages[BROKEN], BROKEN, key)
    sign = {
        "unpacking": "find /opt/apps -name '*.dpkg-new' | grep -q .",
        "unpacked": f"{VERSION} | grep -qx {BROKEN}",
    }[moment]
    said = root.told(
        f"{HELPER} {update} &\n"
        "for turn in $(seq 3000); do\n"
        f"  if {sign}; then echo cut off; break; fi\n"
        "  sleep 0.02\ndone"  # the end of the first process kills all others
    )
    assert "cut off" in said
    good = put_update(root, packages[NEXT], NEXT, key)
    done = root.run(f"{HELPER} {good}")
    assert done.returncode == 0, done.stderr
    assert root.told(VERSION) == NEXT
    root.told("gridapp doctor --program", user=WORKER)
    root.told("dpkg --install /srv/gridapp.deb")


def test_purged_nothing_stays_but_what_the_workers_entered(root: Root) -> None:
    root.told(
        "mkdir -p .local/share/gridapp; echo 1 > .local/share/gridapp/x", user=WORKER
    )
    said = root.told("apt-get -q -y purge org.gridapp.client")
    assert ".local/share/gridapp" in said
    assert root.paths() == set()
    assert root.told("cat .local/share/gridapp/x", user=WORKER) == "1\n"


def test_works_on_the_newest_debian(work: Path, packages: dict[str, Path]) -> None:
    root = installed(made("trixie", work / "trixie"), packages[HERE])
    assert "程序完好" in root.told("gridapp doctor --program", user=WORKER)
    root.told("gridapp demo --headless --data demo", user=WORKER)
