"""A server that other machines reach without TLS says so when it starts."""

import pytest
from click.testing import CliRunner

from gridapp import cli

WARNING = "没有证书"
TLS = ("--certificate", "tls.pem", "--key", "tls.key")


def started(tmp_path, *options):
    """What `county serve` says on its way to a folder that is not there."""
    command = ["county", "serve", "--data", str(tmp_path / "absent"), *options]
    found = CliRunner().invoke(cli.main, command)
    assert found.exit_code != 0
    assert WARNING not in found.stdout
    return found.stderr


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.1.2.3", "county.example"])
def test_who_listens_to_others_without_tls_is_warned(tmp_path, host):
    said = started(tmp_path, "--host", host)
    assert WARNING in said
    assert host in said


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--host", "localhost"),
        ("--host", "127.0.0.2"),
        ("--host", "::1"),
        ("--host", "0.0.0.0", *TLS),
        ("--host", "0.0.0.0", "--proxy", "10.1.2.3"),
    ],
)
def test_who_listens_to_this_machine_or_has_tls_is_not_warned(tmp_path, options):
    assert WARNING not in started(tmp_path, *options)
