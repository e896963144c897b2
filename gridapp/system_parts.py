"""The libraries of the desktop that the program uses but does not bring along.

One table says which Debian package has each of them: installer/deb.py makes the
package's dependencies of it, and whoever misses one is told what to install.
"""

from __future__ import annotations

import re
import sys

from gridapp.language import tr

# Library → Debian package; names of later and earlier systems (UOS, Kylin) after a bar.
PACKAGES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libX11.so.6": "libx11-6",
    "libbrotlicommon.so.1": "libbrotli1",
    "libbrotlidec.so.1": "libbrotli1",
    "libcups.so.2": "libcups2 | libcups2t64",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libgcc_s.so.1": "libgcc-s1 | libgcc1",
    "libgio-2.0.so.0": "libglib2.0-0 | libglib2.0-0t64",
    "libglib-2.0.so.0": "libglib2.0-0 | libglib2.0-0t64",
    "libgobject-2.0.so.0": "libglib2.0-0 | libglib2.0-0t64",
    "libgssapi_krb5.so.2": "libgssapi-krb5-2",
    "libgthread-2.0.so.0": "libglib2.0-0 | libglib2.0-0t64",
    "libstdc++.so.6": "libstdc++6",
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxcb.so.1": "libxcb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libz.so.1": "zlib1g",
    "libzstd.so.1": "libzstd1",
}
_MISSING = re.compile(r"([\w.+-]+\.so[.\d]*): cannot open shared object file")
_OLD = re.compile(r"version `?((?:GLIBC|GLIBCXX|CXXABI)_[\d.]+)'? not found")


def in_words(loader: str) -> str:
    """What a person does about `loader`, the words of the system's loader: of dlopen on
    Linux, of an import on Windows. Empty when they are about something else."""
    old = _OLD.search(loader)
    if old:
        return tr(
            "这台电脑的系统太旧（缺少 {part}），请升级系统，"
            "或向技术人员要适合本机的安装包",
            part=old[1],
        )
    missing = _MISSING.search(loader)
    if missing:
        package = PACKAGES.get(missing[1], "").partition(" |")[0]
        if not package:
            return tr("缺少系统组件 {library}，请联系技术人员装上", library=missing[1])
        return tr(
            "缺少系统组件 {package}（{library}），请管理员运行"
            "“sudo apt install {package}”，再打开本程序",
            package=package,
            library=missing[1],
        )
    if sys.platform == "win32" and "DLL load failed" in loader:
        return tr(
            "Windows 缺少运行组件或版本太旧，请用 Windows 10（1809）以上的系统，"
            "装好系统更新再打开本程序；仍打不开，请重新安装本程序"
        )
    return ""
