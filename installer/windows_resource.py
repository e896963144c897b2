"""What Windows reads of gridapp.exe without starting it: version, manifest, icon.

Imported by gridapp.spec while PyInstaller runs on Windows or under Wine.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PyInstaller.utils.win32.versioninfo import (  # pyright: ignore
        VSVersionInfo,
    )

BUILD = Path(__file__).parent.parent / "build" / "installer"
CHINESE, UNICODE = 0x0804, 1200  # a language and a code page of Windows

# Microsoft, "Application manifests": asks for no more rights than the person has; names
# Windows 10 and 11; sharp on screens of different sharpness; paths over 260 characters;
# UTF-8 for the calls that end in A (from Windows 10 1903 on). The controls of version 6
# are those that native dialogs ask for.
MANIFEST = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<assembly xmlns="urn:schemas-microsoft-com:asm.v1" manifestVersion="1.0">
  <trustInfo xmlns="urn:schemas-microsoft-com:asm.v3"><security><requestedPrivileges>
    <requestedExecutionLevel level="asInvoker" uiAccess="false"/>
  </requestedPrivileges></security></trustInfo>
  <compatibility xmlns="urn:schemas-microsoft-com:compatibility.v1"><application>
    <supportedOS Id="{8e0f7a12-bfb3-4fe8-b9a5-48fd50a15a9a}"/>
  </application></compatibility>
  <application xmlns="urn:schemas-microsoft-com:asm.v3"><windowsSettings>
    <dpiAwareness xmlns="http://schemas.microsoft.com/SMI/2016/WindowsSettings"
      >PerMonitorV2</dpiAwareness>
    <longPathAware xmlns="http://schemas.microsoft.com/SMI/2016/WindowsSettings"
      >true</longPathAware>
    <activeCodePage xmlns="http://schemas.microsoft.com/SMI/2019/WindowsSettings"
      >UTF-8</activeCodePage>
  </windowsSettings></application>
  <dependency><dependentAssembly>
    <assemblyIdentity type="win32" name="Microsoft.Windows.Common-Controls"
      version="6.0.0.0" processorArchitecture="*" publicKeyToken="6595b64144ccf1df"
      language="*"/>
  </dependentAssembly></dependency>
</assembly>
"""


def version() -> str:
    """gridapp.__version__, read without importing the program."""
    text = (Path(__file__).parent.parent / "gridapp" / "__init__.py").read_text("utf-8")
    found = re.search(r'^__version__ = "(.+)"$', text, re.MULTILINE)
    if found is None:
        raise ValueError("gridapp/__init__.py states no version")
    return found[1]


def numbers(version: str) -> tuple[int, int, int, int]:
    """A version as Windows keeps it: four numbers; what is no number counts as 0."""
    parts = [int(one) for one in re.findall(r"\d+", version)[:4]]
    first, second, third, fourth = (*parts, 0, 0, 0, 0)[:4]
    return first, second, third, fourth


def version_info(program: str) -> VSVersionInfo:
    """The version resource of `program` ("gridapp.exe"), in Chinese."""
    from PyInstaller.utils.win32 import versioninfo as v

    words = {
        "CompanyName": "网格日志",
        "FileDescription": "网格日志",
        "FileVersion": version(),
        "InternalName": program.removesuffix(".exe"),
        "LegalCopyright": "Apache-2.0",
        "OriginalFilename": program,
        "ProductName": "网格日志",
        "ProductVersion": version(),
    }
    strings = [v.StringStruct(key, value) for key, value in words.items()]
    table = v.StringTable(f"{CHINESE:04x}{UNICODE:04x}", strings)
    fixed = v.FixedFileInfo(
        filevers=numbers(version()),
        prodvers=numbers(version()),
        mask=0x3F,
        OS=0x40004,  # Windows NT
        fileType=1,  # a program
    )
    return v.VSVersionInfo(
        fixed,
        [
            v.StringFileInfo([table]),
            v.VarFileInfo([v.VarStruct("Translation", [CHINESE, UNICODE])]),
        ],
    )


def icon() -> Path:
    """The icon file, drawn from its SVG when it is missing."""
    file = BUILD / "icons" / "gridapp.ico"
    if not file.is_file():
        from installer.icon import write_ico

        write_ico(file)
    return file
