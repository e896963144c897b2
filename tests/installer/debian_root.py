"""A Debian that has nothing but its base: a folder to install packages in and break."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from installer import bundle

ROOTS = bundle.BUILD / "roots"  # one made for each suite, kept between runs
WORKER = "worker"  # the ordinary user
_WAIT = 900  # seconds; a loaded machine unpacks slowly
_CLEAN = {
    "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
    "LANG": "C.UTF-8",
    "TZ": "Asia/Shanghai",
    "DEBIAN_FRONTEND": "noninteractive",
}


@dataclass(frozen=True)
class Root:
    """One root; every command runs in processes and mounts of its own."""

    folder: Path

    def run(
        self, command: str, *, user: str = "root", net: bool = False, **more: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a shell command inside, offline unless `net`; `more` is its environment.

        It is killed with all it started when it does not end.
        """
        home = "/root" if user == "root" else f"/home/{user}"
        words = {**_CLEAN, "HOME": home, **more}
        inside = ["env", "-i", *(f"{key}={value}" for key, value in words.items())]
        if user != "root":
            inside = ["/sbin/runuser", "-u", user, "--", *inside]
        first = "mount -t proc proc proc; ip link set lo up; exec chroot . " + '"$@"'
        return subprocess.run(
            ["unshare", "--mount", "--pid", "--fork", "--kill-child"]
            + ([] if net else ["--net"])
            + ["sh", "-c", first, "sh", *inside, "sh", "-c", f"cd; {command}"],
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=_WAIT,
            check=False,
        )

    def told(self, command: str, **how: str | bool) -> str:
        """What a command that must succeed says, errors included."""
        done = self.run(command, **how)  # type: ignore[arg-type]
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        return done.stdout + done.stderr

    def paths(self) -> set[str]:
        """Every path of the program in this root, its users' data aside."""
        said = self.told(
            "find / -xdev -path /proc -prune -o -path /home -prune"
            " -o -path /tmp -prune -o -path /srv -prune -o -iname '*gridapp*' -print"
        )
        return {one for one in said.splitlines() if "/var/lib/dpkg/" not in one}


def made(suite: str, where: Path) -> Root:
    """A fresh root of a Debian suite with one ordinary user; the first one of a suite
    is fetched, the others are unpacked."""
    kept = ROOTS / f"{suite}.tar"
    if not kept.is_file():
        ROOTS.mkdir(parents=True, exist_ok=True)
        tree = ROOTS / f"{suite}.new"
        shutil.rmtree(tree, ignore_errors=True)
        _quietly("debootstrap", "--variant=minbase", suite, str(tree))
        # Usable where the clock is ahead of the archive's lists, too.
        check = 'Acquire::Check-Valid-Until "false";\nAcquire::Check-Date "false";\n'
        (tree / "etc/apt/apt.conf.d/99test").write_text(check)
        _quietly("chroot", str(tree), "useradd", "-m", WORKER)
        part = kept.with_suffix(".part")
        _quietly("tar", "-cf", str(part), "-C", str(tree), ".")
        part.rename(kept)
        shutil.rmtree(tree)
    where.mkdir(parents=True)
    _quietly("tar", "-xf", str(kept), "-C", str(where))
    return Root(where)


def _quietly(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
