"""Setup.exe out of a bundle, by NSIS; runs on Windows and on Linux."""

from __future__ import annotations

import os
import subprocess
import sys
from io import BytesIO
from pathlib import Path

from PIL import Image

from gridapp import own_files
from installer import bundle, icon, sign, windows_resource

SCRIPT = Path(__file__).parent / "nsis" / "gridapp.nsi"
PICTURE_SIZE, ICON_SIZE = (328, 628), 176  # pixels; NSIS shows it at 164 by 314
BACKGROUND = "#e9f0f7"  # beside the blue of the icon
UNPACKED_IN = "\\gridapp.new\\"  # the longest way to a file while it is installed


def build(
    folder: Path, out: Path, version: str | None = None, *, packed: bool = True
) -> Path:
    """Makes `out`/gridapp-<version>-setup.exe of the bundle in `folder`.

    Not `packed` it is ready in seconds and three times as large: for the tests.
    Signs the programs in the bundle, the uninstaller and Setup when a certificate is
    given (`sign.py`); says so when there is none.
    """
    version = version or windows_resource.version()
    out.mkdir(parents=True, exist_ok=True)
    setup = out / f"gridapp-{version}-setup.exe"
    files = sorted(one for one in folder.rglob("*") if one.is_file())
    longest = max(len(str(one.relative_to(folder))) for one in files)
    numbers = ".".join(map(str, windows_resource.numbers(version)))
    settings = {
        "VERSION": version,
        "NUMBERS": numbers,
        # NSIS for Windows makes 32-bit Setups only; Debian's makes both, and a Wine
        # without 32 bits runs the others alone. What they do is the same.
        "STUB": "x86" if sys.platform == "win32" else "amd64",
        "FILES": str(folder.resolve() / "*.*"),
        "ICON": str(windows_resource.icon().resolve()),
        "PICTURE": str(_picture(bundle.BUILD / "icons" / "setup.bmp").resolve()),
        "OUT": str(setup.resolve()),
        "SIZE_KB": str(sum(one.stat().st_size for one in files) // 1024 + 1),
        "LONGEST": str(len(UNPACKED_IN) + longest),
    }
    if not packed:
        settings["PLAIN"] = "1"
    if sign.wanted():
        sign.sign(*(one for one in files if one.name in sign.OURS))
        own_files.write(folder)  # a signature changes a file
        settings["SIGN"] = f'"{sys.executable}" "{Path(sign.__file__).resolve()}"'
    else:
        sys.stdout.write(f"{setup.name}: {sign.UNSIGNED}\n")
    subprocess.run(
        ["makensis", "-V2", "-INPUTCHARSET", "UTF8", "-WX"]
        + [f"-D{name}={value}" for name, value in settings.items()]
        + [str(SCRIPT)],
        env={**os.environ, "PYTHONPATH": str(bundle.ROOT)},
        check=True,
    )
    return setup


def _picture(file: Path) -> Path:
    """The picture beside Setup's first and last page, twice as sharp as NSIS asks."""
    picture = Image.new("RGB", PICTURE_SIZE, BACKGROUND)
    drawn = Image.open(BytesIO(icon.drawn(ICON_SIZE))).convert("RGBA")
    left, top = (PICTURE_SIZE[0] - ICON_SIZE) // 2, PICTURE_SIZE[1] // 5
    picture.paste(drawn, (left, top), drawn)
    file.parent.mkdir(parents=True, exist_ok=True)
    picture.save(file)
    return file
