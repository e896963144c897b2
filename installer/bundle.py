"""What goes into a bundle and what stays out; used by gridapp.spec on both systems.

A bundle holds what the program reads and nothing else: the list of what Qt's wheel
brings and widgets never use, the resources, the metadata and licences of every part
whose files went in.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path, PurePosixPath

Entry = tuple[str, str, str]  # PyInstaller's: place in the bundle, source, kind

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "installer"
METADATA = BUILD / "metadata"
RESOURCES = "resources.txt"
RELEASE_KEYS = "GRIDAPP_RELEASE_KEY"  # names a file of public keys; none: no updates

# A library that the system loads, or a Python one.
NATIVE = re.compile(r"\.(so(\.[0-9.]+)?|dll|pyd)$", re.IGNORECASE)

# Looked at by other libraries if they are there; this program does without.
EXCLUDED = (
    "IPython",
    "PySide6.QtOpenGL",
    "PySide6.QtQml",
    "PySide6.QtQuick",
    "_pytest",
    "charset_normalizer",  # reportlab asks it about a file of XMP; we give none
    "click.testing",
    "doctest",
    "jinja2",  # a county that shows its figures runs from a clone, as with psycopg
    "lib2to3",
    "lxml.builder",
    "lxml.html",
    "lxml.isoschematron",
    "lxml.objectify",
    "lxml.sax",
    "matplotlib",
    "numpy",
    "pandas",
    "pdb",
    "pip",
    "psycopg",  # a county with PostgreSQL runs from a clone, not from an installed copy
    "psycopg_binary",
    "pyarrow",
    "pydoc_data",
    "pytest",
    "readline",
    "scipy",
    "setuptools",
    "sqlalchemy.dialects.mssql",
    "sqlalchemy.dialects.mysql",
    "sqlalchemy.dialects.oracle",
    "sqlalchemy.orm",  # records are plain tables
    "sqlalchemy.testing",
    "sqlite_utils.cli",
    "test",
    "tkinter",
    "unittest",
    "uvloop",
    "watchfiles",
    "websockets",
    "yaml",
    "zstandard.backend_cffi",
)

# Beginnings of the names of Qt's own libraries and plugins that stay out, without
# `lib`: QML and what it brings, drivers of bare screens, the GPL-only keyboard.
_QT_OUT = re.compile(
    r"""(^|/)(lib)?(
        Qt6?(Designer|Labs|Lottie|OpenGL|Pdf|Qml|Quick|Test|UiTools|VirtualKeyboard
            |EglFs|EglFS|Help|Sql|WaylandCompositor|WlShell)\w*
        |opengl32sw|d3dcompiler_\w+
        |qtvirtualkeyboard\w*|qdirect2d|qminimal(egl)?|qeglfs\w*|qlinuxfb|qvnc
        |qvkkhrdisplay|qgtk3|qpdf|qicns|qtga|qtiff|qwbmp|wl-shell-plugin
    )\.|/(designer|egldeviceintegrations|generic|qmllint|qmltooling|sqldrivers|tls
        |vectorimageformats|wayland-graphics-integration-\w+|xcbglintegrations)/
    """,
    re.VERBOSE,
)
# Numbers of other countries, templates of other projects, fonts that are not ours,
# pictures of formats that no camera, phone or scanner of an office writes.
_OTHERS_OUT = re.compile(
    r"(^|/)(PIL/_(avif|imagingtk)|(pillow\.libs/)?libavif|stdnum/.*\.dat$"
    r"|alembic/templates/|reportlab/fonts/)"
)
# Of the system's libraries only Python's own go along, for their names differ from
# system to system; the rest is the desktop's, and stays that of the desktop.
_SYSTEM = ("/lib/", "/lib64/", "/usr/lib/", "/usr/lib64/")
_PYTHON_NEEDS = re.compile(
    r"lib(python3|ssl|crypto|sqlite3|ffi|bz2|lzma|mpdec|expat|uuid)[.-]"
)
_TESTS = re.compile(r"(^|/)(tests?|testing)/")
_LICENCE = re.compile(
    r"(^|/)(licen[cs]es?|copying|notice|authors)[^/]*$", re.IGNORECASE
)
_QT_WORDS = re.compile(r"/translations/(?!qtbase_zh_CN\.qm$)")


def wanted(entry: Entry) -> bool:
    """Whether a binary or a data file that PyInstaller found belongs in a bundle."""
    place = entry[0].replace("\\", "/")
    if place.endswith((".pyi", ".pxd", ".pyx", ".h", ".c")):
        return False
    of_qt = "PySide6/" in place or "Qt6" in place or entry[2] == "SYMLINK"
    if of_qt and (_QT_OUT.search(place) or _QT_WORDS.search(place)):
        return False
    if entry[1].startswith(_SYSTEM) and "/python3" not in entry[1]:
        return bool(_PYTHON_NEEDS.match(PurePosixPath(place).name))
    return not (_OTHERS_OUT.search(place) or _TESTS.search(place))


def neutral_sysconfig(pure: Iterable[Entry], staging: Path) -> list[Entry]:
    """`pure` with the settings Python was built with cut down to numbers.

    The others are folders and commands of the machine that built Python; of all of
    them the libraries here ask for numbers only.
    """
    kept: list[Entry] = []
    for name, source, kind in pure:
        if name.startswith("_sysconfigdata_"):
            numbers = {
                key: value
                for key, value in sysconfig.get_config_vars().items()
                if isinstance(value, int)
            }
            words = f"build_time_vars = {dict(sorted(numbers.items()))!r}\n"
            neutral = staging / f"{name}.py"
            neutral.parent.mkdir(parents=True, exist_ok=True)
            neutral.write_text(words, "utf-8")
            source = str(neutral)
        kept.append((name, source, kind))
    return sorted(kept)


def without_docstrings(pure: Iterable[Entry]) -> list[Entry]:
    """`pure` less the docstrings of libraries: nobody reads them there.

    Those of the program are the help of its commands and the words of its OpenAPI.
    """
    return [
        (name, source, kind if name.partition(".")[0] == "gridapp" else "PYMODULE-2")
        for name, source, kind in pure
    ]


def without_blanks(datas: Iterable[Entry], staging: Path) -> list[Entry]:
    """`datas` with the JSON of libraries written without blanks: pypinyin's half."""
    shutil.rmtree(staging, ignore_errors=True)
    kept: list[Entry] = []
    for place, source, kind in datas:
        if place.endswith(".json") and not place.startswith("resources"):
            held = json.loads(Path(source).read_text("utf-8"))
            small = staging / place
            small.parent.mkdir(parents=True, exist_ok=True)
            words = json.dumps(held, ensure_ascii=False, separators=(",", ":"))
            small.write_text(words, "utf-8")
            source = str(small)
        kept.append((place, source, kind))
    return kept


def resources(release_keys: str | None) -> list[Entry]:
    """Every file of resources/ that is under version control, at its own place.

    But translators' catalogues: the program reads what was made of them.
    """
    names = (METADATA / RESOURCES).read_text("utf-8").splitlines()
    read = sorted(name for name in names if not name.endswith(".po"))
    entries = [(name, str(ROOT / name), "DATA") for name in read]
    if release_keys:
        place = "resources/release-keys.txt"
        entries = [one for one in entries if one[0] != place]
        entries.append((place, str(Path(release_keys).resolve()), "DATA"))
    return entries


def migrations() -> list[Entry]:
    """The chain of migrations: Alembic reads it as files."""
    folder = ROOT / "gridapp" / "migrations"
    files = [
        folder / "env.py",
        folder / "script.py.mako",
        *sorted((folder / "versions").glob("*.py")),
    ]
    return [(one.relative_to(ROOT).as_posix(), str(one), "DATA") for one in files]


def _resources_under_version_control() -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--", "resources"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listed.returncode == 0 and listed.stdout:
        names = listed.stdout.decode().strip("\0").split("\0")
    else:  # a source archive: everything there
        names = [
            one.relative_to(ROOT).as_posix()
            for one in (ROOT / "resources").rglob("*")
            if one.is_file()
        ]
    return sorted(names)


def write_own_metadata() -> Path:
    """Make and return the folder of gridapp's own metadata, by its build back end.

    Beside it the list of resources, for there is no git where Windows' Python runs.
    """
    shutil.rmtree(METADATA, ignore_errors=True)
    METADATA.mkdir(parents=True)
    names = "\n".join(_resources_under_version_control())
    (METADATA / RESOURCES).write_text(names, "utf-8")
    code = (
        "import sys, hatchling.build as back;"
        "print(back.prepare_metadata_for_build_wheel(sys.argv[1]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(METADATA)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    folder = METADATA / done.stdout.split()[-1]
    licences = folder / "licenses"  # where PEP 639 has them; only a wheel gets them
    licences.mkdir()
    shutil.copy(ROOT / "LICENSE", licences)
    return folder


def own_metadata() -> Path:
    """What `write_own_metadata` left; FileNotFoundError when it was not called."""
    found = sorted(METADATA.glob("gridapp-*.dist-info"))
    if not found:
        raise FileNotFoundError("run installer/build.py: it writes the metadata first")
    return found[-1]


def described(entries: Iterable[Entry], staging: Path) -> list[Entry]:
    """The metadata and licences of every distribution with a file among `entries`.

    Their RECORD is written anew into `staging` and names what is in the bundle: what a
    wheel says of the machine it was installed on stays out.
    """
    shutil.rmtree(staging, ignore_errors=True)
    described: list[Entry] = []
    places = {_key(source): place for place, source, _ in entries}
    for found in sorted(metadata.distributions(), key=lambda one: one.name.lower()):
        files = {
            str(one).replace("\\", "/"): Path(str(found.locate_file(one)))
            for one in found.files or ()
        }
        sources = {_key(str(one)) for one in files.values()}
        if found.name != "gridapp" and not sources.isdisjoint(places):
            inside = [places[one] for one in sources if one in places]
            native = [one.replace("\\", "/") for one in inside if _is_native(one)]
            described += _describe(files, native, staging)
    own = own_metadata()
    files = {
        one.relative_to(own.parent).as_posix(): one
        for one in own.rglob("*")
        if one.is_file()
    }
    return [*described, *_describe(files, [], staging)]


def _key(path: str) -> str:
    return path.replace("\\", "/").lower()


def _is_native(place: str) -> bool:
    return bool(NATIVE.search(place))


def _describe(
    files: dict[str, Path], native: list[str], staging: Path
) -> Iterator[Entry]:
    """The few files that say what a distribution is, with a RECORD of them and of its
    libraries in the bundle (`native`)."""
    kept: dict[str, Path] = {}
    folder = ""
    for name, file in sorted(files.items()):
        parts = PurePosixPath(name).parts
        if parts[0].endswith(".dist-info"):
            folder = parts[0]
        elif name.endswith((".py", ".pyc")):
            continue
        if parts[-1] in ("METADATA", "WHEEL") or _is_licence(name):
            kept[name] = file
    record = staging / folder / "RECORD"
    record.parent.mkdir(parents=True, exist_ok=True)
    lines = sorted([*kept, *native, f"{folder}/RECORD"])
    record.write_text("".join(f"{one},,\n" for one in lines), "utf-8", newline="\n")
    yield from ((name, str(file), "DATA") for name, file in kept.items())
    yield f"{folder}/RECORD", str(record), "DATA"


def _is_licence(name: str) -> bool:
    """Whether a file is a licence by its name, or by the folder PEP 639 gives them."""
    return ".dist-info/licenses/" in name or bool(_LICENCE.search(name))


def dependencies() -> list[str]:
    """What pyproject.toml says the program needs, as pip takes it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return list(project["dependencies"])
