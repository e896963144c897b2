"""The rules of the project that no linter checks."""

from __future__ import annotations

import ast
import functools
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import requires, version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import gridapp
from gridapp import garbage

ROOT = Path(__file__).parents[1]
FORBIDDEN_NAMES = re.compile(r"(utils?|helpers?|common|misc|.*managers?)", re.I)
# Written in halves so that this file passes its own test.
REGISTRIES = (
    "pypi" + ".org",
    "python" + "hosted.org",
    "npm" + "js.org",
    "npm" + "mirror.com",
    "deb.debian" + ".org",
    "pypi" + "/simple",
)
MACHINE_PATH = re.compile(r"(?<![\w.)}/])/(?:work|root|tmp|home/\w+)/")


def modules() -> Iterator[Path]:
    """The modules people write: a released migration step is never edited."""
    for path in sorted((ROOT / "gridapp").rglob("*.py")):
        if "versions" not in path.parts:
            yield path


@functools.cache
def definitions() -> list[tuple[str, str, type[ast.stmt], int]]:
    """Every class and function: its module, its name, what it is and its lines."""
    found: list[tuple[str, str, type[ast.stmt], int]] = []
    kinds = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    with garbage.not_sought():
        for path in modules():
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, kinds):
                    size = (node.end_lineno or 0) - node.lineno + 1
                    where = str(path.relative_to(ROOT))
                    found.append((where, node.name, type(node), size))
    return found


def tracked_files() -> list[Path]:
    """Every file that is, or is about to be, in the repository."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    ).stdout.decode()
    paths = [ROOT / name for name in listed.split("\0") if name]
    return [path for path in paths if path.is_file()]


def pins() -> dict[str, str]:
    """The version of constraints.txt by canonical package name."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    found = [line.split("==") for line in lines if line and line[0] != "#"]
    return {canonicalize_name(name): number for name, number in found}


def closure(package: str, extras: frozenset[str] = frozenset()) -> set[str]:
    """Names of everything that a package needs here, directly or not."""
    needed: set[tuple[str, frozenset[str]]] = set()
    queue = [(package, extras)]
    while queue:
        name, wanted = queue.pop()
        for line in requires(name) or ():
            requirement = Requirement(line)
            marker = requirement.marker
            environments = [{"extra": extra} for extra in ("", *wanted)]
            if marker is None or any(marker.evaluate(each) for each in environments):
                item = (
                    canonicalize_name(requirement.name),
                    frozenset(requirement.extras),
                )
                if item not in needed:
                    needed.add(item)
                    queue.append(item)
    return {name for name, _ in needed}


def test_module_has_at_most_400_lines() -> None:
    sizes = {
        str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines())
        for path in modules()
    }
    assert sizes
    assert {name: size for name, size in sizes.items() if size > 400} == {}


@pytest.mark.xdist_group("definitions")
def test_function_has_at_most_50_lines() -> None:
    assert [
        f"{where}:{name}"
        for where, name, kind, size in definitions()
        if kind is not ast.ClassDef and size > 50
    ] == []


def test_main_window_only_places_pages() -> None:
    tree = ast.parse((ROOT / "gridapp/ui/main_window.py").read_text("utf-8"))
    [window] = [
        node
        for node in tree.body
        if isinstance(node, ast.ClassDef) and node.name == "MainWindow"
    ]
    methods = [node for node in window.body if isinstance(node, ast.FunctionDef)]
    assert (window.end_lineno or 0) - window.lineno < 300
    assert len(methods) <= 25


@pytest.mark.xdist_group("definitions")
def test_names_say_what_a_thing_is() -> None:
    bad = [
        str(path.relative_to(ROOT))
        for path in tracked_files()
        if any(
            FORBIDDEN_NAMES.fullmatch(Path(part).stem)
            for part in path.relative_to(ROOT).parts
        )
    ]
    bad += [
        f"{where}:{name}"
        for where, name, kind, _ in definitions()
        if kind is ast.ClassDef and re.search(r"(Manager|Helper|Utils?)$", name)
    ]
    assert bad == []


def test_no_registry_and_no_path_of_one_machine_is_committed() -> None:
    bad: list[str] = []
    for path in tracked_files():
        content = path.read_bytes()
        if b"\0" in content:
            continue
        for number, line in enumerate(content.decode(errors="replace").splitlines(), 1):
            if any(host in line for host in REGISTRIES) or MACHINE_PATH.search(line):
                bad.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()}")
    assert bad == []


def test_every_dependency_is_pinned_and_installed_as_pinned() -> None:
    pinned = pins()
    needed = closure("gridapp", frozenset({"dev"})) | closure("hatchling")
    needed.remove("pip")  # of sqlite-utils: the environment brings its own
    assert needed >= {"pyside6-essentials", "pytest", "shiboken6", "h11"}
    assert sorted(name for name in needed if name not in pinned) == []
    assert {
        name: version(name) for name in needed if version(name) != pinned[name]
    } == {}


def test_constraints_hold_nothing_but_versions() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    bad = [
        line
        for line in lines
        if not re.fullmatch(r"#.*|[A-Za-z0-9_.-]+==[0-9][0-9a-z.]*", line)
    ]
    assert bad == []


def test_version_is_in_one_place() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert "version" in project["dynamic"]
    assert version("gridapp") == gridapp.__version__
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"## [{gridapp.__version__}]" in changelog
    written = re.compile(
        rf"version[^\d\n]{{1,6}}{re.escape(gridapp.__version__)}\b", re.I
    )
    assert [
        str(path.relative_to(ROOT))
        for path in tracked_files()
        if path.suffix in {".py", ".toml", ".md", ".sh", ".nsi", ".spec", ".json"}
        and written.search(path.read_text("utf-8"))
    ] == ["gridapp/__init__.py"]


def test_every_layer_is_named_in_the_contract() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    layers = contracts["tool"]["importlinter"]["contracts"][0]["layers"]
    named = {name.split(".")[1] for name in re.findall(r"gridapp[.\w]+", str(layers))}
    present = {
        path.stem
        for path in (ROOT / "gridapp").iterdir()
        if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    assert present - named == {"__init__"}


@pytest.mark.parametrize("module", ["gridapp.cli", "gridapp.app"])
def test_starting_loads_no_slow_library(module: str) -> None:
    slow = ["alembic", "openpyxl", "pandas", "pypinyin", "reportlab", "sqlite_utils"]
    if module == "gridapp.cli":
        slow.append("PySide6")
    program = f"import sys, {module}; print([m for m in {slow} if m in sys.modules])"
    loaded = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    ).stdout
    assert loaded.strip() == "[]"


@pytest.mark.parametrize("words", [["sync"], ["county", "serve"]], ids=" ".join)
def test_a_command_loads_what_it_needs_and_no_other_command(words: list[str]) -> None:
    program = (
        "import sys\nfrom gridapp.cli import main\n"
        f"main([*{words}, '--help'], standalone_mode=False)\n"
        "print(*(m for m in sys.modules if m.startswith('gridapp.cli.')))"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    ).stdout
    shared = ("chinese", "commands", "data_folder", "options")
    named = set(loaded.splitlines()[-1].split())
    assert len(named - {f"gridapp.cli.{one}" for one in shared}) == 1


def test_setup_names_the_one_command_where_it_may_not_install(tmp_path: Path) -> None:
    answers = {"dpkg-query": "exit 0", "id": "echo 1000", "sudo": "exit 1"}
    for name, body in answers.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
        (tmp_path / name).chmod(0o755)
    done = subprocess.run(
        [ROOT / "scripts/setup.sh", "test"],
        env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode == 1
    [command] = [line for line in done.stderr.splitlines() if "apt-get" in line]
    assert "apt-get install" in command
    assert {"xvfb", "postgresql", "libegl1"} <= set(command.split())


@pytest.mark.xdist_group("together")
def test_what_shares_a_process_is_known_to_xdist(request) -> None:
    if not hasattr(request.config, "workerinput"):
        pytest.skip("one process runs everything")
    assert request.node.nodeid.endswith("@together")
