"""Whether the program itself is whole: `gridapp doctor --program`.

Each check uses a part as the program does, on files of its own in a temporary folder:
no vault is opened and no window is shown. Setup runs it after an installation and an
update, and puts the former version back when it finds a fault.
"""

from __future__ import annotations

import datetime as dt
import os
import pkgutil
import secrets
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from importlib import import_module, metadata
from pathlib import Path

import gridapp
from gridapp import own_files, paths
from gridapp.checkup import Check, Result, examine
from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.system_parts import in_words

_FOLDERS = ("fonts", "icons", "licences", "locale", "manual", "samples")
_FILES = ("codes.json", "surnames.json", "common-passwords.txt", "gridapp.png")
_ROOM = 1 << 30  # bytes free for a vault to begin with
_WINDOWS = 17763  # build number of Windows 10 1809, the first that Qt 6.11 runs on
_OFFSET = dt.timedelta(hours=8)  # of China, all year
_COARSE = 36  # pixels an inch
_INK = 128  # the darkest grey of a page with words is below
_RUN = ("gridapp.__main__", "gridapp.migrations.")  # these do something when imported
_LEFT_OUT = ("psycopg",)  # a county on PostgreSQL runs from a clone
_REMOTE = ("nfs", "nfs4", "cifs", "smb3", "smbfs", "sshfs", "fuse.sshfs", "9p")


def checked(data: Path) -> Iterator[Result]:
    """What the checks find; `data` is the folder that the vault is in, or will be."""
    installed = own_files.home() is not None
    return examine((one for one in CHECKS if installed or one.name != "files"), data)


def _tried(part: Callable[[Path], Iterable[str]]) -> Callable[[Path], Iterator[str]]:
    """`part`, with whatever it breaks on told as a fault: it must name every part."""

    def faults(data: Path) -> Iterator[str]:
        try:
            yield from part(data)
        except UserError as error:
            yield str(error)
        except Exception as error:  # noqa: BLE001 - a broken part breaks in its own way
            known = in_words(str(error))
            yield known or tr("{sort}：{words}", sort=type(error).__name__, words=error)

    return faults


def _system(_: Path) -> Iterator[str]:
    if sys.platform == "win32":
        build = sys.getwindowsversion().build
        if build < _WINDOWS:
            yield tr(
                "Windows 的内部版本是 {build}，至少要 {least}",
                build=build,
                least=_WINDOWS,
            )
    if sys.maxsize < 2**32:
        yield tr("这是 32 位的程序，请换 64 位的安装包")


def _own_files(_: Path) -> Iterator[str]:
    home = own_files.home()
    if home is not None:
        yield from own_files.faults(home)


def _resources(_: Path) -> Iterator[str]:
    home = paths.resources()
    for name in _FILES:
        if not (home / name).is_file() or not (home / name).stat().st_size:
            yield tr("缺少 {name}", name=name)
    for name in _FOLDERS:
        files = [one for one in (home / name).rglob("*") if one.is_file()]
        if not files:
            yield tr("缺少文件夹 {name}", name=name)
        for one in files:
            with one.open("rb") as file:
                if not file.read(1):
                    yield tr("{name} 是空的", name=one.relative_to(home).as_posix())
    from gridapp.models.codes import tables

    tables()  # reads codes.json, or says what is wrong with it


def _modules(_: Path) -> Iterable[str]:
    """Import everything, for the program imports most of it when it is wanted."""
    for found in pkgutil.walk_packages(gridapp.__path__, "gridapp."):
        if not found.name.startswith(_RUN):
            try:
                import_module(found.name)
            except ImportError as error:
                if error.name not in _LEFT_OUT:
                    raise
    return ()


def _licences(_: Path) -> Iterator[str]:
    from gridapp.ui.settings.licences import parts

    try:
        shipped = parts()
    except metadata.PackageNotFoundError as error:
        yield tr("缺少 {name} 的说明", name=error.name)
        return
    for one in shipped:
        # Qt's wheels carry no text; theirs lies in resources/licences.
        if not one.text.strip() and "LGPL" not in one.licence:
            yield tr("缺少 {name} 的许可文本", name=one.name)


def _vault(_: Path) -> Iterator[str]:
    from gridapp.migrations import HEAD, upgrade, version_of
    from gridapp.store.accounts import Account
    from gridapp.store.database import make_engine
    from gridapp.store.slots import new_key, seal, unseal

    key, password = new_key(), secrets.token_urlsafe(24)
    slot = seal(key, password, Account("0" * 32, "", "keeper"))
    if unseal(slot, password) != key or unseal(slot, f"{password}.") is not None:
        yield tr("密码打不开自己封的钥匙")
    with tempfile.TemporaryDirectory(prefix="gridapp-") as folder:
        file = Path(folder) / "check.db"
        engine = make_engine(file, key)
        try:
            with engine.begin() as db:
                upgrade(db, "client")
            with engine.connect() as db:
                if version_of(db) != HEAD:
                    yield tr("数据库没有建到最新的格式")
        finally:
            engine.dispose()
        if file.read_bytes().startswith(b"SQLite format 3"):
            yield tr("数据库没有加密")


def _packages(_: Path) -> Iterator[str]:
    import zstandard
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    words = "网格".encode() * 1000
    packed = zstandard.ZstdCompressor().compress(words)
    if zstandard.ZstdDecompressor().decompress(packed) != words:
        yield tr("压缩后的数据解不开")
    own = Ed25519PrivateKey.generate()
    own.public_key().verify(own.sign(words), words)


def _tables(_: Path) -> Iterable[str]:
    from gridapp.office.tables.reader import read_book

    for file in sorted((paths.resources() / "samples").iterdir()):
        if file.suffix in (".xlsx", ".csv"):
            read_book(file)
    return ()


def _paper(_: Path) -> Iterator[str]:
    from io import BytesIO

    from gridapp.office.paper import fonts
    from gridapp.office.paper.paper import Paper
    from gridapp.office.paper.preview import Pages

    paper = Paper(tr("自检"))
    for row, name in enumerate(
        (fonts.REGULAR, fonts.BOLD, fonts.BODY, fonts.LATIN, fonts.RARE)
    ):
        fonts.font(name)
        paper.text(20, 20 + 10 * row, "格", name=name)
    paper.end_page()
    out = BytesIO()
    paper.save(out)
    if b"/FontFile2" not in out.getvalue():
        yield tr("字体没有嵌进 PDF")
    pages = Pages(out.getvalue())
    try:
        if min(pages.draw(0, _COARSE, grey=True).content) > _INK:
            yield tr("PDF 画出来是空白的")
    finally:
        pages.close()


def _window(_: Path) -> Iterator[str]:
    from gridapp.ui import platform_parts

    yield from platform_parts.unloadable()
    yield from platform_parts.undrawable()


def _screen(_: Path) -> Iterator[str]:
    from gridapp.ui import platform_parts

    yield from platform_parts.cramped()


def _place(data: Path) -> Iterator[str]:
    home = _existing(data)
    if not os.access(home, os.W_OK | os.X_OK):
        yield tr("{folder} 不能写，请管理员给这个用户写的权限", folder=home)
    if _is_remote(home):
        yield tr("{folder} 在网络盘上，请放到这台电脑自己的硬盘", folder=home)


def _existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that is there."""
    folder = folder.absolute()
    return next(one for one in (folder, *folder.parents) if one.is_dir())


def _is_remote(folder: Path) -> bool:
    """Whether a folder is on another computer: a database there can be damaged."""
    if sys.platform == "win32":
        import ctypes

        drive = folder.resolve().anchor
        return (
            drive.startswith("\\\\") or ctypes.windll.kernel32.GetDriveTypeW(drive) == 4
        )
    best = ("", "")
    for line in _mounts().splitlines():
        _, point, sort, *_ = line.split(" ")
        point = point.replace("\\040", " ")
        if folder.resolve().is_relative_to(point) and len(point) >= len(best[0]):
            best = (point, sort)
    return best[1] in _REMOTE


def _mounts() -> str:
    """What is mounted where, as proc(5) has it; empty on other systems."""
    try:
        return Path("/proc/self/mounts").read_text("utf-8", "replace")
    except OSError:
        return ""


def _room(data: Path) -> Iterator[str]:
    home = _existing(data)
    free = shutil.disk_usage(home).free
    if free < _ROOM:
        yield tr(
            "{folder} 所在的磁盘只剩 {free:,} MB，至少要留 {least:,} MB",
            folder=home,
            free=free >> 20,
            least=_ROOM >> 20,
        )


def _clock(_: Path) -> Iterator[str]:
    now = dt.datetime.now().astimezone()
    if now.utcoffset() != _OFFSET:
        yield tr("时区是 {zone}，不是北京时间", zone=now.strftime("%z"))
    if now.year < 2026:
        yield tr("日期是 {day}，早于这个版本", day=now.date().isoformat())


_AGAIN = tr("请重新安装本程序；仍不行，请联系技术人员")
CHECKS: tuple[Check[Path], ...] = tuple(
    Check(name, sentence, _tried(faults), remedy, advice=advice)
    for name, sentence, faults, remedy, advice in (
        ("system", tr("系统够新"), _system, "", False),
        ("files", tr("程序的文件和出厂时一样"), _own_files, _AGAIN, False),
        ("resources", tr("程序自带的文件齐全"), _resources, _AGAIN, False),
        ("modules", tr("程序的每一部分都能加载"), _modules, _AGAIN, False),
        ("licences", tr("每个部件的许可文本都在"), _licences, _AGAIN, False),
        ("vault", tr("能加密、建库和打开"), _vault, _AGAIN, False),
        ("packages", tr("能压缩、签名和核对"), _packages, _AGAIN, False),
        ("tables", tr("能读表格"), _tables, _AGAIN, False),
        ("paper", tr("能做 PDF 和预览"), _paper, _AGAIN, False),
        ("window", tr("能打开窗口、画出汉字"), _window, "", False),
        ("screen", tr("屏幕够大（问不到屏幕时不查）"), _screen, "", True),
        ("folder", tr("数据文件夹能写，在本机硬盘上"), _place, "", True),
        ("room", tr("磁盘空间够用"), _room, tr("请清理磁盘"), True),
        (
            "clock",
            tr("日期和时区正确"),
            _clock,
            tr("请在系统设置里校准日期、时间和时区"),
            True,
        ),
    )
)
