"""A secret that is replaced or removed by command reaches the instance that runs."""

from __future__ import annotations

import asyncio
import io
import sys
from argparse import Namespace
from typing import TYPE_CHECKING

import pytest

from ddns_tray.commands.accounts import secret_delete, secret_set
from ddns_tray.commands.context import Context
from ddns_tray.system.clock import SystemClock
from ddns_tray.system.instance import serve
from ddns_tray.system.paths import Paths
from ddns_tray.words import Words

if TYPE_CHECKING:
    from pathlib import Path

    from ddns_tray.system.instance import Answer, Request

SETTINGS = """\
schema = 1
[general]
secrets_file = "secrets.json"
[[account]]
id = "home"
provider = "powerdns"
server = "http://127.0.0.1:1"
"""


@pytest.mark.skipif(
    sys.platform == "win32", reason="Windows always has a keyring: that of the person who runs the tests"
)
@pytest.mark.parametrize("command", [secret_set, secret_delete])
async def test_the_running_instance_opens_its_accounts_anew(tmp_path: Path, command: object) -> None:
    paths = Paths(config_file=tmp_path / "config.toml", data_dir=tmp_path, runtime_dir=tmp_path, log_dir=tmp_path)
    paths.config_file.write_text(SETTINGS, encoding="utf-8")
    quiet = io.StringIO()
    context = Context(paths, Words("en"), SystemClock(), {}, io.StringIO("a secret\n"), quiet, quiet)
    heard: list[str] = []

    async def listen(request: Request) -> Answer:
        heard.append(request["verb"])
        return {"accepted": True}

    server = await serve(paths.instance_dir, listen)
    try:
        assert callable(command)
        assert await asyncio.to_thread(command, context, Namespace(account="home", field="api_key")) == 0
    finally:
        await server.close()
    assert heard == ["renew"]
