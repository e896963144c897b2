"""The MSI for Group Policy out of a bundle, by wixl and msibuild of msitools.

wixl loses every word that is not ASCII, so it is given stand-ins, and the database gets
the Chinese afterwards, name by name. Without an MSI tool on Windows this runs on Linux
only; the Setup.exe of both systems is the same.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import uuid
from pathlib import Path
from xml.etree import ElementTree as Xml

from installer import sign, windows_resource

SCRIPT = Path(__file__).parent / "gridapp.wxs"
NAMES = uuid.UUID("5b0c6a86-9d0b-4d7e-8f65-0e2b7a4d9c11")  # of our product codes
CODE_PAGE = 936  # simplified Chinese, which every Windows Installer reads
TITLE = "网格日志"
WORDS = {  # what gridapp.wxs says in place of the Chinese
    "UPDATE Property SET Value='{}' WHERE Property='ProductName'": TITLE,
    "UPDATE Property SET Value='{}' WHERE Property='Manufacturer'": TITLE,
    "UPDATE Registry SET Value='{}' WHERE Value='PACKAGE'": "网格日志数据包",
    "UPDATE Registry SET Value='{}' WHERE Value='UPDATE'": "网格日志更新",
    "UPDATE Shortcut SET Name='GRIDAPP|{}' WHERE Shortcut='menu'": TITLE,
    "UPDATE Shortcut SET Name='GRIDAPP|{}' WHERE Shortcut='desktop'": TITLE,
    "UPDATE LaunchCondition SET Description='{}' WHERE Description='NEWER'": (
        "这台电脑上的网格日志比这个安装包新，资料也是新版本的，旧版本读不了。"
        "请用新的安装包。"
    ),
}


def build(folder: Path, out: Path, version: str | None = None) -> Path:
    """Makes `out`/gridapp-<version>.msi of the bundle; signs it when that is wanted."""
    version = version or windows_resource.version()
    out.mkdir(parents=True, exist_ok=True)
    msi = (out / f"gridapp-{version}.msi").resolve()
    msi.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        stage = Path(temporary) / "files"
        spelled = _staged(folder, stage)
        shutil.copy(windows_resource.icon(), stage.with_name("gridapp.ico"))
        files = stage.with_name("files.wxs")
        files.write_bytes(Xml.tostring(_fragment(stage), "utf-8"))
        product = str(uuid.uuid5(NAMES, version)).upper()
        numbers = ".".join(map(str, windows_resource.numbers(version)[:3]))
        settings = {"NUMBERS": numbers, "PRODUCT": product, "ICON": "gridapp.ico"}
        _run(
            ["wixl", "-a", "x64", "-o", str(msi)]
            + [word for item in settings.items() for word in ("-D", "=".join(item))]
            + [str(SCRIPT), str(files)],
            cwd=stage.parent,
        )
        _put_chinese(msi, spelled, stage.parent)
    _run(
        ["msibuild", str(msi), "-s", "gridapp", "gridapp", "x64;2052", f"{{{product}}}"]
    )
    if sign.wanted():
        sign.sign(msi)
    else:
        sys.stdout.write(f"{msi.name}: {sign.UNSIGNED}\n")
    return msi


def _staged(folder: Path, stage: Path) -> dict[str, str]:
    """The bundle below `stage` in ASCII names; the real names by their stand-ins."""
    spelled: dict[str, str] = {}
    for file in sorted(one for one in folder.rglob("*") if one.is_file()):
        relative = file.relative_to(folder)
        if not str(relative.parent).isascii():
            raise ValueError(f"{relative}: a folder of a bundle has an ASCII name")
        name = relative.name
        if not name.isascii():
            name = f"zh{len(spelled)}{relative.suffix}"
            spelled[name] = relative.name
        place = stage / relative.parent / name
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(file, place)
        except OSError:  # another disk
            shutil.copyfile(file, place)
    return spelled


def _fragment(stage: Path) -> Xml.Element:
    """Folders and files as WiX wants them; what has the same path keeps its names."""
    wix = Xml.Element("Wix", xmlns="http://schemas.microsoft.com/wix/2006/wi")
    fragment = Xml.SubElement(wix, "Fragment")
    folders = {stage: Xml.SubElement(fragment, "DirectoryRef", Id="INSTALLDIR")}
    group = Xml.SubElement(fragment, "ComponentGroup", Id="files")
    for path in sorted(stage.rglob("*")):
        place = path.relative_to(stage.parent).as_posix()
        key = hashlib.sha256(place.encode()).hexdigest()[:32].upper()
        above = folders[path.parent]
        if path.is_dir():
            attributes = {"Id": f"dir{key}", "Name": path.name}
            folders[path] = Xml.SubElement(above, "Directory", attributes)
            continue
        part = Xml.SubElement(above, "Component", Id=f"c{key}", Guid="*", Win64="yes")
        Xml.SubElement(part, "File", Id=f"f{key}", KeyPath="yes", Source=place)
        Xml.SubElement(group, "ComponentRef", Id=f"c{key}")
    return wix


def _put_chinese(msi: Path, spelled: dict[str, str], work: Path) -> None:
    page = work / "_ForceCodepage.idt"
    page.write_bytes(f"\r\n\r\n{CODE_PAGE}\t_ForceCodepage\r\n".encode())
    _run(["msibuild", str(msi), "-i", str(page)])
    queries = [query.format(words) for query, words in WORDS.items()]
    listed = _run(["msiinfo", "export", str(msi), "File"])
    for row in listed.splitlines():
        cells = row.split("\t")
        name = cells[2].rsplit("|", 1)[-1] if len(cells) > 2 else ""
        if name in spelled:
            short = cells[2].split("|")[0].upper()
            queries.append(
                f"UPDATE File SET FileName='{short}|{spelled[name]}'"
                f" WHERE File='{cells[0]}'"
            )
    for query in queries:
        _run(["msibuild", str(msi), "-q", query])


def _run(command: list[str], cwd: Path | None = None) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode or "ERROR" in done.stderr:
        raise OSError(f"{command[0]}: {done.stdout}{done.stderr}".strip())
    return done.stdout
