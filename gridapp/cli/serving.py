"""gridapp county serve and what belongs to running the server."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

import click

from gridapp.cli.options import server_folder
from gridapp.errors import UserError
from gridapp.language import tr

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command("serve")
@server_folder
@click.option("--host", default="127.0.0.1", show_default=True, help=tr("监听的地址。"))
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8700,
    show_default=True,
    help=tr("0 表示任选一个。"),
)
@click.option(
    "--certificate",
    type=_FILE,
    help=tr("TLS 证书（PEM，连同中间证书）；不填则用 http。"),
)
@click.option("--key", type=_FILE, help=tr("证书的私钥（PEM，不加密码）。"))
@click.option(
    "--proxy",
    "proxies",
    multiple=True,
    metavar=tr("地址"),
    help=tr("反向代理的地址，只信它说的来源地址；可写多次。"),
)
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    help=tr("进程数，多于 1 个要用 PostgreSQL。"),
)
@click.option(
    "--metrics-port",
    type=click.IntRange(1, 65535),
    help=tr("另开一个端口供监控读取 /metrics；不填则只答本机。"),
)
def serve(
    data: Path,
    host: str,
    port: int,
    certificate: Path | None,
    key: Path | None,
    proxies: tuple[str, ...],
    workers: int,
    metrics_port: int | None,
) -> None:
    """运行服务器，第一行打印它的地址；按 Ctrl+C 停止。"""
    from gridapp.county import app
    from gridapp.county.serving import Options, in_the_open

    if (certificate is None) != (key is None):
        raise UserError(tr("证书和私钥要一起给：--certificate 和 --key"))
    options = Options(
        host=host,
        certificate=certificate,
        key=key,
        proxies=proxies,
        workers=workers,
        metrics_port=metrics_port,
    )
    if warning := in_the_open(options):
        click.echo(warning, err=True)
    with suppress(KeyboardInterrupt):  # the way to stop it, when no request runs
        app.serve(data, host, port, options)


@click.command("openapi")
def describe() -> None:
    """打印服务器的 OpenAPI 说明（JSON）。"""
    from gridapp.county import app, openapi

    document = openapi.document(app.operations())
    click.echo(json.dumps(document, ensure_ascii=False, indent=2))
