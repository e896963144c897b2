#!/usr/bin/env bash
# Makes this machine able to run (demo), to test (test), to measure (bench) or to
# package (installer) the project: Debian packages, then the Python environment in
# .venv/. Idempotent.
#
#   scripts/setup.sh demo|test|bench|installer
#
# Packages are installed as root or through sudo; where neither may be used, the
# one command to run is printed and nothing is changed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

purpose="${1:-}"
case "$purpose" in
demo) extras="" ;;
test | bench) extras="[dev]" ;;
installer) extras="[dev,installer]" ;;
*)
    echo "用法：scripts/setup.sh demo|test|bench|installer" >&2
    exit 2
    ;;
esac

# What the Qt wheels link to, on top of the C library, and a Chinese window font.
window_packages=(
    fontconfig fonts-noto-cjk
    libdbus-1-3 libegl1 libfontconfig1 libgl1 libglib2.0-0
    libwayland-client0 libwayland-cursor0 libwayland-egl1
    libx11-xcb1 libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1
    libxcb-randr0 libxcb-render-util0 libxcb-shape0 libxcb-sync1 libxcb-xfixes0
    libxcb-xinerama0 libxcb-xkb1 libxkbcommon-x11-0 libxkbcommon0
)
# xvfb and xauth: a screen for windows; poppler-utils: reads the PDF files back;
# postgresql: binaries only, the tests start a private cluster of their own.
test_packages=(git poppler-utils postgresql xauth xvfb)
# Python's shared library and binutils: PyInstaller; debootstrap: clean roots to install
# into; Wine, NSIS and the others: Windows' packages.
installer_packages=(
    binutils debootstrap desktop-file-utils gcc-mingw-w64-x86-64-win32 libpython3.11
    lintian msitools nsis osslsigncode python3-venv wine wine64 wixl
)

usable_python() { # prints the first Python ≥ 3.11 that can make an environment
    local python
    for python in python3.11 python3.12 python3.13 python3.14 python3; do
        if "$python" -c 'import ensurepip, sys, venv
sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$python"
            return
        fi
    done
    return 1
}

missing_packages() { # those of the arguments that dpkg does not have, one a line
    # A package also counts under the names it provides (libglib2.0-0t64).
    dpkg-query -W -f '${db:Status-Status} ${Package}, ${Provides}\n' |
        awk -v wanted="$*" '
            $1 == "installed" {
                gsub(/\([^)]*\)/, ""); gsub(/,/, " ")
                for (i = 2; i <= NF; i++) have[$i] = 1
            }
            END {
                count = split(wanted, names, " ")
                for (i = 1; i <= count; i++)
                    if (!(names[i] in have)) print names[i]
            }'
}

allowed_as_root() { # sets as_root to the words that go before a root command
    if [ "$(id -u)" -eq 0 ]; then
        as_root=()
    elif command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
        as_root=(sudo)
    else
        return 1
    fi
}

install_packages() {
    local packages=("$@") policy=/usr/sbin/policy-rc.d log
    if ! allowed_as_root; then
        {
            echo "缺少系统软件包，请先用管理员身份运行这一条命令，再重新执行："
            echo "    apt-get install --no-install-recommends ${packages[*]}"
        } >&2
        exit 1
    fi
    echo "正在安装系统软件包：${packages[*]}"
    log="$(mktemp)"
    # Debian asks this file whether a package may start its daemon: it may not.
    if [ ! -e "$policy" ]; then
        trap '"${as_root[@]}" rm -f /usr/sbin/policy-rc.d' EXIT
        printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null
        "${as_root[@]}" chmod 755 "$policy"
    fi
    local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y)
    # A list that cannot be renewed need not keep the packages from coming.
    "${apt[@]}" update >"$log" 2>&1 </dev/null || true
    if ! "${apt[@]}" install --no-install-recommends "${packages[@]}" \
        >>"$log" 2>&1 </dev/null; then
        tail -n 20 "$log" >&2
        echo "系统软件包没有装上，请检查网络和上面的原因后重试。" >&2
        exit 1
    fi
    rm -f "$log"
}

install_system() {
    local wanted=("${window_packages[@]}") missing
    [ "$purpose" = demo ] || wanted+=("${test_packages[@]}")
    [ "$purpose" != installer ] || wanted+=("${installer_packages[@]}")
    # npm brings PouchDB to compare with; where it cannot be had, the table says so.
    if [ "$purpose" = bench ] && ! command -v npm >/dev/null && allowed_as_root; then
        wanted+=(npm)
    fi
    if ! command -v dpkg-query >/dev/null; then
        echo "不是 Debian 系统，请自行确认已安装：${wanted[*]}" >&2
        return
    fi
    # An environment that is there brings its own Python.
    if ! .venv/bin/python -c '' 2>/dev/null && ! usable_python >/dev/null; then
        wanted+=(python3 python3-venv)
    fi
    # A here-string and no <(…): a bare chroot has no /dev/fd.
    read -r -a missing <<<"$(missing_packages "${wanted[@]}" | tr '\n' ' ')"
    [ "${#missing[@]}" -eq 0 ] || install_packages "${missing[@]}"
}

install_project() {
    local stamp=.venv/installed wanted environment="$purpose"
    [ "$purpose" != bench ] || environment=test # the bench needs nothing more in it
    # The folder is part of it: scripts in .venv/bin name it.
    wanted="$(pwd) $(cat pyproject.toml constraints.txt gridapp/__init__.py |
        sha256sum | cut -d' ' -f1)"
    if [ -f "$stamp" ] && .venv/bin/python -c '' 2>/dev/null; then
        # An environment for tests is also one for the demo, one for packages both.
        case "$(cat "$stamp")" in
        "$wanted $environment" | "$wanted installer") return ;;
        "$wanted test") [ "$environment" = installer ] || return 0 ;;
        esac
    fi
    echo "正在准备 Python 环境（.venv），第一次需要几分钟……"
    rm -f "$stamp"
    if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
        "$(usable_python)" -m venv --clear .venv
    fi
    local pip=(.venv/bin/python -m pip --disable-pip-version-check install -q
        -c constraints.txt)
    # The build back end comes from the locked versions too, so no isolated build.
    "${pip[@]}" hatchling
    "${pip[@]}" --no-build-isolation -e ".$extras"
    echo "$wanted $environment" >"$stamp"
}

install_system
install_project
