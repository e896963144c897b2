"""Says where two builds of the same sources differ, file by file.

python installer/same.py FOLDER OTHER
"""

from __future__ import annotations

import sys
from hashlib import sha256
from pathlib import Path


def differences(one: Path, other: Path) -> list[str]:
    """A sentence for each file that is not the same in both folders."""
    first, second = _hashes(one), _hashes(other)
    found = [f"{name}: only in {one}" for name in first.keys() - second.keys()]
    found += [f"{name}: only in {other}" for name in second.keys() - first.keys()]
    found += [
        f"{name}: differs"
        for name in first.keys() & second.keys()
        if first[name] != second[name]
    ]
    return sorted(found)


def _hashes(folder: Path) -> dict[str, str]:
    found: dict[str, str] = {}
    for file in folder.rglob("*"):
        name = file.relative_to(folder).as_posix()
        if file.is_symlink():
            found[name] = f"-> {file.readlink()}"
        elif file.is_file():
            found[name] = sha256(file.read_bytes()).hexdigest()
    return found


def main(folders: list[str]) -> int:
    """Print the differences; 1 when there are any."""
    found = differences(Path(folders[0]), Path(folders[1]))
    for one in found:
        sys.stdout.write(f"{one}\n")
    sys.stdout.write(f"{len(found)} files differ\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
