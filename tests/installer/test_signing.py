"""Files of Windows signed with a certificate made for the test."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from installer import setup_exe, sign
from tests.installer.windows_machine import payload

pytestmark = pytest.mark.installer


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A certificate for signing programs, which signs what the test builds."""
    made, key = tmp_path / "test.crt", tmp_path / "test.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
        + ["-keyout", str(key), "-out", str(made), "-subj", "/CN=gridapp test only"]
        + ["-addext", "extendedKeyUsage=critical,codeSigning"]
        + ["-addext", "keyUsage=critical,digitalSignature"],
        check=True,
        capture_output=True,
    )
    monkeypatch.setenv("GRIDAPP_SIGN_CERT", str(made))
    monkeypatch.setenv("GRIDAPP_SIGN_KEY", str(key))
    return made


def is_signed(file: Path, certificate: Path) -> bool:
    answer = subprocess.run(
        ["osslsigncode", "verify", "-CAfile", str(certificate), "-in", str(file)],
        capture_output=True,
        text=True,
        check=False,
    )
    return answer.returncode == 0 and "CN=gridapp test only" in answer.stdout


def test_setup_and_the_programs_in_it_are_signed(
    tmp_path: Path, certificate: Path
) -> None:
    folder = payload(tmp_path / "bundle", "1.0.0")
    setup = setup_exe.build(folder, tmp_path / "out", "1.0.0")
    for file in (setup, folder / "gridapp.exe", folder / "gridapp-cli.exe"):
        assert is_signed(file, certificate), file.name
    damaged = bytearray(setup.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    setup.write_bytes(bytes(damaged))
    assert not is_signed(setup, certificate)


def test_without_a_certificate_the_build_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GRIDAPP_SIGN_CERT", raising=False)
    setup_exe.build(payload(tmp_path / "bundle", "1.0.0"), tmp_path / "out", "1.0.0")
    assert "unsigned" in capsys.readouterr().out


def test_a_key_that_does_not_fit_leaves_the_file_as_it_was(
    tmp_path: Path, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = payload(tmp_path / "bundle", "1.0.0") / "gridapp.exe"
    before = file.read_bytes()
    monkeypatch.setenv("GRIDAPP_SIGN_KEY", str(tmp_path / "no such key"))
    with pytest.raises(sign.NotSigned):
        sign.sign(file)
    assert file.read_bytes() == before
    assert not file.with_name("gridapp.exe.signed").exists()
